"""Speech for 2023 programs, and how alike what was heard is to what was said."""

import wave
from importlib import resources
from pathlib import Path

import numpy as np
import numpy.typing as npt
import soundfile
import soxr

RATE = 8000
Sound = npt.NDArray[np.int16]


def speech(name: str, seconds: float) -> Sound:
    """Return the beginning of the speech that the project ships under `name`, at 8 kHz."""
    with resources.as_file(resources.files("devcloud.media") / "samples" / name) as path:
        sound, rate = soundfile.read(path, dtype="float32")
    return np.rint(soxr.resample(sound, rate, RATE)[: round(seconds * RATE)] * 32767).astype("<i2")


def write(path: Path, sound: Sound) -> Path:
    """Write a WAV file of 8 kHz and return its path."""
    with wave.open(str(path), "wb") as file:
        file.setparams((1, 2, RATE, 0, "NONE", ""))
        file.writeframes(sound.astype("<i2").tobytes())
    return path


def read(path: Path) -> Sound:
    """Return what a WAV file holds, at 8 kHz."""
    with wave.open(str(path)) as file:
        assert (file.getnchannels(), file.getsampwidth()) == (1, 2)
        pcm = np.frombuffer(file.readframes(file.getnframes()), "<i2")
        rate = file.getframerate()
    if rate == RATE:
        return pcm
    return np.rint(soxr.resample(pcm.astype(np.float32), rate, RATE)).astype("<i2")


ALIKE = 0.6
"""What was heard is what was said: above 0.95 on a machine with time, 0.75 on one with none at all;
another voice stays below 0.35. How well it sounds is measured where nothing else runs."""


def likeness(said: Sound, heard: Sound, window_s: float = 0.25) -> float:
    """Return how alike what was heard is to what was said: 0 to 1, the median of short windows.

    Each window of speech is looked for by itself: programs of 2023 leave blocks out and put
    silence in, so that there is no one delay.
    """
    size = round(window_s * RATE)
    windows = [said[at : at + size].astype(float) for at in range(0, len(said) - size, size)]
    loud = max(float(np.linalg.norm(window)) for window in windows)
    spoken = [window for window in windows if np.linalg.norm(window) > 0.1 * loud]
    return float(np.median([_best_match(window, heard.astype(float)) for window in spoken]))


def _best_match(window: npt.NDArray[np.float64], heard: npt.NDArray[np.float64]) -> float:
    products = np.correlate(heard, window, "valid")
    energy = np.convolve(heard * heard, np.ones(len(window)), "valid")
    norms = np.sqrt(np.maximum(energy, 1.0)) * np.linalg.norm(window)
    return float(np.max(products / norms))


def quality(said: Sound, heard: Sound) -> float | None:
    """Return the speech quality (ITU-T P.862, narrow band), where `pesq` is installed."""
    try:
        from pesq import PesqError, pesq  # noqa: PLC0415
    except ImportError:
        return None
    try:
        return round(float(pesq(RATE, said, heard, "nb")), 2)
    except PesqError:
        return None
