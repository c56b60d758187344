"""`devcloud call NAME`: call somebody, and come back when the call is over."""

import argparse
import asyncio

from devcloud.cli import common
from devcloud.cli.outcome import exit_code_of
from devcloud.cli.parser import Parser, Text
from devcloud.cli.running import run_until_interrupted, signed_in
from devcloud.cli.terminal import Terminal
from devcloud.cli.trusting import Trusting
from devcloud.client.api import CallOver, ClientCall
from devcloud.client.port2023 import Mode2023
from devcloud.model.errors import BadSettings
from devcloud.model.names import fold_name, parse_name

AFTER_THE_FILE_S = 0.5
"""What was played last is still on its way when the file ends."""


def add_arguments(parser: Parser, text: Text) -> None:
    """Add what `devcloud call` takes."""
    parser.add_argument("peer", metavar=text("meta_name"), help=text("help_peer"))
    common.add_sound_arguments(parser, text)
    common.add_server_arguments(parser, text)
    common.add_trust_arguments(parser, text)


def run(flags: argparse.Namespace, terminal: Terminal) -> int:
    """Call somebody. Raises DevCloudError."""
    seconds = common.seconds_of(flags)
    connection = common.client_of(flags, terminal, legacy_2023=Mode2023.OUT)
    peer = parse_name(flags.peer)
    if fold_name(peer) == fold_name(connection.name):
        raise BadSettings("name_own")
    common.check_files(flags)

    async def work(stop: asyncio.Event) -> int:
        async with signed_in(connection, stop, terminal) as me:
            trusting = Trusting(flags, terminal)
            call = await trusting.dial(me, peer)
            common.start_sound(call, flags, flags.record)
            outcome = await common.see_through(
                call,
                terminal,
                trusting=trusting,
                stop=stop,
                enough=_enough(call, seconds, plays=bool(flags.play)),
                recording=flags.record,
            )
            return exit_code_of(outcome)

    return run_until_interrupted(work, terminal)


async def _enough(call: ClientCall, seconds: float | None, *, plays: bool) -> None:
    """Return when the time is over, or the file has been played, or the call is over."""
    try:
        await call.connected()
    except CallOver:
        return
    if seconds is not None:
        await asyncio.sleep(seconds)
    elif plays:
        await call.audio.played()
        await asyncio.sleep(AFTER_THE_FILE_S)
    else:
        await call.ended()
