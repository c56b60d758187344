"""One call, as a program holds it: what it is now, each change, and what may be done about it.

Decides nothing: what a program wants goes to the core, and what became of it comes back.
"""

import asyncio
from collections import deque
from collections.abc import AsyncIterator

import msgspec

from devcloud.call import events as on
from devcloud.call.machine import Call
from devcloud.call.states import Role, State
from devcloud.client.audio import CallAudio
from devcloud.client.core import Core
from devcloud.client.feed import Feed
from devcloud.client.guard import Trust
from devcloud.client.notices import DeviceChanged, DeviceFailed, Levels, NoMicrophone, Notice
from devcloud.client.status import CallStatus, Stopwatch, status_of
from devcloud.media import control
from devcloud.media.control import DeviceKind
from devcloud.model.errors import DevCloudError, LocalError, MediaFailed, Untrusted
from devcloud.model.records import EndReason
from devcloud.model.texts import Language

MOST_EVENTS = 256
MOST_NOTICES = 64


class CallOver(LocalError):
    """The call ended before what was waited for. `reason` says why."""

    exit_code = 1

    def __init__(self, reason: EndReason) -> None:
        super().__init__("call_over", reason=str(reason))
        self.reason = reason


class ClientCall:
    """One call. `status` is how it is now; `events` yields each change."""

    def __init__(self, core: Core, call: Call, now: float, language: Language) -> None:
        self.audio = CallAudio(call.id, core.order)
        self._core = core
        self._call = call
        self._watch = Stopwatch(now)
        self._quality: control.Quality | None = None
        self._secured = False
        self.trouble: DevCloudError | None = None
        """What went wrong last, without ending the call or before it ended."""
        self._trust = Trust()
        self._doubted = False
        self._language = language
        self._loop = asyncio.get_running_loop()
        self._readers: dict[object, deque[CallStatus]] = {}
        self._news = asyncio.Event()
        self._told: CallStatus | None = None
        self._devices: dict[DeviceKind, str] = {}
        self._used_last: dict[DeviceKind, str] = {}
        self._notices: Feed[Notice] = Feed(MOST_NOTICES)

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
            trouble=self.trouble.code if self.trouble else "",
            trust=self._trust,
            language=self._language,
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

    @property
    def device(self) -> str:
        """The microphone that is used now, by its name; empty where there is none."""
        return self._devices.get(DeviceKind.INPUT, "") if self.audio.uses_microphone else ""

    @property
    def speaker_device(self) -> str:
        """The speaker that is used now, by its name; empty where there is none."""
        return self._devices.get(DeviceKind.OUTPUT, "") if self.audio.uses_speaker else ""

    def notices(self) -> AsyncIterator[Notice]:
        """Yield what becomes of the devices from now on, until the call is over: `DeviceFailed`,
        `DeviceChanged`, `NoMicrophone`. The call itself goes on.

            async for notice in call.notices():
                if isinstance(notice, DeviceChanged): ...
        """
        return self._notices.read()

    def levels(self) -> AsyncIterator[Levels]:
        """Yield how loud it is on both sides, 20 times a second, until the call is over. Whoever
        is late gets the newest only."""
        return self.audio.levels()

    async def accept(self) -> None:
        """Take the call. Returns at once; `connected` waits for the voice.

        Raises:
            Untrusted: `key_changed_ask`: the caller's key is not the one it had before. See
                `accept_key`.
        """
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
        """Put the call on hold, or take it back. Both sides know; by 2023, which has no word for
        it, the other side hears silence."""
        self._core.act(self.id, on.Hold(held))

    async def accept_key(self) -> None:
        """The other side's key has changed, and the person says that it is right: go on. An
        incoming call still has to be accepted."""
        self._core.accept_key(self.id)

    async def confirm_words(self, *, match: bool) -> None:
        """Both have read the safety words to each other. `match` marks the other side's key as
        verified; otherwise it is not, or no longer, and hanging up is the thing to do.

        Raises:
            Untrusted: `words_not_there`, before both have accepted.
        """
        self._core.confirm_words(self.id, match=match)

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
        trust = self._core.desk.trust(self.id)
        # What was known stays known when the call is over and its handshake forgotten.
        self._trust = self._trust if trust == Trust() else trust
        if self._call.over and self._watch.ended is None:
            self._watch.ended = self._loop.time()
        if self._call.state in (State.ACTIVE, State.HELD):
            self._secured = True
        if self._call.reason is EndReason.UNTRUSTED and not self._doubted:
            self._doubted = True
            self.trouble = Untrusted("untrusted_there", name=self.peer)
        takes_part = self._call.role is Role.CALLER or self._call.accepted
        self.audio.use_defaults(self._core.equipment.defaults, takes_part=takes_part)
        if self._call.state is State.ENDED:
            self.audio.closed()
            self._notices.close()
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
            self.trouble = MediaFailed(report.code, detail=report.detail)
            self._notice_trouble(report)
        elif isinstance(report, control.DeviceUsed):
            self._notice_device(report)
        else:
            return
        self.changed()

    def _notice_trouble(self, trouble: control.Trouble) -> None:
        if trouble.code.startswith("device_") and trouble.code != "device_no_microphone":
            self._notices.put(DeviceFailed(trouble.code, trouble.detail))

    def _notice_device(self, used: control.DeviceUsed) -> None:
        before = self._devices.get(used.kind)
        self._devices[used.kind] = used.device
        if used.device:
            old = self._used_last.get(used.kind, used.device)
            self._used_last[used.kind] = used.device
            if used.device != old or before == "":
                self._notices.put(DeviceChanged(old, used.device, used.kind))
        elif used.kind is DeviceKind.INPUT and before != "":
            self._notices.put(NoMicrophone())

    def went_wrong(self, error: DevCloudError) -> None:
        """Something that the call says was refused."""
        self.trouble = error

    def distrusted(self, error: DevCloudError) -> None:
        """The other side is not who it says, or has another key than before."""
        self._doubted = True
        self.trouble = error
        self.changed()

    def becomes(self, call: Call) -> None:
        """The call goes on as another one."""
        self._call = call
        self.changed()
