"""Where there is little room: the controls that the call bar leaves out, in a sheet below."""

from collections.abc import Callable
from functools import partial

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QPushButton, QWidget

from devcloud.desktop.theme.icons import set_icon
from devcloud.desktop.theme.theme import theme
from devcloud.desktop.view.buttons import text_button
from devcloud.desktop.view.widgets.overlay import Overlay
from devcloud.desktop.view.widgets.sheet import Sheet
from devcloud.desktop.viewmodel.texts import Speaks, T
from devcloud.desktop.viewmodel.values import CallView

OUTGOING = ("dialling", "ringing_out")


class BottomSheet(Sheet):
    """A sheet as wide as the window, at its lower edge; a click beside it closes it."""

    def __init__(self, window: QWidget) -> None:
        """Lie hidden over `window`."""
        super().__init__(window)
        self.escaped.connect(self.dismiss)
        overlay = self.parentWidget()
        assert isinstance(overlay, Overlay)
        self._over = overlay
        overlay.pressed.connect(self.dismiss)

    def discard(self) -> None:
        """Take it away for good, with what dims the window."""
        self._over.deleteLater()

    def _place(self) -> None:
        room = self._over.size()
        width = min(room.width(), theme().length("size.content"))
        has = self.hasHeightForWidth()
        height = self.heightForWidth(width) if has else self.sizeHint().height()
        left = (room.width() - width) // 2
        self.setGeometry(
            left, room.height() - height + theme().length("radius.sheet"), width, height
        )


class CallMore(BottomSheet):
    """One line a control. Each closes the sheet and does what the control in the bar does."""

    def __init__(self, app: Speaks, window: QWidget, **actions: Callable[[], object]) -> None:
        """`actions`: `talk`, `hold`, `devices`, `words`."""
        super().__init__(window)
        self._t = T(app)
        self._view: CallView | None = None
        self.body.setContentsMargins(16, 16, 16, 16 + theme().length("radius.sheet"))
        self.buttons: dict[str, QPushButton] = {}
        icons = {"talk": "talk", "hold": "pause", "devices": "headset", "words": "shield-ask"}
        for key, icon in icons.items():
            button = text_button(partial(self._do, actions[key]), kind="flat", icon=icon)
            button.setProperty("large", True)
            button.setStyleSheet("text-align: left;")
            button.setLayoutDirection(Qt.LayoutDirection.LeftToRight)
            self.buttons[key] = button
            self.body.addWidget(button)

    def show_call(self, view: CallView) -> None:
        """Show what a call's controls would do."""
        t, talking = self._t, view.phase not in OUTGOING
        self._view = view
        self.setAccessibleName(t("call_more"))
        on, held = view.push_to_talk, view.held_here
        self.buttons["talk"].setText(t("call_talk_off_action" if on else "call_talk_on_action"))
        self.buttons["hold"].setText(t("call_resume_action" if held else "call_hold_action"))
        self.buttons["devices"].setText(t("call_devices"))
        self.buttons["words"].setText(t("call_words"))
        set_icon(self.buttons["hold"], "play" if held else "pause")
        set_icon(self.buttons["words"], "shield-check" if view.verified else "shield-ask")
        self.buttons["talk"].setVisible(talking)
        self.buttons["hold"].setVisible(talking)
        self.buttons["hold"].setEnabled(view.can_hold)
        self.buttons["words"].setVisible(bool(view.words))

    def retranslate(self) -> None:
        """Say everything in the language of the moment."""
        if self._view is not None:
            self.show_call(self._view)

    def _do(self, action: Callable[[], object]) -> None:
        self.dismiss()
        action()
