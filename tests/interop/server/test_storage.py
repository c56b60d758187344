"""A database that fails under a running server: names and calls are refused or lost aloud."""

import sqlite3
from typing import Any

from devcloud.server.store import DATABASE_FILE


def drop(world: Any, table: str) -> None:
    with sqlite3.connect(world.settings.data / DATABASE_FILE) as connection:
        connection.execute(f"DROP TABLE {table}")
    connection.close()


async def test_a_name_that_cannot_be_written_is_nobodys(world: Any) -> None:
    server = await world.start()
    await world.person("Marc")
    drop(world, "accounts")
    john = await world.connect()
    assert (await john.sign_in("John"))["code"] == "database_unwritten"
    assert await john.closed() == (1008, "database_unwritten")
    assert server.hall.accounts.find("John") is None
    assert not server.hall.store.healthy
    # Who was known before still signs in.
    marc = await world.connect(key=world._clients[0].key)
    assert (await marc.sign_in("Marc"))["type"] == "welcome"


async def test_a_call_that_cannot_be_written_is_counted(world: Any, until: Any) -> None:
    server = await world.start()
    marc = await world.person("Marc")
    drop(world, "calls")
    await marc.call("invite", "Nobody", "c" * 32)
    await marc.receive("undeliverable")
    await until(lambda: server.hall.metrics.records_lost == 1)
    assert (await world.metrics())["devcloud_call_records_lost_total"] == 1


async def test_who_leaves_while_the_name_is_being_written(world: Any, until: Any) -> None:
    server = await world.start()
    blocker = sqlite3.connect(world.settings.data / DATABASE_FILE, isolation_level=None)
    blocker.execute("BEGIN IMMEDIATE")
    john = await world.connect()
    await john.hello("John")
    await john.send(type="proof", signature=john.proof(await john.receive("challenge")))
    await until(lambda: server.hall.accounts.find("John") is not None)
    await john.ws.close()
    await until(lambda: not server.hall.sessions)
    blocker.execute("COMMIT")
    blocker.close()
    again = await world.connect(key=john.key)
    assert (await again.sign_in("John"))["type"] == "welcome"
    assert len(server.hall.people) == 1
