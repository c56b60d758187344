"""The list of calls that were, by day, with its two filters. Missed ones are red and counted."""

from typing import Final

from PySide6.QtCore import QPoint, QRect, QRectF, Qt
from PySide6.QtGui import QContextMenuEvent, QPainter
from PySide6.QtWidgets import QMenu, QStyleOptionViewItem, QWidget

from devcloud.desktop.theme.theme import theme
from devcloud.desktop.view.buttons import with_keys
from devcloud.desktop.view.row_list import Index, RowDelegate, RowList
from devcloud.desktop.view.widgets.avatar import paint_avatar
from devcloud.desktop.viewmodel.app import AppModel
from devcloud.desktop.viewmodel.history import Role
from devcloud.desktop.viewmodel.texts import T

ICONS: Final = {
    "in": "call-in",
    "out": "call-out",
    "missed": "call-missed",
    "declined": "call-in",
}


class HistoryDelegate(RowDelegate):
    """Paints a call: disc, name with a count, direction and length, time or button."""

    def __init__(self, view: "HistoryList", app: AppModel) -> None:
        super().__init__(view)
        self._app = app
        self._text = T(app)

    def is_heading(self, index: Index) -> bool:
        """Days have headings."""
        return bool(index.data(Role.KIND) == "heading")

    def can_call(self, index: Index) -> bool:
        """Whoever is there can be called back."""
        return bool(index.data(Role.CAN_CALL))

    def call_text(self, index: Index) -> str:
        """«Call back John (Ctrl+Return)»."""
        name = str(index.data(Role.SHOWN_NAME))
        text = self._text("history_call_back", name=name)
        return with_keys(text, self._app.shortcuts.keys("call"))

    def tooltip(self, index: Index, at: QPoint, rect: QRect) -> str:
        """The whole sentence, which may be shortened in the row."""
        return str(index.data(Qt.ItemDataRole.DisplayRole))

    def paint_row(
        self, painter: QPainter, option: QStyleOptionViewItem, index: Index, button: bool
    ) -> None:
        """Paint a call."""
        parts, rect = self.painter, option.rect
        behind = parts.background(painter, option, self.view.shows_focus(index))
        name, missed = str(index.data(Role.SHOWN_NAME)), bool(index.data(Role.MISSED))
        paint_avatar(painter, QRectF(parts.avatar(rect)), name, None, behind)
        right = self._paint_end(painter, rect, str(index.data(Role.TIME)), button)
        first_line, second_line = parts.lines(rect, right=right, two=True)
        count = index.data(Role.COUNT) or 1
        colour = "dangerText" if missed else "text"
        self._paint_name(painter, first_line, name, f"({count})" if count > 1 else "", colour)
        direction = str(index.data(Role.DIRECTION))
        icon_colour = "dangerText" if missed else "textMuted"
        icon = ICONS.get(direction, "call-in")
        after = parts.icon(painter, second_line.left(), second_line, icon, icon_colour)
        line = second_line.adjusted(after - second_line.left() + theme().px(6), 0, 0, 0)
        length = str(index.data(Role.LENGTH) or "")
        words = str(index.data(Role.DIRECTION_TEXT))
        parts.text(painter, line, f"{words} · {length}" if length else words, "second", "textMuted")

    def _paint_name(
        self, painter: QPainter, line: QRect, name: str, count: str, colour: str
    ) -> None:
        gap = theme().px(5) if count else 0
        room = line.adjusted(0, 0, -(gap + self.painter.width_of(count, "name")), 0)
        width = self.painter.text(painter, room, name, "name", colour)
        if count:
            after = line.adjusted(width + gap, 0, 0, 0)
            self.painter.text(painter, after, count, "name", colour)

    def _paint_end(self, painter: QPainter, rect: QRect, time: str, button: bool) -> int:
        gap = theme().length("space.2")
        if button:
            return self.painter.button(rect).left() - gap
        right = self.painter.body(rect).right() + 1 - gap
        width = self.painter.width_of(time, "second")
        line = QRect(right - width, rect.top(), width + 1, rect.height())
        self.painter.text(painter, line, time, "second", "textMuted", right=True)
        return right - width - gap


class HistoryList(RowList):
    """Calls, ready to be opened, called back and deleted."""

    def __init__(self, app: AppModel, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._text = T(app)
        self.setItemDelegate(HistoryDelegate(self, app))
        self.setModel(app.history)
        self.opened.connect(app.history.open)
        self.called.connect(app.history.call)
        self.removed.connect(app.history.delete)
        self.retranslate()

    def retranslate(self) -> None:
        """Say everything in the language of the moment."""
        self.setAccessibleName(self._text("history_list"))

    def contextMenuEvent(self, event: QContextMenuEvent) -> None:  # noqa: N802
        """Call back, delete (Qt)."""
        index = self.row_of_menu(event)
        if not index.isValid() or self.rows.is_heading(index):
            return
        row, name = index.row(), str(index.data(Role.SHOWN_NAME))
        menu = QMenu(self)
        menu.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        call = menu.addAction(self._text("history_call_back", name=name))
        call.setEnabled(self.rows.can_call(index))
        call.triggered.connect(lambda: self.called.emit(row))
        delete = menu.addAction(self._text("history_delete"))
        delete.triggered.connect(lambda: self.removed.emit(row))
        menu.popup(event.globalPos())
