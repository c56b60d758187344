"""A person who is signed in: who else is there, the calls there are, and a way to call.

Decides nothing, and keeps no call that is over.
"""

import asyncio
import os
from collections import deque
from collections.abc import AsyncIterator
from dataclasses import dataclass

from devcloud.call.machine import Call
from devcloud.call.states import State, Timers
from devcloud.client.address import ServerAddress
from devcloud.client.core import Core
from devcloud.client.datadir import DataDirectory
from devcloud.client.desk import Desk
from devcloud.client.guard import Guard
from devcloud.client.known_keys import KnownKeys
from devcloud.client.missed import MissedCall, missed_call
from devcloud.client.oneself import Oneself
from devcloud.client.ongoing import ClientCall
from devcloud.client.policy import DEFAULT, Policy
from devcloud.client.port2023 import Mode2023
from devcloud.client.shared_audio import SharedAudio
from devcloud.client.watcher import Watcher
from devcloud.identity.keys import SigningKey
from devcloud.identity.pins import PinBook
from devcloud.media import control
from devcloud.model.errors import DevCloudError, LocalError, StorageFailed
from devcloud.model.names import parse_name
from devcloud.model.presence import Person
from devcloud.model.records import CallRecord
from devcloud.model.texts import Language

MOST_RINGING = 256
"""Calls that rang and that no program has taken out; the oldest are forgotten."""
MOST_WARNINGS = 64


@dataclass(frozen=True)
class Connection:
    """Whether there is a connection to the server, and if not, when the next attempt is made."""

    online: bool
    next_try_s: float | None = None


class Client(Oneself, KnownKeys, SharedAudio):
    """A person, signed in. Made by `connect`.

    Its iterators may have several readers: each sees who is there and how the connection is; a
    call that rings goes to one of them. All come to an end when the client is closed.
    """

    def __init__(
        self,
        name: str,
        address: ServerAddress,
        device: str,
        data: DataDirectory,
        *,
        timers: Timers | None = None,
        language: Language = Language.ENGLISH,
        policy: Policy = DEFAULT,
        observer: bool = False,
        mode_2023: Mode2023 = Mode2023.OFF,
        call_waiting: bool = False,
    ) -> None:
        self.name = name
        self.address = address
        self._data = data
        self._key: SigningKey | None = None
        self._language = language
        self._observer = observer
        self.failure: DevCloudError | None = None
        """Why nothing goes on any more, when that is so."""
        self._calls: dict[str, ClientCall] = {}
        self._aliases: dict[str, str] = {}
        self._ringing: deque[ClientCall] = deque(maxlen=MOST_RINGING)
        self._warnings: deque[DevCloudError] = deque(maxlen=MOST_WARNINGS)
        self._missed: deque[MissedCall] = deque(maxlen=MOST_RINGING)
        self._connection = Connection(online=False)
        self._news = asyncio.Event()
        self._closed = False
        only_2023 = mode_2023 is Mode2023.ONLY
        guard = None if only_2023 else self._guard(name, data)
        desk = Desk(
            name,
            device,
            timers=timers,
            waiting=call_waiting,
            stun=address.stun_urls,
            guard=guard,
            policy=policy,
        )
        self.core = Core(
            desk,
            Watcher(
                rang=self._rang,
                changed=self._call_changed,
                became=self._became,
                opened=self._opened,
                reported=self._reported,
                people=self._tell,
                online=self._went_online,
                failed=self._failed,
                distrusted=self._distrusted,
                pinned=self._pinned,
                remembered=self._remembered,
                refused=self._refused,
            ),
            mode_2023,
        )
        self.equipment = self.core.equipment

    def _guard(self, name: str, data: DataDirectory) -> Guard:
        self._key = data.key()
        return Guard(name, self._key, data.book(self.address.authority), os.urandom)

    @property
    def online(self) -> bool:
        """Whether there is a connection to the server at this moment."""
        return self._connection.online

    @property
    def off_2023(self) -> DevCloudError | None:
        """Why calls with programs of 2023 are off, where they should be on."""
        return self.core.port_2023.trouble

    @property
    def calls(self) -> tuple[ClientCall, ...]:
        """The calls there are."""
        return tuple(self._calls.values())

    async def people(self) -> AsyncIterator[tuple[Person, ...]]:
        """Yield who is online, now and after each change; nobody while there is no connection.

        Raises:
            Refused: the server does not let this person in again.
        """
        told: tuple[Person, ...] | None = None
        while not self._closed:
            self._check()
            everyone = self.core.people.everyone()
            if everyone != told:
                told = everyone
                yield everyone
            await self._wait()

    async def connection(self) -> AsyncIterator[Connection]:
        """Yield how the connection to the server is, now and after each change.

        Raises:
            Refused: the server does not let this person in again.
        """
        told: Connection | None = None
        while not self._closed:
            self._check()
            if self._connection != told:
                told = self._connection
                yield told
            await self._wait()

    async def call(self, name: str) -> ClientCall:
        """Call somebody. Returns at once: `connected` of the call waits for the voice, `ended` for
        the end, which is also how an unknown name or a busy line shows.

        Raises:
            BadName: not a name.
            LocalError: `name_own`, `observers_cannot_call`.
            Busy: `already_in_call`.
            Untrusted: `key_changed`: the server shows another key than this name had before.
                Nothing has been sent; see `accept_key`. Also `call_not_encrypted` and
                `encryption_lost`, of calls with programs of 2023.
            LocalError: of such calls: `port_2023_closed`, `port_2023_taken`,
                `name_blank_for_2023`.
            Refused: `recipient_unknown`, by a server of 2023.
            Unreachable: `server_2023_gone`.
        """
        self._check()
        if self._observer:
            raise LocalError("observers_cannot_call")
        peer = parse_name(name)
        id = self.core.place(peer, await self.core.whereabouts.reach(peer))
        # Glare may have made the call one that is here already.
        return self._calls.get(id) or self._calls[self._aliases.pop(id)]

    async def incoming(self) -> AsyncIterator[ClientCall]:
        """Yield each call as it begins to ring.

        Raises:
            Refused: the server does not let this person in again.
        """
        while not self._closed:
            while self._ringing:
                yield self._ringing.popleft()
            self._check()
            await self._wait()

    def accept_key(self, name: str, *, fingerprint: str) -> None:
        """The person says that the key with this fingerprint (`new` of `key_changed`) is the right
        one for `name`, who is not verified any more: `call` can be tried again.

        Raises:
            Untrusted: `key_gone`: that key is not the one that the server shows now.
        """
        self.core.accept_key_of(parse_name(name), fingerprint)

    async def missed(self) -> AsyncIterator[MissedCall]:
        """Yield each call that ended unanswered here; those that rang before anybody asked, too. A
        missed call goes to one reader.

            async for missed in me.missed():
                print(missed.peer, missed.reason)
        """
        while not self._closed:
            while self._missed:
                yield self._missed.popleft()
            await self._wait()

    async def warnings(self) -> AsyncIterator[DevCloudError]:
        """Yield why an invitation was refused before it rang: somebody is not who they say, or
        somebody in between has changed what they said; or why a key could not be written down.
        The newest are kept."""
        while not self._closed:
            while self._warnings:
                yield self._warnings.popleft()
            await self._wait()

    # ── from the core ────────────────────────────────────────────────────────────────────────────

    def _make(self, call: Call) -> ClientCall:
        made = ClientCall(self.core, call, asyncio.get_running_loop().time(), self._language)
        self._calls[call.id] = made
        made.changed()
        return made

    def _rang(self, call: Call) -> None:
        self._ringing.append(self._make(call))
        self._tell()

    def _call_changed(self, call: Call) -> None:
        known = self._calls.get(call.id)
        if known is not None:
            known.changed()
            if call.state is State.ENDED:
                del self._calls[call.id]

    def _became(self, old: str, new: str) -> None:
        merged = self.core.desk.line.calls.get(new)
        ours = self._calls.pop(old, None)
        theirs = self._calls.get(new)
        if theirs is not None:
            # They were ringing here already: dialling them is taking their call.
            self._aliases[old] = new
        elif ours is not None and merged is not None:
            self._calls[new] = ours
            ours.becomes(merged)

    def _opened(self, call_id: str) -> None:
        # Dialling begins with the media: this is where a call of our own is first seen.
        known = self._calls.get(call_id) or self._make(self.core.desk.line.calls[call_id])
        known.audio.opened(call_id)

    def _reported(self, report: control.Report) -> None:
        call = self._calls.get(getattr(report, "call", ""))
        if call is not None:
            call.reported(report)

    def _distrusted(self, call_id: str, error: DevCloudError) -> None:
        call = self._calls.get(call_id)
        if call is not None:
            call.distrusted(error)
        elif not call_id:
            self._warnings.append(error)
            self._tell()

    def _pinned(self, book: PinBook) -> None:
        try:
            self._data.keep_book(self.address.authority, book)
        except StorageFailed as failure:
            # A full disk ends no call; the keys are known until the program ends.
            self._warnings.append(failure)
            self._tell()

    def _remembered(self, record: CallRecord) -> None:
        missed = missed_call(record, self.name)
        if missed is not None:
            self._missed.append(missed)
            self._tell()

    def _refused(self, call_id: str, error: DevCloudError) -> None:
        call = self._calls.get(call_id)
        if call is not None:
            call.went_wrong(error)

    def _went_online(self, online: bool, pause: float | None) -> None:
        self._connection = Connection(online, pause)
        self._tell()

    def _failed(self, failure: DevCloudError) -> None:
        self.failure = failure
        self._tell()

    def closed(self) -> None:
        """The connection is being closed: whoever iterates comes to an end."""
        self._closed = True
        self._tell()

    def _tell(self) -> None:
        self._news.set()

    async def _wait(self) -> None:
        self._news.clear()
        await self._news.wait()

    def _check(self) -> None:
        if self.failure is not None:
            raise self.failure
