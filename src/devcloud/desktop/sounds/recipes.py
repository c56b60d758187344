"""Which notes make which sound. Knows no file and no loudspeaker.

A sound in `REPEATING` is made to be played again and again without a seam; the others are played
once. A ring tone is a whole ring of 45 s or more, because it rises: first loop −18 dBFS, second
−13, then −9. `…_once` is one loop of it, for choosing a tone.
"""

from collections.abc import Callable

import numpy as np

from devcloud.desktop.sounds.synthesis import RATE, Samples, at_level, mallet, mixed, silence, sine

C5, G4 = 523.25, 392.00
A4, E5, A5, B5 = 440.00, 659.26, 880.00, 987.77
CIS6, D6, E6 = 1108.73, 1174.66, 1318.51

RISING_DBFS = (-18.0, -13.0, -9.0)
RING_S = 45.0
_SAMPLE_DBFS = -13.0
_TONE_DBFS = -18.0


def ringback() -> Samples:
    """Return what a caller hears while it rings: 440 Hz, 1.5 s on, 3.5 s off (French cadence)."""
    return np.concatenate([at_level(sine(A4, 1.5), _TONE_DBFS), silence(3.5)])


def busy() -> Samples:
    """Return the tone of somebody who is on another call: three times half a second."""
    pip = np.concatenate([at_level(sine(A4, 0.5), _TONE_DBFS), silence(0.5)])
    return np.tile(pip, 3)


def clearing() -> Samples:
    """Return one loop of “Clearing”: five mallet notes, then silence, 4 s."""
    notes = ((A4, 0.0, 0.8), (E5, 0.16, 0.9), (B5, 0.32, 1.0), (E5, 0.80, 0.6), (CIS6, 0.96, 0.8))
    return mixed(4.0, [(start, level * mallet(pitch)) for pitch, start, level in notes])


def drops() -> Samples:
    """Return one loop of “Drops”: three mallet notes, 3 s."""
    return mixed(3.0, [(0.0, mallet(E6)), (0.25, mallet(B5)), (0.5, mallet(E6))])


def classic() -> Samples:
    """Return one loop of “Classic”: a trembling 440 Hz, 1.5 s on, 3.5 s off."""
    return np.concatenate([sine(A4, 1.5, tremolo=20.0), silence(3.5)])


def waiting() -> Samples:
    """Return two soft notes and silence, 4 s: somebody calls during a call."""
    return at_level(mixed(4.0, [(0.0, mallet(E5)), (0.22, mallet(A5))]), -24.0)


def _ring(loop: Callable[[], Samples]) -> Callable[[], Samples]:
    def whole() -> Samples:
        once = loop()
        loops = int(np.ceil(RING_S / (len(once) / RATE)))
        levels = (RISING_DBFS[min(turn, len(RISING_DBFS) - 1)] for turn in range(loops))
        return np.concatenate([at_level(once, level) for level in levels])

    return whole


def _sample(loop: Callable[[], Samples]) -> Callable[[], Samples]:
    return lambda: at_level(loop(), _SAMPLE_DBFS)


def _pair(first: float, second: float, seconds: float, dbfs: float) -> Callable[[], Samples]:
    return lambda: at_level(np.concatenate([sine(first, seconds), sine(second, seconds)]), dbfs)


def _tick(pitch: float) -> Callable[[], Samples]:
    return lambda: at_level(sine(pitch, 0.03), -30.0)


def _note(pitch: float, dbfs: float) -> Callable[[], Samples]:
    return lambda: at_level(mallet(pitch), dbfs)


_RECIPES: dict[str, Callable[[], Samples]] = {
    "ringback": ringback,
    "busy": busy,
    "clearing": _ring(clearing),
    "drops": _ring(drops),
    "classic": _ring(classic),
    "clearing_once": _sample(clearing),
    "drops_once": _sample(drops),
    "classic_once": _sample(classic),
    "waiting": waiting,
    "joined": _pair(E5, A5, 0.09, -20.0),
    "ended": _pair(A5, E5, 0.09, -20.0),
    "person_joined": _note(B5, -24.0),
    "person_left": _note(E5, -24.0),
    "mute": _pair(C5, G4, 0.04, -28.0),
    "unmute": _pair(G4, C5, 0.04, -28.0),
    "talk_down": _tick(880.0),
    "talk_up": _tick(660.0),
    "message": _note(D6, -24.0),
    "reconnecting": _note(G4, -26.0),
}

NAMES = tuple(_RECIPES)
REPEATING = frozenset({"ringback", "waiting", "clearing", "drops", "classic"})


def samples(name: str) -> Samples:
    """Return the sound `name` (one of `NAMES`): float64, 48 kHz, mono, −9 dBFS at most.

    Raises KeyError for another name.
    """
    return _RECIPES[name]()
