"""`devcloud call NAME`: call somebody, and come back when the call is over."""

import argparse
import asyncio

from devcloud.cli import common
from devcloud.cli.terminal import Terminal
from devcloud.client.api import CallOver, ClientCall
from devcloud.model.errors import BadSettings
from devcloud.model.names import fold_name, parse_name

AFTER_THE_FILE_S = 0.5
"""What was played last is still on its way when the file ends."""


def add_arguments(parser: argparse.ArgumentParser, text: common.Text) -> None:
    """Add what `devcloud call` takes."""
    parser.add_argument("peer", metavar="NAME", help=text("help_peer"))
    common.add_sound_arguments(parser, text)
    common.add_server_arguments(parser, text)


def run(flags: argparse.Namespace, terminal: Terminal) -> int:
    """Call somebody. Raises DevCloudError."""
    seconds = common.seconds_of(flags)
    connection = common.client_of(flags, terminal)
    peer = parse_name(flags.peer)
    if fold_name(peer) == fold_name(connection.name):
        raise BadSettings("name_own")
    common.check_files(flags)

    async def work(stop: asyncio.Event) -> int:
        async with connection as me:
            call = await me.call(peer)
            common.start_sound(call, flags, flags.record)
            async with asyncio.TaskGroup() as tasks:
                told = tasks.create_task(common.follow(call, terminal), name="follow")
                ending = tasks.create_task(_end(call, flags, seconds, stop), name="end")
                await told
                ending.cancel()
            outcome = common.outcome_of(call.status, flags.record)
            terminal.result(outcome, common.rows_of(terminal, outcome))
            return common.EXIT_CODES.get(await call.ended(), 1)

    return common.run_until_interrupted(work)


async def _end(
    call: ClientCall, flags: argparse.Namespace, seconds: float | None, stop: asyncio.Event
) -> None:
    """Hang up when the time is over, the file has been played, or the person has had enough."""
    stopped = asyncio.create_task(stop.wait(), name="stop")
    enough = asyncio.create_task(_enough(call, flags, seconds), name="enough")
    try:
        await asyncio.wait({stopped, enough}, return_when=asyncio.FIRST_COMPLETED)
    finally:
        stopped.cancel()
        enough.cancel()
    await call.hang_up()


async def _enough(call: ClientCall, flags: argparse.Namespace, seconds: float | None) -> None:
    try:
        await call.connected()
    except CallOver:
        return
    if seconds is not None:
        await asyncio.sleep(seconds)
    elif flags.play:
        await call.audio.played()
        await asyncio.sleep(AFTER_THE_FILE_S)
    else:
        await call.ended()
