"""A spinner: something is under way. It stands still with reduced motion."""

from PySide6.QtCore import QRectF, QSize, QTimer
from PySide6.QtGui import QHideEvent, QPainter, QPaintEvent, QShowEvent
from PySide6.QtWidgets import QSizePolicy, QWidget

from devcloud.desktop.theme.icons import icon_size, paint_icon
from devcloud.desktop.theme.theme import theme

STEP = 18  # degrees a frame: a turn in a second at 20 frames


class Spinner(QWidget):
    """Turns while it can be seen."""

    def __init__(
        self, size: str | int = "medium", role: str = "textMuted", parent: QWidget | None = None
    ) -> None:
        """`size`: `small`, `medium`, `large` or pixels; `role` is its colour."""
        super().__init__(parent)
        self._size, self._role = size, role
        self._angle = 0
        self._clock = QTimer(self)
        self._clock.setInterval(50)
        self._clock.timeout.connect(self._turn)
        self.setSizePolicy(QSizePolicy.Policy.Fixed, QSizePolicy.Policy.Fixed)
        theme().changed.connect(self._restart)

    @property
    def turns(self) -> bool:
        """Whether it moves."""
        return self._clock.isActive()

    def sizeHint(self) -> QSize:  # noqa: N802
        """The size of an icon."""
        side = icon_size(self._size)
        return QSize(side, side)

    def showEvent(self, event: QShowEvent) -> None:  # noqa: N802
        """Begin to turn."""
        super().showEvent(event)
        self._restart()

    def hideEvent(self, event: QHideEvent) -> None:  # noqa: N802
        """Stop: what nobody sees costs nothing."""
        super().hideEvent(event)
        self._clock.stop()

    def paintEvent(self, _event: QPaintEvent) -> None:  # noqa: N802
        """Paint the arc at its angle."""
        side = icon_size(self._size)
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.SmoothPixmapTransform)
        painter.translate(self.width() / 2, self.height() / 2)
        painter.rotate(self._angle)
        box = QRectF(-side / 2, -side / 2, side, side)
        paint_icon(painter, box, "spinner", theme().colour(self._role))
        painter.end()

    def _restart(self) -> None:
        self.updateGeometry()
        if self.isVisible() and not theme().reduced_motion:
            self._clock.start()
        else:
            self._clock.stop()

    def _turn(self) -> None:
        self._angle = (self._angle + STEP) % 360
        self.update()
