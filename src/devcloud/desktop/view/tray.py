"""The tray icon: how it is in a picture and a sentence, and a short menu.

Where the platform has no tray, `available` is False and the window decides what closing means.
"""

from functools import partial

from PySide6.QtCore import QObject, Signal
from PySide6.QtWidgets import QMenu, QSystemTrayIcon

from devcloud.desktop.theme.theme import theme
from devcloud.desktop.view.brand_icon import tray_icon
from devcloud.desktop.view.own_status import STATUSES
from devcloud.desktop.viewmodel.app import AppModel
from devcloud.desktop.viewmodel.texts import T

_CLICKS = {QSystemTrayIcon.ActivationReason.Trigger, QSystemTrayIcon.ActivationReason.DoubleClick}


class Tray(QObject):
    """`open_wanted`, `settings_wanted`, `quit_wanted` are the window's to answer."""

    open_wanted = Signal()
    settings_wanted = Signal()
    quit_wanted = Signal()

    def __init__(self, app: AppModel, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._app = app
        self._text = T(app)
        self.icon = QSystemTrayIcon(self)
        self.menu = QMenu()
        self.icon.setContextMenu(self.menu)
        self.icon.activated.connect(self._clicked)
        self.menu.aboutToShow.connect(self._fill)
        for changed in (
            app.tray_state_changed, app.link_changed, app.language_changed, theme().changed
        ):  # fmt: skip
            changed.connect(self.refresh)
        self.refresh()
        if self.available:
            self.icon.show()

    @property
    def available(self) -> bool:
        """Whether the platform shows tray icons."""
        return QSystemTrayIcon.isSystemTrayAvailable()

    @property
    def status(self) -> str:
        """How it is, in a sentence."""
        link, state = self._app.link, self._app.tray_state
        if state == "in_call":
            return self._text("tray_in_call")
        if state == "missed":
            return self._text("tray_missed")
        if link.state == "online":
            return self._text("home_connected", address=link.address)
        if link.state == "offline":
            return self._text("home_disconnected")
        return self._text(f"home_{link.state}", address=link.address)

    def refresh(self) -> None:
        """Show how it is now."""
        self.icon.setIcon(tray_icon(self._app.tray_state))
        self.icon.setToolTip(self._text("tray_tooltip", status=self.status))
        self._fill()

    def hide(self) -> None:
        """Take the icon away, at the end of the program."""
        self.icon.hide()

    def _clicked(self, reason: QSystemTrayIcon.ActivationReason) -> None:
        if reason in _CLICKS:
            self.open_wanted.emit()

    def _fill(self) -> None:
        menu, text = self.menu, self._text
        menu.clear()
        menu.addAction(self.status).setEnabled(False)
        menu.addAction(text("tray_open")).triggered.connect(self.open_wanted)
        self._add_call(menu)
        menu.addSeparator()
        for status in STATUSES:
            action = menu.addAction(text(f"home_{status}"))
            action.setCheckable(True)
            action.setChecked(self._app.me.status == status)
            action.setEnabled(self._app.link.state == "online")
            action.triggered.connect(partial(self._app.set_status, status))
        menu.addSeparator()
        menu.addAction(text("tray_settings")).triggered.connect(self.settings_wanted)
        menu.addAction(text("tray_quit")).triggered.connect(self.quit_wanted)

    def _add_call(self, menu: QMenu) -> None:
        call = self._app.calls.current
        if call is None or call.state.phase == "over":
            return
        menu.addSeparator()
        mute = menu.addAction(self._text("tray_unmute" if call.state.muted else "tray_mute"))
        mute.setEnabled(call.state.can_mute)
        mute.triggered.connect(call.toggle_mute)
        menu.addAction(self._text("tray_hang_up")).triggered.connect(call.hang_up)
