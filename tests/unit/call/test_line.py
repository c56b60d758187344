"""All calls of one device: who may ring, who is told «busy», which one is spoken on."""

import pytest

from devcloud.call import commands as do
from devcloud.call import events as on
from devcloud.call.line import (
    MOST_REMEMBERED,
    MOST_RINGING,
    RING_2023_S,
    Become,
    Busy,
    InviteAgain,
    Line,
    Output,
    Rang,
    Refuse,
    TellGone,
)
from devcloud.call.states import State, Timers
from devcloud.model.errors import LocalError
from devcloud.model.records import CallKind, EndReason

LOW, HIGH = "0" * 32, "f" * 32
DESK, PHONE = "john-desk", "john-phone"


def line(*, waiting: bool = False) -> Line:
    """Return Marc's line."""
    return Line("Marc", Timers(), waiting=waiting)


def dial(at: Line, id: str, peer: str = "John", *, invited: bool = True) -> None:
    """Let Marc call somebody, and the invitation leave."""
    at.place(id, peer, 0.0, 0.0)
    if invited:
        at.handle(id, on.OfferMade(1, "offer 1"), 0.0)


def ring(at: Line, id: str, peer: str = "John", device: str = DESK) -> list[Output]:
    """Let somebody call Marc."""
    offer = on.OfferReceived(1, "their offer")
    return at.invited(id, peer=peer, device=device, offer=offer, now=0.0, wall=5.0)


def talk(at: Line, id: str, peer: str = "John") -> None:
    """Let Marc take somebody's call, and the path come up."""
    ring(at, id, peer)
    at.handle(id, on.AnswerMade(1, "answer 1"), 0.0)
    at.handle(id, on.PathUp(1), 0.0)
    at.handle(id, on.Accept(), 0.0)


def commands(outputs: list[Output]) -> list[do.Command]:
    """Return what is to be done, without the calls it is for."""
    return [command for _, command in outputs]


# ── one call at a time ───────────────────────────────────────────────────────────────────────────


def test_a_call_rings() -> None:
    at = line()
    assert commands(ring(at, LOW))[0] == Rang()
    assert at.calls[LOW].peer == "John"
    # Its invitation comes again: nothing.
    assert ring(at, LOW) == []
    assert not at.is_new(LOW)


def test_nobody_calls_themselves() -> None:
    with pytest.raises(LocalError) as caught:
        line().place(LOW, "MARC", 0.0, 0.0)
    assert caught.value.code == "name_own"


def test_a_second_call_out_is_refused() -> None:
    at = line()
    dial(at, LOW)
    with pytest.raises(Busy) as caught:
        at.place(HIGH, "Zoé", 0.0, 0.0)
    assert caught.value.values == {"peer": "John"}


def test_a_second_call_in_is_told_busy() -> None:
    at = line()
    talk(at, LOW)
    refused, remembered = commands(ring(at, HIGH, "Zoé", "zoe-desk"))
    assert refused == Refuse(HIGH, "Zoé", "zoe-desk", EndReason.BUSY)
    assert isinstance(remembered, do.Remember)
    record = remembered.record
    assert (record.caller, record.callee, record.begun_at, record.answered_at, record.reason) == (
        ("Zoé", "Marc", 5.0, None, EndReason.BUSY)
    )
    # The same invitation again finds the call over.
    assert commands(ring(at, HIGH, "Zoé", "zoe-desk")) == [
        TellGone(HIGH, "Zoé", "zoe-desk", EndReason.BUSY)
    ]


def test_the_next_call_may_come_while_the_last_one_closes() -> None:
    at = line()
    talk(at, LOW)
    at.handle(LOW, on.HangUp(), 1.0)
    assert at.calls[LOW].state is State.ENDING
    assert commands(ring(at, HIGH))[0] == Rang()
    at.handle(LOW, on.MediaClosed(), 1.1)
    assert list(at.calls) == [HIGH]


def test_whoever_calls_anew_has_left_the_call_before() -> None:
    at = line()
    ring(at, LOW)
    done = commands(ring(at, HIGH, device=PHONE))
    assert done[0] == do.SendDecline(EndReason.NO_ANSWER)
    assert Rang() in done
    talking = line()
    talk(talking, LOW)
    # They are in the middle of a call: this is somebody else at their other device.
    assert isinstance(commands(ring(talking, HIGH, device=PHONE))[0], Refuse)
    talking.handle(LOW, on.PathLost(1), 1.0)
    done = commands(ring(talking, "2" * 32, device=PHONE))
    assert done[0] == do.SendHangup(EndReason.CONNECTION_LOST)
    assert Rang() in done


# ── several calls ────────────────────────────────────────────────────────────────────────────────


def test_whoever_is_spoken_on_puts_the_rest_on_hold() -> None:
    at = line(waiting=True)
    talk(at, LOW)
    ring(at, HIGH, "Zoé")
    assert at.handle(HIGH, on.Accept(), 1.0)[0] == (at.calls[LOW], do.SendHold(True))
    assert (at.calls[LOW].held_here, at.calls[HIGH].held_here) == (True, False)
    # Accepting again is no news, taking the first one back is.
    assert at.handle(HIGH, on.Accept(), 2.0) == []
    at.handle(LOW, on.Hold(False), 3.0)
    assert (at.calls[LOW].held_here, at.calls[HIGH].held_here) == (False, True)
    at.handle(LOW, on.Hold(True), 4.0)
    assert (at.calls[LOW].held_here, at.calls[HIGH].held_here) == (True, True)


def test_an_answer_holds_the_others_too() -> None:
    at = line(waiting=True)
    talk(at, LOW)
    dial(at, HIGH, "Zoé")
    assert at.calls[LOW].held_here
    at.handle(LOW, on.Hold(False), 1.0)
    at.handle(HIGH, on.AnswerReceived("zoe-desk", "answer 1"), 2.0)
    assert at.calls[LOW].held_here


def test_one_call_to_each() -> None:
    at = line(waiting=True)
    talk(at, LOW)
    with pytest.raises(Busy):
        at.place(HIGH, "john", 0.0, 0.0)


def test_waiting_has_its_bound() -> None:
    at = line(waiting=True)
    for number in range(MOST_RINGING):
        ring(at, f"{number:032x}", f"Caller {number}")
    assert isinstance(commands(ring(at, HIGH, "Zoé"))[0], Refuse)


# ── both at once ─────────────────────────────────────────────────────────────────────────────────


def test_dialling_whoever_calls_is_accepting() -> None:
    at = line()
    ring(at, LOW)
    assert commands(at.place(HIGH, "john", 1.0, 1.0))[0] == Become(HIGH, LOW)
    assert at.calls[LOW].accepted
    assert list(at.calls) == [LOW]


def test_the_lower_call_gives_way() -> None:
    at = line()
    dial(at, LOW)
    done = commands(ring(at, HIGH))
    assert done[0] == do.SendCancel(EndReason.ANSWERED_ELSEWHERE)
    assert Become(LOW, HIGH) in done
    # It leaves neither a record nor a status: the call it has become does.
    assert not any(isinstance(command, do.Remember) for command in done)
    assert (at.calls[LOW].over, at.calls[HIGH].accepted) == (True, True)
    at.handle(LOW, on.MediaClosed(), 1.0)
    assert list(at.calls) == [HIGH]


def test_the_higher_call_stays_and_is_said_again() -> None:
    at = line()
    dial(at, HIGH)
    assert ring(at, LOW) == [(at.calls[HIGH], InviteAgain(DESK))]
    assert list(at.calls) == [HIGH]


def test_a_call_nobody_knows_yet_gives_way_in_any_case() -> None:
    at = line()
    dial(at, HIGH, invited=False)
    done = commands(ring(at, LOW))
    assert Become(HIGH, LOW) in done
    assert not any(isinstance(command, do.SendCancel) for command in done)


def test_media_that_is_dead_ends_what_gives_way_at_once() -> None:
    at = line()
    dial(at, LOW)
    at.handle(LOW, on.MediaGone(), 0.5)
    ring(at, HIGH)
    assert list(at.calls) == [HIGH]


def test_a_call_with_a_changed_key_rings_but_never_merges() -> None:
    at = line(waiting=True)
    dial(at, LOW)
    offer = on.OfferReceived(1, "their offer")
    done = at.invited(HIGH, peer="John", device=DESK, offer=offer, now=0.0, wall=0.0, cold=True)
    assert commands(done) == [Rang(), do.SendRinging(""), do.Announce()]
    assert not at.calls[LOW].over


# ── what comes late, or too early ────────────────────────────────────────────────────────────────


def test_a_cancel_before_its_invitation() -> None:
    at = line()
    assert at.stray(LOW, "John", DESK, on.CancelReceived(EndReason.CANCELLED)) == []
    assert commands(ring(at, LOW)) == [TellGone(LOW, "John", DESK, EndReason.CANCELLED)]
    # Only the first reason counts.
    at.stray(LOW, "John", DESK, on.CancelReceived(EndReason.NO_ANSWER))
    assert commands(ring(at, LOW)) == [TellGone(LOW, "John", DESK, EndReason.CANCELLED)]


@pytest.mark.parametrize(
    "event",
    [
        on.RingingReceived(DESK, ""),
        on.AnswerReceived(DESK, "answer 1"),
        on.OfferReceived(2, "offer 2"),
        on.OfferAnswered(2, "answer 2"),
        on.HoldReceived(True, 3),
    ],
)
def test_whoever_speaks_of_a_call_that_is_gone_is_told(event: on.Event) -> None:
    at = line()
    unknown = at.stray(LOW, "John", DESK, event)
    assert commands(unknown) == [TellGone(LOW, "John", DESK, EndReason.CONNECTION_LOST)]
    dial(at, HIGH)
    at.handle(HIGH, on.HangUp(), 1.0)
    ending = at.stray(HIGH, "John", DESK, event)
    at.handle(HIGH, on.MediaClosed(), 1.1)
    buried = at.stray(HIGH, "John", DESK, event)
    assert commands(ending) == commands(buried)
    assert commands(buried) == [TellGone(HIGH, "John", DESK, EndReason.CANCELLED)]


def test_a_device_that_still_rings_learns_that_another_has_answered() -> None:
    at = line()
    dial(at, LOW)
    at.handle(LOW, on.AnswerReceived(DESK, "answer 1"), 1.0)
    at.handle(LOW, on.HangUp(), 2.0)
    late = on.RingingReceived(PHONE, "")
    ending = commands(at.stray(LOW, "John", PHONE, late))
    at.handle(LOW, on.MediaClosed(), 2.1)
    assert ending == [TellGone(LOW, "John", PHONE, EndReason.ANSWERED_ELSEWHERE)]
    assert commands(at.stray(LOW, "John", PHONE, late)) == ending
    told = commands(at.stray(LOW, "John", DESK, on.HoldReceived(True, 3)))
    assert told == [TellGone(LOW, "John", DESK, EndReason.COMPLETED)]


def test_whoever_ends_a_call_that_is_gone_needs_no_answer() -> None:
    at = line()
    for event in (
        on.HangupReceived(DESK, EndReason.COMPLETED),
        on.DeclineReceived(DESK, EndReason.BUSY),
        on.CandidatesReceived(DESK, 1, ("a",)),
    ):
        assert at.stray(LOW, "John", DESK, event) == []


def test_an_invitation_refused_before_it_rings() -> None:
    at = line()
    reason = EndReason.REJECTED_BY_POLICY
    assert commands(at.refuse(LOW, "John", DESK, reason)) == [Refuse(LOW, "John", DESK, reason)]
    assert not at.is_new(LOW)


def test_what_is_over_is_remembered_within_bounds() -> None:
    at = line()
    for number in range(MOST_REMEMBERED + 1):
        at.refuse(f"{number:032x}", "John", DESK, EndReason.BUSY)
    assert at.is_new(f"{0:032x}")
    assert not at.is_new(f"{1:032x}")


# ── time ─────────────────────────────────────────────────────────────────────────────────────────


def test_time_passes_for_every_call() -> None:
    at = line(waiting=True)
    assert at.deadline is None
    dial(at, LOW)
    ring(at, HIGH, "Zoé")
    assert at.deadline == 45.0
    assert at.tick(44.0) == []
    reasons = {c.record.reason for c in commands(at.tick(45.0)) if isinstance(c, do.Remember)}
    assert reasons == {EndReason.CONNECTION_LOST, EndReason.NO_ANSWER}
    at.tick(47.0)
    assert at.calls == {}
    talk(at, "1" * 32)
    assert at.deadline is None


# ── calls of 2023 ────────────────────────────────────────────────────────────────────────────────


def test_a_program_of_2023_rings_for_seven_seconds() -> None:
    at = line()
    at.place(LOW, "John", 0.0, 0.0, kind=CallKind.LEGACY_2023)
    assert (at.deadline, at.calls[LOW].kind) == (RING_2023_S, CallKind.LEGACY_2023)


def test_calls_of_two_kinds_never_become_one() -> None:
    at = line()
    dial(at, LOW)
    offer = on.OfferReceived(1, "START")
    kind = CallKind.LEGACY_2023
    done = at.invited(HIGH, peer="John", device="", offer=offer, now=0.0, wall=0.0, kind=kind)
    assert commands(done)[0] == Refuse(HIGH, "John", "", EndReason.BUSY)
    assert not at.calls[LOW].over


# ── do not disturb ───────────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize("waiting", [False, True])
def test_nobody_rings_who_is_not_to_be_disturbed(waiting: bool) -> None:
    at = line(waiting=waiting)
    at.quiet = True
    refusal, remember = commands(ring(at, LOW))
    assert refusal == Refuse(LOW, "John", DESK, EndReason.BUSY)
    assert isinstance(remember, do.Remember)
    assert (remember.record.caller, remember.record.answered_at) == ("John", None)
    assert at.busy and not at.full
    assert at.calls == {}
    at.quiet = False
    assert Rang() in commands(ring(at, HIGH))


def test_a_call_that_rings_already_goes_on_ringing() -> None:
    at = line()
    ring(at, LOW)
    at.quiet = True
    at.handle(LOW, on.Accept(), 1.0)
    assert at.calls[LOW].accepted


def test_somebody_whom_one_is_calling_is_no_disturbance() -> None:
    at = line()
    at.quiet = True
    dial(at, LOW)
    assert Become(LOW, HIGH) in commands(ring(at, HIGH))
