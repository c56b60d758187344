"""The shortcuts: which keys do what, changed by the person, without two doing the same.

Keys are written as Qt's portable text does («Ctrl+Shift+M»; Ctrl is the Command key on macOS).
"""

from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, Signal

from devcloud.desktop.viewmodel.texts import T
from devcloud.desktop.viewmodel.values import Action

if TYPE_CHECKING:
    from devcloud.desktop.viewmodel.app import AppModel

DEFAULTS: dict[str, str] = {
    "search": "Ctrl+K",
    "contacts": "Ctrl+1",
    "history": "Ctrl+2",
    "call": "Ctrl+Return",
    "log": "Ctrl+L",
    "settings": "Ctrl+,",
    "help": "F1",
    "accept": "Ctrl+Shift+A",
    "decline": "Ctrl+Shift+D",
    "mute": "Ctrl+Shift+M",
    "hold": "Ctrl+Shift+P",
    "push_to_talk": "Ctrl+Shift+T",
    "hang_up": "Ctrl+Shift+H",
    "talk": "F8",
    "back": "Alt+Left",
    "close": "Ctrl+W",
    "quit": "Ctrl+Q",
}
"""Each action with its keys, in the order in which they are listed."""


class ShortcutsModel(QObject):
    """Actions and their keys."""

    changed = Signal()

    def __init__(self, app: "AppModel") -> None:
        super().__init__(app)
        self._app = app
        self._text = T(app)

    @property
    def actions(self) -> tuple[Action, ...]:
        """Every action, ready to list."""
        return tuple(
            Action(key=key, text=self._text(f"shortcut_{key}"), keys=self.keys(key))
            for key in DEFAULTS
        )

    def keys(self, action: str) -> str:
        """Return the keys of an action; empty when it has none."""
        assigned: dict[str, str] = self._app.settings.value("shortcuts")
        return assigned.get(action, DEFAULTS[action])

    def assign(self, action: str, keys: str) -> str | None:
        """Give an action other keys (or none). When another action has them, return that one's
        key, and change nothing."""
        taken = next(
            (
                other
                for other in DEFAULTS
                if other != action and keys and self.keys(other).lower() == keys.lower()
            ),
            None,
        )
        if taken is not None:
            return taken
        assigned = {**self._app.settings.value("shortcuts"), action: keys}
        if keys == DEFAULTS[action]:
            del assigned[action]
        self._app.settings.set("shortcuts", assigned)
        self.changed.emit()
        return None

    def reset(self) -> None:
        """Everything as at first."""
        self._app.settings.set("shortcuts", {})
        self.changed.emit()
