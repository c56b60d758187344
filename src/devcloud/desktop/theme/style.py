"""The style under the style sheet: check boxes, radio buttons, arrows, and no dotted focus line.

QSS can draw none of these without image files; here they are painted in the colours of the theme.
The focus ring itself lies outside its control: see `focus`.
"""

from typing import TYPE_CHECKING, Any, Final

from PySide6.QtCore import QEvent, QObject, QPointF, QRect, QRectF, Qt
from PySide6.QtGui import QColor, QPainter, QPen
from PySide6.QtWidgets import (
    QAbstractItemView,
    QHeaderView,
    QListView,
    QMenu,
    QProxyStyle,
    QStyle,
    QStyleOption,
    QStyleOptionComplex,
    QStyleOptionHeader,
    QWidget,
)

from devcloud.desktop.theme.focus import FocusKeeper, paint_focus
from devcloud.desktop.theme.frameless import round_corners

if TYPE_CHECKING:
    from devcloud.desktop.theme.theme import Theme

_ARROWS: Final = {
    QStyle.PrimitiveElement.PE_IndicatorArrowDown: "down",
    QStyle.PrimitiveElement.PE_IndicatorArrowUp: "up",
    QStyle.PrimitiveElement.PE_IndicatorArrowLeft: "left",
    QStyle.PrimitiveElement.PE_IndicatorArrowRight: "right",
    QStyle.PrimitiveElement.PE_IndicatorSpinDown: "down",
    QStyle.PrimitiveElement.PE_IndicatorSpinUp: "up",
}
# Corners of an arrow's line in a square from -1 to 1.
_LINES: Final = {
    "down": ((-0.7, -0.35), (0.0, 0.35), (0.7, -0.35)),
    "up": ((-0.7, 0.35), (0.0, -0.35), (0.7, 0.35)),
    "left": ((0.35, -0.7), (-0.35, 0.0), (0.35, 0.7)),
    "right": ((-0.35, -0.7), (0.35, 0.0), (-0.35, 0.7)),
}


class _MenuCorners(QObject):
    """Keeps menus round where nothing mixes windows, once they have their size."""

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:  # noqa: N802
        if isinstance(watched, QMenu) and event.type() == QEvent.Type.Show:
            round_corners(watched, "radius.medium")
        return False


class FocusStyle(QProxyStyle):
    """Fusion with the parts of the design that QSS cannot draw."""

    def __init__(self, theme: "Theme") -> None:
        """`theme` gives the colours; it lives as long as the program."""
        super().__init__("Fusion")
        self._theme = theme
        self.keeper = FocusKeeper(theme)
        self._corners = _MenuCorners(theme)

    def polish(self, target: Any) -> None:
        """Prepare what no rule of a style sheet can: corners, headings, sizes of rows."""
        translucent = Qt.WidgetAttribute.WA_TranslucentBackground
        # A menu's round corners show what lies behind it; changing the flags again would hide it.
        if isinstance(target, QMenu) and not target.testAttribute(translucent):
            target.setAttribute(translucent)
            target.installEventFilter(self._corners)
            target.setWindowFlags(
                target.windowFlags()
                | Qt.WindowType.FramelessWindowHint
                | Qt.WindowType.NoDropShadowWindowHint
            )
        elif isinstance(target, QHeaderView):
            target.setDefaultAlignment(Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter)
        elif isinstance(target, QListView):
            # Rows measured before the style sheet reached the list would keep their old height.
            target.scheduleDelayedItemsLayout()
        super().polish(target)

    def drawPrimitive(  # noqa: N802
        self,
        element: QStyle.PrimitiveElement,
        option: QStyleOption,
        painter: QPainter,
        widget: QWidget | None = None,
    ) -> None:
        """Draw what the design has its own shape for, and leave the rest to Fusion."""
        primitive = QStyle.PrimitiveElement
        if element == primitive.PE_FrameFocusRect:
            self._focus_of_row(option, painter, widget)
        elif element in (primitive.PE_IndicatorCheckBox, primitive.PE_IndicatorItemViewItemCheck):
            self._check_box(option, painter)
        elif element == primitive.PE_IndicatorRadioButton:
            self._radio_button(option, painter)
        elif element == primitive.PE_IndicatorHeaderArrow:
            self._sort_arrow(option, painter)
        elif element in _ARROWS:
            self._arrow(_ARROWS[element], option, painter)
        else:
            super().drawPrimitive(element, option, painter, widget)

    def drawComplexControl(  # noqa: N802
        self,
        control: QStyle.ComplexControl,
        option: QStyleOptionComplex,
        painter: QPainter,
        widget: QWidget | None = None,
    ) -> None:
        """Draw the frame of a combo box like that of a field."""
        if control == QStyle.ComplexControl.CC_ComboBox:
            self._combo_box(option, painter)
        else:
            super().drawComplexControl(control, option, painter, widget)

    def subControlRect(  # noqa: N802
        self,
        control: QStyle.ComplexControl,
        option: QStyleOptionComplex,
        part: QStyle.SubControl,
        widget: QWidget | None = None,
    ) -> QRect:
        """Set the words of a combo box in as far as those of a field."""
        rect = super().subControlRect(control, option, part, widget)  # type: ignore[arg-type]
        combo = control == QStyle.ComplexControl.CC_ComboBox
        if combo and part == QStyle.SubControl.SC_ComboBoxEditField:
            start, end = self._theme.length("space.3") - 1, self._theme.px(28)
            whole = option.rect.adjusted(start, 0, -end, 0)
            rect = self.visualRect(option.direction, option.rect, whole)
        return rect

    def _focus_of_row(
        self, option: QStyleOption, painter: QPainter, widget: QWidget | None
    ) -> None:
        if isinstance(widget, QAbstractItemView) and self.keeper.by_keyboard:
            paint_focus(painter, option.rect.adjusted(1, 1, -1, -1), inside=True)

    def _check_box(self, option: QStyleOption, painter: QPainter) -> None:
        state = option.state
        box = _square(option.rect, self._theme.px(18))
        on = bool(state & (QStyle.StateFlag.State_On | QStyle.StateFlag.State_NoChange))
        painter.save()
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        self._choose_colours(painter, on=on, enabled=bool(state & QStyle.StateFlag.State_Enabled))
        painter.drawRoundedRect(box, 5, 5)
        if on:
            painter.setPen(self._pen(self._theme.colour("onAccent"), 2))
            half = bool(state & QStyle.StateFlag.State_NoChange)
            corners = ((-0.5, 0), (0.5, 0)) if half else ((-0.5, 0.05), (-0.12, 0.42), (0.5, -0.35))
            painter.drawPolyline(_line(box, corners, 0.9))
        painter.restore()

    def _radio_button(self, option: QStyleOption, painter: QPainter) -> None:
        box = _square(option.rect, self._theme.px(18))
        on = bool(option.state & QStyle.StateFlag.State_On)
        enabled = bool(option.state & QStyle.StateFlag.State_Enabled)
        painter.save()
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        self._choose_colours(painter, on=on, enabled=enabled)
        painter.drawEllipse(box)
        if on:
            painter.setPen(Qt.PenStyle.NoPen)
            painter.setBrush(self._theme.colour("onAccent"))
            radius = box.width() * 0.2
            painter.drawEllipse(box.center(), radius, radius)
        painter.restore()

    def _combo_box(self, option: QStyleOptionComplex, painter: QPainter) -> None:
        state = option.state
        enabled = bool(state & QStyle.StateFlag.State_Enabled)
        focused = bool(state & QStyle.StateFlag.State_HasFocus) and self.keeper.by_keyboard
        width = 2 if focused else 1
        frame = QRectF(option.rect).adjusted(width / 2, width / 2, -width / 2, -width / 2)
        radius = self._theme.length("radius.medium")
        painter.save()
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        outline = "focusRing" if focused else "borderStrong" if enabled else "border"
        painter.setPen(QPen(self._theme.colour(outline), width))
        painter.setBrush(self._theme.colour("surface"))
        painter.drawRoundedRect(frame, radius, radius)
        if state & QStyle.StateFlag.State_MouseOver and enabled:
            painter.setPen(Qt.PenStyle.NoPen)
            painter.setBrush(self._theme.colour("hover"))
            painter.drawRoundedRect(frame, radius, radius)
        colour = self._theme.colour("textMuted" if enabled else "textDisabled")
        painter.setPen(self._pen(colour, 1.5))
        painter.setBrush(Qt.BrushStyle.NoBrush)
        side = self._theme.px(9)
        right = option.direction == Qt.LayoutDirection.RightToLeft
        x = frame.left() + side * 2 if right else frame.right() - side * 2
        for name, sign in (("up", -1), ("down", 1)):
            box = QRectF(
                x - side / 2, frame.center().y() + sign * side * 0.45 - side / 2, side, side
            )
            painter.drawPolyline(_line(box, _LINES[name], 0.8))
        painter.restore()

    def _sort_arrow(self, option: QStyleOption, painter: QPainter) -> None:
        up = isinstance(option, QStyleOptionHeader) and (
            option.sortIndicator == QStyleOptionHeader.SortIndicator.SortUp
        )
        self._arrow("up" if up else "down", option, painter)

    def _arrow(self, name: str, option: QStyleOption, painter: QPainter) -> None:
        enabled = bool(option.state & QStyle.StateFlag.State_Enabled)
        painter.save()
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setPen(
            self._pen(self._theme.colour("textMuted" if enabled else "textDisabled"), 1.5)
        )
        side = min(option.rect.width(), option.rect.height(), self._theme.px(12))
        painter.drawPolyline(_line(_square(option.rect, side), _LINES[name], 0.8))
        painter.restore()

    def _choose_colours(self, painter: QPainter, *, on: bool, enabled: bool) -> None:
        fill = "accent" if on and enabled else "textDisabled" if on else "surface"
        painter.setBrush(self._theme.colour(fill))
        outline = self._theme.colour("borderStrong" if enabled else "textDisabled")
        painter.setPen(Qt.PenStyle.NoPen if on else self._pen(outline, 1.5))

    @staticmethod
    def _pen(colour: QColor, width: float) -> QPen:
        round_cap, round_join = Qt.PenCapStyle.RoundCap, Qt.PenJoinStyle.RoundJoin
        return QPen(colour, width, Qt.PenStyle.SolidLine, round_cap, round_join)


def _square(rect: QRect, side: int) -> QRectF:
    side = min(side, rect.width(), rect.height())
    centre = QRectF(rect).center()
    return QRectF(centre.x() - side / 2, centre.y() - side / 2, side, side).adjusted(1, 1, -1, -1)


def _line(box: QRectF, corners: tuple[tuple[float, float], ...], share: float) -> list[QPointF]:
    half = box.width() / 2 * share
    return [QPointF(box.center().x() + x * half, box.center().y() + y * half) for x, y in corners]
