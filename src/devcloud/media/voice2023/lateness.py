"""How late blocks lately were: what the queue must hold in reserve.

Blocks carry no number, so one that never comes looks like one that is late. The difference shows
afterwards: what was late is followed by blocks that come early, until they have caught up. Only
lateness that was caught up on counts.

    gaps, ms    64  64  90  38  64     26 ms late, and caught up: counts
    gaps, ms    64  64 128  64  64     lost: does not count
"""

_FORGET = 0.995
"""For each block: what was seen a minute ago counts a hundredth."""

_MOST_DEBT = 8
"""Blocks of debt that are remembered: more than half a second behind is a new beginning."""


class Lateness:
    """`arrived` for each block; `peak` is how late blocks have lately been, in seconds."""

    def __init__(self, block_s: float) -> None:
        self._block_s = block_s
        self._last: float | None = None
        self._debt = 0.0
        self._caught_up = 0.0
        self.peak = 0.0

    def arrived(self, now: float) -> None:
        """Take note of a block that came at `now` (seconds, monotonic)."""
        gap = self._block_s if self._last is None else now - self._last
        self._last = now
        self.peak *= _FORGET
        behind = gap - self._block_s
        if behind >= 0:
            self._caught_up = 0.0
            self._debt = min(self._debt + behind, _MOST_DEBT * self._block_s)
            return
        recovered = min(-behind, self._debt)
        self._debt -= recovered
        self._caught_up += recovered
        self.peak = max(self.peak, self._caught_up)
