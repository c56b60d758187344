"""Ring tones and other sounds of the program itself: played by the media process, on a device of
their own, and never sent to anybody.

    ringing = client.sounds.play("ring.wav", device="Headset", loop=True)
    ringing.stop()

Knows nothing of what they mean.
"""

import asyncio
import itertools
from collections.abc import Callable
from pathlib import Path

from devcloud.media import control
from devcloud.media.files import check_header
from devcloud.model.errors import BadSound, DevCloudError, MediaFailed

MOST_SOUNDS = control.MOST_RINGS


class SoundHandle:
    """One sound that plays."""

    def __init__(self, stop: Callable[[], None]) -> None:
        self.trouble: DevCloudError | None = None
        """Why it does not sound, or not on the device that was wanted."""
        self._stop = stop
        self._ended = asyncio.Event()

    @property
    def playing(self) -> bool:
        """Whether it has neither ended nor been stopped."""
        return not self._ended.is_set()

    def stop(self) -> None:
        """Stop it at once. May be called again, and after its end."""
        if self.playing:
            self._stop()

    async def ended(self) -> None:
        """Return when it has been played to its end, could not be played, or was stopped."""
        await self._ended.wait()

    def end(self) -> None:
        """(for `Sounds`)"""
        self._ended.set()


class Sounds:
    """The sounds of one client. Read `Client.sounds`."""

    def __init__(self, order: Callable[[control.Order], None]) -> None:
        self._order = order
        self._numbers = itertools.count(1)
        self._playing: dict[str, tuple[SoundHandle, control.Ring]] = {}

    def play(
        self, path: str | Path, *, device: str = "", gain_db: float = 0.0, loop: bool = False
    ) -> SoundHandle:
        """Play a WAV file, from its beginning, on a speaker by its name or the system's own (which
        also stands in for one that is missing). At most MOST_SOUNDS play at once: then the oldest
        one stops. A loop goes on until it is stopped, without a gap, also when the media process
        had to be started again.

        Raises:
            BadSound: the file is missing, not a WAV file, empty. What is wrong beyond its header
                is told as the handle's `trouble`.
        """
        check_header(str(path))
        while len(self._playing) >= MOST_SOUNDS:
            next(iter(self._playing.values()))[0].stop()
        number = str(next(self._numbers))
        handle = SoundHandle(lambda: self._stop(number))
        ring = control.Ring(
            ring=number,
            path=str(Path(path).absolute()),
            device=device,
            gain_db=control.bounded_gain(gain_db),
            loop=loop,
        )
        self._playing[number] = (handle, ring)
        self._order(ring)
        return handle

    def _stop(self, number: str) -> None:
        self._order(control.StopRing(ring=number))
        self._end(number)

    def _end(self, number: str) -> None:
        handle, _ = self._playing.pop(number, (None, None))
        if handle is not None:
            handle.end()

    # ── for the client ───────────────────────────────────────────────────────────────────────────

    def reported(self, report: control.Report) -> None:
        """The media has news."""
        if isinstance(report, control.RingTrouble):
            handle, _ = self._playing.get(report.ring, (None, None))
            if handle is not None:
                kind = BadSound if report.code.startswith("sound_") else MediaFailed
                handle.trouble = kind(report.code, detail=report.detail)
        elif isinstance(report, control.RingEnded):
            self._end(report.ring)

    def media_back(self) -> None:
        """A new media process is up: what loops goes on, what was to be heard once is over."""
        for number, (_, ring) in list(self._playing.items()):
            if ring.loop:
                self._order(ring)
            else:
                self._end(number)

    def stop_all(self) -> None:
        """Stop everything."""
        for handle, _ in list(self._playing.values()):
            handle.stop()
