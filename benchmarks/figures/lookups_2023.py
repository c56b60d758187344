"""Look-ups of clients of 2023 per CPU second of the server, and what an idle one of them costs.

50 connections with 8 GETs on the way each, against a bare uvloop stream that cuts the same bytes
into objects and sends them back, joining what one read brought. The log is at its default level.
"""

import asyncio
import sys
import tempfile
from typing import cast

from benchmarks.harness import server
from benchmarks.harness.load import CONNECT_S, DRAIN_S, Load, in_turns, rounds, run_load
from benchmarks.harness.processes import start
from benchmarks.harness.results import Row, at_most

CONNECTIONS = 50
ON_THE_WAY = 8
GOAL = 0.4
KAMAILIO = 79_000
IDLE, FIRST, IDLE_GOAL_KIB = 4_000, 50, 3
SETTLE_S = 2.0
_GET = b'{"command": "GET", "name": "Person %d"}'
_REG = b'{"command": "REG", "name": "Person %d"}'
_END = b"}"


async def measure(quick: bool) -> list[Row]:
    """Compare the look-ups with the stream; then fill the server with people."""
    seconds, pairs = (1.0, 3) if quick else (2.0, 7)
    with tempfile.TemporaryDirectory() as data:
        async with (
            server.run("devcloud", data) as (process, port, _),
            server.run("stream") as (limit, stream_port, _),
            rounds(__name__, process, str(port), "look up") as look_up,
            rounds(__name__, limit, str(stream_port), "echo") as echo,
        ):
            await look_up.per_cpu_second(0.5)
            await echo.per_cpu_second(0.5)
            compared = await in_turns(look_up, echo, pairs, seconds)
    per_s, bare, ratio = compared.ours, compared.limit, compared.ratio
    measured = f"{per_s:,.0f} GETs per CPU s"
    idle = await _kib_per_connection(1_000 if quick else IDLE)
    beside = per_s / KAMAILIO
    return [
        Row("2023 look-ups", measured, f"stream {bare:,.0f}", ratio, f"≥ {GOAL}", ratio >= GOAL),
        Row("2023 look-ups, Kamailio", measured, f"{KAMAILIO:,}", beside, "≥ 1", beside >= 1),
        at_most("2023, idle connection", idle, IDLE_GOAL_KIB, unit=" KiB"),
    ]


async def _kib_per_connection(people: int) -> float:
    with tempfile.TemporaryDirectory() as data:
        async with (
            server.run("devcloud", data) as (process, port, _),
            start(__name__, str(port), "idle", str(people)) as crowd,
        ):
            await crowd.hear(CONNECT_S)
            await asyncio.sleep(SETTLE_S)
            before = process.resident_bytes()
            await crowd.ask(CONNECT_S, seconds=0)
            await asyncio.sleep(SETTLE_S)
            return (process.resident_bytes() - before) / (people - FIRST) / 1024


class Asker(asyncio.Protocol):
    """One connection that keeps so many questions on the way."""

    def __init__(self, question: bytes) -> None:
        self._question = question
        self.running = False
        self.answered = self.on_the_way = 0

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """(asyncio.BaseProtocol)"""
        # A cast, since uvloop's transports are none of asyncio's classes.
        self._write = cast(asyncio.Transport, transport).write

    def data_received(self, data: bytes) -> None:
        """Every answer is one object: ask as many again."""
        answers = data.count(_END)
        self.answered += answers
        self.on_the_way -= answers
        if self.running:
            self.ask(answers)

    def ask(self, times: int) -> None:
        """Put so many questions on the way."""
        self.on_the_way += times
        self._write(self._question * times)


async def connect(port: int, question: bytes) -> Asker:
    """Return a connection to whatever answers at `port`."""
    _, asker = await asyncio.get_running_loop().create_connection(
        lambda: Asker(question), "127.0.0.1", port
    )
    return asker


async def prepare(port: int, kind: str) -> Load:
    """Connect everybody, and register them where names are looked up."""
    askers = []
    for index in range(CONNECTIONS):
        asker = await connect(port, _GET % (index ^ 1))
        if kind == "look up":
            await _register(asker, index)
        askers.append(asker)

    async def load(seconds: float) -> int:
        for asker in askers:
            asker.answered, asker.running = 0, True
            asker.ask(ON_THE_WAY)
        await asyncio.sleep(seconds)
        for asker in askers:
            asker.running = False
        async with asyncio.timeout(DRAIN_S):
            while any(asker.on_the_way for asker in askers):
                await asyncio.sleep(0.01)
        return sum(asker.answered for asker in askers)

    return load


async def _register(asker: Asker, index: int) -> None:
    asker.on_the_way = 1
    asker._write(_REG % index)
    async with asyncio.timeout(DRAIN_S):
        while asker.on_the_way:
            await asyncio.sleep(0.001)


async def fill(port: int, people: int) -> Load:
    """The first people are there; the rest come with the first round, and stay."""
    here = []

    async def come(first: int, last: int) -> None:
        for index in range(first, last):
            asker = await connect(port, b"")
            await _register(asker, index)
            here.append(asker)

    await come(0, FIRST)

    async def load(_seconds: float) -> int:
        await come(FIRST, people)
        return len(here)

    return load


if __name__ == "__main__":
    _port, _kind = int(sys.argv[1]), sys.argv[2]
    if _kind == "idle":
        _people = int(sys.argv[3])
        run_load(lambda: fill(_port, _people))
    else:
        run_load(lambda: prepare(_port, _kind))
