"""A virtual clock and one source of chance: what a seed decides, it decides the same way again.

world.after(delay, what, *with)   something will happen
world.run()                       until nothing will happen any more
"""

import heapq
import random
from collections.abc import Callable
from math import inf
from typing import Any

MOST_HAPPENINGS = 50_000


class Violation(AssertionError):
    """An invariant does not hold."""


class World:
    """Time, chance, and the transcript of what happened."""

    def __init__(self, seed: int, *, transcript: bool = False) -> None:
        self.seed = seed
        self.rng = random.Random(seed)
        self.now = 0.0
        self.verbose = transcript
        self.transcript: list[str] = []
        self.happenings = 0
        self.accepted: set[str] = set()
        """The calls that a callee has accepted."""
        self.connects_within = inf
        """The longest that connecting may take after acceptance, where nothing is wrong."""
        self._heap: list[tuple[float, int, Callable[..., None], tuple[Any, ...]]] = []
        self._count = 0

    def after(self, delay: float, what: Callable[..., None], *args: Any) -> None:
        """Let `what(*args)` happen in `delay` seconds."""
        self.at(self.now + delay, what, *args)

    def at(self, when: float, what: Callable[..., None], *args: Any) -> None:
        """Let `what(*args)` happen at a time that has not been yet."""
        self._count += 1
        heapq.heappush(self._heap, (when, self._count, what, args))

    def run(self, until: float = inf) -> None:
        """Let everything happen, or what happens before `until`. Raises Violation when it never
        ends."""
        heap = self._heap
        while heap and heap[0][0] < until:
            self.now, _, what, args = heapq.heappop(heap)
            what(*args)
            self.happenings += 1
            if self.happenings > MOST_HAPPENINGS:
                raise Violation("it never ends")

    def log(self, who: str, what: str) -> None:
        """Add a line to the transcript. Ask `verbose` first: the line costs more than the event."""
        self.transcript.append(f"{self.now:9.3f} {who:<8} {what}")

    def chance(self, probability: float) -> bool:
        """Whether something of this probability happens."""
        return self.rng.random() < probability

    def between(self, low: float, high: float) -> float:
        """Return a number out of a range."""
        return low + (high - low) * self.rng.random()
