"""From the voice of 2023 to the 48 kHz of today. Push what datagrams bring, pull every 10 ms.

Refuses to know: who sent it (the exchange does), what clock the puller keeps.
"""

import numpy as np
import soxr

from devcloud.media.control import BLOCK_SAMPLES, SAMPLE_RATE
from devcloud.media.voice2023.conceal import Samples
from devcloud.media.voice2023.playout import MOST_RATE_CHANGE, Playout
from devcloud.wire.legacy2023 import datagrams

_STEP = 80
"""Samples taken from the queue at a time: 10 ms at 8 kHz."""
_SLEW = 40


class Incoming:
    """One direction of a call: voice as it comes, to sound as it is played."""

    def __init__(self) -> None:
        self.playout = Playout()
        highest = datagrams.SAMPLE_RATE * (1 + MOST_RATE_CHANGE)
        self._resampler = soxr.ResampleStream(highest, SAMPLE_RATE, 1, dtype="float32", vr=True)
        self._resampler.set_io_ratio(datagrams.SAMPLE_RATE, SAMPLE_RATE)
        self._sound: Samples = np.zeros(0, np.float32)

    def push(self, pcm: bytes, now: float) -> None:
        """Take the voice of one datagram (`datagrams.Voice.pcm`), come at `now` (monotonic)."""
        self.playout.push(np.frombuffer(pcm, "<i2").astype(np.float32), now)

    def pull(self) -> bytes:
        """Return the next 10 ms: 480 samples, 16-bit little-endian mono at 48 kHz."""
        while len(self._sound) < BLOCK_SAMPLES:
            rate = datagrams.SAMPLE_RATE * self.playout.rate
            self._resampler.set_io_ratio(rate, SAMPLE_RATE, _SLEW)
            more = self._resampler.resample_chunk(self.playout.take(_STEP))
            self._sound = np.concatenate([self._sound, more])
        block, self._sound = self._sound[:BLOCK_SAMPLES], self._sound[BLOCK_SAMPLES:]
        return np.clip(np.rint(block), -32768, 32767).astype("<i2").tobytes()
