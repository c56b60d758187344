"""A red pill with a number: missed calls, unread messages. Nothing at 0, «99+» above 99."""

from PySide6.QtCore import QEvent, QRectF, QSize, Qt
from PySide6.QtGui import QFont, QPainter, QPaintEvent
from PySide6.QtWidgets import QSizePolicy, QWidget

from devcloud.desktop.theme.theme import theme

MOST = 99


def badge_text(count: int) -> str:
    """Return what a badge reads."""
    return f"{MOST}+" if count > MOST else str(count)


def badge_size(count: int) -> QSize:
    """Return the size of a badge with this count."""
    height = theme().px(18)
    words = theme().metrics("caption").horizontalAdvance(badge_text(count))
    return QSize(max(height, words + theme().px(10)), height)


def paint_badge(painter: QPainter, rect: QRectF, count: int, rim_role: str | None = None) -> None:
    """Paint the badge in `rect`, with a rim of 2 px outside it when it lies on something."""
    painter.save()
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    painter.setPen(Qt.PenStyle.NoPen)
    if rim_role is not None:
        painter.setBrush(theme().colour(rim_role))
        rim = rect.adjusted(-2, -2, 2, 2)
        painter.drawRoundedRect(rim, rim.height() / 2, rim.height() / 2)
    painter.setBrush(theme().colour("danger"))
    painter.drawRoundedRect(rect, rect.height() / 2, rect.height() / 2)
    painter.setPen(theme().colour("onDanger"))
    font = theme().font("caption", tabular=True)
    font.setWeight(QFont.Weight.DemiBold)
    painter.setFont(font)
    painter.drawText(rect, Qt.AlignmentFlag.AlignCenter, badge_text(count))
    painter.restore()


class BadgeCount(QWidget):
    """The badge as a widget. What it counts is said by the accessible name of what carries it."""

    def __init__(self, count: int = 0, parent: QWidget | None = None) -> None:
        """Hidden while `count` is 0."""
        super().__init__(parent)
        self._count = 0
        self.setSizePolicy(QSizePolicy.Policy.Fixed, QSizePolicy.Policy.Fixed)
        self.set_count(count)
        theme().changed.connect(self.updateGeometry)

    @property
    def count(self) -> int:
        """The number."""
        return self._count

    def set_count(self, count: int) -> None:
        """Show another number; 0 hides the badge."""
        self._count = max(0, count)
        self._show_or_hide()
        self.updateGeometry()
        self.update()

    def changeEvent(self, event: QEvent) -> None:  # noqa: N802
        """Show once there is something to be shown in: alone it would be a window."""
        super().changeEvent(event)
        if event.type() == QEvent.Type.ParentChange:
            self._show_or_hide()

    def _show_or_hide(self) -> None:
        if self._count == 0:
            self.hide()
        elif self.parentWidget() is not None:
            self.show()

    def sizeHint(self) -> QSize:  # noqa: N802
        """As wide as the number."""
        return badge_size(self._count)

    def paintEvent(self, _event: QPaintEvent) -> None:  # noqa: N802
        """Paint the badge."""
        painter = QPainter(self)
        paint_badge(painter, QRectF(self.rect()), self._count)
        painter.end()
