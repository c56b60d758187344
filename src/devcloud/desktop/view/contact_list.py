"""The list of people: groups by presence, the search in it, the button that calls.

The model groups, filters and words everything; here it is painted and clicked.
"""

from PySide6.QtCore import QPoint, QRect, QRectF, Qt
from PySide6.QtGui import QContextMenuEvent, QPainter
from PySide6.QtWidgets import QMenu, QStyleOptionViewItem, QWidget

from devcloud.desktop.theme.theme import theme
from devcloud.desktop.view.buttons import with_keys
from devcloud.desktop.view.people import shown_presence
from devcloud.desktop.view.row_list import Index, RowDelegate, RowList
from devcloud.desktop.view.widgets.avatar import paint_avatar
from devcloud.desktop.viewmodel.app import AppModel
from devcloud.desktop.viewmodel.contacts import Role
from devcloud.desktop.viewmodel.texts import T
from devcloud.desktop.viewmodel.values import Presence


class ContactDelegate(RowDelegate):
    """Paints a person: disc with presence dot, name and shield, second line."""

    def __init__(self, view: "ContactList", app: AppModel) -> None:
        super().__init__(view)
        self._app = app
        self._text = T(app)

    def is_heading(self, index: Index) -> bool:
        """Groups have headings."""
        return bool(index.data(Role.KIND) == "heading")

    def can_call(self, index: Index) -> bool:
        """Whoever is there can be called; so can a name that was only typed."""
        return bool(index.data(Role.CAN_CALL))

    def call_text(self, index: Index) -> str:
        """«Call John (Ctrl+Return)»."""
        name = str(index.data(Role.SHOWN_NAME))
        return with_keys(self._text("contacts_call", name=name), self._app.shortcuts.keys("call"))

    def tooltip(self, index: Index, at: QPoint, rect: QRect) -> str:
        """What the model says of the row."""
        return str(index.data(Role.TOOLTIP) or "")

    def paint_row(
        self, painter: QPainter, option: QStyleOptionViewItem, index: Index, button: bool
    ) -> None:
        """Paint a person, or the row that calls the typed name."""
        parts, rect = self.painter, option.rect
        behind = parts.background(painter, option, self.view.shows_focus(index))
        right = self._right(rect, button)
        if index.data(Role.KIND) == "call_text":
            line, _ = parts.lines(rect, right=right, two=False)
            disc = parts.avatar(rect)
            parts.call_button(painter, disc, over=False, down=False)
            parts.text(painter, line, str(index.data(Role.SHOWN_NAME)), "name", "text")
            return
        presence: Presence = index.data(Role.PRESENCE)
        name = str(index.data(Role.SHOWN_NAME))
        paint_avatar(painter, QRectF(parts.avatar(rect)), name, shown_presence(presence), behind)
        second = str(index.data(Role.SECOND) or "")
        first_line, second_line = parts.lines(rect, right=right, two=bool(second))
        self._paint_name(painter, first_line, name, index, muted=presence == "offline")
        if second:
            self._paint_second(painter, second_line, second, str(index.data(Role.SECOND_TONE)))

    def _paint_name(
        self, painter: QPainter, line: QRect, name: str, index: Index, *, muted: bool
    ) -> None:
        verified = bool(index.data(Role.VERIFIED))
        gap = theme().px(6)
        room = line.adjusted(0, 0, -(self.painter.small_icon + gap) if verified else 0, 0)
        role = "textMuted" if muted else "text"
        width = self.painter.text(painter, room, name, "name", role)
        if verified:
            left = line.left() + width + gap
            self.painter.icon(painter, left, line, "shield-check", "successText")

    def _paint_second(self, painter: QPainter, line: QRect, text: str, tone: str) -> None:
        role = "textMuted"
        if tone == "warning":
            role = "warningText"
            after = self.painter.icon(painter, line.left(), line, "unlock", role)
            line = line.adjusted(after - line.left() + theme().px(6), 0, 0, 0)
        self.painter.text(painter, line, text, "second", role)

    def _right(self, rect: QRect, button: bool) -> int:
        if button:
            return self.painter.button(rect).left() - theme().length("space.2")
        return self.painter.body(rect).right() + 1 - theme().length("space.2")


class ContactList(RowList):
    """People, ready to be opened and called."""

    def __init__(self, app: AppModel, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._app = app
        self._text = T(app)
        self.setItemDelegate(ContactDelegate(self, app))
        self.setModel(app.contacts)
        self.opened.connect(app.contacts.open)
        self.called.connect(app.contacts.call)
        self.retranslate()

    def retranslate(self) -> None:
        """Say everything in the language of the moment."""
        self.setAccessibleName(self._text("contacts_list"))

    def shows_button(self, index: Index, pointed: bool = False) -> bool:
        """The row that calls the typed name is a call button as a whole."""
        return super().shows_button(index, pointed) and index.data(Role.KIND) != "call_text"

    def keyboardSearch(self, search: str) -> None:  # noqa: N802
        """Letters go to the next name that begins so, whatever its accents (Qt)."""
        row = self._app.contacts.jump(search, self.currentIndex().row())
        if row is not None:
            self.show_row(row)

    def contextMenuEvent(self, event: QContextMenuEvent) -> None:  # noqa: N802
        """What a row answers, for who prefers menus (Qt)."""
        index = self.row_of_menu(event)
        if not index.isValid() or self.rows.is_heading(index):
            return
        row, name = index.row(), str(index.data(Role.SHOWN_NAME))
        menu = QMenu(self)
        menu.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        call = menu.addAction(self._text("contacts_call", name=name))
        call.setEnabled(self.rows.can_call(index))
        call.triggered.connect(lambda: self.called.emit(row))
        menu.popup(event.globalPos())
