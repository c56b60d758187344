"""The desktop client, put together: files, core thread, view-models, windows; and taken apart.

The window shows first. The client, its database and the rest are imported behind it, in their own
threads.
"""

import os
import sys
from dataclasses import dataclass
from pathlib import Path

from PySide6.QtCore import QLocale, QTimer
from PySide6.QtGui import QGuiApplication
from PySide6.QtWidgets import QApplication

from devcloud.desktop.bridge import Bridge, board_of
from devcloud.desktop.instance import SingleInstance
from devcloud.desktop.signals import Signals
from devcloud.desktop.store.keeper import Keeper
from devcloud.desktop.theme.theme import Theme
from devcloud.desktop.view.main_window import MainWindow
from devcloud.desktop.viewmodel.app import AppModel
from devcloud.desktop.viewmodel.clock import QtClock
from devcloud.desktop.viewmodel.settings import SettingsModel
from devcloud.model.texts import Language

SOUNDS = "sounds"
"""Where the program's sounds are kept, in the data directory."""
LOOK = frozenset({"theme", "accent", "font_scale", "reduced_motion"})


@dataclass(frozen=True)
class DesktopOptions:
    """What the command line says. `data` is the data directory; `language` None: as the settings
    say; with `server` and `name` both, it connects at once."""

    data: Path
    language: Language | None = None
    server: str = ""
    name: str = ""


class Desktop:
    """The whole program behind its windows."""

    def __init__(self, options: DesktopOptions, application: QApplication) -> None:
        self.options = options
        self.theme = Theme.install(application)
        self.settings = SettingsModel(options.data)
        self._apply_look()
        self.bridge = Bridge(board_of(options.data / SOUNDS))
        self.keeper = Keeper(options.data)
        self.app = AppModel(
            options.data,
            self.settings,
            self.bridge,
            self.keeper,
            QtClock(),
            system_language=system_language(),
            language=options.language,
        )
        self._fill_form()
        self.window = MainWindow(self.app)
        self.settings.changed.connect(self._setting_changed)
        self.app.quitting.connect(self.quit)
        self._application = application

    def show(self) -> None:
        """Show the window, and begin behind it."""
        self.window.show()
        QTimer.singleShot(0, self._begin)

    def _begin(self) -> None:
        self.bridge.start()
        self.keeper.start()
        self.app.start()
        if self.options.server and self.options.name and not self.app.connect_form.busy:
            self.app.connect_form.submit()

    def quit(self) -> None:
        """End the event loop; `stop` does the rest."""
        self.window.hide()
        self._application.quit()

    def stop(self) -> None:
        """Hang up, say goodbye, write down what waits. Takes a few seconds at most."""
        self.bridge.stop()
        self.keeper.stop()

    def _fill_form(self) -> None:
        form = self.app.connect_form
        if self.options.name:
            form.set_field("name", self.options.name)
        if self.options.server:
            form.set_field("host", self.options.server)

    def _setting_changed(self, key: str) -> None:
        if key in LOOK:
            self._apply_look()

    def _apply_look(self) -> None:
        value = self.settings.value
        self.theme.configure(
            theme_choice=value("theme"),
            accent=value("accent"),
            scale=value("font_scale"),
            reduced_motion=value("reduced_motion") is True,
        )


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


def system_language() -> Language:
    """Return French on a French system, else English."""
    chosen = os.environ.get("DEVCLOUD_LANGUAGE") or QLocale.system().name()
    return Language.FRENCH if chosen.lower().startswith("fr") else Language.ENGLISH
