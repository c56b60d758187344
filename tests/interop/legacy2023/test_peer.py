"""The 2023 programs among themselves: what 2023 did, before DevCloud is tried on them."""

from contextlib import ExitStack
from pathlib import Path

import pytest
from tests.interop.legacy2023 import sound
from tests.interop.legacy2023.hosts import Host, why_not
from tests.interop.legacy2023.programs import Program, client, server

pytestmark = [
    pytest.mark.needs_root,
    pytest.mark.skipif(bool(why_not()), reason=why_not() or "namespaces can be made"),
]

NAMES = ("Marc", "John")


@pytest.fixture
def directory(hosts: list[Host], programs: ExitStack) -> Program:
    """A server of 2023."""
    return programs.enter_context(server(hosts[0]))


@pytest.fixture
def people(
    hosts: list[Host],
    programs: ExitStack,
    directory: Program,
    tmp_path: Path,
    said: dict[str, sound.Sound],
) -> dict[str, Program]:
    """Marc and John, registered at a server of 2023; each says something in a call."""
    people = {
        name: programs.enter_context(
            client(
                host,
                directory.host.address,
                name,
                play=sound.write(tmp_path / f"{name}.wav", said[name]),
                record=heard_by(name, tmp_path),
            )
        )
        for name, host in zip(NAMES, hosts[1:], strict=False)
    }
    for person in people.values():
        person.expect("registered")
    return people


def heard_by(name: str, directory: Path) -> Path:
    return directory / f"{name}-heard.wav"


def begin(marc: Program, john: Program) -> None:
    marc.order("call John")
    assert john.expect("ringing")["name"] == "Marc"
    john.expect("in_call")
    marc.expect("accepted")


def test_two_people_of_2023_hear_each_other(
    people: dict[str, Program], said: dict[str, sound.Sound], tmp_path: Path
) -> None:
    marc, john = people["Marc"], people["John"]
    begin(marc, john)
    marc.expect("said_all")
    john.expect("said_all")
    marc.order("close")
    marc.expect("closed")
    john.expect("closed_by_peer")
    assert sound.likeness(said["John"], sound.read(heard_by("Marc", tmp_path))) > sound.ALIKE
    assert sound.likeness(said["Marc"], sound.read(heard_by("John", tmp_path))) > sound.ALIKE
    # The measure tells one voice from the other.
    assert sound.likeness(said["Marc"], sound.read(heard_by("Marc", tmp_path))) < sound.ALIKE


def test_who_is_called_can_close(people: dict[str, Program]) -> None:
    marc, john = people["Marc"], people["John"]
    begin(marc, john)
    john.order("close")
    john.expect("closed")
    marc.expect("closed_by_peer")


def test_nobody_of_that_name(people: dict[str, Program]) -> None:
    people["Marc"].order("call Nobody")
    assert people["Marc"].expect("unknown")["name"] == "Nobody"


def test_a_name_is_taken_until_its_owner_leaves(
    hosts: list[Host], directory: Program, people: dict[str, Program], programs: ExitStack
) -> None:
    at = hosts[0].address
    other = programs.enter_context(client(hosts[3], at, "John"))
    assert other.expect("refused")["ack"] == "Error Registering"
    people["John"].order("quit")
    assert people["John"].ended() == 0
    for event in ("registered", "registered", "deleted"):
        directory.expect(event)
    people["Marc"].order("call John")
    people["Marc"].expect("unknown")
    programs.enter_context(client(hosts[3], at, "John")).expect("registered")


def test_a_third_caller_is_ignored_and_an_impostor_too(
    hosts: list[Host], people: dict[str, Program], programs: ExitStack
) -> None:
    at, john = hosts[0].address, people["John"]
    eve = programs.enter_context(client(hosts[3], at, "Eve", start_as="Marc"))
    eve.expect("registered")
    eve.order("call John")
    assert john.expect("impostor")["name"] == "Marc"
    eve.expect("no_answer")
    begin(people["Marc"], john)
    eve.order("call John")
    assert john.expect("ignored_busy")["name"] == "Marc"


def test_a_refusal(hosts: list[Host], programs: ExitStack) -> None:
    at = hosts[0]
    programs.enter_context(server(at))
    marc = programs.enter_context(client(hosts[1], at.address, "Marc"))
    john = programs.enter_context(client(hosts[2], at.address, "John", on_call="reject"))
    marc.expect("registered")
    john.expect("registered")
    marc.order("call John")
    john.expect("ringing")
    # One REJECT, and two readers of the socket: whoever of them gets it.
    assert marc.expect_one_of("rejected", "no_answer")["name"] == "John"


def test_no_server(hosts: list[Host], programs: ExitStack) -> None:
    lonely = programs.enter_context(client(hosts[1], hosts[0].address, "Marc"))
    lonely.expect("unreachable")
    assert lonely.ended() == 2
