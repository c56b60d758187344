"""The page of a call between two people: who, how long, and the safety words."""

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QWidget

from devcloud.desktop.view.chip_row import Wrapping, show_encryption
from devcloud.desktop.view.person_page import PersonPage
from devcloud.desktop.view.widgets.chip import Chip
from devcloud.desktop.view.widgets.rings import SpeakingRing
from devcloud.desktop.viewmodel.texts import Speaks, T
from devcloud.desktop.viewmodel.values import CallView


class TalkPage(PersonPage):
    """The middle of the call page while two talk."""

    words_asked = Signal()
    encryption_asked = Signal()

    def __init__(self, app: Speaks, parent: QWidget | None = None) -> None:
        """`app` knows the language."""
        ring, chips = SpeakingRing(), Wrapping()
        super().__init__(ring, chips, gap="space.4", parent=parent)
        self.ring, self.chips = ring, chips
        self._t = T(app)
        self._view: CallView | None = None
        self._narrow = False
        self.encryption = Chip("", "lock", "neutral", clickable=True)
        self.words = Chip("", "shield-ask", "neutral", clickable=True)
        self.chips.put(self.encryption, self.words)
        self.encryption.clicked.connect(self.encryption_asked)
        self.words.clicked.connect(self.words_asked)

    def show_call(self, view: CallView) -> None:
        """Show a call."""
        self._view = view
        self.ring.set_person(view.shown_name)
        self.ring.set_speaking(view.others_speaking)
        speaking = view.others_speaking
        self.ring.setAccessibleName(
            self._t("call_speaking", name=view.shown_name) if speaking else view.shown_name
        )
        self.name.setText(view.shown_name)
        self.state.setText(_state_line(view))
        show_encryption(self.encryption, view, self._t)
        self.encryption.setVisible(self._narrow and view.phase != "over")
        self._show_words(view)
        self.chips.arrange()
        self.fit()

    def set_narrow(self, narrow: bool) -> None:
        """Where there is little room the protection shows here instead of above."""
        self._narrow = narrow
        if self._view is not None:
            self.show_call(self._view)

    def retranslate(self) -> None:
        """Say everything in the language of the moment."""
        if self._view is not None:
            self.show_call(self._view)

    def _show_words(self, view: CallView) -> None:
        icon, tone = ("shield-check", "success") if view.verified else ("shield-ask", "neutral")
        self.words.set_chip(self._t("call_words"), icon, tone)
        name = "call_words_verified" if view.verified else "call_words_unverified"
        self.words.setAccessibleName(self._t(name))
        self.words.setVisible(bool(view.words) and view.phase != "over")


def _state_line(view: CallView) -> str:
    """While people talk, the timer; otherwise how it stands, with the timer where it goes on."""
    if view.phase == "active":
        return view.timer_text
    if view.phase in ("held", "reconnecting") and view.timer_text:
        return f"{view.state_text} · {view.timer_text}" if view.state_text else view.timer_text
    return view.state_text or view.timer_text
