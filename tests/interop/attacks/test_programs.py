"""The commands, on a server that lies: what a script and a person are told."""

import asyncio
import json
from pathlib import Path
from typing import Any

import pytest
from tests.program import started

from devcloud.wire.signalling import messages

pytestmark = pytest.mark.asyncio(loop_scope="session")

WAIT_S = 60.0


def strip_signature(body: dict[str, Any]) -> None:
    body.pop("signed", None)


async def test_a_caller_whose_answer_was_edited(scene: Any, lying: Any, tmp_path: Path) -> None:
    scene.server.lie = lying.edit(messages.Answer, strip_signature)
    robert = ("--server", scene.address, "--name", "Robert", "--data", tmp_path / "robert")
    sounds = ("--play", lying.sound, "--record", tmp_path / "heard.wav")
    async with started("call", "John", *robert, *sounds, "--json") as caller:
        theirs = await scene.rings(scene.john)
        await theirs.accept()
        async with asyncio.timeout(WAIT_S):
            out, err = await caller.communicate()
    told = json.loads(out)
    assert (caller.returncode, told["outcome"], told["verified"]) == (2, "untrusted", False)
    assert b"did not say who it is" in err
    assert await scene.end(theirs) == ("untrusted", "untrusted_there")
    scene.nobody_heard_anything(theirs)


async def test_somebody_waiting_for_calls_is_warned(scene: Any, lying: Any, tmp_path: Path) -> None:
    """Nothing rings; but that somebody tampers with one's calls is worth knowing."""
    alice = ("--server", scene.address, "--name", "Alice", "--data", tmp_path / "alice")
    async with started("answer", *alice) as callee:
        async with asyncio.timeout(WAIT_S):
            async for people in scene.marc.people():
                if any(person.name == "Alice" for person in people):
                    break
        scene.server.lie = lying.edit(messages.Invite, strip_signature)
        ours = scene.wire(await scene.marc.call("Alice"))
        async with asyncio.timeout(WAIT_S):
            warning = (await callee.stderr.readline()).decode()
    assert "Marc’s program did not say who it is" in warning
    assert await scene.end(ours) == ("untrusted", "untrusted_there")
    scene.nobody_heard_anything(ours)
