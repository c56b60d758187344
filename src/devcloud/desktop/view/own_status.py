"""The head of the sidebar: oneself, whether one is available, and the settings."""

from functools import partial

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QHBoxLayout, QMenu, QSizePolicy, QVBoxLayout, QWidget

from devcloud.desktop.theme.theme import theme
from devcloud.desktop.view.buttons import icon_button, name_button
from devcloud.desktop.view.people import OWN_DOTS
from devcloud.desktop.view.plain_button import PlainButton
from devcloud.desktop.view.widgets.avatar import Avatar
from devcloud.desktop.view.widgets.labels import ElidedLabel
from devcloud.desktop.viewmodel.app import AppModel
from devcloud.desktop.viewmodel.texts import T

STATUSES = ("available", "do_not_disturb")


class OwnStatus(QWidget):
    """56 px: who one is (a click changes the status) and the settings button."""

    settings_wanted = Signal()

    def __init__(self, app: AppModel, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._app = app
        self._text = T(app)
        self.avatar = Avatar("avatarSmall", "background")
        self.name = ElidedLabel("", "bodyStrong")
        self.status = ElidedLabel("", "caption", "muted")
        self.button = PlainButton()
        self.settings = icon_button("settings", self.settings_wanted.emit)
        self._lay_out()
        self.button.clicked.connect(self._choose)
        app.me_changed.connect(self.retranslate)
        app.link_changed.connect(self.retranslate)
        self.retranslate()

    def retranslate(self) -> None:
        """Show who one is, in the language of the moment."""
        me, text = self._app.me, self._text
        status = me.status if self._app.link.state == "online" else "offline"
        name = me.name or self._app.connect_form.name
        self.avatar.set_person(name, OWN_DOTS[status])
        self.name.setText(name)
        self.status.setText(text(f"home_{status}"))
        self.button.setAccessibleName(
            text("home_own_status", name=name, status=text(f"home_{status}"))
        )
        name_button(self.settings, text("home_settings"), self._app.shortcuts.keys("settings"))

    def fill_menu(self, menu: QMenu) -> None:
        """Put the statuses into a menu, the present one checked."""
        for status in STATUSES:
            action = menu.addAction(self._text(f"home_{status}"))
            action.setCheckable(True)
            action.setChecked(self._app.me.status == status)
            action.triggered.connect(partial(self._app.set_status, status))

    def _choose(self) -> None:
        menu = QMenu(self)
        menu.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self.fill_menu(menu)
        menu.popup(self.button.mapToGlobal(self.button.rect().bottomLeft()))

    def _lay_out(self) -> None:
        look = theme()
        words = QWidget()
        lines = QVBoxLayout(words)
        lines.setContentsMargins(0, 0, 0, 0)
        lines.setSpacing(0)
        lines.addWidget(self.name)
        lines.addWidget(self.status)
        self.button.row.setSpacing(look.length("space.3") - 2)
        self.button.row.setContentsMargins(6, 4, look.length("space.2"), 4)
        self.button.hold(self.avatar, words)
        self.button.row.setStretch(1, 1)
        policy = QSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        self.button.setSizePolicy(policy)
        box = QHBoxLayout(self)
        box.setContentsMargins(look.length("space.2"), 0, look.length("space.2"), 0)
        box.setSpacing(look.length("space.1"))
        box.addWidget(self.button, 1)
        box.addWidget(self.settings)
        self._tall()
        look.changed.connect(self._tall)

    def _tall(self) -> None:
        self.setMinimumHeight(theme().length("size.header"))
