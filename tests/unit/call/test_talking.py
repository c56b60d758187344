"""From the answer on, exactly: paths, their repair, hold, and the end."""

import pytest
from tests.unit.call.stage import (
    JOHN,
    MARC,
    after,
    placed,
    received,
    ringing_out,
    talking_in,
    talking_out,
    warming_out,
)

from devcloud.call import commands as do
from devcloud.call import events as on
from devcloud.call.machine import Call
from devcloud.call.paths import MOST_CANDIDATES
from devcloud.call.states import State
from devcloud.model.records import EndReason


def said(commands: list[do.Command]) -> list[do.Command]:
    """Return the commands but those that every change and every end brings along."""
    return [each for each in commands if not isinstance(each, do.Announce | do.Remember)]


# ── accepting ────────────────────────────────────────────────────────────────────────────────────


def test_both_have_waited_for_the_path() -> None:
    call = after(warming_out(), on.AnswerReceived(JOHN, "answer 1"))
    assert call.state is State.CONNECTING_AFTER_ACCEPTED
    assert call.handle(on.PathWavered(1), 1.0) == []
    assert call.handle(on.PathUp(1), 1.0) == [do.Announce(), do.SetVoice(True, True)]
    assert call.deadline is None


def test_voice_waits_for_the_answer() -> None:
    call = after(warming_out(), on.PathUp(1))
    assert said(call.handle(on.Mute(True), 1.0)) == []
    assert said(call.handle(on.AnswerReceived(JOHN, "answer 1"), 2.0)) == [do.SetVoice(False, True)]


def test_an_answer_that_media_is_slow_to_make() -> None:
    call = after(received(), on.Accept())
    # The callee leaves the first offer to the caller, and has never answered: it does so now.
    assert call.deadline == 12.0
    assert call.tick(11.9) == []
    assert call.tick(12.0) == [do.SendAnswer(1, ""), do.MakeOffer(2)]
    assert call.handle(on.AnswerMade(1, "answer 1"), 12.1) == []
    assert call.handle(on.OfferMade(1, "old"), 12.1) == []
    assert call.handle(on.OfferMade(2, "offer 2"), 12.1) == [do.SendOffer(2, "offer 2")]
    call.tick(15.0)
    assert call.reason is EndReason.MEDIA_FAILED


# ── paths ────────────────────────────────────────────────────────────────────────────────────────


def test_the_caller_mends_the_path_first() -> None:
    marc, john = talking_out(), talking_in()
    for call in (marc, john):
        assert call.handle(on.PathWavered(1), 0.0) == [do.Announce()]
        assert call.state is State.RECONNECTING
    assert (marc.deadline, john.deadline) == (1.0, 5.0)
    assert marc.tick(1.0) == [do.MakeOffer(2)]
    assert (marc.generation, marc.deadline) == (2, 9.0)
    assert john.handle(on.OfferReceived(2, "offer 2"), 1.2) == [do.TakeOffer(2, "offer 2")]
    assert john.handle(on.AnswerMade(2, "answer 2"), 1.3) == [do.SendOfferAnswer(2, "answer 2")]
    assert marc.handle(on.OfferAnswered(2, "answer 2"), 1.4) == [do.TakeAnswer(2, "answer 2")]
    # Said twice, or of another path: nothing.
    assert marc.handle(on.OfferAnswered(2, "answer 2"), 1.5) == []
    assert marc.handle(on.OfferAnswered(1, "answer 1"), 1.5) == []
    assert marc.handle(on.PathLost(1), 1.5) == []
    assert marc.handle(on.PathUp(1), 1.5) == []
    assert marc.handle(on.PathUp(2), 1.6) == [do.Announce()]
    assert marc.state is State.ACTIVE


def test_a_new_path_takes_the_place_of_one_that_works() -> None:
    call = talking_out()
    assert call.handle(on.OfferReceived(2, "offer 2"), 1.0) == [
        do.Announce(),
        do.TakeOffer(2, "offer 2"),
    ]
    assert call.state is State.RECONNECTING


@pytest.mark.parametrize("call, takes", [(talking_out(), False), (talking_in(), True)])
def test_of_two_offers_of_one_generation_the_caller_s_wins(call: Call, takes: bool) -> None:
    after(call, on.PathLost(1))
    call.tick(5.0)
    assert call.generation == 2
    assert said(call.handle(on.OfferReceived(2, "theirs"), 5.1)) == (
        [do.TakeOffer(2, "theirs")] if takes else []
    )
    assert call.handle(on.OfferReceived(1, "old"), 5.2) == []
    if takes:
        # Our own offer has lost: what is still said of it means nothing.
        assert call.handle(on.OfferMade(2, "ours"), 5.3) == []
        assert call.handle(on.OfferReceived(2, "theirs, again"), 5.3) == []


def test_an_offer_while_media_is_dead_waits_for_ours() -> None:
    call = after(talking_in(), on.MediaGone())
    assert call.handle(on.OfferReceived(2, "offer 2"), 1.0) == []
    assert call.handle(on.MediaBack(), 2.0) == [
        do.OpenMedia(),
        do.MakeOffer(3),
        do.SetVoice(True, True),
    ]


def test_an_answer_while_media_is_dead_is_lost() -> None:
    call = after(talking_out(), on.PathLost(1))
    call.tick(1.0)
    after(call, on.OfferMade(2, "offer 2"), on.MediaGone())
    assert call.handle(on.OfferAnswered(2, "answer 2"), 2.0) == []
    # With nothing to make a path of, only the end has a time.
    assert call.deadline == 30.0


def test_a_dead_path_is_given_up_after_half_a_minute() -> None:
    call = after(talking_out(), on.PathLost(1), now=100.0)
    while call.state is State.RECONNECTING:
        assert call.deadline is not None
        now = call.deadline
        commands = call.tick(now)
    assert now == 130.0
    assert commands[0] == do.SendHangup(EndReason.CONNECTION_LOST)


# ── candidates ───────────────────────────────────────────────────────────────────────────────────


def found(generation: int, *candidates: str, device: str = MARC) -> on.CandidatesReceived:
    """Return candidates of the other side."""
    return on.CandidatesReceived(device, generation, candidates)


def test_candidates_wait_until_the_description_is_with_the_media() -> None:
    call = received(warm=False)
    assert call.handle(found(1, "a"), 1.0) == []
    assert said(call.handle(on.Accept(), 2.0)) == [
        do.OpenMedia(),
        do.TakeOffer(1, "offer 1"),
        do.AddCandidates(1, ("a",)),
    ]
    assert call.handle(found(1, "b"), 2.1) == [do.AddCandidates(1, ("b",))]
    # The next path's candidates have overtaken its offer.
    assert call.handle(found(2, "c"), 2.2) == []
    assert said(call.handle(on.OfferReceived(2, "offer 2"), 2.3)) == [
        do.TakeOffer(2, "offer 2"),
        do.AddCandidates(2, ("c",)),
    ]
    assert call.handle(found(1, "d"), 2.4) == []


def test_candidates_are_tried_again_by_another_media_process() -> None:
    call = after(received(), found(1, "a"), on.MediaGone())
    assert call.handle(found(1, "b"), 1.0) == []
    assert call.handle(on.MediaBack(), 1.1) == [
        do.OpenMedia(),
        do.TakeOffer(1, "offer 1"),
        do.AddCandidates(1, ("a",)),
        do.AddCandidates(1, ("b",)),
    ]


def test_candidates_of_another_device_are_not_for_this_path() -> None:
    call = after(placed(), found(1, "of the phone", device="john-phone"))
    assert said(call.handle(on.RingingReceived(JOHN, "answer 1"), 1.0)) == [
        do.TakeAnswer(1, "answer 1")
    ]
    assert call.handle(found(1, "of the desk", device=JOHN), 1.1) == [
        do.AddCandidates(1, ("of the desk",))
    ]


def test_candidates_without_end_are_not_kept() -> None:
    call = received(warm=False)
    after(call, *(found(1, str(n)) for n in range(MOST_CANDIDATES + 10)))
    tried = [c for c in call.handle(on.Accept(), 1.0) if isinstance(c, do.AddCandidates)]
    assert len(tried) == MOST_CANDIDATES


# ── hold ─────────────────────────────────────────────────────────────────────────────────────────


def test_hold_is_said_once() -> None:
    call = talking_out()
    assert call.handle(on.Hold(True), 1.0) == [
        do.SendHold(True),
        do.Announce(),
        do.SetVoice(False, False),
    ]
    assert call.handle(on.Hold(True), 1.1) == []


def test_old_news_of_a_hold_is_no_news() -> None:
    call = after(talking_out(), on.HoldReceived(True, order=7))
    assert call.state is State.HELD
    assert call.handle(on.HoldReceived(False, order=5), 1.0) == []
    assert after(call, on.HoldReceived(False, order=8)).state is State.ACTIVE


def test_hold_before_the_path_is_up() -> None:
    call = after(warming_out(), on.AnswerReceived(JOHN, "answer 1"), on.HoldReceived(True, 3))
    assert call.state is State.CONNECTING_AFTER_ACCEPTED
    assert after(call, on.PathUp(1)).state is State.HELD


# ── the end ──────────────────────────────────────────────────────────────────────────────────────


def test_ending_closes_the_media_and_then_is_over() -> None:
    call = talking_out()
    commands = call.handle(on.HangUp(), 10.0)
    assert [type(c) for c in commands] == [
        do.SendHangup,
        do.Remember,
        do.CloseMedia,
        do.Announce,
    ]
    assert (call.state, call.deadline, call.over) == (State.ENDING, 12.0, True)
    # Whatever comes late, and even what could not happen, is ignored.
    late = (on.HangUp(), on.Accept(), on.PathUp(1), on.HangupReceived(JOHN, EndReason.BUSY))
    assert [call.handle(event, 10.5) for event in late] == [[], [], [], []]
    assert call.handle(on.MediaClosed(), 11.0) == [do.Announce()]
    assert (call.state, call.reason, call.deadline) == (State.ENDED, EndReason.COMPLETED, None)
    assert call.handle(on.MediaClosed(), 11.1) == []
    assert call.tick(99.0) == []


def test_media_that_does_not_close_is_not_waited_for() -> None:
    call = after(talking_out(), on.HangUp(), now=10.0)
    assert call.tick(11.9) == []
    assert call.tick(12.0) == [do.Announce()]
    assert call.state is State.ENDED


def test_media_that_is_dead_needs_no_closing() -> None:
    assert after(talking_out(), on.MediaGone(), on.HangUp()).state is State.ENDED
    assert after(talking_out(), on.HangUp(), on.MediaGone()).state is State.ENDED
    assert after(ringing_out(), on.MediaGone(), on.HangUp()).state is State.ENDED


@pytest.mark.parametrize(
    "event, reason",
    [
        (on.HangupReceived(JOHN, EndReason.COMPLETED), EndReason.COMPLETED),
        (on.MediaRefused(), EndReason.MEDIA_FAILED),
        (on.HangUp(EndReason.ERROR), EndReason.ERROR),
    ],
)
def test_talking_ends(event: on.Event, reason: EndReason) -> None:
    call = after(talking_out(), event, now=5.0)
    assert (call.over, call.reason) == (True, reason)


def test_another_device_has_answered_first() -> None:
    call = after(talking_in(), on.CancelReceived(EndReason.ANSWERED_ELSEWHERE))
    assert call.reason is EndReason.ANSWERED_ELSEWHERE
