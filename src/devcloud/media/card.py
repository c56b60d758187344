"""The one microphone and the one speaker of this process, shared by its calls, and cared for.

The clock calls `begin_tick` (fetches the microphone's block and cleans it) before the calls'
ticks and `end_tick` (mixes what they play) after them. The loop asks for use and, once a second,
calls `look_after`: a device that is gone is reported and another takes its place; when there is
none, it is tried again every RETRY_S. Devices are opened on a worker, one thing at a time.
"""

import time
from collections.abc import Callable
from functools import partial
from typing import Final

from devcloud.media.control import Devices, Processing, Report, Trouble
from devcloud.media.devices import Microphone, OpenStream, Speaker, list_afresh, refresh
from devcloud.media.playout import SteadyQueue
from devcloud.media.processing import Processor, make_processor
from devcloud.media.sources import SILENT_BLOCK
from devcloud.media.worker import Worker
from devcloud.model.errors import MediaFailed

RETRY_S: Final = 5.0
STUCK_S: Final = 10.0
_MOST_WAITING: Final = 12


class MicrophoneSource:
    """A call's share of the microphone."""

    live = True

    def __init__(self, card: "Card", call: str) -> None:
        self._card = card
        self.call = call

    def take(self) -> bytes:
        """Return the microphone's present block."""
        return self._card.block

    def close(self) -> None:
        """Give the microphone back."""
        self._card.release(self)


class SpeakerFeed:
    """A call's share of the speaker."""

    def __init__(self, card: "Card", call: str) -> None:
        self._card = card
        self.call = call
        self.queue = SteadyQueue(SILENT_BLOCK, _MOST_WAITING, trim=True)

    def hear(self, block: bytes) -> None:
        """Play 10 ms."""
        self.queue.put(block)

    def close(self) -> None:
        """Give the speaker back."""
        self._card.release(self)


User = MicrophoneSource | SpeakerFeed


class _End:
    """One direction: who uses it, which device is wanted, which one is open."""

    def __init__(self, make: Callable[[str], OpenStream]) -> None:
        self.make = make
        self.users: tuple[User, ...] = ()
        self.wanted = ""
        self.stream: OpenStream | None = None
        self.retry_at = 0.0
        self.busy_since: float | None = None
        self.said: set[str] = set()


class Card:
    """All of it. `tell` may be called from any thread."""

    def __init__(self, tell: Callable[[Report], None]) -> None:
        self.block = SILENT_BLOCK
        self._tell = tell
        self._worker = Worker("devices")
        self._microphone = _End(Microphone)
        self._speaker = _End(Speaker)
        self._ends = (self._microphone, self._speaker)
        self._wanted = Processing()
        self._processing: Processing | None = None
        self._processor: Processor | None = None

    # ── the clock ────────────────────────────────────────────────────────────────────────────────

    def begin_tick(self) -> None:
        """Fetch the microphone's block."""
        stream, processor = self._microphone.stream, self._processor
        if stream is None:
            self.block = SILENT_BLOCK
            return
        block = stream.queue.take()
        self.block = block if processor is None else processor.recorded(block)

    def end_tick(self) -> None:
        """Play the mix of what the calls gave."""
        stream, processor = self._speaker.stream, self._processor
        if stream is None:
            return
        feeds = self._speaker.users
        block = _mix([feed.queue.take() for feed in feeds if isinstance(feed, SpeakerFeed)])
        if processor is not None:
            processor.played(block)
        stream.queue.put(block)

    # ── the loop ─────────────────────────────────────────────────────────────────────────────────

    def microphone(self, call: str, device: str) -> MicrophoneSource:
        """Return a share of the microphone, which is silent until the device is open."""
        source = MicrophoneSource(self, call)
        self._use(self._microphone, source, device)
        return source

    def speaker(self, call: str, device: str) -> SpeakerFeed:
        """Return a share of the speaker, which is mute until the device is open."""
        feed = SpeakerFeed(self, call)
        self._use(self._speaker, feed, device)
        return feed

    def process(self, wanted: Processing) -> None:
        """Use this processing from now on."""
        self._wanted = wanted
        self._worker.submit(self._renew_processor)

    def release(self, user: User) -> None:
        """Take back a share; a device that nobody uses is closed."""
        for end in self._ends:
            if user in end.users:
                end.users = tuple(each for each in end.users if each is not user)
                self._worker.submit(partial(self._close_unused, end))

    def look_after(self) -> None:
        """Replace what is gone. Call it once a second."""
        now = time.monotonic()
        for end in self._ends:
            stream = end.stream
            lost = stream is not None and not stream.alive
            missing = stream is None and now >= end.retry_at
            if end.busy_since is not None:
                self._watch(end, now - end.busy_since)
            elif end.users and (lost or missing):
                end.busy_since = now
                self._worker.submit(partial(self._mend, end))

    def list(self) -> None:
        """Report the devices there are."""
        self._worker.submit(self._list)

    async def close(self) -> None:
        """Close both devices."""
        for end in self._ends:
            end.users = ()
            await self._worker.run(partial(self._close_unused, end))

    def _use(self, end: _End, user: User, device: str) -> None:
        changed = device != end.wanted or not end.users
        end.users = (*end.users, user)
        end.wanted = device
        if changed:
            end.busy_since = time.monotonic()
            end.said.clear()
            self._worker.submit(partial(self._replace, end))

    def _watch(self, end: _End, waited_s: float) -> None:
        """Say so when the system does not come back from opening or closing a device."""
        if waited_s > STUCK_S and "device_stuck" not in end.said:
            end.said.add("device_stuck")
            self._trouble(end, "device_stuck", "")

    # ── the worker ───────────────────────────────────────────────────────────────────────────────

    def _mend(self, end: _End) -> None:
        lost = end.stream
        if lost is not None:
            end.said.clear()
            self._trouble(end, "device_gone", lost.device)
        self._replace(end)
        if lost is not None:
            self._list()

    def _list(self) -> None:
        try:
            self._tell(Devices(devices=list_afresh()))
        except MediaFailed as error:
            self._tell(Trouble(call="", code=error.code))

    def _replace(self, end: _End) -> None:
        """Open the wanted device, or the system's own when it is not there."""
        self._close(end)
        for name in dict.fromkeys((end.wanted, "")):
            if end.stream is None and end.users:
                self._try(end, name)
        end.retry_at = time.monotonic() + RETRY_S
        end.busy_since = None
        self._renew_processor()

    def _try(self, end: _End, name: str) -> None:
        try:
            end.stream = self._open(end, name)
            end.said.clear()
        except MediaFailed as error:
            self._failed(end, error)

    def _open(self, end: _End, name: str) -> OpenStream:
        try:
            return end.make(name)
        except MediaFailed as error:
            if error.code == "device_library_missing":
                raise
        # It may have been connected after PortAudio looked: look again, which closes the other.
        other = self._speaker if end is self._microphone else self._microphone
        was_open = other.stream
        self._close(other)
        refresh()
        if was_open is not None:
            self._reopen(other, was_open.device)
        return end.make(name)

    def _reopen(self, end: _End, device: str) -> None:
        for name in dict.fromkeys((device, "")):
            try:
                end.stream = end.make(name)
                return
            except MediaFailed as error:
                self._failed(end, error)

    def _failed(self, end: _End, error: MediaFailed) -> None:
        # Tried again every few seconds, it is said only the first time.
        if error.code not in end.said:
            end.said.add(error.code)
            self._trouble(end, error.code, str(error.values.get("detail", "")))

    def _renew_processor(self) -> None:
        """Make the processor that is wanted, for a microphone that is open, or none."""
        if self._microphone.stream is None:
            self._processor, self._processing = None, None
        elif self._processing != self._wanted:
            self._processing = self._wanted
            self._processor = make_processor(self._wanted)

    def _trouble(self, end: _End, code: str, detail: str) -> None:
        for call in dict.fromkeys(user.call for user in end.users):
            self._tell(Trouble(call=call, code=code, detail=detail))

    def _close_unused(self, end: _End) -> None:
        if not end.users:
            self._close(end)
            self._renew_processor()

    def _close(self, end: _End) -> None:
        stream, end.stream = end.stream, None
        if stream is not None:
            stream.close()


def _mix(blocks: list[bytes]) -> bytes:
    """Return the sum of blocks, cut off at full scale."""
    sounding = [block for block in blocks if block is not SILENT_BLOCK]
    if len(sounding) < 2:
        return sounding[0] if sounding else SILENT_BLOCK
    import numpy as np  # noqa: PLC0415 (only for calls of several)

    total = np.sum([np.frombuffer(block, "<i2") for block in sounding], axis=0, dtype=np.int32)
    return bytes(np.clip(total, -32_768, 32_767).astype("<i2"))
