"""From sound handed in at one end to the same sound handed out at the other.

Two real clients on one machine; programs write blocks of 10 ms and read blocks of 10 ms, with
chirps in them at random moments, in both directions at once. Everything between is counted: the
control pipes, the waiting for the next tick, coding, jitter buffer, playout. In several calls,
since the clocks of a call meet at a distance of their own, and keep it.
"""

import asyncio
import os
import statistics

from benchmarks.harness.chirps import WARM_UP_S, delays_ms
from benchmarks.harness.people import Pair, marc_and_john
from benchmarks.harness.processes import DEBUG, BenchmarkFailed
from benchmarks.harness.results import Row, at_most

GOAL_MS = 60
SEED = 20
LINGER_S = 1.0
_OVERHEAD_S = 40.0


async def measure(quick: bool) -> list[Row]:
    """Let both chirp at each other."""
    calls, seconds = (2, 6.0) if quick else (5, 8.0)
    delays: list[float] = []
    sent = 0
    async with marc_and_john() as pair:
        for number in range(calls):
            chirps, heard = await _one_call(pair, WARM_UP_S + seconds, SEED + 2 * number)
            sent += chirps
            delays += heard
    if len(delays) < sent / 2:
        raise BenchmarkFailed(f"only {len(delays)} of {sent} chirps were heard")
    delays.sort()
    median, p95 = statistics.median(delays), delays[int(0.95 * (len(delays) - 1))]
    figure = f"Delay, median of {len(delays)} chirps in {calls} calls"
    return [
        at_most(figure, median, GOAL_MS, digits=0, unit=" ms"),
        Row("Delay, 95th percentile", f"{p95:.0f} ms"),
    ]


async def _one_call(pair: Pair, seconds: float, seed: int) -> tuple[int, list[float]]:
    """Return how many chirps were sent, and the delays of those that were heard."""
    marc, john = pair.marc.process, pair.john.process
    during = {"during": "chirp", "seconds": seconds, "linger_s": LINGER_S}
    await john.tell(task="answer", seed=seed + 1, **during)
    await marc.tell(task="call", to="John", seed=seed, **during)
    said = await asyncio.gather(marc.hear(seconds + _OVERHEAD_S), john.hear(seconds + _OVERHEAD_S))
    for each in said:
        if "failed" in each:
            raise BenchmarkFailed(each["failed"])
    there = delays_ms(said[0]["sent"], said[1]["heard"])
    back = delays_ms(said[1]["sent"], said[0]["heard"])
    if DEBUG in os.environ:
        print(f"{statistics.median(there):.0f} ms there, {statistics.median(back):.0f} ms back")
    return len(said[0]["sent"]) + len(said[1]["sent"]), there + back
