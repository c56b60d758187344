"""Tones, mallet notes and levels, as arrays of numbers. Knows no name of a sound and no file.

Every array is one-dimensional float64 at `RATE` samples a second, mono, 1.0 being full scale.
Times are in seconds, frequencies in hertz, levels in dBFS of the highest sample.
"""

from collections.abc import Iterable

import numpy as np
from numpy.typing import NDArray

Samples = NDArray[np.float64]

RATE = 48_000
FADE_S = 0.005
ATTACK_S = 0.004
MALLET_S = 3.0  # the longest partial is then 52 dB down
LOW_PASS_HZ = 6_000.0
_TAPS = 127
_PARTIALS = ((1.0, 1.0, 0.50), (4.0, 0.18, 0.12), (10.0, 0.05, 0.04))  # ratio, gain, decay


def silence(seconds: float) -> Samples:
    """Return `seconds` of nothing."""
    return np.zeros(round(seconds * RATE))


def sine(frequency: float, seconds: float, *, tremolo: float = 0.0) -> Samples:
    """Return a faded sine; `tremolo` is how many times a second it swells from half to whole."""
    times = np.arange(round(seconds * RATE)) / RATE
    tone: Samples = np.sin(2 * np.pi * frequency * times)
    if tremolo:
        tone = tone * (0.75 - 0.25 * np.cos(2 * np.pi * tremolo * times))
    return faded(tone)


def mallet(frequency: float, seconds: float = MALLET_S) -> Samples:
    """Return one soft mallet note: three decaying partials, a short attack, no hiss above 6 kHz."""
    times = np.arange(round(seconds * RATE)) / RATE
    note = np.zeros_like(times)
    for ratio, gain, decay in _PARTIALS:
        note += gain * np.exp(-times / decay) * np.sin(2 * np.pi * ratio * frequency * times)
    note *= np.minimum(1.0, times / ATTACK_S)
    return faded(low_pass(note))


def low_pass(samples: Samples, cutoff: float = LOW_PASS_HZ) -> Samples:
    """Return `samples` without what is above `cutoff`, neither later nor longer than before.

    A windowed sinc (Blackman) of 127 taps: linear phase, so no note moves.
    """
    offsets = np.arange(_TAPS) - (_TAPS - 1) / 2
    taps = np.sinc(2 * cutoff / RATE * offsets) * np.blackman(_TAPS)
    return np.convolve(samples, taps / taps.sum(), mode="same")


def faded(samples: Samples) -> Samples:
    """Return `samples` with 5 ms of a raised cosine at both ends: nothing clicks."""
    length = min(round(FADE_S * RATE), len(samples) // 2)
    ramp = 0.5 - 0.5 * np.cos(np.pi * np.arange(length) / max(length, 1))
    shaped = samples.copy()
    shaped[:length] *= ramp
    shaped[len(shaped) - length :] *= ramp[::-1]
    return shaped


def mixed(seconds: float, notes: Iterable[tuple[float, Samples]]) -> Samples:
    """Return `seconds` of sound in which each note starts at its time; what is longer is cut,
    with a fade."""
    whole = silence(seconds)
    for start, note in notes:
        first = round(start * RATE)
        room = len(whole) - first
        whole[first : first + len(note)] += note[:room]
    return faded(whole)


def at_level(samples: Samples, dbfs: float) -> Samples:
    """Return `samples` made louder or softer so that the highest is at `dbfs`."""
    highest = float(np.max(np.abs(samples), initial=0.0))
    return samples if highest == 0.0 else samples * (10 ** (dbfs / 20) / highest)
