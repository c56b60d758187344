"""What lies over a whole window under a sheet or a popover, and takes the clicks beside it."""

from PySide6.QtCore import QEvent, QObject, Signal
from PySide6.QtGui import QMouseEvent, QPainter, QPaintEvent
from PySide6.QtWidgets import QWidget

from devcloud.desktop.theme.theme import theme


class Overlay(QWidget):
    """As large as its window; dimmed under a sheet, clear under a popover."""

    pressed = Signal()
    resized = Signal()

    def __init__(self, window: QWidget, *, dimmed: bool) -> None:
        """Lie hidden over `window` until shown."""
        super().__init__(window)
        self._dimmed = dimmed
        self._window = window
        window.installEventFilter(self)
        self.hide()

    def cover(self) -> None:
        """Show it over everything that is there now."""
        self.setGeometry(self._window.rect())
        self.show()
        self.raise_()

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:  # noqa: N802
        """Follow the window's size."""
        if event.type() == QEvent.Type.Resize and self.isVisible():
            self.setGeometry(self._window.rect())
            self.resized.emit()
        return super().eventFilter(watched, event)

    def mousePressEvent(self, event: QMouseEvent) -> None:  # noqa: N802
        """A click beside the sheet or popover goes no further."""
        self.pressed.emit()
        event.accept()

    def paintEvent(self, _event: QPaintEvent) -> None:  # noqa: N802
        """Dim what lies below."""
        if self._dimmed:
            painter = QPainter(self)
            painter.fillRect(self.rect(), theme().colour("scrim"))
            painter.end()
