"""The header of WAV files (RIFF and RF64, EBU Tech 3306), read and written. Bytes only, no sound.

Reading finds where the samples are and whether the file holds as many as it says; decoding them is
the business of `files`.
"""

import struct
from dataclasses import dataclass
from pathlib import Path
from stat import S_ISREG
from typing import BinaryIO, Final

from devcloud.media.control import SAMPLE_RATE
from devcloud.model.errors import BadSound

HEADER_BYTES: Final = 44
MOST_DATA_BYTES: Final = 0xFFFF_FFFF - HEADER_BYTES
_UNKNOWN_LENGTH: Final = 0x7FFF_0000
"""Programs that write to a pipe put this or more, since they cannot know the length."""
_MOST_CHUNKS: Final = 1000
_PCM: Final = 1


@dataclass(frozen=True)
class WavHeader:
    """What a header says. `cut_off` when the file holds fewer bytes of samples than it says."""

    format_tag: int
    channels: int
    rate: int
    bits: int
    data_offset: int
    data_bytes: int
    cut_off: bool

    @property
    def is_recording(self) -> bool:
        """Whether it is of the form that recordings have, so that one can be gone on with."""
        form = (self.format_tag, self.channels, self.rate, self.bits, self.data_offset)
        return form == (_PCM, 1, SAMPLE_RATE, 16, HEADER_BYTES)


def make_header(data_bytes: int) -> bytes:
    """Return the header of a recording: 48 kHz, mono, 16 bit."""
    return struct.pack(
        "<4sI4s4sIHHIIHH4sI",
        b"RIFF", HEADER_BYTES - 8 + data_bytes, b"WAVE",
        b"fmt ", 16, _PCM, 1, SAMPLE_RATE, 2 * SAMPLE_RATE, 2, 16,
        b"data", data_bytes,
    )  # fmt: skip


def read_header(path: Path) -> WavHeader:
    """Return what the header of the file says.

    Raises BadSound with the code sound_not_found, sound_unreadable, sound_empty or sound_not_wav.
    """
    try:
        status = path.stat()
        # A pipe or a device would make the reader wait for ever.
        if not S_ISREG(status.st_mode):
            raise BadSound("sound_unreadable", detail=str(path))
        with path.open("rb") as file:
            return _parse(file, status.st_size, path)
    except FileNotFoundError as error:
        raise BadSound("sound_not_found", detail=str(path)) from error
    except (OSError, ValueError) as error:
        raise BadSound("sound_unreadable", detail=str(path)) from error


def _parse(file: BinaryIO, size: int, path: Path) -> WavHeader:
    if size == 0:
        raise BadSound("sound_empty", detail=str(path))
    head = file.read(12)
    if head[:4] not in (b"RIFF", b"RF64") or head[8:12] != b"WAVE":
        raise BadSound("sound_not_wav", detail=str(path))
    form: tuple[int, int, int, int] | None = None
    long_data: int | None = None
    for _ in range(_MOST_CHUNKS):
        chunk = file.read(8)
        if len(chunk) < 8:
            break
        name, length = chunk[:4], int.from_bytes(chunk[4:], "little")
        if name == b"data" and form is not None:
            offset = file.tell()
            return _header(form, offset, size - offset, long_data or length)
        after = file.tell() + length + length % 2
        body = file.read(min(length, 28))
        if name == b"fmt " and len(body) >= 16:
            tag, channels, rate, _, _, bits = struct.unpack("<HHIIHH", body[:16])
            form = tag, channels, rate, bits
        elif name == b"ds64" and len(body) >= 16:
            long_data = int.from_bytes(body[8:16], "little")
        file.seek(after)
    # Cut off inside its header, there is nothing to play.
    raise BadSound("sound_not_wav" if form is None else "sound_empty", detail=str(path))


def _header(form: tuple[int, int, int, int], offset: int, present: int, says: int) -> WavHeader:
    unknown = says >= _UNKNOWN_LENGTH or says == 0
    held = present if unknown else min(present, says)
    return WavHeader(*form, offset, max(0, held), cut_off=not unknown and present < says)
