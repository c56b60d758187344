"""Who is connected to a server, as a table: name, IP, security, status. Decides nothing."""

from enum import IntEnum
from typing import Any, Final

from PySide6.QtCore import QAbstractTableModel, QModelIndex, QObject, QPersistentModelIndex, Qt

from devcloud.model.presence import Status
from devcloud.model.records import CallKind
from devcloud.model.texts import Language, say
from devcloud.server.happenings import Here

AnyIndex = QModelIndex | QPersistentModelIndex
_NOWHERE: Final = QModelIndex()


class Column(IntEnum):
    """The columns, left to right."""

    NAME = 0
    IP = 1
    SECURITY = 2
    STATUS = 3


HEADINGS: Final = ("column_name", "column_ip", "column_security", "column_status")
LEGACY_ROLE: Final = Qt.ItemDataRole.UserRole + 1
SORT_ROLE: Final = Qt.ItemDataRole.UserRole + 2


class ServerPeople(QAbstractTableModel):
    """A line per person and place. `show_people` leaves what stayed where it is."""

    def __init__(self, language: Language, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._language = language
        self._people: list[Here] = []

    @property
    def people(self) -> tuple[Here, ...]:
        """Who is shown."""
        return tuple(self._people)

    def show_people(self, people: tuple[Here, ...]) -> None:
        """Show these people: who went is taken out, who came is put at the end."""
        wanted = {_key(here): here for here in people}
        for row in range(len(self._people) - 1, -1, -1):
            now = wanted.pop(_key(self._people[row]), None)
            if now is None:
                self.beginRemoveRows(QModelIndex(), row, row)
                del self._people[row]
                self.endRemoveRows()
            elif now != self._people[row]:
                self._people[row] = now
                self.dataChanged.emit(self.index(row, 0), self.index(row, len(Column) - 1))
        if wanted:
            first = len(self._people)
            self.beginInsertRows(QModelIndex(), first, first + len(wanted) - 1)
            self._people.extend(wanted.values())
            self.endInsertRows()

    # ── QAbstractTableModel ──────────────────────────────────────────────────────────────────────

    def rowCount(self, parent: AnyIndex = _NOWHERE) -> int:  # noqa: N802
        """(Qt)"""
        return 0 if parent.isValid() else len(self._people)

    def columnCount(self, parent: AnyIndex = _NOWHERE) -> int:  # noqa: N802
        """(Qt)"""
        return 0 if parent.isValid() else len(Column)

    def headerData(  # noqa: N802
        self,
        section: int,
        orientation: Qt.Orientation,
        role: int = Qt.ItemDataRole.DisplayRole,
    ) -> Any:
        """(Qt)"""
        if orientation is Qt.Orientation.Horizontal and role == Qt.ItemDataRole.DisplayRole:
            return say(f"window.{HEADINGS[section]}", self._language)
        return None

    def data(self, index: AnyIndex, role: int = Qt.ItemDataRole.DisplayRole) -> Any:
        """(Qt)"""
        if not index.isValid():
            return None
        here, column = self._people[index.row()], Column(index.column())
        if role == Qt.ItemDataRole.DisplayRole:
            return self._text(here, column)
        if role == Qt.ItemDataRole.ToolTipRole and column is Column.NAME:
            return here.name
        if role == LEGACY_ROLE:
            return here.kind is CallKind.LEGACY_2023
        if role == SORT_ROLE:
            return _sort_key(here.address) if column is Column.IP else self._text(here, column)
        return None

    def _text(self, here: Here, column: Column) -> str:
        match column:
            case Column.NAME:
                return here.name
            case Column.IP:
                return here.address
            case Column.SECURITY:
                legacy = here.kind is CallKind.LEGACY_2023
                return say(f"window.{'client_2023' if legacy else 'encrypted'}", self._language)
            case _:
                return say(f"window.{_status(here)}", self._language)


def _status(here: Here) -> str:
    if here.in_call or here.status is Status.BUSY:
        return "in_a_call"
    return "do_not_disturb" if here.status is Status.DO_NOT_DISTURB else "available"


def _key(here: Here) -> tuple[str, str]:
    return here.name, here.address


def _sort_key(address: str) -> str:
    """10.0.0.9 stands before 10.0.0.10."""
    return ".".join(part.zfill(3) for part in address.split("."))
