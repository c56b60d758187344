"""The page of a call that has not been answered: whom, rings that go out, how it stands."""

from PySide6.QtCore import QSize, Qt
from PySide6.QtGui import QResizeEvent
from PySide6.QtWidgets import QVBoxLayout, QWidget

from devcloud.desktop.theme.theme import theme
from devcloud.desktop.view.chip_row import ChipRow, avatar_for
from devcloud.desktop.view.widgets.labels import WrapLabel
from devcloud.desktop.view.widgets.rings import PulseRings
from devcloud.desktop.viewmodel.values import CallView

RINGING = ("dialling", "ringing_out")


class OutgoingPage(QWidget):
    """The middle of the call page while it rings, and how that ended."""

    def __init__(self, parent: QWidget | None = None) -> None:
        """Empty until `show_call`."""
        super().__init__(parent)
        self.rings = PulseRings()
        self.name = WrapLabel("", "hero")
        self.state = WrapLabel("", "large", "muted")
        self.chips = ChipRow()
        for label in (self.name, self.state):
            label.setAlignment(Qt.AlignmentFlag.AlignHCenter)
        column = self._column = QVBoxLayout(self)
        column.setContentsMargins(24, 12, 24, 12)
        column.setSpacing(0)
        column.addStretch(1)
        column.addWidget(self.rings, 0, Qt.AlignmentFlag.AlignHCenter)
        column.addSpacing(theme().length("space.3"))
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
        shown = 0 if self.rings.isHidden() else self.rings.height()
        others = self._column.heightForWidth(self.width()) - shown
        role = avatar_for(self.height() - others, self.rings.REACH)
        self.rings.setVisible(bool(role))
        if role:
            self.rings.set_size_role(role)

    def show_call(self, view: CallView) -> None:
        """Show a call."""
        self.rings.set_person(view.shown_name)
        self.name.setText(view.shown_name)
        self.state.setText(view.state_text)
        self.chips.show_chips((view.identity_chip, view.encryption_chip))
        self._fit()
        self.rings.set_running(view.phase in RINGING)
