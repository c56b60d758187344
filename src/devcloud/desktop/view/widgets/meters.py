"""The level meter and the quality bars. Levels in dBFS, as EBU Tech 3341 and ITU-R BS.1770 count.

They are repainted when what they show changes, and 20 times a second at most.
"""

from typing import Final

from PySide6.QtCore import QRectF, QSize, Qt, QTimer
from PySide6.QtGui import QPainter, QPaintEvent
from PySide6.QtWidgets import QSizePolicy, QWidget

from devcloud.desktop.theme.theme import theme

FLOOR: Final = -60.0  # dBFS: an empty meter
MIDDLE: Final = -12.0  # dBFS: amber from here
HIGH: Final = -3.0  # dBFS: red from here
PEAK_HELD: Final = 1000  # milliseconds
BARS: Final = (0.35, 0.57, 0.78, 1.0)  # heights of the quality bars
FRAME: Final = 50  # milliseconds between two paintings


def lit_segments(dbfs: float, segments: int) -> int:
    """Return how many segments of a meter from `FLOOR` to 0 dBFS a level lights."""
    share = (min(0.0, max(FLOOR, dbfs)) - FLOOR) / -FLOOR
    return round(share * segments)


def segment_role(index: int, segments: int) -> str:
    """Return the colour of segment `index` (from 0), by the level at its upper end."""
    upper = FLOOR + (index + 1) / segments * -FLOOR
    return "meterLow" if upper <= MIDDLE else "meterMid" if upper <= HIGH else "meterHigh"


class LevelMeter(QWidget):
    """Segments from left to right, with the peak of the last second."""

    def __init__(
        self, segments: int = 18, parent: QWidget | None = None, *, accessible_name: str = ""
    ) -> None:
        """An empty meter of so many segments."""
        super().__init__(parent)
        self._segments = segments
        self._lit = 0
        self._peak = 0
        self._muted = False
        self._painted = (0, 0)
        self.setAccessibleName(accessible_name)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        self._frame = QTimer(self)
        self._frame.setSingleShot(True)
        self._frame.setInterval(FRAME)
        self._frame.timeout.connect(self._paint_when_changed)
        self._release = QTimer(self)
        self._release.setSingleShot(True)
        self._release.timeout.connect(self._let_peak_go)
        theme().changed.connect(self.updateGeometry)

    @property
    def lit(self) -> int:
        """How many segments are lit."""
        return 0 if self._muted else self._lit

    @property
    def peak(self) -> int:
        """The segment of the held peak, counted from 1; 0 when there is none."""
        return 0 if self._muted else self._peak

    def set_level(self, dbfs: float) -> None:
        """Show a level. May be called as often as levels come."""
        self._lit = lit_segments(dbfs, self._segments)
        if self._lit >= self._peak:
            self._peak = self._lit
            self._release.start(PEAK_HELD)
        self._ask_to_paint()

    def set_muted(self, muted: bool) -> None:
        """Show an empty meter while muted."""
        self._muted = muted
        self._ask_to_paint()

    def sizeHint(self) -> QSize:  # noqa: N802
        """150 × 8 px."""
        return QSize(theme().length("size.settingMeter"), theme().px(8))

    def minimumSizeHint(self) -> QSize:  # noqa: N802
        """3 px for a segment."""
        return QSize(self._segments * 4, theme().px(8))

    def paintEvent(self, _event: QPaintEvent) -> None:  # noqa: N802
        """Paint the segments."""
        self._painted = (self.lit, self.peak)
        lit, peak = self._painted
        gap = 2.0
        width = (self.width() + gap) / self._segments - gap
        height = min(self.height(), theme().px(8))
        top = (self.height() - height) / 2
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setPen(Qt.PenStyle.NoPen)
        for index in range(self._segments):
            shown = index < lit or index == peak - 1
            role = segment_role(index, self._segments) if shown else "meterTrack"
            painter.setBrush(theme().colour(role))
            place = index if not self.isRightToLeft() else self._segments - 1 - index
            painter.drawRoundedRect(QRectF(place * (width + gap), top, width, height), 2, 2)
        painter.end()

    def _ask_to_paint(self) -> None:
        if not self._frame.isActive():
            self._frame.start()

    def _paint_when_changed(self) -> None:
        if self._painted != (self.lit, self.peak):
            self.update()

    def _let_peak_go(self) -> None:
        self._peak = self._lit
        self._ask_to_paint()


class QualityBars(QWidget):
    """Four bars, as many lit as the level: 4 excellent, 3 good, 2 fair, 1 poor, 0 unknown.

    The word for it stands beside them.
    """

    def __init__(self, level: int = 0, parent: QWidget | None = None) -> None:
        """`level` from 0 to 4."""
        super().__init__(parent)
        self._level = level
        self.setSizePolicy(QSizePolicy.Policy.Fixed, QSizePolicy.Policy.Fixed)
        theme().changed.connect(self.updateGeometry)

    @property
    def level(self) -> int:
        """The level that shows."""
        return self._level

    def set_level(self, level: int) -> None:
        """Show another level; beyond 0 to 4 is cut off."""
        level = max(0, min(4, level))
        if level != self._level:
            self._level = level
            self.update()

    def sizeHint(self) -> QSize:  # noqa: N802
        """18 × 14 px."""
        return QSize(theme().px(18), theme().px(14))

    def paintEvent(self, _event: QPaintEvent) -> None:  # noqa: N802
        """Paint the bars."""
        painter = QPainter(self)
        paint_quality(painter, QRectF(self.rect()), self._level)
        painter.end()


def paint_quality(painter: QPainter, rect: QRectF, level: int) -> None:
    """Paint the bars in `rect`, for delegates."""
    role = {1: "meterHigh", 2: "meterMid"}.get(level, "meterLow")
    width = (rect.width() - 6) / 4
    painter.save()
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    painter.setPen(Qt.PenStyle.NoPen)
    for index, share in enumerate(BARS):
        painter.setBrush(theme().colour(role if index < level else "meterTrack"))
        height = rect.height() * share
        bar = QRectF(rect.left() + index * (width + 2), rect.bottom() - height, width, height)
        painter.drawRoundedRect(bar, 1, 1)
    painter.restore()
