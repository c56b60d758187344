"""Token buckets: how much somebody may ask, and how fast.

A bucket holds up to `burst` tokens and gains `per_second`; whoever finds it empty has asked too
much. Knows nothing of what is asked.
"""

from collections.abc import Hashable
from dataclasses import dataclass
from typing import Generic, TypeVar

_K = TypeVar("_K", bound=Hashable)


@dataclass(frozen=True, slots=True)
class Rate:
    """`per_second` tokens a second in the long run, `burst` at once."""

    per_second: float
    burst: float


class Bucket:
    """One bucket, full at first."""

    __slots__ = ("_at", "_level", "rate")

    def __init__(self, rate: Rate, now: float) -> None:
        self.rate = rate
        self._level = rate.burst
        self._at = now

    def take(self, now: float, tokens: float = 1.0) -> bool:
        """Take tokens out; False, and nothing taken, where there are too few.

        A `now` before the last one counts as the last one.
        """
        if now > self._at:
            self._level = min(
                self.rate.burst, self._level + (now - self._at) * self.rate.per_second
            )
            self._at = now
        if self._level < tokens:
            return False
        self._level -= tokens
        return True

    def is_full(self, now: float) -> bool:
        """Return whether it is as good as new: then nothing is lost by forgetting it."""
        gained = max(0.0, now - self._at) * self.rate.per_second
        return self._level + gained >= self.rate.burst


class Buckets(Generic[_K]):
    """A bucket for each key (an address), of which at most `most` are remembered."""

    def __init__(self, rate: Rate, most: int = 10_000) -> None:
        self._rate = rate
        self._most = most
        self._buckets: dict[_K, Bucket] = {}

    def __len__(self) -> int:
        return len(self._buckets)

    def of(self, key: _K, now: float) -> Bucket:
        """Return the bucket of `key`, a full one at its first time."""
        bucket = self._buckets.get(key)
        if bucket is None:
            if len(self._buckets) >= self._most:
                self._forget(now)
            bucket = self._buckets[key] = Bucket(self._rate, now)
        return bucket

    def take(self, key: _K, now: float, tokens: float = 1.0) -> bool:
        """Take tokens out of the bucket of `key`."""
        return self.of(key, now).take(now, tokens)

    def _forget(self, now: float) -> None:
        """Make room: the full ones cost nothing to forget; failing those, the oldest half goes.

        Half at once, so that a flood of new keys does not pay this for each of them.
        """
        self._buckets = {k: b for k, b in self._buckets.items() if not b.is_full(now)}
        if len(self._buckets) > self._most // 2:
            newest = list(self._buckets.items())[-(self._most // 2) :]
            self._buckets = dict(newest)
