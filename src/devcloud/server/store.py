"""Accounts and call records in a database, written by one thread of its own.

The loop never waits for a disk: what is to be written goes into a bounded queue, and the thread
writes everything that waits in one transaction. SQLite by default. Knows nothing of sessions.
"""

import asyncio
import queue
import threading
import time
from collections.abc import Callable
from contextlib import suppress
from itertools import groupby
from pathlib import Path

import msgspec
from sqlalchemy import Connection, Engine, Table, delete, insert, select
from sqlalchemy.exc import SQLAlchemyError

from devcloud.directory.accounts import Account
from devcloud.directory.blocks import Block
from devcloud.model.errors import DevCloudError, StorageFailed
from devcloud.model.names import fold_name
from devcloud.model.records import CallKind, CallRecord, EndReason
from devcloud.server import blocking, invitations, schema
from devcloud.server.logs import get_log
from devcloud.storage.sqlite import open_sqlite

DATABASE_FILE = "devcloud.sqlite3"
MOST_WAITING = 2_000
_MOST_AT_ONCE = 500
_LOCKED_S = 5.0

_log = get_log(__name__)

Written = Callable[[DevCloudError | None], None]
"""Called on the loop when something is in the database for good, or with why not."""


Act = Callable[[Connection], None]
"""What is done in a transaction of its own; the DevCloudError that it raises undoes it."""


class _Work(msgspec.Struct):
    """A row to write, or (`gone`) one to delete, by its key `folded`; `first` comes before it."""

    table: Table
    values: dict[str, object]
    written: Written
    gone: bool = False
    first: Act | None = None


def open_database(path: Path) -> Engine:
    """Open or make the database and bring it up to date. Blocks: call it before the loop matters.

    Raises:
        StorageFailed: as `open_sqlite`.
    """
    return open_sqlite(path, schema.STEPS, locked_s=_LOCKED_S)


class Store:
    """The database behind its thread. `start`, then anything, then `aclose`."""

    def __init__(self, engine: Engine, *, clock: Callable[[], float] = time.time) -> None:
        self._engine = engine
        self._clock = clock
        self._loop = asyncio.get_running_loop()
        self._queue: queue.Queue[_Work | None] = queue.Queue(MOST_WAITING)
        self._thread = threading.Thread(target=self._run, name="store", daemon=True)
        self.healthy = True

    def start(self) -> None:
        """Start the thread."""
        self._thread.start()

    async def aclose(self, timeout_s: float = 1.0) -> None:
        """Write what waits, for at most `timeout_s`, and close."""
        try:
            self._queue.put_nowait(None)
        except queue.Full:
            _log.error("store.left_behind", waiting=self._queue.qsize())
        await asyncio.to_thread(self._thread.join, timeout_s)
        self._engine.dispose()

    def claim(self, account: Account, written: Written, *, invite: str = "") -> None:
        """Write down who owns a name, and count one use of the invitation whose token is `invite`:
        both, or neither (`written` is then told Refused `invite_*`).

        Raises StorageFailed `database_busy` when too much waits.
        """
        values: dict[str, object] = {
            "folded": fold_name(account.name),
            "name": account.name,
            "key": account.key,
            "claimed_at": self._clock(),
        }

        def spend(connection: Connection) -> None:
            invitations.spend(connection, invite, account.name, self._clock())

        self._put(_Work(schema.accounts, values, written, first=spend if invite else None))

    def look_at_invitation(self, token: str, name: str, written: Written) -> None:
        """Tell whether `name` may join with this token, and count nothing. Raises StorageFailed."""
        self._act(lambda c: invitations.look_at(c, token, name, self._clock()), written)

    def release(self, name: str, written: Written) -> None:
        """Delete who owns a name. Raises StorageFailed `database_busy` when too much waits."""
        self._put(_Work(schema.accounts, {"folded": fold_name(name)}, written, gone=True))

    def block(self, block: Block, written: Written) -> None:
        """Write down who is kept out. Raises StorageFailed `database_busy`."""
        self._act(lambda connection: blocking.write(connection, block, self._clock()), written)

    def unblock(self, block: Block, written: Written) -> None:
        """Delete who is kept out. Raises StorageFailed `database_busy`."""
        self._act(lambda connection: blocking.erase(connection, block), written)

    def _act(self, act: Act, written: Written) -> None:
        self._put(_Work(schema.accounts, {}, written, first=act))

    def enter_2023(self, name: str, address: str, written: Written) -> None:
        """Write down a client of 2023 that is there. Raises StorageFailed `database_busy`."""
        values: dict[str, object] = {
            "folded": fold_name(name),
            "name": name,
            "address": address,
            "since": self._clock(),
        }
        self._put(_Work(schema.people_2023, values, written))

    def delete_2023(self, name: str) -> None:
        """Delete a client of 2023 that has gone. One that cannot be deleted is a row that the
        next start takes away."""
        work = _Work(schema.people_2023, {"folded": fold_name(name)}, _ignore, gone=True)
        try:
            self._put(work)
        except StorageFailed as failure:
            _log.warning("store.row_left_behind", code=failure.code)

    def record(self, record: CallRecord, written: Written) -> None:
        """Write down a call. Raises StorageFailed `database_busy` when too much waits."""
        values = msgspec.structs.asdict(record)
        values["kind"], values["reason"] = record.kind.value, record.reason.value
        self._put(_Work(schema.calls, values, written))

    def _put(self, work: _Work) -> None:
        try:
            self._queue.put_nowait(work)
        except queue.Full:
            raise StorageFailed("database_busy") from None

    # ── on the thread ────────────────────────────────────────────────────────────────────────────

    def _run(self) -> None:
        while True:
            batch = [self._queue.get()]
            while batch[-1] is not None and len(batch) < _MOST_AT_ONCE:
                try:
                    batch.append(self._queue.get_nowait())
                except queue.Empty:
                    break
            works = [work for work in batch if work is not None]
            if works:
                self._write(works)
            if batch[-1] is None:
                return

    def _write(self, works: list[_Work]) -> None:
        """All in one transaction; when that fails each by itself, so that one spoils no other."""
        if len(works) > 1 and any(work.first for work in works):
            for has_first, some in groupby(works, lambda work: work.first is not None):
                for part in ([work] for work in some) if has_first else (list(some),):
                    self._write(part)
            return
        try:
            self._execute(works)
        except DevCloudError as refusal:
            # The database is well: it was asked, and said no.
            self._tell(works, refusal, healthy=True)
        except SQLAlchemyError as failure:
            if len(works) > 1:
                for work in works:
                    self._write([work])
                return
            _log.error(
                "store.write_failed", why=type(failure).__name__, detail=_first_line(failure)
            )
            self._tell(works, StorageFailed("database_unwritten"))
        else:
            self._tell(works, None)

    def _execute(self, works: list[_Work]) -> None:
        """Rows of one table go in together: a tenth of the work of one by one. What is deleted
        in between keeps its place."""
        with self._engine.begin() as connection:
            for work in works:
                if work.first is not None:
                    work.first(connection)
            works = [work for work in works if work.values]
            for (table, gone), some in groupby(_in_order(works), lambda w: (w.table, w.gone)):
                rows = [work.values for work in some]
                if gone:
                    named = table.c.folded.in_([row["folded"] for row in rows])
                    connection.execute(delete(table).where(named))
                else:
                    connection.execute(insert(table), rows)

    def _tell(
        self, works: list[_Work], failure: DevCloudError | None, *, healthy: bool = False
    ) -> None:
        self.healthy = healthy or failure is None
        # A disk may be slower than a server that stops: its loop is closed, and nobody is told.
        with suppress(RuntimeError):
            for work in works:
                self._loop.call_soon_threadsafe(work.written, failure)


def _in_order(works: list[_Work]) -> list[_Work]:
    """Return works with those of one table together, each table's in the order they came."""
    return sorted(works, key=lambda work: work.table.name)


def _ignore(_failure: DevCloudError | None) -> None:
    """A row deleted or not: nobody waits for it."""


def _first_line(failure: SQLAlchemyError) -> str:
    # The rest of it holds the values: names and keys.
    return str(getattr(failure, "orig", failure)).partition("\n")[0]


def load_accounts(engine: Engine) -> list[Account]:
    """Return every account. Blocks."""
    with engine.connect() as connection:
        rows = connection.execute(select(schema.accounts.c.name, schema.accounts.c.key))
        return [Account(name, key) for name, key in rows]


def load_blocks(engine: Engine) -> list[Block]:
    """Return everything that is blocked. Blocks."""
    with engine.connect() as connection:
        return blocking.load(connection)


def forget_2023(engine: Engine) -> None:
    """Delete clients of 2023 that a server which did not end in good order left behind: their
    connections are gone with it. Blocks."""
    with engine.begin() as connection:
        connection.execute(delete(schema.people_2023))


def load_calls(connection: Connection, most: int = 1_000) -> list[CallRecord]:
    """Return the last calls, newest first. Blocks."""
    table = schema.calls.c
    rows = connection.execute(
        select(schema.calls).order_by(table.begun_at.desc(), table.id.desc()).limit(most)
    )
    return [
        CallRecord(
            call=row.call,
            caller=row.caller,
            callee=row.callee,
            kind=CallKind(row.kind),
            begun_at=row.begun_at,
            answered_at=row.answered_at,
            ended_at=row.ended_at,
            reason=EndReason(row.reason),
        )
        for row in rows
    ]
