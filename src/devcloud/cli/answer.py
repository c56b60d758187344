"""`devcloud answer`: be there, and take the calls that come."""

import argparse
import asyncio
from pathlib import Path

from devcloud.cli import common
from devcloud.cli.terminal import Terminal
from devcloud.client.api import CallOver, Client, ClientCall


def add_arguments(parser: argparse.ArgumentParser, text: common.Text) -> None:
    """Add what `devcloud answer` takes."""
    common.add_sound_arguments(parser, text)
    parser.add_argument("--echo", action="store_true", help=text("help_echo"))
    parser.add_argument("--once", action="store_true", help=text("help_once"))
    parser.add_argument("--reject", action="store_true", help=text("help_reject"))
    common.add_server_arguments(parser, text)


def run(flags: argparse.Namespace, terminal: Terminal) -> int:
    """Answer. Raises DevCloudError."""
    seconds = common.seconds_of(flags)
    connection = common.client_of(flags, terminal)
    common.check_files(flags)

    async def work(stop: asyncio.Event) -> int:
        async with connection as me:
            terminal.tell("waiting", name=me.name, server=me.address.authority)
            answering = asyncio.create_task(_answer(me, flags, terminal, seconds), name="answer")
            stopped = asyncio.create_task(stop.wait(), name="stop")
            try:
                await asyncio.wait({answering, stopped}, return_when=asyncio.FIRST_COMPLETED)
                return await answering if answering.done() else 0
            finally:
                stopped.cancel()
                answering.cancel()

    return common.run_until_interrupted(work)


async def _answer(
    me: Client, flags: argparse.Namespace, terminal: Terminal, seconds: float | None
) -> int:
    """Take call after call; return the exit code of the last."""
    taken = 0
    async for call in me.incoming():
        taken += 1
        code = await _take(call, flags, terminal, seconds, taken)
        if flags.once:
            return code
    return 0


async def _take(
    call: ClientCall,
    flags: argparse.Namespace,
    terminal: Terminal,
    seconds: float | None,
    number: int,
) -> int:
    terminal.tell("rings", name=call.peer)
    recording = _numbered(flags.record, number)
    if not flags.reject:
        common.start_sound(call, flags, recording)
        await call.accept()
    async with asyncio.TaskGroup() as tasks:
        told = tasks.create_task(common.follow(call, terminal), name="follow")
        ending = tasks.create_task(_end(call, flags, seconds), name="end")
        await told
        ending.cancel()
    outcome = common.outcome_of(call.status, None if flags.reject else recording)
    terminal.result(outcome, common.rows_of(terminal, outcome))
    if flags.reject:
        return 0
    return common.EXIT_CODES.get(await call.ended(), 1)


async def _end(call: ClientCall, flags: argparse.Namespace, seconds: float | None) -> None:
    if flags.reject:
        await call.decline()
        return
    try:
        await call.connected()
    except CallOver:
        return
    if seconds is not None:
        await asyncio.sleep(seconds)
        await call.hang_up()


def _numbered(recording: str | None, number: int) -> str | None:
    """Return where the recording of call `number` goes: no call overwrites the one before it."""
    if recording is None or number == 1:
        return recording
    path = Path(recording)
    return str(path.with_name(f"{path.stem}-{number}{path.suffix}"))
