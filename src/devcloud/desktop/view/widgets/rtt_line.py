"""The last minute of round-trip time as a line: one point a second, the newest at the right."""

from collections import deque
from collections.abc import Sequence

from PySide6.QtCore import QPointF, QSize, Qt
from PySide6.QtGui import QPainter, QPaintEvent, QPen
from PySide6.QtWidgets import QSizePolicy, QWidget

from devcloud.desktop.theme.theme import theme

LEAST_RANGE = 100.0  # milliseconds: a quiet line must not look like a storm


class RttLine(QWidget):
    """Milliseconds over time. The figure itself stands below it, in words."""

    def __init__(self, points: int = 60, parent: QWidget | None = None) -> None:
        """Room for so many points."""
        super().__init__(parent)
        self._room = points
        self._points: deque[float] = deque(maxlen=points)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        theme().changed.connect(self.updateGeometry)

    @property
    def points(self) -> list[float]:
        """The points that show, in milliseconds, oldest first."""
        return list(self._points)

    def set_points(self, milliseconds: Sequence[float]) -> None:
        """Show these, oldest first; the last ones when there are too many."""
        self._points = deque(milliseconds, maxlen=self._room)
        self.update()

    def sizeHint(self) -> QSize:  # noqa: N802
        """As wide as a popover, 44 px high."""
        return QSize(theme().length("size.popover") - 32, theme().px(44))

    def minimumSizeHint(self) -> QSize:  # noqa: N802
        """Two pixels a point."""
        return QSize(self._room * 2, theme().px(44))

    def paintEvent(self, _event: QPaintEvent) -> None:  # noqa: N802
        """Paint the floor and the line."""
        painter = QPainter(self)
        floor = self.height() - 0.5
        painter.setPen(QPen(theme().colour("border"), 1))
        painter.drawLine(QPointF(0, floor), QPointF(self.width(), floor))
        if len(self._points) > 1:
            painter.setRenderHint(QPainter.RenderHint.Antialiasing)
            pen = QPen(theme().colour("accentText"), 1.75)
            pen.setJoinStyle(Qt.PenJoinStyle.RoundJoin)
            pen.setCapStyle(Qt.PenCapStyle.RoundCap)
            painter.setPen(pen)
            painter.drawPolyline(self._line())
        painter.end()

    def _line(self) -> list[QPointF]:
        highest = max(LEAST_RANGE, *self._points)
        room = self.height() - 8
        step = (self.width() - 4) / (self._room - 1)
        right = self.width() - 2
        newest = len(self._points) - 1
        return [
            QPointF(right - (newest - index) * step, 4 + room - value / highest * room)
            for index, value in enumerate(self._points)
        ]
