"""One window per data directory: the second start asks the first to come to the front.

The first holds a lock file and listens on a local socket named after the directory, which only
this user may open. Knows nothing of what the window shows.
"""

import hashlib
import os
import sys
from pathlib import Path

from PySide6.QtCore import QDeadlineTimer, QLockFile, QObject, QThread, Signal
from PySide6.QtNetwork import QLocalServer, QLocalSocket

from devcloud.model.errors import AlreadyRunning, StorageFailed

LOCK_FILE = "window.lock"
SOCKET_FILE = "window.sock"
HERE = b"here\n"
ANSWER_MS = 3_000
"""So long the second waits for the first, which may be starting itself."""
_LONGEST_SOCKET = 100
"""A path of a Unix socket has at most 108 bytes. (unix(7))"""


class SingleInstance(QObject):
    """`begin` says whether this is the first; `asked` that a second one was started."""

    asked = Signal()

    def __init__(self, directory: Path, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._directory = directory.absolute()
        self._lock = QLockFile(str(self._directory / LOCK_FILE))
        self._lock.setStaleLockTime(0)  # by the process that holds it, never by its age
        self._server = QLocalServer(self)
        self._server.setSocketOptions(QLocalServer.SocketOption.UserAccessOption)
        self._server.newConnection.connect(self._answer)

    def begin(self) -> bool:
        """Be the first, or have the first come to the front.

        Raises:
            AlreadyRunning: `windows_first_unreachable`.
            StorageFailed: `directory_unusable`.
        """
        try:
            self._directory.mkdir(parents=True, exist_ok=True, mode=0o700)
        except OSError:
            raise StorageFailed("directory_unusable", path=str(self._directory)) from None
        if self._lock.tryLock(0):
            self._listen()
            return True
        if self._lock.error() is not QLockFile.LockError.LockFailedError:
            raise StorageFailed("directory_unusable", path=str(self._directory))
        self._ask()
        return False

    def end(self) -> None:
        """Be the first no more."""
        self._server.close()
        self._lock.unlock()

    def _listen(self) -> None:
        # What the lock protects may be removed: whoever left it has died.
        QLocalServer.removeServer(self._name)
        # Without a socket the window works; a second start says that it does not answer.
        self._server.listen(self._name)

    def _answer(self) -> None:
        while (socket := self._server.nextPendingConnection()) is not None:
            socket.disconnected.connect(socket.deleteLater)
            socket.write(HERE)
            socket.flush()
            socket.disconnectFromServer()
            self.asked.emit()

    def _ask(self) -> None:
        deadline = QDeadlineTimer(ANSWER_MS)
        while True:
            socket = QLocalSocket()
            socket.connectToServer(self._name)
            if socket.waitForConnected(max(1, int(deadline.remainingTime()))) and (
                socket.waitForReadyRead(max(1, int(deadline.remainingTime())))
                and bytes(socket.readAll().data()).startswith(HERE)
            ):
                return
            if deadline.hasExpired():
                raise AlreadyRunning(
                    "windows_first_unreachable",
                    path=str(self._directory),
                    detail=socket.errorString(),
                )
            QThread.msleep(20)  # it holds the lock already and is about to listen

    @property
    def _name(self) -> str:
        inside = self._directory / SOCKET_FILE
        if sys.platform != "win32" and len(os.fsencode(inside)) <= _LONGEST_SOCKET:
            return str(inside)
        digest = hashlib.sha256(os.fsencode(self._directory)).hexdigest()
        return f"devcloud-{digest[:32]}"
