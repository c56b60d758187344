"""Two desks that check each other: what is remembered, what waits, what ends by name."""

from typing import Any

import msgspec
import pytest

from devcloud.call import events as on
from devcloud.call.states import State
from devcloud.client import actions
from devcloud.client.desk import Desk
from devcloud.client.guard import Trust
from devcloud.client.policy import Policy, WarmUp, parse_warm_up
from devcloud.identity.encoding import to_base64url
from devcloud.identity.keys import fingerprint
from devcloud.identity.pins import Verdict
from devcloud.media import control
from devcloud.model.errors import BadSettings, Untrusted
from devcloud.model.records import CallKind, EndReason
from devcloud.wire.signalling import bodies, messages
from devcloud.wire.signalling.codec import encode_body


def talk(world: Any, marc: Any, john: Any, number: int = 1) -> str:
    id = marc.call("John", number)
    world.flow()
    john.accept(id)
    world.flow()
    assert marc.calls[id].state is john.calls[id].state is State.ACTIVE
    return id


def renamed(message: messages.CallMessage, body: dict[str, Any]) -> messages.CallMessage:
    return msgspec.structs.replace(message, body=msgspec.Raw(msgspec.json.encode(body)))


def body(message: messages.CallMessage) -> dict[str, Any]:
    return msgspec.json.decode(bytes(message.body))


# ── a call in which all is well ──────────────────────────────────────────────────────────────────


def test_both_have_the_same_words_and_remember_each_other(world: Any) -> None:
    marc, john = world.side("Marc"), world.side("John")
    id = marc.call("John")
    world.flow()
    assert john.pins == marc.pins == [], "who only rings is not remembered"
    john.accept(id)
    world.flow()
    ours, theirs = marc.desk.trust(id), john.desk.trust(id)
    assert ours.words == theirs.words is not None
    assert (ours.verdict, ours.key) == (Verdict.SAME, john.key.public)
    assert (marc.pins, john.pins) == (["John"], ["Marc"])
    assert sum("reveal" in body(m) for m in marc.out if isinstance(m, messages.Update)) == 1


def test_words_that_match_verify_and_stay(world: Any) -> None:
    marc, john = world.side("Marc"), world.side("John")
    id = talk(world, marc, john)
    marc.confirm(id, match=True)
    assert marc.desk.trust(id).verdict is Verdict.VERIFIED
    marc.hang_up(id)
    world.flow()
    again = talk(world, marc, john, 2)
    assert marc.desk.trust(again).verdict is Verdict.VERIFIED
    marc.confirm(again, match=False)
    assert marc.desk.trust(again).verdict is Verdict.SAME


def test_no_words_before_acceptance(world: Any) -> None:
    marc, john = world.side("Marc"), world.side("John")
    id = marc.call("John")
    with pytest.raises(Untrusted, match="no safety words yet"):
        marc.confirm(id, match=True)
    world.flow()
    with pytest.raises(Untrusted, match="no safety words yet"):
        john.confirm(id, match=True)


def test_nothing_of_a_call_is_kept_when_it_is_over(world: Any) -> None:
    marc, john = world.side("Marc"), world.side("John")
    id = talk(world, marc, john)
    john.hang_up(id)
    world.flow()
    assert marc.calls == john.calls == {}
    for side in (marc, john):
        assert side.guard._handshakes == side.guard._changed == {}
        gate = side.desk._gate
        assert not (gate._waiting or gate._talking or gate._reveal_by or gate._revealed)


def test_a_call_that_yields_is_forgotten(world: Any) -> None:
    """Both call each other at once."""
    marc, john = world.side("Marc"), world.side("John")
    marc.call("John", 1)
    john.call("Marc", 2)
    world.flow()
    [ours], [theirs] = marc.calls, john.calls
    assert ours == theirs
    assert list(marc.guard._handshakes) == list(john.guard._handshakes) == [ours]
    assert marc.desk.trust(ours).words == john.desk.trust(ours).words is not None


def test_two_devices_of_the_callee(world: Any) -> None:
    """Both ring, both accept; the words are those of the first, and the nonce is revealed once."""
    marc = world.side("Marc")
    first, second = world.side("John", 1), world.side("John", 2)
    id = marc.call("John")
    world.flow()
    first.accept(id)
    second.accept(id)
    world.flow()
    assert second.ends == ["answered_elsewhere"]
    assert marc.desk.trust(id).words == first.desk.trust(id).words is not None
    reveals = [m for m in marc.out if isinstance(m, messages.Update)]
    assert [m.to_device for m in reveals] == [first.device]


def test_two_devices_with_two_keys(world: Any) -> None:
    """One person has one key on a server: the second is somebody else."""
    marc = world.side("Marc")
    world.side("John", 1)
    world.side("John", 2, key="Eve")
    marc.call("John")
    world.flow()
    assert (marc.doubts, marc.ends) == (["claim_other_key"], ["untrusted"])


# ── keys that have changed ───────────────────────────────────────────────────────────────────────


def test_another_key_in_the_list_of_people(world: Any, make: Any) -> None:
    marc = world.side("Marc", knows=("John",))
    with pytest.raises(Untrusted) as refused:
        marc.call("John", key=make.key_of("Eve").public)
    assert refused.value.code == "key_changed"
    assert refused.value.values["old"] == fingerprint(make.key_of("John").public)
    assert (marc.out, marc.calls) == ([], {})
    marc.desk.accept_key_of("John", make.key_of("Eve").public, 2e9)
    marc.call("John", key=make.key_of("Eve").public)
    assert [type(m) for m in marc.out] == [messages.Invite]


@pytest.mark.parametrize("key", ["", "nonsense", "A" * 43])
def test_what_is_no_key_in_the_list_is_left_to_the_call(world: Any, key: str) -> None:
    marc = world.side("Marc", knows=("John",))
    marc.call("John", key=key)
    assert [type(m) for m in marc.out] == [messages.Invite]


def test_the_same_key_in_the_list(world: Any, make: Any) -> None:
    marc = world.side("Marc", knows=("John",))
    marc.call("John", key=make.key_of("John").public)
    assert marc.calls


def test_a_callee_with_another_key_waits_for_the_person(world: Any) -> None:
    marc, john = world.side("Marc", knows=("John",)), world.side("John", key="Eve")
    id = marc.call("John")
    world.flow()
    trust = marc.desk.trust(id)
    assert (marc.doubts, trust.changed_key, trust.key) == (["key_changed"], john.key.public, "")
    assert not any(isinstance(order, control.TakeAnswer) for order in marc.orders)
    john.accept(id)
    world.flow()
    assert marc.calls[id].state is State.DIALLING
    marc.accept_key(id)
    world.flow()
    assert marc.calls[id].state is State.ACTIVE
    assert marc.desk.trust(id).words == john.desk.trust(id).words is not None
    assert marc.desk.trust(id).verdict is Verdict.SAME
    assert marc.doubts == ["key_changed"], "said once"


def test_a_caller_with_another_key_rings_and_cannot_be_taken(world: Any) -> None:
    marc, john = world.side("Marc", key="Eve"), world.side("John", knows=("Marc",))
    id = marc.call("John")
    world.flow()
    assert john.doubts == ["key_changed"]
    assert john.calls[id].state is State.RINGING_IN
    assert john.orders == [], "nothing connects"
    with pytest.raises(Untrusted) as refused:
        john.accept(id)
    assert refused.value.code == "key_changed_ask"
    with pytest.raises(Untrusted):
        john.call("Marc", 2)
    john.accept_key(id)
    john.accept_key(id)
    john.accept(id)
    world.flow()
    assert marc.desk.trust(id).words == john.desk.trust(id).words is not None


def test_refusing_a_changed_key_is_told(world: Any) -> None:
    marc, john = world.side("Marc", key="Eve"), world.side("John", knows=("Marc",))
    id = marc.call("John")
    world.flow()
    john.hang_up(id)
    world.flow()
    assert (john.ends, marc.ends) == (["untrusted"], ["untrusted"])


def test_nobody_says_that_a_changed_key_is_right(world: Any) -> None:
    marc, john = world.side("Marc", knows=("John",)), world.side("John", key="Eve")
    marc.call("John")
    world.flow()
    world.wait(45.0)
    assert (marc.ends, john.ends) == (["untrusted"], ["no_answer"])


def test_the_other_side_does_not_wait_for_the_person(world: Any) -> None:
    """It hangs up after its own timer; what ends the call here is the key."""
    marc, john = world.side("Marc", knows=("John",)), world.side("John", key="Eve")
    id = marc.call("John")
    world.flow()
    john.accept(id)
    world.flow()
    world.wait(16.0)
    assert marc.ends == ["untrusted"]


def test_what_waits_is_bounded(world: Any) -> None:
    marc, john = world.side("Marc", knows=("John",)), world.side("John", key="Eve")
    id = marc.call("John")
    world.flow()
    [ringing] = [m for m in john.out if isinstance(m, messages.Ringing)]
    for number in range(100):
        marc.hear(msgspec.structs.replace(ringing, seq=1000 + number))
    assert len(marc.desk._gate._waiting[id]) == 8


def test_a_caller_who_goes_on_before_the_key_is_accepted(world: Any, make: Any) -> None:
    """What comes after the invitation waits behind it."""
    marc, john = world.side("Marc", key="Eve"), world.side("John", knows=("Marc",))
    id = marc.call("John")
    world.flow()
    update = messages.Update(
        call=id,
        seq=50,
        to="John",
        from_="Marc",
        device=marc.device,
        body=encode_body(bodies.UpdateBody(generation=2, offer=make.sdp("else"))),
    )
    john.hear(update)
    john.accept_key(id)
    assert john.doubts == ["key_changed", "claim_missing"]
    assert john.ends == ["untrusted"]


def test_two_strangers_of_one_name(world: Any, make: Any) -> None:
    """Both ring before either is known; the second is another Marc than the one who was taken."""
    john = world.side("John", waiting=True)
    marc, eve = world.side("Marc", 1), world.side("Marc", 2, key="Eve")
    first, second = marc.call("John", 1), eve.call("John", 2)
    world.flow()
    john.accept(first)
    with pytest.raises(Untrusted) as refused:
        john.accept(second)
    assert refused.value.code == "key_changed_ask"
    assert john.desk.trust(second).changed_key == eve.key.public
    john.accept_key(second)
    john.accept(second)
    world.flow()
    assert john.calls[second].accepted
    # Now it is the first who has another key than the name.
    with pytest.raises(Untrusted, match="has changed"):
        john.confirm(first, match=True)


def test_our_own_call_meets_one_with_another_key(world: Any) -> None:
    """Glare: the call of ours that would lead to the changed key ends; theirs rings, and waits."""
    marc, john = world.side("Marc", knows=("John",)), world.side("John", key="Eve")
    ours = marc.call("John", 1)
    theirs = john.call("Marc", 2)
    world.wire = [m for m in world.wire if m.from_ == "John"]
    world.flow()
    assert (marc.doubts[0], marc.ends) == ("key_changed", ["untrusted"])
    assert ours not in marc.calls and marc.calls[theirs].state is State.RINGING_IN
    assert marc.desk.trust(theirs).changed_key


# ── what ends a call by name ─────────────────────────────────────────────────────────────────────


def test_an_invitation_that_cannot_be_relied_on(world: Any) -> None:
    marc, john = world.side("Marc"), world.side("John")

    def strip(message: Any) -> Any:
        return (
            [renamed(message, {"sdp": body(message)["sdp"]})]
            if "sdp" in body(message)
            else [message]
        )

    world.twist = strip
    marc.call("John")
    world.flow()
    assert (john.doubts, john.calls, john.guard._handshakes) == (["claim_missing"], {}, {})
    assert marc.ends == ["untrusted"]
    assert [a for a in john.told if isinstance(a, actions.Rang)] == []


def test_a_description_without_a_certificate(world: Any) -> None:
    marc, john = world.side("Marc"), world.side("John")

    def weaken(message: Any) -> Any:
        if isinstance(message, messages.Ringing):
            told = body(message)
            told["sdp"] = told["sdp"].replace("a=fingerprint", "a=nothing")
            return [renamed(message, told)]
        return [message]

    world.twist = weaken
    marc.call("John")
    world.flow()
    assert (marc.doubts, marc.ends, john.ends) == (
        ["fingerprint_missing"],
        ["untrusted"],
        ["untrusted"],
    )
    assert marc.voice == []


def without_reveal(message: Any) -> list[Any]:
    return [] if isinstance(message, messages.Update) else [message]


def test_a_reveal_that_never_comes(world: Any) -> None:
    marc, john = world.side("Marc"), world.side("John")
    world.twist = without_reveal
    id = talk(world, marc, john)
    world.wait(14.9)
    assert john.calls[id].state is State.ACTIVE
    world.wait(0.2)
    assert (john.doubts, john.ends, marc.ends) == (
        ["reveal_missing"],
        ["untrusted"],
        ["untrusted"],
    )


def test_a_server_that_is_away_does_not_end_a_call(world: Any) -> None:
    """Without a connection the reveal cannot come; when there is one again it has its time."""
    marc, john = world.side("Marc"), world.side("John")
    world.twist = without_reveal
    id = talk(world, marc, john)
    john.desk.signed_out()
    world.wait(40.0)
    assert john.calls[id].state is State.ACTIVE
    world.twist = lambda message: [message]
    john.desk.signed_in(world.now)
    world.wait(14.0)
    assert john.desk.trust(id).words == marc.desk.trust(id).words is not None
    world.wait(60.0)
    assert john.calls[id].state is State.ACTIVE


def test_a_connection_that_comes_and_goes_does_not_put_it_off_for_ever(world: Any) -> None:
    marc, john = world.side("Marc"), world.side("John")
    world.twist = without_reveal
    talk(world, marc, john)
    for _ in range(13):
        john.desk.signed_out()
        world.wait(0.1)
        john.desk.signed_in(world.now)
        john.carry()
        world.wait(10.0)
    assert john.doubts == ["reveal_missing"]


def test_a_reveal_that_was_not_promised(world: Any) -> None:
    marc, john = world.side("Marc"), world.side("John")

    def another(message: Any) -> Any:
        if isinstance(message, messages.Update):
            return [renamed(message, {"reveal": to_base64url(bytes(32))})]
        return [message]

    world.twist = another
    marc.call("John")
    world.flow()
    john.accept(next(iter(john.calls)))
    world.flow()
    assert (john.doubts, john.ends) == (["commitment_mismatch"], ["untrusted"])


# ── old news ─────────────────────────────────────────────────────────────────────────────────────


def test_a_reveal_out_of_place(world: Any) -> None:
    """To the callee before it has accepted, to the caller at any time."""
    marc, john = world.side("Marc"), world.side("John")
    id = marc.call("John")
    world.flow()
    reveal = encode_body(bodies.UpdateBody(reveal=to_base64url(bytes(32))))
    for side, other in ((john, marc), (marc, john)):
        side.hear(
            messages.Update(
                call=id, seq=99, to=side.name, from_=other.name, device=other.device, body=reveal
            )
        )
        assert side.dropped == ["reveal_out_of_place"]
        assert not side.calls[id].over


def test_an_answer_to_an_invitation_that_has_not_left(world: Any, make: Any) -> None:
    """Nobody knows the call's id yet; whoever has guessed it answers nothing."""
    marc = world.side("Marc")
    marc._media = lambda order: None
    id = marc.call("John")
    for number, kind in enumerate((messages.Ringing, messages.Candidate, messages.Decline), 1):
        told = (
            bodies.CandidatesBody(candidates=[bodies.IceCandidate(candidate="candidate:1")])
            if kind is messages.Candidate
            else bodies.DescriptionBody(sdp=make.sdp("else"))
        )
        marc.hear(
            kind(call=id, seq=number, to="Marc", from_="John", device="0" * 16,
                 body=encode_body(told))
        )  # fmt: skip
        if kind is messages.Ringing:
            assert marc.dropped == ["message_out_of_place"]
    assert not any(isinstance(order, control.TakeAnswer) for order in marc.orders)


def test_a_new_path_is_checked_from_either_side(world: Any) -> None:
    marc, john = world.side("Marc"), world.side("John")
    id = talk(world, marc, john)
    for side in (marc, john):
        side.report(
            control.PathChanged(
                call=id, generation=side.calls[id].generation, state=control.PathState.FAILED
            )
        )
        world.wait(10.0)
        assert marc.calls[id].state is john.calls[id].state is State.ACTIVE
    assert marc.calls[id].generation >= 3
    assert (marc.doubts, john.doubts) == ([], [])


def test_an_old_path_changes_nothing(world: Any) -> None:
    marc, john = world.side("Marc"), world.side("John")
    id = talk(world, marc, john)
    marc.report(control.PathChanged(call=id, generation=1, state=control.PathState.FAILED))
    world.wait(10.0)
    [offer] = [m for m in marc.out if isinstance(m, messages.Update) and "offer" in body(m)]
    marc.report(control.PathChanged(call=id, generation=2, state=control.PathState.FAILED))
    world.wait(10.0)
    john.hear(msgspec.structs.replace(offer, seq=500))
    assert john.dropped == ["description_out_of_place"]
    assert john.calls[id].state is State.ACTIVE


def test_an_acceptance_said_twice_reveals_once(world: Any) -> None:
    marc, john = world.side("Marc"), world.side("John")
    id = talk(world, marc, john)
    [answer] = [m for m in john.out if isinstance(m, messages.Answer)]
    marc.hear(msgspec.structs.replace(answer, seq=500))
    world.flow()
    assert sum(isinstance(m, messages.Update) for m in marc.out) == 1
    assert marc.calls[id].state is State.ACTIVE


def test_a_flood_of_invitations_is_met_with_silence(world: Any) -> None:
    """Each answer would be a message of ours, and the server counts those."""
    john = world.side("John")
    for number in range(500):
        john.hear(
            messages.Invite(
                call=f"{number:032x}", seq=1, to="John", from_="Paul", device="0" * 16,
                body=encode_body(bodies.InviteBody(sdp="v=0\r\n")),
            )
        )  # fmt: skip
    assert len(john.out) == 2 * 60, "an acknowledgement and a refusal each"
    marc = world.side("Marc")
    id = marc.call("John", 10_000)
    world.flow()
    assert john.calls[id].state is not State.ENDED


# ── settings ─────────────────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize(
    ("warm_up", "knows", "warm"),
    [
        (WarmUp.ALWAYS, (), True),
        (WarmUp.KNOWN, (), False),
        (WarmUp.KNOWN, ("Marc",), True),
        (WarmUp.NEVER, ("Marc",), False),
    ],
)
def test_addresses_are_held_back(
    world: Any, warm_up: WarmUp, knows: tuple[str, ...], warm: bool
) -> None:
    marc = world.side("Marc")
    john = world.side("John", knows=knows, policy=Policy(warm_up=warm_up))
    id = marc.call("John")
    world.flow()
    [ringing] = [m for m in john.out if isinstance(m, messages.Ringing)]
    assert ("sdp" in body(ringing), bool(john.orders)) == (warm, warm)
    john.accept(id)
    world.flow()
    assert marc.calls[id].state is john.calls[id].state is State.ACTIVE
    assert marc.desk.trust(id).words == john.desk.trust(id).words is not None


def test_only_encrypted(world: Any) -> None:
    marc = world.side("Marc", policy=Policy(only_encrypted=True))
    with pytest.raises(Untrusted) as refused:
        marc.call("John", kind=CallKind.LEGACY_2023)
    assert refused.value.code == "call_not_encrypted"
    assert (marc.out, marc.orders, marc.calls) == ([], [], {})
    marc.call("John")
    assert marc.calls


def test_somebody_known_who_is_said_to_have_gone_back_to_2023(world: Any) -> None:
    """A server that says so would have every word in the open."""
    marc = world.side("Marc", knows=("John",))
    with pytest.raises(Untrusted) as refused:
        marc.call("John", kind=CallKind.LEGACY_2023)
    assert refused.value.code == "encryption_lost"
    assert (marc.out, marc.orders, marc.calls) == ([], [], {})


def test_declining_says_why_where_a_person_declines(world: Any) -> None:
    marc, john = world.side("Marc"), world.side("John")
    id = marc.call("John")
    world.flow()
    john.desk.act(id, on.HangUp(text="Later"), world.now)
    john.carry()
    world.flow()
    assert marc.ends == [str(EndReason.DECLINED)]


# ── without a guard ──────────────────────────────────────────────────────────────────────────────


def test_a_desk_without_a_guard_checks_nobody(world: Any) -> None:
    """For simulations, where no voice flows."""
    desk = Desk("John", "0" * 16)
    desk.signed_in(1.0)
    invite = messages.Invite(
        call="1" * 32, seq=1, to="John", from_="Marc", device="1" * 16,
        body=encode_body(bodies.InviteBody(sdp="v=0\r\n")),
    )  # fmt: skip
    desk.received(invite, 1.0, 1e9)
    assert desk.line.calls["1" * 32].state is State.RINGING_IN
    assert desk.trust("1" * 32) == Trust()
    desk.accept_key("1" * 32, 1.0, 1e9)
    with pytest.raises(Untrusted, match="no safety words"):
        desk.confirm_words("1" * 32, match=True)
    desk.accept_key_of("Marc", "", 1e9)
    assert [a.book.pins for a in desk.drain() if isinstance(a, actions.Pinned)] == [{}]


def test_a_warm_up_that_there_is_not() -> None:
    assert parse_warm_up("never") is WarmUp.NEVER
    with pytest.raises(BadSettings, match="not a way to warm up"):
        parse_warm_up("sometimes")


def test_nothing_is_known_of_a_call_that_is_not(world: Any) -> None:
    assert world.side("Marc").desk.trust("0" * 32) == Trust()
