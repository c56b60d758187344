"""A field with its label above and, below, what is wrong with it or a hint."""

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QHBoxLayout, QLineEdit, QVBoxLayout, QWidget

from devcloud.desktop.theme.theme import theme
from devcloud.desktop.view.widgets.announce import announce
from devcloud.desktop.view.widgets.labels import IconLabel, Label, WrapLabel


class FieldWithError(QWidget):
    """`edit` is the field. The error is its accessible description, and is announced."""

    def __init__(
        self, label: str, parent: QWidget | None = None, *, hint: str = "", large: bool = False
    ) -> None:
        """`large` for the tall fields of the connection page."""
        super().__init__(parent)
        self.label = Label(label, "small")
        self.label.setProperty("strong", True)
        self.edit = QLineEdit()
        self.edit.setProperty("large", large)
        self.edit.setProperty("error", False)
        self.label.setBuddy(self.edit)
        self._error_icon = IconLabel("error", "dangerText", "small")
        self._error = WrapLabel("", "small", "danger")
        self._error.setProperty("strong", True)
        self._hint = WrapLabel(hint, "small", "muted")
        error_row = QHBoxLayout()
        error_row.setSpacing(6)
        error_row.addWidget(self._error_icon, 0, Qt.AlignmentFlag.AlignTop)
        error_row.addWidget(self._error, 1)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(6)
        column.addWidget(self.label)
        column.addWidget(self.edit)
        column.addLayout(error_row)
        column.addWidget(self._hint)
        self.set_label(label)
        self.set_hint(hint)
        self.set_error(None)

    @property
    def error(self) -> str | None:
        """What is wrong, if something is."""
        return self._error.text() or None

    def set_label(self, label: str) -> None:
        """Change the label, for another language."""
        self.label.setText(label)
        self.edit.setAccessibleName(label)

    def set_hint(self, hint: str) -> None:
        """Show a sentence below the field; an empty one hides it."""
        self._hint.setText(hint)
        self._hint.setVisible(bool(hint))
        self._describe()

    def set_error(self, error: str | None, *, said: bool = True) -> None:
        """Show what is wrong, or that nothing is any more; announced when it is new."""
        new = bool(error) and error != self.error
        self._error.setText(error or "")
        self._error.setVisible(bool(error))
        self._error_icon.setVisible(bool(error))
        if self.edit.property("error") is not bool(error):
            self.edit.setProperty("error", bool(error))
            theme().repolish(self.edit)
        self._describe()
        if new and said and error:
            announce(self.edit, error, assertive=True)

    def _describe(self) -> None:
        parts = (self._error.text(), self._hint.text())
        self.edit.setAccessibleDescription(" ".join(part for part in parts if part))
