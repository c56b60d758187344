"""The page of a call that has not been answered: whom, rings that go out, how it stands."""

from PySide6.QtWidgets import QWidget

from devcloud.desktop.view.chip_row import ChipRow
from devcloud.desktop.view.person_page import PersonPage
from devcloud.desktop.view.widgets.rings import PulseRings
from devcloud.desktop.viewmodel.values import CallView

RINGING = ("dialling", "ringing_out")


class OutgoingPage(PersonPage):
    """The middle of the call page while it rings, and how that ended."""

    def __init__(self, parent: QWidget | None = None) -> None:
        """Empty until `show_call`."""
        rings, chips = PulseRings(), ChipRow()
        super().__init__(rings, chips, gap="space.3", parent=parent)
        self.rings, self.chips = rings, chips

    def show_call(self, view: CallView) -> None:
        """Show a call."""
        self.rings.set_person(view.shown_name)
        self.name.setText(view.shown_name)
        self.state.setText(view.state_text)
        self.chips.show_chips((view.identity_chip, view.encryption_chip))
        self.fit()
        self.rings.set_running(view.phase in RINGING)
