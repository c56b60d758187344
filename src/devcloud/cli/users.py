"""`devcloud users`: who is online."""

import argparse
import asyncio

from devcloud.cli import common
from devcloud.cli.parser import Parser, Text
from devcloud.cli.running import run_until_interrupted, signed_in
from devcloud.cli.terminal import Terminal
from devcloud.model.presence import Person
from devcloud.model.records import CallKind


def add_arguments(parser: Parser, text: Text) -> None:
    """Add what `devcloud users` takes."""
    common.add_server_arguments(parser, text)


def run(flags: argparse.Namespace, terminal: Terminal) -> int:
    """Print who is online. Raises DevCloudError."""
    connection = common.client_of(flags, terminal, observer=True)

    async def work(stop: asyncio.Event) -> int:
        async with signed_in(connection, stop, terminal) as me:
            async for people in me.people():
                _print(people, terminal)
                break
        return 0

    return run_until_interrupted(work, terminal)


def _print(people: tuple[Person, ...], terminal: Terminal) -> None:
    if not people:
        terminal.tell("nobody")
    rows = [(person.name, _words(person, terminal)) for person in people]
    terminal.result({"people": people}, rows)


def _words(person: Person, terminal: Terminal) -> str:
    status = terminal.say(f"status_{person.status}")
    if person.kind is CallKind.LEGACY_2023:
        return f"{status}, {terminal.say('client_2023')}, {person.address}"
    return status
