"""A server that changes what people say to each other: every edit ends the call by name, on both
sides, and no voice is sent or heard."""

import os
import signal
from collections.abc import Callable
from typing import Any

import pytest

from devcloud.identity.encoding import to_base64url
from devcloud.identity.keys import SigningKey
from devcloud.wire.signalling import messages

pytestmark = pytest.mark.asyncio(loop_scope="session")

Body = dict[str, Any]
EVE = SigningKey.from_seed(b"Eve, who sits in the middle of it"[:32])


def sdp(body: Body) -> str:
    """Whatever description a body holds."""
    return next(key for key in ("sdp", "offer", "answer") if body.get(key))


def swap_fingerprint(body: Body) -> None:
    """The certificate of somebody in the middle."""
    lines = body[sdp(body)].split("\r\n")
    body[sdp(body)] = "\r\n".join(
        "a=fingerprint:sha-256 " + ":".join(["AB"] * 32) if "a=fingerprint" in line else line
        for line in lines
    )


def add_fingerprint(body: Body) -> None:
    """A second one: which does the engine believe?"""
    line = "a=fingerprint:sha-256 " + ":".join(["AB"] * 32)
    body[sdp(body)] += f"{line}\r\n"


def weaken_hash(body: Body) -> None:
    body[sdp(body)] = "\r\n".join(
        "a=fingerprint:sha-1 " + ":".join(["AB"] * 20) if "a=fingerprint" in line else line
        for line in body[sdp(body)].split("\r\n")
    )


def without_encryption(body: Body) -> None:
    body[sdp(body)] = body[sdp(body)].replace("UDP/TLS/RTP/SAVPF", "RTP/AVP")


def one_byte(body: Body) -> None:
    """The name that ICE packets carry: whom they are taken for."""
    text = body[sdp(body)]
    at = text.index("a=ice-ufrag:") + len("a=ice-ufrag:")
    body[sdp(body)] = text[:at] + ("b" if text[at] == "a" else "a") + text[at + 1 :]


def another_setup(body: Body) -> None:
    """Who begins the DTLS handshake."""
    key = sdp(body)
    body[key] = (
        body[key]
        .replace("a=setup:active", "a=setup:passive")
        .replace("a=setup:actpass", "a=setup:active")
    )


def strip_signature(body: Body) -> None:
    del body["signed"]


def strip_claim(body: Body) -> None:
    del body["signed"]["claim"]


def replace_key(body: Body) -> None:
    body["signed"]["key"] = EVE.public


def spoil_claim(body: Body) -> None:
    claim = body["signed"]["claim"]
    body["signed"]["claim"] = ("A" if claim[0] != "A" else "B") + claim[1:]


def replace_commitment(body: Body) -> None:
    body["signed"]["commitment"] = to_base64url(bytes(32))


def replace_nonce(body: Body) -> None:
    body["signed"]["nonce"] = to_base64url(bytes(32))


def another_generation(body: Body) -> None:
    body["generation"] = 2


ANY_DESCRIPTION = [
    (swap_fingerprint, "claim_invalid"),
    (add_fingerprint, "fingerprint_ambiguous"),
    (weaken_hash, "fingerprint_weak"),
    (without_encryption, "description_not_encrypted"),
    (one_byte, "claim_invalid"),
    (another_setup, "claim_invalid"),
    (strip_signature, "claim_missing"),
    (strip_claim, "claim_missing"),
    (spoil_claim, "claim_invalid"),
]


@pytest.mark.parametrize(
    ("change", "code"),
    [
        *ANY_DESCRIPTION,
        (replace_key, "claim_invalid"),
        (replace_commitment, "claim_invalid"),
        (another_generation, "claim_invalid"),
    ],
)
async def test_an_edited_invitation_never_rings(
    scene: Any, lying: Any, change: Callable[[Body], None], code: str
) -> None:
    scene.server.lie = lying.edit(messages.Invite, change)
    ours = await scene.call()
    assert await scene.refusal(scene.john) == code
    assert await scene.end(ours) == ("untrusted", "untrusted_there")
    assert scene.john.calls == ()
    scene.nobody_heard_anything(ours)


@pytest.mark.parametrize(("change", "code"), [*ANY_DESCRIPTION, (replace_key, "claim_invalid")])
async def test_an_edited_description_while_it_rings(
    scene: Any, lying: Any, change: Callable[[Body], None], code: str
) -> None:
    scene.server.lie = lying.edit(messages.Ringing, change)
    ours = await scene.call()
    theirs = await scene.rings(scene.john)
    assert await scene.end(ours) == ("untrusted", code)
    assert await scene.end(theirs) == ("untrusted", "untrusted_there")
    scene.nobody_heard_anything(ours, theirs)


@pytest.mark.parametrize(
    ("change", "code"),
    [
        (swap_fingerprint, "claim_invalid"),
        (strip_signature, "claim_missing"),
        (replace_key, "claim_other_key"),
        (replace_nonce, "claim_invalid"),
    ],
)
async def test_an_edited_acceptance(
    scene: Any, lying: Any, change: Callable[[Body], None], code: str
) -> None:
    scene.server.lie = lying.edit(messages.Answer, change)
    ours = await scene.call()
    theirs = await scene.rings(scene.john)
    await scene.until(ours, lambda status: bool(status.peer_key))
    await theirs.accept()
    assert await scene.end(ours) == ("untrusted", code)
    assert await scene.end(theirs) == ("untrusted", "untrusted_there")
    scene.nobody_heard_anything(ours, theirs)


async def test_it_rings_is_passed_off_as_accepted(scene: Any) -> None:
    """The voice of somebody who was not asked yet."""

    def lie(message: messages.CallMessage) -> Any:
        yield message
        if isinstance(message, messages.Ringing):
            forged = {name: getattr(message, name) for name in message.__struct_fields__}
            yield messages.Answer(**forged | {"seq": message.seq + 1000})

    scene.server.lie = lie
    ours = await scene.call()
    theirs = await scene.rings(scene.john)
    assert await scene.end(ours) == ("untrusted", "claim_invalid")
    assert await scene.end(theirs) == ("untrusted", "untrusted_there")
    scene.nobody_heard_anything(ours, theirs)


async def test_the_caller_is_given_another_name(scene: Any) -> None:
    """John sees a call from Paul, with Marc's voice."""

    def lie(message: messages.CallMessage) -> Any:
        if isinstance(message, messages.Invite):
            fields = {name: getattr(message, name) for name in message.__struct_fields__}
            message = messages.Invite(**fields | {"from_": "Paul"})
        yield message

    scene.server.lie = lie
    ours = await scene.call()
    assert await scene.refusal(scene.john) == "claim_invalid"
    assert scene.john.calls == ()
    await ours.hang_up()
    await scene.end(ours)
    scene.nobody_heard_anything(ours)


async def test_a_reveal_that_was_not_promised(scene: Any, lying: Any) -> None:
    """Somebody in the middle looks for a nonce that makes the words alike, and shows that one."""
    scene.server.lie = lying.edit(
        messages.Update, lambda body: body.update(reveal=to_base64url(bytes(32)))
    )
    ours = await scene.call()
    theirs = await scene.rings(scene.john)
    await theirs.accept()
    assert await scene.end(theirs) == ("untrusted", "commitment_mismatch")
    assert await scene.end(ours) == ("untrusted", "untrusted_there")
    assert theirs.status.safety_words == ()


@pytest.mark.parametrize("change", [swap_fingerprint, strip_signature])
async def test_an_edited_new_path_in_the_middle_of_a_call(
    scene: Any, lying: Any, change: Callable[[Body], None]
) -> None:
    def only_offers(body: Body) -> None:
        if body.get("offer"):
            change(body)

    scene.server.lie = lying.edit(messages.Update, only_offers)
    ours = await scene.call()
    theirs = await scene.rings(scene.john)
    await theirs.accept()
    await ours.connected()
    await theirs.connected()
    # Marc's media crashes: he offers another path.
    os.kill(scene.marc.core.media_pid, signal.SIGKILL)
    code = "claim_invalid" if change is swap_fingerprint else "claim_missing"
    assert await scene.end(theirs) == ("untrusted", code)
    assert await scene.end(ours) == ("untrusted", "untrusted_there")


async def test_the_honest_server_is_believed(scene: Any) -> None:
    """What is tested above ends calls; this is the same, told truly, and nothing ends it."""
    scene.server.lie = lambda message: [message]
    ours = await scene.call()
    theirs = await scene.rings(scene.john)
    await theirs.accept()
    heard = lambda status: status.setup_s is not None and bool(status.safety_words)  # noqa: E731
    assert (await scene.until(ours, heard)).safety_words == (
        await scene.until(theirs, heard)
    ).safety_words
    await ours.hang_up()
    assert await scene.end(theirs) == ("completed", "")
