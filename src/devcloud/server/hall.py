"""What the sessions of one server share: who is there, who owns which name, what is counted.

Carries out what the directory decides: delivers messages and differences in presence, and keeps the
few timers there are (one for presence, one for calls, one that looks at every session once a
second). Knows nothing of sockets; a session is whoever can `send`.
"""

import asyncio
import time
from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from importlib.metadata import version
from typing import TYPE_CHECKING, TypeVar

import msgspec

from devcloud.directory.accounts import Account, Accounts
from devcloud.directory.blocks import Block, Blocks
from devcloud.directory.buckets import Buckets
from devcloud.directory.calls import CallRegister
from devcloud.directory.joining import Join, Reservation
from devcloud.directory.members import Member
from devcloud.directory.people import People
from devcloud.identity.keys import fingerprint
from devcloud.model.errors import DevCloudError, Refused, StorageFailed
from devcloud.model.presence import Status
from devcloud.model.records import CallKind, CallRecord, EndReason
from devcloud.server.farewell import Farewells
from devcloud.server.happenings import (
    Answered,
    Called,
    CallOver,
    Came,
    Happening,
    StatusChanged,
    Went,
)
from devcloud.server.logs import get_log
from devcloud.server.metrics import Metrics
from devcloud.server.settings import Limits
from devcloud.server.store import Store, Written
from devcloud.wire.signalling.codec import encode
from devcloud.wire.signalling.messages import (
    Answer,
    CallMessage,
    Cancel,
    Decline,
    Hangup,
    Invite,
    Presence,
    Welcome,
)
from devcloud.wire.websocket.frames import text_frame

if TYPE_CHECKING:
    from devcloud.server.session import Session

PEOPLE_PER_MESSAGE = 150
"""A person takes at most 400 bytes of JSON: so many stay below the longest message."""
_NAMES_PER_MESSAGE = 400

_T = TypeVar("_T")
_VERSION = version("devcloud-voice")

_log = get_log(__name__)


@dataclass(frozen=True, slots=True)
class HallSettings:
    """`proxy_pin`: of the proxy's certificate, as those see it who come by way of it. `records`:
    write calls down. `join`: who may claim a new name; `reserved`: one kept for somebody."""

    limits: Limits
    records: bool
    proxy_pin: str = ""
    join: Join = Join.OPEN
    reserved: Reservation | None = None

    def holds_back(self, name: str) -> bool:
        """Return whether a name is kept for somebody."""
        return self.reserved is not None and self.reserved.is_for(name)


class Hall:
    """See the module."""

    def __init__(
        self,
        settings: HallSettings,
        accounts: Sequence[Account],
        store: Store,
        blocks: Sequence[Block] = (),
    ) -> None:
        limits = settings.limits
        self.settings = settings
        self.store = store
        self.accounts = Accounts(accounts)
        self.blocks = Blocks(blocks)
        self.people = People(everyone_up_to=limits.everyone_up_to)
        self.calls = CallRegister()
        self.farewells = Farewells(self.people, self.observe)
        self.sessions: set[Session] = set()
        self._sessions_of: Counter[str] = Counter()
        self.metrics = Metrics(
            people=lambda: len(self.people),
            sessions=lambda: len(self.sessions),
            calls_begun=lambda: self.calls.begun,
        )
        self.address_messages: Buckets[str] = Buckets(limits.address_messages)
        self.new_names: Buckets[str] = Buckets(limits.new_names)
        self.tell: Callable[[Happening], None] = _nobody
        """Whoever watches: the host's window. Called on the loop; must not raise."""
        self.stopping = False
        self.empty = asyncio.Event()
        self._loop = asyncio.get_running_loop()
        self.now = self._loop.time
        self._timers: dict[str, tuple[float, asyncio.TimerHandle]] = {}

    def start(self) -> None:
        """Begin to look at the sessions."""
        self._look()

    # ── coming and going ─────────────────────────────────────────────────────────────────────────

    def enter(self, member: Member) -> None:
        """Somebody signed in: welcome them, and let the others know. Raises Refused."""
        now = self.now()
        older = self.people.sign_in(member, now)
        session: Session = member.handle
        if older is not None:
            older.handle.say_bye("replaced")
        if not member.observer:
            self.calls.back(member.name, member.device)
            self.farewells.back(member)
        self.metrics.sign_ins += 1
        people = self.people.everybody(member)
        session.send(
            Welcome(
                name=member.name,
                server=f"devcloud/{_VERSION}",
                people=people[:PEOPLE_PER_MESSAGE],
                everyone=member.everyone,
                silence_s=self.settings.limits.silence_s,
            )
        )
        for part in _parts(people[PEOPLE_PER_MESSAGE:], PEOPLE_PER_MESSAGE):
            session.send(Presence(people=part))
        self.wake()
        if not member.observer:
            self.tell(Came(member.name, session.address, member.kind))
        _log.info("signed in", name=member.name, address=session.address, here=len(self.people))

    def check_free(self, name: str) -> None:
        """Raise Refused `name_taken` where a person of 2023 has this name at this moment."""
        devices = self.people.devices_of(name).values()
        if any(member.kind is CallKind.LEGACY_2023 for member in devices):
            raise Refused("name_taken")

    def check_blocks(self, name: str, key: str, address: str) -> None:
        """Raise Refused `blocked` where the host keeps out any of the three."""
        if self.blocks:
            self.blocks.check(name=name, fingerprint=fingerprint(key), address=address)

    def throw_out(self, blocks: Blocks, code: str) -> int:
        """Say goodbye to everybody whom `blocks` name, signed in or about to; return how many."""
        out = [session for session in self.sessions if session.is_in(blocks)]
        for session in out:
            session.throw_out(code)
        return len(out)

    def has_room(self, address: str) -> bool:
        """Return whether one more may connect from here."""
        limits = self.settings.limits
        return (
            len(self.sessions) < limits.most_connections
            and self._sessions_of[address] < limits.connections_per_address
        )

    def opened(self, session: "Session") -> None:
        """A connection is there; nobody has signed in on it yet."""
        self.sessions.add(session)
        self._sessions_of[session.address] += 1

    def closed(self, session: "Session") -> None:
        """A connection is gone, whether somebody had signed in or not."""
        self.sessions.discard(session)
        self._sessions_of[session.address] -= 1
        if not self._sessions_of[session.address]:
            del self._sessions_of[session.address]
        if self.stopping and not self.sessions:
            self.empty.set()

    def leave(self, member: Member) -> None:
        """Somebody's connection ended."""
        if self.people.sign_out(member, self.now()):
            if not member.observer:
                self.calls.gone(member.name, member.device, self.now())
                self.tell(Went(member.name))
            self.wake()
            _log.info("signed out", name=member.name, here=len(self.people))

    def set_status(self, member: Member, status: Status, takes_2023: bool) -> None:
        """Somebody is not as they were."""
        self.people.set_status(member, status, takes_2023, self.now())
        self.wake()
        if not member.observer:
            self.tell(StatusChanged(member.name))

    def claim(self, account: Account, written: Written, *, invite: str = "") -> None:
        """Write a new name down, and the use of an invitation; a name that cannot be written is
        nobody's. Raises StorageFailed."""

        def told(failure: DevCloudError | None) -> None:
            if failure is not None and self.accounts.find(account.name) is account:
                self.accounts.release(account.name)
            written(failure)

        try:
            self.store.claim(account, told, invite=invite)
        except StorageFailed:
            self.accounts.release(account.name)
            raise

    # ── calls ────────────────────────────────────────────────────────────────────────────────────

    def observe(self, member: Member, message: CallMessage, rung: int) -> None:
        """Note what a message that was passed on does to its call; `rung` devices got it."""
        now, begun = self.now(), self.calls.begun
        record: CallRecord | None = None
        match message:
            case Invite():
                record = self.calls.invited(
                    message.call,
                    caller=member.name,
                    device=member.device,
                    callee=message.to,
                    rung=rung,
                    now=now,
                )
                if self.calls.begun != begun:
                    self.tell(Called(member.name, message.to))
            case Answer():
                pair = self.calls.find(message.call)
                if pair is not None and self.calls.answered(
                    message.call, by=member.name, device=member.device, now=now
                ):
                    self.tell(Answered(*pair))
            case Decline():
                record = self.calls.declined(
                    message.call,
                    by=member.name,
                    device=member.device,
                    reason=message.reason,
                    now=now,
                )
            case Cancel() | Hangup():
                to_all = message.to_device is None and message.not_device is None
                record = self.calls.ended(
                    message.call, by=member.name, reason=message.reason, now=now, to_all=to_all
                )
            case _:
                return
        if record is not None:
            self._write_down(record)
        self.wake()

    def not_reached(self, member: Member, invite: Invite, code: str) -> None:
        """An invitation reached nobody: a call all the same, over before it began."""
        self.observe(member, invite, rung=0)
        record = self.calls.unreached(
            invite.call, by=member.name, reason=EndReason(code), now=self.now()
        )
        if record is not None:
            self._write_down(record)
        self.wake()

    def _write_down(self, record: CallRecord) -> None:
        self.metrics.calls_ended[record.reason] += 1
        self.tell(CallOver(record.caller, record.callee, record.reason))
        if not self.settings.records:
            return
        # The register lives on the loop's clock, which nobody can set back; records on the
        # calendar's.
        offset = time.time() - self.now()
        answered = record.answered_at
        dated = msgspec.structs.replace(
            record,
            begun_at=record.begun_at + offset,
            answered_at=None if answered is None else answered + offset,
            ended_at=record.ended_at + offset,
        )
        try:
            self.store.record(dated, self._written)
        except StorageFailed as failure:
            self._written(failure)

    def _written(self, failure: DevCloudError | None) -> None:
        if failure is not None:
            self.metrics.records_lost += 1
            _log.error("call record lost", code=failure.code)

    # ── timers ───────────────────────────────────────────────────────────────────────────────────

    def wake(self) -> None:
        """Something may have a deadline now."""
        self._at("presence", self.people.next_deadline(), self._tell_differences)
        self._at("calls", self.calls.next_deadline(), self._end_overdue)

    def _at(self, what: str, deadline: float | None, act: Callable[[], None]) -> None:
        """Keep the timer of `what` at its deadline: one at a time, and none set for nothing."""
        set_for, timer = self._timers.get(what, (None, None))
        if set_for == deadline:
            return
        if timer is not None:
            timer.cancel()
            del self._timers[what]
        if deadline is not None and not self.stopping:
            timer = self._loop.call_at(deadline, self._ring, what, act)
            self._timers[what] = (deadline, timer)

    def _ring(self, what: str, act: Callable[[], None]) -> None:
        self._timers.pop(what, None)
        try:
            act()
        finally:
            self.wake()

    def _tell_differences(self) -> None:
        for difference in self.people.differences(self.now()):
            messages = [
                Presence(people=part) for part in _parts(difference.people, PEOPLE_PER_MESSAGE)
            ] + [Presence(gone=part) for part in _parts(difference.gone, _NAMES_PER_MESSAGE)]
            for message in messages:
                frame = text_frame(encode(message))
                for member in difference.to:
                    member.handle.send_frame(frame)

    def _end_overdue(self) -> None:
        for record in self.calls.overdue(self.now()):
            self._write_down(record)

    def _look(self) -> None:
        now = self.now()
        self._at("look", now + self.settings.limits.look_every_s, self._look)
        for session in list(self.sessions):
            session.look(now)

    # ── the end ──────────────────────────────────────────────────────────────────────────────────

    def stop(self) -> None:
        """Say goodbye to everybody and write down the calls that still go on."""
        self.stopping = True
        self.farewells.forget()
        for _, timer in self._timers.values():
            timer.cancel()
        for record in self.calls.end_all(self.now()):
            self._write_down(record)
        for session in list(self.sessions):
            session.say_bye("server_stopping")
        if not self.sessions:
            self.empty.set()


def _nobody(_: Happening) -> None:
    """Nobody watches."""


def _parts(whole: list[_T], size: int) -> list[list[_T]]:
    return [whole[start : start + size] for start in range(0, len(whole), size)]
