"""The green bar over the contacts while a call goes on behind them."""

from PySide6.QtWidgets import QFrame, QHBoxLayout, QWidget

from devcloud.desktop.theme.icons import set_icon
from devcloud.desktop.theme.theme import theme
from devcloud.desktop.view.buttons import icon_button, name_button, text_button
from devcloud.desktop.view.widgets.labels import ElidedLabel, Label
from devcloud.desktop.viewmodel.app import AppModel
from devcloud.desktop.viewmodel.calls import CallModel
from devcloud.desktop.viewmodel.texts import T


class CallBar(QFrame):
    """Shows itself while a call is minimised."""

    def __init__(self, app: AppModel, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._app = app
        self._text = T(app)
        self._call: CallModel | None = None
        self.setProperty("role", "callbar")
        self.who = ElidedLabel("", "bodyStrong")
        self.timer = Label("", "body", tabular=True)
        for label in (self.who, self.timer):
            label.setProperty("tone", "live")
        self.mute = icon_button("mic", self._toggle_mute, kind="live-icon")
        self.hang_up = icon_button("hang-up", self._hang_up, kind="live-icon")
        self.back = text_button(app.restore_call, kind="live")
        self.back.setProperty("compact", True)
        self._lay_out()
        app.calls.current_changed.connect(self._follow)
        app.page_changed.connect(self._refresh)
        self._follow()

    def retranslate(self) -> None:
        """Say everything in the language of the moment."""
        self._refresh()

    def _lay_out(self) -> None:
        look = theme()
        box = QHBoxLayout(self)
        edge = look.length("space.1")
        box.setContentsMargins(look.length("space.4"), edge, look.length("space.3"), edge)
        box.setSpacing(look.length("space.2"))
        box.addWidget(self.who)
        box.addWidget(self.timer)
        box.addStretch(1)
        box.addWidget(self.mute)
        box.addWidget(self.hang_up)
        box.addWidget(self.back)

    def _follow(self) -> None:
        if self._call is not None:
            self._call.changed.disconnect(self._refresh)
        self._call = self._app.calls.current
        if self._call is not None:
            self._call.changed.connect(self._refresh)
        self._refresh()

    def _refresh(self) -> None:
        minimised = self._app.minimised and self._call is not None
        self.setVisible(minimised)
        if not minimised or self._call is None:
            return
        view, text = self._call.state, self._text
        self.who.setText(view.shown_name)
        self.timer.setText(view.timer_text or view.state_text)
        set_icon(self.mute, "mic-off" if view.muted else "mic", "onSuccess")
        keys = self._app.shortcuts.keys
        self.mute.setEnabled(view.can_mute)
        what = "callbar_unmute" if view.muted else "callbar_mute"
        name_button(self.mute, text(what), keys("mute"))
        name_button(self.hang_up, text("callbar_hang_up"), keys("hang_up"))
        self.back.setText(text("callbar_return"))
        self.setAccessibleName(text("callbar_name", name=view.shown_name))

    def _toggle_mute(self) -> None:
        if self._call is not None:
            self._call.toggle_mute()

    def _hang_up(self) -> None:
        if self._call is not None:
            self._call.hang_up()
