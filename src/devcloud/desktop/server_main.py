"""`devcloud server --window`: a server and its window, in one process."""

import os
import signal
import sys
from collections.abc import Callable
from types import FrameType

from PySide6.QtCore import QTimer
from PySide6.QtGui import QGuiApplication
from PySide6.QtWidgets import QApplication

from devcloud.desktop.serving import Serving
from devcloud.desktop.theme.theme import Theme
from devcloud.desktop.view.server_window import ServerWindow
from devcloud.desktop.viewmodel.clock import QtClock
from devcloud.desktop.viewmodel.server import ServerModel
from devcloud.server.settings import ServerSettings

_LOOK_FOR_SIGNALS_MS = 250


def run(settings: ServerSettings) -> int:
    """Show the window until it is closed, or until Ctrl+C or SIGTERM. Returns the exit code."""
    app = QApplication.instance() or QApplication([sys.argv[0]])
    assert isinstance(app, QApplication)
    QGuiApplication.setApplicationDisplayName("")
    QGuiApplication.setDesktopFileName("devcloud-server")
    Theme.install(app)
    serving = Serving()
    model = ServerModel(settings, serving, QtClock())
    window = ServerWindow(model)
    window.show()
    # What was asked for by signal is not asked again.
    _on_signals(model.close)
    heartbeat = QTimer()
    # Python runs its signal handlers between bytecodes: Qt's loop alone runs none.
    heartbeat.timeout.connect(lambda: None)
    heartbeat.start(_LOOK_FOR_SIGNALS_MS)
    QTimer.singleShot(0, model.start)
    code = app.exec()
    serving.stop()
    return code


def can_show() -> bool:
    """Whether there is a display to show a window on."""
    if sys.platform in ("win32", "darwin") or os.environ.get("QT_QPA_PLATFORM"):
        return True
    return bool(os.environ.get("DISPLAY") or os.environ.get("WAYLAND_DISPLAY"))


def _on_signals(close: Callable[[], None]) -> None:
    def handle(_number: int, _frame: FrameType | None) -> None:
        close()

    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, handle)
