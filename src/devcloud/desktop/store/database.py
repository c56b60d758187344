"""The SQLite file of contacts and history: opened, checked, and read and written in transactions.

Blocks, and is used from one thread. Knows nothing of Qt.
"""

from dataclasses import astuple, fields
from pathlib import Path
from typing import Any, TypeVar

from sqlalchemy import Engine, Table, delete, insert, select, update
from sqlalchemy.exc import SQLAlchemyError

from devcloud.desktop.store import schema
from devcloud.desktop.store.records import Kept, KnownPerson, PastCall
from devcloud.model.errors import StorageFailed
from devcloud.model.names import fold_name
from devcloud.storage.sqlite import open_sqlite

FILE = "contacts.sqlite3"
MOST_CALLS = 2_000
"""So many calls of a server are read; older ones stay in the file."""
_LOCKED_S = 2.0
_MOST_DAMAGED = 100

R = TypeVar("R", KnownPerson, PastCall)


def open_database(path: Path) -> Engine:
    """Open or make the file and bring it up to date.

    Raises:
        StorageFailed: as `open_sqlite`.
    """
    try:
        path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    except OSError:
        raise StorageFailed("not_writable", path=str(path)) from None
    return open_sqlite(path, schema.STEPS, locked_s=_LOCKED_S)


def open_or_begin_anew(path: Path) -> tuple[Engine, Path | None]:
    """Open the file; a damaged one is moved aside, never deleted, and a new one begun. Return where
    it went, too. Raises StorageFailed as `open_database`, but not `database_damaged`."""
    try:
        return open_database(path), None
    except StorageFailed as failure:
        if failure.code != "database_damaged":
            raise
    aside = _move_aside(path)
    return open_database(path), aside


def _move_aside(path: Path) -> Path:
    for number in range(1, _MOST_DAMAGED):
        aside = path.with_name(f"{path.stem}.damaged-{number}{path.suffix}")
        if not aside.exists():
            break
    try:
        # What SQLite keeps beside the file belongs to it.
        for end in ("-wal", "-shm", ""):
            part = path.with_name(path.name + end)
            if part.exists():
                part.replace(aside.with_name(aside.name + end))
    except OSError:
        raise StorageFailed("not_writable", path=str(path)) from None
    return aside


class Database:
    """Contacts and history. Each method is a transaction.

    All raise StorageFailed `contacts_unwritten` when the disk does not take or give it."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine

    def load(self, server: str) -> Kept:
        """Return what is kept of a server."""
        people, calls = schema.people, schema.calls
        newest = (
            select(*_columns(calls, PastCall))
            .where(calls.c.server == server)
            .order_by(calls.c.begun_at.desc(), calls.c.id.desc())
            .limit(MOST_CALLS)
        )
        everyone = select(*_columns(people, KnownPerson)).where(people.c.server == server)
        with _Transaction(self._engine) as connection:
            return Kept(
                tuple(KnownPerson(*row) for row in connection.execute(everyone)),
                tuple(PastCall(*row) for row in connection.execute(newest)),
            )

    def keep_people(self, server: str, people: tuple[KnownPerson, ...]) -> None:
        """Write people down, in place of what was known of them."""
        rows = [
            {**_values(person), "server": server, "folded": fold_name(person.name)}
            for person in people
        ]
        self._replace(schema.people, rows)

    def keep_call(self, server: str, call: PastCall) -> None:
        """Write a call down."""
        self._replace(schema.calls, [{**_values(call), "server": server}])

    def delete_calls(self, server: str, ids: tuple[int, ...]) -> None:
        """Take calls away."""
        table = schema.calls
        with _Transaction(self._engine) as connection:
            for at in range(0, len(ids), 500):
                some = table.c.id.in_(ids[at : at + 500])
                connection.execute(delete(table).where(table.c.server == server, some))

    def delete_before(self, moment: float) -> None:
        """Take the calls away that began earlier, of all servers."""
        with _Transaction(self._engine) as connection:
            connection.execute(delete(schema.calls).where(schema.calls.c.begun_at < moment))

    def mark_seen(self, server: str) -> None:
        """Missed calls have been seen."""
        table = schema.calls
        with _Transaction(self._engine) as connection:
            unseen = table.c.seen.is_(False)
            connection.execute(
                update(table).where(table.c.server == server, unseen), {"seen": True}
            )

    def erase(self) -> None:
        """Take everything away, of all servers, and leave nothing of it in the file."""
        with _Transaction(self._engine) as connection:
            connection.execute(delete(schema.people))
            connection.execute(delete(schema.calls))
        try:
            with self._engine.connect() as connection:
                connection.exec_driver_sql("VACUUM")
                connection.exec_driver_sql("PRAGMA wal_checkpoint(TRUNCATE)")
        except SQLAlchemyError:
            raise StorageFailed("contacts_unwritten") from None

    def close(self) -> None:
        """Let the file go."""
        self._engine.dispose()

    def _replace(self, table: Table, rows: list[dict[str, Any]]) -> None:
        if rows:
            with _Transaction(self._engine) as connection:
                connection.execute(insert(table).prefix_with("OR REPLACE"), rows)


class _Transaction:
    """`engine.begin()`, whose failures are ours."""

    def __init__(self, engine: Engine) -> None:
        self._begun = engine.begin()

    def __enter__(self) -> Any:
        try:
            return self._begun.__enter__()
        except SQLAlchemyError:
            raise StorageFailed("contacts_unwritten") from None

    def __exit__(self, kind: Any, error: Any, trace: Any) -> None:
        try:
            self._begun.__exit__(kind, error, trace)
        except SQLAlchemyError:
            raise StorageFailed("contacts_unwritten") from None
        if isinstance(error, SQLAlchemyError):
            raise StorageFailed("contacts_unwritten") from None


def _columns(table: Table, record: type[R]) -> list[Any]:
    return [table.c[field.name] for field in fields(record)]


def _values(record: KnownPerson | PastCall) -> dict[str, Any]:
    return dict(zip((f.name for f in fields(record)), astuple(record), strict=True))
