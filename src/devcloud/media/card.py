"""The one microphone and the one speaker of this process, shared by its calls, and cared for; and
the devices besides them, for ring tones and the test of a microphone.

The clock calls `begin_tick` (fetches the microphone's block and cleans it) before the calls'
ticks and `end_tick` (mixes what they play) after them. The loop asks for use and, once a second,
calls `look_after`: a device that is gone is reported and another takes its place; when there is
none, it is tried again every RETRY_S. Devices are opened on a worker, one thing at a time.
"""

import time
from collections.abc import Callable
from functools import partial
from typing import Final

from devcloud.media.control import (
    Device,
    DeviceKind,
    Devices,
    DeviceUsed,
    Gains,
    Processing,
    Report,
    Trouble,
)
from devcloud.media.devices import (
    Microphone,
    OpenStream,
    Speaker,
    devices_hint,
    list_afresh,
    list_devices,
    refresh,
)
from devcloud.media.ends import End, Inlet, MicrophoneSource, Said, Share, SpeakerFeed
from devcloud.media.gain import amplify, factor, mix
from devcloud.media.processing import Processor, make_processor
from devcloud.media.sources import SILENT_BLOCK
from devcloud.media.worker import Worker
from devcloud.model.errors import MediaFailed

RETRY_S: Final = 5.0
BETTER_S: Final = 15.0
"""How often to look for a device for which another stands in."""
STUCK_S: Final = 10.0
LOOK_S: Final = 5.0
LOOK_IN_CALL_S: Final = 30.0
"""How often to look for devices on behalf of who wants to know: in a call it takes a process of its
own and 0.2 s of processor time, otherwise some milliseconds."""


class Card:
    """All of it. `tell` may be called from any thread."""

    def __init__(self, tell: Callable[[Report], None]) -> None:
        self.block = SILENT_BLOCK
        self._tell = tell
        self._worker = Worker("devices")
        self._microphone = End(DeviceKind.INPUT, Microphone)
        self._speaker = End(DeviceKind.OUTPUT, Speaker)
        self._ends: tuple[End, ...] = (self._microphone, self._speaker)
        self._open_ends: list[End] = []
        """Those with a stream; the worker's own."""
        self._wanted = Processing()
        self._processing: Processing | None = None
        self._processor: Processor | None = None
        self._input_factor = self._output_factor = 1.0
        self._watching = False
        self._look_at = 0.0
        self._looking = False
        self._hint: object = None
        self._told: list[Device] | None = None

    # ── the clock ────────────────────────────────────────────────────────────────────────────────

    def begin_tick(self) -> None:
        """Fetch the microphone's block."""
        stream, processor = self._microphone.stream, self._processor
        if stream is None:
            self.block = SILENT_BLOCK
            return
        block = stream.queue.take()
        block = block if processor is None else processor.recorded(block)
        self.block = amplify(block, self._input_factor)

    def end_tick(self) -> None:
        """Play the mix of what each speaker was given."""
        played = []
        for end in self._ends:
            stream = end.stream
            if stream is None or end.kind is DeviceKind.INPUT:
                continue
            block = mix([feed.queue.take() for feed in end.users if isinstance(feed, SpeakerFeed)])
            if end is self._speaker:
                block = amplify(block, self._output_factor)
            stream.queue.put(block)
            played.append(block)
        processor = self._processor
        if processor is not None and played:
            # Ring tones, too, come back through the microphone.
            processor.played(mix(played))

    # ── the loop ─────────────────────────────────────────────────────────────────────────────────

    @property
    def busy(self) -> bool:
        """Whether `look_after` has anything to look after."""
        return self._watching or any(end.users for end in self._ends)

    def microphone(self, call: str, device: str) -> MicrophoneSource:
        """Return a share of the microphone, which is silent until the device is open."""
        source = MicrophoneSource(self._microphone, self.release, call, lambda: self.block)
        self._use(self._microphone, source, device)
        return source

    def speaker(self, call: str, device: str) -> SpeakerFeed:
        """Return a share of the speaker, which is mute until the device is open."""
        feed = SpeakerFeed(self._speaker, self.release, call)
        self._use(self._speaker, feed, device)
        return feed

    def outlet(self, device: str, said: Said) -> SpeakerFeed:
        """Return a share of a speaker besides that of the calls, for sounds of the program."""
        shared = [
            end
            for end in self._ends[2:]
            if end.kind is DeviceKind.OUTPUT and end.wanted == device and end.users
        ]
        end = shared[0] if shared else self._add(End(DeviceKind.OUTPUT, self._speaker.make))
        feed = SpeakerFeed(end, self.release, said=said)
        self._use(end, feed, device)
        return feed

    def inlet(self, device: str, said: Said) -> Inlet:
        """Return a microphone besides that of the calls: this device and no other."""
        end = self._add(End(DeviceKind.INPUT, self._microphone.make, strict=True))
        inlet = Inlet(end, self.release, said=said)
        self._use(end, inlet, device)
        return inlet

    def process(self, wanted: Processing) -> None:
        """Use this processing from now on."""
        self._wanted = wanted
        self._worker.submit(self._renew_processor)

    def amplify(self, gains: Gains) -> None:
        """Make the microphone and what calls play so much louder."""
        self._input_factor, self._output_factor = factor(gains.input_db), factor(gains.output_db)

    def release(self, share: Share) -> None:
        """Take back a share; a device that nobody uses is closed."""
        end = share.end
        if share not in end.users:
            return
        end.users = tuple(each for each in end.users if each is not share)
        if not end.users:
            self._ends = (*self._ends[:2], *(each for each in self._ends[2:] if each.users))
        self._worker.submit(partial(self._close_unused, end))

    def look_after(self) -> None:
        """Replace what is gone. Call it once a second while `busy`."""
        now = time.monotonic()
        for end in self._ends:
            stream = end.stream
            lost = stream is not None and not stream.alive
            missing = stream is None and now >= end.retry_at
            if end.busy_since is not None:
                self._watch_over(end, now - end.busy_since)
            elif end.users and (lost or missing):
                end.busy_since = now
                self._worker.submit(partial(self._mend, end))
            elif end.users and end.has_another and now >= end.better_at:
                end.better_at = now + BETTER_S
                self._worker.submit(partial(self._take_wanted, end))
        if self._watching:
            self._look(now)

    def watch(self, on: bool) -> None:
        """Report the devices whenever they change, and now."""
        self._watching = on
        self._told = None
        self._look_at = 0.0
        if on:
            self._look(time.monotonic())

    def _look(self, now: float) -> None:
        hint = devices_hint()
        if self._looking or (now < self._look_at and hint == self._hint):
            return
        self._hint = hint
        self._looking = True
        self._worker.submit(self._look_around)

    def tell_devices(self) -> None:
        """Report the devices there are."""
        self._worker.submit(self._list)

    async def close(self) -> None:
        """Close all devices."""
        for end in self._ends:
            end.users = ()
            await self._worker.run(partial(self._close_unused, end))

    def _add(self, end: End) -> End:
        self._ends = (*self._ends, end)
        return end

    def _use(self, end: End, share: Share, device: str) -> None:
        changed = device != end.wanted or not end.users
        end.users = (*end.users, share)
        end.wanted = device
        if changed:
            end.busy_since = time.monotonic()
            end.said.clear()
            self._worker.submit(partial(self._replace, end))
        else:
            self._worker.submit(partial(self._tell_used, end))

    def _watch_over(self, end: End, waited_s: float) -> None:
        """Say so when the system does not come back from opening or closing a device."""
        if waited_s > STUCK_S and "device_stuck" not in end.said:
            end.said.add("device_stuck")
            self._trouble(end, "device_stuck", "")

    # ── the worker ───────────────────────────────────────────────────────────────────────────────

    def _mend(self, end: End) -> None:
        lost = end.stream
        if lost is not None:
            end.said.clear()
            self._trouble(end, "device_gone", lost.device)
        self._replace(end)
        if lost is not None:
            self._list()

    def _take_wanted(self, end: End) -> None:
        """Go back to the device that is wanted, where it is connected again."""
        found = self._list()
        if end.has_another and any(each.name == end.wanted for each in found):
            self._replace(end)

    def _list(self) -> list[Device]:
        try:
            self._told = list_afresh()
        except MediaFailed as error:
            self._tell(Trouble(call="", code=error.code))
            return []
        self._tell(Devices(devices=self._told))
        return self._told

    def _look_around(self) -> None:
        """Report the devices where they are not as before."""
        found: list[Device] | None
        try:
            if self._open_ends:
                found = list_afresh()
            else:
                refresh()
                found = list_devices()
        except MediaFailed:
            # Nobody has asked: what cannot be listed is no news.
            found = self._told
        calm = LOOK_IN_CALL_S if self._open_ends else LOOK_S
        self._look_at = time.monotonic() + calm
        self._looking = False
        if self._watching and found is not None and found != self._told:
            self._told = found
            self._tell(Devices(devices=found))

    def _replace(self, end: End) -> None:
        """Open the wanted device, or the system's own when it is not there."""
        self._close(end)
        for name in end.choices:
            if end.stream is None and end.users:
                self._try(end, name)
        now = time.monotonic()
        end.retry_at, end.better_at = now + RETRY_S, now + BETTER_S
        end.busy_since = None
        self._renew_processor()
        self._tell_used(end)

    def _try(self, end: End, name: str) -> None:
        try:
            self._opened(end, self._open(end, name))
            end.said.clear()
        except MediaFailed as error:
            self._failed(end, error)

    def _open(self, end: End, name: str) -> OpenStream:
        try:
            return end.make(name)
        except MediaFailed as error:
            if error.code == "device_library_missing":
                raise
        # It may have been connected after PortAudio looked: look again, which closes the others.
        others = [
            (other, other.stream.device) for other in self._open_ends if other.stream is not None
        ]
        for other, _ in others:
            self._close(other)
        refresh()
        for other, device in others:
            self._reopen(other, device)
        return end.make(name)

    def _reopen(self, end: End, device: str) -> None:
        for name in dict.fromkeys((device, *end.choices)):
            try:
                self._opened(end, end.make(name))
                break
            except MediaFailed as error:
                self._failed(end, error)
        self._tell_used(end)

    def _opened(self, end: End, stream: OpenStream) -> None:
        end.stream = stream
        self._open_ends.append(end)

    def _failed(self, end: End, error: MediaFailed) -> None:
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

    def _trouble(self, end: End, code: str, detail: str) -> None:
        for call in dict.fromkeys(share.call for share in end.users if share.call):
            self._tell(Trouble(call=call, code=code, detail=detail))
        for share in end.users:
            if share.said is not None:
                share.said(code, detail)

    def _tell_used(self, end: End) -> None:
        stream = end.stream
        device = "" if stream is None else stream.device
        for share in end.users:
            if share.call and share.device != device:
                share.device = device
                self._tell(DeviceUsed(call=share.call, kind=end.kind, device=device))

    def _close_unused(self, end: End) -> None:
        if not end.users:
            self._close(end)
            self._renew_processor()

    def _close(self, end: End) -> None:
        stream, end.stream = end.stream, None
        if stream is not None:
            self._open_ends.remove(end)
            stream.close()
