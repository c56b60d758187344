"""Rings around an avatar: time that runs out, a call that goes out, a voice that is heard."""

from PySide6.QtCore import QElapsedTimer, QRectF, Qt, QTimer
from PySide6.QtGui import QHideEvent, QPainter, QPen, QShowEvent
from PySide6.QtWidgets import QWidget

from devcloud.desktop.theme.theme import theme
from devcloud.desktop.view.widgets.avatar import Avatar


class _Ringed(Avatar):
    """An avatar with room for a ring around it."""

    REACH = 7

    def _paint_around(self, painter: QPainter, disc: QRectF) -> None:
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setBrush(Qt.BrushStyle.NoBrush)
        self._paint_ring(painter, disc)

    def _paint_ring(self, painter: QPainter, disc: QRectF) -> None:
        raise NotImplementedError


class CountdownRing(_Ringed):
    """A ring that empties clockwise as the ring time runs out."""

    WIDTH = 4

    def __init__(
        self,
        size_role: str = "avatarLarge",
        background_role: str = "raised",
        parent: QWidget | None = None,
    ) -> None:
        """A full ring."""
        super().__init__(size_role, background_role, parent)
        self._fraction = 1.0

    @property
    def fraction(self) -> float:
        """What is left, from 1 to 0."""
        return self._fraction

    def set_fraction(self, fraction: float) -> None:
        """Show what is left."""
        self._fraction = max(0.0, min(1.0, fraction))
        self.update()

    def _paint_ring(self, painter: QPainter, disc: QRectF) -> None:
        out = self.REACH - self.WIDTH / 2
        ring = disc.adjusted(-out, -out, out, out)
        painter.setPen(QPen(theme().colour("meterTrack"), self.WIDTH))
        painter.drawEllipse(ring)
        pen = QPen(theme().colour("accent"), self.WIDTH)
        pen.setCapStyle(Qt.PenCapStyle.RoundCap)
        painter.setPen(pen)
        if self._fraction > 0:
            # Sixteenths of a degree from twelve o’clock, clockwise.
            painter.drawArc(ring, 90 * 16, -round(self._fraction * 360 * 16))


class SpeakingRing(_Ringed):
    """A green ring while the person speaks. It comes at once and stays 400 ms after."""

    def __init__(
        self,
        size_role: str = "avatarCall",
        background_role: str = "surface",
        parent: QWidget | None = None,
    ) -> None:
        """Silent at first."""
        super().__init__(size_role, background_role, parent)
        self._shown = False
        self._hold = QTimer(self)
        self._hold.setSingleShot(True)
        self._hold.timeout.connect(self._stop)

    @property
    def is_shown(self) -> bool:
        """Whether the ring shows."""
        return self._shown

    def set_speaking(self, speaking: bool) -> None:
        """Tell whether speech is heard now."""
        if speaking:
            self._hold.stop()
            self._shown = True
        elif self._shown and not self._hold.isActive():
            self._hold.start(theme().duration("speakerHold"))
        self.update()

    def _stop(self) -> None:
        self._shown = False
        self.update()

    def _paint_ring(self, painter: QPainter, disc: QRectF) -> None:
        if not self._shown:
            return
        width = theme().length("border.speaker")
        out = 4 + width / 2
        painter.setPen(QPen(theme().colour("presenceOnline"), width))
        painter.drawEllipse(disc.adjusted(-out, -out, out, out))


class PulseRings(_Ringed):
    """Two rings that go out from the avatar while it rings at the other end.

    The only looping animation there is; with reduced motion two rings stand still.
    """

    REACH = 38

    def __init__(
        self,
        size_role: str = "avatarCall",
        background_role: str = "surface",
        parent: QWidget | None = None,
    ) -> None:
        """Running while visible, until `set_running(False)`."""
        super().__init__(size_role, background_role, parent)
        self._running = True
        self._since = QElapsedTimer()
        self._clock = QTimer(self)
        self._clock.setInterval(50)
        self._clock.timeout.connect(self._tick)
        theme().changed.connect(self._restart)

    @property
    def moves(self) -> bool:
        """Whether the rings go out now."""
        return self._clock.isActive()

    def set_running(self, running: bool) -> None:
        """Let the rings go out, or take them away when the call is no longer going out."""
        self._running = running
        self._restart()
        self.update()

    def showEvent(self, event: QShowEvent) -> None:  # noqa: N802
        """Begin."""
        super().showEvent(event)
        self._restart()

    def hideEvent(self, event: QHideEvent) -> None:  # noqa: N802
        """Stop: what nobody sees costs nothing."""
        super().hideEvent(event)
        self._clock.stop()

    def _tick(self) -> None:
        self.update()

    def _restart(self) -> None:
        if self._running and self.isVisible() and not theme().reduced_motion:
            if not self._clock.isActive():
                self._since.start()
                self._clock.start()
        else:
            self._clock.stop()

    def _paint_ring(self, painter: QPainter, disc: QRectF) -> None:
        if not self._running:
            return
        for out, opacity in self._rings():
            colour = theme().colour("accent")
            colour.setAlphaF(opacity)
            painter.setPen(QPen(colour, theme().length("border.thick")))
            painter.drawEllipse(disc.adjusted(-out, -out, out, out))

    def _rings(self) -> list[tuple[float, float]]:
        """How far out each ring is, in pixels, and how opaque."""
        if not self._clock.isActive():
            return [(16.0, 0.40), (34.0, 0.18)]
        phase = self._since.elapsed() / theme().duration("ringPulse")
        shares = (phase % 1.0, (phase + 0.5) % 1.0)
        return [(2 + share * 34, 0.55 * (1 - share)) for share in shares]
