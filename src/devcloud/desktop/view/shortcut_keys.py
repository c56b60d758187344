"""The window's shortcuts: the keys of the model, tied to what they do; changed keys count at once.

Accept, decline and the controls of a call go straight to the calls; the rest is the window's.
"""

from collections.abc import Callable
from functools import partial
from typing import Final

from PySide6.QtCore import QObject, Qt
from PySide6.QtGui import QKeySequence, QShortcut
from PySide6.QtWidgets import QWidget

from devcloud.desktop.viewmodel.app import AppModel

CALL_CONTROLS: Final = {
    "mute": "toggle_mute",
    "hold": "toggle_hold",
    "push_to_talk": "toggle_push_to_talk",
    "hang_up": "hang_up",
}


class ShortcutKeys(QObject):
    """One `QShortcut` for each action that has something to do."""

    def __init__(self, app: AppModel, window: QWidget) -> None:
        super().__init__(window)
        self._app = app
        self._window = window
        self.shortcuts: dict[str, QShortcut] = {}
        for action, slot in CALL_CONTROLS.items():
            self._add(action, partial(self._of_call, slot))
        self._add("accept", self._accept)
        self._add("decline", self._decline)
        app.shortcuts.changed.connect(self._renew)
        app.settings.changed.connect(lambda key: self._renew() if key == "shortcuts" else None)

    def on(self, **actions: Callable[[], object]) -> None:
        """Tie the window's actions to what they do."""
        for action, then in actions.items():
            self._add(action, then)

    def _add(self, action: str, then: Callable[[], object]) -> None:
        shortcut = QShortcut(self._window)
        # The call controls answer in the settings too; the incoming window has its own two keys.
        wide = action in CALL_CONTROLS
        context = (
            Qt.ShortcutContext.ApplicationShortcut if wide else Qt.ShortcutContext.WindowShortcut
        )
        shortcut.setContext(context)
        shortcut.setAutoRepeat(False)
        shortcut.setKey(QKeySequence(self._app.shortcuts.keys(action)))
        shortcut.activated.connect(then)
        self.shortcuts[action] = shortcut

    def _renew(self) -> None:
        for action, shortcut in self.shortcuts.items():
            shortcut.setKey(QKeySequence(self._app.shortcuts.keys(action)))

    def _of_call(self, slot: str) -> None:
        call = self._app.calls.current
        if call is not None and call.state.phase != "over":
            getattr(call, slot)()

    def _accept(self) -> None:
        call = self._app.calls.incoming
        if call is None:
            return
        if call.state.waiting_choices:
            call.accept_after("hold")
        else:
            call.accept()

    def _decline(self) -> None:
        if self._app.calls.incoming is not None:
            self._app.calls.incoming.decline()
