"""A list of people or calls: one click or Enter opens a row, its button or Ctrl+Enter calls.

Knows rows and keys, not what is in them: the delegate says where a row's button lies, if it has
one, and the model of each list gives the sentences.
"""

from collections.abc import Sequence
from typing import Final

from PySide6.QtCore import (
    QAbstractItemModel,
    QEvent,
    QModelIndex,
    QPersistentModelIndex,
    QPoint,
    QRect,
    QSize,
    Qt,
    Signal,
)
from PySide6.QtGui import (
    QContextMenuEvent,
    QFocusEvent,
    QHelpEvent,
    QKeyEvent,
    QMouseEvent,
    QPainter,
)
from PySide6.QtWidgets import (
    QAbstractItemView,
    QFrame,
    QListView,
    QStyle,
    QStyledItemDelegate,
    QStyleOptionViewItem,
    QToolTip,
    QWidget,
)

from devcloud.desktop.theme.focus import BY_KEYBOARD
from devcloud.desktop.theme.theme import theme
from devcloud.desktop.view.row_painter import RowPainter

Index = QModelIndex | QPersistentModelIndex
POINTED: Final = QStyle.StateFlag.State_MouseOver | QStyle.StateFlag.State_Selected
UPWARDS: Final = frozenset({Qt.Key.Key_Up, Qt.Key.Key_PageUp, Qt.Key.Key_End})
CALL_KEYS: Final = Qt.KeyboardModifier.ControlModifier | Qt.KeyboardModifier.MetaModifier


class RowDelegate(QStyledItemDelegate):
    """Paints a row. A list of its own kind says what (`paint_row`) and whether it can be called."""

    def __init__(self, view: "RowList") -> None:
        super().__init__(view)
        self.view = view
        self.painter = RowPainter()

    def is_heading(self, index: Index) -> bool:
        """Say whether the row is a heading."""
        raise NotImplementedError

    def can_call(self, index: Index) -> bool:
        """Say whether the row has a call button."""
        raise NotImplementedError

    def paint_row(
        self, painter: QPainter, option: QStyleOptionViewItem, index: Index, button: bool
    ) -> None:
        """Paint the row. `button`: the call button shows, so its place must stay free."""
        raise NotImplementedError

    def call_text(self, index: Index) -> str:
        """The call button's tooltip."""
        raise NotImplementedError

    def tooltip(self, index: Index, at: QPoint, rect: QRect) -> str:
        """The tooltip of what is at that place of the row, outside the button."""
        raise NotImplementedError

    def paint(self, painter: QPainter, option: QStyleOptionViewItem, index: Index) -> None:
        """Paint one row (Qt)."""
        painter.save()
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        if self.is_heading(index):
            text = index.data(Qt.ItemDataRole.DisplayRole)
            self.painter.heading(painter, option.rect, str(text))
        else:
            button = self.view.shows_button(index, bool(option.state & POINTED))
            self.paint_row(painter, option, index, button)
            if button:
                rect = self.painter.button(option.rect)
                over = self.view.over_button(index)
                self.painter.call_button(painter, rect, over=over, down=self.view.pressing(index))
        painter.restore()

    def sizeHint(self, _option: QStyleOptionViewItem, index: Index) -> QSize:  # noqa: N802
        """The height of a row; the width is the list's (Qt)."""
        heading = self.is_heading(index)
        height = self.painter.heading_height if heading else self.painter.row_height
        return QSize(0, height)


class RowList(QListView):
    """The list. `opened`, `called` and `removed` carry the row's number."""

    opened = Signal(int)
    called = Signal(int)
    removed = Signal(int)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._over: QPersistentModelIndex | None = None
        self._pressed: QPersistentModelIndex | None = None
        self._by_keyboard = False
        self.setProperty("role", "rows")
        self.setFrameShape(QFrame.Shape.NoFrame)
        self.setMouseTracking(True)
        self.setVerticalScrollMode(QAbstractItemView.ScrollMode.ScrollPerPixel)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setEditTriggers(QAbstractItemView.EditTrigger.NoEditTriggers)
        self.setSelectionMode(QAbstractItemView.SelectionMode.SingleSelection)
        self.viewport().setAutoFillBackground(False)
        theme().changed.connect(self._measure_again)

    def row_of_menu(self, event: QContextMenuEvent) -> QModelIndex:
        """Return the row that a menu is asked for: the pointer's, or the keyboard's."""
        if event.reason() == QContextMenuEvent.Reason.Keyboard:
            return self.currentIndex()
        return self.indexAt(event.pos())

    def setModel(self, model: QAbstractItemModel | None) -> None:  # noqa: N802
        """Show the model; hover and press belong to the old one."""
        self._over = self._pressed = None
        super().setModel(model)

    def dataChanged(self, first: Index, last: Index, roles: Sequence[int] = ()) -> None:  # noqa: N802
        """Paint anew, and measure nothing: a row keeps its height, and Qt would ask ten thousand
        for theirs whenever one person comes or goes (Qt)."""
        QAbstractItemView.dataChanged(self, first, last, list(roles))

    @property
    def rows(self) -> RowDelegate:
        """The delegate."""
        delegate = self.itemDelegate()
        assert isinstance(delegate, RowDelegate)
        return delegate

    def shows_button(self, index: Index, pointed: bool = False) -> bool:
        """Say whether the row's call button shows: `pointed` (under the pointer, or selected), or
        with the focus, if the row can be called."""
        wanted = (
            pointed
            or index.row() == self.selected_row()
            or (self.hasFocus() and self._is(index, self.currentIndex()))
        )
        return wanted and self.rows.can_call(index)

    def shows_focus(self, index: Index) -> bool:
        """Say whether the focus ring is around that row."""
        return self._by_keyboard and self.hasFocus() and self._is(index, self.currentIndex())

    def over_button(self, index: Index) -> bool:
        """Say whether the pointer is on the row's button."""
        return self._over is not None and self._over == index

    def pressing(self, index: Index) -> bool:
        """Say whether the row's button is held down."""
        return self._pressed is not None and self._pressed == index and self.over_button(index)

    def button_at(self, row: int) -> QRect:
        """Return the place of a row's button in the viewport; empty if it has none."""
        index = self.model().index(row, 0)
        if not self.rows.can_call(index):
            return QRect()
        return self.rows.painter.button(self.visualRect(index))

    def show_row(self, row: int | None) -> None:
        """Select a row (or none) without opening it."""
        if row is None:
            self.clearSelection()
            return
        self.setCurrentIndex(self.model().index(row, 0))

    def selected_row(self) -> int | None:
        """Return the selected row, or None."""
        chosen = self.selectionModel().selectedIndexes()
        return chosen[0].row() if chosen else None

    def step(self, by: int) -> None:
        """Select the next row (1) or the one before (-1) that is no heading; stay at the ends."""
        model, row = self.model(), self.selected_row()
        at = row + by if row is not None else (0 if by > 0 else model.rowCount() - 1)
        found = self._next(at, by)
        if found is not None:
            self.show_row(found)

    def keyPressEvent(self, event: QKeyEvent) -> None:  # noqa: N802
        """Enter, Ctrl+Enter, Delete; the rest moves (Qt)."""
        row = self.currentIndex().row()
        self._by_keyboard = True
        if event.key() in {Qt.Key.Key_Return, Qt.Key.Key_Enter} and row >= 0:
            (self.called if event.modifiers() & CALL_KEYS else self.opened).emit(row)
        elif event.key() in {Qt.Key.Key_Delete, Qt.Key.Key_Backspace} and row >= 0:
            self.removed.emit(row)
        else:
            super().keyPressEvent(event)
            self._off_headings(row, -1 if event.key() in UPWARDS else 1)
        self.viewport().update()

    def first_row(self) -> int | None:
        """Return the first row that is no heading."""
        return self._next(0, 1)

    def _next(self, at: int, by: int) -> int | None:
        """Return the first row from `at` on, downwards (1) or upwards (-1), that is no heading."""
        model = self.model()
        while 0 <= at < model.rowCount():
            if model.flags(model.index(at, 0)) & Qt.ItemFlag.ItemIsSelectable:
                return at
            at += by
        return None

    def _off_headings(self, before: int, by: int) -> None:
        """A key that led to a heading leads on; where nothing follows, it leads nowhere."""
        at = self.currentIndex().row()
        model = self.model()
        if at >= 0 and not model.flags(model.index(at, 0)) & Qt.ItemFlag.ItemIsSelectable:
            on = self._next(at, by)
            self.show_row(on if on is not None else before if before >= 0 else None)

    def focusInEvent(self, event: QFocusEvent) -> None:  # noqa: N802
        """A focus that came by the keyboard shows its ring (Qt)."""
        self._by_keyboard = event.reason() in BY_KEYBOARD
        super().focusInEvent(event)
        # Qt makes the first row the current one, even where that is a heading.
        chooses = bool(self.currentIndex().flags() & Qt.ItemFlag.ItemIsSelectable)
        if self._by_keyboard and not chooses:
            self.show_row(self.first_row())

    def mousePressEvent(self, event: QMouseEvent) -> None:  # noqa: N802
        """A press on the button is the button's and selects nothing (Qt)."""
        self._by_keyboard = False
        here = self._button_under(event.position().toPoint())
        if here is not None and event.button() == Qt.MouseButton.LeftButton:
            self._pressed = here
            self.viewport().update()
            return
        super().mousePressEvent(event)

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:  # noqa: N802
        """A click: call, or open (Qt)."""
        place = event.position().toPoint()
        pressed, self._pressed = self._pressed, None
        if pressed is not None:
            if self._button_under(place) == pressed:
                self.called.emit(pressed.row())
            self.viewport().update()
            return
        super().mouseReleaseEvent(event)
        index = self.indexAt(place)
        left = event.button() == Qt.MouseButton.LeftButton
        on_row = index.isValid() and index == self.currentIndex()
        if left and on_row and not self.rows.is_heading(index):
            self.opened.emit(index.row())

    def mouseMoveEvent(self, event: QMouseEvent) -> None:  # noqa: N802
        """The button under the pointer answers (Qt)."""
        super().mouseMoveEvent(event)
        over = self._button_under(event.position().toPoint())
        if over != self._over:
            self._over = over
            self.viewport().setCursor(
                Qt.CursorShape.PointingHandCursor if over else Qt.CursorShape.ArrowCursor
            )
            self.viewport().update()

    def leaveEvent(self, event: QEvent) -> None:  # noqa: N802
        """The pointer is gone (Qt)."""
        self._over = None
        super().leaveEvent(event)

    def viewportEvent(self, event: QEvent) -> bool:  # noqa: N802
        """Tooltips are of the part of the row (Qt)."""
        if isinstance(event, QHelpEvent) and event.type() == QEvent.Type.ToolTip:
            index = self.indexAt(event.pos())
            text = ""
            if index.isValid() and not self.rows.is_heading(index):
                on_button = self._button_under(event.pos()) is not None
                rect = self.visualRect(index)
                text = (
                    self.rows.call_text(index)
                    if on_button
                    else self.rows.tooltip(index, event.pos(), rect)
                )
            QToolTip.showText(event.globalPos(), text, self.viewport())
            return True
        return super().viewportEvent(event)

    def _button_under(self, place: QPoint) -> QPersistentModelIndex | None:
        index = self.indexAt(place)
        if not index.isValid() or self.rows.is_heading(index) or not self.rows.can_call(index):
            return None
        inside = self.rows.painter.button(self.visualRect(index)).contains(place)
        return QPersistentModelIndex(index) if inside else None

    @staticmethod
    def _is(index: Index, other: QModelIndex) -> bool:
        return other.isValid() and other.row() == index.row()

    def _measure_again(self) -> None:
        self.rows.painter.renew()
        self.doItemsLayout()
