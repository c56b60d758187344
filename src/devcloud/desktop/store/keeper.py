"""Contacts and history, kept in a thread of their own: the windows never wait for a disk.

What is to be written waits in a bounded queue, in order; what was read comes back in the Qt thread.
"""

import logging
import queue
import threading
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, Qt, Signal

from devcloud.desktop.store.records import Kept, KnownPerson, PastCall
from devcloud.model.errors import DevCloudError, StorageFailed

if TYPE_CHECKING:
    from devcloud.desktop.store.database import Database

FILE = "contacts.sqlite3"
MOST_WAITING = 2_000
CLOSE_S = 3.0

_log = logging.getLogger(__name__)


class Keeper(QObject):
    """A `Shelf` on disk. `start` first (it may be asked before), `stop` last."""

    failed = Signal(object)
    _call = Signal(object)

    def __init__(self, directory: Path, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self.path = directory / FILE
        self._queue: queue.Queue[Callable[[Database], None] | None] = queue.Queue(MOST_WAITING)
        self._thread = threading.Thread(target=self._run, name="devcloud-store", daemon=True)
        self._began = False
        self._call.connect(_call_now, Qt.ConnectionType.QueuedConnection)

    def start(self) -> None:
        """Begin to work off what waits."""
        if not self._began:
            self._began = True
            self._thread.start()

    def stop(self, timeout: float = CLOSE_S) -> bool:
        """Write what waits and close. Say whether that was done in time."""
        if not self._began:
            return True
        try:
            self._queue.put(None, timeout=timeout)
        except queue.Full:
            _log.error("%s writes are left behind", self._queue.qsize())
            return False
        self._thread.join(timeout)
        return not self._thread.is_alive()

    # ── a shelf ──────────────────────────────────────────────────────────────────────────────────

    def load(self, server: str, then: Callable[[Kept], None]) -> None:
        """Read what is kept of a server, and hand it over in the Qt thread."""

        def read(database: "Database") -> None:
            kept = database.load(server)
            self._call.emit(lambda: then(kept))

        self._put(read)

    def keep_people(self, server: str, people: tuple[KnownPerson, ...]) -> None:
        """Write these people down."""
        self._put(lambda database: database.keep_people(server, people))

    def keep_call(self, server: str, call: PastCall) -> None:
        """Write a call down."""
        self._put(lambda database: database.keep_call(server, call))

    def delete_calls(self, server: str, ids: tuple[int, ...]) -> None:
        """Take calls away."""
        self._put(lambda database: database.delete_calls(server, ids))

    def delete_before(self, moment: float) -> None:
        """Take the calls away that began earlier, of all servers."""
        self._put(lambda database: database.delete_before(moment))

    def mark_seen(self, server: str) -> None:
        """Missed calls have been seen."""
        self._put(lambda database: database.mark_seen(server))

    def erase(self) -> None:
        """Take everything away, of all servers."""
        self._put(lambda database: database.erase())

    def _put(self, work: Callable[["Database"], None]) -> None:
        try:
            self._queue.put_nowait(work)
        except queue.Full:
            self.failed.emit(StorageFailed("contacts_unwritten"))

    # ── in its own thread ────────────────────────────────────────────────────────────────────────

    def _run(self) -> None:
        database = self._open()
        while (work := self._queue.get()) is not None:
            if database is None:
                continue
            try:
                work(database)
            except DevCloudError as error:
                self._fail(error)
        if database is not None:
            database.close()

    def _open(self) -> "Database | None":
        from devcloud.desktop.store.database import (  # noqa: PLC0415 - beside the windows
            Database,
            open_or_begin_anew,
        )

        try:
            engine, aside = open_or_begin_anew(self.path)
        except StorageFailed as failure:
            # Calling goes on; nothing is remembered beyond this run, and the person knows.
            self._fail(failure)
            return None
        if aside is not None:
            self._fail(StorageFailed("contacts_damaged", path=str(aside)))
        return Database(engine)

    def _fail(self, error: DevCloudError) -> None:
        _log.warning("contacts and history: %s", error)
        self._call.emit(lambda: self.failed.emit(error))


def _call_now(then: Callable[[], None]) -> None:
    then()
