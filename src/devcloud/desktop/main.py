"""The desktop client, begun and ended: one window per data directory, and signals of the system.

What it is made of is in `program.py`, which is imported when it is certain that this is the first.
"""

import sys

from PySide6.QtGui import QGuiApplication
from PySide6.QtWidgets import QApplication

from devcloud.desktop.instance import SingleInstance
from devcloud.desktop.options import DesktopOptions
from devcloud.desktop.signals import Signals

__all__ = ["DesktopOptions", "run"]


def run(options: DesktopOptions) -> int:
    """Show the window until the person quits, and return the exit code. A second start on one data
    directory brings the first window to the front.

    Raises:
        AlreadyRunning: `windows_first_unreachable`: there is a first, and it does not answer.
        StorageFailed: the data directory.
    """
    application = QApplication.instance() or QApplication([sys.argv[0]])
    assert isinstance(application, QApplication)
    application.setApplicationName("DevCloud")
    QGuiApplication.setApplicationDisplayName("")
    QGuiApplication.setDesktopFileName("devcloud")
    application.setQuitOnLastWindowClosed(False)
    instance = SingleInstance(options.data)
    if not instance.begin():
        return 0
    try:
        from devcloud.desktop.program import Desktop  # noqa: PLC0415 - a second start has no need

        desktop = Desktop(options, application)
        instance.asked.connect(desktop.app.raise_window)
        signals = Signals(desktop.app.quit)
        desktop.show()
        code = application.exec()
        signals.stop()
        desktop.stop()
        return code
    finally:
        instance.end()
