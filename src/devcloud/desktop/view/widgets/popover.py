"""A popover: a small pane beside the control that opened it. Esc or a click elsewhere closes it."""

from PySide6.QtCore import QPoint, QRect, QSize, Qt, Signal
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import QApplication, QFrame, QVBoxLayout, QWidget

from devcloud.desktop.theme.theme import theme
from devcloud.desktop.view.widgets.overlay import Overlay
from devcloud.desktop.view.widgets.shadow import cast_shadow

MARGIN = 8  # pixels between the popover and its anchor, and the window's edges


class Popover(QFrame):
    """Put widgets in `body`, then `open()`. The focus goes back to the anchor on closing."""

    BESIDE = False
    """Rather beside the anchor than over what stands above it."""
    closed = Signal()

    def __init__(self, anchor: QWidget) -> None:
        """`anchor` is the control that opens it; the popover lies in the anchor's window."""
        super().__init__(anchor.window())
        self._anchor = anchor
        self._overlay: Overlay | None = None
        self._window = anchor.window()
        self.setProperty("role", "popover")
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setProperty("focusRing", False)
        self.body = QVBoxLayout(self)
        self.body.setContentsMargins(16, 16, 16, 16)
        self.body.setSpacing(12)
        theme().changed.connect(self._restyle)
        self._restyle()
        self.hide()

    def open(self, focus: QWidget | None = None) -> None:
        """Show it beside the anchor; `focus` gets the focus, else the popover itself."""
        window = self._window = self._anchor.window()
        if self._overlay is None or self._overlay.parentWidget() is not window:
            self._overlay = Overlay(window, dimmed=False)
            self._overlay.pressed.connect(self.dismiss)
            self._overlay.resized.connect(self._place)
        self._overlay.cover()
        self.setParent(window)
        self._place()
        self.show()
        self.raise_()
        (focus or self).setFocus(Qt.FocusReason.PopupFocusReason)

    def dismiss(self) -> None:
        """Close it; the anchor gets the focus."""
        if self.isHidden():
            return
        # First the focus: hiding who has it would pass it on as if Tab had been pressed.
        self._anchor.setFocus(Qt.FocusReason.PopupFocusReason)
        self.hide()
        if self._overlay is not None:
            self._overlay.hide()
        self.closed.emit()

    def focusNextPrevChild(self, forward: bool) -> bool:  # noqa: N802
        """Keep Tab inside while it is open."""
        return keep_tab_inside(self, forward)

    def keyPressEvent(self, event: QKeyEvent) -> None:  # noqa: N802
        """Esc closes it."""
        if event.key() == Qt.Key.Key_Escape:
            self.dismiss()
        else:
            super().keyPressEvent(event)

    def _place(self) -> None:
        window = self._window
        width = min(theme().length("size.popover"), window.width() - 2 * MARGIN)
        self.setFixedWidth(width)
        self.body.activate()
        height = (
            self.heightForWidth(width) if self.hasHeightForWidth() else self.sizeHint().height()
        )
        size = QSize(width, min(height, window.height() - 2 * MARGIN))
        top_left = self._anchor.mapTo(window, QPoint(0, 0))
        anchor = QRect(top_left, self._anchor.size())
        left = anchor.center().x() - width // 2
        left = max(MARGIN, min(left, window.width() - width - MARGIN))
        below, above = anchor.bottom() + MARGIN, anchor.top() - MARGIN - size.height()
        fits_below = below + size.height() <= window.height() - MARGIN
        top = below if fits_below else max(MARGIN, above)
        right = anchor.right() + MARGIN
        if self.BESIDE and not fits_below and right + width <= window.width() - MARGIN:
            lowest = window.height() - MARGIN - size.height()
            left, top = right, max(MARGIN, min(anchor.center().y() - size.height() // 2, lowest))
        self.setGeometry(QRect(QPoint(left, top), size))

    def _restyle(self) -> None:
        cast_shadow(self, "mid")


def keep_tab_inside(pane: QWidget, forward: bool) -> bool:
    """Move the focus to the next or previous control within `pane`, round and round."""
    inside = [
        each
        for each in pane.findChildren(QWidget)
        if each.isVisibleTo(pane)
        and each.isEnabled()
        and each.focusPolicy() & Qt.FocusPolicy.TabFocus
    ]
    if not inside:
        return True
    inside = in_tab_order(inside, pane)
    now = QApplication.focusWidget()
    reason = Qt.FocusReason.TabFocusReason if forward else Qt.FocusReason.BacktabFocusReason
    step = 1 if forward else -1
    at = inside.index(now) if now in inside else (-1 if forward else 0)
    inside[(at + step) % len(inside)].setFocus(reason)
    return True


def in_tab_order(widgets: list[QWidget], pane: QWidget) -> list[QWidget]:
    """Sort widgets as Qt's chain of focus has them, from `pane` on."""
    order: list[QWidget] = []
    each = pane.nextInFocusChain()
    while each is not None and each is not pane:
        if each in widgets:
            order.append(each)
        each = each.nextInFocusChain()
    return order or widgets
