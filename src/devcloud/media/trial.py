"""The test of a microphone: record for a while, then play that back, and say how loud it is all the
while. On devices of its own, whatever calls there are; nobody else hears it.

On the loop: `start`, `stop`. On the clock: `tick`, before the card plays.
"""

import asyncio
from collections.abc import Callable
from typing import Final

from devcloud.media.card import Card
from devcloud.media.control import Report, TestEnded, TestLevel, TestMicrophone
from devcloud.media.ends import Inlet, SpeakerFeed
from devcloud.media.gain import LEVEL_TICKS, LevelMeter

LAST_TICKS: Final = 40
"""After the last block, so that it is heard before the device is closed."""


class Trial:
    """At most one test at a time. `changed` is told when one begins and when it has ended."""

    def __init__(
        self, card: Card, tell: Callable[[Report], None], changed: Callable[[], None]
    ) -> None:
        self._card = card
        self._tell = tell
        self._changed = changed
        self._loop = asyncio.get_running_loop()
        self._running: _Run | None = None

    @property
    def busy(self) -> bool:
        """Whether a test goes on."""
        return self._running is not None

    def tick(self) -> None:
        """Record or play 10 ms: on the clock."""
        if self._running is not None:
            self._running.tick()

    def start(self, wanted: TestMicrophone) -> None:
        """Begin; a test that goes on ends."""
        self.stop()
        run = self._running = _Run(self, wanted)
        run.inlet = self._card.inlet(wanted.device, run.trouble)
        self._changed()

    def stop(self) -> None:
        """End a test, wherever it is."""
        run, self._running = self._running, None
        if run is not None:
            run.close()
            self._changed()

    def level(self, dbfs: float) -> None:
        """Say how loud it is."""
        self._tell(TestLevel(level_dbfs=dbfs))

    def recorded(self, run: "_Run") -> None:
        """The recording is there, from any thread: play it."""
        self._loop.call_soon_threadsafe(self._play, run)

    def over(self, run: "_Run", code: str = "", detail: str = "") -> None:
        """It is over, from any thread."""
        self._loop.call_soon_threadsafe(self._end, run, code, detail)

    def _play(self, run: "_Run") -> None:
        if run is self._running:
            run.close()
            run.feed = self._card.outlet(run.wanted.speaker, run.trouble)

    def _end(self, run: "_Run", code: str, detail: str) -> None:
        if run is self._running:
            self.stop()
            self._tell(TestEnded(code=code, detail=detail))


class _Run:
    """One test."""

    def __init__(self, trial: Trial, wanted: TestMicrophone) -> None:
        self.wanted = wanted
        self.inlet: Inlet | None = None
        self.feed: SpeakerFeed | None = None
        self._trial = trial
        self._blocks: list[bytes] = []
        self._most = round(wanted.seconds * 100)
        self._played = 0
        self._meter = LevelMeter()

    def tick(self) -> None:
        """Record or play 10 ms."""
        inlet, feed = self.inlet, self.feed
        if feed is not None and feed.open:
            self._play(feed)
        elif inlet is not None and len(self._blocks) < self._most:
            block = inlet.take()
            if block is not None:
                self._blocks.append(block)
                self._measure(block, len(self._blocks))
                if len(self._blocks) == self._most:
                    self._trial.recorded(self)

    def _play(self, feed: SpeakerFeed) -> None:
        if self._played < len(self._blocks):
            block = self._blocks[self._played]
            feed.hear(block)
            self._measure(block, self._played + 1)
        self._played += 1
        if self._played == len(self._blocks) + LAST_TICKS:
            self._trial.over(self)

    def _measure(self, block: bytes, number: int) -> None:
        self._meter.add(block)
        if number % LEVEL_TICKS == 0:
            self._trial.level(self._meter.level())

    def trouble(self, code: str, detail: str) -> None:
        """A device does not work. Another speaker may stand in for one that is missing."""
        if self.feed is None or code not in ("device_not_found", "device_gone"):
            self._trial.over(self, code, detail)

    def close(self) -> None:
        """Let the devices go."""
        for share in (self.inlet, self.feed):
            if share is not None:
                share.close()
        self.inlet = self.feed = None
