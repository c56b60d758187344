"""A field with its label, and the line that says what is wrong with it, apart.

Apart because the address and the port stand side by side, and a sentence does not fit under a port.
"""

from PySide6.QtGui import QFont
from PySide6.QtWidgets import QHBoxLayout, QLineEdit, QVBoxLayout, QWidget

from devcloud.desktop.theme.theme import theme
from devcloud.desktop.view.widgets.labels import IconLabel, Label, WrapLabel


class LabelledEdit(QWidget):
    """A label over a field of 44 px."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.label = Label("", "small")
        self.edit = QLineEdit()
        self.edit.setProperty("large", True)
        self.label.setBuddy(self.edit)
        box = QVBoxLayout(self)
        box.setContentsMargins(0, 0, 0, 0)
        box.setSpacing(6)
        box.addWidget(self.label)
        box.addWidget(self.edit)
        self._restyle()
        theme().changed.connect(self._restyle)

    def _restyle(self) -> None:
        font = theme().font("small")
        font.setWeight(QFont.Weight.Medium)
        self.label.setFont(font)

    def set_label(self, text: str) -> None:
        """Name the field, for eyes and ears."""
        self.label.setText(text)
        self.edit.setAccessibleName(text)

    def set_error(self, wrong: bool, described: str) -> None:
        """Show that it is wrong; `described` is read after the name (the error, or the hint)."""
        self.edit.setAccessibleDescription(described)
        if bool(self.edit.property("error")) != wrong:
            self.edit.setProperty("error", wrong)
            theme().repolish(self.edit)


class ErrorLine(QWidget):
    """A red sentence with its icon; hidden while there is none."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        icon = IconLabel("error", "dangerText", "small")
        self.words = WrapLabel("", "small", "danger")
        box = QHBoxLayout(self)
        box.setContentsMargins(0, theme().length("space.2"), 0, 0)
        box.setSpacing(6)
        box.addWidget(icon)
        box.addWidget(self.words, 1)
        self.setVisible(False)

    def set_message(self, message: str) -> None:
        """Say what is wrong, or nothing."""
        self.words.setText(message)
        self.setVisible(bool(message))
