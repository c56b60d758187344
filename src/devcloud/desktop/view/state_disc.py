"""A disc with an icon: how something is, by shape and colour. The words stand beside it."""

from PySide6.QtCore import QRectF, QSize, Qt
from PySide6.QtGui import QPainter, QPaintEvent
from PySide6.QtWidgets import QWidget

from devcloud.desktop.theme.icons import paint_icon
from devcloud.desktop.theme.theme import theme


class StateDisc(QWidget):
    """`show_state` sets it. Decoration: screen readers have the words."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._icon, self._ink, self._soft = "server", "textMuted", "sunken"
        self._fit()
        theme().changed.connect(self._fit)

    def show_state(self, icon: str, ink: str, soft: str) -> None:
        """Show an icon in one colour role on another."""
        self._icon, self._ink, self._soft = icon, ink, soft
        self.update()

    def sizeHint(self) -> QSize:  # noqa: N802
        """(Qt)"""
        side = theme().length("size.controlLarge")
        return QSize(side, side)

    def paintEvent(self, _event: QPaintEvent) -> None:  # noqa: N802
        """(Qt)"""
        look, side = theme(), self.sizeHint().width()
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(look.colour(self._soft))
        painter.drawEllipse(QRectF(0, 0, side, side))
        icon = look.length("icon.medium")
        corner = (side - icon) / 2
        place = QRectF(corner, corner, icon, icon)
        paint_icon(painter, place, self._icon, look.colour(self._ink))
        painter.end()

    def _fit(self) -> None:
        self.setFixedSize(self.sizeHint())
        self.update()
