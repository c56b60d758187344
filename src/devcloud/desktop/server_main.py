"""`devcloud server --window`: a server and its window, in one process."""

import sys

from PySide6.QtCore import QTimer
from PySide6.QtGui import QGuiApplication
from PySide6.QtWidgets import QApplication

from devcloud.desktop.serving import Serving
from devcloud.desktop.signals import Signals
from devcloud.desktop.theme.theme import Theme
from devcloud.desktop.view.server_window import ServerWindow
from devcloud.desktop.viewmodel.clock import QtClock
from devcloud.desktop.viewmodel.server import ServerModel
from devcloud.server.settings import ServerSettings


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
    # What is asked for by signal is not asked again.
    signals = Signals(model.close)
    QTimer.singleShot(0, model.start)
    code = app.exec()
    signals.stop()
    serving.stop()
    return code
