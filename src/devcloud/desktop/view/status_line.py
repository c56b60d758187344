"""The foot of the sidebar: how the connection is, and the button of the activity log."""

from PySide6.QtCore import QRectF, Qt, Signal
from PySide6.QtGui import QPainter, QPaintEvent, QPen
from PySide6.QtWidgets import QFrame, QHBoxLayout, QWidget

from devcloud.desktop.theme.theme import theme
from devcloud.desktop.view.buttons import icon_button, name_button
from devcloud.desktop.view.widgets.labels import ElidedLabel
from devcloud.desktop.viewmodel.app import AppModel
from devcloud.desktop.viewmodel.texts import T
from devcloud.desktop.viewmodel.values import LinkState

_COLOURS = {
    "online": "presenceOnline",
    "connecting": "presenceBusy",
    "reconnecting": "presenceBusy",
    "offline": "presenceOffline",
}
_WORDS = {
    "online": "home_connected",
    "connecting": "home_connecting",
    "reconnecting": "home_reconnecting",
    "offline": "home_disconnected",
}


class LinkDot(QWidget):
    """8 px: green, amber, or a hollow grey ring. The words beside it say the same."""

    def __init__(self) -> None:
        super().__init__()
        self._state: LinkState = "offline"
        self._resize()
        theme().changed.connect(self._resize)

    def set_state(self, state: LinkState) -> None:
        """Show another state."""
        self._state = state
        self.update()

    def paintEvent(self, _event: QPaintEvent) -> None:  # noqa: N802
        """Paint the dot (Qt)."""
        colour = theme().colour(_COLOURS[self._state])
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        place = QRectF(self.rect())
        if self._state == "offline":
            painter.setPen(QPen(colour, 2))
            painter.drawEllipse(place.adjusted(1, 1, -1, -1))
        else:
            painter.setPen(Qt.PenStyle.NoPen)
            painter.setBrush(colour)
            painter.drawEllipse(place)
        painter.end()

    def _resize(self) -> None:
        side = theme().px(8)
        self.setFixedSize(side, side)


class StatusLine(QFrame):
    """36 px: a dot, a sentence, a button."""

    log_wanted = Signal()

    def __init__(self, app: AppModel, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._app = app
        self._text = T(app)
        self.setProperty("role", "statusline")
        self.dot = LinkDot()
        self.words = ElidedLabel("", "caption", "muted", tabular=True)
        self.log = icon_button("log", self.log_wanted.emit)
        self.log.setProperty("compact", True)
        look = theme()
        box = QHBoxLayout(self)
        box.setContentsMargins(look.length("space.4"), 0, look.length("space.1"), 0)
        box.setSpacing(look.length("space.2"))
        box.addWidget(self.dot)
        box.addWidget(self.words, 1)
        box.addWidget(self.log)
        self._tall()
        look.changed.connect(self._tall)
        app.link_changed.connect(self.retranslate)
        self.retranslate()

    def retranslate(self) -> None:
        """Say how the connection is, in the language of the moment."""
        link, text = self._app.link, self._text
        self.dot.set_state(link.state)
        values = {} if link.state == "offline" else {"address": link.address}
        self.words.setText(text(_WORDS[link.state], **values))
        name_button(self.log, text("home_log"), self._app.shortcuts.keys("log"))

    def _tall(self) -> None:
        self.setFixedHeight(theme().length("size.statusbar"))
