"""Contacts and history on disk: kept, brought up to date, and never lost silently."""

import sqlite3
import stat
from dataclasses import replace
from pathlib import Path

import pytest
from pytestqt.qtbot import QtBot
from sqlalchemy import create_engine, inspect
from tests.unit.desktop import fakes

from devcloud.desktop.store import schema
from devcloud.desktop.store.database import Database, open_database, open_or_begin_anew
from devcloud.desktop.store.keeper import MOST_WAITING, Keeper
from devcloud.desktop.store.records import Kept, KnownPerson, PastCall
from devcloud.model.errors import DevCloudError, StorageFailed
from devcloud.storage.sqlite import schema_version

HERE, THERE = "192.0.2.2:10000", "192.0.2.3:10000"
JOHN = KnownPerson("John", 1.0, 2.0, given="Accueil", muted=True, watch=True)
WAIT_MS = 60_000


@pytest.fixture
def file(tmp_path: Path) -> Path:
    return tmp_path / "data" / "contacts.sqlite3"


def test_what_is_kept_is_there_the_next_time(file: Path) -> None:
    database = Database(open_database(file))
    database.keep_people(HERE, (JOHN, KnownPerson("Zoé", 3.0, 4.0)))
    database.keep_people(HERE, (KnownPerson("ZOÉ", 3.0, 5.0),))  # the same person
    old, new = fakes.past(1, "John", "in"), fakes.past(2, "John", "missed", -1.0, seen=False)
    database.keep_call(HERE, old)
    database.keep_call(HERE, new)
    database.close()
    again = Database(open_database(file))
    kept = again.load(HERE)
    assert sorted(kept.people, key=lambda p: p.name) == [JOHN, KnownPerson("ZOÉ", 3.0, 5.0)]
    assert kept.calls == (new, old)
    assert again.load(THERE) == Kept()
    again.mark_seen(HERE)
    again.delete_before(old.begun_at)
    assert len(again.load(HERE).calls) == 2
    again.delete_before(new.begun_at)
    assert again.load(HERE).calls == (replace(new, seen=True),)
    again.keep_call(HERE, old)
    again.delete_calls(HERE, (1,))
    again.delete_calls(THERE, (2,))
    assert [(call.id, call.seen) for call in again.load(HERE).calls] == [(2, True)]
    again.close()
    assert stat.S_IMODE(file.stat().st_mode) == 0o600


def test_erased_it_is_not_in_the_file_any_more(file: Path) -> None:
    database = Database(open_database(file))
    database.keep_people(HERE, (KnownPerson("Salle 204", 1.0, 2.0, given="Aquarium"),))
    database.erase()
    assert database.load(HERE) == Kept()
    database.close()
    assert b"Aquarium" not in b"".join(path.read_bytes() for path in file.parent.iterdir())


@pytest.mark.parametrize("damage", [b"no database at all" * 100, None])
def test_a_damaged_file_is_moved_aside_and_said(file: Path, damage: bytes | None) -> None:
    database = Database(open_database(file))
    for n in range(500):
        database.keep_people(HERE, (KnownPerson(f"Salle {n}", 1.0, 2.0),))
    database.close()
    if damage is None:
        whole = bytearray(file.read_bytes())
        whole[4096:12288] = b"\xa5" * 8192  # pages in the middle
        damage = bytes(whole)
    file.write_bytes(damage)
    with pytest.raises(StorageFailed, match="damaged"):
        open_database(file)
    for number in (1, 2):
        engine, aside = open_or_begin_anew(file)
        assert aside == file.with_name(f"contacts.damaged-{number}.sqlite3")
        assert aside.read_bytes() == damage
        assert Database(engine).load(HERE) == Kept()
        engine.dispose()
        file.write_bytes(damage)


def test_a_file_of_a_newer_program_is_left_alone(file: Path) -> None:
    open_database(file).dispose()
    with sqlite3.connect(file) as connection:
        connection.execute("UPDATE schema_version SET version = 99")
    connection.close()
    before = file.read_bytes()
    with pytest.raises(StorageFailed) as refused:
        open_or_begin_anew(file)
    assert refused.value.code == "database_newer"
    assert file.read_bytes() == before


def test_every_version_becomes_todays(tmp_path: Path) -> None:
    for version in range(len(schema.STEPS) + 1):
        path = tmp_path / f"{version}.sqlite3"
        engine = create_engine(f"sqlite:///{path}")
        with engine.begin() as connection:
            schema_version.create(connection)
            connection.execute(schema_version.insert().values(version=version))
            for step in schema.STEPS[:version]:
                step(connection)
        engine.dispose()
        today = open_database(path)
        assert set(inspect(today).get_table_names()) == {"people", "calls", "schema_version"}
        today.dispose()


def test_a_directory_that_cannot_be_written(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("", "utf-8")
    with pytest.raises(StorageFailed, match="file"):
        open_or_begin_anew(tmp_path / "file" / "contacts.sqlite3")


def test_ten_thousand_contacts(file: Path) -> None:
    database = Database(open_database(file))
    everyone = tuple(KnownPerson(f"Salle {n}", 1.0, 2.0) for n in range(10_000))
    database.keep_people(HERE, everyone)
    kept = database.load(HERE)
    database.close()
    assert set(kept.people) == set(everyone)


# ── in a thread of its own ───────────────────────────────────────────────────────────────────────


def test_the_keeper_answers_in_the_qt_thread(tmp_path: Path, qtbot: QtBot) -> None:
    keeper = Keeper(tmp_path)
    loaded: list[Kept] = []
    call = fakes.past(1, "John", "in")
    keeper.keep_people(HERE, (JOHN,))
    keeper.keep_call(HERE, call)
    keeper.load(HERE, loaded.append)
    assert loaded == []
    keeper.start()
    qtbot.waitUntil(lambda: bool(loaded), timeout=WAIT_MS)
    assert loaded == [Kept((JOHN,), (call,))]
    assert keeper.stop(60)


def test_what_waits_is_written_before_it_stops(tmp_path: Path, qtbot: QtBot) -> None:
    keeper = Keeper(tmp_path)
    for n in range(300):
        keeper.keep_call(HERE, fakes.past(n, "John", "in"))
    keeper.start()
    assert keeper.stop(60)
    database = Database(open_database(keeper.path))
    assert len(database.load(HERE).calls) == 300
    database.close()


def test_the_keeper_tells_what_it_moved_aside(tmp_path: Path, qtbot: QtBot) -> None:
    (tmp_path / "contacts.sqlite3").write_bytes(b"no database at all" * 100)
    keeper = Keeper(tmp_path)
    told: list[DevCloudError] = []
    keeper.failed.connect(told.append)
    keeper.start()
    qtbot.waitUntil(lambda: bool(told), timeout=WAIT_MS)
    assert told[0].code == "contacts_damaged"
    assert "damaged-1" in str(told[0])
    assert keeper.stop(60)


def test_without_a_disk_calling_goes_on(tmp_path: Path, qtbot: QtBot) -> None:
    (tmp_path / "file").write_text("", "utf-8")
    keeper = Keeper(tmp_path / "file")
    told: list[DevCloudError] = []
    keeper.failed.connect(told.append)
    keeper.start()
    keeper.keep_people(HERE, (JOHN,))
    qtbot.waitUntil(lambda: bool(told), timeout=WAIT_MS)
    assert told[0].code == "not_writable"
    assert keeper.stop(60)


def test_what_waits_is_bounded(tmp_path: Path, qtbot: QtBot) -> None:
    keeper = Keeper(tmp_path)
    told: list[DevCloudError] = []
    keeper.failed.connect(told.append)
    call: PastCall = fakes.past(1, "John", "in")
    for _ in range(MOST_WAITING + 1):
        keeper.keep_call(HERE, call)
    assert [error.code for error in told] == ["contacts_unwritten"]
