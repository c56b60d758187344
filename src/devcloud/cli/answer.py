"""`devcloud answer`: be there, and take the calls that come."""

import argparse
import asyncio
from collections.abc import AsyncIterator, Coroutine
from pathlib import Path
from typing import Any

from devcloud.cli import common
from devcloud.cli.outcome import exit_code_of
from devcloud.cli.parser import Parser, Text
from devcloud.cli.running import Interrupted, run_until_interrupted, signed_in, unless_stopped
from devcloud.cli.terminal import Terminal
from devcloud.cli.trusting import Trusting
from devcloud.client.api import CallOver, Client, ClientCall
from devcloud.client.port2023 import Mode2023


def add_arguments(parser: Parser, text: Text) -> None:
    """Add what `devcloud answer` takes."""
    common.add_sound_arguments(parser, text)
    parser.add_argument("--echo", action="store_true", help=text("help_echo"))
    parser.add_argument("--once", action="store_true", help=text("help_once"))
    parser.add_argument("--reject", action="store_true", help=text("help_reject"))
    common.add_server_arguments(parser, text)
    common.add_trust_arguments(parser, text)


def run(flags: argparse.Namespace, terminal: Terminal) -> int:
    """Answer. Raises DevCloudError."""
    seconds = common.seconds_of(flags)
    connection = common.client_of(flags, terminal, legacy_2023=Mode2023.ON)
    common.check_files(flags)

    async def work(stop: asyncio.Event) -> int:
        async with signed_in(connection, stop, terminal) as me:
            if me.off_2023 is not None:
                terminal.complain(me.off_2023.text(terminal.language))
            terminal.tell("waiting", name=me.name, server=me.address.authority)
            return await _answer(me, flags, terminal, seconds, stop)

    return run_until_interrupted(work, terminal)


async def _answer(
    me: Client,
    flags: argparse.Namespace,
    terminal: Terminal,
    seconds: float | None,
    stop: asyncio.Event,
) -> int:
    """Take call after call until told to stop; with `--once`, the exit code is that of the call."""
    trusting = Trusting(flags, terminal)
    incoming = me.incoming()
    taken = 0
    while not stop.is_set():
        try:
            call = await unless_stopped(stop, _next(incoming))
        except Interrupted:
            break
        taken += 1
        terminal.tell("rings", name=call.peer)
        recording = None if flags.reject else _numbered(flags.record, taken)
        enough = await _take(call, flags, trusting, recording, seconds)
        outcome = await common.see_through(
            call, terminal, trusting=trusting, stop=stop, enough=enough, recording=recording
        )
        if flags.once:
            return 0 if flags.reject else exit_code_of(outcome)
    return 0


async def _next(incoming: AsyncIterator[ClientCall]) -> ClientCall:
    return await anext(incoming)


async def _take(
    call: ClientCall,
    flags: argparse.Namespace,
    trusting: Trusting,
    recording: str | None,
    seconds: float | None,
) -> Coroutine[Any, Any, None]:
    """Take or decline a call, and return what to wait for before hanging up."""
    if flags.reject:
        return call.decline()
    if not await trusting.lets_in(call):
        return call.decline()
    common.start_sound(call, flags, recording)
    await call.accept()
    return _enough(call, seconds)


async def _enough(call: ClientCall, seconds: float | None) -> None:
    """Return when the time is over, or the call is."""
    try:
        await call.connected()
    except CallOver:
        return
    if seconds is None:
        await call.ended()
    else:
        await asyncio.sleep(seconds)


def _numbered(recording: str | None, number: int) -> str | None:
    """Return where the recording of call `number` goes: no call overwrites the one before it."""
    if recording is None or number == 1:
        return recording
    path = Path(recording)
    return str(path.with_name(f"{path.stem}-{number}{path.suffix}"))
