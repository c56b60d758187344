"""From sound handed in at one end to the same sound handed out at the other.

Two real clients on one machine; programs write blocks of 10 ms and read blocks of 10 ms, with
chirps in them at random moments, in both directions at once. Everything between is counted: the
control pipes, the waiting for the next tick, coding, jitter buffer, playout.
"""

import asyncio
import statistics

from benchmarks.harness.chirps import WARM_UP_S, delays_ms
from benchmarks.harness.people import marc_and_john
from benchmarks.harness.processes import BenchmarkFailed
from benchmarks.harness.results import Row, at_most

GOAL_MS = 60
SEED = 20
_OVERHEAD_S = 40.0


async def measure(quick: bool) -> list[Row]:
    """Let both chirp at each other."""
    seconds = WARM_UP_S + (10.0 if quick else 40.0)
    during = {"during": "chirp", "seconds": seconds}
    async with marc_and_john() as pair:
        marc, john = pair.marc.process, pair.john.process
        await john.tell(task="answer", seed=SEED + 1, **during)
        await marc.tell(task="call", to="John", seed=SEED, linger_s=2.0, **during)
        said = await asyncio.gather(
            marc.hear(seconds + _OVERHEAD_S), john.hear(seconds + _OVERHEAD_S)
        )
    for each in said:
        if "failed" in each:
            raise BenchmarkFailed(each["failed"])
    there = delays_ms(said[0]["sent"], said[1]["heard"])
    back = delays_ms(said[1]["sent"], said[0]["heard"])
    sent = len(said[0]["sent"]) + len(said[1]["sent"])
    delays = sorted(there + back)
    if len(delays) < sent / 2:
        raise BenchmarkFailed(f"only {len(delays)} of {sent} chirps were heard")
    median, p95 = statistics.median(delays), delays[int(0.95 * (len(delays) - 1))]
    return [
        at_most(f"Delay, median of {len(delays)} chirps", median, GOAL_MS, digits=0, unit=" ms"),
        Row("Delay, 95th percentile", f"{p95:.0f} ms"),
    ]
