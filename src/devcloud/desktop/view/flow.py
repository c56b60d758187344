"""A layout that puts things side by side, centred, and breaks into rows where there is no room."""

from PySide6.QtCore import QPoint, QRect, QSize, Qt
from PySide6.QtWidgets import QLayout, QLayoutItem, QWidget


class FlowLayout(QLayout):
    """Rows of widgets at their own size, each row centred."""

    def __init__(self, parent: QWidget, gap: int) -> None:
        super().__init__(parent)
        self._items: list[QLayoutItem] = []
        self._gap = gap
        self.setContentsMargins(0, 0, 0, 0)

    def addItem(self, item: QLayoutItem) -> None:  # noqa: N802
        """Take an item (Qt)."""
        self._items.append(item)

    def count(self) -> int:
        """How many there are (Qt)."""
        return len(self._items)

    def itemAt(self, index: int) -> QLayoutItem | None:  # noqa: N802
        """Return an item (Qt)."""
        return self._items[index] if 0 <= index < len(self._items) else None

    def takeAt(self, index: int) -> QLayoutItem | None:  # noqa: N802
        """Give an item back (Qt)."""
        return self._items.pop(index) if 0 <= index < len(self._items) else None

    def clear(self) -> None:
        """Take every widget away, for good."""
        while self._items:
            widget = self._items.pop().widget()
            if widget is not None:
                widget.hide()
                widget.deleteLater()

    def expandingDirections(self) -> Qt.Orientation:  # noqa: N802
        """It takes what it needs (Qt)."""
        return Qt.Orientation(0)

    def hasHeightForWidth(self) -> bool:  # noqa: N802
        """The narrower, the more rows (Qt)."""
        return True

    def heightForWidth(self, width: int) -> int:  # noqa: N802
        """The height of the rows (Qt)."""
        rows = self._rows(width)
        return sum(self._height(row) for row in rows) + self._gap * max(0, len(rows) - 1)

    def sizeHint(self) -> QSize:  # noqa: N802
        """All in one row (Qt)."""
        return QSize(self._width(self._items), self._height(self._items))

    def minimumSize(self) -> QSize:  # noqa: N802
        """The widest alone (Qt)."""
        widths = [item.minimumSize().width() for item in self._items]
        return QSize(max(widths, default=0), self._height(self._items))

    def setGeometry(self, rect: QRect) -> None:  # noqa: N802
        """Place everything (Qt)."""
        super().setGeometry(rect)
        top = rect.top()
        for row in self._rows(rect.width()):
            left = rect.left() + max(0, rect.width() - self._width(row)) // 2
            for item in row:
                size = item.sizeHint()
                size.setWidth(min(size.width(), rect.width()))
                item.setGeometry(QRect(QPoint(left, top), size))
                left += size.width() + self._gap
            top += self._height(row) + self._gap

    def _rows(self, width: int) -> list[list[QLayoutItem]]:
        rows: list[list[QLayoutItem]] = []
        for item in self._items:
            if rows and self._width([*rows[-1], item]) <= width:
                rows[-1].append(item)
            else:
                rows.append([item])
        return rows

    def _width(self, items: list[QLayoutItem]) -> int:
        gaps = self._gap * max(0, len(items) - 1)
        return sum(item.sizeHint().width() for item in items) + gaps

    @staticmethod
    def _height(items: list[QLayoutItem]) -> int:
        return max((item.sizeHint().height() for item in items), default=0)
