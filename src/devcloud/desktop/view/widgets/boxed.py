"""A boxed list: a title, and rows in a frame with a line between them, as settings are shown."""

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QFrame, QHBoxLayout, QVBoxLayout, QWidget

from devcloud.desktop.theme.theme import theme
from devcloud.desktop.view.widgets.labels import IconLabel, WrapLabel, note_label


class BoxedRow(QWidget):
    """A title, a second line if there is one, and what stands at the end: a value or a control."""

    def __init__(
        self,
        title: str,
        subtitle: str = "",
        trailing: QWidget | None = None,
        parent: QWidget | None = None,
        *,
        icon: str | None = None,
        icon_role: str = "textMuted",
    ) -> None:
        """A control without a name of its own gets the row's title as its accessible name."""
        super().__init__(parent)
        self.title = WrapLabel(title, "body")
        self.subtitle = note_label(subtitle)
        self.trailing = trailing
        words = QVBoxLayout()
        words.setSpacing(0)
        words.setContentsMargins(0, 0, 0, 0)
        words.addStretch(1)
        words.addWidget(self.title)
        words.addWidget(self.subtitle)
        words.addStretch(1)
        row = QHBoxLayout(self)
        row.setContentsMargins(16, 8, 16, 8)
        row.setSpacing(12)
        if icon is not None:
            row.addWidget(IconLabel(icon, icon_role))
        row.addLayout(words, 1)
        if trailing is not None:
            row.addWidget(trailing, 0, Qt.AlignmentFlag.AlignVCenter)
        self.subtitle.setVisible(bool(subtitle))
        self._name_trailing()
        self._restyle()
        theme().changed.connect(self._restyle)

    def set_texts(self, title: str, subtitle: str = "") -> None:
        """Change the words, for another language or value."""
        had_name_of_row = self.trailing is not None and (
            self.trailing.accessibleName() == self.title.text()
        )
        self.title.setText(title)
        self.subtitle.setText(subtitle)
        self.subtitle.setVisible(bool(subtitle))
        if had_name_of_row and self.trailing is not None:
            self.trailing.setAccessibleName("")
        self._name_trailing()

    def _name_trailing(self) -> None:
        if self.trailing is not None and not self.trailing.accessibleName():
            self.trailing.setAccessibleName(self.title.text())
            if self.subtitle.text():
                self.trailing.setAccessibleDescription(self.subtitle.text())

    def _restyle(self) -> None:
        self.setMinimumHeight(theme().px(48))


class BoxedList(QWidget):
    """Rows in a frame, under a small title."""

    def __init__(self, title: str | None = None, parent: QWidget | None = None) -> None:
        """Empty at first; a list without rows shows nothing."""
        super().__init__(parent)
        self.title = WrapLabel(title or "", "caption", "muted")
        self.title.setProperty("groupTitle", True)
        self.title.setContentsMargins(4, 0, 4, 0)
        self._frame = QFrame()
        self._frame.setProperty("role", "boxed")
        self._rows = QVBoxLayout(self._frame)
        self._rows.setContentsMargins(1, 1, 1, 1)
        self._rows.setSpacing(0)
        self._kept: list[QWidget] = []
        self._frame.hide()
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(8)
        column.addWidget(self.title)
        column.addWidget(self._frame)
        self.title.setVisible(title is not None)

    @property
    def rows(self) -> list[QWidget]:
        """The rows, without the lines between them."""
        return [each for each in self._kept if not is_divider(each)]

    def add_row(self, row: QWidget) -> None:
        """Add a row at the end."""
        for widget in [divider(), row] if self._kept else [row]:
            self._kept.append(widget)
            self._rows.addWidget(widget)
        self._frame.show()

    def clear(self) -> None:
        """Take all rows away."""
        for widget in self._kept:
            self._rows.removeWidget(widget)
            widget.hide()
            widget.deleteLater()
        self._kept.clear()
        self._frame.hide()


def divider() -> QFrame:
    """Make a line of one pixel across."""
    line = QFrame()
    line.setProperty("role", "divider")
    line.setFixedHeight(1)
    return line


def is_divider(widget: QWidget) -> bool:
    """Tell a line from a row."""
    return bool(widget.property("role") == "divider")
