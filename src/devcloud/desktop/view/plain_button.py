"""A flat button that holds other widgets: a meter with its device, bars with a word."""

from PySide6.QtCore import QEvent, QSize, Qt
from PySide6.QtGui import QPainter, QPaintEvent
from PySide6.QtWidgets import QAbstractButton, QHBoxLayout, QSizePolicy, QWidget

from devcloud.desktop.theme.theme import theme


class PlainButton(QAbstractButton):
    """A flat button that holds other widgets, which are seen and not clicked."""

    def __init__(self, parent: QWidget | None = None) -> None:
        """Fill `row` with what it shows."""
        super().__init__(parent)
        self.row = QHBoxLayout(self)
        self.row.setContentsMargins(theme().length("space.2"), 4, theme().length("space.2"), 4)
        self.row.setSpacing(theme().length("space.2"))
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setSizePolicy(QSizePolicy.Policy.Maximum, QSizePolicy.Policy.Fixed)
        self.setProperty("focusRadius", theme().length("radius.medium"))

    def hold(self, *widgets: QWidget) -> None:
        """Show these, one after another."""
        for widget in widgets:
            widget.setAttribute(Qt.WidgetAttribute.WA_TransparentForMouseEvents)
            widget.setFocusPolicy(Qt.FocusPolicy.NoFocus)
            self.row.addWidget(widget)

    def sizeHint(self) -> QSize:  # noqa: N802
        """What it holds, and at least the height of a control."""
        size = self.row.sizeHint()
        return size.expandedTo(QSize(0, theme().length("size.control")))

    def event(self, event: QEvent) -> bool:
        """Repaint when the pointer comes and goes."""
        if event.type() in (QEvent.Type.Enter, QEvent.Type.Leave):
            self.update()
        return super().event(event)

    def paintEvent(self, _event: QPaintEvent) -> None:  # noqa: N802
        """Paint what hovering and pressing show."""
        if not self.isEnabled() or not (self.underMouse() or self.isDown()):
            return
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(theme().colour("pressed" if self.isDown() else "hover"))
        radius = theme().length("radius.medium")
        painter.drawRoundedRect(self.rect(), radius, radius)
        painter.end()
