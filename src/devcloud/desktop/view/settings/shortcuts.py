"""The shortcuts: click one, press other keys. Two actions never share the same keys."""

from PySide6.QtCore import QEvent, Qt, Signal
from PySide6.QtGui import QFocusEvent, QKeyEvent, QKeySequence
from PySide6.QtWidgets import QPushButton

from devcloud.desktop.theme.theme import theme
from devcloud.desktop.view.buttons import text_button
from devcloud.desktop.view.settings.page import SettingsPage
from devcloud.desktop.view.widgets.announce import announce
from devcloud.desktop.view.widgets.labels import WrapLabel, note_label

MODIFIERS = frozenset(
    {
        Qt.Key.Key_Control, Qt.Key.Key_Shift, Qt.Key.Key_Alt, Qt.Key.Key_Meta, Qt.Key.Key_AltGr,
        Qt.Key.Key_CapsLock, Qt.Key.Key_NumLock, Qt.Key.Key_unknown, Qt.Key(0),
    }
)  # fmt: skip
LEAVING = (Qt.Key.Key_Tab, Qt.Key.Key_Backtab)


class KeysButton(QPushButton):
    """Shows an action's keys; pressed, it waits for others. Esc gives up, Delete clears."""

    pressed_keys = Signal(str)
    """Portable text («Ctrl+Shift+M»), empty for no keys."""

    def __init__(self) -> None:
        """Not waiting."""
        super().__init__()
        self.waiting = False
        self._words = ("", "", "")
        self.setProperty("compact", True)
        self.clicked.connect(self.wait)
        self.setMinimumWidth(theme().px(150))

    def show_keys(self, keys: str, *, none: str, press: str) -> None:
        """Show keys as the platform writes them; `none` and `press` are the words for the rest."""
        self._words = (keys, none, press)
        self._show()

    def wait(self) -> None:
        """Wait for keys."""
        self.waiting = True
        self.setProperty("takesKeys", True)
        self.setFocus()
        self._show()

    def event(self, event: QEvent) -> bool:
        """Take every key while waiting, also those that are somebody's shortcut."""
        if self.waiting and event.type() == QEvent.Type.ShortcutOverride:
            event.accept()
            return True
        if self.waiting and event.type() == QEvent.Type.KeyPress and isinstance(event, QKeyEvent):
            return self._took(event)
        return super().event(event)

    def focusOutEvent(self, event: QFocusEvent) -> None:  # noqa: N802
        """Who looks elsewhere has given up."""
        self._stop()
        super().focusOutEvent(event)

    def _took(self, event: QKeyEvent) -> bool:
        key = Qt.Key(event.key())
        plain = not event.modifiers()
        if key in MODIFIERS:
            return True
        if plain and key in LEAVING:
            self._stop()
            return super().event(event)
        self._stop()
        if plain and key == Qt.Key.Key_Escape:
            return True
        if plain and key in (Qt.Key.Key_Delete, Qt.Key.Key_Backspace):
            self.pressed_keys.emit("")
        else:
            keys = QKeySequence(event.keyCombination())
            self.pressed_keys.emit(keys.toString(QKeySequence.SequenceFormat.PortableText))
        return True

    def _stop(self) -> None:
        self.waiting = False
        self.setProperty("takesKeys", False)
        self._show()

    def _show(self) -> None:
        keys, none, press = self._words
        native = QKeySequence(keys).toString(QKeySequence.SequenceFormat.NativeText)
        self.setText(press if self.waiting else native or none)


class ShortcutsPage(SettingsPage):
    """One row an action."""

    TITLE = "settings_shortcuts"
    ICON = "keyboard"

    def fill(self) -> None:
        """Add the rows."""
        self.hint = note_label()
        self.says(lambda: self.hint.setText(self.t("settings_shortcuts_hint")))
        self.column.addWidget(self.hint)
        self.conflict = WrapLabel("", "small", "danger")
        self.conflict.hide()
        box = self.group()
        self.buttons: dict[str, KeysButton] = {}
        self.rows = {}
        for action in self.app.shortcuts.actions:
            button = KeysButton()
            button.pressed_keys.connect(lambda keys, key=action.key: self._assign(key, keys))
            row = self.add_row(box, f"shortcut_{action.key}", "", button)
            self.buttons[action.key] = button
            self.rows[action.key] = row
        self.restore = text_button(self._restore)
        self.says(lambda: self.restore.setText(self.t("settings_shortcut_reset")))
        self.column.addWidget(self.restore, 0, Qt.AlignmentFlag.AlignLeft)
        self.says(self._show)
        self.app.shortcuts.changed.connect(self._show)

    def _show(self) -> None:
        none, press = self.t("settings_shortcut_none"), self.t("settings_shortcut_press")
        for action in self.app.shortcuts.actions:
            button = self.buttons[action.key]
            button.show_keys(action.keys, none=none, press=press)
            name = self.t("settings_shortcut_change", action=action.text, keys=action.keys or none)
            button.setAccessibleName(name)
            self.rows[action.key].set_texts(action.text)

    def _assign(self, action: str, keys: str) -> None:
        taken = self.app.shortcuts.assign(action, keys)
        self._show()
        if taken is not None:
            other = next(each.text for each in self.app.shortcuts.actions if each.key == taken)
            text = self.t("settings_shortcut_conflict", action=other)
            row = self.rows[action]
            row.set_texts(row.title.text(), text)
            row.subtitle.set_tone("danger")
            announce(row, text, assertive=True)

    def _restore(self) -> None:
        self.app.shortcuts.reset()
