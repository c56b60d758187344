"""A list model whose rows are frozen values with a key, changed by giving it the new rows.

What stayed keeps its place on the screen and its selection: a view is told of the rows that came,
went or changed, and of everything anew only when most of it did.
"""

from bisect import bisect_left
from collections.abc import Sequence
from itertools import pairwise
from typing import Any, Generic, Protocol, TypeVar

from PySide6.QtCore import QAbstractListModel, QModelIndex, QObject, QPersistentModelIndex

Index = QModelIndex | QPersistentModelIndex
MOST_STEPS = 64
"""More rows than this coming or going at once: everything is new."""


class Keyed(Protocol):
    """A row."""

    @property
    def key(self) -> str:
        """What it is the row of: unique in its list."""


R = TypeVar("R", bound=Keyed)


def longest_rise(places: Sequence[int]) -> list[int]:
    """Return a longest part of `places` that only rises: of rows that changed their order, as many
    as possible stay where they are. (Patience sorting: n log n)"""
    if all(before < after for before, after in pairwise(places)):
        return list(places)
    ends: list[int] = []  # the least end of a rise of each length, as a place in `places`
    before: list[int] = []
    for at, place in enumerate(places):
        length = bisect_left(ends, place, key=lambda end: places[end])
        before.append(ends[length - 1] if length else -1)
        ends[length : length + 1] = [at]
    rise = []
    at = ends[-1]
    while at >= 0:
        rise.append(places[at])
        at = before[at]
    return rise[::-1]


class RowsModel(QAbstractListModel, Generic[R]):
    """The rows, and which of them changed."""

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self.rows: list[R] = []

    def rowCount(self, parent: Index = QModelIndex()) -> int:  # noqa: N802, B008 - Qt's
        """Return how many there are; a row has none below it."""
        return 0 if parent.isValid() else len(self.rows)

    def row_at(self, row: int | None) -> R | None:
        """Return a row, or None outside the list."""
        return self.rows[row] if row is not None and 0 <= row < len(self.rows) else None

    def place_of(self, key: str) -> int | None:
        """Return the place of a row."""
        return next((at for at, row in enumerate(self.rows) if row.key == key), None)

    def put(self, rows: Sequence[R]) -> None:
        """These are the rows now."""
        places = {row.key: at for at, row in enumerate(rows)}
        kept = [places[row.key] for row in self.rows if row.key in places]
        stay = longest_rise(kept)
        steps = len(self.rows) + len(rows) - 2 * len(stay)
        if steps > MOST_STEPS or len(places) != len(rows):
            self.beginResetModel()
            self.rows = list(rows)
            self.endResetModel()
            return
        self._take_away({rows[at].key for at in stay})
        self._insert(rows)
        self._change(rows)

    def refresh(self) -> None:
        """Every row may look different (another language)."""
        if self.rows:
            self.dataChanged.emit(self.index(0), self.index(len(self.rows) - 1))

    def _take_away(self, stay: set[str]) -> None:
        for at in range(len(self.rows) - 1, -1, -1):
            if self.rows[at].key not in stay:
                self.beginRemoveRows(QModelIndex(), at, at)
                del self.rows[at]
                self.endRemoveRows()

    def _insert(self, rows: Sequence[R]) -> None:
        for at, row in enumerate(rows):
            if at >= len(self.rows) or self.rows[at].key != row.key:
                self.beginInsertRows(QModelIndex(), at, at)
                self.rows.insert(at, row)
                self.endInsertRows()

    def _change(self, rows: Sequence[R]) -> None:
        changed = [at for at, row in enumerate(rows) if self.rows[at] != row]
        self.rows = list(rows)
        if changed:
            self.dataChanged.emit(self.index(changed[0]), self.index(changed[-1]))

    def value(self, index: Index) -> R | None:
        """Return the row that an index is of."""
        return self.row_at(index.row()) if index.isValid() else None

    def data(self, index: Index, role: int = 0) -> Any:
        """Return what a role of a row is; models say it in `data_of`."""
        row = self.value(index)
        return None if row is None else self.data_of(row, role)

    def data_of(self, row: R, role: int) -> Any:
        """Return what a role of a row is."""
        raise NotImplementedError
