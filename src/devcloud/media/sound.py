"""The sound of one call: what is sent and what becomes of what is heard, whatever path carries it.

The clock calls `tick` every 10 ms; the loop changes the fields, holding the clock's lock. A path
comes and goes; source, recording and levels stay.
"""

from collections.abc import Callable
from typing import Protocol

from devcloud.media.gain import LEVEL_TICKS, LevelMeter
from devcloud.media.playout import Playout
from devcloud.media.recorder import Recorder
from devcloud.media.sources import SILENT_BLOCK, BlockSource, EchoSource, SilentSource

LOUD: int = 16
"""Samples below this are not voice: what Opus makes of silence is a few units."""


class Pushes(Protocol):
    """The sending side of a path."""

    def push(self, block: bytes) -> None:
        """Send 10 ms."""


class Hears(Protocol):
    """A sink of what is heard."""

    def hear(self, block: bytes) -> None:
        """Take 10 ms."""

    def close(self) -> None:
        """Take no more."""


class Sound:
    """One call's sound. `heard` is called on the clock's thread with what is heard, if wanted."""

    def __init__(self, heard: Callable[[bytes], None]) -> None:
        self._heard = heard
        self.path: Pushes | None = None
        self.playout = Playout(SILENT_BLOCK)
        self.source: BlockSource = SilentSource()
        self.sending = False
        self.hearing = False
        self.reporting = False
        self.recorder: Recorder | None = None
        self.speaker: Hears | None = None
        self.tell_levels: Callable[[float, float], None] | None = None
        """Told, 20 times a second, how loud the source is (sent or not) and what is heard."""
        self._ticks = 0
        self._meters = (LevelMeter(), LevelMeter())
        self._sent_levels: list[bytes] = []
        self._heard_levels: list[bytes] = []

    def tick(self) -> None:
        """Send one block and hand out what was heard."""
        path = self.path
        if path is not None:
            self._send(path)
        for block in self.playout.tick():
            self._hear(block if self.hearing else SILENT_BLOCK)
        if self.tell_levels is not None:
            self._measure(self.tell_levels)

    def _measure(self, tell: Callable[[float, float], None]) -> None:
        self._ticks += 1
        if self._ticks % LEVEL_TICKS == 0:
            tell(*(meter.level() for meter in self._meters))

    def levels(self) -> tuple[bytes, bytes]:
        """Return the samples sent and heard since the last time: hold the lock."""
        sent, heard = b"".join(self._sent_levels), b"".join(self._heard_levels)
        self._sent_levels.clear()
        self._heard_levels.clear()
        return sent, heard

    def _send(self, path: Pushes) -> None:
        taken = self.source.take() if self.sending or self.source.live else SILENT_BLOCK
        block = taken if self.sending else SILENT_BLOCK
        if self.tell_levels is not None:
            self._meters[0].add(taken)
        path.push(block)
        _keep(self._sent_levels, block)

    def _hear(self, block: bytes) -> None:
        if self.recorder is not None:
            self.recorder.hear(block)
        if self.speaker is not None:
            self.speaker.hear(block)
        if isinstance(self.source, EchoSource):
            self.source.hear(block)
        if self.reporting:
            self._heard(block)
        _keep(self._heard_levels, block)
        if self.tell_levels is not None:
            self._meters[1].add(block)


def _keep(levels: list[bytes], block: bytes) -> None:
    """Keep a block for the levels; nobody may have asked for them for a while."""
    if len(levels) >= 200:
        del levels[:100]
    if block is not SILENT_BLOCK:
        levels.append(block)
