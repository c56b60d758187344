"""A toast: what just happened, at the lower edge of the window, for five seconds."""

from typing import Final, Literal

from PySide6.QtCore import QEvent, QObject, Qt, QTimer, Signal
from PySide6.QtWidgets import QFrame, QHBoxLayout, QPushButton, QWidget

from devcloud.desktop.theme.theme import theme
from devcloud.desktop.view.widgets.announce import announce
from devcloud.desktop.view.widgets.labels import IconLabel, WrapLabel

Outcome = Literal["success", "trouble"]
# Outcome: icon, its colour, the tone of the words.
_LOOKS: Final[dict[Outcome, tuple[str, str, str | None]]] = {
    "success": ("check", "onInverse", "inverse"),
    "trouble": ("alert", "warningText", None),
}


class Toast(QFrame):
    """One for a window; a new message takes the place of the last. `triggered` by its button."""

    triggered = Signal()

    def __init__(self, window: QWidget, *, bottom: int = 24) -> None:
        """Lie over `window`, `bottom` pixels from its lower edge."""
        super().__init__(window)
        self._bottom = bottom
        self._window = window
        self.setProperty("role", "toast")
        self._icon = IconLabel("check", "onInverse", "small")
        self._text = WrapLabel("", "small", "inverse")
        self._button = QPushButton()
        self._button.setProperty("kind", "toast")
        self._button.setProperty("compact", True)
        self._button.clicked.connect(self._press)
        self._over = QTimer(self)
        self._over.setSingleShot(True)
        self._over.timeout.connect(self._read)
        row = self._row = QHBoxLayout(self)
        row.setContentsMargins(16, 10, 16, 10)
        row.setSpacing(12)
        row.addWidget(self._icon)
        row.addWidget(self._text, 1, Qt.AlignmentFlag.AlignVCenter)
        row.addWidget(self._button)
        window.installEventFilter(self)
        self.hide()

    @property
    def text(self) -> str:
        """What it says."""
        return self._text.text()

    def show_message(
        self, text: str, action_text: str | None = None, *, outcome: Outcome = "success"
    ) -> None:
        """Show and announce `text` for five seconds, with a button when there is an action.

        What went wrong looks like a warning and is announced at once. A toast that has a button
        stays while the pointer or the focus is on it.
        """
        icon, colour, tone = _LOOKS[outcome]
        if self.property("outcome") != outcome:
            self.setProperty("outcome", outcome)
            theme().repolish(self)
        self._icon.set_icon(icon, colour)
        self._text.set_tone(tone)
        self._text.setText(text)
        self._button.setText(action_text or "")
        self._button.setVisible(action_text is not None)
        self.setAccessibleName(text)
        self._place()
        self.show()
        self.raise_()
        self._over.start(theme().duration("toast"))
        announce(self._window, text, assertive=outcome == "trouble")

    def stay_above(self, bottom: int) -> None:
        """Lie so many pixels from the lower edge from now on."""
        self._bottom = bottom
        if self.isVisible():
            self._place()

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:  # noqa: N802
        """Follow the window's size."""
        if event.type() == QEvent.Type.Resize and self.isVisible():
            self._place()
        return super().eventFilter(watched, event)

    def _read(self) -> None:
        wanted = self._button.isVisible() and (self.underMouse() or self._button.hasFocus())
        if wanted:
            self._over.start(theme().duration("toast"))
        else:
            self.hide()

    def _press(self) -> None:
        self.hide()
        self.triggered.emit()

    def _place(self) -> None:
        window = self._window
        self._row.activate()
        width = min(self.sizeHint().width(), window.width() - 32)
        height = (
            self.heightForWidth(width) if self.hasHeightForWidth() else self.sizeHint().height()
        )
        left = (window.width() - width) // 2
        self.setGeometry(left, window.height() - height - self._bottom, width, height)
