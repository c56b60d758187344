"""What the host's window sees happen on a real server, and what the host does about it."""

import asyncio
from collections.abc import Callable
from typing import Any

from devcloud.model.presence import Status
from devcloud.model.records import CallKind, EndReason
from devcloud.server import happenings as seen
from devcloud.server.happenings import Happening, Here

from .conftest import World

LOCAL = "127.0.0.1"
SDP = {"sdp": "v=0"}
CALL, OTHER_CALL = "1" * 32, "2" * 32


async def test_a_call_from_coming_to_going(world: World, until: Callable[..., Any]) -> None:
    server = await world.start()
    told: list[Happening] = []
    server.host.watch(told.append)

    marc, john = await world.person("Marc"), await world.person("John")
    await marc.call("invite", "John", CALL, body=SDP)
    await john.receive("invite")
    await john.call("answer", "Marc", CALL, body=SDP)
    await marc.receive("answer")
    assert server.host.calls == 1
    assert {here.name: here.in_call for here in server.host.everyone()} == {
        "Marc": True,
        "John": True,
    }
    await john.call("hangup", "Marc", CALL, seq=2, reason="completed")
    await marc.receive("hangup")
    await john.send(type="status", status="do_not_disturb")
    await until(lambda: seen.StatusChanged("John") in told)
    await marc.send(type="bye", code="leaving")
    await until(lambda: seen.Went("Marc") in told)

    assert told == [
        seen.Came("Marc", LOCAL, CallKind.DEVCLOUD),
        seen.Came("John", LOCAL, CallKind.DEVCLOUD),
        seen.Called("Marc", "John"),
        seen.Answered("Marc", "John"),
        seen.CallOver("Marc", "John", EndReason.COMPLETED),
        seen.StatusChanged("John"),
        seen.Went("Marc"),
    ]
    assert server.host.everyone() == (
        Here("John", LOCAL, CallKind.DEVCLOUD, Status.DO_NOT_DISTURB, in_call=False),
    )


async def test_repeats_and_strangers_are_not_seen_twice(world: World) -> None:
    server = await world.start()
    marc, john = await world.person("Marc"), await world.person("John")
    told: list[Happening] = []
    server.host.watch(told.append)
    for seq in (1, 1, 2):
        await marc.call("invite", "John", CALL, seq=seq, body=SDP)
        await john.receive("invite")
    await marc.call("answer", "John", OTHER_CALL, body=SDP)
    await john.receive("answer")
    assert told == [seen.Called("Marc", "John")]


async def test_the_host_disconnects_somebody_who_may_come_back(world: World) -> None:
    server = await world.start()
    marc = await world.person("Marc")
    assert server.host.disconnect("marc") == 1
    assert (await marc.receive("bye"))["code"] == "disconnected"
    assert server.host.everyone() == ()
    await world.same_person(marc)


async def test_the_host_closes_and_opens_the_door_of_2023(
    world: World, until: Callable[..., Any]
) -> None:
    server = await world.start()
    told: list[Happening] = []
    server.host.watch(told.append)

    async def register(name: str) -> tuple[asyncio.StreamReader, asyncio.StreamWriter, bytes]:
        reader, writer = await asyncio.open_connection(LOCAL, server.port)
        writer.write(b'{"command": "REG", "name": "%s"}' % name.encode())
        async with asyncio.timeout(60):
            try:
                return reader, writer, await reader.read(100)
            except ConnectionResetError:
                return reader, writer, b""

    reader, writer, reply = await register("Salle204")
    assert reply == b'{"ack": "Registered successfully"}'
    await until(lambda: seen.Came("Salle204", LOCAL, CallKind.LEGACY_2023) in told)
    assert server.host.everyone() == (
        Here("Salle204", LOCAL, CallKind.LEGACY_2023, Status.AVAILABLE, in_call=False),
    )

    server.host.take_2023(False)
    async with asyncio.timeout(60):
        assert await reader.read() == b""
    await until(lambda: seen.Went("Salle204") in told)
    _, refused, reply = await register("Salle204")
    assert reply == b""

    server.host.take_2023(True)
    _, last, reply = await register("Salle204")
    assert reply == b'{"ack": "Registered successfully"}'
    for each in (writer, refused, last):
        each.close()
