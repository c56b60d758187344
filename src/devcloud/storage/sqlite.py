"""An SQLite file: opened for its owner alone, checked, and brought up to date. Blocks.

Who has tables gives the steps that make them. A step is never changed once released; a new one is
added at the end.
"""

import os
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

from sqlalchemy import (
    Column,
    Connection,
    Engine,
    Integer,
    MetaData,
    Table,
    create_engine,
    event,
    insert,
    inspect,
    select,
    update,
)
from sqlalchemy.exc import DatabaseError, OperationalError

from devcloud.model.errors import StorageFailed

Step = Callable[[Connection], None]
"""What takes a database from one version to the next, in a transaction."""

schema_version = Table("schema_version", MetaData(), Column("version", Integer, nullable=False))


def open_sqlite(path: Path, steps: Sequence[Step], *, locked_s: float) -> Engine:
    """Open or make the file and take the steps that are new to it. Another process that writes is
    waited for, at most `locked_s` seconds.

    Raises:
        StorageFailed: `database_newer`, `database_damaged`, `database_unusable`, `not_writable`.
    """
    try:
        # Who calls whom is nobody else's business.
        os.close(os.open(path, os.O_RDWR | os.O_CREAT, 0o600))
    except OSError:
        raise StorageFailed("not_writable", path=str(path)) from None
    engine = create_engine(f"sqlite:///{path}", connect_args={"timeout": locked_s})
    event.listen(engine, "connect", _prepare)
    try:
        with engine.begin() as connection:
            if connection.exec_driver_sql("PRAGMA quick_check(1)").scalar() != "ok":
                raise StorageFailed("database_damaged", path=str(path))
            _migrate(connection, steps, str(path))
    except OperationalError:
        engine.dispose()
        raise StorageFailed("database_unusable", path=str(path)) from None
    except DatabaseError:
        engine.dispose()
        raise StorageFailed("database_damaged", path=str(path)) from None
    except StorageFailed:
        engine.dispose()
        raise
    return engine


def _migrate(connection: Connection, steps: Sequence[Step], path: str) -> None:
    known, found = len(steps), 0
    if inspect(connection).has_table(schema_version.name):
        found = connection.execute(select(schema_version.c.version)).scalar_one()
    else:
        schema_version.create(connection)
        connection.execute(insert(schema_version).values(version=0))
    if found > known:
        raise StorageFailed("database_newer", path=path, found=found, known=known)
    for step in steps[found:]:
        step(connection)
    connection.execute(update(schema_version).values(version=known))


def _prepare(connection: Any, _record: object) -> None:
    """Readers and the writer do not wait for each other; a commit survives a power cut."""
    cursor = connection.cursor()
    cursor.execute("PRAGMA journal_mode=WAL")
    cursor.execute("PRAGMA synchronous=FULL")
    cursor.close()
