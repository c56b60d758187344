"""The focus ring: 2 px wide, 2 px away, and only when the focus came by the keyboard.

The ring lies outside its control, where the control cannot paint, so a `QFocusFrame` follows it.
A control whose shape is not its rectangle says so with the dynamic properties `focusRect`
(QRect, in the control) and `focusRadius` (pixels; -1 for half the height). `focusRing` is False
for a pane that never has a ring, True for a view that has one around all of it, and «inside» where
there is no room around.

The same watch gives Enter to the button that has the focus: whether Qt does is up to the desktop. A
button that takes keys for itself says so with `takesKeys`; a tick is set with Space alone, since
Enter is the form's.
"""

from typing import TYPE_CHECKING, Final

from PySide6.QtCore import QEvent, QObject, QRect, QRectF, Qt
from PySide6.QtGui import QFocusEvent, QKeyEvent, QPainter, QPaintEvent, QPen
from PySide6.QtWidgets import (
    QAbstractButton,
    QAbstractItemView,
    QAbstractSpinBox,
    QApplication,
    QCheckBox,
    QComboBox,
    QFocusFrame,
    QLineEdit,
    QMenu,
    QPlainTextEdit,
    QProxyStyle,
    QRadioButton,
    QStyle,
    QStyleHintReturn,
    QStyleOption,
    QTextEdit,
    QWidget,
)
from shiboken6 import isValid

if TYPE_CHECKING:
    from devcloud.desktop.theme.theme import Theme

BY_KEYBOARD: Final = frozenset(
    {
        Qt.FocusReason.TabFocusReason,
        Qt.FocusReason.BacktabFocusReason,
        Qt.FocusReason.ShortcutFocusReason,
    }
)
# A window that comes back, a menu that closes: neither is the person's choice of a way.
KEEPING: Final = frozenset(
    {
        Qt.FocusReason.ActiveWindowFocusReason,
        Qt.FocusReason.PopupFocusReason,
        Qt.FocusReason.MenuBarFocusReason,
        Qt.FocusReason.OtherFocusReason,
    }
)
ENTER: Final = frozenset({Qt.Key.Key_Return, Qt.Key.Key_Enter})
TABS: Final = frozenset({Qt.Key.Key_Tab, Qt.Key.Key_Backtab})
# They show their focus themselves: fields by their border, views by their current row.
OWN_FOCUS: Final = (
    QPlainTextEdit, QTextEdit, QAbstractSpinBox, QAbstractItemView, QComboBox, QMenu,
)  # fmt: skip


def paint_focus(
    painter: QPainter, rect: QRect | QRectF, radius: float | None = None, *, inside: bool = False
) -> None:
    """Paint the ring around `rect`, 2 px away from it, or just inside it (for rows of a list)."""
    from devcloud.desktop.theme.theme import theme  # noqa: PLC0415 (the theme imports its style)

    width, away = theme().length("focus.width"), theme().length("focus.offset")
    reach = -width / 2 if inside else away + width / 2
    corner = theme().length("radius.medium") if radius is None else radius
    outline = QRectF(rect).adjusted(-reach, -reach, reach, reach)
    corner = max(0.0, min(corner + reach, outline.height() / 2, outline.width() / 2))
    painter.save()
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    painter.setPen(QPen(theme().colour("focusRing"), width))
    painter.setBrush(Qt.BrushStyle.NoBrush)
    painter.drawRoundedRect(outline, corner, corner)
    painter.restore()


class FocusKeeper(QObject):
    """Knows how the focus came, and keeps the ring around the control that has it."""

    def __init__(self, theme: "Theme") -> None:
        """`theme` owns it; there is one in a program."""
        super().__init__(theme)
        self._reason = Qt.FocusReason.OtherFocusReason
        self._by_keyboard = False
        self._watched: QWidget | None = None
        self._ring: _Ring | None = None
        app = QApplication.instance()
        assert isinstance(app, QApplication)
        self._app = app
        app.focusChanged.connect(self._moved)
        self._moved(None, app.focusWidget())

    @property
    def by_keyboard(self) -> bool:
        """Whether the focus that is came by Tab, Backtab or a shortcut."""
        return self._by_keyboard

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:  # noqa: N802
        """Note why the focus moves, which `focusChanged` does not tell; a press ends the ring."""
        if event.type() == QEvent.Type.KeyPress and isinstance(event, QKeyEvent):
            button = self._pressed_by(event)
            if button is not None:
                if not event.isAutoRepeat():
                    button.click()
                return True
        if event.type() == QEvent.Type.FocusOut and isinstance(event, QFocusEvent):
            self._reason = event.reason()
        elif event.type() == QEvent.Type.MouseButtonPress and self._watched is not None:
            self._by_keyboard = False
            self._show_around(self._watched)
        elif isinstance(event, QKeyEvent) and event.key() in TABS:
            self._reason = Qt.FocusReason.TabFocusReason
            if self._watched is not None and event.type() == QEvent.Type.KeyPress:
                # Where it is the only stop the focus stays, and nothing else would tell.
                self._by_keyboard = True
                self._show_around(self._watched)
        return False

    def _pressed_by(self, event: QKeyEvent) -> QAbstractButton | None:
        """Return the button that Enter presses."""
        target = self._watched
        plain = not event.modifiers() & ~Qt.KeyboardModifier.KeypadModifier
        if event.key() not in ENTER or not plain or not isinstance(target, QAbstractButton):
            return None
        ticked = isinstance(target, QCheckBox | QRadioButton)
        return None if ticked or target.property("takesKeys") is True else target

    def _moved(self, _old: QWidget | None, new: QWidget | None) -> None:
        if self._reason not in KEEPING:
            self._by_keyboard = self._reason in BY_KEYBOARD
        self._reason = Qt.FocusReason.OtherFocusReason
        self._watch(new)
        if new is not None:
            self._show_around(new)

    def _watch(self, new: QWidget | None) -> None:
        # While nothing has the focus no FocusOut can tell how it comes, so the keys are watched.
        watched: QObject = self._app if self._watched is None else self._watched
        if isValid(watched):
            watched.removeEventFilter(self)
        self._watched = new
        watched = self._app if new is None else new
        if isValid(watched):  # the program itself goes before its last window
            watched.installEventFilter(self)

    def _show_around(self, target: QWidget) -> None:
        if self._ring is None or not isValid(self._ring):  # it dies with the window it is in
            self._ring = _Ring()
        if self._wants_ring(target):
            self._ring.setWidget(target)
        elif self._ring.widget() is not None:
            self._ring.setWidget(None)  # type: ignore[arg-type]  # Qt takes it, the stub does not

    def _wants_ring(self, target: QWidget) -> bool:
        if isinstance(target, QLineEdit):
            return target.property("error") is True
        if target.property("focusRing") is False or target.isWindow():
            return False  # a pane that holds the focus until a control in it takes it
        if target.property("focusRing") in (True, "inside"):
            return self._by_keyboard  # a view whose rows do not show it
        return self._by_keyboard and not isinstance(target, OWN_FOCUS)


class _Ring(QFocusFrame):
    """Paints the ring over whatever lies around the control; clicks go through it."""

    def __init__(self) -> None:
        super().__init__()
        self._style = _RingStyle()
        self.setStyle(self._style)

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:  # noqa: N802
        """Come back when the target is scrolled into view: Qt hides a frame that is out of it."""
        taken = super().eventFilter(watched, event)
        target: QWidget | None = self.widget()
        moved = event.type() == QEvent.Type.Move
        if moved and self.isHidden() and target is not None and target.isVisible():
            self.show()
            self.raise_()
        return taken

    def paintEvent(self, _event: QPaintEvent) -> None:  # noqa: N802
        target: QWidget | None = self.widget()
        if target is None:
            return
        shape = target.property("focusRect")
        inner = shape if isinstance(shape, QRect) else target.rect()
        radius = target.property("focusRadius")
        origin = self.mapFromGlobal(target.mapToGlobal(inner.topLeft()))
        rect = QRect(origin, inner.size())
        corner = float(radius) if isinstance(radius, int | float) else None
        if corner is not None and corner < 0:
            corner = rect.height() / 2
        painter = QPainter(self)
        paint_focus(painter, rect, corner, inside=target.property("focusRing") == "inside")
        painter.end()


class _RingStyle(QProxyStyle):
    """Gives the frame room for the ring, and no mask: a round ring cuts into its corners."""

    def __init__(self) -> None:
        super().__init__("Fusion")

    def pixelMetric(  # noqa: N802
        self,
        metric: QStyle.PixelMetric,
        option: QStyleOption | None = None,
        widget: QWidget | None = None,
    ) -> int:
        if metric in (
            QStyle.PixelMetric.PM_FocusFrameHMargin,
            QStyle.PixelMetric.PM_FocusFrameVMargin,
        ):
            return 5
        return super().pixelMetric(metric, option, widget)

    def styleHint(  # noqa: N802
        self,
        hint: QStyle.StyleHint,
        option: QStyleOption | None = None,
        widget: QWidget | None = None,
        returned: QStyleHintReturn | None = None,
    ) -> int:
        if hint == QStyle.StyleHint.SH_FocusFrame_Mask:
            return 0
        if hint == QStyle.StyleHint.SH_FocusFrame_AboveWidget:
            return 1
        return super().styleHint(hint, option, widget, returned)
