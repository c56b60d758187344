"""DevCloud's 2023 machines with the programs of 2023: each way, each end, each server."""

from contextlib import ExitStack
from pathlib import Path

import pytest
from tests.interop.legacy2023 import sound
from tests.interop.legacy2023.hosts import Host, why_not
from tests.interop.legacy2023.programs import PEER, TODAY, server
from tests.interop.legacy2023.scene import Scene, begin, end

pytestmark = [
    pytest.mark.needs_root,
    pytest.mark.skipif(bool(why_not()), reason=why_not() or "namespaces can be made"),
]


@pytest.fixture
def server_is(request: pytest.FixtureRequest) -> Path:
    """Which server: ours, unless the test says otherwise."""
    return getattr(request, "param", TODAY)


@pytest.fixture
def scene(
    hosts: list[Host],
    programs: ExitStack,
    said: dict[str, sound.Sound],
    tmp_path: Path,
    server_is: Path,
) -> Scene:
    return Scene(hosts, programs, said, tmp_path, server(hosts[0], server_is))


@pytest.mark.parametrize(
    ("server_is", "caller", "callee"),
    [
        pytest.param(TODAY, PEER, TODAY, id="2023 calls today"),
        pytest.param(TODAY, TODAY, PEER, id="today calls 2023"),
        pytest.param(TODAY, PEER, PEER, id="2023 calls 2023"),
        pytest.param(TODAY, TODAY, TODAY, id="today calls today"),
        pytest.param(PEER, PEER, TODAY, id="2023 calls today by a server of 2023"),
        pytest.param(PEER, TODAY, PEER, id="today calls 2023 by a server of 2023"),
    ],
    indirect=["server_is"],
)
def test_both_hear_each_other(
    scene: Scene, said: dict[str, sound.Sound], caller: Path, callee: Path
) -> None:
    marc, john = scene.person(1, "Marc", caller), scene.person(2, "John", callee)
    begin(marc, john)
    marc.expect("said_all")
    john.expect("said_all")
    john.order("close")
    john.expect("closed")
    marc.expect("closed_by_peer")
    assert sound.likeness(said["John"], scene.heard_by("Marc")) > sound.ALIKE
    assert sound.likeness(said["Marc"], scene.heard_by("John")) > sound.ALIKE


def test_a_refusal(scene: Scene) -> None:
    marc = scene.person(1, "Marc", TODAY)
    john = scene.person(2, "John", PEER, on_call="reject")
    marc.order("call John")
    john.expect("ringing")
    marc.expect("rejected")


def test_a_third_caller_of_2023_hears_no_at_once(scene: Scene) -> None:
    marc, john = scene.person(1, "Marc", PEER), scene.person(2, "John", TODAY)
    eve = scene.person(3, "Eve", PEER)
    begin(marc, john)
    eve.order("call John")
    # One REJECT, and two readers of the socket in a program of 2023: either may take it.
    assert john.expect_one_of("turned_away")["name"] == "Eve"
    eve.expect_one_of("rejected", "no_answer")


def test_an_impostor_does_not_ring(scene: Scene) -> None:
    scene.person(1, "Marc", PEER)
    john = scene.person(2, "John", TODAY)
    eve = scene.person(3, "Eve", PEER, start_as="Marc")
    eve.order("call John")
    assert john.expect("impostor")["name"] == "Marc"


def test_two_calls_in_a_row_whoever_ends_the_first(scene: Scene) -> None:
    marc, john = scene.person(1, "Marc", PEER), scene.person(2, "John", TODAY)
    for ends, other in ((john, marc), (marc, john)):
        begin(marc, john)
        end(ends, other)
    begin(marc, john)


def test_the_server_dies_in_mid_call(scene: Scene, said: dict[str, sound.Sound]) -> None:
    marc, john = scene.person(1, "Marc", PEER), scene.person(2, "John", TODAY)
    begin(marc, john)
    scene.server.kill()
    john.expect("said_all")
    marc.expect("said_all")
    marc.order("close")
    marc.expect("closed")
    john.expect("closed_by_peer")
    assert sound.likeness(said["Marc"], scene.heard_by("John")) > sound.ALIKE


def test_a_program_that_dies_is_noticed(scene: Scene) -> None:
    marc, john = scene.person(1, "Marc", PEER), scene.person(2, "John", TODAY)
    begin(marc, john)
    marc.order("die")
    assert marc.ended() == 9
    john.expect("said_all")
    john.expect("lost")
