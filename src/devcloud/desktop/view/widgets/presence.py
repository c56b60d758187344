"""The presence dot: a shape for each state, so that colour is never alone.

Online is a filled disc, in a call a disc with a bar, do not disturb a red disc with a bar,
offline a hollow ring.
"""

from typing import Final

from PySide6.QtCore import QPointF, QRectF, QSize, Qt
from PySide6.QtGui import QColor, QPainter, QPaintEvent, QPen
from PySide6.QtWidgets import QWidget

from devcloud.desktop.theme.theme import theme
from devcloud.desktop.view.widgets.person import Presence

_FILLS: Final = {"online": "presenceOnline", "busy": "presenceBusy", "dnd": "danger"}
_BARS: Final = {"busy": "onWarning", "dnd": "onDanger"}


def paint_presence(painter: QPainter, rect: QRectF, presence: Presence, background: QColor) -> None:
    """Paint the dot in `rect`, with a rim of the colour that lies behind it."""
    painter.save()
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    painter.setPen(Qt.PenStyle.NoPen)
    painter.setBrush(background)
    painter.drawEllipse(rect)
    rim = rect.width() / 7
    disc = rect.adjusted(rim, rim, -rim, -rim)
    if presence == "offline":
        pen = QPen(theme().colour("presenceOffline"), rim)
        painter.setPen(pen)
        painter.setBrush(Qt.BrushStyle.NoBrush)
        painter.drawEllipse(disc.adjusted(rim / 2, rim / 2, -rim / 2, -rim / 2))
    else:
        painter.setBrush(theme().colour(_FILLS[presence]))
        painter.drawEllipse(disc)
    if presence in _BARS:
        pen = QPen(theme().colour(_BARS[presence]), rim)
        pen.setCapStyle(Qt.PenCapStyle.RoundCap)
        painter.setPen(pen)
        reach = disc.width() * 0.24
        centre = disc.center()
        painter.drawLine(centre - QPointF(reach, 0), centre + QPointF(reach, 0))
    painter.restore()


class PresenceDot(QWidget):
    """A dot on its own, for a status line. Its words stand beside it, so it has no name."""

    def __init__(
        self,
        presence: Presence = "offline",
        background_role: str = "background",
        parent: QWidget | None = None,
    ) -> None:
        """`background_role` is the colour that lies behind the dot."""
        super().__init__(parent)
        self._presence: Presence = presence
        self._background = background_role
        self.setFixedSize(self.sizeHint())
        theme().changed.connect(self._resize)

    @property
    def presence(self) -> Presence:
        """What the dot shows."""
        return self._presence

    def set_presence(self, presence: Presence) -> None:
        """Show another state."""
        if presence != self._presence:
            self._presence = presence
            self.update()

    def sizeHint(self) -> QSize:  # noqa: N802
        """A dot of 10 px with its rim."""
        return QSize(theme().px(14), theme().px(14))

    def paintEvent(self, _event: QPaintEvent) -> None:  # noqa: N802
        """Paint the dot."""
        painter = QPainter(self)
        paint_presence(
            painter, QRectF(self.rect()), self._presence, theme().colour(self._background)
        )
        painter.end()

    def _resize(self) -> None:
        self.setFixedSize(self.sizeHint())
        self.update()
