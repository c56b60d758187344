"""What is heard where nothing came: the last period of the voice again, falling to silence.

The idea is that of ITU-T G.711 Appendix I (pitch repetition, then attenuation), for gaps whose end
nobody knows. No step between what was played and what is made up is larger than the voice's own.
"""

import numpy as np
import numpy.typing as npt

Samples = npt.NDArray[np.float32]

HISTORY = 640
"""Samples of what was played that the pitch is looked for in: 80 ms."""

_SHORTEST_PERIOD = 20
_LONGEST_PERIOD = 160
"""50 to 400 Hz at 8 kHz."""
_WINDOW = 240

_FULL = 80
_SILENT = 480
"""Samples from the beginning of a gap at full strength, and after which all is silent: 60 ms."""
_SEAM = 16


class Concealment:
    """The continuation of `history` (at 8 kHz, HISTORY samples): `take` as much as is needed."""

    def __init__(self, history: Samples) -> None:
        period = _period(history)
        self._loop = _loop(history, period)
        # From the last sample played to the first of the loop, without a step.
        self._step = float(history[-1] - history[-period - 1])
        self._at = 0

    @property
    def silent(self) -> bool:
        """Whether nothing is left to hear."""
        return self._at >= _SILENT

    def take(self, count: int) -> Samples:
        """Return the next `count` samples."""
        at = np.arange(self._at, self._at + count)
        self._at += count
        joint = self._step * np.clip(1 - (at + 1) / _SEAM, 0, 1)
        sound = self._loop[at % len(self._loop)] + joint
        strength = np.clip((_SILENT - at) / (_SILENT - _FULL), 0, 1)
        return (sound * strength).astype(np.float32)


def _period(history: Samples) -> int:
    """Return the lag at which the end of `history` is most like what was before it."""
    recent = history[-_WINDOW:]
    lags = range(_SHORTEST_PERIOD, _LONGEST_PERIOD + 1)
    earlier = np.stack([history[-_WINDOW - lag : -lag] for lag in lags])
    energy = np.sqrt(np.sum(earlier * earlier, axis=1)) + 1.0
    return _SHORTEST_PERIOD + int(np.argmax(earlier @ recent / energy))


def _loop(history: Samples, period: int) -> Samples:
    """Return the last period, its end blended into what stood before its beginning."""
    loop = history[-period:].copy()
    blend = min(_SEAM, period // 2)
    weight = (np.arange(1, blend + 1) / blend).astype(np.float32)
    before = history[-period - blend : -period]
    loop[-blend:] = loop[-blend:] * (1 - weight) + before * weight
    return loop
