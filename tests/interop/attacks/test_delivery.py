"""A server that says nothing false, and delivers to the wrong person, twice, late or not at all."""

from collections.abc import Iterable
from typing import Any

import msgspec
import pytest

from devcloud.call.states import State
from devcloud.identity.encoding import to_base64url
from devcloud.wire.signalling import messages
from devcloud.wire.signalling.messages import CallMessage

pytestmark = pytest.mark.asyncio(loop_scope="session")


def renumbered(message: CallMessage, by: int = 1000) -> CallMessage:
    """The same message as one that has not been here before."""
    return msgspec.structs.replace(message, seq=message.seq + by)


async def test_delivered_to_the_wrong_person(scene: Any) -> None:
    """Paul's telephone does not ring for John, and Paul is told nothing of whom Marc can hear."""

    def lie(message: CallMessage) -> Iterable[CallMessage]:
        # The address on the outside is Paul's; what Marc has signed says John.
        to = scene.paul.name if message.to == "John" else message.to
        if isinstance(message, messages.Invite):
            device = scene.paul.core.desk.device
            for each in scene.server.hall.people.reach(to, device, None):
                each.handle.send(message)
            return
        yield msgspec.structs.replace(message, to=to, to_device=None)

    scene.server.lie = lie
    ours = await scene.call()
    assert await scene.refusal(scene.paul) == "claim_wrong_person"
    assert scene.paul.calls == () and scene.john.calls == ()
    await ours.hang_up()
    await scene.end(ours)
    scene.nobody_heard_anything(ours)


async def test_delivered_to_the_wrong_person_under_that_persons_name(scene: Any) -> None:
    def lie(message: CallMessage) -> Iterable[CallMessage]:
        if isinstance(message, messages.Invite):
            message = msgspec.structs.replace(message, to="Paul")
        yield message

    scene.server.lie = lie
    ours = await scene.call()
    assert await scene.refusal(scene.paul) == "claim_invalid"
    assert scene.paul.calls == ()
    await ours.hang_up()
    await scene.end(ours)
    scene.nobody_heard_anything(ours)


async def test_everything_delivered_twice(scene: Any) -> None:
    """One call, and nothing that was said counts twice."""

    def lie(message: CallMessage) -> Iterable[CallMessage]:
        yield message
        yield message if isinstance(message, messages.Ack) else renumbered(message)

    scene.server.lie = lie
    ours = await scene.call()
    theirs = await scene.rings(scene.john)
    await theirs.accept()
    await scene.until(ours, lambda status: bool(status.safety_words))
    await scene.until(theirs, lambda status: bool(status.safety_words))
    assert ours.status.safety_words == theirs.status.safety_words
    assert len(scene.marc.calls) == len(scene.john.calls) == 1
    await theirs.hang_up()
    assert await scene.end(ours) == ("completed", "")


async def test_an_old_invitation_does_not_ring_again(scene: Any) -> None:
    scene.server.lie = lambda message: [message]
    ours = await scene.call()
    theirs = await scene.rings(scene.john)
    await ours.hang_up()
    await scene.end(theirs)
    invite = await scene.said(messages.Invite)
    scene.server.said.clear()
    scene.server.deliver(renumbered(invite))
    gone = await scene.said(messages.Hangup, by="John")
    assert gone.call == invite.call
    assert scene.john.calls == ()


async def test_an_old_acceptance_in_a_new_call(scene: Any) -> None:
    """Marc is told that John has accepted, as he did last time."""
    scene.server.lie = lambda message: [message]
    first = await scene.call()
    theirs = await scene.rings(scene.john)
    await theirs.accept()
    await first.connected()
    await first.hang_up()
    await scene.end(theirs)
    old = await scene.said(messages.Answer)

    def lie(message: CallMessage) -> Iterable[CallMessage]:
        if isinstance(message, messages.Ringing):
            yield msgspec.structs.replace(old, call=message.call, seq=message.seq)
        else:
            yield message

    for path in scene.recordings:
        path.unlink()
    scene.server.lie = lie
    second = await scene.call()
    theirs = await scene.rings(scene.john)
    assert await scene.end(second) == ("untrusted", "claim_invalid")
    assert await scene.end(theirs) == ("untrusted", "untrusted_there")
    scene.nobody_heard_anything(second, theirs)


async def test_an_old_path_in_the_same_call(scene: Any) -> None:
    """What was said at the beginning, said again in the middle, changes nothing."""
    scene.server.lie = lambda message: [message]
    ours = await scene.call()
    theirs = await scene.rings(scene.john)
    await theirs.accept()
    await scene.until(theirs, lambda status: bool(status.safety_words))
    await ours.connected()
    for each in list(scene.server.said):
        if isinstance(each, messages.Invite | messages.Ringing | messages.Answer | messages.Update):
            scene.server.deliver(renumbered(each))
    await ours.hold()
    await scene.until(theirs, lambda status: status.held_there)
    assert ours.status.generation == theirs.status.generation == 1
    await ours.hang_up()
    assert await scene.end(theirs) == ("completed", "")


async def test_a_call_held_back_until_the_caller_has_gone(scene: Any) -> None:
    """It rings late. Accepting leads to nobody, and no voice leaves."""
    held: list[CallMessage] = []

    def lie(message: CallMessage) -> Iterable[CallMessage]:
        if message.from_ == "Marc" and message.to == "John":
            held.append(message)
            return ()
        return [message]

    scene.server.lie = lie
    ours = await scene.call()
    await scene.said(messages.Candidate)
    await ours.hang_up()
    scene.server.lie = lambda message: [message]
    for each in held:
        if not isinstance(each, messages.Cancel):
            scene.server.deliver(each)
    theirs = await scene.rings(scene.john)
    await theirs.accept()
    reason, _ = await scene.end(theirs)
    assert reason in ("cancelled", "media_failed")
    scene.nobody_heard_anything(ours, theirs)


async def test_the_acceptance_held_back(scene: Any) -> None:
    """John believes to be in a call, Marc knows nothing of it: it does not last."""

    def lie(message: CallMessage) -> Iterable[CallMessage]:
        return () if isinstance(message, messages.Answer | messages.Hangup) else [message]

    scene.server.lie = lie
    ours = await scene.call()
    theirs = await scene.rings(scene.john)
    await scene.until(ours, lambda status: status.state is State.CONNECTED_BEFORE_ACCEPTED)
    await theirs.accept()
    # John waits for the rest of Marc's part, which he cannot show without the answer.
    assert await scene.end(theirs) == ("untrusted", "reveal_missing")
    await ours.hang_up()
    await scene.end(ours)
    scene.nobody_heard_anything(ours, theirs)


async def test_the_reveal_held_back(scene: Any, lying: Any) -> None:
    """No words, no call: John's program does not wait for ever for what makes them."""

    def lie(message: CallMessage) -> Iterable[CallMessage]:
        revealing = isinstance(message, messages.Update) and "reveal" in lying.body_of(message)
        return () if revealing else [message]

    scene.server.lie = lie
    ours = await scene.call()
    theirs = await scene.rings(scene.john)
    await theirs.accept()
    assert await scene.end(theirs) == ("untrusted", "reveal_missing")
    assert await scene.end(ours) == ("untrusted", "untrusted_there")
    assert theirs.status.safety_words == ()


async def test_a_reveal_before_its_time(scene: Any) -> None:
    """Whoever knew the caller's nonce before choosing their own could choose the words."""

    def lie(message: CallMessage) -> Iterable[CallMessage]:
        yield message
        if isinstance(message, messages.Invite):
            body = msgspec.Raw(msgspec.json.encode({"reveal": to_base64url(bytes(32))}))
            fields = {name: getattr(message, name) for name in message.__struct_fields__}
            yield messages.Update(**fields | {"body": body, "seq": 1000})

    scene.server.lie = lie
    ours = await scene.call()
    theirs = await scene.rings(scene.john)
    await theirs.accept()
    await scene.until(theirs, lambda status: bool(status.safety_words))
    await ours.hang_up()
    assert await scene.end(theirs) == ("completed", "")
