"""The program's mark: the cloud on a rounded square of the accent."""

from PySide6.QtCore import QRectF, QSize, Qt
from PySide6.QtGui import QPainter, QPaintEvent
from PySide6.QtWidgets import QWidget

from devcloud.desktop.theme.icons import paint_icon
from devcloud.desktop.theme.theme import theme


class BrandMark(QWidget):
    """The mark, 64 px at a font size of 100 %. Decoration: it has no name."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._resize()
        theme().changed.connect(self._resize)

    def sizeHint(self) -> QSize:  # noqa: N802
        """A square (Qt)."""
        side = theme().length("size.brandMark")
        return QSize(side, side)

    def paintEvent(self, _event: QPaintEvent) -> None:  # noqa: N802
        """Square and cloud (Qt)."""
        look = theme()
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(look.colour("accent"))
        radius = look.length("radius.large")
        painter.drawRoundedRect(self.rect(), radius, radius)
        side = look.length("size.brandGlyph")
        middle = (self.width() - side) / 2
        place = QRectF(middle, middle, side, side)
        paint_icon(painter, place, "brand", look.colour("onAccent"))
        painter.end()

    def _resize(self) -> None:
        self.setFixedSize(self.sizeHint())
        self.update()
