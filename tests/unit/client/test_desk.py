"""One device's decisions: messages and reports in, messages, orders and news out.

Nobody is checked here (no guard): trust has its own tests.
"""

import pytest
from msgspec.structs import replace

from devcloud.call import events as on
from devcloud.call.mailbox import KEPT_S
from devcloud.call.states import State
from devcloud.client.actions import Action, Became, Changed, Dropped, Order, Rang, Remembered, Say
from devcloud.client.desk import Desk
from devcloud.media import control
from devcloud.model.records import EndReason
from devcloud.wire.signalling import bodies, messages
from devcloud.wire.signalling.bodies import IceCandidate
from devcloud.wire.signalling.codec import decode_body, encode_body, type_of
from devcloud.wire.signalling.messages import CallMessage

CALL, OTHER, HIGH = "1" * 32, "2" * 32, "f" * 32
MARC, JOHN, PHONE, ZOE = "a" * 16, "b" * 16, "c" * 16, "d" * 16
CANDIDATE = IceCandidate(candidate="candidate:1 1 udp 1 192.0.2.1 9 typ host")


def desk(name: str = "Marc", device: str = MARC, *, warm: bool = True) -> Desk:
    """Return a desk that is signed in."""
    made = Desk(name, device, warm=lambda _: warm)
    made.signed_in(0.0)
    return made


def said(actions: list[Action]) -> list[CallMessage]:
    """Return what is said to the server."""
    return [action.message for action in actions if isinstance(action, Say)]


def types(actions: list[Action]) -> list[str]:
    """Return the types of what is said to the server."""
    return [type_of(message) for message in said(actions)]


def orders(actions: list[Action]) -> list[str]:
    """Return what the media is told."""
    return [type_of(action.order) for action in actions if isinstance(action, Order)]  # type: ignore[arg-type]


def stamped(message: CallMessage, name: str = "John", device: str = JOHN) -> CallMessage:
    """Return a message as the server passes it on."""
    return replace(message, from_=name, device=device)


def invite(call: str = CALL, seq: int = 1) -> CallMessage:
    """Return John's invitation."""
    offer = bodies.InviteBody(sdp="offer 1")
    return stamped(messages.Invite(call=call, seq=seq, to="Marc", body=encode_body(offer)))


def candidates(call: str = CALL, seq: int = 2) -> CallMessage:
    """Return John's candidates."""
    found = bodies.CandidatesBody(candidates=[CANDIDATE])
    return stamped(messages.Candidate(call=call, seq=seq, to="Marc", body=encode_body(found)))


def tell(
    at: Desk, *received: CallMessage | messages.Undeliverable, now: float = 0.0
) -> list[Action]:
    """Let these arrive, and return what follows."""
    for message in received:
        at.received(message, now, 1_000.0 + now)
    return at.drain()


def report(at: Desk, *reports: control.Report, now: float = 0.0) -> list[Action]:
    """Let the media say this, and return what follows."""
    for each in reports:
        at.reported(each, now)
    return at.drain()


def dialling(at: Desk, call: str = CALL) -> list[Action]:
    """Let Marc call John, and return what follows, up to the invitation."""
    at.place(call, "John", 0.0, 1_000.0)
    begun = at.drain()
    return begun + report(at, control.OfferMade(call=call, generation=1, sdp="offer 1"))


def ack(seq: int, call: str = CALL, device: str = JOHN) -> CallMessage:
    """Return John's acknowledgement."""
    return stamped(messages.Ack(call=call, seq=seq, to="Marc", to_device=MARC), device=device)


def answer(seq: int = 1, call: str = CALL, device: str = JOHN) -> CallMessage:
    """Return John's answer."""
    description = bodies.DescriptionBody(sdp="answer 1")
    made = messages.Answer(call=call, seq=seq, to="Marc", body=encode_body(description))
    return stamped(made, device=device)


# ── out ──────────────────────────────────────────────────────────────────────────────────────────


def test_dialling() -> None:
    at = desk()
    done = dialling(at)
    assert orders(done) == ["open_call", "make_offer"]
    (sent,) = said(done)
    assert (type_of(sent), sent.call, sent.seq, sent.to, sent.to_device) == (
        ("invite", CALL, 1, "John", None)
    )
    assert decode_body(sent.body, bodies.InviteBody).sdp == "offer 1"
    assert at.deadline == 2.0
    # Two devices have it, and say so; the second finds it acknowledged already.
    tell(at, ack(1), ack(1, device=PHONE))
    assert at.line.calls[CALL].devices == {JOHN, PHONE}
    assert (at.unacknowledged, at.deadline) == (0, 45.0)


def test_an_acknowledgement_of_somebody_else_says_nothing() -> None:
    at = desk()
    dialling(at)
    tell(at, replace(ack(1), from_="Zoé"))
    assert at.line.calls[CALL].devices == set()


def test_a_message_is_said_again_until_acknowledged() -> None:
    at = desk()
    dialling(at)
    at.tick(2.0)
    assert types(at.drain()) == ["invite"]
    tell(at, ack(1))
    at.tick(30.0)
    assert types(at.drain()) == []


def test_without_a_connection_everything_waits() -> None:
    at = desk()
    at.signed_out()
    assert types(dialling(at)) == []
    report(at, control.CandidatesFound(call=CALL, generation=1, candidates=[CANDIDATE]))
    at.tick(20.0)
    assert at.drain() == []
    at.signed_in(30.0)
    assert types(at.drain()) == ["invite", "candidate"]


def test_what_is_over_is_not_said_again() -> None:
    at = desk()
    at.signed_out()
    dialling(at)
    at.act(CALL, on.HangUp(), 10.0)
    at.drain()
    at.signed_in(20.0)
    assert types(at.drain()) == ["cancel"]
    at.signed_in(10.0 + KEPT_S)
    assert at.drain() == []


def test_our_candidates_wait_for_the_invitation() -> None:
    at = desk()
    at.place(CALL, "John", 0.0, 0.0)
    at.drain()
    found = control.CandidatesFound(call=CALL, generation=1, candidates=[CANDIDATE])
    assert report(at, found) == []
    made = control.OfferMade(call=CALL, generation=1, sdp="offer 1")
    assert [(type_of(m), m.seq) for m in said(report(at, made))] == [
        ("invite", 1),
        ("candidate", 2),
    ]
    assert types(report(at, found)) == ["candidate"]
    assert report(at, replace(found, candidates=[])) == []


def test_candidates_of_a_media_process_that_died_are_told_to_nobody() -> None:
    at = desk()
    at.place(CALL, "John", 0.0, 0.0)
    report(at, control.CandidatesFound(call=CALL, generation=1, candidates=[CANDIDATE]))
    at.media_gone(1.0)
    at.media_back(2.0)
    at.drain()
    made = control.OfferMade(call=CALL, generation=2, sdp="offer 2")
    assert types(report(at, made)) == ["invite"]


@pytest.mark.parametrize(
    "code, reason",
    [("offline", EndReason.OFFLINE), ("unknown_name", EndReason.UNKNOWN_NAME)],
)
def test_an_invitation_that_reaches_nobody(code: str, reason: EndReason) -> None:
    at = desk()
    dialling(at)
    done = tell(at, messages.Undeliverable(call=CALL, seq=1, to="John", code=code))
    assert [a.record.reason for a in done if isinstance(a, Remembered)] == [reason]


def test_what_reaches_nobody_for_a_moment_comes_again() -> None:
    at = desk()
    dialling(at)
    tell(at, ack(1), answer(), now=1.0)
    at.act(CALL, on.HangUp(), 3.0)
    (hangup,) = said(at.drain())
    gone = messages.Undeliverable(call=CALL, seq=hangup.seq, to="John", code="offline")
    assert tell(at, gone, now=3.1) == []
    at.tick(5.0)
    assert said(at.drain()) == [hangup]
    # Nobody of that name at all: it never will.
    tell(at, replace(gone, code="unknown_name"), now=5.1)
    assert at.unacknowledged == 0


# ── in ───────────────────────────────────────────────────────────────────────────────────────────


def test_a_call_comes_in() -> None:
    at = desk()
    done = tell(at, invite(), now=5.0)
    assert types(done) == ["ack"]
    assert orders(done) == ["open_call", "take_offer"]
    call = at.line.calls[CALL]
    assert [type(a) for a in done if isinstance(a, Rang | Changed)] == [Rang, Changed]
    made = control.AnswerMade(call=CALL, generation=1, sdp="answer 1")
    (ringing,) = said(report(at, made))
    assert (type_of(ringing), ringing.to, ringing.to_device) == ("ringing", "John", JOHN)
    at.act(CALL, on.Accept(), 6.0)
    assert types(at.drain()) == ["answer"]
    assert call.accepted


def test_a_repeat_is_acknowledged_and_otherwise_nothing() -> None:
    at = desk()
    tell(at, invite())
    assert types(again := tell(at, invite())) == ["ack"]
    assert len(again) == 1


def test_without_a_connection_nothing_is_acknowledged() -> None:
    at = desk()
    at.signed_out()
    assert types(tell(at, invite())) == []


def test_candidates_that_overtake_the_invitation_come_again() -> None:
    at = desk()
    assert tell(at, candidates()) == []
    tell(at, invite())
    done = tell(at, candidates())
    assert (types(done), orders(done)) == (["ack"], ["add_candidates"])


def test_an_update_that_overtakes_the_answer_comes_again() -> None:
    at = desk()
    dialling(at)
    held = encode_body(bodies.UpdateBody(held=True))
    hold = stamped(messages.Update(call=CALL, seq=2, to="Marc", body=held))
    assert tell(at, hold) == []
    tell(at, answer())
    assert types(tell(at, hold)) == ["ack"]
    assert at.line.calls[CALL].held_there


def test_a_stranger_has_no_say() -> None:
    at = desk()
    tell(at, invite())
    hangup = messages.Hangup(call=CALL, seq=1, to="Marc")
    done = tell(at, stamped(hangup, "Zoé", ZOE))
    assert [a.error.code for a in done if isinstance(a, Dropped)] == ["message_from_stranger"]
    assert not at.line.calls[CALL].over


def test_a_device_that_was_not_chosen_has_hardly_any() -> None:
    at = desk()
    dialling(at)
    tell(at, answer())
    assert types(tell(at, replace(candidates(), device=PHONE))) == ["ack"]
    late = tell(at, answer(device=PHONE))
    assert [(type_of(m), m.to_device) for m in said(late)] == [("ack", PHONE), ("cancel", PHONE)]
    assert at.line.calls[CALL].device == JOHN


def test_what_is_out_of_place_is_dropped() -> None:
    at = desk()
    tell(at, invite())
    done = tell(at, answer(seq=7))
    (dropped,) = [a for a in done if isinstance(a, Dropped)]
    assert (dropped.error.code, dropped.error.values) == (
        "message_out_of_place",
        {"type": "answer"},
    )
    assert types(done) == ["ack"]


@pytest.mark.parametrize(
    "raw", [b'{"sdp": 5}', b"[]", b'{"generation": 0, "sdp": "x"}', b'{"candidates": []}']
)
def test_a_body_of_the_wrong_shape_is_dropped(raw: bytes) -> None:
    at = desk()
    wrong = replace(invite(), body=encode_body(bodies.DescriptionBody()))
    done = tell(at, replace(wrong, body=type(wrong.body)(raw)))
    assert [a.error.code for a in done if isinstance(a, Dropped)] == ["message_wrong_shape"]
    # It will not get better by being said again.
    assert types(done) == ["ack"]
    assert at.line.calls == {}


def test_busy() -> None:
    at = desk()
    dialling(at, OTHER)
    tell(at, answer(call=OTHER))
    done = tell(at, replace(invite(), from_="Zoé", device=ZOE))
    assert [(type_of(m), m.to_device) for m in said(done)] == [("ack", ZOE), ("decline", ZOE)]
    assert [a.record.reason for a in done if isinstance(a, Remembered)] == [EndReason.BUSY]


def test_whoever_speaks_of_a_call_that_is_gone_is_told() -> None:
    at = desk()
    done = tell(at, answer(call=OTHER))
    assert [(type_of(m), m.to_device) for m in said(done)] == [("ack", JOHN), ("hangup", JOHN)]


def test_a_call_that_has_just_ended_is_gone() -> None:
    at = desk()
    dialling(at)
    at.act(CALL, on.HangUp(), 1.0)
    at.drain()
    assert at.line.calls[CALL].state is State.ENDING
    assert types(tell(at, answer())) == ["ack", "hangup"]


# ── both at once ─────────────────────────────────────────────────────────────────────────────────


def test_glare_of_the_lower_call() -> None:
    at = desk()
    dialling(at)
    done = tell(at, invite(HIGH))
    assert types(done) == ["ack", "cancel"]
    assert [(a.old, a.new) for a in done if isinstance(a, Became)] == [(CALL, HIGH)]
    assert not any(isinstance(a, Remembered | Rang) for a in done)


def test_glare_of_the_higher_call() -> None:
    at = desk()
    first = said(dialling(at, HIGH))[0]
    tell(at, ack(1, HIGH))
    acknowledged, again = said(tell(at, invite(CALL)))
    assert type_of(acknowledged) == "ack"
    assert again == replace(first, seq=2, to_device=JOHN)
    # Once somebody has answered there is nothing more to say again.
    tell(at, answer(call=HIGH))
    assert list(at.line.calls) == [HIGH]


def test_dialling_whoever_calls() -> None:
    at = desk()
    tell(at, invite())
    at.place(OTHER, "John", 1.0, 1.0)
    assert [(a.old, a.new) for a in at.drain() if isinstance(a, Became)] == [(OTHER, CALL)]


# ── the media and the person ─────────────────────────────────────────────────────────────────────


def test_reports_of_no_call_are_not_for_the_desk() -> None:
    at = desk()
    assert report(at, control.Ready(version=1, engine="none"), control.Devices(devices=[])) == []
    assert report(at, control.CallClosed(call=OTHER)) == []
    dialling(at)
    assert report(at, control.FirstVoice(call=CALL, generation=1)) == []


def test_a_call_from_its_path_to_its_end() -> None:
    at = desk()
    dialling(at)
    tell(at, answer())
    states = []
    for state in (
        control.PathState.CONNECTED,
        control.PathState.DISCONNECTED,
        control.PathState.CONNECTED,
        control.PathState.FAILED,
    ):
        report(at, control.PathChanged(call=CALL, generation=1, state=state))
        states.append(at.line.calls[CALL].state)
    assert states == [State.ACTIVE, State.RECONNECTING, State.ACTIVE, State.RECONNECTING]
    at.act(CALL, on.HangUp(), 2.0)
    assert orders(at.drain()) == ["close_call"]
    report(at, control.CallClosed(call=CALL))
    assert at.line.calls == {}
    # A call that is over does not mind.
    at.act(CALL, on.HangUp(), 3.0)
    assert at.drain() == []


def test_trouble_ends_a_call_only_when_it_cannot_go_on() -> None:
    at = desk()
    dialling(at)
    report(at, control.Trouble(call=CALL, code="device_lost"))
    assert not at.line.calls[CALL].over
    report(at, control.Trouble(call=CALL, code="path_stun", fatal=True))
    assert at.line.calls[CALL].reason is EndReason.MEDIA_FAILED


def test_a_dead_media_process_is_every_call_s_business() -> None:
    at = desk()
    dialling(at)
    tell(at, answer())
    report(at, control.PathChanged(call=CALL, generation=1, state=control.PathState.CONNECTED))
    at.media_gone(1.0)
    assert at.line.calls[CALL].state is State.RECONNECTING
    at.media_back(2.0)
    assert orders(at.drain()) == ["open_call", "make_offer", "set_voice"]


def test_two_desks_talk() -> None:
    marc, john = desk(), desk("John", JOHN)
    names = {id(marc): ("Marc", MARC), id(john): ("John", JOHN)}
    spoken: list[str] = []

    def settle() -> None:
        busy = True
        while busy:
            busy = False
            for at, other in ((marc, john), (john, marc)):
                for action in at.drain():
                    busy = True
                    if isinstance(action, Say):
                        name, device = names[id(at)]
                        spoken.append(f"{name}: {type_of(action.message)}")
                        other.received(stamped(action.message, name, device), 0.0, 0.0)
                    elif isinstance(action, Order):
                        _media(at, action.order)

    marc.place(CALL, "John", 0.0, 0.0)
    settle()
    john.act(CALL, on.Accept(), 0.0)
    settle()
    marc.act(CALL, on.Hold(True), 0.0)
    settle()
    assert [d.line.calls[CALL].state for d in (marc, john)] == [State.HELD, State.HELD]
    john.act(CALL, on.HangUp(), 0.0)
    settle()
    assert [d.line.calls for d in (marc, john)] == [{}, {}]
    assert [line for line in spoken if not line.endswith("ack")] == [
        "Marc: invite",
        "John: ringing",
        "John: answer",
        "Marc: update",
        "John: hangup",
    ]


def _media(at: Desk, order: control.Order) -> None:
    """Do at once what the media is told."""
    match order:
        case control.MakeOffer(call=call, generation=generation):
            at.reported(control.OfferMade(call=call, generation=generation, sdp="offer"), 0.0)
        case control.TakeOffer(call=call, generation=generation):
            at.reported(control.AnswerMade(call=call, generation=generation, sdp="answer"), 0.0)
            _up(at, call, generation)
        case control.TakeAnswer(call=call, generation=generation):
            _up(at, call, generation)
        case control.CloseCall(call=call):
            at.reported(control.CallClosed(call=call), 0.0)
        case _:
            pass


def _up(at: Desk, call: str, generation: int) -> None:
    up = control.PathState.CONNECTED
    at.reported(control.PathChanged(call=call, generation=generation, state=up), 0.0)


# ── what the server would not take ───────────────────────────────────────────────────────────────


def test_an_invitation_that_the_server_refuses_ends_its_call_at_once() -> None:
    at = desk()
    dialling(at)
    at.not_taken(CALL, 1, EndReason.ERROR, 1.0)
    done = at.drain()
    assert [it.record.reason for it in done if isinstance(it, Remembered)] == [EndReason.ERROR]
    assert at.unacknowledged == 0


def test_another_message_that_it_refuses_is_not_said_again() -> None:
    at = desk()
    dialling(at)
    tell(at, ack(1), answer())
    report(at, control.CandidatesFound(call=CALL, generation=1, candidates=[CANDIDATE]))
    waiting = at.unacknowledged
    at.not_taken(CALL, 2, EndReason.ERROR, 1.0)
    assert at.unacknowledged == waiting - 1
    assert CALL in at.line.calls
    at.not_taken(OTHER, 1, EndReason.ERROR, 1.0)
    assert at.drain() == []
