"""Who may join: a server on a real socket, its invitations made by another hand in its database."""

import asyncio
import time
from dataclasses import replace
from typing import Any

import pytest

from devcloud.directory.buckets import Rate
from devcloud.directory.joining import Join
from devcloud.server import invitations
from devcloud.server.hosting import database
from devcloud.server.invitations import Made

from .conftest import Client, World


@pytest.fixture
async def guarded(world: World) -> World:
    world.settings = replace(world.settings, join=Join.INVITE)
    await world.start()
    return world


def make(world: World, *, uses: int = 1, for_name: str = "", days: float = 1.0) -> Made:
    now = time.time()
    with database(world.settings.data) as connection:
        return invitations.make(
            connection, now=now, for_name=for_name, uses=uses, expires_at=now + days * 86_400
        )


async def answer(world: World, name: str, **more: Any) -> str:
    """Sign in as somebody new; return `welcome` or the code of the refusal."""
    client = await world.connect()
    await client.hello(name, **more)
    said = await client.receive()
    if said["type"] == "challenge":
        await client.send(type="proof", signature=client.proof(said))
        said = await client.receive()
    if said["type"] == "error":
        assert (await client.closed())[1] == said["code"]
    return str(said.get("code", said["type"]))


async def test_on_loopback_a_server_is_open(world: World) -> None:
    server = await world.start()
    assert server.join is Join.OPEN
    made = make(world)
    assert await answer(world, "Marc", invite=made.token) == "welcome"
    with database(world.settings.data) as connection:
        assert [each.used for each in invitations.all_of(connection)] == [0]


async def test_a_stranger_is_asked_for_an_invitation(guarded: World) -> None:
    assert await answer(guarded, "Marc") == "invite_needed"
    assert await answer(guarded, "Marc", invite="no such token") == "invite_unknown"
    made = make(guarded)  # seen by the running server at once
    assert await answer(guarded, "Marc", invite=made.token) == "welcome"
    assert await answer(guarded, "John", invite=made.token) == "invite_used"
    assert guarded.server.hall.accounts.find("John") is None


async def test_whoever_is_known_needs_none(guarded: World) -> None:
    marc = await guarded.connect()
    assert (await marc.sign_in("Marc", invite=make(guarded).token))["type"] == "welcome"
    for invite in ({}, {"invite": "whatever"}):
        again = await guarded.connect(key=marc.key)
        assert (await again.sign_in("marc", **invite))["type"] == "welcome"


async def test_revoked_expired_and_for_another(guarded: World) -> None:
    revoked = make(guarded)
    with database(guarded.settings.data) as connection:
        invitations.revoke(connection, revoked.invitation.id, time.time())
    assert await answer(guarded, "Marc", invite=revoked.token) == "invite_revoked"
    assert await answer(guarded, "Marc", invite=make(guarded, days=-1).token) == "invite_expired"
    for_john = make(guarded, for_name="John")
    assert await answer(guarded, "Marc", invite=for_john.token) == "invite_other_name"
    assert await answer(guarded, "JOHN", invite=for_john.token) == "welcome"


async def test_of_many_at_once_as_many_as_it_is_for(guarded: World) -> None:
    made = make(guarded, uses=2)
    told = await asyncio.gather(
        *(answer(guarded, f"Marc {n}", invite=made.token) for n in range(6))
    )
    assert sorted(told) == ["invite_used"] * 4 + ["welcome"] * 2


async def test_an_invitation_without_its_key_is_not_used_up(guarded: World) -> None:
    made = make(guarded)
    client = await guarded.connect()
    await client.hello("Marc", invite=made.token)
    await client.receive("challenge")
    await client.send(type="proof", signature="A" * 86)
    assert (await client.receive())["code"] == "bad_proof"
    assert await answer(guarded, "Marc", invite=made.token) == "welcome"


async def test_strangers_do_not_look_on_either(guarded: World) -> None:
    assert await answer(guarded, "Marc", observer=True) == "invite_needed"
    assert await answer(guarded, "Marc", observer=True, invite="none") == "invite_unknown"
    made = make(guarded)
    assert await answer(guarded, "Marc", observer=True, invite=made.token) == "welcome"
    assert await answer(guarded, "Marc", invite=made.token) == "welcome"


async def test_guessing_is_bounded(world: World) -> None:
    world.settings = replace(world.settings, join=Join.INVITE)
    await world.start(new_names=Rate(per_second=0.0, burst=2))
    told = [await answer(world, "Marc", invite=f"guess {n}") for n in range(3)]
    assert told == ["invite_unknown", "invite_unknown", "too_many_names"]


async def test_closed(world: World, tmp_path: Any) -> None:
    await world.start()
    marc = await world.person("Marc")
    await world.server.__aexit__(None, None, None)
    world.settings = replace(world.settings, join=Join.CLOSED)
    await world.start()
    assert await answer(world, "John", invite=make(world).token) == "joining_closed"
    assert await answer(world, "John", observer=True) == "joining_closed"
    again: Client = await world.connect(key=marc.key)
    assert (await again.sign_in("Marc"))["type"] == "welcome"


@pytest.mark.parametrize("join", [Join.INVITE, Join.CLOSED])
async def test_programs_of_2023_join_open_servers_only(world: World, join: Join) -> None:
    world.settings = replace(world.settings, join=join)
    server = await world.start()
    if join is Join.INVITE:
        seen = await world.connect()
        assert await seen.sign_in("Marc", takes_2023=True, invite=make(world).token)
    reader, writer = await asyncio.open_connection("127.0.0.1", server.port)
    async with asyncio.timeout(60):
        writer.write(b'{"command": "REG", "name": "John"}')
        assert await reader.readuntil(b"}") == b'{"ack": "Error Registering"}'
        writer.write(b'{"command": "GET", "name": "Marc"}')
        assert await reader.readuntil(b"}") == b'{"ip": "None"}'
    writer.close()


async def test_a_reserved_name_is_claimed_with_its_token_whoever_else_may_join(world: Any) -> None:
    world.settings = replace(world.settings, join=Join.CLOSED, echo=True)
    # Without the process: its claim is made by hand here.
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("devcloud.server.echo.EchoPerson.start", lambda _: None)
        server = await world.start()
    token = server.hall.settings.reserved.token
    for name, invite, code in (
        ("Echo", "wrong", "name_taken"), ("echo", "", "name_taken"),
        ("Marc", token, "joining_closed"),
    ):  # fmt: skip
        client = await world.connect()
        await client.hello(name, invite=invite)
        assert (await client.receive("error"))["code"] == code
    client = await world.connect()
    assert (await client.sign_in("echo", invite=token))["type"] == "welcome"
