"""`devcloud demo`: a whole call on this machine, with nothing but this program.

A server, Marc and John run in processes of their own, just as they would on three machines. Marc
calls John, both play real speech and record what they hear.
"""

import argparse
import asyncio
import json
import os
import sys
import tempfile
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from importlib import resources
from pathlib import Path
from typing import Any

import msgspec

import devcloud
from devcloud.cli.outcome import Outcome, exit_code_of, rows_of
from devcloud.cli.parser import Parser, Text
from devcloud.cli.running import run_until_interrupted, unless_stopped
from devcloud.cli.terminal import Terminal, command
from devcloud.media.files import check_sound
from devcloud.model.errors import DevCloudError, LocalError, StorageFailed
from devcloud.net.processes import see_end

CALLER, CALLEE = "Marc", "John"
START_S = 20.0
LONGEST_S = 90.0


class DemoFailed(LocalError):
    """A part of the demonstration did not do its part."""


class Demo(msgspec.Struct, frozen=True, kw_only=True):
    """How the demonstration went: the call as both saw it, and what they heard."""

    outcome: str
    server: str
    caller: Outcome
    callee: Outcome


def add_arguments(parser: Parser, text: Text) -> None:
    """Add what `devcloud demo` takes."""
    parser.add_argument("--out", metavar=text("meta_directory"), help=text("help_out"))


def run(flags: argparse.Namespace, terminal: Terminal) -> int:
    """Show a call. Raises DevCloudError."""
    out = Path(flags.out) if flags.out else Path(tempfile.mkdtemp(prefix="devcloud-demo-"))
    try:
        out.mkdir(parents=True, exist_ok=True)
    except OSError:
        raise StorageFailed("directory_unusable", path=str(out)) from None

    async def work(stop: asyncio.Event) -> int:
        return await unless_stopped(stop, _show(out.absolute(), terminal))

    return run_until_interrupted(work, terminal)


async def _show(out: Path, terminal: Terminal) -> int:
    with tempfile.TemporaryDirectory(prefix="devcloud-demo-data-") as data:
        root = Path(data)
        server = ("server", "--host", "127.0.0.1", "--port", "0", "--data", str(root / "server"))
        async with _process(terminal, *server, "--json") as serving:
            address = await _address_of(serving)
            terminal.tell("demo_server", address=address)
            async with _person(terminal, CALLEE, address, root, out, "answer", "--once") as john:
                await _until_online(address, root, CALLEE)
                terminal.tell("demo_people", caller=CALLER, callee=CALLEE)
                seconds = f"{_longest_sample_s():.1f}"
                calling = ("call", CALLEE, "--for", seconds)
                async with _person(terminal, CALLER, address, root, out, *calling) as marc:
                    terminal.tell("demo_talking", seconds=round(float(seconds)))
                    caller, callee = await _outcome(marc), await _outcome(john)
    demo = Demo(outcome=caller.outcome, server=address, caller=caller, callee=callee)
    rows = rows_of(terminal, caller)
    rows = [row for row in rows if row[1] != caller.recording]
    rows += [
        (terminal.say("demo_heard", name=CALLER), str(caller.recording)),
        (terminal.say("demo_heard", name=CALLEE), str(callee.recording)),
    ]
    terminal.result(demo, rows)
    terminal.tell("demo_next", devcloud=command())
    return exit_code_of(caller.outcome)


@asynccontextmanager
async def _process(
    terminal: Terminal, *arguments: str
) -> AsyncIterator[asyncio.subprocess.Process]:
    """A `devcloud` of its own, which ends with the block."""
    # The person's own settings are not the demonstration's.
    clean = {k: v for k, v in os.environ.items() if not k.startswith("DEVCLOUD_")}
    clean["DEVCLOUD_LANGUAGE"] = terminal.language
    process = await asyncio.create_subprocess_exec(
        sys.executable, "-P", "-m", "devcloud", *arguments,
        stdout=asyncio.subprocess.PIPE,
        # What goes wrong is in the object on standard output.
        stderr=asyncio.subprocess.DEVNULL,
        env=clean,
    )  # fmt: skip
    try:
        yield process
    finally:
        if process.returncode is None:
            process.terminate()
            await see_end(process, 5.0)


@asynccontextmanager
async def _person(
    terminal: Terminal, name: str, address: str, root: Path, out: Path, *arguments: str
) -> AsyncIterator[asyncio.subprocess.Process]:
    """Somebody who plays their speech into a call and records what they hear."""
    who = name.lower()
    async with _process(
        terminal,
        *arguments,
        "--name", name,
        "--server", address,
        "--data", str(root / who),
        "--play", str(_sample(name)),
        "--record", str(out / f"{who}-heard.wav"),
        "--json",
    ) as process:  # fmt: skip
        yield process


async def _first_line(process: asyncio.subprocess.Process, seconds: float) -> dict[str, Any]:
    assert process.stdout is not None
    try:
        async with asyncio.timeout(seconds):
            line = await process.stdout.readline()
        value = json.loads(line)
    except (TimeoutError, ValueError):
        raise DemoFailed("demo_failed") from None
    if not isinstance(value, dict):
        raise DemoFailed("demo_failed")
    return value


async def _address_of(server: asyncio.subprocess.Process) -> str:
    started = await _first_line(server, START_S)
    if "link" not in started:
        raise DemoFailed("demo_failed_because", detail=str(started.get("text", started)))
    return str(started["link"])


async def _outcome(process: asyncio.subprocess.Process) -> Outcome:
    said = await _first_line(process, LONGEST_S)
    try:
        return msgspec.convert(said, Outcome)
    except msgspec.ValidationError:
        raise DemoFailed("demo_failed_because", detail=str(said.get("text", said))) from None


async def _until_online(address: str, root: Path, name: str) -> None:
    try:
        async with asyncio.timeout(START_S):
            async with devcloud.connect(
                address, name="Demo", data=root / "observer", observer=True
            ) as me:
                async for people in me.people():
                    if any(person.name == name for person in people):
                        return
    except TimeoutError:
        raise DemoFailed("demo_failed") from None
    except DevCloudError as error:
        raise DemoFailed("demo_failed_because", detail=error.text()) from None


def _sample(name: str) -> Path:
    """Return the speech of `name`, which comes with the program."""
    return Path(str(resources.files("devcloud.media") / "samples" / f"{name.lower()}.wav"))


def _longest_sample_s() -> float:
    return max(check_sound(str(_sample(name))).duration_s for name in (CALLER, CALLEE)) + 0.5
