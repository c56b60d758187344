"""A popover that explains what a chip says, in a sentence or two."""

from PySide6.QtWidgets import QWidget

from devcloud.desktop.view.widgets.labels import WrapLabel, note_label
from devcloud.desktop.view.widgets.popover import Popover


class ExplanationPopover(Popover):
    """A heading and what it means."""

    def __init__(self, anchor: QWidget, heading: str, text: str) -> None:
        """Belongs to `anchor`."""
        super().__init__(anchor)
        self.setAccessibleName(heading)
        self.setAccessibleDescription(text)
        self.heading, self.text = (
            WrapLabel(heading, "bodyStrong"),
            note_label(text),
        )
        self.body.setSpacing(4)
        self.body.addWidget(self.heading)
        self.body.addWidget(self.text)
