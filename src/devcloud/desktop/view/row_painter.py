"""Where the parts of a list's row lie, and how they are painted. Knows no model.

One `RowPainter` per list. What text measuring costs is kept between paints and thrown away when
the look changes, so that ten thousand rows scroll without a hitch.
"""

from functools import lru_cache

from PySide6.QtCore import QPoint, QRect, QRectF, Qt
from PySide6.QtGui import QFont, QFontMetrics, QPainter, QPen
from PySide6.QtWidgets import QStyle, QStyleOptionViewItem

from devcloud.desktop.theme.icons import paint_icon
from devcloud.desktop.theme.theme import theme

Qtx = Qt.AlignmentFlag
_LEFT = Qtx.AlignLeft | Qtx.AlignVCenter
_RIGHT = Qtx.AlignRight | Qtx.AlignVCenter


class RowPainter:
    """Paints rows of `size.row` and headings; all rectangles are of the option's rectangle."""

    def __init__(self) -> None:
        self._elided = lru_cache(maxsize=4096)(self._elide)
        self.renew()
        theme().changed.connect(self.renew)

    def renew(self) -> None:
        """Measure again: another theme, font size or accent."""
        look = theme()
        self.row_height = look.length("size.row")
        self.avatar_side = look.length("size.avatar")
        self.button_side = look.length("size.control")
        self.small_icon = look.length("icon.small")
        name = look.font("body")
        name.setWeight(QFont.Weight.Medium)
        heading = look.font("caption")
        heading.setWeight(QFont.Weight.DemiBold)
        self.fonts = {
            "name": name,
            "second": look.font("small", tabular=True),
            "heading": heading,
        }
        self._metrics = {key: QFontMetrics(font) for key, font in self.fonts.items()}
        self.name_line = look.type_role("body").line
        self.second_line = look.type_role("small").line
        self.heading_line = look.type_role("caption").line
        self.heading_height = self.heading_line + look.length("space.3") + look.length("space.1")
        self._elided.cache_clear()

    # Where things lie

    def body(self, rect: QRect) -> QRect:
        """The part that selection and hover colour."""
        side = theme().length("space.2")
        return rect.adjusted(side, 0, -side, 0)

    def avatar(self, rect: QRect) -> QRect:
        """The disc."""
        body, side = self.body(rect), self.avatar_side
        top = body.top() + (body.height() - side) // 2
        return QRect(body.left() + theme().length("space.2"), top, side, side)

    def button(self, rect: QRect) -> QRect:
        """The round button at the right."""
        body, side = self.body(rect), self.button_side
        left = body.right() + 1 - theme().length("space.2") - side
        return QRect(left, body.top() + (body.height() - side) // 2, side, side)

    def lines(self, rect: QRect, *, right: int, two: bool) -> tuple[QRect, QRect]:
        """The name's line and the second line, up to the x of `right`."""
        left = self.avatar(rect).right() + 1 + theme().length("space.3")
        height = self.name_line + (self.second_line if two else 0)
        top = rect.top() + (rect.height() - height) // 2
        width = max(0, right - left)
        return (
            QRect(left, top, width, self.name_line),
            QRect(left, top + self.name_line, width, self.second_line),
        )

    def width_of(self, text: str, font: str) -> int:
        """The width of a text in pixels."""
        return self._metrics[font].horizontalAdvance(text)

    # Painting

    def background(self, painter: QPainter, option: QStyleOptionViewItem, focus: bool) -> str:
        """Paint selection, hover and focus ring; return the role of the colour behind the row."""
        look = theme()
        body = QRectF(self.body(option.rect))
        radius = look.length("radius.medium")
        behind = "background"
        painter.setPen(Qt.PenStyle.NoPen)
        if option.state & QStyle.StateFlag.State_Selected:
            behind = "accentSoft"
            painter.setBrush(look.colour(behind))
            painter.drawRoundedRect(body, radius, radius)
        elif option.state & QStyle.StateFlag.State_MouseOver:
            painter.setBrush(look.colour("hover"))
            painter.drawRoundedRect(body, radius, radius)
        if focus:
            width = look.length("focus.width")
            painter.setBrush(Qt.BrushStyle.NoBrush)
            painter.setPen(QPen(look.colour("focusRing"), width))
            half = width / 2
            painter.drawRoundedRect(body.adjusted(half, half, -half, -half), radius, radius)
        return behind

    def heading(self, painter: QPainter, rect: QRect, text: str) -> None:
        """Paint a group's heading at the lower edge of its row."""
        left = theme().length("space.4")
        line = rect.adjusted(left, theme().length("space.3"), -left, -theme().length("space.1"))
        self.text(painter, line, text, "heading", "textMuted")

    def text(
        self,
        painter: QPainter,
        rect: QRect,
        text: str,
        font: str,
        role: str,
        *,
        right: bool = False,
    ) -> int:
        """Paint a text in one line, shortened to fit. Return its width in pixels."""
        shown, width = self._elided(text, font, rect.width())
        painter.setFont(self.fonts[font])
        painter.setPen(theme().colour(role))
        painter.drawText(rect, _RIGHT if right else _LEFT, shown)
        return width

    def icon(self, painter: QPainter, left: int, line: QRect, name: str, role: str) -> int:
        """Paint a small icon in the middle of a line. Return the x after it."""
        side = self.small_icon
        top = line.top() + (line.height() - side) / 2
        paint_icon(painter, QRectF(left, top, side, side), name, theme().colour(role))
        return left + side

    def call_button(self, painter: QPainter, rect: QRect, *, over: bool, down: bool) -> None:
        """Paint the green call button."""
        look = theme()
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(look.colour("success" if over else "successSoft"))
        painter.drawEllipse(QRectF(rect))
        if down:
            painter.setBrush(look.colour("pressed"))
            painter.drawEllipse(QRectF(rect))
        side = look.length("icon.medium")
        place = QRect(QPoint(0, 0), rect.size() * (side / rect.width()))
        place.moveCenter(rect.center())
        role = "onSuccess" if over else "successText"
        paint_icon(painter, QRectF(place), "phone", look.colour(role))

    def _elide(self, text: str, font: str, width: int) -> tuple[str, int]:
        metrics = self._metrics[font]
        shown = metrics.elidedText(text, Qt.TextElideMode.ElideRight, width)
        return shown, metrics.horizontalAdvance(shown)
