"""From the 48 kHz of today to datagrams of 2023. Feed it blocks, send what it returns.

Refuses to know: when to send. Blocks of 10 ms in give a datagram every 6 or 7 of them.
"""

import numpy as np
import soxr

from devcloud.media.control import SAMPLE_RATE
from devcloud.wire.legacy2023 import datagrams


class Outgoing:
    """One direction of a call: sound as it is spoken, to voice as 2023 sends it."""

    def __init__(self) -> None:
        # The variable-rate kind of soxr, at a fixed rate: it holds 28 ms back, the usual one 158.
        self._resampler = soxr.ResampleStream(
            SAMPLE_RATE, datagrams.SAMPLE_RATE, 1, dtype="float32", vr=True
        )
        self._pending = b""

    def push(self, pcm: bytes) -> list[bytes]:
        """Take 16-bit little-endian mono at 48 kHz; return the datagrams that it completes."""
        sound = np.frombuffer(pcm, "<i2").astype(np.float32)
        resampled = self._resampler.resample_chunk(sound)
        self._pending += np.clip(np.rint(resampled), -32768, 32767).astype("<i2").tobytes()
        whole = len(self._pending) // datagrams.BLOCK_BYTES * datagrams.BLOCK_BYTES
        blocks, self._pending = self._pending[:whole], self._pending[whole:]
        return [
            datagrams.voice(blocks[at : at + datagrams.BLOCK_BYTES])
            for at in range(0, whole, datagrams.BLOCK_BYTES)
        ]
