"""Blocks of sound, louder, mixed, and how loud they are. Knows nothing of where they come from."""

from typing import Final

from devcloud.media.quality import SILENCE_DBFS, dbfs
from devcloud.media.sources import SILENT_BLOCK

LEVEL_TICKS: Final = 5
"""Ticks of one level: 50 ms."""


def factor(gain_db: float) -> float:
    """Return the factor of an amplitude for a gain in dB."""
    return float(10.0 ** (gain_db / 20.0))


def amplify(block: bytes, by: float) -> bytes:
    """Return a block that many times as loud, cut off at full scale."""
    if by == 1.0 or block is SILENT_BLOCK:
        return block
    import numpy as np  # noqa: PLC0415 (only where it is wanted)

    louder = np.rint(np.frombuffer(block, "<i2") * np.float32(by))
    return bytes(np.clip(louder, -32_768, 32_767).astype("<i2"))


def mix(blocks: list[bytes]) -> bytes:
    """Return the sum of blocks, cut off at full scale."""
    sounding = [block for block in blocks if block is not SILENT_BLOCK]
    if len(sounding) < 2:
        return sounding[0] if sounding else SILENT_BLOCK
    import numpy as np  # noqa: PLC0415 (only for calls of several)

    total = np.sum([np.frombuffer(block, "<i2") for block in sounding], axis=0, dtype=np.int32)
    return bytes(np.clip(total, -32_768, 32_767).astype("<i2"))


class LevelMeter:
    """The level of a run of blocks: `add` each, then ask `level`, which begins anew. The arithmetic
    is done then, for all at once."""

    def __init__(self) -> None:
        self._blocks: list[bytes] = []
        self._samples = 0

    def add(self, block: bytes) -> None:
        """Take a block into account."""
        self._samples += len(block) // 2
        if block is not SILENT_BLOCK:
            self._blocks.append(block)

    def level(self) -> float:
        """Return the RMS level in dBFS since the last time."""
        blocks, samples = self._blocks, self._samples
        self._blocks, self._samples = [], 0
        if not blocks:
            return SILENCE_DBFS
        import numpy as np  # noqa: PLC0415 (imported while the process waits for its first call)

        values = np.frombuffer(b"".join(blocks), "<i2").astype(np.float32)
        return dbfs(float(np.dot(values, values)), samples)
