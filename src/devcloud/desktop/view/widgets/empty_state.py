"""What a pane shows when there is nothing to show: an icon, a heading, a sentence, one action."""

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QPushButton, QVBoxLayout, QWidget

from devcloud.desktop.view.widgets.labels import IconLabel, WrapLabel, muted_label


class EmptyState(QWidget):
    """A calm pane. `triggered` by its button."""

    triggered = Signal()

    def __init__(
        self,
        icon: str,
        title: str,
        text: str = "",
        button: str | None = None,
        parent: QWidget | None = None,
    ) -> None:
        """`button` is the word on it; None for no button."""
        super().__init__(parent)
        self._icon = IconLabel(icon, "textMuted", "large")
        self._icon.setAlignment(Qt.AlignmentFlag.AlignCenter)
        self._title = WrapLabel("", "heading")
        self._text = muted_label()
        self.button = QPushButton()
        self.button.clicked.connect(self.triggered)
        column = QVBoxLayout(self)
        column.setContentsMargins(20, 24, 20, 24)
        column.setSpacing(8)
        column.addStretch(1)
        column.addWidget(self._icon)
        for label in (self._title, self._text):
            label.setAlignment(Qt.AlignmentFlag.AlignHCenter)
            column.addWidget(label)
        column.addSpacing(8)
        column.addWidget(self.button, 0, Qt.AlignmentFlag.AlignHCenter)
        column.addStretch(1)
        self.set_texts(title, text, button)

    @property
    def title(self) -> str:
        """The heading."""
        return self._title.text()

    def set_texts(self, title: str, text: str = "", button: str | None = None) -> None:
        """Change the words, for another state or language."""
        self._title.setText(title)
        self._text.setText(text)
        self._text.setVisible(bool(text))
        self.button.setText(button or "")
        self.button.setVisible(button is not None)

    def set_icon(self, icon: str, role: str = "textMuted") -> None:
        """Change the icon."""
        self._icon.set_icon(icon, role)
