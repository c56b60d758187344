"""Ctrl+C and SIGTERM, in Qt's event loop."""

import signal
import socket
from collections.abc import Callable
from types import FrameType

from PySide6.QtCore import QSocketNotifier


class Signals:
    """Ctrl+C and SIGTERM call `then` in the Qt thread, without a timer that looks for them: Python
    writes the number of each to a socket, and Qt waits for that. (Python's `set_wakeup_fd`)"""

    def __init__(self, then: Callable[[], None]) -> None:
        self._read, self._write = socket.socketpair()
        for end in (self._read, self._write):
            end.setblocking(False)
        self._then = then
        self._notifier = QSocketNotifier(self._read.fileno(), QSocketNotifier.Type.Read)
        self._notifier.activated.connect(self._came)
        self._woken_before = signal.set_wakeup_fd(self._write.fileno())
        self._before = {
            number: signal.signal(number, _noted) for number in (signal.SIGINT, signal.SIGTERM)
        }

    def stop(self) -> None:
        """As before."""
        for number, handler in self._before.items():
            signal.signal(number, handler)
        signal.set_wakeup_fd(self._woken_before)
        self._notifier.setEnabled(False)
        self._read.close()
        self._write.close()

    def _came(self) -> None:
        self._read.recv(64)
        self._then()


def _noted(_number: int, _frame: FrameType | None) -> None:
    """The number has been written to the socket by now, which is all there is to do."""
