"""DevCloud's client, whole, with programs of 2023: by a server of 2023 and by one of today.

Every host has an address of its own. What was heard is compared with what was said; how long
anything took decides nothing. The speech quality of each direction is logged
(`--log-cli-level=INFO`) where `pesq` is installed.
"""

import logging
from contextlib import ExitStack
from pathlib import Path

import pytest
from tests.interop.legacy2023 import sound
from tests.interop.legacy2023.hosts import Host, why_not
from tests.interop.legacy2023.programs import (
    LIBRARY,
    PEER,
    Command,
    Program,
    server,
    todays_server,
)
from tests.interop.legacy2023.scene import Scene, begin, end

pytestmark = [
    pytest.mark.needs_root,
    pytest.mark.skipif(bool(why_not()), reason=why_not() or "namespaces can be made"),
]

_log = logging.getLogger(__name__)


@pytest.fixture
def by_2023(
    hosts: list[Host], programs: ExitStack, said: dict[str, sound.Sound], tmp_path: Path
) -> Scene:
    """People of a server of 2023."""
    return Scene(hosts, programs, said, tmp_path, server(hosts[0]))


@pytest.fixture
def by_today(
    hosts: list[Host], programs: ExitStack, said: dict[str, sound.Sound], tmp_path: Path
) -> Scene:
    """People of a server of today."""
    return Scene(hosts, programs, said, tmp_path, todays_server(hosts[0], tmp_path / "server"))


def person(scene: Scene, number: int, name: str, who: str, **options: str) -> Program:
    """Somebody with a program of 2023 (`2023`), or with today's client, which speaks to the server
    as in 2023 (`only 2023`) or as today (`today`)."""
    if who == "2023":
        return scene.person(number, name, PEER, **options)
    protocol = "2023" if who == "only 2023" else "today"
    return scene.person(number, name, LIBRARY, protocol=protocol, **options)


def silent(scene: Scene, number: int, name: str, who: str, **options: str) -> Program:
    """The same, of somebody who says nothing: what they do is what matters."""
    return person(scene, number, name, who, play="", **options)


def talk_to_the_end(marc: Program, john: Program) -> None:
    """Each says all they have to say; then John hangs up."""
    begin(marc, john)
    marc.expect("said_all")
    john.expect("said_all")
    end(john, marc)


def compare(scene: Scene, said: dict[str, sound.Sound]) -> None:
    """Each has heard what the other said."""
    for speaker, listener in (("Marc", "John"), ("John", "Marc")):
        heard = scene.heard_by(listener)
        _log.info("PESQ of %s at %s: %s", speaker, listener, sound.quality(said[speaker], heard))
        assert sound.likeness(said[speaker], heard) > sound.ALIKE


@pytest.mark.parametrize(
    ("caller", "callee"),
    [("2023", "only 2023"), ("only 2023", "2023"), ("only 2023", "only 2023")],
)
def test_both_hear_each_other_by_a_server_of_2023(
    by_2023: Scene,
    said: dict[str, sound.Sound],
    caller: str,
    callee: str,
) -> None:
    marc, john = person(by_2023, 1, "Marc", caller), person(by_2023, 2, "John", callee)
    talk_to_the_end(marc, john)
    compare(by_2023, said)


@pytest.mark.parametrize(
    ("caller", "callee"),
    [("2023", "today"), ("today", "2023"), ("2023", "2023"), ("only 2023", "today")],
)
def test_both_hear_each_other_by_our_server(
    by_today: Scene,
    said: dict[str, sound.Sound],
    caller: str,
    callee: str,
) -> None:
    marc, john = person(by_today, 1, "Marc", caller), person(by_today, 2, "John", callee)
    talk_to_the_end(marc, john)
    compare(by_today, said)


def test_a_refusal_each_way(by_today: Scene) -> None:
    marc = silent(by_today, 1, "Marc", "today", on_call="reject")
    john = silent(by_today, 2, "John", "2023", on_call="reject")
    eve = silent(by_today, 3, "Eve", "only 2023")
    marc.order("call John")
    john.expect("ringing")
    marc.expect("rejected")
    eve.order("call Marc")
    marc.expect("ringing")
    eve.expect("rejected")


def test_nobody_answers_each_way(by_today: Scene) -> None:
    ignoring = {
        "2023": silent(by_today, 1, "John", "2023", on_call="ignore"),
        "today": silent(by_today, 2, "Marc", "today", on_call="ignore"),
    }
    calling = {
        "2023": silent(by_today, 3, "Eve", "today"),
        "today": silent(by_today, 0, "Max", "2023"),
    }
    for who, name in (("2023", "John"), ("today", "Marc")):
        calling[who].order(f"call {name}")
        ignoring[who].expect("ringing")
    for each in calling.values():
        each.expect("no_answer")
    # It rings no longer at our side, either: the next caller finds nobody busy.
    ignoring["today"].expect("gave_up")
    calling["today"].order("call Marc")
    ignoring["today"].expect("ringing")


def test_many_calls_in_a_row_whoever_calls_and_whoever_ends(by_2023: Scene) -> None:
    marc, john = silent(by_2023, 1, "Marc", "2023"), silent(by_2023, 2, "John", "only 2023")
    for ends, other in ((john, marc), (marc, john)):
        begin(marc, john)
        end(ends, other)
    for ends, other in ((john, marc), (marc, john)):
        john.order("call Marc")
        marc.expect("ringing")
        marc.expect("in_call")
        john.expect("accepted")
        end(ends, other)


@pytest.mark.parametrize("who", ["2023", "today"])
def test_closing_the_program_hangs_up(by_today: Scene, who: str) -> None:
    people = {"2023": silent(by_today, 1, "Marc", "2023")}
    people["today"] = silent(by_today, 2, "John", "today")
    begin(people["2023"], people["today"])
    people.pop(who).order("quit")
    for other in people.values():
        other.expect("closed_by_peer")


def test_a_third_caller_hears_no_at_once(by_today: Scene) -> None:
    marc, john = silent(by_today, 1, "Marc", "2023"), silent(by_today, 2, "John", "today")
    eve = silent(by_today, 3, "Eve", "only 2023")
    begin(marc, john)
    eve.order("call John")
    assert john.expect("turned_away")["name"] == "Eve"
    eve.expect("rejected")
    end(john, marc)


def test_a_caller_of_2023_during_a_call_of_today_hears_no_at_once(by_today: Scene) -> None:
    marc, john = silent(by_today, 1, "Marc", "today"), silent(by_today, 2, "John", "today")
    eve = silent(by_today, 3, "Eve", "only 2023")
    marc.order("call John")
    john.expect("ringing")
    john.expect("in_call")
    marc.expect("accepted")
    eve.order("call John")
    assert john.expect("turned_away")["name"] == "Eve"
    eve.expect("rejected")
    end(marc, john)


@pytest.mark.parametrize("scene", ["by_2023", "by_today"])
def test_an_impostor_does_not_ring(request: pytest.FixtureRequest, scene: str) -> None:
    at: Scene = request.getfixturevalue(scene)
    silent(at, 1, "Marc", "2023")
    john = silent(at, 2, "John", "only 2023" if scene == "by_2023" else "today")
    at.person(3, "Eve", PEER, start_as="Marc").order("call John")
    assert john.expect("impostor")["name"] == "Marc"


def test_the_server_dies_in_mid_call(by_today: Scene, said: dict[str, sound.Sound]) -> None:
    marc, john = person(by_today, 1, "Marc", "2023"), person(by_today, 2, "John", "today")
    begin(marc, john)
    by_today.server.kill()
    marc.expect("said_all")
    john.expect("said_all")
    end(marc, john)
    compare(by_today, said)


def test_the_call_goes_on_when_the_media_process_dies(
    by_2023: Scene, said: dict[str, sound.Sound]
) -> None:
    marc, john = person(by_2023, 1, "Marc", "2023"), person(by_2023, 2, "John", "only 2023")
    begin(marc, john)
    john.order("media_dies")
    # What John plays goes on where it was: it comes to its end, and Marc hears it.
    for each in (marc, john):
        each.expect("said_all")
    end(john, marc)
    assert len(by_2023.heard_by("Marc")) > len(said["John"]) / 2


def test_nobody_of_that_name_and_a_name_that_is_taken(by_2023: Scene, tmp_path: Path) -> None:
    marc = silent(by_2023, 1, "Marc", "only 2023")
    marc.order("call Nobody")
    assert marc.expect("unknown")["name"] == "Nobody"
    other = by_2023.start(2, "Marc", LIBRARY, protocol="2023", data=tmp_path / "other")
    assert other.expect("refused")["code"] == "name_taken"
    assert other.ended() == 2


def test_the_port_is_taken(by_today: Scene) -> None:
    silent(by_today, 1, "Marc", "2023")
    only = by_today.start(1, "John", LIBRARY, protocol="2023")
    assert only.expect("refused")["code"] == "port_2023_taken"
    assert only.ended() == 2
    today = by_today.start(1, "Eve", LIBRARY, protocol="today")
    assert today.expect("calls_off")["code"] == "port_2023_taken"
    today.expect("registered")


def test_the_commands(
    hosts: list[Host], by_2023: Scene, said: dict[str, sound.Sound], tmp_path: Path
) -> None:
    """`devcloud answer` and `devcloud call`, with nothing but 2023 around them."""
    at = f"{hosts[0].address}:10000"
    files = {name: sound.write(tmp_path / f"{name}.wav", said[name]) for name in said}
    ends = [
        by_2023.programs.enter_context(
            Command(
                hosts[number], command, *words, "--only-2023", "--server", at, "--name", name,
                "--data", tmp_path / name, "--play", files[name],
                "--record", tmp_path / f"{name}-heard.wav",
            )
        )
        for number, name, command, words in (
            (1, "John", "answer", ["--once"]),
            (2, "Marc", "call", ["John"]),
        )
        if number == 1 or by_2023.server.expect("registered")["name"] == "John"
    ]  # fmt: skip
    for running in reversed(ends):
        outcome = running.expect("said")
        assert (outcome["outcome"], outcome["encrypted"]) == ("completed", False)
        assert (outcome["codec"], outcome["path"]) == ("l16/8000", "direct")
        assert running.ended() == 0
    for speaker, listener in (("Marc", "John"), ("John", "Marc")):
        assert sound.likeness(said[speaker], by_2023.heard_by(listener)) > sound.ALIKE


def test_no_server(hosts: list[Host], programs: ExitStack, tmp_path: Path) -> None:
    options = ("--only-2023", "--name", "Marc", "--data", tmp_path)
    nowhere = programs.enter_context(
        Command(hosts[1], "call", "John", "--server", hosts[0].address, *options)
    )
    assert nowhere.expect("said")["outcome"] == "server_2023_unreachable"
    assert nowhere.ended() == 2
