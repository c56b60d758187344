"""Whole calls, as both ends tell them."""

from tests.unit.call.stage import Stage

from devcloud.call import events as on
from devcloud.model.records import EndReason


def connect(stage: Stage, generation: int = 1) -> None:
    """Let the path come up at both ends."""
    stage.do("John", on.PathUp(generation))
    stage.do("Marc", on.PathUp(generation))


def talking() -> Stage:
    """Return a stage on which both talk."""
    stage = Stage()
    connect(stage)
    stage.do("John", on.Accept())
    stage.said()
    return stage


def test_marc_calls_john_and_both_talk() -> None:
    stage = Stage()
    assert stage.said() == [
        "Marc is dialling",
        "Marc → invite",
        "John is ringing_in",
        "John → ringing",
        "John is connecting_before_accepted",
        "Marc is connecting_before_accepted",
    ]
    connect(stage)
    assert stage.said() == [
        "John is connected_before_accepted",
        "Marc is connected_before_accepted",
    ]
    stage.wait(4.0)
    stage.do("John", on.Accept())
    assert stage.said() == [
        "John is active",
        "John talks and hears",
        "John → answer",
        "Marc is active",
        "Marc talks and hears",
    ]
    stage.wait(60.0)
    stage.do("Marc", on.HangUp())
    assert stage.said() == [
        "Marc → hangup",
        "Marc is ending",
        "John is ending",
        "Marc is ended",
        "John is ended",
    ]
    assert [(r.caller, r.callee, r.reason, r.answered_at, r.ended_at) for r in stage.records] == [
        ("Marc", "John", EndReason.COMPLETED, 1_000_004.0, 1_000_064.0)
    ] * 2


def test_a_stranger_s_addresses_are_asked_for_only_after_accept() -> None:
    stage = Stage(warm=False)
    assert stage.said()[-3:] == ["John → ringing", "John is ringing_in", "Marc is ringing_out"]
    stage.do("John", on.Accept())
    assert stage.said() == [
        "John is connecting_after_accepted",
        "John → answer",
        "Marc is connecting_after_accepted",
    ]
    connect(stage)
    assert stage.said() == [
        "John is active",
        "John talks and hears",
        "Marc is active",
        "Marc talks and hears",
    ]


def test_nobody_takes_the_call() -> None:
    stage = Stage()
    stage.wait(44.9)
    assert "Marc → cancel" not in stage.said()
    stage.wait(0.1)
    assert stage.said() == [
        "Marc → cancel",
        "Marc is ending",
        "John → decline",
        "John is ending",
        "Marc is ended",
        "John is ended",
    ]
    assert [record.reason for record in stage.records] == [EndReason.NO_ANSWER] * 2
    assert [record.answered_at for record in stage.records] == [None, None]


def test_john_says_no_with_a_word() -> None:
    stage = Stage()
    stage.do("John", on.HangUp(text="In a meeting."))
    assert stage.calls["Marc"].text == "In a meeting."
    assert [record.reason for record in stage.records] == [EndReason.DECLINED] * 2


def test_marc_gives_up_while_it_rings() -> None:
    stage = Stage()
    stage.do("Marc", on.HangUp())
    assert [record.reason for record in stage.records] == [EndReason.CANCELLED] * 2


def test_hold_is_silence_at_both_ends_until_both_have_taken_it_back() -> None:
    stage = talking()
    stage.do("Marc", on.Hold(True))
    assert stage.said() == [
        "Marc → hold",
        "Marc is held",
        "Marc is silent",
        "John is held",
        "John is silent",
    ]
    stage.do("John", on.Hold(True))
    stage.do("Marc", on.Hold(False))
    assert stage.said() == ["John → hold", "Marc → hold"]
    stage.do("John", on.Hold(False))
    assert stage.said() == [
        "John → hold",
        "John is active",
        "John talks and hears",
        "Marc is active",
        "Marc talks and hears",
    ]


def test_mute_is_silence_one_way_and_nobody_s_business() -> None:
    stage = talking()
    stage.do("Marc", on.Mute(True))
    stage.do("Marc", on.Mute(False))
    assert stage.said() == ["Marc is mute and hears", "Marc talks and hears"]


def test_the_path_wavers_and_recovers() -> None:
    stage = talking()
    stage.do("Marc", on.PathWavered(1))
    stage.wait(0.9)
    stage.do("Marc", on.PathUp(1))
    stage.wait(60.0)
    assert stage.said() == ["Marc is reconnecting", "Marc is active"]


def test_the_path_is_lost_and_the_caller_offers_the_next() -> None:
    stage = talking()
    stage.do("John", on.PathLost(1))
    stage.do("Marc", on.PathLost(1))
    stage.wait(1.0)
    assert stage.said() == [
        "John is reconnecting",
        "Marc is reconnecting",
        "Marc → offer",
        "John → offeranswer",
    ]
    connect(stage, 2)
    assert stage.said() == ["John is active", "Marc is active"]


def test_a_path_that_never_comes_back_ends_the_call() -> None:
    stage = talking()
    stage.do("Marc", on.PathLost(1))
    stage.wait(60.0)
    assert [record.reason for record in stage.records] == [EndReason.CONNECTION_LOST] * 2
    # Marc at 1, 9, 17 and 25 seconds; each offer puts off John's own.
    assert stage.said().count("Marc → offer") == 4


def test_a_path_that_never_comes_up_ends_the_call() -> None:
    stage = Stage()
    stage.do("John", on.Accept())
    stage.wait(15.0)
    assert [record.reason for record in stage.records] == [EndReason.MEDIA_FAILED] * 2


def test_a_dead_media_process_is_replaced_in_mid_call() -> None:
    stage = talking()
    stage.do("John", on.Hold(True))
    stage.said()
    stage.do("John", on.MediaGone())
    stage.do("John", on.MediaBack())
    assert stage.said() == [
        "John is reconnecting",
        "John → offer",
        "Marc is reconnecting",
        "Marc → offeranswer",
    ]
    connect(stage, 2)
    assert stage.said() == ["John is held", "Marc is held"]


def test_two_new_paths_at_once_become_one() -> None:
    stage = talking()
    for who in ("Marc", "John"):
        stage.calls[who].handle(on.MediaGone(), 0.0)
    marc = stage.calls["Marc"].handle(on.MediaBack(), 0.0)
    john = stage.calls["John"].handle(on.MediaBack(), 0.0)
    assert marc == john
    # Both have offered generation 2: John's call takes Marc's offer, and Marc's stays with it.
    stage.do("Marc", on.OfferReceived(2, "John's offer 2"))
    stage.do("John", on.OfferReceived(2, "Marc's offer 2"))
    assert stage.said() == ["John → offeranswer"]
    connect(stage, 2)
    assert stage.calls["Marc"].generation == stage.calls["John"].generation == 2


def test_the_media_process_dies_while_it_rings() -> None:
    stage = Stage()
    connect(stage)
    stage.said()
    stage.do("Marc", on.MediaGone())
    stage.do("Marc", on.MediaBack())
    assert stage.said() == ["Marc is ringing_out"]
    stage.do("John", on.PathLost(1))
    stage.do("John", on.Accept())
    # John's path is gone as well, so he offers the next.
    assert stage.said() == [
        "John is ringing_in",
        "John is connecting_after_accepted",
        "John → answer",
        "Marc is connecting_after_accepted",
        "John → offer",
        "Marc → offeranswer",
    ]
