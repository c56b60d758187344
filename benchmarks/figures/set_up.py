"""From `me.call()` to the first remote voice at both ends, when the callee answers at once.

Two real clients and the server on one machine, one call after the other. Both speak as soon as they
may; a call counts when the later of the two has heard the other.
"""

import asyncio
import statistics
from pathlib import Path

import numpy as np
import soundfile

from benchmarks.harness.people import Pair, marc_and_john
from benchmarks.harness.processes import BenchmarkFailed
from benchmarks.harness.results import Row, at_most

CALLS = 50
GOAL_MEDIAN_MS, GOAL_P95_MS = 150, 300
ONE_CALL_S = 40.0
PAUSE_S = 0.3
"""Between calls, so that one is not measured while the machine tidies up after the other."""


async def measure(quick: bool) -> list[Row]:
    """Call again and again."""
    calls = 10 if quick else CALLS
    async with marc_and_john() as pair:
        sound = pair.directory / "sound.wav"
        make_sound(sound)
        await _one_call(pair, sound)
        took_ms = sorted([await _one_call(pair, sound) for _ in range(calls)])
    median, p95 = statistics.median(took_ms), took_ms[int(0.95 * (calls - 1))]
    return [
        at_most(f"Set-up, median of {calls} calls", median, GOAL_MEDIAN_MS, digits=0, unit=" ms"),
        at_most("Set-up, 95th percentile", p95, GOAL_P95_MS, digits=0, unit=" ms"),
    ]


def make_sound(path: Path) -> None:
    """Write a second of noise: a voice that does not begin with silence."""
    noise = np.random.default_rng(1).normal(0, 0.05, 48_000)
    soundfile.write(path, noise, 48_000, subtype="PCM_16")


async def _one_call(pair: Pair, sound: Path) -> float:
    """Return how long it took, in milliseconds."""
    marc, john = pair.marc.process, pair.john.process
    during = {"during": "first_voice", "play": str(sound), "linger_s": PAUSE_S}
    await john.tell(task="answer", **during)
    await marc.tell(task="call", to="John", **during)
    calling, answering = await asyncio.gather(marc.hear(ONE_CALL_S), john.hear(ONE_CALL_S))
    for said in (calling, answering):
        if "failed" in said:
            raise BenchmarkFailed(said["failed"])
    await asyncio.sleep(PAUSE_S)
    heard_at = max(calling["heard_at"], answering["heard_at"])
    return 1000.0 * (heard_at - calling["called_at"])
