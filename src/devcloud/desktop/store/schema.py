"""The tables of contacts and history, and how an older file becomes today's.

A step is never changed once released; a new one is added at the end.
"""

from sqlalchemy import (
    Boolean,
    Column,
    Connection,
    Float,
    Index,
    Integer,
    MetaData,
    String,
    Table,
)

from devcloud.storage.sqlite import Step

metadata = MetaData()

people = Table(
    "people",
    metadata,
    Column("server", String(300), primary_key=True),
    Column("folded", String(128), primary_key=True),
    Column("name", String(32), nullable=False),
    Column("given", String(64), nullable=False),
    Column("first_seen", Float, nullable=False),
    Column("last_seen", Float, nullable=False),
    Column("muted", Boolean, nullable=False),
    Column("removed", Boolean, nullable=False),
    Column("watch", Boolean, nullable=False),
    Column("legacy", Boolean, nullable=False),
)

calls = Table(
    "calls",
    metadata,
    Column("server", String(300), primary_key=True),
    Column("id", Integer, primary_key=True),
    Column("peer", String(128), nullable=False),
    Column("direction", String(16), nullable=False),
    Column("begun_at", Float, nullable=False),
    Column("answered_at", Float),
    Column("ended_at", Float, nullable=False),
    Column("reason", String(32), nullable=False),
    Column("talked_s", Float, nullable=False),
    Column("rang_s", Float, nullable=False),
    Column("mos", Float),
    Column("kind", String(16), nullable=False),
    Column("seen", Boolean, nullable=False),
    Index("calls_by_time", "server", "begun_at"),
)


def _first(connection: Connection) -> None:
    metadata.create_all(connection, tables=[people, calls])


STEPS: tuple[Step, ...] = (_first,)
