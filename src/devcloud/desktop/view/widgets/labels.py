"""Labels: plain text only, because names and messages come from other people.

`Label` is one line as Qt draws it, `WrapLabel` wraps and never clips, `ElidedLabel` ends in «…»
and shows the whole in its tooltip, `IconLabel` is an icon that follows the theme.

The style sheet chooses by the dynamic properties `type` and `tone` (`text` would be the label's
own text).
"""

from math import ceil

from PySide6.QtCore import QPointF, QSize, Qt
from PySide6.QtGui import (
    QFont,
    QFontMetricsF,
    QPainter,
    QPaintEvent,
    QTextLayout,
    QTextOption,
)
from PySide6.QtWidgets import QLabel, QSizePolicy, QStyle, QWidget

from devcloud.desktop.theme.icons import set_icon
from devcloud.desktop.theme.theme import theme

UNBOUNDED = 1e6  # pixels, for measuring text that need not wrap


class Label(QLabel):
    """A line of text in a type role (`body`, `title`…) and a tone (`muted`, `danger`…)."""

    def __init__(
        self,
        text: str = "",
        role: str = "body",
        tone: str | None = None,
        parent: QWidget | None = None,
        *,
        tabular: bool = False,
    ) -> None:
        """`tabular` gives figures one width, for timers, counters and addresses."""
        super().__init__(parent)
        self._role, self._tabular = role, tabular
        self.setTextFormat(Qt.TextFormat.PlainText)
        self.setProperty("type", role)
        if tone is not None:
            self.setProperty("tone", tone)
        self.setText(text)
        self._restyle()
        theme().changed.connect(self._restyle)

    @property
    def role(self) -> str:
        """The type role."""
        return self._role

    def set_tone(self, tone: str | None) -> None:
        """Change the tone; None is the colour of text."""
        if self.property("tone") != tone:
            self.setProperty("tone", tone)
            theme().repolish(self)

    def _restyle(self) -> None:
        font = theme().font(self._role, tabular=self._tabular)
        if self.property("groupTitle"):
            font.setWeight(QFont.Weight.DemiBold)  # the sheet says so once, a new font unsays it
        self.setFont(font)
        self.updateGeometry()


class WrapLabel(Label):
    """Text that wraps at any width, breaking a long word rather than clipping it.

    Lines have the height of the type role. The label takes the height that its width needs.
    """

    def __init__(
        self,
        text: str = "",
        role: str = "body",
        tone: str | None = None,
        parent: QWidget | None = None,
        *,
        tabular: bool = False,
    ) -> None:
        """As for `Label`."""
        super().__init__(text, role, tone, parent, tabular=tabular)
        policy = QSizePolicy(QSizePolicy.Policy.Preferred, QSizePolicy.Policy.Preferred)
        policy.setHeightForWidth(True)
        self.setSizePolicy(policy)

    def setText(self, text: str) -> None:  # noqa: N802
        """Show another text, and ask for the height that it needs."""
        super().setText(text)
        self.updateGeometry()

    def hasHeightForWidth(self) -> bool:  # noqa: N802
        """Its height depends on its width."""
        return True

    def heightForWidth(self, width: int) -> int:  # noqa: N802
        """Return the height that the text needs at `width`."""
        margins = self.contentsMargins()
        lines = self._lines(width - margins.left() - margins.right())
        return lines.lineCount() * self._line_height() + margins.top() + margins.bottom()

    def sizeHint(self) -> QSize:  # noqa: N802
        """The text on as few lines as it has, but not wider than a line that reads well."""
        widest = theme().length("size.content")
        margins = self.contentsMargins()
        natural = self._natural_width() + margins.left() + margins.right()
        width = min(natural, widest)
        return QSize(width, self.heightForWidth(width))

    def minimumSizeHint(self) -> QSize:  # noqa: N802
        """A few letters; the height follows the width."""
        return QSize(min(self._natural_width(), theme().px(48)), self._line_height())

    def paintEvent(self, _event: QPaintEvent) -> None:  # noqa: N802
        """Draw the lines, as many as there are."""
        area = self.contentsRect()
        lines = self._lines(area.width())
        height = lines.lineCount() * self._line_height()
        alignment = self.alignment()
        top = area.top()
        if alignment & Qt.AlignmentFlag.AlignVCenter:
            top += max(0, (area.height() - height) // 2)
        painter = QPainter(self)
        painter.setPen(self.palette().color(self.foregroundRole()))
        lines.draw(painter, QPointF(area.left(), top))
        painter.end()

    def _lines(self, width: int) -> QTextLayout:
        # A line break in a layout is U+2028.
        layout = QTextLayout(self.text().replace("\n", "\u2028"), self.font())
        # As the window is read, not as the text is: an Arabic name stays in its column.
        side = QStyle.visualAlignment(self.layoutDirection(), self.alignment())
        option = QTextOption(side | Qt.AlignmentFlag.AlignAbsolute)
        option.setWrapMode(QTextOption.WrapMode.WrapAtWordBoundaryOrAnywhere)
        option.setTextDirection(Qt.LayoutDirection.LayoutDirectionAuto)
        layout.setTextOption(option)
        step = self._line_height()
        metrics = QFontMetricsF(self.font())
        lead = (step - metrics.height()) / 2
        layout.beginLayout()
        number = 0
        while (line := layout.createLine()).isValid():
            line.setLineWidth(max(1, width))
            line.setPosition(QPointF(0, number * step + lead))
            number += 1
        layout.endLayout()
        return layout

    def _natural_width(self) -> int:
        metrics = QFontMetricsF(self.font())
        widths = [metrics.horizontalAdvance(line) for line in self.text().split("\n")]
        return int(max(widths, default=0)) + 2

    def _line_height(self) -> int:
        natural = ceil(QFontMetricsF(self.font()).height())
        return max(theme().type_role(self.role).line, natural)


class ElidedLabel(Label):
    """One line that gives way: cut with «…» when there is no room, whole in the tooltip."""

    def __init__(
        self,
        text: str = "",
        role: str = "body",
        tone: str | None = None,
        parent: QWidget | None = None,
        *,
        tabular: bool = False,
    ) -> None:
        """As for `Label`."""
        super().__init__(text, role, tone, parent, tabular=tabular)
        self.setSizePolicy(QSizePolicy.Policy.Preferred, QSizePolicy.Policy.Preferred)

    def minimumSizeHint(self) -> QSize:  # noqa: N802
        """Room for a letter and the dots."""
        return QSize(self.fontMetrics().horizontalAdvance("M…"), super().minimumSizeHint().height())

    def paintEvent(self, _event: QPaintEvent) -> None:  # noqa: N802
        """Draw what fits."""
        area = self.contentsRect()
        shown = self.fontMetrics().elidedText(
            self.text(), Qt.TextElideMode.ElideRight, area.width()
        )
        self.setToolTip(self.text() if shown != self.text() else "")
        painter = QPainter(self)
        painter.setPen(self.palette().color(self.foregroundRole()))
        alignment = self.alignment() | Qt.TextFlag.TextSingleLine
        painter.drawText(area, int(alignment), shown)
        painter.end()


class IconLabel(QLabel):
    """An icon beside a text, which says the same in words: it has no name of its own."""

    def __init__(
        self,
        name: str,
        role: str = "text",
        size: str | int = "medium",
        parent: QWidget | None = None,
    ) -> None:
        """`size`: `small`, `medium`, `large` or pixels."""
        super().__init__(parent)
        self._size = size
        self.set_icon(name, role)

    def set_icon(self, name: str, role: str = "text") -> None:
        """Show another icon, or the same in another colour."""
        set_icon(self, name, role, self._size)


def caption_label(text: str = "", *, tabular: bool = False) -> Label:
    """Return a small muted line: the heading of a group, a shortcut beside its words."""
    return Label(text, "caption", "muted", tabular=tabular)


def note_label(text: str = "", *, tabular: bool = False) -> WrapLabel:
    """Return small muted text that wraps: what explains the line above it."""
    return WrapLabel(text, "small", "muted", tabular=tabular)


def muted_label(text: str = "", *, tabular: bool = False) -> WrapLabel:
    """Return muted text that wraps, as large as what is around it."""
    return WrapLabel(text, "body", "muted", tabular=tabular)
