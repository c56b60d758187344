"""Segmented tabs: a few words in a row, one of them chosen, with a badge where something waits."""

from collections.abc import Sequence

from PySide6.QtCore import QRectF, QSize, Qt, Signal
from PySide6.QtGui import QFont, QFontMetrics, QPainter, QPaintEvent
from PySide6.QtWidgets import QSizePolicy, QTabBar, QWidget

from devcloud.desktop.theme.theme import theme
from devcloud.desktop.view.widgets.badge import badge_size, paint_badge

EDGE = 3  # pixels between the trough and the chosen tab


class SegmentedTabs(QTabBar):
    """A tab bar: arrow keys, Home and End move, as in any. `selected` when a tab is chosen."""

    selected = Signal(int)

    def __init__(
        self, labels: Sequence[str], badges: Sequence[int] = (), parent: QWidget | None = None
    ) -> None:
        """The first is chosen. `badges` are counts, 0 for none."""
        super().__init__(parent)
        self._badges = [*badges, *[0] * (len(labels) - len(badges))]
        self.setDrawBase(False)
        self.setExpanding(True)
        self.setUsesScrollButtons(False)
        self.setElideMode(Qt.TextElideMode.ElideRight)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        self.setMouseTracking(True)
        for label in labels:
            self.addTab(label)
        self._restyle()
        self.currentChanged.connect(self.selected)
        theme().changed.connect(self._restyle)

    @property
    def badges(self) -> tuple[int, ...]:
        """The counts."""
        return tuple(self._badges)

    def set_labels(self, labels: Sequence[str]) -> None:
        """Change the words, for another language."""
        for index, label in enumerate(labels):
            self.setTabText(index, label)

    def set_badge(self, index: int, count: int, accessible_text: str = "") -> None:
        """Show a count at a tab; `accessible_text` says what it counts («2 missed calls»)."""
        self._badges[index] = count
        name = self.tabText(index)
        self.setAccessibleTabName(index, f"{name}, {accessible_text}" if accessible_text else name)
        self.update()

    def tabSizeHint(self, index: int) -> QSize:  # noqa: N802
        """Equal parts of the width there is; else what the words need."""
        height = theme().length("size.control")
        needed = max(self._needed(each) for each in range(self.count()))
        share = self.width() // max(1, self.count()) if self.parentWidget() else needed
        return QSize(max(share, self._needed(index)), height)

    def minimumTabSizeHint(self, index: int) -> QSize:  # noqa: N802
        """A tab may be cut with «…»."""
        return QSize(min(self._needed(index), theme().px(48)), theme().length("size.control"))

    def sizeHint(self) -> QSize:  # noqa: N802
        """All words in full."""
        needed = max((self._needed(each) for each in range(self.count())), default=0)
        return QSize(needed * self.count(), theme().length("size.control"))

    def minimumSizeHint(self) -> QSize:  # noqa: N802
        """Room for a few letters of each."""
        return QSize(theme().px(48) * self.count(), theme().length("size.control"))

    def paintEvent(self, _event: QPaintEvent) -> None:  # noqa: N802
        """Paint the trough, the chosen tab, words and badges."""
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(theme().colour("sunken"))
        radius = theme().length("radius.medium")
        painter.drawRoundedRect(QRectF(self.rect()), radius, radius)
        for index in range(self.count()):
            self._paint_tab(painter, index)
        painter.end()

    def _paint_tab(self, painter: QPainter, index: int) -> None:
        chosen = index == self.currentIndex()
        rect = QRectF(self.tabRect(index)).adjusted(EDGE, EDGE, -EDGE, -EDGE)
        if chosen:
            painter.setPen(Qt.PenStyle.NoPen)
            self._paint_low_shadow(painter, rect)
            light = theme().mode == "light"
            painter.setBrush(theme().colour("surface" if light else "background"))
            painter.drawRoundedRect(rect, 7, 7)
        font = self._font(strong=chosen)
        metrics = QFontMetrics(font)
        count = self._badges[index]
        size = badge_size(count) if count else QSize(0, 0)
        gap = theme().length("space.2") if count else 0
        room = int(rect.width()) - size.width() - gap - 8
        words = metrics.elidedText(self.tabText(index), Qt.TextElideMode.ElideRight, room)
        width = metrics.horizontalAdvance(words)
        left = rect.center().x() - (width + gap + size.width()) / 2
        painter.setFont(font)
        painter.setPen(theme().colour("text" if chosen else "textMuted"))
        box = QRectF(left, rect.top(), width + 1, rect.height())
        painter.drawText(box, Qt.AlignmentFlag.AlignVCenter | Qt.TextFlag.TextSingleLine, words)
        if count:
            top = rect.center().y() - size.height() / 2
            badge = QRectF(left + width + gap, top, size.width(), size.height())
            paint_badge(painter, badge, count)

    def _paint_low_shadow(self, painter: QPainter, rect: QRectF) -> None:
        painter.setBrush(theme().colour("pressed"))
        painter.drawRoundedRect(rect.translated(0, 1), 7, 7)

    def _needed(self, index: int) -> int:
        words = QFontMetrics(self._font(strong=True)).horizontalAdvance(self.tabText(index))
        count = self._badges[index] if index < len(self._badges) else 0
        badge = badge_size(count).width() + 8 if count else 0
        return words + badge + 2 * (EDGE + theme().length("space.3"))

    def _font(self, *, strong: bool) -> QFont:
        font = theme().font("small")
        font.setWeight(QFont.Weight.DemiBold if strong else QFont.Weight.Medium)
        return font

    def _restyle(self) -> None:
        self.setFont(self._font(strong=True))
        self.updateGeometry()
        self.update()
