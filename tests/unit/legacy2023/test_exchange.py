"""Calls of 2023 between two ends, or one end and a person who plays the other, second by second."""

import pytest

from devcloud.model.errors import BadName
from devcloud.wire.legacy2023 import exchange as limits
from devcloud.wire.legacy2023.exchange import Exchange, Outgoing, State
from devcloud.wire.legacy2023.happenings import (
    Answered,
    CallerGaveUp,
    CallerToCheck,
    Closed,
    Ignored,
    Lost,
    NoAnswer,
    Rang,
    Rejected,
    TurnedAway,
    Why,
)

MARC, JOHN, EVE = "10.0.0.1", "10.0.0.2", "10.0.0.66"
VOICE = b"\x10\x80" * 512


def sent(exchange: Exchange, now: float) -> list[bytes]:
    return [datagram.data for datagram in exchange.take_datagrams(now)]


def calling(now: float = 0.0) -> Exchange:
    """Marc's end, after START to John."""
    marc = Exchange("Marc")
    marc.call("John", JOHN, now)
    assert marc.take_datagrams(now) == [Outgoing(b"START Marc", JOHN)]
    return marc


def ringing(now: float = 0.0) -> Exchange:
    """John's end, where Marc's call rings."""
    john = Exchange("John")
    john.receive(b"START Marc", MARC, now)
    john.identify("Marc", MARC, MARC, now)
    assert john.take_happenings() == [CallerToCheck("Marc", MARC), Rang("Marc", MARC)]
    return john


def talking(now: float = 0.0) -> Exchange:
    """Marc's end, in a call with John."""
    marc = calling(now)
    marc.receive(b"ACCEPT", JOHN, now)
    assert marc.take_happenings() == [Answered("John")]
    return marc


# ── the caller ───────────────────────────────────────────────────────────────────────────────────


def test_a_call_is_answered_and_closed_by_the_caller() -> None:
    marc = calling()
    for number in range(limits.ACCEPTS):
        marc.receive(b"ACCEPT", JOHN, 1.0 + number / 100)
    assert marc.take_happenings() == [Answered("John")]
    assert marc.may_speak(1.0)
    assert marc.receive(VOICE, JOHN, 1.1) == VOICE
    marc.hang_up(5.0)
    assert sent(marc, 5.0) == [b"CLOSE"]
    assert marc.deadline == 5.0 + limits.SPACING_S
    assert sent(marc, 6.0) == [b"CLOSE"] * 4
    assert marc.receive(VOICE, JOHN, 5.1) is None
    assert marc.state is State.IDLE
    assert marc.deadline is None
    assert marc.take_happenings() == []


def test_a_caller_gives_up_after_seven_seconds_without_disturbing_anybody() -> None:
    marc = calling()
    assert marc.deadline == limits.RING_S
    marc.tick(6.9)
    assert marc.state is State.CALLING
    marc.tick(7.0)
    assert marc.take_happenings() == [NoAnswer("John")]
    assert marc.take_datagrams(100.0) == []


@pytest.mark.parametrize("end", ["tick", "hang_up"])
def test_who_accepts_too_late_is_told_once(end: str) -> None:
    marc = calling()
    getattr(marc, end)(7.0)
    marc.take_happenings()
    for number in range(limits.ACCEPTS):
        marc.receive(b"ACCEPT", JOHN, 9.0 + number / 100)
    assert marc.take_datagrams(10.0) == [Outgoing(b"CLOSE", JOHN)] * limits.CLOSES
    for _ in range(limits.CLOSES):
        marc.receive(b"CLOSE", JOHN, 9.5)
    assert marc.take_happenings() == []


def test_an_accept_a_minute_later_is_a_strangers() -> None:
    marc = calling()
    marc.hang_up(1.0)
    marc.receive(b"ACCEPT", JOHN, 1.0 + limits.LATE_ACCEPT_S)
    assert marc.take_datagrams(100.0) == []
    assert marc.take_happenings() == [Ignored(JOHN, Why.STRANGER)]


def test_a_call_is_rejected_once() -> None:
    marc = calling()
    marc.receive(b"REJECT", JOHN, 1.0)
    marc.receive(b"REJECT", JOHN, 1.0)
    assert marc.take_happenings() == [Rejected("John")]
    assert marc.state is State.IDLE


def test_while_it_rings_there_only_accept_and_reject_count() -> None:
    marc = calling()
    assert marc.receive(VOICE, JOHN, 1.0) is None
    marc.receive(b"CLOSE", JOHN, 1.0)
    marc.receive(b"what?", JOHN, 1.0)
    marc.receive(b"ACCEPT", EVE, 1.0)
    marc.accept(1.0)
    assert marc.state is State.CALLING
    assert marc.take_happenings() == [Ignored(EVE, Why.STRANGER)]


def test_one_call_at_a_time() -> None:
    with pytest.raises(RuntimeError, match="CALLING"):
        calling().call("Eve", EVE, 1.0)


def test_a_name_with_a_blank_cannot_call() -> None:
    marc = Exchange("Marc Dupont")
    with pytest.raises(BadName):
        marc.call("John", JOHN, 0.0)
    assert marc.state is State.IDLE


# ── the callee ───────────────────────────────────────────────────────────────────────────────────


def test_a_call_rings_is_accepted_and_closed_by_the_caller() -> None:
    john = ringing()
    assert john.take_datagrams(0.0) == []
    john.accept(2.0)
    assert not john.may_speak(2.0)
    assert sent(john, 2.0) == [b"ACCEPT"]
    assert sent(john, 2.18) == [b"ACCEPT"] * 9
    assert john.may_speak(2.18)
    assert john.receive(VOICE, MARC, 3.0) == VOICE
    for _ in range(5):
        john.receive(b"CLOSE", MARC, 4.0)
    assert john.take_happenings() == [Closed("Marc")]
    assert sent(john, 5.0) == [b"CLOSE"] * 5
    assert not john.may_speak(5.0)


def test_hanging_up_while_accepting_takes_the_rest_of_the_accepts_back() -> None:
    john = ringing()
    john.accept(1.0)
    john.take_datagrams(1.0)
    john.hang_up(1.05)
    assert sent(john, 9.0) == [b"CLOSE"] * 5


def test_a_call_is_refused() -> None:
    john = ringing()
    john.hang_up(1.0)
    assert john.take_datagrams(1.0) == [Outgoing(b"REJECT", MARC)]
    assert john.state is State.IDLE
    john.accept(1.0)
    assert john.state is State.IDLE


def test_it_rings_for_seven_seconds_from_the_start() -> None:
    john = Exchange("John")
    john.receive(b"START Marc", MARC, 0.0)
    john.identify("Marc", MARC, MARC, 0.8)
    assert john.deadline == limits.RING_S
    john.tick(7.0)
    assert john.take_happenings()[-1] == CallerGaveUp("Marc")


def test_a_caller_who_closes_rings_no_longer() -> None:
    john = ringing()
    john.receive(b"CLOSE", MARC, 1.0)
    assert john.take_happenings() == [CallerGaveUp("Marc", closed=True)]
    assert john.take_datagrams(2.0) == []


def test_start_again_while_it_rings_or_just_after_accepting_changes_nothing() -> None:
    john = ringing()
    john.receive(b"START marc", MARC, 0.5)
    john.accept(1.0)
    john.receive(b"START Marc", MARC, 1.5)
    assert set(sent(john, 2.0)) == {b"ACCEPT"}
    assert john.take_happenings() == []
    john.receive(b"START Marc", MARC, 1.0 + limits.DUPLICATE_S)
    assert sent(john, 9.0) == [b"REJECT"]


def test_start_twice_before_the_directory_has_answered_is_checked_once() -> None:
    john = Exchange("John")
    john.receive(b"START Marc", MARC, 0.0)
    john.receive(b"START Marc", MARC, 0.1)
    assert john.take_happenings() == [CallerToCheck("Marc", MARC)]


@pytest.mark.parametrize("address", [MARC, None])
def test_an_impostor_is_ignored(address: str | None) -> None:
    john = Exchange("John")
    john.receive(b"START Marc", EVE, 0.0)
    john.identify("Marc", EVE, address, 0.1)
    assert john.take_happenings()[1:] == [Ignored(EVE, Why.IMPOSTOR, "Marc")]
    assert john.state is State.IDLE
    assert john.take_datagrams(9.0) == []


def test_an_impostor_under_ones_own_name_is_ignored_unchecked() -> None:
    john = Exchange("John")
    john.receive(b"START JOHN", EVE, 0.0)
    assert john.take_happenings() == [Ignored(EVE, Why.IMPOSTOR, "JOHN")]


def test_an_answer_of_the_directory_that_comes_too_late_or_unasked_is_dropped() -> None:
    john = Exchange("John")
    john.identify("Marc", MARC, MARC, 0.0)
    john.receive(b"START Marc", MARC, 0.0)
    john.identify("Marc", MARC, MARC, 7.0)
    assert john.take_happenings() == [CallerToCheck("Marc", MARC)]


def test_callers_to_check_are_bounded_and_forgotten() -> None:
    john = Exchange("John")
    for number in range(limits.MOST_CHECKS + 3):
        john.receive(b"START Eve%d" % number, EVE, 0.0)
    happenings = john.take_happenings()
    assert len(happenings) == limits.MOST_CHECKS + 1
    assert happenings[-1] == Ignored(EVE, Why.FLOOD, f"Eve{limits.MOST_CHECKS}")
    john.receive(b"START Marc", MARC, limits.RING_S)
    assert john.take_happenings() == [CallerToCheck("Marc", MARC)]


# ── busy, strangers, what comes late ─────────────────────────────────────────────────────────────


def test_a_person_who_is_in_another_call_is_busy_before_and_after_the_look_up() -> None:
    john = Exchange("John")
    john.receive(b"START Marc", MARC, 0.0)
    john.busy = True
    john.identify("Marc", MARC, MARC, 0.1)
    john.receive(b"START Eve", EVE, 0.2)
    assert john.take_happenings() == [
        CallerToCheck("Marc", MARC), TurnedAway("Marc", MARC), TurnedAway("Eve", EVE),
    ]  # fmt: skip
    assert john.take_datagrams(0.2) == [Outgoing(b"REJECT", MARC), Outgoing(b"REJECT", EVE)]


def test_a_third_caller_is_rejected_at_once_in_every_state() -> None:
    for busy in (calling(), ringing(), talking()):
        busy.receive(b"START Eve", EVE, 0.5)
        busy.receive(b"START Eve", EVE, 0.5)
        assert busy.take_datagrams(0.5) == [Outgoing(b"REJECT", EVE)] * 2
        assert busy.take_happenings() == [TurnedAway("Eve", EVE)]


def test_a_caller_who_was_checked_while_a_call_began_is_rejected() -> None:
    john = Exchange("John")
    john.receive(b"START Marc", MARC, 0.0)
    john.call("Eve", EVE, 0.1)
    john.identify("Marc", MARC, MARC, 0.2)
    assert john.take_datagrams(0.2) == [Outgoing(b"START John", EVE), Outgoing(b"REJECT", MARC)]
    assert john.take_happenings()[-1] == TurnedAway("Marc", MARC)


def test_strangers_end_nothing_and_are_told_once() -> None:
    marc = talking()
    for data in (VOICE, b"CLOSE", b"REJECT", b"ACCEPT", b"noise", b""):
        assert marc.receive(data, EVE, 1.0) is None
    assert marc.state is State.TALKING
    assert marc.take_happenings() == [Ignored(EVE, Why.STRANGER)]
    marc.receive(b"noise", EVE, 1.0 + limits.QUIET_S)
    assert marc.take_happenings() == [Ignored(EVE, Why.NOISE)]


def test_what_is_remembered_of_strangers_is_bounded() -> None:
    marc = Exchange("Marc")
    for number in range(5 * limits.MOST_REMEMBERED):
        marc.receive(VOICE, f"10.1.{number // 250}.{number % 250}", 1.0)
    assert len(marc._told._entries) == limits.MOST_REMEMBERED


def test_reject_and_accept_in_a_call_mean_nothing() -> None:
    marc = talking()
    marc.receive(b"REJECT", JOHN, 1.0)
    marc.receive(b"ACCEPT", JOHN, 1.0)
    marc.receive(b"\x00", JOHN, 1.0)
    assert marc.state is State.TALKING
    assert marc.take_happenings() == []


def test_five_closes_in_answer_do_not_end_the_next_call() -> None:
    marc = talking()
    marc.hang_up(5.0)
    marc.call("John", JOHN, 5.01)
    # START goes behind the CLOSEs, which would end the call it begins.
    assert sent(marc, 9.0) == [b"CLOSE"] * 5 + [b"START Marc"]
    marc.receive(b"CLOSE", JOHN, 5.1)
    marc.receive(b"ACCEPT", JOHN, 5.2)
    for _ in range(4):
        marc.receive(b"CLOSE", JOHN, 5.3)
    assert marc.state is State.TALKING
    marc.receive(b"CLOSE", JOHN, 5.4)
    assert marc.take_happenings() == [Answered("John"), Closed("John")]


def test_the_rest_of_five_closes_does_not_end_the_next_call_either() -> None:
    marc = talking()
    marc.receive(b"CLOSE", JOHN, 5.0)
    assert sent(marc, 5.03) == [b"CLOSE"] * 2
    marc.receive(b"START John", JOHN, 5.03)
    marc.identify("John", JOHN, JOHN, 5.1)
    for _ in range(4):
        marc.receive(b"CLOSE", JOHN, 5.2)
    assert marc.state is State.RINGING
    marc.accept(5.3)
    # Nor does the rest of this end's own: who starts a call has ended the one before.
    assert sent(marc, 9.0) == [b"ACCEPT"] * 10


def test_closes_are_the_old_calls_for_two_seconds_only() -> None:
    marc = talking()
    marc.hang_up(5.0)
    marc.call("John", JOHN, 6.0)
    marc.receive(b"ACCEPT", JOHN, 6.5)
    marc.receive(b"CLOSE", JOHN, 5.0 + limits.ECHO_S)
    assert marc.state is State.IDLE


def test_voice_under_way_when_a_call_ends_is_no_strangers() -> None:
    marc = talking()
    marc.hang_up(5.0)
    assert marc.receive(VOICE, JOHN, 5.1) is None
    marc.receive(b"ACCEPT", JOHN, 5.1)
    assert marc.take_happenings() == []


def test_ten_seconds_without_a_word_end_the_call() -> None:
    marc = talking()
    marc.receive(VOICE, JOHN, 4.0)
    assert marc.deadline == 4.0 + limits.LOST_S
    marc.tick(13.9)
    assert marc.state is State.TALKING
    marc.tick(14.0)
    assert marc.take_happenings() == [Lost("John")]
    assert sent(marc, 15.0) == [b"CLOSE"] * 5


def test_idle_has_no_deadline_and_nothing_to_end() -> None:
    idle = Exchange("Marc")
    idle.tick(1.0)
    idle.hang_up(1.0)
    assert idle.deadline is None
    assert idle.take_datagrams(9.0) == []


# ── two ends ─────────────────────────────────────────────────────────────────────────────────────


def run(ends: dict[str, tuple[str, Exchange]], until: float, step: float = 0.01) -> None:
    """Carry datagrams between ends, each address with its name, for a while."""
    names = {name: address for address, (name, _) in ends.items()}
    for tick in range(round(until / step)):
        now = tick * step
        for address, (_, end) in ends.items():
            end.tick(now)
            for datagram in end.take_datagrams(now):
                ends[datagram.to][1].receive(datagram.data, address, now)
        for _, end in ends.values():
            for happening in [h for h in end._happenings if isinstance(h, CallerToCheck)]:
                end._happenings.remove(happening)
                where = names.get(happening.caller)
                end.identify(happening.caller, happening.source, where, now)


def test_both_call_at_once_and_it_is_one_call() -> None:
    marc, john = Exchange("Marc"), Exchange("John")
    marc.call("John", JOHN, 0.0)
    john.call("Marc", MARC, 0.0)
    run({MARC: ("Marc", marc), JOHN: ("John", john)}, 1.0)
    assert marc.take_happenings() == [Answered("John")]
    assert john.take_happenings() == [Answered("Marc")]
    marc.hang_up(1.0)
    run({MARC: ("Marc", marc), JOHN: ("John", john)}, 2.0)
    assert john.take_happenings() == [Closed("Marc")]
    assert marc.take_happenings() == []


def test_both_call_at_once_while_the_directory_is_asked() -> None:
    john = Exchange("John")
    john.receive(b"START Marc", MARC, 0.0)
    john.call("Marc", MARC, 0.1)
    john.identify("Marc", MARC, MARC, 0.2)
    assert john.take_happenings() == [CallerToCheck("Marc", MARC), Answered("Marc")]
    assert sent(john, 1.0) == [b"START John"] + [b"ACCEPT"] * 10


def test_ten_calls_in_a_row() -> None:
    marc, john = Exchange("Marc"), Exchange("John")
    ends = {MARC: ("Marc", marc), JOHN: ("John", john)}
    for _ in range(10):
        marc.call("John", JOHN, 0.0)
        run(ends, 0.2)
        assert john.take_happenings() == [Rang("Marc", MARC)]
        john.accept(0.2)
        run(ends, 0.5)
        assert marc.take_happenings() == [Answered("John")]
        john.hang_up(0.5)
        run(ends, 0.9)
        assert marc.take_happenings() == [Closed("John")]
        assert john.take_happenings() == []
