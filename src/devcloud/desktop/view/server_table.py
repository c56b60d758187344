"""The table of who is connected: a disc beside the name, a lock beside the security."""

from typing import Final

from PySide6.QtCore import (
    QAbstractItemModel,
    QModelIndex,
    QPersistentModelIndex,
    QRect,
    QRectF,
    QSize,
    Qt,
)
from PySide6.QtGui import QFont, QFontMetrics, QPainter, QResizeEvent
from PySide6.QtWidgets import (
    QAbstractItemView,
    QHeaderView,
    QStyle,
    QStyledItemDelegate,
    QStyleOptionViewItem,
    QTableView,
    QWidget,
)

from devcloud.desktop.theme.icons import paint_icon
from devcloud.desktop.theme.theme import theme
from devcloud.desktop.view.widgets.avatar import paint_avatar
from devcloud.desktop.viewmodel.server_people import LEGACY_ROLE, Column

AnyIndex = QModelIndex | QPersistentModelIndex
_LEAST: Final = (208, 171, 169, 120)
"""Pixels of each column, at the least, where the window is wide enough for all of them."""
_LEAST_NAME: Final = 152
"""Pixels of a long name, at the least, in any window."""
_MIDDLE: Final = Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter


class PersonCell(QStyledItemDelegate):
    """Paints a cell. A column of figures has figures of one width."""

    def paint(self, painter: QPainter, option: QStyleOptionViewItem, index: AnyIndex) -> None:
        """(Qt)"""
        look = theme()
        rect: QRect = option.rect
        state: QStyle.StateFlag = option.state
        painter.save()
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        if state & QStyle.StateFlag.State_Selected:
            painter.fillRect(rect, look.colour("accentSoft"))
        elif state & QStyle.StateFlag.State_MouseOver:
            painter.fillRect(rect, look.colour("hover"))
        painter.fillRect(QRect(rect.left(), rect.top(), rect.width(), 1), look.colour("border"))
        column = Column(index.column())
        left = rect.left() + look.length("space.4")
        legacy = bool(index.data(LEGACY_ROLE))
        role = "text" if column in (Column.NAME, Column.IP) else "textMuted"
        if column is Column.NAME:
            side = look.length("size.avatarSmall")
            place = QRectF(left, rect.center().y() - side / 2 + 1, side, side)
            paint_avatar(painter, place, str(index.data()))
            left += side + look.length("space.2")
        elif column is Column.SECURITY:
            role = "warningText" if legacy else "successText"
            side = look.length("icon.small")
            place = QRectF(left, rect.center().y() - side / 2 + 1, side, side)
            paint_icon(painter, place, "unlock" if legacy else "lock", look.colour(role))
            left += side + look.length("space.2")
        painter.setFont(_font(column))
        painter.setPen(look.colour(role))
        words = QRect(left, rect.top(), rect.right() - left, rect.height())
        text = painter.fontMetrics().elidedText(
            str(index.data()), Qt.TextElideMode.ElideRight, words.width()
        )
        painter.drawText(words, _MIDDLE, text)
        painter.restore()

    def sizeHint(self, option: QStyleOptionViewItem, index: AnyIndex) -> QSize:  # noqa: N802
        """(Qt)"""
        look = theme()
        column = Column(index.column())
        text = QFontMetrics(_font(column)).horizontalAdvance(str(index.data()))
        beside = look.length("space.4") * 2
        if column is Column.NAME:
            beside += look.length("size.avatarSmall") + look.length("space.2")
        elif column is Column.SECURITY:
            beside += look.length("icon.small") + look.length("space.2")
        least = look.px(_LEAST[column])
        widget = self.parent()
        if isinstance(widget, QWidget) and widget.width() < look.px(sum(_LEAST)):
            least = 0
        return QSize(max(text + beside, least), look.length("size.control") + 4)


def _font(column: Column) -> QFont:
    return theme().font("body" if column is not Column.SECURITY else "small", tabular=True)


class PeopleTable(QTableView):
    """The table itself: sortable, a row at a time, with the keyboard, too."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setItemDelegate(PersonCell(self))
        self.setSelectionBehavior(QAbstractItemView.SelectionBehavior.SelectRows)
        self.setSelectionMode(QAbstractItemView.SelectionMode.SingleSelection)
        self.setEditTriggers(QAbstractItemView.EditTrigger.NoEditTriggers)
        self.setContextMenuPolicy(Qt.ContextMenuPolicy.CustomContextMenu)
        self.setTabKeyNavigation(False)
        self.setShowGrid(False)
        self.setMouseTracking(True)
        self.setWordWrap(False)
        self.setSortingEnabled(True)
        self.verticalHeader().hide()
        header = self.horizontalHeader()
        header.setDefaultAlignment(_MIDDLE)
        header.setHighlightSections(False)
        header.setSortIndicatorClearable(True)
        header.setSortIndicator(-1, Qt.SortOrder.AscendingOrder)
        theme().changed.connect(self.fit)

    def resizeEvent(self, event: QResizeEvent) -> None:  # noqa: N802
        """The columns share the width (Qt)."""
        super().resizeEvent(event)
        self._share()

    def setModel(self, model: QAbstractItemModel | None) -> None:  # noqa: N802
        """Show people, and give each column its width whenever they change (Qt)."""
        super().setModel(model)
        if model is not None:
            for changed in (
                model.dataChanged, model.rowsInserted, model.rowsRemoved, model.modelReset,
            ):  # fmt: skip
                changed.connect(self._share)

    def fit(self) -> None:
        """Share the width out, and set the height of rows, after the model or the look changed."""
        header = self.horizontalHeader()
        header.setSectionResizeMode(QHeaderView.ResizeMode.Fixed)
        header.setMinimumSectionSize(theme().px(92))
        header.setStretchLastSection(True)
        self.verticalHeader().setDefaultSectionSize(theme().length("size.control") + 4)
        self._share()

    def _share(self) -> None:
        """A long name is cut before the columns after it are pushed out of sight."""
        model, header = self.model(), self.horizontalHeader()
        if not header.count():
            return  # no model yet
        widths = [
            max(self.sizeHintForColumn(column), header.sectionSizeHint(column))
            for column in range(model.columnCount())
        ]
        room = self.viewport().width() - sum(widths[Column.NAME + 1 :])
        widths[Column.NAME] = min(widths[Column.NAME], max(room, theme().px(_LEAST_NAME)))
        for column, width in enumerate(widths):
            self.setColumnWidth(column, width)
