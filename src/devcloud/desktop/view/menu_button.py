"""A flat button that opens a menu: icon, words, a small arrow at the right."""

from PySide6.QtCore import QRectF
from PySide6.QtGui import QPainter, QPaintEvent
from PySide6.QtWidgets import QPushButton, QWidget

from devcloud.desktop.theme.icons import paint_icon, set_icon
from devcloud.desktop.theme.theme import theme


class MenuButton(QPushButton):
    """A compact flat button with an arrow. The menu itself is the page's."""

    def __init__(self, icon: str, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setProperty("kind", "flat")
        self.setProperty("compact", True)
        # An icon keeps its distance only from words that are there.
        self.setText("…")
        set_icon(self, icon, "text", "small")
        # Room for the arrow: the sheet's own padding leaves none.
        self.setStyleSheet("padding-right: 34px;")

    def paintEvent(self, event: QPaintEvent) -> None:  # noqa: N802
        """The button, and its arrow (Qt)."""
        super().paintEvent(event)
        side = theme().length("icon.small")
        left = self.width() - side - theme().length("space.3")
        place = QRectF(left, (self.height() - side) / 2, side, side)
        painter = QPainter(self)
        paint_icon(painter, place, "down", theme().colour("textMuted"))
        painter.end()
