"""Sounds of the program itself: ring tones and the like, played on a device of their own, whatever
calls there are, and never sent.

On the loop: `start`, `stop`. On the clock: `tick`, before the card plays. A sound waits for its
device, so that its beginning is heard. Refuses to know what a sound means.
"""

import asyncio
from collections.abc import Callable
from functools import partial
from typing import Final

from devcloud.media.card import Card
from devcloud.media.control import MOST_RINGS, Report, Ring, RingEnded, RingTrouble
from devcloud.media.ends import SpeakerFeed
from devcloud.media.files import SoundReader
from devcloud.media.gain import amplify, factor
from devcloud.media.sources import FileSource
from devcloud.media.worker import Worker
from devcloud.model.errors import BadSound, MediaFailed, StorageFailed

LAST_TICKS: Final = 40
"""After the last block, so that it is heard before the device is closed."""


class _Playing:
    """One of them."""

    def __init__(self, ring: Ring, source: FileSource, over: Callable[[], None]) -> None:
        self.ring = ring
        self.source = source
        self.feed: SpeakerFeed | None = None
        self._factor = factor(ring.gain_db)
        self._over = over
        self._left = LAST_TICKS

    def tick(self) -> None:
        """Play 10 ms."""
        feed = self.feed
        if feed is None or not feed.open:
            return
        if not self.source.ended:
            feed.hear(amplify(self.source.take(), self._factor))
            return
        self._left -= 1
        if self._left == 0:
            self._over()

    def close(self) -> None:
        """Let go of file and device."""
        self.source.close()
        if self.feed is not None:
            self.feed.close()


class Rings:
    """All of them. `changed` is told when the first begins and the last has ended."""

    def __init__(
        self,
        card: Card,
        files: Worker,
        tell: Callable[[Report], None],
        changed: Callable[[], None],
    ) -> None:
        self._card = card
        self._files = files
        self._tell = tell
        self._changed = changed
        self._playing: tuple[_Playing, ...] = ()
        self._loop = asyncio.get_running_loop()

    @property
    def busy(self) -> bool:
        """Whether there is anything to play."""
        return bool(self._playing)

    def tick(self) -> None:
        """Play 10 ms of each: on the clock."""
        for each in self._playing:
            each.tick()

    async def start(self, ring: Ring) -> None:
        """Begin to play; what cannot be played is said and over."""
        try:
            if len(self._playing) >= MOST_RINGS:
                raise MediaFailed("ring_refused")
            source = await self._files.run(partial(self._open, ring))
        except (BadSound, StorageFailed, MediaFailed) as error:
            self._failed(ring.ring, error)
            self._tell(RingEnded(ring=ring.ring))
            return
        if source.cut_off:
            self._tell(RingTrouble(ring=ring.ring, code="sound_cut_off", detail=ring.path))
        playing = _Playing(ring, source, partial(self._stop_soon, ring.ring))
        self._playing = (*self._playing, playing)
        playing.feed = self._card.outlet(ring.device, partial(self._trouble, ring))
        self._changed()

    def stop(self, name: str) -> None:
        """Play it no more."""
        for each in self._playing:
            if each.ring.ring == name:
                self._playing = tuple(other for other in self._playing if other is not each)
                each.close()
                self._tell(RingEnded(ring=name))
                self._changed()
                return

    def stop_all(self) -> None:
        """Play nothing any more."""
        for each in self._playing:
            self.stop(each.ring.ring)

    def _open(self, ring: Ring) -> FileSource:
        reader = SoundReader(ring.path, loop=ring.loop)
        source = FileSource(reader, self._files, partial(self._failed, ring.ring))
        source.read_ahead()
        return source

    def _failed(self, name: str, error: BadSound | StorageFailed | MediaFailed) -> None:
        detail = str(error.values.get("detail", ""))
        self._tell(RingTrouble(ring=name, code=error.code, detail=detail))

    def _trouble(self, ring: Ring, code: str, detail: str) -> None:
        """Something is wrong with its device: on the card's thread."""
        self._tell(RingTrouble(ring=ring.ring, code=code, detail=detail))
        if not ring.loop and code not in ("device_not_found", "device_gone"):
            # What was to be heard once is not heard later: a loop waits for a device.
            self._stop_soon(ring.ring)

    def _stop_soon(self, name: str) -> None:
        self._loop.call_soon_threadsafe(self.stop, name)
