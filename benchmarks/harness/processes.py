"""Processes of a benchmark's own: started, spoken to in lines of JSON, measured, ended by their id.

Every wait is bounded. A process whose standard input closes is expected to end by itself.
"""

import asyncio
import contextlib
import json
import os
import resource
import sys
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import psutil

ROOT = Path(__file__).resolve().parent.parent.parent
STOP_S = 5.0
URGENT = "DEVCLOUD_BENCH_URGENT"
DEBUG = "DEVCLOUD_BENCH_DEBUG"
_LONGEST_LINE = 16 * 1024 * 1024
_answers = 1


class BenchmarkFailed(Exception):
    """A part of a benchmark did not do its part; the text says which."""


class Process:
    """A running process. Made by `start`."""

    def __init__(self, name: str, process: asyncio.subprocess.Process) -> None:
        self.name = name
        self.pid = process.pid
        self._process = process

    async def tell(self, **values: Any) -> None:
        """Send it a line."""
        assert self._process.stdin is not None
        self._process.stdin.write(json.dumps(values).encode() + b"\n")
        await self._process.stdin.drain()

    async def hear(self, within_s: float) -> Any:
        """Return what its next line says. Raises BenchmarkFailed."""
        assert self._process.stdout is not None
        try:
            async with asyncio.timeout(within_s):
                line = await self._process.stdout.readline()
        except TimeoutError:
            raise BenchmarkFailed(f"{self.name}: no word within {within_s:g} s") from None
        if not line:
            raise BenchmarkFailed(f"{self.name}: ended too early")
        return json.loads(line)

    async def ask(self, within_s: float, **values: Any) -> Any:
        """Send it a line and return its answer. Raises BenchmarkFailed."""
        await self.tell(**values)
        return await self.hear(within_s)

    def cpu_s(self) -> float:
        """Return the CPU time this process alone has used, all its threads, user and system."""
        return cpu_s(self.pid)

    def resident_bytes(self) -> int:
        """Return how much memory of it is resident."""
        return int(psutil.Process(self.pid).memory_info().rss)

    async def stop(self) -> None:
        """End it: first by closing its input, in the end by force."""
        assert self._process.stdin is not None
        self._process.stdin.close()
        for last_resort in (self._process.terminate, self._process.kill):
            try:
                async with asyncio.timeout(STOP_S):
                    await self._process.wait()
                    return
            except TimeoutError:
                last_resort()
        await self._process.wait()


@asynccontextmanager
async def start(module: str, *arguments: str, inside: str = "") -> AsyncIterator[Process]:
    """Run `python -m module` for as long as the block lasts; `inside` names a network namespace.

    What it prints on standard error is shown when DEVCLOUD_BENCH_DEBUG is set.
    """
    within = ("ip", "netns", "exec", inside) if inside else ()
    process = await asyncio.create_subprocess_exec(
        *within, sys.executable, "-m", module, *arguments,
        cwd=ROOT,
        stdin=asyncio.subprocess.PIPE,
        stdout=asyncio.subprocess.PIPE,
        stderr=None if DEBUG in os.environ else asyncio.subprocess.DEVNULL,
        limit=_LONGEST_LINE,
    )  # fmt: skip
    running = Process(" ".join((module, *arguments[:1])), process)
    try:
        yield running
    finally:
        await running.stop()


def cpu_s(pid: int) -> float:
    """Return the CPU time of a process, all its threads, user and system, in seconds."""
    times = psutil.Process(pid).cpu_times()
    return float(times.user + times.system)


def hurry() -> None:
    """In a process of a call, with `--urgent`: go before the other programs of the machine.

    What it starts inherits this. Without the right to it, nothing is changed.
    """
    if URGENT in os.environ:
        with contextlib.suppress(PermissionError):
            os.sched_setscheduler(0, os.SCHED_RR, os.sched_param(1))


@contextlib.contextmanager
def hurrying() -> Iterator[None]:
    """In the benchmark itself: what is started meanwhile goes before others, as `hurry` says."""
    hurry()
    try:
        yield
    finally:
        if URGENT in os.environ:
            os.sched_setscheduler(0, os.SCHED_OTHER, os.sched_param(0))


def keep_output() -> None:
    """In a process of a benchmark: keep standard output for answers; what libraries print there
    goes to standard error from now on. Call it first of all."""
    global _answers  # noqa: PLW0603 (a process has one standard output)
    _answers = os.dup(1)
    os.dup2(2, 1)


def say(**values: Any) -> None:
    """In a process of a benchmark: answer with a line."""
    os.write(_answers, json.dumps(values).encode() + b"\n")


async def orders() -> AsyncIterator[Any]:
    """In a process of a benchmark: yield each line it is told, until there will be no more."""
    reader = asyncio.StreamReader(limit=_LONGEST_LINE)
    await asyncio.get_running_loop().connect_read_pipe(
        lambda: asyncio.StreamReaderProtocol(reader), sys.stdin
    )
    while line := await reader.readline():
        yield json.loads(line)


def allow_files(count: int) -> int:
    """Let this process and those it starts open so many files, as far as the system allows."""
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    wanted = count if hard == resource.RLIM_INFINITY else min(count, hard)
    if soft == resource.RLIM_INFINITY or soft >= wanted:
        return count
    resource.setrlimit(resource.RLIMIT_NOFILE, (wanted, hard))
    return wanted
