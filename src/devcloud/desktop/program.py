"""The desktop client, put together: files, core thread, view-models, windows; and taken apart.

The window shows first. The client, its database and the rest are imported behind it, in their own
threads.
"""

import os

from PySide6.QtCore import QLocale, QTimer
from PySide6.QtWidgets import QApplication

from devcloud.desktop.bridge import Bridge, board_of
from devcloud.desktop.options import DesktopOptions
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


class Desktop:
    """The whole program behind its windows."""

    def __init__(self, options: DesktopOptions, application: QApplication) -> None:
        """Make everything; `show` begins."""
        data = options.data
        self.theme = Theme.install(application)
        self.settings = SettingsModel(data)
        self._apply_look()
        self.bridge = Bridge(board_of(data / SOUNDS))
        self.keeper = Keeper(data)
        self.app = AppModel(
            data,
            self.settings,
            self.bridge,
            self.keeper,
            QtClock(),
            system_language=system_language(),
            language=options.language,
        )
        self._connects_at_once = bool(options.server and options.name)
        self._fill_in(options.server, options.name)
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
        if self._connects_at_once and not self.app.connect_form.busy:
            self.app.connect_form.submit()

    def quit(self) -> None:
        """End the event loop; `stop` does the rest."""
        self.window.hide()
        self._application.quit()

    def stop(self) -> None:
        """Hang up, say goodbye, write down what waits. Takes a few seconds at most."""
        self.bridge.stop()
        self.keeper.stop()

    def _fill_in(self, server: str, name: str) -> None:
        form = self.app.connect_form
        if name:
            form.set_field("name", name)
        if server:
            form.set_field("host", server)

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


def system_language() -> Language:
    """Return French on a French system, else English."""
    chosen = os.environ.get("DEVCLOUD_LANGUAGE") or QLocale.system().name()
    return Language.FRENCH if chosen.lower().startswith("fr") else Language.ENGLISH
