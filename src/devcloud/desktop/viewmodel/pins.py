"""The list of known keys, in Settings: who has which key, and whether it has been verified."""

from dataclasses import dataclass
from enum import IntEnum
from typing import TYPE_CHECKING, Any

from PySide6.QtCore import Qt

from devcloud.desktop.happenings import Pinned
from devcloud.desktop.orders import ForgetKey
from devcloud.desktop.viewmodel.rows import RowsModel
from devcloud.desktop.viewmodel.wording import day, local, search_key

if TYPE_CHECKING:
    from devcloud.desktop.viewmodel.app import AppModel


class Role(IntEnum):
    """What a row tells."""

    NAME = Qt.ItemDataRole.UserRole + 1
    FINGERPRINT = Qt.ItemDataRole.UserRole + 2
    VERIFIED = Qt.ItemDataRole.UserRole + 3
    SINCE = Qt.ItemDataRole.UserRole + 4


@dataclass(frozen=True)
class PinRow:
    """A key."""

    key: str
    name: str
    fingerprint: str
    verified: bool
    since: str


class PinsModel(RowsModel[PinRow]):
    """Rows of `Role`s: verified keys first, each by name."""

    def __init__(self, app: "AppModel") -> None:
        super().__init__(app)
        self._app = app
        self._pins: tuple[Pinned, ...] = ()

    def set_pins(self, pins: tuple[Pinned, ...]) -> None:
        """Every key that is known."""
        self._pins = pins
        self.update()

    def update(self) -> None:
        """Something about keys or the language is new."""
        now = local(self._app.clock.wall())
        ordered = sorted(self._pins, key=lambda p: (not p.verified, search_key(p.name)))
        self.put(
            [
                PinRow(
                    key=f"{pin.name} {pin.fingerprint}",
                    name=pin.name,
                    fingerprint=pin.fingerprint,
                    verified=pin.verified,
                    since=day(local(pin.since), now, self._app.language),
                )
                for pin in ordered
            ]
        )

    def forget(self, row: int) -> None:
        """As if that key had never been seen."""
        chosen = self.row_at(row)
        if chosen is not None:
            self._app.core.ask(ForgetKey(chosen.name))

    def data_of(self, row: PinRow, role: int) -> Any:
        """Return what a role of a row is."""
        match role:
            case Qt.ItemDataRole.DisplayRole:
                return f"{row.name}, {row.fingerprint}"
            case Role.NAME:
                return row.name
            case Role.FINGERPRINT:
                return row.fingerprint
            case Role.VERIFIED:
                return row.verified
            case Role.SINCE:
                return row.since
        return None
