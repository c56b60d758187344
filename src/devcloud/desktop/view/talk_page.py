"""The page of a call between two people: who, how long, and the safety words."""

from PySide6.QtCore import QSize, Qt, Signal
from PySide6.QtGui import QResizeEvent
from PySide6.QtWidgets import QVBoxLayout, QWidget

from devcloud.desktop.theme.theme import theme
from devcloud.desktop.view.chip_row import Wrapping, avatar_for, show_encryption
from devcloud.desktop.view.widgets.chip import Chip
from devcloud.desktop.view.widgets.labels import WrapLabel
from devcloud.desktop.view.widgets.rings import SpeakingRing
from devcloud.desktop.viewmodel.texts import Speaks, T
from devcloud.desktop.viewmodel.values import CallView


class TalkPage(QWidget):
    """The middle of the call page while two talk."""

    words_asked = Signal()
    encryption_asked = Signal()

    def __init__(self, app: Speaks, parent: QWidget | None = None) -> None:
        """`app` knows the language."""
        super().__init__(parent)
        self._t = T(app)
        self._view: CallView | None = None
        self._narrow = False
        self.ring = SpeakingRing()
        self.name = WrapLabel("", "hero")
        self.state = WrapLabel("", "large", "muted", tabular=True)
        self.encryption = Chip("", "lock", "neutral", clickable=True)
        self.words = Chip("", "shield-ask", "neutral", clickable=True)
        self.chips = Wrapping()
        self.chips.put(self.encryption, self.words)
        self.encryption.clicked.connect(self.encryption_asked)
        self.words.clicked.connect(self.words_asked)
        for label in (self.name, self.state):
            label.setAlignment(Qt.AlignmentFlag.AlignHCenter)
        column = self._column = QVBoxLayout(self)
        column.setContentsMargins(24, 12, 24, 12)
        column.setSpacing(0)
        column.addStretch(1)
        column.addWidget(self.ring, 0, Qt.AlignmentFlag.AlignHCenter)
        column.addSpacing(theme().length("space.4"))
        column.addWidget(self.name)
        column.addSpacing(theme().length("space.2"))
        column.addWidget(self.state)
        column.addSpacing(theme().length("space.5"))
        column.addWidget(self.chips)
        column.addStretch(1)

    def minimumSizeHint(self) -> QSize:  # noqa: N802
        """A low window is no reason to push the bar out of it: the avatar gives way."""
        return QSize(0, 0)

    def resizeEvent(self, event: QResizeEvent) -> None:  # noqa: N802
        """Show a smaller avatar where it is low."""
        super().resizeEvent(event)
        self._fit()

    def _fit(self) -> None:
        shown = 0 if self.ring.isHidden() else self.ring.height()
        others = self._column.heightForWidth(self.width()) - shown
        role = avatar_for(self.height() - others, self.ring.REACH)
        self.ring.setVisible(bool(role))
        if role:
            self.ring.set_size_role(role)

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
        self._fit()

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
