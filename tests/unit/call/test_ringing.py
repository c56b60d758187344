"""Before the answer, exactly: what one end wants done for each thing that may happen."""

import pytest
from tests.unit.call.stage import (
    CALL,
    JOHN,
    MARC,
    WALL,
    after,
    placed,
    received,
    ringing_out,
    warming_out,
)

from devcloud.call import commands as do
from devcloud.call import events as on
from devcloud.call.machine import Call, IllegalEvent
from devcloud.call.ringing import MOST_DEVICES
from devcloud.call.states import State, Timers
from devcloud.model.records import EndReason

PHONE = "john-phone"


def said(commands: list[do.Command]) -> list[do.Command]:
    """Return the commands but those that every change and every end brings along."""
    return [each for each in commands if not isinstance(each, do.Announce | do.Remember)]


# ── the caller ───────────────────────────────────────────────────────────────────────────────────


def test_dialling_begins_with_an_offer() -> None:
    call = Call.place(id=CALL, me="Marc", peer="John", wall=WALL, timers=Timers())
    assert call.begin(10.0) == [do.OpenMedia(), do.MakeOffer(1), do.Announce()]
    assert (call.state, call.deadline, call.rings_until) == (State.DIALLING, 55.0, 55.0)
    assert call.handle(on.OfferMade(1, "offer 1"), 10.1) == [do.SendInvite(1, "offer 1")]
    assert call.invited


def test_it_rings_without_media() -> None:
    call = placed()
    assert call.handle(on.RingingReceived(JOHN, ""), 1.0) == [do.Announce()]
    assert (call.state, call.devices) == (State.RINGING_OUT, {JOHN})
    assert call.handle(on.RingingReceived("tv", ""), 1.0) == []
    # A third device; its path is taken, since there is none.
    assert call.handle(on.RingingReceived(PHONE, "answer 1"), 1.1) == [
        do.TakeAnswer(1, "answer 1"),
        do.Announce(),
    ]
    assert call.state is State.CONNECTING_BEFORE_ACCEPTED
    assert call.handle(on.RingingReceived("watch", "answer 1"), 1.2) == []
    assert call.devices == {JOHN, PHONE, "tv", "watch"}


def test_the_answer_may_overtake_the_ringing() -> None:
    call = placed()
    assert call.handle(on.AnswerReceived(JOHN, "answer 1"), 2.0) == [
        do.Announce(),
        do.TakeAnswer(1, "answer 1"),
    ]
    assert (call.state, call.device) == (State.CONNECTING_AFTER_ACCEPTED, JOHN)
    assert call.handle(on.RingingReceived(JOHN, "answer 1"), 2.1) == []


def test_the_first_device_to_answer_wins() -> None:
    call = after(ringing_out(), on.DeviceReached(PHONE))
    assert said(call.handle(on.AnswerReceived(PHONE, ""), 2.0)) == [
        do.SendCancel(EndReason.ANSWERED_ELSEWHERE, JOHN)
    ]
    assert call.handle(on.AnswerReceived(JOHN, ""), 2.1) == [
        do.SendCancel(EndReason.ANSWERED_ELSEWHERE, JOHN)
    ]
    assert call.handle(on.DeviceReached("late"), 2.2) == [
        do.SendCancel(EndReason.ANSWERED_ELSEWHERE, "late")
    ]
    assert call.handle(on.DeclineReceived(JOHN, EndReason.DECLINED), 2.3) == []
    assert call.handle(on.HangupReceived(JOHN, EndReason.COMPLETED), 2.4) == []
    assert call.device == PHONE


def test_another_device_answers_than_the_path_was_made_with() -> None:
    call = after(warming_out(), on.PathUp(1), on.DeviceReached(PHONE))
    assert said(call.handle(on.AnswerReceived(PHONE, "answer of the phone"), 2.0)) == [
        do.SendCancel(EndReason.ANSWERED_ELSEWHERE, JOHN),
        do.MakeOffer(2),
    ]
    assert call.state is State.CONNECTING_AFTER_ACCEPTED


def test_an_answer_without_description_waits_for_an_offer() -> None:
    call = after(placed(), on.AnswerReceived(JOHN, ""))
    assert said(call.handle(on.OfferReceived(2, "offer 2"), 0.1)) == [do.TakeOffer(2, "offer 2")]


def test_busy_on_the_only_device_ends_it_a_moment_later() -> None:
    call = after(placed(), on.DeviceReached(JOHN))
    assert call.handle(on.DeclineReceived(JOHN, EndReason.BUSY), 1.0) == []
    # Its own late acknowledgements, and its late ringing, change nothing.
    after(call, on.DeviceReached(JOHN), on.RingingReceived(JOHN, "answer 1"), now=1.2)
    assert (call.state, call.deadline) == (State.DIALLING, 1.5)
    call.tick(1.5)
    assert (call.state, call.reason) == (State.ENDING, EndReason.BUSY)


def test_busy_on_one_device_leaves_the_others_ringing() -> None:
    call = after(placed(), on.DeclineReceived(JOHN, EndReason.BUSY), on.DeviceReached(PHONE))
    assert call.deadline == 45.0
    assert said(call.handle(on.AnswerReceived(PHONE, ""), 3.0)) == []
    assert call.state is State.CONNECTING_AFTER_ACCEPTED


def test_the_device_with_the_path_is_busy() -> None:
    call = after(warming_out(), on.DeviceReached(PHONE))
    assert call.handle(on.DeclineReceived(JOHN, EndReason.NO_ANSWER), 1.0) == [do.Announce()]
    assert call.state is State.RINGING_OUT
    # What the media still says of that path means nothing any more.
    assert after(call, on.PathUp(1), on.PathWavered(1), on.PathLost(1)).state is State.RINGING_OUT
    assert said(call.handle(on.AnswerReceived(PHONE, "answer 1"), 2.0)) == [do.MakeOffer(2)]


def test_no_is_meant_by_all_devices() -> None:
    call = after(placed(), on.DeviceReached(JOHN), on.DeviceReached(PHONE), on.DeviceReached("tv"))
    assert said(call.handle(on.DeclineReceived(JOHN, EndReason.DECLINED, "Later."), 1.0)) == [
        do.SendCancel(EndReason.DECLINED),
        do.SendCancel(EndReason.DECLINED, PHONE),
        do.SendCancel(EndReason.DECLINED, "tv"),
        do.CloseMedia(),
    ]
    assert (call.reason, call.text) == (EndReason.DECLINED, "Later.")


def test_a_decline_with_a_reason_of_no_decline_is_a_plain_no() -> None:
    call = after(placed(), on.DeclineReceived(JOHN, EndReason.COMPLETED))
    assert call.reason is EndReason.DECLINED


def test_devices_without_end_are_not_kept() -> None:
    call = placed()
    for number in range(MOST_DEVICES + 1):
        after(call, on.DeviceReached(f"{number}"))
    assert len(call.devices) == MOST_DEVICES
    for number in range(MOST_DEVICES + 1):
        after(call, on.DeclineReceived(f"{number}", EndReason.BUSY))
    assert call.devices == set()


def test_giving_up_tells_every_device() -> None:
    call = after(ringing_out(), on.DeviceReached(PHONE))
    assert said(call.handle(on.HangUp(), 1.0)) == [
        do.SendCancel(EndReason.CANCELLED),
        do.SendCancel(EndReason.CANCELLED, JOHN),
        do.SendCancel(EndReason.CANCELLED, PHONE),
        do.CloseMedia(),
    ]


def test_giving_up_before_the_invitation_tells_nobody() -> None:
    call = Call.place(id=CALL, me="Marc", peer="John", wall=WALL, timers=Timers())
    call.begin(0.0)
    assert said(call.handle(on.HangUp(), 1.0)) == [do.CloseMedia()]


def test_a_hangup_may_overtake_its_answer() -> None:
    call = after(ringing_out(), on.DeviceReached(PHONE))
    assert said(call.handle(on.HangupReceived(JOHN, EndReason.COMPLETED), 1.0)) == [
        do.SendCancel(EndReason.CANCELLED),
        do.CloseMedia(),
    ]
    assert call.reason is EndReason.CANCELLED


def test_an_invitation_that_reaches_nobody() -> None:
    call = after(placed(), on.InviteUndeliverable(EndReason.OFFLINE))
    assert call.reason is EndReason.OFFLINE
    reached = after(ringing_out(), on.InviteUndeliverable(EndReason.OFFLINE))
    assert reached.state is State.RINGING_OUT
    accepted = after(reached, on.AnswerReceived(JOHN, ""))
    assert after(accepted, on.InviteUndeliverable(EndReason.OFFLINE)).accepted


def test_nobody_has_heard_of_it_when_it_gives_up() -> None:
    call = placed()
    assert said(call.tick(45.0))[0] == do.SendCancel(EndReason.CONNECTION_LOST)
    assert call.reason is EndReason.CONNECTION_LOST


def test_what_overtakes_the_answer_is_too_early() -> None:
    offer, hold = on.OfferReceived(2, "offer 2"), on.HoldReceived(True, 3)
    ringing = ringing_out()
    assert ringing.is_too_early(offer) and ringing.is_too_early(hold)
    assert not ringing.is_too_early(on.AnswerReceived(JOHN, ""))
    assert not after(ringing, on.AnswerReceived(JOHN, "")).is_too_early(offer)
    assert not received().is_too_early(offer)


# ── the callee ───────────────────────────────────────────────────────────────────────────────────


def test_ringing_with_media_warming_up() -> None:
    call = Call.receive(
        id=CALL, me="John", peer="Marc", device=MARC, offer=on.OfferReceived(1, "offer 1"),
        warm=True, wall=WALL, timers=Timers(),
    )  # fmt: skip
    assert call.begin(0.0) == [do.OpenMedia(), do.TakeOffer(1, "offer 1"), do.Announce()]
    assert call.handle(on.AnswerMade(1, "answer 1"), 0.1) == [
        do.SendRinging("answer 1"),
        do.Announce(),
    ]
    assert call.state is State.CONNECTING_BEFORE_ACCEPTED


def test_ringing_that_holds_addresses_back() -> None:
    call = received(warm=False)
    assert said(call.handle(on.Accept(), 3.0)) == [do.OpenMedia(), do.TakeOffer(1, "offer 1")]
    assert call.handle(on.AnswerMade(1, "answer 1"), 3.1) == [do.SendAnswer(1, "answer 1")]
    assert call.handle(on.Accept(), 3.2) == []


def test_the_path_comes_and_goes_while_it_rings() -> None:
    call = after(received(), on.AnswerMade(1, "answer 1"))
    states = []
    for event in (
        on.PathUp(1),
        on.PathUp(1),
        on.PathUp(7),
        on.PathWavered(7),
        on.PathLost(7),
        on.PathWavered(1),
        on.PathWavered(1),
        on.PathUp(1),
        on.PathLost(1),
    ):
        call.handle(event, 1.0)
        states.append(call.state)
    connecting, connected = State.CONNECTING_BEFORE_ACCEPTED, State.CONNECTED_BEFORE_ACCEPTED
    assert states == [connected] * 5 + [connecting] * 2 + [connected, State.RINGING_IN]
    # Not accepted, whatever the path does: nobody is heard.
    assert not call.accepted


def test_accepting_when_the_path_was_lost_offers_another() -> None:
    call = after(received(), on.AnswerMade(1, "answer 1"), on.PathLost(1))
    assert said(call.handle(on.Accept(), 2.0)) == [do.SendAnswer(1, ""), do.MakeOffer(2)]


@pytest.mark.parametrize(
    "event, reason",
    [
        (on.CancelReceived(EndReason.NO_ANSWER), EndReason.NO_ANSWER),
        (on.CancelReceived(EndReason.ANSWERED_ELSEWHERE), EndReason.ANSWERED_ELSEWHERE),
        (on.HangupReceived(MARC, EndReason.COMPLETED), EndReason.CANCELLED),
        (on.HangupReceived(MARC, EndReason.OFFLINE), EndReason.OFFLINE),
        (on.MediaRefused(), EndReason.MEDIA_FAILED),
        (on.HangUp(), EndReason.DECLINED),
        (on.HangUp(EndReason.BUSY), EndReason.BUSY),
    ],
)
def test_ringing_ends(event: on.Event, reason: EndReason) -> None:
    call = after(received(), event)
    assert (call.state, call.reason) == (State.ENDING, reason)


# ── the media process ────────────────────────────────────────────────────────────────────────────


def test_media_dies_before_the_invitation() -> None:
    call = Call.place(id=CALL, me="Marc", peer="John", wall=WALL, timers=Timers())
    call.begin(0.0)
    assert call.handle(on.MediaGone(), 0.1) == []
    assert call.handle(on.MediaBack(), 0.2) == [do.OpenMedia(), do.MakeOffer(2)]
    # The offer of the dead process was on its way.
    assert call.handle(on.OfferMade(1, "offer 1"), 0.3) == []
    assert call.handle(on.OfferMade(2, "offer 2"), 0.3) == [do.SendInvite(2, "offer 2")]


def test_media_dies_after_the_invitation() -> None:
    call = after(placed(), on.MediaGone())
    assert call.handle(on.MediaBack(), 1.0) == [do.OpenMedia()]
    assert said(call.handle(on.RingingReceived(JOHN, "answer 1"), 1.1)) == []
    # Nobody has answered yet who could be sent another offer.
    assert said(call.handle(on.OfferMade(2, "of another call"), 1.2)) == []
    assert said(call.handle(on.AnswerReceived(JOHN, "answer 1"), 2.0)) == [do.MakeOffer(2)]


def test_media_is_dead_when_the_answer_comes() -> None:
    call = after(ringing_out(), on.MediaGone())
    assert said(call.handle(on.AnswerReceived(JOHN, "answer 1"), 1.0)) == []
    assert call.deadline == 16.0
    assert call.handle(on.MediaBack(), 1.5) == [
        do.OpenMedia(),
        do.MakeOffer(2),
        do.SetVoice(True, True),
    ]


def test_media_dies_before_the_answer_is_made() -> None:
    call = after(received(), on.MediaGone())
    assert call.handle(on.MediaBack(), 1.0) == [do.OpenMedia(), do.TakeOffer(1, "offer 1")]


def test_media_dies_and_nothing_was_asked_of_it() -> None:
    call = after(received(warm=False), on.MediaGone())
    assert call.handle(on.MediaBack(), 1.0) == []


def test_media_dies_after_the_answer_is_made() -> None:
    call = after(received(), on.AnswerMade(1, "answer 1"), on.MediaGone())
    assert call.state is State.RINGING_IN
    assert call.handle(on.MediaBack(), 1.0) == [do.OpenMedia()]


def test_accepting_while_media_is_dead() -> None:
    cold = after(received(warm=False), on.MediaGone())
    assert said(cold.handle(on.Accept(), 1.0)) == []
    assert cold.handle(on.MediaBack(), 1.5)[:2] == [do.OpenMedia(), do.TakeOffer(1, "offer 1")]
    warm = after(received(), on.AnswerMade(1, "answer 1"), on.MediaGone())
    assert said(warm.handle(on.Accept(), 1.0)) == [do.SendAnswer(1, "")]
    assert warm.handle(on.MediaBack(), 1.5)[:2] == [do.OpenMedia(), do.MakeOffer(2)]


# ── what cannot happen ───────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize(
    "call, event",
    [
        (placed(), on.Accept()),
        (placed(), on.Hold(True)),
        (placed(), on.CancelReceived(EndReason.CANCELLED)),
        (received(), on.AnswerReceived(MARC, "")),
        (received(), on.OfferReceived(2, "offer 2")),
        (received(), on.OfferMade(2, "offer 2")),
    ],
)
def test_what_cannot_happen_raises(call: Call, event: on.Event) -> None:
    state = call.state
    with pytest.raises(IllegalEvent, match=type(event).__name__):
        call.handle(event, 1.0)
    assert call.state is state
