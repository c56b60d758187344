"""The register of calls: who called whom, and how it ended."""

from typing import Any

import pytest

from devcloud.directory.calls import CallRegister
from devcloud.model.records import CallKind, CallRecord, EndReason


def invited(register: CallRegister, call: str = "c1", now: float = 0, **more: Any) -> Any:
    given = {"caller": "Marc", "device": "m", "callee": "John", "rung": 1, **more}
    return register.invited(call, now=now, **given)


def record(reason: EndReason, ended: float, answered: float | None = None, **more: Any) -> Any:
    given = {"call": "c1", "caller": "Marc", "callee": "John", "begun_at": 0.0, **more}
    return CallRecord(
        kind=CallKind.DEVCLOUD, answered_at=answered, ended_at=ended, reason=reason, **given
    )


@pytest.fixture
def register() -> CallRegister:
    return CallRegister()


def test_a_whole_call(register: CallRegister) -> None:
    assert invited(register) is None
    assert register.answered("c1", by="JOHN", device="j", now=5)
    ended = register.ended("c1", by="John", reason=EndReason.COMPLETED, now=65)
    assert ended == record(EndReason.COMPLETED, 65, answered=5)
    assert (len(register), register.begun, register.next_deadline()) == (0, 1, None)


def test_repeats_change_nothing(register: CallRegister) -> None:
    invited(register)
    invited(register, now=3)
    assert register.answered("c1", by="John", device="j", now=5)
    assert not register.answered("c1", by="John", device="other", now=6)
    assert register.ended("c1", by="Marc", reason=EndReason.COMPLETED, now=7) is not None
    assert register.ended("c1", by="Marc", reason=EndReason.COMPLETED, now=8) is None
    invited(register, now=9)
    assert (len(register), register.begun) == (0, 1)


def test_strangers_change_nothing(register: CallRegister) -> None:
    invited(register)
    assert not register.answered("c1", by="Marc", device="m", now=1)
    assert register.declined("c1", by="Eve", device="e", reason=EndReason.BUSY, now=1) is None
    assert register.ended("c1", by="Eve", reason=EndReason.COMPLETED, now=1) is None
    assert register.unreached("c1", by="Eve", reason=EndReason.OFFLINE, now=1) is None
    assert register.declined("c9", by="John", device="j", reason=EndReason.BUSY, now=1) is None
    assert not register.answered("c9", by="John", device="j", now=1)
    assert len(register) == 1


@pytest.mark.parametrize("reason", [EndReason.DECLINED, EndReason.BUSY, EndReason.NO_ANSWER])
def test_declined(register: CallRegister, reason: EndReason) -> None:
    invited(register)
    assert register.declined("c1", by="John", device="j", reason=reason, now=4) == record(reason, 4)


def test_over_when_all_that_rang_have_declined(register: CallRegister) -> None:
    invited(register, rung=2)
    for _ in range(2):
        busy = register.declined("c1", by="John", device="a", reason=EndReason.BUSY, now=1)
        assert busy is None
    ended = register.declined("c1", by="John", device="b", reason=EndReason.DECLINED, now=2)
    assert ended == record(EndReason.DECLINED, 2)


def test_one_declined_and_another_answered(register: CallRegister) -> None:
    invited(register, rung=2)
    register.declined("c1", by="John", device="a", reason=EndReason.BUSY, now=1)
    register.answered("c1", by="John", device="b", now=2)
    assert register.declined("c1", by="John", device="c", reason=EndReason.BUSY, now=3) is None
    ended = register.ended("c1", by="Marc", reason=EndReason.COMPLETED, now=9)
    assert ended == record(EndReason.COMPLETED, 9, answered=2)


def test_one_declined_and_the_caller_took_the_others_back(register: CallRegister) -> None:
    invited(register, rung=2)
    register.declined("c1", by="John", device="a", reason=EndReason.DECLINED, now=1)
    ended = register.ended("c1", by="Marc", reason=EndReason.CANCELLED, now=2)
    assert ended == record(EndReason.DECLINED, 2)


def test_answered_elsewhere_ends_nothing(register: CallRegister) -> None:
    invited(register, rung=2)
    register.answered("c1", by="John", device="a", now=1)
    assert register.ended("c1", by="Marc", reason=EndReason.ANSWERED_ELSEWHERE, now=1) is None
    assert len(register) == 1


def test_unreached(register: CallRegister) -> None:
    invited(register, rung=0)
    ended = register.unreached("c1", by="Marc", reason=EndReason.OFFLINE, now=0)
    assert ended == record(EndReason.OFFLINE, 0)


def test_a_late_repeat_that_reaches_nobody_does_not_end_a_conversation(
    register: CallRegister,
) -> None:
    invited(register)
    register.answered("c1", by="John", device="j", now=1)
    assert register.unreached("c1", by="Marc", reason=EndReason.OFFLINE, now=2) is None


def test_nobody_answers(register: CallRegister) -> None:
    invited(register)
    invited(register, "c2", now=50)
    assert register.next_deadline() == 120
    assert register.overdue(119) == []
    assert register.overdue(120) == [record(EndReason.NO_ANSWER, 120)]
    assert register.next_deadline() == 170


def test_both_gone_for_a_minute(register: CallRegister) -> None:
    invited(register)
    register.answered("c1", by="John", device="j", now=5)
    register.gone("Marc", "m", 10)
    register.gone("Marc", "other", 10)
    assert register.next_deadline() is None
    register.gone("John", "j", 20)
    assert register.next_deadline() == 80
    assert register.overdue(79) == []
    assert register.overdue(80) == [record(EndReason.CONNECTION_LOST, 80, answered=5)]


def test_one_of_them_is_back_in_time(register: CallRegister) -> None:
    invited(register)
    register.answered("c1", by="John", device="j", now=5)
    register.gone("Marc", "m", 10)
    register.gone("John", "j", 10)
    register.back("marc", "m")
    register.back("Nobody", "n")
    assert register.next_deadline() is None
    register.gone("Marc", "m", 100)
    assert register.next_deadline() == 160


def test_two_calls_of_one_device(register: CallRegister) -> None:
    for call in ("c1", "c2"):
        invited(register, call)
        register.answered(call, by="John", device="j", now=1)
    register.gone("Marc", "m", 2)
    register.gone("John", "j", 3)
    ended = register.overdue(63)
    assert [each.call for each in ended] == ["c1", "c2"]
    assert len(register) == 0


def test_the_oldest_makes_room(register: CallRegister) -> None:
    register = CallRegister(most=2)
    invited(register, "c1")
    invited(register, "c2", now=1)
    assert invited(register, "c3", now=2) == record(EndReason.CONNECTION_LOST, 2)
    for call in ("c2", "c3", "c4", "c5"):
        invited(register, call, now=3)
        register.ended(call, by="Marc", reason=EndReason.CANCELLED, now=3)
    # What is over is remembered for a while only.
    invited(register, "c1", now=4)
    assert len(register) == 1


def test_the_server_stops(register: CallRegister) -> None:
    invited(register)
    register.answered("c1", by="John", device="j", now=1)
    assert register.end_all(9) == [record(EndReason.CONNECTION_LOST, 9, answered=1)]


def test_who_is_talking(register: CallRegister) -> None:
    invited(register)
    assert (register.talking(), register.find("c1")) == ([], ("Marc", "John"))
    register.answered("c1", by="John", device="j", now=5)
    assert register.talking() == [("Marc", "John")]
    register.ended("c1", by="John", reason=EndReason.COMPLETED, now=6)
    assert (register.talking(), register.find("c1")) == ([], None)
