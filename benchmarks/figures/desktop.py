"""The window: how soon it shows, what it costs while nothing happens, and a list of 10,000 people.

On an X server in memory (Xvfb). Start: from starting `devcloud desktop` to the first painted pixel,
warm. Idle: CPU time of the program and its media process, signed in, with 200 contacts, of whom
nobody comes or goes. The list: from the news that there are 10,000 people to the painted list;
then one row of scrolling after the other, each painted at once; then one person's new presence.
"""

import asyncio
import json
import os
import shutil
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, contextmanager
from pathlib import Path

import numpy as np
import psutil

from benchmarks.harness import crowd, server
from benchmarks.harness.load import CONNECT_S
from benchmarks.harness.processes import BenchmarkFailed, cpu_s, keep_output, say, start
from benchmarks.harness.results import Row, at_most, skipped

STARTS = 7
GOAL_START_MS = 1_000
CONTACTS = 200
IDLE_S = 20.0
GOAL_IDLE_PERCENT = 1.0
SETTLE_S = 8.0
MANY = 10_000
STEPS = 300
FRAME_MS = 16.7
"""A picture on a screen of 60 Hz."""
_SHOW_S = 60.0
_LOOK_S = 0.002
_WIDTH, _HEIGHT = 1280, 800


async def measure(quick: bool) -> list[Row]:
    """Start it again and again; leave it alone; fill it."""
    if shutil.which("Xvfb") is None:
        return [skipped("Window", "needs Xvfb")]
    with tempfile.TemporaryDirectory() as folder, screen(Path(folder)) as (display, picture):
        where = os.environ | {"DISPLAY": display, "QT_QPA_PLATFORM": "xcb"}
        times = 3 if quick else STARTS
        took = [_start_ms(where, picture, Path(folder) / "first") for _ in range(times + 1)][1:]
        idle = await _idle_percent(where, Path(folder), 5.0 if quick else IDLE_S)
        many = await _many(where, Path(folder) / "many")
    start_ms, cpu_ms = (statistics.median(each) for each in zip(*took, strict=True))
    return [
        at_most(f"Window, start, median of {times}", start_ms, GOAL_START_MS, digits=0, unit=" ms"),
        Row("Window, start, CPU time", f"{cpu_ms:.0f} ms", f"{start_ms:.0f} ms", cpu_ms / start_ms),
        at_most(f"Window, idle, {CONTACTS} contacts", idle, GOAL_IDLE_PERCENT, digits=2, unit=" %"),
        Row(f"Window, {MANY:,} people come", f"{many['fill_ms']:.0f} ms"),
        at_most("Window, one row of scrolling", many["step_ms"], FRAME_MS, unit=" ms"),
        Row(f"Window, one of {MANY:,} is busy", f"{many['change_ms']:.0f} ms"),
    ]


@contextmanager
def screen(folder: Path) -> Iterator[tuple[str, Path]]:
    """An X server: its name, and the file that its picture is in."""
    says, told = os.pipe()
    process = subprocess.Popen(
        [
            *("Xvfb", "-displayfd", str(told), "-screen", "0", f"{_WIDTH}x{_HEIGHT}x24"),
            *("-fbdir", str(folder), "-nolisten", "tcp", "-noreset"),
        ],
        pass_fds=[told],
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    os.close(told)
    try:
        with os.fdopen(says) as number:
            yield f":{number.readline().strip()}", folder / "Xvfb_screen0"
    finally:
        process.kill()
        process.wait()


def _start_ms(where: dict[str, str], picture: Path, data: Path) -> tuple[float, float]:
    """Start the program once, and end it. Return how long it took, and how much CPU time."""
    shown = np.memmap(picture, np.uint8, "r")
    middle = len(shown) // 2
    began = time.monotonic()
    program = subprocess.Popen(
        [sys.executable, "-m", "devcloud", "desktop", "--data", str(data)],
        env=where,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    try:
        # The screen is black before and after.
        while not shown[middle : middle + 400].any():
            if time.monotonic() > began + _SHOW_S or program.poll() is not None:
                raise BenchmarkFailed("the window did not show")
            time.sleep(_LOOK_S)
        return 1000 * (time.monotonic() - began), 1000 * cpu_s(program.pid)
    finally:
        program.terminate()
        program.wait(_SHOW_S)
        while shown[middle : middle + 400].any() and time.monotonic() < began + 2 * _SHOW_S:
            time.sleep(_LOOK_S)


async def _idle_percent(where: dict[str, str], folder: Path, seconds: float) -> float:
    async with _house(folder) as port:
        address = f"127.0.0.1:{port}"
        program = await asyncio.create_subprocess_exec(
            *(sys.executable, "-m", "devcloud", "desktop", "--data", str(folder / "idle")),
            *("--server", address, "--name", "Marc"),
            env=where,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
        )
        try:
            await asyncio.sleep(SETTLE_S)
            family = [program.pid, *(c.pid for c in psutil.Process(program.pid).children(True))]
            before = sum(cpu_s(pid) for pid in family)
            await asyncio.sleep(seconds)
            return 100 * (sum(cpu_s(pid) for pid in family) - before) / seconds
        finally:
            program.terminate()
            await program.wait()


@asynccontextmanager
async def _house(folder: Path) -> AsyncIterator[int]:
    """A server with people who are signed in and say nothing."""
    async with (
        server.run("devcloud", str(folder / "server")) as (_, port, _),
        start(crowd.__name__, str(port), str(CONTACTS)) as people,
    ):
        await people.hear(CONNECT_S)
        yield port


async def _many(where: dict[str, str], data: Path) -> dict[str, float]:
    program = await asyncio.create_subprocess_exec(
        *(sys.executable, "-m", __name__, str(data)),
        env=where,
        stdout=subprocess.PIPE,
    )
    try:
        async with asyncio.timeout(4 * _SHOW_S):
            out, _ = await program.communicate()
    finally:
        if program.returncode is None:
            program.kill()
            await program.wait()
    if program.returncode:
        raise BenchmarkFailed("the list of many people was not shown")
    answer: dict[str, float] = json.loads(out)
    return answer


def fill(data: Path) -> None:
    """In a process of its own: show many people, scroll, have one change."""
    from PySide6.QtWidgets import QApplication  # noqa: PLC0415 - only this process has a window

    from devcloud.desktop import happenings as on  # noqa: PLC0415
    from devcloud.desktop.options import DesktopOptions  # noqa: PLC0415
    from devcloud.desktop.program import Desktop  # noqa: PLC0415

    keep_output()
    program = QApplication([])
    data.mkdir(parents=True, exist_ok=True)
    desktop = Desktop(DesktopOptions(data), program)
    desktop.window.show()
    app = desktop.app
    app.happened(on.SignedIn("Marc", "127.0.0.1:10000", "ab" * 32))
    app.happened(on.LinkIs(True))
    program.processEvents()
    people = [on.Somebody(f"Salle {at:05}", fingerprint="cd" * 32) for at in range(MANY)]
    rows = desktop.window.home.sidebar.contacts

    def painted(change: object) -> float:
        began = time.perf_counter()
        if isinstance(change, on.PeopleAre):
            app.happened(change)
            program.processEvents()
        else:
            bar = rows.verticalScrollBar()
            bar.setValue(bar.value() + bar.singleStep())
            rows.viewport().repaint()
        took = time.perf_counter() - began
        program.processEvents()
        return 1000 * took

    fill_ms = painted(on.PeopleAre(tuple(people)))
    shown = rows.model().rowCount()
    if shown < MANY:
        raise BenchmarkFailed(f"{shown} rows")
    steps = [painted(None) for _ in range(STEPS)]
    people[7] = on.Somebody(people[7].name, "busy", fingerprint=people[7].fingerprint)
    change_ms = painted(on.PeopleAre(tuple(people)))
    say(fill_ms=fill_ms, step_ms=statistics.mean(steps), change_ms=change_ms)


if __name__ == "__main__":
    fill(Path(sys.argv[1]))
