"""A call of 2023 on a virtual clock: a speaker, a network with a seed, a listener, two clocks."""

from dataclasses import dataclass
from random import Random

import numpy as np
import numpy.typing as npt

from devcloud.media.voice2023.incoming import Incoming
from devcloud.wire.legacy2023.datagrams import BLOCK_S, Voice, parse, voice

Sound = npt.NDArray[np.int16]
TICK_S = 0.010


@dataclass(frozen=True)
class Network:
    """What happens to datagrams. Jitter is uniform, in seconds; order is kept, as on one link."""

    loss: float = 0.0
    jitter_s: float = 0.0
    drift_ppm: float = 0.0
    """How much faster the speaker's clock is than the listener's."""
    stall_at: float = -1.0
    stall_s: float = 0.0
    seed: int = 1


@dataclass(frozen=True)
class Heard:
    """What came out, at 48 kHz, and how much waited before each pull, in seconds."""

    sound: Sound
    levels: list[float]
    concealed_s: float


def blocks_of(sound: Sound) -> list[bytes]:
    """Cut sound at 8 kHz into datagrams, the last one filled up with silence."""
    padded = np.concatenate([sound, np.zeros(-len(sound) % 512, np.int16)])
    return [voice(block.astype("<i2").tobytes()) for block in padded.reshape(-1, 512)]


def arrivals(blocks: list[bytes], network: Network) -> list[tuple[float, bytes]]:
    """When each datagram comes, by the listener's clock."""
    random = Random(network.seed)
    period = BLOCK_S / (1 + network.drift_ppm * 1e-6)
    came: list[tuple[float, bytes]] = []
    latest = 0.0
    for number, block in enumerate(blocks):
        at = (number + 1) * period + random.uniform(0, network.jitter_s)
        if network.stall_at <= at < network.stall_at + network.stall_s:
            at = network.stall_at + network.stall_s
        lost = random.random() < network.loss
        latest = max(latest, at)
        if not lost:
            came.append((latest, block))
    return came


def listen(blocks: list[bytes], network: Network) -> Heard:
    """Carry the datagrams and pull what is heard, every 10 ms, until the last one is played."""
    incoming = Incoming()
    waiting = arrivals(blocks, network)[::-1]
    end = waiting[0][0] + 0.5
    out: list[bytes] = []
    levels: list[float] = []
    for tick in range(round(end / TICK_S)):
        now = tick * TICK_S
        while waiting and waiting[-1][0] <= now:
            at, datagram = waiting.pop()
            parsed = parse(datagram)
            assert isinstance(parsed, Voice)
            incoming.push(parsed.pcm, at)
        levels.append(incoming.playout.level_s)
        out.append(incoming.pull())
    sound = np.frombuffer(b"".join(out), "<i2")
    return Heard(sound, levels, incoming.playout.concealed / 8000)


def largest_step(sound: Sound) -> int:
    """The largest difference between two neighbouring samples: a click is one that stands out."""
    return int(np.max(np.abs(np.diff(sound.astype(np.int32)))))


def delay_s(sent: Sound, heard: Sound, rate: int = 8000, most_s: float = 1.0) -> float:
    """How much later `heard` is than `sent`, in seconds, by the peak of their correlation."""
    size = 1 << (len(sent) + len(heard)).bit_length()
    product = np.fft.rfft(heard.astype(float), size) * np.conj(
        np.fft.rfft(sent.astype(float), size)
    )
    correlation = np.fft.irfft(product, size)[: round(most_s * rate)]
    return int(np.argmax(correlation)) / rate
