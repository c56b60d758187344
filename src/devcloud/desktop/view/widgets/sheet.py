"""A sheet: a pane in the middle of a dimmed window, for what has to be answered now."""

from PySide6.QtCore import QEvent, Qt, Signal
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import QApplication, QFrame, QVBoxLayout, QWidget
from shiboken6 import isValid

from devcloud.desktop.theme.theme import theme
from devcloud.desktop.view.widgets.overlay import Overlay
from devcloud.desktop.view.widgets.popover import keep_tab_inside
from devcloud.desktop.view.widgets.shadow import cast_shadow

EDGE = 16  # pixels kept free around it in a narrow window


class Sheet(QFrame):
    """Put widgets in `body`, then `open()`. Esc emits `escaped` and closes nothing by itself.

    The focus starts on the sheet itself, so that a stray Enter or Space answers nothing.
    """

    escaped = Signal()
    dismissed = Signal()

    def __init__(self, window: QWidget, *, width_role: str = "sheet") -> None:
        """Lie hidden in the middle of `window`; `width_role` names its width (`size.…`)."""
        self._overlay = Overlay(window, dimmed=True)
        super().__init__(self._overlay)
        self._width_role = width_role
        self._came_from: QWidget | None = None
        self.setProperty("role", "sheet")
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setProperty("focusRing", False)
        self.body = QVBoxLayout(self)
        self.body.setContentsMargins(24, 24, 24, 24)
        self.body.setSpacing(8)
        self._overlay.resized.connect(self._place)
        theme().changed.connect(self._restyle)
        self._restyle()

    @property
    def is_open(self) -> bool:
        """Whether it shows."""
        return not self._overlay.isHidden()

    def open(self, focus: QWidget | None = None) -> None:
        """Show it; `focus` gets the focus, else the sheet itself."""
        self._came_from = QApplication.focusWidget()
        self._overlay.cover()
        self.show()
        self._place()
        (focus or self).setFocus(Qt.FocusReason.PopupFocusReason)

    def dismiss(self) -> None:
        """Close it; the focus goes back where it was."""
        if not self.is_open:
            return
        # First the focus: hiding who has it would pass it on as if Tab had been pressed.
        if self._came_from is not None and isValid(self._came_from):
            self._came_from.setFocus(Qt.FocusReason.PopupFocusReason)
        self._overlay.hide()
        self._came_from = None
        self.dismissed.emit()

    def event(self, event: QEvent) -> bool:
        """Grow and shrink with what is in it."""
        if event.type() == QEvent.Type.LayoutRequest and self.is_open:
            self._place()
        return super().event(event)

    def focusNextPrevChild(self, forward: bool) -> bool:  # noqa: N802
        """Keep Tab inside."""
        return keep_tab_inside(self, forward)

    def keyPressEvent(self, event: QKeyEvent) -> None:  # noqa: N802
        """Tell of Esc; let no other key through to the page below."""
        if event.key() == Qt.Key.Key_Escape:
            self.escaped.emit()
        event.accept()

    def _place(self) -> None:
        room = self._overlay.size()
        width = min(theme().length(f"size.{self._width_role}"), room.width() - 2 * EDGE)
        height = (
            self.heightForWidth(width) if self.hasHeightForWidth() else self.sizeHint().height()
        )
        height = min(height, room.height() - 2 * EDGE)
        self.setGeometry((room.width() - width) // 2, (room.height() - height) // 2, width, height)

    def _restyle(self) -> None:
        cast_shadow(self, "high")
        if self.is_open:
            self._place()
