"""The page's main button, with a spinner before its words while what it began is under way."""

from PySide6.QtGui import QResizeEvent
from PySide6.QtWidgets import QPushButton, QWidget

from devcloud.desktop.theme.theme import theme
from devcloud.desktop.view.widgets.spinner import Spinner


class BusyButton(QPushButton):
    """A filled button of the accent, 44 px."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setProperty("kind", "primary")
        self.setProperty("large", True)
        self.spinner = Spinner("small", "onAccent", self)
        self.spinner.hide()

    def show_state(self, words: str, busy: bool) -> None:
        """Say what it does, or what is being done."""
        self.setText(words)
        self.setAccessibleName(words)
        self.spinner.setVisible(busy)
        self._place()

    def resizeEvent(self, event: QResizeEvent) -> None:  # noqa: N802
        """The spinner stays before the words (Qt)."""
        super().resizeEvent(event)
        self._place()

    def _place(self) -> None:
        self.spinner.resize(self.spinner.sizeHint())
        words = self.fontMetrics().horizontalAdvance(self.text())
        left = (self.width() - words) // 2 - self.spinner.width() - theme().length("space.2")
        self.spinner.move(max(0, left), (self.height() - self.spinner.height()) // 2)
