"""A banner over a page: an icon, a sentence that wraps, and what one can do about it."""

from typing import Final

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QFrame, QHBoxLayout, QPushButton, QWidget

from devcloud.desktop.theme.theme import theme
from devcloud.desktop.view.widgets.announce import announce
from devcloud.desktop.view.widgets.labels import IconLabel, WrapLabel

# Tone: icon, its colour.
TONES: Final = {
    "warning": ("alert", "warningText"),
    "danger": ("error", "dangerText"),
    "info": ("info", "accentText"),
}


class Banner(QFrame):
    """Hidden until `show_message`. `triggered` when its button is pressed."""

    triggered = Signal()

    def __init__(
        self,
        tone: str = "warning",
        parent: QWidget | None = None,
        *,
        rounded: bool = False,
        icon: str | None = None,
    ) -> None:
        """`tone`: `warning`, `danger`, `info`. `rounded` for a banner inside a page."""
        super().__init__(parent)
        self._tone = tone
        self._icon_name = icon
        self.setProperty("rounded", rounded)
        self._icon = IconLabel(icon or TONES[tone][0], TONES[tone][1])
        self._text = WrapLabel("", "small")
        self._button = QPushButton()
        self._button.setProperty("kind", "outline")
        self._button.setProperty("compact", True)
        self._button.clicked.connect(self.triggered)
        self._button.hide()
        row = QHBoxLayout(self)
        row.setContentsMargins(16, 8, 12, 8)
        row.setSpacing(12)
        row.addWidget(self._icon)
        row.addWidget(self._text, 1, Qt.AlignmentFlag.AlignVCenter)
        row.addWidget(self._button)
        self.set_tone(tone)
        self._restyle()
        theme().changed.connect(self._restyle)
        self.hide()

    @property
    def text(self) -> str:
        """The sentence that shows."""
        return self._text.text()

    @property
    def button(self) -> QPushButton:
        """The button, hidden when there is nothing to do."""
        return self._button

    def set_tone(self, tone: str, icon: str | None = None) -> None:
        """Change tone and icon. Raises KeyError for an unknown tone."""
        self._tone = tone
        default, role = TONES[tone]
        self._icon.set_icon(icon or self._icon_name or default, role)
        self.setProperty("role", f"banner-{tone}")
        theme().repolish(self)

    def show_message(self, text: str, action_text: str | None = None, *, said: bool = True) -> None:
        """Show a sentence, with a button when `action_text` names what it does.

        It is announced, unless `said` is false (a countdown is announced once, not every second).
        """
        self._text.setText(text)
        self.setAccessibleName(text)
        self._button.setText(action_text or "")
        self._button.setVisible(action_text is not None)
        self.show()
        if said:
            announce(self, text, assertive=self._tone == "danger")

    def _restyle(self) -> None:
        self.setMinimumHeight(theme().length("size.controlLarge"))
