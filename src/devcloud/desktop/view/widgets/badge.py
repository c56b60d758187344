"""A red pill with a number: missed calls, unread messages. Nothing at 0, «99+» above 99."""

from PySide6.QtCore import QRectF, QSize, Qt
from PySide6.QtGui import QFont, QPainter

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
