"""Sound files: whether one can be played, and its sound as blocks of 10 ms at 48 kHz mono.

Any WAV that libsndfile decodes is taken, whatever its rate, width and number of channels; it is
read as it is played, so a long file costs no memory. Nothing heavy is imported before a file is
used: the core calls `check_sound` too.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from devcloud.media.control import BLOCK_BYTES, SAMPLE_RATE
from devcloud.media.wav import WavHeader, read_header
from devcloud.model.errors import BadSound

if TYPE_CHECKING:
    import numpy as np
    import soundfile

LOWEST_RATE: Final = 4_000
HIGHEST_RATE: Final = 384_000
MOST_CHANNELS: Final = 32
_CHUNK_S: Final = 0.2


@dataclass(frozen=True)
class CheckedSound:
    """A file that can be played. `cut_off` when it holds less than its header says."""

    path: str
    duration_s: float
    rate: int
    channels: int
    cut_off: bool


def check_sound(path: str) -> CheckedSound:
    """Return what a WAV file holds.

    Raises BadSound: sound_not_found, sound_unreadable, sound_not_wav, sound_empty, or sound_unusual
    for a rate or a number of channels that no microphone has. A file that is cut off is no error:
    it plays what it has.
    """
    header, file = _open(path)
    with file:
        return CheckedSound(
            path=path,
            duration_s=file.frames / file.samplerate,
            rate=file.samplerate,
            channels=file.channels,
            cut_off=header.cut_off,
        )


def check_header(path: str) -> None:
    """Refuse what is no WAV file by its header alone: quick enough for a loop that has calls to
    carry. Raises as `check_sound`, and lets through what only decoding would show."""
    header = read_header(Path(path))
    if header.data_bytes == 0:
        raise BadSound("sound_empty", detail=path)
    _check_form(header.rate, header.channels, path)


def _check_form(rate: int, channels: int, path: str) -> None:
    if not LOWEST_RATE <= rate <= HIGHEST_RATE or channels > MOST_CHANNELS:
        raise BadSound("sound_unusual", detail=path)


def _open(path: str) -> "tuple[WavHeader, soundfile.SoundFile]":
    import soundfile  # noqa: PLC0415 (a tenth of a second, only when a file is used)

    header = read_header(Path(path))
    try:
        file = soundfile.SoundFile(path)
    except (soundfile.SoundFileError, OSError) as error:
        raise BadSound("sound_not_wav", detail=path) from error
    if file.frames <= 0 or header.data_bytes == 0:
        file.close()
        raise BadSound("sound_empty", detail=path)
    try:
        _check_form(file.samplerate, file.channels, path)
    except BadSound:
        file.close()
        raise
    return header, file


class SoundReader:
    """A sound file as blocks. Not for several threads at once. Raises as `check_sound` does."""

    def __init__(self, path: str, *, from_s: float = 0.0, loop: bool = False) -> None:
        self._path = path
        self.loops = loop
        self._header, self._file = _open(path)
        self.cut_off = self._header.cut_off
        self.duration_s: float = self._file.frames / self._file.samplerate
        start = from_s % self.duration_s if loop else min(max(from_s, 0.0), self.duration_s)
        self._file.seek(min(round(start * self._file.samplerate), self._file.frames))
        self.from_s: float = start
        self._pieces = self._resampled()
        self._left = b""

    def read(self, blocks: int) -> list[bytes]:
        """Return up to so many blocks of BLOCK_BYTES; fewer only at the end, the last padded.

        Raises BadSound("sound_unreadable") when the file can be read no further.
        """
        wanted = blocks * BLOCK_BYTES
        pieces = [self._left]
        held = len(self._left)
        while held < wanted and (piece := next(self._pieces, None)) is not None:
            pieces.append(piece)
            held += len(piece)
        pcm = b"".join(pieces)
        if len(pcm) < wanted and len(pcm) % BLOCK_BYTES:
            pcm += bytes(BLOCK_BYTES - len(pcm) % BLOCK_BYTES)
        self._left = pcm[wanted:]
        end = min(wanted, len(pcm))
        return [pcm[at : at + BLOCK_BYTES] for at in range(0, end, BLOCK_BYTES)]

    def close(self) -> None:
        """Close the file. May be called again."""
        self._file.close()

    def _resampled(self) -> Iterator[bytes]:
        import soxr  # noqa: PLC0415 (as above)

        rate = self._file.samplerate
        if rate == SAMPLE_RATE:
            yield from (_to_pcm(mono) for mono in self._mono())
            return
        stream = soxr.ResampleStream(rate, SAMPLE_RATE, 1, dtype="float32", quality="HQ")
        held: Any = None
        # One piece behind, because the last has to be announced as the last.
        for mono in self._mono():
            if held is not None:
                yield _to_pcm(stream.resample_chunk(held))
            held = mono
        if held is not None:
            yield _to_pcm(stream.resample_chunk(held, last=True))

    def _mono(self) -> "Iterator[np.ndarray[Any, np.dtype[np.float32]]]":
        import numpy as np  # noqa: PLC0415 (as above)
        import soundfile  # noqa: PLC0415

        frames = max(1, int(_CHUNK_S * self._file.samplerate))
        while True:
            try:
                chunk = self._file.read(frames, dtype="float32", always_2d=True)
                if not len(chunk) and self.loops:
                    self._file.seek(0)
                    chunk = self._file.read(frames, dtype="float32", always_2d=True)
            except (soundfile.SoundFileError, OSError) as error:
                raise BadSound("sound_unreadable", detail=self._path) from error
            if not len(chunk):
                return
            # A float file may hold anything, numbers that are none included.
            yield np.nan_to_num(chunk.mean(axis=1, dtype=np.float32), posinf=1.0, neginf=-1.0)


def _to_pcm(mono: "np.ndarray[Any, np.dtype[np.float32]]") -> bytes:
    import numpy as np  # noqa: PLC0415 (as above)

    samples = np.clip(np.rint(mono * 32_768.0), -32_768, 32_767).astype("<i2")
    return bytes(samples)
