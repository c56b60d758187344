"""What programs use: `connect`, and what it gives.

async with devcloud.connect("wss://host:10000", name="Marc") as me:
    async for people in me.people(): …
    call = await me.call("John")
    async for call in me.incoming(): await call.accept()
"""

import asyncio
import os
from collections import deque
from collections.abc import AsyncIterator
from pathlib import Path
from types import TracebackType

import msgspec

from devcloud.call import events as on
from devcloud.call.machine import Call
from devcloud.call.states import State, Timers
from devcloud.client.address import ServerAddress, parse_address
from devcloud.client.audio import CallAudio
from devcloud.client.core import Core, Watcher
from devcloud.client.datadir import DataDirectory, default_directory
from devcloud.client.desk import Desk
from devcloud.client.session import Session, SignIn
from devcloud.client.status import CallStatus, Stopwatch, status_of
from devcloud.media import control
from devcloud.model import ids
from devcloud.model.errors import DevCloudError, LocalError
from devcloud.model.names import parse_name
from devcloud.model.presence import Person
from devcloud.model.records import EndReason

MOST_EVENTS = 256


class CallOver(LocalError):
    """The call ended before what was waited for. `reason` says why."""

    exit_code = 1

    def __init__(self, reason: EndReason) -> None:
        super().__init__("call_over", reason=str(reason))
        self.reason = reason


class ClientCall:
    """One call. `status` is how it is now; `events` yields each change."""

    def __init__(self, core: Core, call: Call, now: float) -> None:
        self.audio = CallAudio(call.id, core.order)
        self._core = core
        self._call = call
        self._watch = Stopwatch(now)
        self._quality: control.Quality | None = None
        self._secured = False
        self._trouble = ("", "")
        self._loop = asyncio.get_running_loop()
        self._readers: dict[object, deque[CallStatus]] = {}
        self._news = asyncio.Event()
        self._told: CallStatus | None = None

    @property
    def id(self) -> str:
        """The call's id. It changes when both had called each other at once."""
        return self._call.id

    @property
    def peer(self) -> str:
        """The other person."""
        return self._call.peer

    @property
    def status(self) -> CallStatus:
        """How the call is at this moment."""
        return status_of(
            self._call,
            self._watch,
            self._quality,
            secured=self._secured,
            trouble=self._trouble,
            now=self._loop.time(),
        )

    async def events(self) -> AsyncIterator[CallStatus]:
        """Yield the status now and after each change, up to the one that is `ended`."""
        queue: deque[CallStatus] = deque([self.status], maxlen=MOST_EVENTS)
        reader = object()
        self._readers[reader] = queue
        try:
            while True:
                while queue:
                    status = queue.popleft()
                    yield status
                    if status.state is State.ENDED:
                        return
                self._news.clear()
                await self._news.wait()
        finally:
            del self._readers[reader]

    async def accept(self) -> None:
        """Take the call. Returns at once; `connected` waits for the voice."""
        self._core.act(self.id, on.Accept())

    async def decline(self, text: str = "") -> None:
        """Say no, perhaps with a word (at most 200 characters)."""
        self._core.act(self.id, on.HangUp(text=text[:200]))
        await self.ended()

    async def hang_up(self) -> None:
        """End the call, whatever its state, and return when its files are closed."""
        self._core.act(self.id, on.HangUp())
        await self.ended()

    async def hold(self, held: bool = True) -> None:
        """Put the call on hold, or take it back. Both sides know."""
        self._core.act(self.id, on.Hold(held))

    async def mute(self, muted: bool = True) -> None:
        """Send silence instead of the source, or the source again."""
        self._core.act(self.id, on.Mute(muted))

    async def connected(self) -> CallStatus:
        """Return when both are talking. Raises CallOver when that will not happen."""
        return await self._until(State.ACTIVE, State.HELD)

    async def ended(self) -> EndReason:
        """Return why the call ended, when it has."""
        async for status in self.events():
            if status.state is State.ENDED:
                assert status.reason is not None
                return status.reason
        raise AssertionError("a call that never ended")

    async def _until(self, *states: State) -> CallStatus:
        async for status in self.events():
            if status.state in states:
                return status
            if status.state in (State.ENDING, State.ENDED):
                assert status.reason is not None
                raise CallOver(status.reason)
        raise AssertionError("a call that never ended")

    # ── for the client ───────────────────────────────────────────────────────────────────────────

    def changed(self) -> None:
        """Something about the call is new."""
        if self._call.over and self._watch.ended is None:
            self._watch.ended = self._loop.time()
        if self._call.state in (State.ACTIVE, State.HELD):
            self._secured = True
        if self._call.state is State.ENDED:
            self.audio.closed()
        status = self.status
        told = msgspec.structs.replace(status, duration_s=0.0)
        if told == self._told:
            return
        self._told = told
        for queue in self._readers.values():
            queue.append(status)
        self._news.set()

    def reported(self, report: control.Report) -> None:
        """The media has news of this call."""
        self.audio.reported(report)
        if isinstance(report, control.Quality):
            self._quality = report
        elif isinstance(report, control.FirstVoice):
            if self._watch.first_voice is None:
                self._watch.first_voice = self._loop.time()
        elif isinstance(report, control.Trouble):
            self._trouble = (report.code, report.detail)
        else:
            return
        self.changed()

    def becomes(self, call: Call) -> None:
        """The call goes on as another one."""
        self._call = call
        self.changed()


class Client:
    """A person, signed in. Made by `connect`."""

    def __init__(
        self, name: str, address: ServerAddress, device: str, timers: Timers | None = None
    ) -> None:
        self.name = name
        self.address = address
        self.failure: DevCloudError | None = None
        """Why nothing goes on any more, when that is so."""
        self._calls: dict[str, ClientCall] = {}
        self._aliases: dict[str, str] = {}
        self._ringing: deque[ClientCall] = deque(maxlen=MOST_EVENTS)
        self._online = False
        self._news = asyncio.Event()
        self._closed = False
        desk = Desk(name, device, timers=timers, stun=(address.stun,))
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
            ),
        )

    @property
    def online(self) -> bool:
        """Whether there is a connection to the server at this moment."""
        return self._online

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

    async def call(self, name: str) -> ClientCall:
        """Call somebody. Returns at once: `connected` of the call waits for the voice, `ended` for
        the end, which is also how an unknown name or a busy line shows.

        Raises:
            BadName: not a name.
            LocalError: `name_own`.
            Busy: `already_in_call`.
        """
        self._check()
        id = self.core.place(parse_name(name))
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

    # ── from the core ────────────────────────────────────────────────────────────────────────────

    def _make(self, call: Call) -> ClientCall:
        made = ClientCall(self.core, call, asyncio.get_running_loop().time())
        self._calls[call.id] = made
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

    def _went_online(self, online: bool, _pause: float | None) -> None:
        self._online = online
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


class connect:  # noqa: N801 - read as a verb: `async with devcloud.connect(…) as me`
    """Sign in to a server, and out again at the end of the `async with`.

    `address` is what a person would type or paste; `name` is who one is; `data` is the directory
    with this installation's key (the platform's own by default). An `observer` sees who is there,
    is seen by nobody, and calls nobody.

    Raises, on entering:
        BadName, BadSettings: not a name, not an address.
        StorageFailed, AlreadyRunning: the data directory.
        Unreachable, Refused: the server.
        MediaFailed: the media process does not start.
    """

    def __init__(
        self,
        address: str,
        *,
        name: str,
        data: str | Path | None = None,
        observer: bool = False,
        timers: Timers | None = None,
    ) -> None:
        self.name = parse_name(name)
        self._address = parse_address(address)
        self._directory = Path(data) if data is not None else default_directory()
        self._observer = observer
        self._timers = timers
        self._data: DataDirectory | None = None
        self._client: Client | None = None

    async def __aenter__(self) -> Client:
        self._data = DataDirectory(self._directory)
        if not self._observer:
            self._data.lock(self.name)
        try:
            device = ids.device_id(os.urandom(ids.DEVICE_ID_BYTES))
            client = Client(self.name, self._address, device, self._timers)
            sign_in = SignIn(
                name=self.name, device=device, key=self._data.key(), observer=self._observer
            )
            session = Session(self._address, sign_in, self._data, client.core.listener)
            await client.core.start(session, media=not self._observer)
        except BaseException:
            self._data.release()
            raise
        self._client = client
        return client

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        assert self._client is not None and self._data is not None
        self._client.closed()
        try:
            await self._client.core.stop()
        finally:
            self._data.release()
