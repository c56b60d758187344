"""The handshake of a call: two sides, and everything somebody between them might do to it."""

from typing import Any

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from devcloud.identity.handshake import CalleeHandshake, CallerHandshake
from devcloud.identity.keys import SigningKey, fingerprint
from devcloud.identity.pins import Pin, Verdict
from devcloud.model.errors import DevCloudError, ProtocolViolation, Untrusted
from devcloud.model.signed import Signed

CALL = "0f" * 16
MARC = SigningKey.from_seed(bytes([1] * 32))
JOHN = SigningKey.from_seed(bytes([2] * 32))
MALLORY = SigningKey.from_seed(bytes([3] * 32))
NONCE_OF_MARC, NONCE_OF_JOHN = bytes([11] * 32), bytes([12] * 32)


def description(certificate: int, *more: str) -> str:
    lines = [
        "v=0",
        "s=-",
        "m=audio 9 UDP/TLS/RTP/SAVPF 63 111",
        "a=ice-ufrag:abcd",
        "a=fingerprint:sha-256 " + bytes([certificate] * 32).hex(":").upper(),
        "a=setup:actpass",
        *more,
    ]
    return "".join(line + "\r\n" for line in lines)


OFFER, ANSWER = description(0xAA), description(0xBB)
SWAPPED = description(0xEE)


def pin_of(name: str, key: SigningKey, **more: Any) -> Pin:
    return Pin(name=name, key=key.public, first_seen=0, **more)


def marc(**other: Any) -> CallerHandshake:
    parts = {
        "call": CALL,
        "caller": "Marc",
        "callee": "John",
        "key": MARC,
        "pin": None,
        "nonce": NONCE_OF_MARC,
    }
    return CallerHandshake(**{**parts, **other})


def john(**other: Any) -> CalleeHandshake:
    parts = {
        "call": CALL,
        "caller": "Marc",
        "callee": "John",
        "me": "John",
        "key": JOHN,
        "pin": None,
        "nonce": NONCE_OF_JOHN,
    }
    return CalleeHandshake(**{**parts, **other})


def code_of(refusal: pytest.ExceptionInfo[DevCloudError]) -> str:
    assert "{" not in refusal.value.text()  # every value of the sentence is there
    return refusal.value.code


def invited(**other: Any) -> tuple[CallerHandshake, CalleeHandshake]:
    caller, callee = marc(), john(**other)
    callee.check_invite(1, OFFER, caller.sign_invite(1, OFFER))
    return caller, callee


def accepted() -> tuple[CallerHandshake, CalleeHandshake]:
    caller, callee = invited()
    caller.check_accept(1, ANSWER, callee.sign_accept(ANSWER))
    callee.check_reveal(caller.reveal)
    return caller, callee


# ── as it should be ──────────────────────────────────────────────────────────────────────────────


def test_a_whole_call() -> None:
    caller, callee = marc(), john()
    assert caller.verdict is callee.verdict is None

    invite = caller.sign_invite(1, OFFER)
    assert callee.check_invite(1, OFFER, invite) is Verdict.FIRST_USE
    assert callee.peer_key == MARC.public

    ringing = callee.sign_ringing(ANSWER)
    assert caller.check_ringing(1, ANSWER, ringing) is Verdict.FIRST_USE
    assert caller.peer_key == JOHN.public
    assert caller.words is callee.words is None

    answer = callee.sign_accept(ANSWER)
    assert caller.check_accept(1, ANSWER, answer) is Verdict.FIRST_USE
    assert callee.words is None

    callee.check_reveal(caller.reveal)
    assert caller.words == callee.words is not None

    # Marc loses his path, later John does; the words stay.
    before = caller.words
    second, third = (description(0xA2), description(0xB2)), (description(0xB3), description(0xA3))
    assert callee.check_offer(2, second[0], caller.sign_offer(2, second[0])) is Verdict.FIRST_USE
    assert caller.check_answer(2, second[1], callee.sign_answer(2, second[1])) is Verdict.FIRST_USE
    assert caller.check_offer(3, third[0], callee.sign_offer(3, third[0])) is Verdict.FIRST_USE
    assert callee.check_answer(3, third[1], caller.sign_answer(3, third[1])) is Verdict.FIRST_USE
    assert caller.words == callee.words == before


def test_a_callee_who_has_lost_its_path_accepts_without_a_description() -> None:
    caller, callee = invited()
    caller.check_ringing(1, ANSWER, callee.sign_ringing(ANSWER))
    caller.check_accept(1, "", callee.sign_accept(""))
    callee.check_reveal(caller.reveal)
    assert caller.words == callee.words is not None
    caller.check_offer(2, ANSWER, callee.sign_offer(2, ANSWER))
    callee.check_answer(2, OFFER, caller.sign_answer(2, OFFER))


def test_what_arrives_twice_gets_the_same_verdict() -> None:
    caller, callee = marc(), john()
    invite = caller.sign_invite(1, OFFER)
    for _ in range(2):
        assert callee.check_invite(1, OFFER, invite) is Verdict.FIRST_USE
    ringing, answer = callee.sign_ringing(ANSWER), callee.sign_accept(ANSWER)
    for _ in range(2):
        assert caller.check_ringing(1, ANSWER, ringing) is Verdict.FIRST_USE
        assert caller.check_accept(1, ANSWER, answer) is Verdict.FIRST_USE
    for _ in range(2):
        callee.check_reveal(caller.reveal)
    offer = callee.sign_offer(2, SWAPPED)
    for _ in range(2):
        assert caller.check_offer(2, SWAPPED, offer) is Verdict.FIRST_USE
    assert caller.words == callee.words


@pytest.mark.parametrize("verified", [False, True])
def test_pinned_people_are_known(verified: bool) -> None:
    known = Verdict.VERIFIED if verified else Verdict.SAME
    caller = marc(pin=pin_of("John", JOHN, verified=verified))
    callee = john(pin=pin_of("Marc", MARC, verified=verified))
    assert callee.check_invite(1, OFFER, caller.sign_invite(1, OFFER)) is known
    assert caller.check_accept(1, ANSWER, callee.sign_accept(ANSWER)) is known
    assert caller.verdict is callee.verdict is known


def test_a_name_may_be_dialled_in_another_spelling() -> None:
    caller, callee = marc(callee="JOHN"), john(callee="JOHN")
    assert callee.check_invite(1, OFFER, caller.sign_invite(1, OFFER)) is Verdict.FIRST_USE


def test_a_second_device_that_accepts_changes_nothing() -> None:
    caller, desk = invited()
    phone = john(nonce=bytes([13] * 32))
    phone.check_invite(1, OFFER, marc().sign_invite(1, OFFER))
    caller.check_accept(1, ANSWER, desk.sign_accept(ANSWER))
    words = caller.words
    assert caller.check_accept(1, SWAPPED, phone.sign_accept(SWAPPED)) is Verdict.FIRST_USE
    assert caller.words == words


def test_two_offers_of_one_generation() -> None:
    """Both lost their path at once: the caller's offer is answered, the callee's is not."""
    caller, callee = accepted()
    of_caller, of_callee = caller.sign_offer(2, OFFER), callee.sign_offer(2, SWAPPED)
    caller.check_offer(2, SWAPPED, of_callee)
    callee.check_offer(2, OFFER, of_caller)
    assert caller.check_answer(2, ANSWER, callee.sign_answer(2, ANSWER)) is Verdict.FIRST_USE


def test_an_offer_that_has_overtaken_the_acceptance() -> None:
    caller, callee = invited()
    answer, offer = callee.sign_accept(""), callee.sign_offer(2, SWAPPED)
    caller.check_offer(2, SWAPPED, offer)
    caller.check_accept(1, "", answer)
    callee.check_answer(2, OFFER, caller.sign_answer(2, OFFER))
    callee.check_reveal(caller.reveal)
    assert caller.words == callee.words


# ── a changed key ────────────────────────────────────────────────────────────────────────────────


def test_the_callee_hears_of_a_changed_key_and_may_go_on() -> None:
    callee = john(pin=pin_of("Marc", MALLORY, verified=True))
    invite = marc().sign_invite(1, OFFER)
    with pytest.raises(Untrusted) as refusal:
        callee.check_invite(1, OFFER, invite)
    assert code_of(refusal) == "key_changed"
    assert fingerprint(MARC.public) in refusal.value.text()
    assert fingerprint(MALLORY.public) in refusal.value.text()
    assert callee.peer_key == ""

    callee.trust(pin_of("Marc", MARC))
    assert callee.check_invite(1, OFFER, invite) is Verdict.SAME


def test_the_caller_hears_of_a_changed_key_and_may_go_on() -> None:
    caller, callee = marc(pin=pin_of("John", MALLORY)), john()
    callee.check_invite(1, OFFER, caller.sign_invite(1, OFFER))
    ringing = callee.sign_ringing(ANSWER)
    with pytest.raises(Untrusted) as refusal:
        caller.check_ringing(1, ANSWER, ringing)
    assert code_of(refusal) == "key_changed"

    caller.trust(pin_of("John", JOHN))
    assert caller.check_ringing(1, ANSWER, ringing) is Verdict.SAME


def test_a_changed_key_must_still_sign() -> None:
    callee = john(pin=pin_of("Marc", MALLORY))
    forged = msgspec.structs.replace(marc().sign_invite(1, OFFER), key=JOHN.public)
    with pytest.raises(Untrusted) as refusal:
        callee.check_invite(1, OFFER, forged)
    assert code_of(refusal) == "claim_invalid"


# ── somebody between them ────────────────────────────────────────────────────────────────────────

INVITE = marc().sign_invite(1, OFFER)
EDITS = {
    "another certificate": SWAPPED,
    "one byte": OFFER.replace("abcd", "abce"),
    "line ends": OFFER.replace("\r\n", "\n"),
    "roles of DTLS": OFFER.replace("actpass", "passive"),
    "a codec less": OFFER.replace("63 111", "111"),
    "an attribute more": description(
        0xAA, "a=extmap:1 urn:ietf:params:rtp-hdrext:ssrc-audio-level"
    ),
}


@pytest.mark.parametrize("sdp", EDITS.values(), ids=EDITS)
def test_an_edited_offer(sdp: str) -> None:
    with pytest.raises(Untrusted) as refusal:
        john().check_invite(1, sdp, INVITE)
    assert code_of(refusal) == "claim_invalid"


FORGED = {
    "no signature": ({"claim": ""}, "claim_missing"),
    "no key": ({"key": ""}, "claim_missing"),
    "nothing": ({"key": "", "claim": "", "commitment": ""}, "claim_missing"),
    "a key of one's own": ({"key": MALLORY.public}, "claim_invalid"),
    "rubbish": ({"claim": "A" * 86}, "claim_invalid"),
    "a commitment of one's own": ({"commitment": "A" * 43}, "claim_invalid"),
    "no commitment": ({"commitment": ""}, "claim_invalid"),
    "not a commitment": ({"commitment": "…"}, "claim_invalid"),
    "a nonce more": ({"nonce": "A" * 43}, "claim_invalid"),
}


@pytest.mark.parametrize(("change", "code"), FORGED.values(), ids=FORGED)
def test_a_forged_invitation(change: dict[str, str], code: str) -> None:
    callee = john()
    with pytest.raises(Untrusted) as refusal:
        callee.check_invite(1, OFFER, msgspec.structs.replace(INVITE, **change))
    assert code_of(refusal) == code
    assert callee.peer_key == ""
    with pytest.raises(RuntimeError, match="no invitation"):
        callee.sign_accept(ANSWER)


@pytest.mark.parametrize(
    ("other", "generation"),
    [
        ({"call": "ab" * 16}, 1),
        ({"caller": "Mallory"}, 1),
        ({"callee": "Jane", "me": "Jane"}, 1),
        ({}, 2),
    ],
    ids=["another call", "from somebody else", "to somebody else", "another generation"],
)
def test_an_invitation_used_for_something_else(other: dict[str, str], generation: int) -> None:
    with pytest.raises(Untrusted) as refusal:
        john(**other).check_invite(generation, OFFER, INVITE)
    assert code_of(refusal) == "claim_invalid"


def test_an_invitation_delivered_to_the_wrong_person() -> None:
    with pytest.raises(Untrusted) as refusal:
        john(me="Jane").check_invite(1, OFFER, INVITE)
    assert code_of(refusal) == "claim_wrong_person"


def test_a_second_invitation_in_the_same_call() -> None:
    _, callee = invited()
    with pytest.raises(ProtocolViolation) as refusal:
        callee.check_invite(1, SWAPPED, marc(nonce=bytes(32)).sign_invite(1, SWAPPED))
    assert code_of(refusal) == "description_out_of_place"


@pytest.mark.parametrize("way", ["ringing", "accept"])
def test_an_answer_of_somebody_else(way: str) -> None:
    caller, _ = invited()
    caller.trust(pin_of("John", JOHN))
    mallory = john(key=MALLORY)
    mallory.check_invite(1, OFFER, INVITE)
    with pytest.raises(Untrusted) as refusal:
        if way == "ringing":
            caller.check_ringing(1, ANSWER, mallory.sign_ringing(ANSWER))
        else:
            caller.check_accept(1, ANSWER, mallory.sign_accept(ANSWER))
    assert code_of(refusal) == "key_changed"
    with pytest.raises(RuntimeError, match="before the callee has accepted"):
        _ = caller.reveal


def test_somebody_else_accepts_what_john_rang() -> None:
    caller, callee = invited()
    caller.check_ringing(1, ANSWER, callee.sign_ringing(ANSWER))
    mallory = john(key=MALLORY)
    mallory.check_invite(1, OFFER, INVITE)
    with pytest.raises(Untrusted) as refusal:
        caller.check_accept(1, ANSWER, mallory.sign_accept(ANSWER))
    assert code_of(refusal) == "claim_other_key"


def test_ringing_is_not_accepting() -> None:
    """A server that turns `ringing` into `answer` would make the caller talk to an empty room."""
    caller, callee = invited()
    ringing = callee.sign_ringing(ANSWER)
    for forged in (ringing, msgspec.structs.replace(ringing, nonce="A" * 43)):
        with pytest.raises(Untrusted) as refusal:
            caller.check_accept(1, ANSWER, forged)
        assert code_of(refusal) == "claim_invalid"
    with pytest.raises(Untrusted) as refusal:
        caller.check_accept(1, "", Signed())
    assert code_of(refusal) == "claim_missing"


def test_an_answer_to_another_offer() -> None:
    other = john()
    other.check_invite(1, SWAPPED, marc().sign_invite(1, SWAPPED))
    caller, _ = invited()
    with pytest.raises(Untrusted) as refusal:
        caller.check_accept(1, ANSWER, other.sign_accept(ANSWER))
    assert code_of(refusal) == "claim_invalid"


def test_an_edited_answer() -> None:
    caller, callee = invited()
    answer = callee.sign_accept(ANSWER)
    other_nonce = msgspec.structs.replace(answer, nonce="A" * 43)
    for sdp, signed in ((SWAPPED, answer), ("", answer), (ANSWER, other_nonce)):
        with pytest.raises(Untrusted) as refusal:
            caller.check_accept(1, sdp, signed)
        assert code_of(refusal) == "claim_invalid"
    assert caller.words is None


def test_ones_own_words_sent_back() -> None:
    caller, callee = accepted()
    mine = caller.sign_offer(2, SWAPPED)
    with pytest.raises(Untrusted) as refusal:
        caller.check_offer(2, SWAPPED, mine)
    assert code_of(refusal) == "claim_other_key"
    with pytest.raises(Untrusted) as refusal:
        callee.check_offer(2, SWAPPED, msgspec.structs.replace(mine, key=JOHN.public))
    assert code_of(refusal) == "claim_other_key"


def test_a_claim_of_ones_own_key_in_the_other_role() -> None:
    """Two devices of one person would have one key: the role keeps their words apart."""
    caller, callee = marc(), john(key=MARC)
    callee.check_invite(1, OFFER, caller.sign_invite(1, OFFER))
    callee.sign_accept(ANSWER)
    offer = callee.sign_offer(2, SWAPPED)
    with pytest.raises(Untrusted) as refusal:
        callee.check_offer(2, SWAPPED, offer)
    assert code_of(refusal) == "claim_invalid"


def test_old_paths_do_not_come_back() -> None:
    caller, callee = accepted()
    old = [(n, sdp := description(n), caller.sign_offer(n, sdp)) for n in (2, 3, 4)]
    callee.check_offer(*old[1])
    for late in (old[0], (3, SWAPPED, caller.sign_offer(3, SWAPPED))):
        with pytest.raises(ProtocolViolation) as refusal:
            callee.check_offer(*late)
        assert code_of(refusal) == "description_out_of_place"
    callee.check_offer(*old[2])


def test_answers_nobody_asked_for() -> None:
    caller, callee = accepted()
    caller.sign_offer(2, SWAPPED)
    for generation in (1, 3):
        with pytest.raises(ProtocolViolation) as refusal:
            caller.check_answer(generation, ANSWER, Signed())
        assert code_of(refusal) == "description_out_of_place"
    with pytest.raises(ProtocolViolation):
        callee.check_answer(1, ANSWER, Signed())
    with pytest.raises(ProtocolViolation):
        marc().check_ringing(1, ANSWER, Signed())


def test_a_description_that_cannot_be_relied_on() -> None:
    weak = description(0xAA, "a=fingerprint:sha-1 " + bytes(20).hex(":"))
    with pytest.raises(ProtocolViolation) as refusal:
        john().check_invite(1, weak, INVITE)
    assert code_of(refusal) == "fingerprint_weak"


# ── the safety words ─────────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize("wrong", ["", "A" * 43, "…", "A" * 44])
def test_a_reveal_that_was_not_promised(wrong: str) -> None:
    caller, callee = invited()
    caller.check_accept(1, ANSWER, callee.sign_accept(ANSWER))
    with pytest.raises(Untrusted) as refusal:
        callee.check_reveal(wrong)
    assert code_of(refusal) == "commitment_mismatch"
    assert callee.words is None


def test_a_reveal_before_acceptance() -> None:
    _, callee = invited()
    with pytest.raises(ProtocolViolation) as refusal:
        callee.check_reveal("A" * 43)
    assert code_of(refusal) == "reveal_out_of_place"


def test_acceptance_is_said_once() -> None:
    _, callee = invited()
    callee.sign_accept(ANSWER)
    with pytest.raises(RuntimeError, match="accepted twice"):
        callee.sign_accept(ANSWER)


@given(st.binary(min_size=32, max_size=32), st.binary(min_size=32, max_size=32))
def test_a_man_in_the_middle_shows_in_the_words(towards_john: bytes, towards_marc: bytes) -> None:
    """First use, and the server holds a call with each: its nonces are chosen without seeing."""
    caller, callee = marc(), john()
    as_john = john(key=MALLORY, nonce=towards_marc)
    as_marc = marc(key=MALLORY, nonce=towards_john)

    as_john.check_invite(1, OFFER, caller.sign_invite(1, OFFER))
    callee.check_invite(1, SWAPPED, as_marc.sign_invite(1, SWAPPED))
    as_marc.check_accept(1, ANSWER, callee.sign_accept(ANSWER))
    caller.check_accept(1, SWAPPED, as_john.sign_accept(SWAPPED))
    as_john.check_reveal(caller.reveal)
    callee.check_reveal(as_marc.reveal)

    assert caller.words == as_john.words
    assert callee.words == as_marc.words
    assert caller.words != callee.words


@given(
    st.builds(Signed, key=st.text() | st.just(MARC.public), claim=st.text(), nonce=st.text()),
    st.integers(1, 3),
    st.text() | st.sampled_from([OFFER, ANSWER, SWAPPED]),
)
def test_whatever_is_shown_is_refused_with_a_code(
    signed: Signed, generation: int, sdp: str
) -> None:
    caller, callee = accepted()
    for check in (
        john().check_invite,
        caller.check_ringing,
        caller.check_accept,
        caller.check_offer,
        callee.check_offer,
        callee.check_answer,
    ):
        with pytest.raises((Untrusted, ProtocolViolation)) as refusal:
            check(generation, sdp, signed)
        assert refusal.value.text() != refusal.value.code
