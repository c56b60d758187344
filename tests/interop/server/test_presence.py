"""Presence: who is there, told as differences."""

import asyncio
from typing import Any


async def test_coming_changing_and_going(world: Any) -> None:
    await world.start()
    marc = await world.person("Marc")
    john = await world.person("John", takes_2023=True)
    assert await marc.receive() == {
        "type": "presence",
        "people": [{"name": "John", "key": john.key.public, "takes_2023": True}],
    }
    await john.send(type="status", status="busy")
    assert await marc.receive() == {
        "type": "presence",
        "people": [{"name": "John", "key": john.key.public, "status": "busy"}],
    }
    await john.ws.close()
    assert await marc.receive() == {"type": "presence", "gone": ["John"]}


async def test_a_lost_connection_is_a_going(world: Any) -> None:
    await world.start()
    marc = await world.person("Marc")
    john = await world.person("John")
    await marc.receive("presence")
    transport = john.ws._response.connection.transport
    transport.abort()
    assert await marc.receive() == {"type": "presence", "gone": ["John"]}


async def test_a_long_welcome_comes_in_parts_none_of_which_is_too_long(world: Any) -> None:
    await world.start()
    names = [f"{'🦊' * 28}{i:04}" for i in range(320)]
    await asyncio.gather(*(world.person(name) for name in names))
    late = await world.connect()
    welcome = await late.sign_in("Late")
    people = welcome["people"]
    assert welcome["everyone"]
    while len(people) < len(names):
        people += (await late.receive("presence"))["people"]
    assert sorted(person["name"] for person in people) == names


async def test_in_a_crowd_one_watches_and_searches(world: Any) -> None:
    await world.start(everyone_up_to=2)
    await world.person("Marc")
    john = await world.person("John")
    late = await world.connect()
    welcome = await late.sign_in("Late")
    assert (welcome["everyone"], welcome["people"]) == (False, [])
    await late.send(type="watch", names=["JOHN", "Nobody"], search="ma")
    seen = await late.receive()
    assert [person["name"] for person in seen["people"]] == ["John"]
    assert [person["name"] for person in seen["found"]] == ["Marc"]
    await john.send(type="status", status="do_not_disturb")
    # On a busy machine it is said first that he has come.
    while (await late.receive())["people"][0].get("status") != "do_not_disturb":
        pass
    await john.ws.close()
    assert await late.receive() == {"type": "presence", "gone": ["John"]}
