"""A switch: on or off, at once. To assistive technology it is a check box."""

from PySide6.QtCore import Property, QEasingCurve, QPoint, QPropertyAnimation, QRectF, QSize, Qt
from PySide6.QtGui import QPainter, QPaintEvent, QPen
from PySide6.QtWidgets import QCheckBox, QSizePolicy, QWidget

from devcloud.desktop.theme.theme import theme


class Switch(QCheckBox):
    """`toggled` when it changes. Its name is that of the row it stands in."""

    def __init__(self, accessible_name: str = "", parent: QWidget | None = None) -> None:
        """Off at first."""
        super().__init__(parent)
        self._at = 0.0
        self._slide = QPropertyAnimation(self, b"at", self)
        self._slide.setEasingCurve(QEasingCurve.Type.OutCubic)
        self.setAccessibleName(accessible_name)
        self.setProperty("focusRadius", -1)
        self.setSizePolicy(QSizePolicy.Policy.Fixed, QSizePolicy.Policy.Fixed)
        self.toggled.connect(self._move)
        theme().changed.connect(self.updateGeometry)

    def _get_at(self) -> float:
        return self._at

    def _set_at(self, at: float) -> None:
        self._at = at
        self.update()

    at = Property(float, _get_at, _set_at)

    def sizeHint(self) -> QSize:  # noqa: N802
        """40 × 24 px."""
        return QSize(theme().px(40), theme().px(24))

    def minimumSizeHint(self) -> QSize:  # noqa: N802
        """It does not shrink."""
        return self.sizeHint()

    def hitButton(self, position: QPoint) -> bool:  # noqa: N802
        """All of it can be clicked."""
        return self.rect().contains(position)

    def paintEvent(self, _event: QPaintEvent) -> None:  # noqa: N802
        """Paint track and knob."""
        size = self.sizeHint()
        track = QRectF(
            (self.width() - size.width()) / 2,
            (self.height() - size.height()) / 2,
            size.width(),
            size.height(),
        )
        on, enabled = self.isChecked(), self.isEnabled()
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        if on:
            painter.setPen(Qt.PenStyle.NoPen)
            painter.setBrush(theme().colour("accent" if enabled else "textDisabled"))
        else:
            track.adjust(1, 1, -1, -1)
            painter.setPen(QPen(theme().colour("borderStrong" if enabled else "textDisabled"), 2))
            painter.setBrush(Qt.BrushStyle.NoBrush)
        painter.drawRoundedRect(track, track.height() / 2, track.height() / 2)
        painter.setPen(Qt.PenStyle.NoPen)
        role = "onAccent" if on else "borderStrong" if enabled else "textDisabled"
        painter.setBrush(theme().colour(role))
        painter.drawEllipse(self._knob(track))
        painter.end()

    def _knob(self, track: QRectF) -> QRectF:
        side = theme().px(14) + self._at * theme().px(4)
        room = theme().px(24)
        left = room / 2 + (theme().px(40) - room) * self._share() - side / 2
        return QRectF(
            self.width() / 2 - theme().px(40) / 2 + left, track.center().y() - side / 2, side, side
        )

    def _share(self) -> float:
        return 1 - self._at if self.isRightToLeft() else self._at

    def _move(self, on: bool) -> None:
        self._slide.stop()
        duration = theme().duration("fast") if self.isVisible() else 0
        if duration == 0:
            self._set_at(float(on))
            return
        self._slide.setDuration(duration)
        self._slide.setEndValue(float(on))
        self._slide.start()
