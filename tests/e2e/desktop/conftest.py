"""Marc and John, each with the real program on a screen of their own, and a server: processes all,
ended by their id."""

import json
import subprocess
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from pathlib import Path

import pytest
from tests.e2e.desktop.person import COMMAND, Person

Make = Callable[..., Person]


@pytest.fixture
def ending() -> Iterator[ExitStack]:
    """What a test starts; ended in the reverse order."""
    with ExitStack() as stack:
        yield stack


@pytest.fixture
def address(ending: ExitStack, tmp_path: Path) -> str:
    """A server that listens, as people type its address."""
    server = subprocess.Popen(
        [
            *(*COMMAND, "server", "--json", "--host", "127.0.0.1", "--port", "0"),
            *("--join", "open", "--data", str(tmp_path / "server")),
        ],
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        text=True,
    )
    ending.callback(server.communicate)
    ending.callback(server.kill)
    assert server.stdout is not None
    return f"127.0.0.1:{json.loads(server.stdout.readline())['port']}"


@pytest.fixture
def person(ending: ExitStack, tmp_path: Path) -> Make:
    """Make somebody."""

    def make(name: str, *, sound: bool = True) -> Person:
        made = Person(name, tmp_path / name.lower(), sound=sound)
        ending.callback(made.stop)
        return made

    return make


@pytest.fixture
def talking(person: Make, address: str) -> Callable[..., tuple[Person, Person]]:
    """Put Marc and John in a call: Marc calls by keyboard, John accepts by mouse."""

    def talk(marc: Person | None = None) -> tuple[Person, Person]:
        john, marc = person("John"), marc or person("Marc")
        for each in (john, marc):
            if not each.programs:
                each.start("--server", address, "--name", each.name)
        windows = {each: each.screen.window("DevCloud") for each in (john, marc)}
        for each, window in windows.items():
            each.screen.focus(window)
            each.signed_in(window)
        marc.call("John")
        john.accept()
        marc.screen.window("John – DevCloud")
        john.screen.window("Marc – DevCloud")
        return marc, john

    return talk
