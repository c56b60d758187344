"""The order of what was heard on its way to the sinks: late enough to be whole, never later.

The engine hands over a block every 10 ms, except that pure silence is not handed over; the clock
asks for as many blocks as time has passed. `Playout` stands between: every tick earns one block of
credit and pays it with a block that has arrived. A block that is a little late is waited for (the
sinks get two at the next tick), so nothing is torn by a thread that slept too long; only when
nothing has come for `PATIENCE` ticks is the missing time filled with silence. Over time exactly
one block leaves per tick, so recordings keep to the clock, and what waits here is bounded.

Refuses to know time, threads and samples: blocks are opaque.
"""

from collections import deque
from typing import Final

PATIENCE: Final = 4
"""Ticks without a block after which the time is silence: 40 ms."""
MOST_OWED: Final = 8
"""Blocks the sinks may be behind by; what is beyond is silence, however little was late."""
LONGEST: Final = 12
"""Blocks that may wait; beyond it the oldest go."""
SURPLUS_TICKS: Final = 100
"""Ticks in a row with a block left over after which one is dropped: the other clock runs faster."""


class Playout:
    """One call's receive queue. `arrive` may be called from another thread than `tick`."""

    def __init__(self, silence: bytes) -> None:
        self._silence = silence
        self._waiting: deque[bytes] = deque(maxlen=LONGEST)
        self._credit = 0
        self._idle = 0
        self._surplus = 0

    def arrive(self, block: bytes) -> None:
        """Take a block from the engine."""
        self._waiting.append(block)

    def tick(self) -> list[bytes]:
        """Return what is due: usually one block, none while one is late, several after that."""
        self._credit += 1
        due: list[bytes] = []
        while self._waiting and self._credit:
            due.append(self._waiting.popleft())
            self._credit -= 1
        self._idle = 0 if due else self._idle + 1
        owed = self._credit if self._idle >= PATIENCE else self._credit - MOST_OWED
        if owed > 0:
            due += [self._silence] * owed
            self._credit -= owed
        self._drop_surplus()
        return due

    def _drop_surplus(self) -> None:
        self._surplus = self._surplus + 1 if self._waiting else 0
        if self._surplus >= SURPLUS_TICKS:
            self._waiting.popleft()
            self._surplus = 0


class SteadyQueue:
    """Blocks between two clocks, one out per `take`: a microphone's, a program's, an echo's.

    A queue that runs empty gives silence, which leaves what comes late one block deeper in it; so
    the depth grows to what the unevenness of its source needs. When a block has been left over for
    TRIM_TICKS in a row, one is dropped: always with `trim`, and otherwise only as many as lateness
    has added, so that a program may be ahead as far as it likes.
    """

    TRIM_TICKS: Final = 200
    LONGEST_GAP: Final = 10
    """A gap of more ticks is a pause that was meant."""

    def __init__(self, silence: bytes, longest: int, *, trim: bool) -> None:
        self._silence = silence
        self._trim = trim
        self._surplus = 0
        self._gap = 0
        self._late = 0
        self._waiting: deque[bytes] = deque(maxlen=longest)

    def put(self, block: bytes) -> None:
        """Add a block; the oldest goes when there are too many. From any thread."""
        self._waiting.append(block)

    def take(self) -> bytes:
        """Return the next block."""
        if not self._waiting:
            self._surplus = 0
            self._gap += 1
            return self._silence
        self._late = self._late + self._gap if self._gap <= self.LONGEST_GAP else 0
        self._gap = 0
        block = self._waiting.popleft()
        self._surplus = self._surplus + 1 if self._waiting else 0
        if self._surplus >= self.TRIM_TICKS and (self._trim or self._late):
            self._waiting.popleft()
            self._surplus = 0
            self._late = max(0, self._late - 1)
        return block

    def clear(self) -> None:
        """Forget what waits."""
        self._waiting.clear()

    def __len__(self) -> int:
        """Return how many wait."""
        return len(self._waiting)
