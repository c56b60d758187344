"""The middle of a call page: a person's avatar, name, how the call stands, and chips below.

The avatar gives way where the window is low. Knows no call: what is shown is its heirs' business.
"""

from PySide6.QtCore import QSize, Qt
from PySide6.QtGui import QResizeEvent
from PySide6.QtWidgets import QVBoxLayout, QWidget

from devcloud.desktop.theme.theme import theme
from devcloud.desktop.view.chip_row import avatar_for
from devcloud.desktop.view.widgets.avatar import Avatar
from devcloud.desktop.view.widgets.labels import WrapLabel


class PersonPage(QWidget):
    """One column in the middle of the window."""

    def __init__(
        self, avatar: Avatar, chips: QWidget, *, gap: str, parent: QWidget | None = None
    ) -> None:
        """`gap` is the space token between the avatar, which may have rings, and the name."""
        super().__init__(parent)
        self._avatar = avatar
        self.name = WrapLabel("", "hero")
        self.state = WrapLabel("", "large", "muted", tabular=True)
        for label in (self.name, self.state):
            label.setAlignment(Qt.AlignmentFlag.AlignHCenter)
        column = self._column = QVBoxLayout(self)
        column.setContentsMargins(24, 12, 24, 12)
        column.setSpacing(0)
        column.addStretch(1)
        column.addWidget(avatar, 0, Qt.AlignmentFlag.AlignHCenter)
        column.addSpacing(theme().length(gap))
        column.addWidget(self.name)
        column.addSpacing(theme().length("space.2"))
        column.addWidget(self.state)
        column.addSpacing(theme().length("space.5"))
        column.addWidget(chips)
        column.addStretch(1)

    def minimumSizeHint(self) -> QSize:  # noqa: N802
        """A low window is no reason to push the bar out of it: the avatar gives way."""
        return QSize(0, 0)

    def resizeEvent(self, event: QResizeEvent) -> None:  # noqa: N802
        """Show a smaller avatar where it is low."""
        super().resizeEvent(event)
        self.fit()

    def fit(self) -> None:
        """Give the avatar the room that the rest leaves: after a text has changed, too."""
        shown = 0 if self._avatar.isHidden() else self._avatar.height()
        others = self._column.heightForWidth(self.width()) - shown
        role = avatar_for(self.height() - others, self._avatar.REACH)
        self._avatar.setVisible(bool(role))
        if role:
            self._avatar.set_size_role(role)
