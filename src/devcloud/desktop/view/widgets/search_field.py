"""The search field: an icon, the shortcut that leads to it, a button that empties it."""

from PySide6.QtCore import QEvent, QObject, Qt, Signal
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import QFrame, QHBoxLayout, QLineEdit, QPushButton, QWidget

from devcloud.desktop.theme.icons import set_icon
from devcloud.desktop.theme.theme import theme
from devcloud.desktop.view.widgets.labels import IconLabel, caption_label


class SearchField(QFrame):
    """`text_changed` while typing, `submitted` on Enter, `moved` on Up and Down (-1, 1).

    Esc empties it; when it is empty already, Esc goes on to the window.
    """

    text_changed = Signal(str)
    submitted = Signal(str)
    moved = Signal(int)

    def __init__(
        self,
        placeholder: str,
        shortcut: str = "",
        clear_text: str = "",
        parent: QWidget | None = None,
    ) -> None:
        """`shortcut` shows while it is empty; `clear_text` names the button that empties it."""
        super().__init__(parent)
        self.setProperty("role", "field")
        self._hint = caption_label()
        self._hint.setProperty("keycap", True)
        self.edit = QLineEdit()
        self.edit.setProperty("bare", True)
        self.edit.installEventFilter(self)
        self._clear = QPushButton()
        self._clear.setProperty("kind", "icon")
        self._clear.setProperty("compact", True)
        self._clear.clicked.connect(self.clear)
        set_icon(self._clear, "close", "textMuted", "small")
        row = QHBoxLayout(self)
        row.setContentsMargins(10, 0, 6, 0)
        row.setSpacing(8)
        row.addWidget(IconLabel("search", "textMuted", "small"))
        row.addWidget(self.edit, 1)
        row.addWidget(self._hint, 0, Qt.AlignmentFlag.AlignVCenter)
        row.addWidget(self._clear)
        self.setFocusProxy(self.edit)
        self.edit.textChanged.connect(self._changed)
        self.edit.returnPressed.connect(lambda: self.submitted.emit(self.text()))
        self.set_texts(placeholder, shortcut, clear_text)
        self._changed("")
        self._restyle()
        theme().changed.connect(self._restyle)

    def text(self) -> str:
        """Return what was typed."""
        return self.edit.text()

    def clear(self) -> None:
        """Empty it and keep the focus in it."""
        self.edit.clear()
        self.edit.setFocus(Qt.FocusReason.OtherFocusReason)

    def set_texts(self, placeholder: str, shortcut: str = "", clear_text: str = "") -> None:
        """Change the words, for another language."""
        self.edit.setPlaceholderText(placeholder)
        self.edit.setAccessibleName(placeholder)
        self._hint.setText(shortcut)
        self._hint.setVisible(bool(shortcut) and not self.text())
        self._clear.setAccessibleName(clear_text)
        self._clear.setToolTip(clear_text)

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:  # noqa: N802
        """Show the focus on the frame, and take the keys that are not for the text."""
        if event.type() in (QEvent.Type.FocusIn, QEvent.Type.FocusOut):
            self.setProperty("focused", event.type() == QEvent.Type.FocusIn)
            theme().repolish(self)
        elif event.type() == QEvent.Type.KeyPress and isinstance(event, QKeyEvent):
            return self._took(event.key())
        return super().eventFilter(watched, event)

    def _took(self, key: int) -> bool:
        if key == Qt.Key.Key_Escape and self.text():
            self.clear()
            return True
        if key in (Qt.Key.Key_Up, Qt.Key.Key_Down):
            self.moved.emit(1 if key == Qt.Key.Key_Down else -1)
            return True
        return False

    def _changed(self, text: str) -> None:
        self._clear.setVisible(bool(text))
        self._hint.setVisible(not text and bool(self._hint.text()))
        self.text_changed.emit(text)

    def _restyle(self) -> None:
        self.setFixedHeight(theme().length("size.control"))
