"""Inputs of the settings that Qt has not quite as the design wants them."""

from PySide6.QtCore import QEvent, QObject, Qt
from PySide6.QtWidgets import QSizePolicy, QSlider, QWidget


class PlainSlider(QSlider):
    """A horizontal slider whose wheel scrolls the page unless it has the focus."""

    def __init__(self, low: int, high: int, parent: QWidget | None = None) -> None:
        """From `low` to `high`, a tenth of it a page step."""
        super().__init__(Qt.Orientation.Horizontal, parent)
        self.setRange(low, high)
        self.setPageStep(max(1, (high - low) // 10))
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        wheel_only_with_focus(self)


def wheel_only_with_focus(widget: QWidget) -> None:
    """Keep the wheel from changing a value that only lies under the pointer while scrolling."""
    widget.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
    widget.installEventFilter(_WheelGuard(widget))


class _WheelGuard(QObject):
    def eventFilter(self, watched: QObject, event: QEvent) -> bool:  # noqa: N802
        unfocused = isinstance(watched, QWidget) and not watched.hasFocus()
        if event.type() == QEvent.Type.Wheel and unfocused:
            event.ignore()
            return True
        return False
