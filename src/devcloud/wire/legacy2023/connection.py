"""The server's end of one 2023 TCP connection: bytes in, bytes and events out.

Calling order: `receive` what arrived and write what it returns; close when `closing`; call `tick`
at `deadline`; call `lost` once, when the connection is gone, however it went. `take_events` after
each. While `paused`, a claim is being decided elsewhere: read no more, and `settle` it.

Refuses to know: sockets, clocks, and who keeps the names (a `Directory` does).
"""

from collections.abc import Sequence
from enum import StrEnum
from typing import Protocol

import msgspec

from devcloud.model.errors import BadName, ProtocolViolation
from devcloud.model.names import fold_name, parse_name
from devcloud.wire.legacy2023.replies import (
    ERROR,
    NOT_REGISTERED,
    REGISTERED,
    address_reply,
)
from devcloud.wire.legacy2023.requests import (
    DISCONNECT,
    GET,
    REG,
    Malformed,
    Request,
    RequestReader,
)

UNFINISHED_S = 10.0
"""How long a request that has begun may take to end."""

MOST_FAULTS = 20
"""Misunderstood objects in a row, after which the connection is closed."""

MOST_WAITING = 1024
"""Requests that may wait behind a claim, after which the connection is closed."""

REPORTS_PER_S = 5
"""Look-ups and faults reported one by one in a second; those beyond are counted."""

_LONGEST_SHOWN = 64


class Claim(StrEnum):
    """What became of a claim to a name."""

    GRANTED = "granted"
    TAKEN = "taken"
    REFUSED = "refused"
    """The database, or a rule of the server, said no."""
    FAULT = "fault"
    """Something broke in the server."""
    PENDING = "pending"
    """Not decided yet: the outcome comes with `Connection.settle`."""


class Directory(Protocol):
    """Who keeps the names. Its methods never raise: what goes wrong there is `Claim.FAULT`."""

    def claim(self, name: str, address: str) -> Claim:
        """Enter `name` (a parsed name) as being at `address`."""

    def lookup(self, name: str) -> str | None:
        """Return the IPv4 address of whoever has this name and takes 2023 calls, else None.

        `name` is whatever the client sent: any text, of any length.
        """

    def release(self, name: str) -> None:
        """Delete the entry that `claim` granted under `name`."""


class Ending(StrEnum):
    """Why a connection is over."""

    ASKED = "asked"
    """The client sent DISCONNECT."""
    LOST = "lost"
    """The connection closed, or TCP found it dead."""
    NOT_2023 = "not_2023"
    """What came was no stream of JSON objects, or an object without end."""
    TOO_SLOW = "too_slow"
    TOO_MUCH = "too_much"


class Event(msgspec.Struct, frozen=True, kw_only=True):
    """Something for the log. `address` is where the connection came from."""

    address: str


class Registered(Event, frozen=True):
    """`name` is there. `formerly` is the name that this connection gave up for it."""

    name: str
    formerly: str = ""


class RegistrationRefused(Event, frozen=True):
    """`claim` says why; `name_…` codes are of the tree of errors."""

    name: str
    claim: str


class LookedUp(Event, frozen=True):
    """`asker` (empty before REG) wants to reach `wanted`, who is at `found`."""

    asker: str
    wanted: str
    found: str


class UnknownName(Event, frozen=True):
    """`asker` wants to reach `wanted`, who is not there."""

    asker: str
    wanted: str


class DisconnectRefused(Event, frozen=True):
    """`asker` tried to disconnect `name`, which is not theirs. Nothing was deleted."""

    asker: str
    name: str


class Misunderstood(Event, frozen=True):
    """Something that is no request. `code` is of the tree of errors, or `unknown_command`."""

    asker: str
    code: str


class Unreported(Event, frozen=True):
    """`count` more look-ups and faults than REPORTS_PER_S were not reported one by one."""

    asker: str
    count: int


class Disconnected(Event, frozen=True):
    """The connection is over; the entry of `name` (empty: never registered) is deleted."""

    name: str
    ending: Ending


class Connection:
    """The machine of one connection. It holds at most one name, until it ends."""

    __slots__ = (
        "_budget",
        "_budget_since",
        "_claiming",
        "_directory",
        "_events",
        "_faults",
        "_reader",
        "_unfinished_since",
        "_unreported",
        "_waiting",
        "address",
        "closing",
        "name",
    )

    def __init__(self, directory: Directory, address: str) -> None:
        self._directory = directory
        self._reader = RequestReader()
        self._events: list[Event] = []
        self._waiting: list[Request | Malformed] = []
        self._claiming: str | None = None
        self._unfinished_since: float | None = None
        self._faults = 0
        self._budget = REPORTS_PER_S
        self._budget_since = 0.0
        self._unreported = 0
        self.address = address
        self.name = ""
        self.closing = False

    # ── in ───────────────────────────────────────────────────────────────────────────────────────

    def receive(self, data: bytes, now: float) -> bytes:
        """Take what arrived; return what to write. Nothing is understood once `closing`."""
        if self.closing:
            return b""
        self._refill(now)
        try:
            requests = self._reader.feed(data)
        except ProtocolViolation as broken:
            return self._give_up(broken.code)
        self._watch_unfinished(bool(requests), now)
        replies = self._answer(requests)
        if self._reader.broken is not None and not self.closing:
            replies += self._give_up(self._reader.broken.code)
        return replies

    def settle(self, claim: Claim, now: float) -> bytes:
        """Take the outcome of the claim that was `Claim.PENDING`; return what to write."""
        assert self._claiming is not None
        assert claim is not Claim.PENDING
        name, self._claiming = self._claiming, None
        if self.closing:
            # The connection went while its claim was decided: nobody is there to hold the name.
            if claim is Claim.GRANTED:
                self._directory.release(name)
            return b""
        self._refill(now)
        waiting, self._waiting = self._waiting, []
        return self._decided(name, claim) + self._answer(waiting)

    def tick(self, now: float) -> bytes:
        """Do what is due at `deadline`; return what to write."""
        deadline = self.deadline
        if deadline is None or now < deadline:
            return b""
        return ERROR + self._end(Ending.TOO_SLOW)

    def lost(self) -> None:
        """The connection is gone, however it went. May be called at any time, more than once."""
        self._end(Ending.LOST)

    # ── out ──────────────────────────────────────────────────────────────────────────────────────

    @property
    def deadline(self) -> float | None:
        """When `tick` must be called next."""
        since = self._unfinished_since
        return None if since is None or self.closing else since + UNFINISHED_S

    @property
    def paused(self) -> bool:
        """Whether a claim is being decided: answers wait for it, in order."""
        return self._claiming is not None

    def take_events(self) -> list[Event]:
        """Return what happened since the last call, in order."""
        if not self._events:
            return []
        events, self._events = self._events, []
        return events

    # ── requests ─────────────────────────────────────────────────────────────────────────────────

    def _answer(self, requests: Sequence[Request | Malformed]) -> bytes:
        replies = []
        for at, request in enumerate(requests):
            if self._claiming is not None:
                self._wait(requests[at:])
                break
            replies.append(self._answer_one(request))
            if self.closing:
                break
        return b"".join(replies)

    def _wait(self, requests: Sequence[Request | Malformed]) -> None:
        self._waiting.extend(requests)
        if len(self._waiting) > MOST_WAITING:
            self._end(Ending.TOO_MUCH)

    def _answer_one(self, request: Request | Malformed) -> bytes:
        if isinstance(request, Malformed):
            return self._misunderstand(request.code)
        # Asked far more often than anything else.
        if request.command == GET:
            self._faults = 0
            if self._budget:
                return self._get(request.name)
            self._unreported += 1
            return address_reply(self._directory.lookup(request.name))
        if request.command == REG:
            self._faults = 0
            return self._register(request.name)
        if request.command == DISCONNECT:
            return self._disconnect(request.name)
        return self._misunderstand("unknown_command")

    def _get(self, wanted: str) -> bytes:
        found = self._directory.lookup(wanted)
        self._budget -= 1
        self._events.append(
            UnknownName(address=self.address, asker=self.name, wanted=_shown(wanted))
            if found is None
            else LookedUp(address=self.address, asker=self.name, wanted=_shown(wanted), found=found)
        )
        return address_reply(found)

    def _register(self, text: str) -> bytes:
        try:
            name = parse_name(text)
        except BadName as bad:
            self._refuse(text, bad.code)
            return NOT_REGISTERED
        if self.name and fold_name(name) == fold_name(self.name):
            return REGISTERED
        claim = self._directory.claim(name, self.address)
        if claim is Claim.PENDING:
            self._claiming = name
            return b""
        return self._decided(name, claim)

    def _decided(self, name: str, claim: Claim) -> bytes:
        if claim is not Claim.GRANTED:
            self._refuse(name, claim.value)
            return ERROR if claim is Claim.FAULT else NOT_REGISTERED
        formerly, self.name = self.name, name
        if formerly:
            self._directory.release(formerly)
        self._events.append(Registered(address=self.address, name=name, formerly=formerly))
        return REGISTERED

    def _refuse(self, name: str, why: str) -> None:
        if self._may_report():
            self._events.append(
                RegistrationRefused(address=self.address, name=_shown(name), claim=why)
            )

    def _disconnect(self, name: str) -> bytes:
        if self.name and fold_name(name) == fold_name(self.name):
            return self._end(Ending.ASKED)
        if self._may_report():
            self._events.append(
                DisconnectRefused(address=self.address, asker=self.name, name=_shown(name))
            )
        return self._count_fault()

    def _misunderstand(self, code: str) -> bytes:
        if self._may_report():
            self._events.append(Misunderstood(address=self.address, asker=self.name, code=code))
        return self._count_fault()

    def _count_fault(self) -> bytes:
        self._faults += 1
        if self._faults >= MOST_FAULTS:
            self._end(Ending.NOT_2023)
        return ERROR

    # ── limits and the end ───────────────────────────────────────────────────────────────────────

    def _give_up(self, code: str) -> bytes:
        self._events.append(Misunderstood(address=self.address, asker=self.name, code=code))
        return ERROR + self._end(Ending.NOT_2023)

    def _watch_unfinished(self, progress: bool, now: float) -> None:
        if not self._reader.waiting:
            self._unfinished_since = None
        elif progress or self._unfinished_since is None:
            self._unfinished_since = now

    def _refill(self, now: float) -> None:
        if now - self._budget_since >= 1.0:
            self._flush_unreported()
            self._budget_since = now
            self._budget = REPORTS_PER_S

    def _may_report(self) -> bool:
        if self._budget:
            self._budget -= 1
            return True
        self._unreported += 1
        return False

    def _flush_unreported(self) -> None:
        if self._unreported:
            self._events.append(
                Unreported(address=self.address, asker=self.name, count=self._unreported)
            )
            self._unreported = 0

    def _end(self, ending: Ending) -> bytes:
        """Delete the entry and close. Always works, and only once."""
        if self.closing:
            return b""
        self.closing = True
        self._flush_unreported()
        name, self.name = self.name, ""
        if name:
            self._directory.release(name)
        self._waiting = []
        self._events.append(Disconnected(address=self.address, name=name, ending=ending))
        return b""


def _shown(name: str) -> str:
    """Return what a log may hold of a name that somebody sent: its beginning."""
    return name if len(name) <= _LONGEST_SHOWN else name[:_LONGEST_SHOWN] + "…"
