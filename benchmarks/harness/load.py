"""Load from a process of its own, in rounds: the parent reads the server's CPU time in between.

A module with a `Load` runs it with `run_load`; the parent drives it through `Rounds`.
"""

import asyncio
import statistics
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass

import uvloop

from benchmarks.harness.processes import Process, allow_files, keep_output, orders, say, start

CONNECT_S = 120.0
DRAIN_S = 5.0
_FILES = 20_000

Load = Callable[[float], Awaitable[int]]
"""Loads the server for so many seconds; returns how many things it did, all of them answered."""


def run_load(prepare: Callable[[], Awaitable[Load]]) -> None:
    """In the process of a load: prepare it, then a round for each line."""
    keep_output()
    allow_files(_FILES)

    async def work() -> None:
        load = await prepare()
        say(ready=True)
        async for order in orders():
            say(count=await load(order["seconds"]))

    with asyncio.Runner(loop_factory=uvloop.new_event_loop) as runner:
        runner.run(work())


@dataclass(frozen=True)
class Rounds:
    """A load and the server it goes to."""

    load: Process
    server: Process

    async def per_cpu_second(self, seconds: float) -> float:
        """Load the server for so long; return how much it did per second of its CPU time."""
        before = self.server.cpu_s()
        done = await self.load.ask(seconds + DRAIN_S + 10.0, seconds=seconds)
        # Clock ticks are 10 ms: a load too small to measure counts as one tick.
        return float(done["count"]) / max(0.01, self.server.cpu_s() - before)


@dataclass(frozen=True)
class Compared:
    """Ours and a limit, per CPU second: medians; `ratio` is the median of those pair by pair, so
    that a machine that grows slower meanwhile decides nothing."""

    ours: float
    limit: float
    ratio: float


async def in_turns(ours: Rounds, limit: Rounds, times: int, seconds: float) -> Compared:
    """Measure ours and the limit in turns, so many times."""
    pairs = [
        (await ours.per_cpu_second(seconds), await limit.per_cpu_second(seconds))
        for _ in range(times)
    ]
    return Compared(
        statistics.median(a for a, _ in pairs),
        statistics.median(b for _, b in pairs),
        statistics.median(a / b for a, b in pairs),
    )


@asynccontextmanager
async def rounds(module: str, server: Process, *arguments: str) -> AsyncIterator[Rounds]:
    """Run a module's load against a server for as long as the block lasts."""
    async with start(module, *arguments) as load:
        await load.hear(CONNECT_S)
        yield Rounds(load, server)
