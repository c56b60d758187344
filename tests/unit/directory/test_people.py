"""People: coming, going, whom a message reaches, and who is told of whom."""

from typing import Any

import pytest

from devcloud.directory.members import Member
from devcloud.directory.people import MOST_FOUND, People
from devcloud.directory.presence import Difference
from devcloud.model.errors import Refused
from devcloud.model.presence import Person, Status
from devcloud.model.records import CallKind


def member(name: str, device: str = "1", **more: Any) -> Member:
    return Member(name=name, key=f"key-{name}", device=device, **more)


def person(name: str, **more: Any) -> Person:
    return Person(name=name, key=f"key-{name}", **more)


def told(differences: list[Difference]) -> dict[str, tuple[list[str], list[str]]]:
    """Who is told what, by name and device."""
    seen: dict[str, tuple[list[str], list[str]]] = {}
    for difference in differences:
        for each in difference.to:
            who = f"{each.name}/{each.device}"
            assert who not in seen, "told twice"
            seen[who] = ([p.name for p in difference.people], difference.gone)
    return seen


# ── coming and going ─────────────────────────────────────────────────────────────────────────────


def test_a_person_is_there_while_a_device_is() -> None:
    people = People()
    desk, phone = member("Marc"), member("Marc", "2")
    assert people.sign_in(desk, 0) is None
    assert people.sign_in(phone, 0) is None
    assert len(people) == 1
    assert people.names() == ["marc"]
    assert people.sign_out(desk, 1)
    assert people.person("Marc") == person("Marc")
    assert people.sign_out(phone, 1)
    assert people.person("Marc") is None
    assert not people.sign_out(phone, 1)
    assert len(people) == 0


def test_the_same_device_replaces_its_older_self() -> None:
    people = People()
    older, newer = member("Marc"), member("Marc")
    people.sign_in(older, 0)
    assert people.sign_in(newer, 1) is older
    assert people.reach("Marc") == [newer]
    assert not people.sign_out(older, 2)
    assert people.reach("Marc") == [newer]


def test_one_person_has_one_spelling() -> None:
    people = People()
    people.sign_in(member("Marc"), 0)
    second = member("MARC", "2")
    people.sign_in(second, 0)
    assert second.name == "Marc"
    people.sign_out(second, 0)
    assert people.person("mArC") == person("Marc")


def test_devices_of_one_person_are_bounded() -> None:
    people = People(most_devices=2)
    people.sign_in(member("Marc", "1"), 0)
    people.sign_in(member("Marc", "2"), 0)
    people.sign_in(member("Marc", "2"), 0)
    with pytest.raises(Refused) as raised:
        people.sign_in(member("Marc", "3"), 0)
    assert raised.value.code == "too_many_devices"


def test_observers_are_not_there() -> None:
    people = People()
    looker = member("Marc", observer=True)
    people.sign_in(looker, 0)
    assert len(people) == 0
    assert people.next_deadline() is None
    assert people.reach("Marc") == []
    real = member("Marc")
    assert people.sign_in(real, 0) is None
    people.set_status(looker, Status.BUSY, False, 0)
    assert people.person("Marc") == person("Marc")
    again = member("Marc", observer=True)
    assert people.sign_in(again, 0) is looker
    assert people.reach("Marc") == [real]
    assert people.sign_out(again, 0)
    assert people.reach("Marc") == [real]


# ── whom a message reaches ───────────────────────────────────────────────────────────────────────


def test_all_devices_one_device_or_all_but_one() -> None:
    people = People()
    desk, phone = member("John", "d"), member("John", "p")
    people.sign_in(desk, 0)
    people.sign_in(phone, 0)
    assert people.reach("John") == [desk, phone]
    assert people.reach("JOHN") == [desk, phone]
    assert list(people.reach("john", to_device="p")) == [phone]
    assert list(people.reach("John", to_device="x")) == []
    assert people.reach("John", not_device="d") == [phone]
    assert people.reach("Nobody") == []
    assert people.devices_of("John") == {"d": desk, "p": phone}


# ── presence ─────────────────────────────────────────────────────────────────────────────────────


def test_changes_are_gathered_and_told_to_the_others() -> None:
    people = People(gather_s=0.2)
    marc, john = member("Marc"), member("John")
    people.sign_in(marc, 0)
    assert people.everybody(marc) == []
    people.sign_in(john, 0.1)
    assert people.everybody(john) == [person("Marc")]
    assert people.next_deadline() == 0.2
    assert people.differences(0.19) == []
    assert told(people.differences(0.2)) == {
        "Marc/1": (["John"], []),
        "John/1": (["Marc"], []),
    }
    assert people.next_deadline() is None
    assert people.differences(9) == []

    people.set_status(john, Status.BUSY, True, 1)
    differences = people.differences(1.2)
    assert told(differences) == {"Marc/1": (["John"], [])}
    assert differences[0].people == [person("John", status=Status.BUSY, takes_2023=True)]

    people.sign_out(john, 2)
    assert told(people.differences(2.2)) == {"Marc/1": ([], ["John"])}


def test_nobody_is_told_of_themselves_on_another_device() -> None:
    people = People(gather_s=0)
    desk, phone, john = member("Marc", "d"), member("Marc", "p"), member("John")
    for each in (desk, phone, john):
        people.sign_in(each, 0)
    assert people.everybody(phone) == [person("John")]
    people.differences(0)
    people.set_status(phone, Status.DO_NOT_DISTURB, False, 1)
    assert told(people.differences(1)) == {"John/1": (["Marc"], [])}


def test_gone_and_back_within_a_moment_is_no_change() -> None:
    people = People()
    marc, john = member("Marc"), member("John")
    people.sign_in(marc, 0)
    people.sign_in(john, 0)
    people.differences(1)
    people.sign_out(john, 2)
    people.sign_in(member("John"), 2.1)
    assert people.differences(2.2) == []


def test_somebody_who_looked_in_between_is_told_of_what_was_gone_again() -> None:
    people = People()
    people.sign_in(member("Marc"), 0)
    people.differences(1)
    flash = member("Flash")
    people.sign_in(flash, 2)
    john = member("John")
    people.sign_in(john, 2.05)
    assert [p.name for p in people.everybody(john)] == ["Marc", "Flash"]
    people.sign_out(flash, 2.1)
    assert told(people.differences(2.2))["John/1"] == ([], ["Flash"])


def test_several_devices_look_like_the_busiest() -> None:
    people = People()
    people.sign_in(member("Marc", "1"), 0)
    people.sign_in(member("Marc", "2", status=Status.BUSY, takes_2023=True), 0)
    assert people.person("Marc") == person("Marc", status=Status.BUSY, takes_2023=True)
    people.sign_in(member("Marc", "3", status=Status.DO_NOT_DISTURB), 0)
    seen = people.person("Marc")
    assert seen is not None
    assert seen.status is Status.DO_NOT_DISTURB


def test_people_of_2023_are_marked() -> None:
    people = People()
    people.sign_in(member("Old", kind=CallKind.LEGACY_2023, address="192.0.2.7"), 0)
    assert people.person("Old") == person("Old", kind=CallKind.LEGACY_2023, address="192.0.2.7")


# ── in a crowd ───────────────────────────────────────────────────────────────────────────────────


def test_people_of_2023_are_seen_and_told_of_nobody() -> None:
    people = People(gather_s=0.2)
    john = member("John")
    old = member("Old", kind=CallKind.LEGACY_2023, address="192.0.2.7")
    people.sign_in(john, 0.0)
    people.sign_in(old, 0.0)
    assert told(people.differences(0.2)) == {"John/1": (["Old"], [])}
    assert people.everybody(old) == []
    # Calls to them go without the server, and no message of today's reaches them.
    assert people.reach("Old") == ()
    people.sign_in(member("Marc"), 1.0)
    assert "Old/1" not in told(people.differences(1.2))


def crowd(size: int = 2) -> tuple[People, Member]:
    """More people than everybody is told of, and the last of them, who is told of nobody."""
    people = People(everyone_up_to=size)
    for i in range(size):
        early = member(f"P{i}")
        people.sign_in(early, 0)
        assert early.everyone
    last = member("Last")
    people.sign_in(last, 0)
    assert not last.everyone
    people.differences(9)
    return people, last


def test_in_a_crowd_only_those_watched_are_told_of() -> None:
    people, last = crowd()
    assert people.everybody(last) == []
    assert people.watch(last, ["p0", "P0", "Later", "Last", "P1"]) == [person("P0"), person("P1")]
    people.watch(last, ["P0", "Later", "Last"])
    later = member("Later")
    people.sign_in(later, 10)
    people.set_status(last, Status.BUSY, False, 10)
    seen = told(people.differences(11))
    assert seen["Last/1"] == (["Later"], [])
    assert "Later/1" not in seen
    people.sign_out(later, 12)
    assert told(people.differences(13))["Last/1"] == ([], ["Later"])


def test_watching_ends_with_the_next_list_and_with_leaving() -> None:
    people, last = crowd()
    other = member("Other")
    people.sign_in(other, 10)
    people.watch(last, ["P0"])
    people.watch(other, ["P0"])
    people.differences(11)
    people.watch(last, [])
    people.sign_out(other, 12)
    people.set_status(people.devices_of("P0")["1"], Status.BUSY, False, 12)
    assert set(told(people.differences(13))) == {"P1/1", "P0/1"}


def test_who_sees_everyone_watches_in_vain() -> None:
    people, _ = crowd()
    early = people.devices_of("P0")["1"]
    assert people.watch(early, ["P1"]) == [person("P1")]
    assert early.watched == ()


def test_searching() -> None:
    people = People()
    seeker = member("Marc Seeker")
    for each in (seeker, member("Marc"), member("Marcel"), member("John")):
        people.sign_in(each, 0)
    assert people.search(seeker, "MARC") == [person("Marc"), person("Marcel")]
    assert people.search(seeker, "nobody") == []


def test_searching_finds_so_many_and_no_more() -> None:
    people = People()
    for i in range(MOST_FOUND + 20):
        people.sign_in(member(f"P{i:03}"), 0)
    found = people.search(member("Seeker"), "p")
    assert [p.name for p in found] == [f"P{i:03}" for i in range(MOST_FOUND)]


def test_every_device_but_those_of_observers() -> None:
    people = People()
    desk, phone, watcher = member("Marc"), member("Marc", "2"), member("John", observer=True)
    for each in (desk, phone, watcher):
        people.sign_in(each, 0)
    assert people.devices() == [desk, phone]
