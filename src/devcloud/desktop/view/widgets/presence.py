"""The presence dot: a shape for each state, so that colour is never alone.

Online is a filled disc, in a call a disc with a bar, do not disturb a red disc with a bar,
offline a hollow ring.
"""

from typing import Final

from PySide6.QtCore import QPointF, QRectF, Qt
from PySide6.QtGui import QColor, QPainter, QPen

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
