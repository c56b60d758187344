"""The controls of a call: a round button with its word below, and the wide red one that ends it."""

from PySide6.QtCore import QPoint, QRect, QRectF, QSize, Qt
from PySide6.QtGui import QColor, QFont, QPainter, QPaintEvent, QResizeEvent, QTextOption
from PySide6.QtWidgets import QAbstractButton, QSizePolicy, QWidget

from devcloud.desktop.theme.icons import paint_icon
from devcloud.desktop.theme.theme import theme
from devcloud.desktop.view.widgets.badge import badge_size, paint_badge

GAP = 6  # pixels between the round and its word


class CallControl(QAbstractButton):
    """One control of the call bar. Checked is «on» (dark); `set_danger` is «off» (red)."""

    def __init__(
        self,
        icon: str,
        text: str,
        parent: QWidget | None = None,
        *,
        checkable: bool = False,
        size_role: str = "callControl",
    ) -> None:
        """`icon` by its name; `text` is the word below. Name and tooltip are set by the page."""
        super().__init__(parent)
        self._icon_name = icon
        self._size_role = size_role
        self._danger = False
        self._badge = 0
        self.setText(text)
        self.setCheckable(checkable)
        self.setAccessibleName(text)
        self.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        # It may be taller than it needs, so that the rounds of a row stand on one line.
        self.setSizePolicy(QSizePolicy.Policy.Fixed, QSizePolicy.Policy.Minimum)
        self.setProperty("focusRadius", -1)
        self.setAttribute(Qt.WidgetAttribute.WA_Hover)
        self._restyle()
        theme().changed.connect(self._restyle)

    @property
    def icon_name(self) -> str:
        """The icon that shows."""
        return self._icon_name

    @property
    def is_danger(self) -> bool:
        """Whether it shows red, as Mute does while the microphone is off."""
        return self._danger

    @property
    def badge(self) -> int:
        """The number at its corner; 0 shows none."""
        return self._badge

    def set_icon(self, icon: str) -> None:
        """Show another icon."""
        self._icon_name = icon
        self.update()

    def set_text(self, text: str) -> None:
        """Show another word."""
        self.setText(text)
        self._restyle()

    def set_danger(self, danger: bool) -> None:
        """Show it red, for something that is switched off."""
        self._danger = danger
        self._restyle()

    def set_badge(self, count: int) -> None:
        """Show a number at the corner."""
        self._badge = count
        self.update()

    def sizeHint(self) -> QSize:  # noqa: N802
        """The round and its word, which wraps at the control's width."""
        width = self._width()
        words = self._words_rect(width).height()
        return QSize(width, self._round_size().height() + GAP + words + self._edge())

    def minimumSizeHint(self) -> QSize:  # noqa: N802
        """It does not shrink: the bar hides controls instead."""
        return self.sizeHint()

    def hitButton(self, position: QPoint) -> bool:  # noqa: N802
        """The word can be clicked too."""
        return self.rect().contains(position)

    def paintEvent(self, _event: QPaintEvent) -> None:  # noqa: N802
        """Paint round, icon, badge and word."""
        fill, ink, word = self._roles()
        shape = QRectF(self._round())
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(theme().colour(fill))
        painter.drawRoundedRect(shape, shape.height() / 2, shape.height() / 2)
        if self.isEnabled() and (self.isDown() or self.underMouse()):
            painter.setBrush(self._overlay())
            painter.drawRoundedRect(shape, shape.height() / 2, shape.height() / 2)
        side = theme().px(self._icon_pixels())
        box = QRectF(0, 0, side, side)
        box.moveCenter(shape.center())
        paint_icon(painter, box, self._icon_name, theme().colour(ink))
        if self._badge:
            size = badge_size(self._badge)
            corner = QRectF(QPoint(int(shape.right()) - size.width() + 4, 0), size)
            paint_badge(painter, corner, self._badge, "surface")
        self._paint_word(painter, word)
        painter.end()

    def _paint_word(self, painter: QPainter, role: str) -> None:
        painter.setFont(self.font())
        painter.setPen(theme().colour(role))
        area = self._words_rect(self.width())
        area.moveTop(self._round().bottom() + 1 + GAP)
        area.setLeft(0)
        area.setWidth(self.width())
        option = QTextOption(Qt.AlignmentFlag.AlignHCenter | Qt.AlignmentFlag.AlignTop)
        option.setWrapMode(QTextOption.WrapMode.WrapAtWordBoundaryOrAnywhere)
        painter.drawText(QRectF(area), self.text(), option)

    def _roles(self) -> tuple[str, str, str]:
        if not self.isEnabled():
            return "sunken", "textDisabled", "textDisabled"
        if self._danger:
            return "dangerSoft", "dangerText", "dangerText"
        if self.isChecked():
            return "inverse", "onInverse", "text"
        return "sunken", "text", "textMuted"

    def _overlay(self) -> QColor:
        return theme().colour("pressed" if self.isDown() else "hover")

    def _width(self) -> int:
        return theme().px(72)

    def _icon_pixels(self) -> int:
        return 22

    def _edge(self) -> int:
        return 4  # above the round, where the badge reaches out

    def _round_size(self) -> QSize:
        side = theme().length(f"size.{self._size_role}")
        return QSize(side, side)

    def _round(self) -> QRect:
        size = self._round_size()
        return QRect(QPoint((self.width() - size.width()) // 2, self._edge()), size)

    def _words_rect(self, width: int) -> QRect:
        flags = Qt.AlignmentFlag.AlignHCenter | Qt.TextFlag.TextWordWrap
        # A little less than there is: the painter breaks a line sooner than these metrics.
        area = QRect(0, 0, width - 4, 999)
        return self.fontMetrics().boundingRect(area, int(flags), self.text())

    def resizeEvent(self, event: QResizeEvent) -> None:  # noqa: N802
        """Keep the focus ring around the round alone."""
        super().resizeEvent(event)
        self.setProperty("focusRect", self._round())

    def _restyle(self) -> None:
        font = theme().font("caption")
        if self._danger:
            font.setWeight(QFont.Weight.Medium)
        self.setFont(font)
        self.updateGeometry()
        self.update()


class HangUpControl(CallControl):
    """Always red, wider than the others, always the last."""

    def __init__(
        self, text: str, parent: QWidget | None = None, *, size_role: str = "callControl"
    ) -> None:
        """`text` is the word below."""
        super().__init__("hang-up", text, parent, size_role=size_role)

    def _roles(self) -> tuple[str, str, str]:
        fill = (
            "dangerPressed" if self.isDown() else "dangerHover" if self.underMouse() else "danger"
        )
        return fill, "onDanger", "text"

    def _overlay(self) -> QColor:
        return QColor(Qt.GlobalColor.transparent)

    def _width(self) -> int:
        return theme().px(84)

    def _icon_pixels(self) -> int:
        return 26

    def _round_size(self) -> QSize:
        return QSize(theme().px(72), theme().length(f"size.{self._size_role}"))
