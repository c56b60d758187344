"""What a call has to say for itself, in one line over the page: the gravest thing first."""

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QVBoxLayout, QWidget

from devcloud.desktop.view.widgets.banner import Banner
from devcloud.desktop.viewmodel.texts import Speaks, T
from devcloud.desktop.viewmodel.values import CallView

REFRESH = "refresh"


class CallNotices(QWidget):
    """One banner of the call's own, and one for a call that is on hold beside it."""

    accept_key_asked = Signal()
    switch_asked = Signal()

    def __init__(self, app: Speaks, parent: QWidget | None = None) -> None:
        """`app` knows the language."""
        super().__init__(parent)
        self._t = T(app)
        self._shown = ("", "")
        self.banner = Banner("warning")
        self.banner.triggered.connect(self.accept_key_asked)
        self.held = Banner("info", icon="pause")
        self.held.triggered.connect(self.switch_asked)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(0)
        column.addWidget(self.banner)
        column.addWidget(self.held)

    def show_call(self, view: CallView) -> None:
        """Show what is to be said of a call; said aloud once, when it is new."""
        text, tone, icon, action = self._wanted(view)
        if (text, action) == self._shown:
            return
        self._shown = (text, action)
        if not text:
            self.banner.hide()
            return
        self.banner.set_tone(tone, icon or None)
        self.banner.show_message(text, action or None)

    def show_held(self, name: str) -> None:
        """Show whom one would go back to; nobody hides it."""
        if not name:
            self.held.hide()
        else:
            self.held.show_message(
                self._t("call_other_held", name=name), self._t("call_switch"), said=False
            )

    def _wanted(self, view: CallView) -> tuple[str, str, str, str]:
        if view.warning_tone == "danger" and view.warning_text:
            action = self._t("call_accept_key") if view.key_changed else ""
            return view.warning_text, "danger", "", action
        if view.phase == "over":
            return "", "", "", ""
        if view.phase == "reconnecting":
            return self._t("call_reconnecting"), "warning", REFRESH, ""
        if view.notice_text:
            return view.notice_text, "warning", "", ""
        if view.weak_banner:
            return view.weak_banner, "warning", "", ""
        return "", "", "", ""
