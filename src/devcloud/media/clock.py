"""The beat of the media process: one thread that calls `tick` every 10 ms, on absolute deadlines.

`Beat` is the arithmetic, without time or threads; `Clock` is the thread. A tick that comes late is
made up for, but at most `MOST_LATE` of them at once: what is older is left out, since sound that
is sent in a burst only makes the other side's jitter buffer longer. The clock rests while nobody
needs it. Refuses to know what a tick does.
"""

import os
import threading
import time
import traceback
from collections.abc import Callable
from typing import Final

BLOCK_S: Final = 0.010
MOST_LATE: Final = 5
"""Blocks that are made up for after the thread was late: 50 ms."""

SETTLE_S: Final = 0.0025
"""How long after the engine's blocks the ticks come that hand them out: unaligned, they would wait
for anything up to 10 ms."""
NUDGE_S: Final = 0.00005
"""The most that one tick is moved: half a per cent, so that what is sent stays regular."""


class Beat:
    """Deadlines on a grid of 10 ms."""

    def __init__(self, now: float) -> None:
        self._next = now

    def due(self, now: float) -> int:
        """Return how many ticks are due at `now`."""
        if now < self._next:
            return 0
        late = int((now - self._next) / BLOCK_S) + 1
        self._next += late * BLOCK_S
        return min(late, MOST_LATE)

    def align(self, arrival: float) -> None:
        """Move the grid a little, towards ticks that come SETTLE_S after what arrives regularly."""
        error = (self._next - arrival) % BLOCK_S - SETTLE_S
        if error > BLOCK_S / 2:
            error -= BLOCK_S
        self._next -= max(-NUDGE_S, min(NUDGE_S, error))

    def wait_s(self, now: float) -> float:
        """Return how long it is until the next deadline."""
        return max(0.0, self._next - now)


class Clock:
    """The thread. `tick` runs on it and holds `lock`; take the lock to change what it works on."""

    def __init__(self, tick: Callable[[], None]) -> None:
        self._tick = tick
        self.lock = threading.Lock()
        self.arrived: float | None = None
        """When the engine last handed over a block (`time.monotonic`); set from any thread."""
        self._running = threading.Event()
        self._thread = threading.Thread(target=self._run, name="clock", daemon=True)
        self._thread.start()

    def run(self) -> None:
        """Begin to tick, or go on."""
        self._running.set()

    def rest(self) -> None:
        """Tick no more until `run`."""
        self._running.clear()

    def _run(self) -> None:
        try:
            while True:
                self._running.wait()
                self._beat()
        except BaseException:  # noqa: BLE001 (the process ends with it)
            # Without the clock every call is dumb: end the process, and the core starts another.
            traceback.print_exc()
            os._exit(70)

    def _beat(self) -> None:
        beat = Beat(time.monotonic())
        while self._running.is_set():
            for _ in range(beat.due(time.monotonic())):
                with self.lock:
                    self._tick()
                arrival, self.arrived = self.arrived, None
                if arrival is not None:
                    beat.align(arrival)
            time.sleep(beat.wait_s(time.monotonic()))
