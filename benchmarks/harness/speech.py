"""Recorded speech, from Debian's Asterisk sounds: cut into clips, strung together, compared.

French and English, 16 kHz, of professional speakers. What was heard is compared clip by clip, by
PESQ-WB (ITU-T P.862.2: 1 to 4.64) and STOI (0 to 1).
"""

import shutil
import subprocess
from dataclasses import dataclass
from importlib.util import find_spec
from pathlib import Path

import numpy as np
import soundfile
import soxr
from numpy.typing import NDArray

from benchmarks.harness.processes import BenchmarkFailed

RATE = 16_000
CLIP_S = 9.0
GAP_S = 1.0
LEVEL_DBFS = -26.0
_SOUNDS = Path("/usr/share/asterisk/sounds")
_FILES = {
    "fr": ("fr_CA_f_June", ("demo-congrats", "demo-instruct", "priv-callee-options")),
    "en": ("en_US_f_Allison", ("demo-congrats", "demo-instruct", "priv-callee-options")),
}
_SPREAD_S = 0.3

Samples = NDArray[np.float64]


@dataclass(frozen=True)
class Speech:
    """Clips of one speaker, strung together in a WAV file of 48 kHz."""

    path: Path
    clips: tuple[Samples, ...]
    starts_s: tuple[float, ...]
    duration_s: float


def lacking() -> str:
    """Return what is missing to have speech, or nothing."""
    wanted = [
        _SOUNDS / folder / f"{name}.g722" for folder, names in _FILES.values() for name in names
    ]
    if any(not path.exists() for path in wanted):
        return "asterisk-core-sounds-fr-g722 and -en-g722 are not installed"
    if any(find_spec(name) is None for name in ("pesq", "pystoi")):
        return "the packages of the extra `bench` are not installed"
    return "" if shutil.which("ffmpeg") else "ffmpeg is not installed"


def make_speech(language: str, directory: Path, clips: int) -> Speech:
    """Cut the clips and write the file that is played."""
    folder, names = _FILES[language]
    cut = tuple(_cut(_SOUNDS / folder / f"{name}.g722") for name in names[:clips])
    gap = np.zeros(round(GAP_S * RATE))
    parts = [gap]
    starts = []
    for clip in cut:
        starts.append(sum(map(len, parts)) / RATE)
        parts += [clip, gap]
    whole = soxr.resample(np.concatenate(parts), RATE, 48_000, quality="VHQ")
    path = directory / f"{language}.wav"
    soundfile.write(path, whole, 48_000, subtype="PCM_16")
    return Speech(path, cut, tuple(starts), len(whole) / 48_000)


def compare(speech: Speech, heard: Path) -> list[tuple[float, float]]:
    """Return PESQ-WB and STOI of each clip in a recording of 48 kHz. Raises BenchmarkFailed."""
    from pesq import PesqError, pesq  # noqa: PLC0415 (a package of benchmarks alone)
    from pystoi import stoi  # noqa: PLC0415

    sound, rate = soundfile.read(heard, dtype="float64")
    recording = soxr.resample(sound, rate, RATE, quality="VHQ")
    begin = _offset(recording, _strung(speech))
    scores = []
    for clip, start_s in zip(speech.clips, speech.starts_s, strict=True):
        part = _aligned(recording, clip, begin + round(start_s * RATE))
        try:
            scores.append((float(pesq(RATE, clip, part, "wb")), float(stoi(clip, part, RATE))))
        except PesqError as failure:
            raise BenchmarkFailed(f"PESQ found no speech in what was heard: {failure}") from None
    return scores


def _cut(path: Path) -> Samples:
    command = ["ffmpeg", "-v", "error", "-f", "g722", "-i", str(path)]
    command += ["-f", "s16le", "-ar", str(RATE), "-ac", "1", "-"]
    decoded = subprocess.run(command, check=True, capture_output=True, timeout=30).stdout
    sound = np.frombuffer(decoded, "<i2").astype(np.float64)[: round(CLIP_S * RATE)] / 32768
    level = np.sqrt(np.mean(sound**2))
    return np.clip(sound * 10 ** (LEVEL_DBFS / 20) / level, -0.99, 0.99)


def _strung(speech: Speech) -> Samples:
    whole = np.zeros(round(speech.duration_s * RATE))
    for clip, start_s in zip(speech.clips, speech.starts_s, strict=True):
        at = round(start_s * RATE)
        whole[at : at + len(clip)] = clip
    return whole


def _offset(recording: Samples, reference: Samples) -> int:
    """Return where in the recording the reference begins, in samples."""
    size = 1 << (len(recording) + len(reference)).bit_length()
    spectrum = np.fft.rfft(recording, size) * np.conj(np.fft.rfft(reference, size))
    best = int(np.argmax(np.fft.irfft(spectrum, size)))
    return best - size if best > size // 2 else best


def _aligned(recording: Samples, clip: Samples, near: int) -> Samples:
    """Return as much of the recording as the clip is long, where it fits best near a place."""
    spread = round(_SPREAD_S * RATE)
    padded = np.concatenate((np.zeros(spread), recording, np.zeros(spread + len(clip))))
    first = max(0, near)
    window = padded[first : first + len(clip) + 2 * spread]
    at = min(max(0, _offset(window, clip)), 2 * spread)
    return window[at : at + len(clip)]
