"""Grey rows where people will be, for the second that loading may take. Nothing moves."""

from PySide6.QtCore import QRectF, Qt
from PySide6.QtGui import QPainter, QPaintEvent
from PySide6.QtWidgets import QWidget

from devcloud.desktop.theme.theme import theme

ROWS = 6
WIDTHS = ((128, 72), (104, 88), (144, 64), (96, 80), (120, 72), (112, 56))
"""Of the two lines of each row, in pixels at a font size of 100 %."""


class Skeleton(QWidget):
    """Six rows of a disc and two lines. Its accessible name says that contacts are loading."""

    def paintEvent(self, _event: QPaintEvent) -> None:  # noqa: N802
        """Paint the rows (Qt)."""
        look = theme()
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(look.colour("sunken"))
        row, disc, left = (
            look.length("size.row"),
            look.length("size.avatar"),
            look.length("space.4"),
        )
        top = float(look.length("space.6"))
        for first, second in WIDTHS[:ROWS]:
            painter.drawEllipse(QRectF(left, top + (row - disc) / 2, disc, disc))
            text = left + disc + look.length("space.3")
            for number, width in enumerate((first, second)):
                line = QRectF(text, top + look.px(14) + number * look.px(18), look.px(width), 10)
                painter.drawRoundedRect(line, 5, 5)
            top += row
        painter.end()
