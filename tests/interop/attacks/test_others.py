"""Other people of a server that is honest: somebody who speaks for others, and who never stops."""

import asyncio
import secrets
from typing import Any

import pytest

from devcloud.wire.signalling import messages
from devcloud.wire.signalling.bodies import InviteBody
from devcloud.wire.signalling.codec import encode_body

pytestmark = pytest.mark.asyncio(loop_scope="session")


async def test_answering_hanging_up_and_cancelling_for_somebody_else(scene: Any) -> None:
    """Paul knows the call's id, which nobody but the two should; still he has no say in it."""
    ours = await scene.call()
    theirs = await scene.rings(scene.john)
    for number, kind in enumerate((messages.Answer, messages.Ringing, messages.Decline), 1):
        scene.paul.core.session.send(kind(call=ours.id, seq=number, to="Marc"))
    for number, kind in enumerate((messages.Cancel, messages.Hangup, messages.Update), 1):
        scene.paul.core.session.send(kind(call=ours.id, seq=number, to="John"))
    await theirs.accept()
    await ours.connected()
    await theirs.connected()
    await ours.hang_up()
    assert await scene.end(theirs) == ("completed", "")


async def test_a_flood_of_invitations(scene: Any) -> None:
    """Paul invites John a thousand times; each one is forged. John answers a few, stays signed in,
    and hears Marc call."""
    body = encode_body(InviteBody(sdp="v=0\r\n"))
    for _ in range(1000):
        scene.paul.core.session.send(
            messages.Invite(call=secrets.token_hex(16), seq=1, to="John", body=body)
        )
        await asyncio.sleep(0)
    ours = await scene.call()
    theirs = await scene.rings(scene.john)
    assert theirs.peer == "Marc"
    assert scene.john.online
    assert len(scene.john.calls) == 1
    assert len(scene.john._warnings) <= 70
    await ours.hang_up()
    await scene.end(theirs)
