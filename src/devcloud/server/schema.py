"""The tables, and how an older database becomes today's.

A step is never changed once released; a new one is added at the end.
"""

from sqlalchemy import (
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

accounts = Table(
    "accounts",
    metadata,
    Column("folded", String(128), primary_key=True),
    Column("name", String(32), nullable=False),
    Column("key", String(64), nullable=False),
    Column("claimed_at", Float, nullable=False),
)

calls = Table(
    "calls",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("call", String(32), nullable=False),
    Column("caller", String(32), nullable=False),
    Column("callee", String(128), nullable=False),
    Column("kind", String(16), nullable=False),
    Column("begun_at", Float, nullable=False),
    Column("answered_at", Float),
    Column("ended_at", Float, nullable=False),
    Column("reason", String(32), nullable=False),
    Index("calls_by_time", "begun_at"),
)


people_2023 = Table(
    "people_2023",
    metadata,
    Column("folded", String(128), primary_key=True),
    Column("name", String(32), nullable=False),
    Column("address", String(64), nullable=False),
    Column("since", Float, nullable=False),
)
"""Clients of 2023 that are there now: as their document says, stored and removed."""

invitations = Table(
    "invitations",
    metadata,
    Column("id", String(16), primary_key=True),
    Column("hash", String(64), nullable=False, unique=True),
    Column("for_name", String(32), nullable=False),
    Column("uses", Integer, nullable=False),
    Column("used", Integer, nullable=False),
    Column("made_at", Float, nullable=False),
    Column("expires_at", Float),
    Column("revoked_at", Float),
)

blocks = Table(
    "blocks",
    metadata,
    Column("kind", String(16), primary_key=True),
    Column("value", String(128), primary_key=True),
    Column("since", Float, nullable=False),
)


def _first(connection: Connection) -> None:
    metadata.create_all(connection, tables=[accounts, calls])


def _second(connection: Connection) -> None:
    metadata.create_all(connection, tables=[people_2023])


def _third(connection: Connection) -> None:
    metadata.create_all(connection, tables=[invitations, blocks])


STEPS: tuple[Step, ...] = (_first, _second, _third)
