"""The queue between arrivals and the speaker, at 8 kHz: `push` what came, `take` what is played.

It keeps a reserve: samples left over just before a block comes. Too little and late blocks make
gaps; too much and the call is slow. `rate` says how much faster than it is (1.002) or slower the
queue should be played to hold the reserve; the difference of the two clocks vanishes in it.
"""

import numpy as np

from devcloud.media.voice2023.conceal import HISTORY, Concealment, Samples
from devcloud.media.voice2023.lateness import Lateness
from devcloud.wire.legacy2023.datagrams import BLOCK_S, BLOCK_SAMPLES, SAMPLE_RATE

LEAST_RESERVE_S = 0.020
MOST_RESERVE_S = 0.200
EXCESS_S = 0.150
"""What the queue may hold beyond its reserve before the excess is cut out."""

MOST_RATE_CHANGE = 0.005
"""A twelfth of a semitone: not heard."""
_FULL_CORRECTION_S = 0.100
"""The error that is met with all of it. Clocks 200 millionths apart settle 4 ms from the target;
a stiffer hold would follow the 10 ms steps in which arrivals are seen, and be heard."""
_RESERVE_SMOOTHING = 1 / 32

_FADE = 64
"""Samples over which one sound goes into another: 8 ms."""
_ALIGN = 80


class Playout:
    """The queue of one call."""

    def __init__(self) -> None:
        self._lateness = Lateness(BLOCK_S)
        self._queue = np.zeros(0, np.float32)
        self._history = np.zeros(HISTORY, np.float32)
        self._gap: Concealment | None = Concealment(self._history)
        self._since_arrival = 0
        self._reserve = LEAST_RESERVE_S
        self.concealed = 0
        """Samples made up so far, silence after the end of a fade not counted."""

    @property
    def target_s(self) -> float:
        """The reserve there should be, in seconds."""
        return min(max(self._lateness.peak, LEAST_RESERVE_S), MOST_RESERVE_S)

    @property
    def level_s(self) -> float:
        """What waits to be played, in seconds."""
        return len(self._queue) / SAMPLE_RATE

    @property
    def rate(self) -> float:
        """How fast to play: samples taken for each sample heard."""
        error = (self._reserve - self.target_s) / _FULL_CORRECTION_S
        return 1.0 + MOST_RATE_CHANGE * min(max(error, -1.0), 1.0)

    def push(self, samples: Samples, now: float) -> None:
        """Take a block that came at `now` (seconds, monotonic)."""
        self._lateness.arrived(now)
        if self._gap is None:
            self._reserve += (self.level_s - self._reserve) * _RESERVE_SMOOTHING
        self._since_arrival = 0
        self._queue = np.concatenate([self._queue, samples])
        excess = len(self._queue) - self._full(self.target_s + EXCESS_S)
        if excess > 0:
            self._cut_to(self._full(self.target_s))

    def take(self, count: int) -> Samples:
        """Return the next `count` samples, made up where nothing came."""
        self._since_arrival += count
        if self._gap is not None and self._may_resume():
            sound = self._resume(self._gap, count)
        elif self._gap is not None:
            sound = self._conceal(self._gap, count)
        else:
            sound = self._play(count)
        self._history = np.concatenate([self._history, sound])[-HISTORY:]
        return sound

    def _full(self, reserve_s: float) -> int:
        """Return how long the queue is right after an arrival, for a reserve before it."""
        return BLOCK_SAMPLES + round(reserve_s * SAMPLE_RATE)

    def _play(self, count: int) -> Samples:
        sound, self._queue = self._queue[:count], self._queue[count:]
        lacking = count - len(sound)
        if not lacking:
            return sound
        self._gap = Concealment(np.concatenate([self._history, sound])[-HISTORY:])
        return np.concatenate([sound, self._conceal(self._gap, lacking)])

    def _conceal(self, gap: Concealment, count: int) -> Samples:
        if not gap.silent:
            self.concealed += count
        return gap.take(count)

    def _may_resume(self) -> bool:
        """Whether to play on: not before waiting as long as restores the reserve, or the next
        block that is a little late would make another gap."""
        waited = len(self._queue) + self._since_arrival
        return len(self._queue) > _FADE and waited >= self._full(self.target_s)

    def _resume(self, gap: Concealment, count: int) -> Samples:
        self._gap = None
        self._queue = _blended(gap.take(_FADE), self._queue)
        self._reserve = self.target_s
        return self._play(count)

    def _cut_to(self, length: int) -> None:
        """Leave out what is too much, where both sides of the cut are most alike."""
        nominal = len(self._queue) - length
        head = self._queue[:_FADE]
        starts = np.arange(max(nominal - _ALIGN, 1), nominal + _ALIGN)
        later = np.lib.stride_tricks.sliding_window_view(self._queue, _FADE)[starts]
        energy = np.sqrt(np.sum(later * later, axis=1)) + 1.0
        start = int(starts[np.argmax(later @ head / energy)])
        self._queue = _blended(head, self._queue[start:])
        self._reserve = self.target_s


def _blended(before: Samples, after: Samples) -> Samples:
    """Return `after` with `before` going over into its beginning."""
    weight = (np.arange(1, len(before) + 1) / (len(before) + 1)).astype(np.float32)
    result = after.copy()
    result[: len(before)] = before * (1 - weight) + after[: len(before)] * weight
    return result
