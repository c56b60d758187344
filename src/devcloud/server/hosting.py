"""The host's commands on a data directory, whether a server runs on it or not.

The server's own lock decides: who can take it does the work on the database, and no server can
start in between; otherwise the running one is told, which acts at once. Blocks; it is for commands.
"""

import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import msgspec
from filelock import FileLock, Timeout
from sqlalchemy import Connection, delete, select

from devcloud.directory.blocks import Blocks
from devcloud.identity.keys import fingerprint
from devcloud.model.errors import BadSettings, StorageFailed
from devcloud.model.names import fold_name
from devcloud.model.records import CallRecord
from devcloud.server import blocking, schema
from devcloud.server.control import tell
from devcloud.server.store import DATABASE_FILE, load_calls, open_database

LOCK_FILE = "server.lock"


class User(msgspec.Struct, frozen=True):
    """An account. `since` is in seconds since 1970."""

    name: str
    fingerprint: str
    since: float
    blocked: bool
    online: bool


class Users(msgspec.Struct, frozen=True):
    """Every account, by name, and everything that is blocked, as the host may type it."""

    users: list[User]
    blocks: list[dict[str, str]]


@contextmanager
def database(data: Path) -> Iterator[Connection]:
    """A transaction on the database of `data`. Raises BadSettings `server_never_started`,
    StorageFailed."""
    if not (data / DATABASE_FILE).is_file():
        raise BadSettings("server_never_started", path=str(data))
    engine = open_database(data / DATABASE_FILE)
    try:
        with engine.begin() as connection:
            yield connection
    finally:
        engine.dispose()


def users(data: Path) -> Users:
    """Return all accounts. Raises BadSettings, StorageFailed."""
    told = _do(data, "users", "", lambda connection, what: {"online": []})
    online = told["online"]
    assert isinstance(online, list)
    here = set(online)
    with database(data) as connection:
        rows = list(connection.execute(select(schema.accounts).order_by(schema.accounts.c.folded)))
        every = blocking.load(connection)
    blocks = Blocks(every)
    found = [
        User(
            name=row.name,
            fingerprint=(shown := fingerprint(row.key)),
            since=row.claimed_at,
            blocked=blocks.holds(name=row.name, fingerprint=shown),
            online=row.folded in here,
        )
        for row in rows
    ]
    return Users(found, [{"kind": block.kind.value, "value": block.value} for block in every])


def calls(data: Path) -> list[CallRecord]:
    """Return the calls that were written down, newest first, at most 1,000. Raises BadSettings,
    StorageFailed."""
    with database(data) as connection:
        return load_calls(connection)


def release(data: Path, name: str) -> dict[str, object]:
    """Free a name. Raises BadSettings `account_unknown`, StorageFailed."""
    return _do(data, "release", name, _release)


def block(data: Path, what: str) -> dict[str, object]:
    """Keep a name, a key or an address out. Raises BadName, StorageFailed."""
    blocking.parse_block(what)  # what is none of the three is said here, by its own class
    return _do(data, "block", what, _block)


def unblock(data: Path, what: str) -> dict[str, object]:
    """Let it in again. Raises BadName, BadSettings `block_unknown`, StorageFailed."""
    blocking.parse_block(what)
    return _do(data, "unblock", what, _unblock)


def _do(
    data: Path, do: str, what: str, alone: Callable[[Connection, str], dict[str, object]]
) -> dict[str, object]:
    if not (data / DATABASE_FILE).is_file():
        raise BadSettings("server_never_started", path=str(data))
    lock = FileLock(data / LOCK_FILE, mode=0o600)
    try:
        lock.acquire(timeout=0)
    except Timeout:
        return tell(data, do, what)
    except OSError:
        raise StorageFailed("not_writable", path=str(data)) from None
    try:
        with database(data) as connection:
            return alone(connection, what)
    finally:
        lock.release()


def _release(connection: Connection, name: str) -> dict[str, object]:
    gone = delete(schema.accounts).where(schema.accounts.c.folded == fold_name(name))
    if not connection.execute(gone).rowcount:
        raise BadSettings("account_unknown", name=name[:64])
    return {"closed": 0}


def _block(connection: Connection, what: str) -> dict[str, object]:
    found = blocking.parse_block(what)
    blocking.write(connection, found, time.time())
    return {"kind": found.kind.value, "closed": 0}


def _unblock(connection: Connection, what: str) -> dict[str, object]:
    found = blocking.parse_block(what)
    if found not in blocking.load(connection):
        raise BadSettings("block_unknown", what=what[:64])
    blocking.erase(connection, found)
    return {"kind": found.kind.value}
