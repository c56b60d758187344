"""Chirps that are told from any other sound, to measure a delay by: sent, and found again.

A chirp sweeps from 500 to 3,500 Hz in 30 ms, over a floor of faint noise so that the sound never
stops, as a voice on a line does not. Both sides chirp, at moments drawn by a seed.
"""

import asyncio
import random
import time
from collections.abc import AsyncIterator
from typing import Any, Protocol

import numpy as np
from numpy.typing import NDArray

from devcloud.media.control import BLOCK_SAMPLES, SAMPLE_RATE

BLOCK_S = 0.01
EVERY_S = (0.3, 0.5)
WARM_UP_S = 2.0
_BLOCKS = 3
_FLOOR = 30
_LOUD = 12_000
_ALIKE = 0.6
"""How much of what is heard must be a chirp: 1 is all of it, noise stays below 0.2."""

Sound = NDArray[np.float64]


class Audio(Protocol):
    """What is needed of the sound of a call."""

    async def write(self, pcm: bytes) -> None: ...

    def blocks(self) -> AsyncIterator[bytes]: ...


def make_chirp() -> Sound:
    """Return a chirp, between −1 and 1."""
    count = _BLOCKS * BLOCK_SAMPLES
    at = np.arange(count) / SAMPLE_RATE
    sweep = 2 * np.pi * (500 * at + (3_500 - 500) / (2 * count / SAMPLE_RATE) * at**2)
    return np.sin(sweep) * np.hanning(count)


async def exchange(audio: Audio, *, seconds: float, seed: int) -> dict[str, Any]:
    """Chirp and listen; return when each chirp went in and when each came out.

    In: when the block with its first sample was handed over. Out: when the block with its first
    sample was handed out.
    """
    heard: list[tuple[float, bytes]] = []
    listening = asyncio.create_task(_listen(audio, heard), name="listening")
    sent = await _send(audio, seconds, random.Random(seed))
    await asyncio.sleep(0.5)
    listening.cancel()
    await asyncio.wait({listening})
    return {"sent": sent, "heard": await asyncio.to_thread(find, heard)}


async def _listen(audio: Audio, heard: list[tuple[float, bytes]]) -> None:
    async for block in audio.blocks():
        heard.append((time.monotonic(), block))


async def _send(audio: Audio, seconds: float, dice: random.Random) -> list[float]:
    """Give a block every 10 ms, as a microphone would; whoever comes late leaves out what was."""
    floor = np.random.default_rng(dice.getrandbits(32))
    chirp = (make_chirp() * _LOUD).reshape(_BLOCKS, BLOCK_SAMPLES)
    sent: list[float] = []
    left: list[Sound] = []
    now = time.monotonic()
    deadline, until, next_chirp = now, now + seconds, now + WARM_UP_S
    while (now := time.monotonic()) < until:
        block = floor.normal(0, _FLOOR, BLOCK_SAMPLES)
        if now >= next_chirp:
            next_chirp = now + dice.uniform(*EVERY_S)
            left = list(chirp)
            sent.append(now)
        if left:
            block = block + left.pop(0)
        await audio.write(block.astype("<i2").tobytes())
        deadline += BLOCK_S
        if (late := time.monotonic() - deadline) > 0:
            deadline += BLOCK_S * int(late / BLOCK_S + 1)
        await asyncio.sleep(deadline - time.monotonic())
    return sent


def find(heard: list[tuple[float, bytes]]) -> list[float]:
    """Return when each chirp was handed out, from the blocks and their times."""
    if not heard:
        return []
    sound = np.frombuffer(b"".join(block for _, block in heard), "<i2").astype(np.float64)
    alike = likeness(sound, make_chirp())
    found: list[float] = []
    at = 0
    while at < len(alike):
        if alike[at] < _ALIKE:
            at += 1
            continue
        best = at + int(np.argmax(alike[at : at + SAMPLE_RATE // 10]))
        found.append(heard[best // BLOCK_SAMPLES][0])
        at = best + SAMPLE_RATE // 10
    return found


def likeness(sound: Sound, pattern: Sound) -> Sound:
    """Return how much of the sound from each sample on is the pattern: normalised correlation."""
    size = 1 << (len(sound) + len(pattern)).bit_length()
    spectrum = np.fft.rfft(sound, size) * np.conj(np.fft.rfft(pattern, size))
    matched = np.fft.irfft(spectrum, size)[: max(0, len(sound) - len(pattern) + 1)]
    energy = np.concatenate(([0.0], np.cumsum(sound**2)))
    here = energy[len(pattern) :] - energy[: -len(pattern)]
    # Too faint to be a chirp, whatever its shape.
    faint = (0.02 * _LOUD) ** 2 * len(pattern)
    strength: Sound = matched / np.sqrt(np.maximum(here, faint) * np.sum(pattern**2))
    return strength


def delays_ms(sent: list[float], heard: list[float]) -> list[float]:
    """Return the delay of each chirp that was heard within 280 ms, in milliseconds."""
    pairs = ((at, [out for out in heard if at <= out < at + 0.28]) for at in sent)
    return [1000 * (outs[0] - at) for at, outs in pairs if outs]
