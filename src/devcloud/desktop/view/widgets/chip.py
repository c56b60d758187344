"""A chip: a pill with an icon and a few words about security or state."""

from typing import Final

from PySide6.QtCore import QPoint, QRect, QRectF, QSize, Qt
from PySide6.QtGui import QColor, QPainter, QPaintEvent
from PySide6.QtWidgets import QAbstractButton, QSizePolicy, QWidget

from devcloud.desktop.theme.icons import paint_icon
from devcloud.desktop.theme.theme import theme

# Tone: the colour of the pill and of what stands on it.
TONES: Final = {
    "success": ("successSoft", "successText"),
    "neutral": ("sunken", "text"),
    "warning": ("warningSoft", "warningText"),
    "danger": ("dangerSoft", "dangerText"),
    "selected": ("inverse", "onInverse"),
}


class Chip(QAbstractButton):
    """A pill. A clickable one is a button, which says more in a popover; another is only read."""

    def __init__(
        self,
        text: str,
        icon: str | None = None,
        tone: str = "neutral",
        clickable: bool = False,
        parent: QWidget | None = None,
        *,
        mini: bool = False,
    ) -> None:
        """`tone` is a key of `TONES`; `mini` is the small one on a tile."""
        super().__init__(parent)
        self._mini = mini
        self._icon_name = icon
        self._tone = tone
        self.setProperty("focusRadius", -1)
        self.set_clickable(clickable)
        self.setSizePolicy(QSizePolicy.Policy.Maximum, QSizePolicy.Policy.Fixed)
        self.set_chip(text, icon, tone)
        theme().changed.connect(self._restyle)

    @property
    def tone(self) -> str:
        """The tone that shows."""
        return self._tone

    @property
    def icon_name(self) -> str | None:
        """The icon that shows."""
        return self._icon_name

    def set_clickable(self, clickable: bool) -> None:
        """Make it a button, or something that is only read."""
        self._clickable = clickable
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus if clickable else Qt.FocusPolicy.NoFocus)
        self.setAttribute(Qt.WidgetAttribute.WA_TransparentForMouseEvents, not clickable)

    def set_chip(self, text: str, icon: str | None, tone: str) -> None:
        """Show something else. Raises KeyError for an unknown tone."""
        assert tone in TONES, tone
        self._icon_name, self._tone = icon, tone
        self.setText(text)
        self.setAccessibleName(text)
        self._restyle()

    def sizeHint(self) -> QSize:  # noqa: N802
        """The words, the icon and the room around them."""
        left, gap, right = self._paddings()
        icon = self._icon_side() + gap if self._icon_name else 0
        words = self.fontMetrics().horizontalAdvance(self.text())
        height = theme().px(20) if self._mini else theme().length("size.controlCompact")
        return QSize(left + icon + words + right + 1, max(height, self.fontMetrics().height()))

    def minimumSizeHint(self) -> QSize:  # noqa: N802
        """A chip may be cut with «…» where there is no room at all."""
        return QSize(min(self.sizeHint().width(), theme().px(64)), self.sizeHint().height())

    def paintEvent(self, _event: QPaintEvent) -> None:  # noqa: N802
        """Paint pill, icon and words."""
        fill, ink = (theme().colour(role) for role in TONES[self._tone])
        rect = QRectF(self.rect())
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setPen(Qt.PenStyle.NoPen)
        for colour in (fill, *self._overlays()):
            painter.setBrush(colour)
            painter.drawRoundedRect(rect, rect.height() / 2, rect.height() / 2)
        left, gap, right = self._paddings()
        if self._icon_name:
            side = self._icon_side()
            top = (self.height() - side) // 2
            box = self._mirrored(QRect(left, top, side, side))
            paint_icon(painter, QRectF(box), self._icon_name, ink)
            left += side + gap
        painter.setPen(ink)
        box = self._mirrored(
            QRect(QPoint(left, 0), QSize(self.width() - left - right + 1, self.height()))
        )
        words = self.fontMetrics().elidedText(self.text(), Qt.TextElideMode.ElideRight, box.width())
        painter.drawText(box, Qt.AlignmentFlag.AlignCenter, words)
        painter.end()

    def _overlays(self) -> list[QColor]:
        if self._clickable and self.isDown():
            return [theme().colour("pressed")]
        return [theme().colour("hover")] if self._clickable and self.underMouse() else []

    def _mirrored(self, rect: QRect) -> QRect:
        if self.layoutDirection() == Qt.LayoutDirection.RightToLeft:
            rect.moveLeft(self.width() - rect.right() - 1)
        return rect

    def _paddings(self) -> tuple[int, int, int]:
        if self._mini:
            return (6 if self._icon_name else 8), 4, 8
        return (8 if self._icon_name else 12), 6, 12

    def _icon_side(self) -> int:
        return theme().px(12) if self._mini else theme().length("icon.small")

    def _restyle(self) -> None:
        font = theme().font("caption" if self._mini else "small")
        font.setWeight(font.Weight.Medium)
        self.setFont(font)
        self.updateGeometry()
        self.update()
