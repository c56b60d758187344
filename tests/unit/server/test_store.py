"""The database: written by its own thread, kept over restarts, refused when it is not ours."""

import asyncio
import sqlite3
import threading
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import Engine

from devcloud.directory.accounts import Account
from devcloud.model.errors import DevCloudError, StorageFailed
from devcloud.model.records import CallKind, CallRecord, EndReason
from devcloud.server import store as store_module
from devcloud.server.schema import STEPS
from devcloud.server.store import Store, load_accounts, load_calls, open_database

MARC = Account("Marc", "key-marc")


def call(n: int, **more: Any) -> CallRecord:
    given = {
        "call": f"{n:032x}",
        "caller": "Marc",
        "callee": "John",
        "kind": CallKind.DEVCLOUD,
        "begun_at": float(n),
        "answered_at": n + 1.0,
        "ended_at": n + 9.0,
        "reason": EndReason.COMPLETED,
    }
    return CallRecord(**{**given, **more})


async def write(engine: Engine, *things: Account | CallRecord) -> list[str]:
    """Write these and return a code for each: empty when it is in the database."""
    store = Store(engine, clock=lambda: 1000.0)
    told: list[str] = []

    def written(failure: DevCloudError | None) -> None:
        told.append("" if failure is None else failure.code)

    for thing in things:
        if isinstance(thing, Account):
            store.claim(thing, written)
        else:
            store.record(thing, written)
    store.start()
    async with asyncio.timeout(60):
        while len(told) < len(things):
            await asyncio.sleep(0.002)
    await store.aclose()
    return told


async def test_kept_over_a_restart(tmp_path: Path) -> None:
    path = tmp_path / "db"
    missed = call(2, answered_at=None, reason=EndReason.NO_ANSWER)
    assert await write(open_database(path), MARC, call(1), missed) == ["", "", ""]
    engine = open_database(path)
    assert load_accounts(engine) == [MARC]
    with engine.connect() as connection:
        assert load_calls(connection) == [missed, call(1)]
        assert load_calls(connection, most=1) == [missed]
    engine.dispose()
    assert path.stat().st_mode & 0o777 == 0o600


async def test_one_that_cannot_be_written_spoils_no_other(tmp_path: Path) -> None:
    engine = open_database(tmp_path / "db")
    twice = Account("MARC", "another")
    assert sorted(await write(engine, MARC, call(1), twice, call(2))) == [
        "",
        "",
        "",
        "database_unwritten",
    ]
    engine = open_database(tmp_path / "db")
    assert load_accounts(engine) == [MARC]
    with engine.connect() as connection:
        assert len(load_calls(connection)) == 2
    engine.dispose()


async def test_the_queue_is_bounded(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(store_module, "MOST_WAITING", 2)
    store = Store(open_database(tmp_path / "db"))
    store.record(call(1), lambda failure: None)
    store.record(call(2), lambda failure: None)
    with pytest.raises(StorageFailed) as raised:
        store.record(call(3), lambda failure: None)
    assert raised.value.code == "database_busy"
    store.start()
    await store.aclose()


def test_a_disk_slower_than_a_server_that_stops_writes_all_the_same(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    execute, disk = Store._execute, threading.Event()
    monkeypatch.setattr(Store, "_execute", lambda *works: (disk.wait(), execute(*works)))
    engine = open_database(tmp_path / "db")

    async def stop() -> threading.Thread:
        store = Store(engine)
        store.record(call(1), lambda _: None)
        store.start()
        await store.aclose(timeout_s=0.01)
        return store._thread

    late = asyncio.run(stop())
    disk.set()
    late.join()
    with engine.connect() as connection:
        assert load_calls(connection) == [call(1)]
    engine.dispose()


async def test_a_newer_database_is_refused_and_left_alone(tmp_path: Path) -> None:
    path = tmp_path / "db"
    open_database(path).dispose()
    with sqlite3.connect(path) as connection:
        connection.execute("UPDATE schema_version SET version = 99")
    connection.close()
    before = path.read_bytes()
    with pytest.raises(StorageFailed) as raised:
        open_database(path)
    assert raised.value.code == "database_newer"
    assert "99" in str(raised.value)
    assert path.read_bytes() == before


async def test_opening_twice_migrates_once(tmp_path: Path) -> None:
    for _ in range(2):
        open_database(tmp_path / "db").dispose()
    with sqlite3.connect(tmp_path / "db") as connection:
        assert connection.execute("SELECT version FROM schema_version").fetchall() == [
            (len(STEPS),)
        ]
    connection.close()


@pytest.mark.parametrize("content", [b"not a database at all" * 100, b"SQLite format 3\x00" * 50])
def test_a_damaged_database_is_refused_and_left_alone(tmp_path: Path, content: bytes) -> None:
    path = tmp_path / "db"
    path.write_bytes(content)
    with pytest.raises(StorageFailed) as raised:
        open_database(path)
    assert raised.value.code == "database_damaged"
    assert path.read_bytes() == content


def test_a_database_damaged_in_the_middle(tmp_path: Path) -> None:
    path = tmp_path / "db"
    open_database(path).dispose()
    data = bytearray(path.read_bytes())
    data[4096:12288] = b"\xaa" * 8192
    path.write_bytes(data)
    with pytest.raises(StorageFailed) as raised:
        open_database(path)
    assert raised.value.code == "database_damaged"


def test_a_place_that_cannot_be_written(tmp_path: Path) -> None:
    with pytest.raises(StorageFailed) as raised:
        open_database(tmp_path / "nowhere" / "db")
    assert raised.value.code == "not_writable"


def test_a_database_that_somebody_else_holds(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / "db"
    open_database(path).dispose()
    monkeypatch.setattr(store_module, "_LOCKED_S", 0.05)
    holder = sqlite3.connect(path)
    holder.execute("BEGIN EXCLUSIVE")
    with pytest.raises(StorageFailed) as raised:
        open_database(path)
    assert raised.value.code == "database_unusable"
    holder.close()
