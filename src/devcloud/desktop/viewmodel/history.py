"""The calls that were: the list, its filter, the badge of missed ones, and deleting with an undo.

Keeps the records of the server that one is signed in to; the `Shelf` keeps them for good.
"""

from collections.abc import Callable
from dataclasses import dataclass, replace
from enum import IntEnum
from typing import TYPE_CHECKING, Any, Literal

from PySide6.QtCore import Qt, Signal

from devcloud.desktop.store.records import PastCall
from devcloud.desktop.viewmodel import wording
from devcloud.desktop.viewmodel.quality import word_of
from devcloud.desktop.viewmodel.rows import Index, RowsModel
from devcloud.desktop.viewmodel.texts import T
from devcloud.desktop.viewmodel.values import CallLine
from devcloud.model.names import fold_name

if TYPE_CHECKING:
    from devcloud.desktop.viewmodel.app import AppModel

MOST_CALLS = 2_000
"""So many of the newest are shown; the file keeps the rest."""
KEPT_S = 30 * 24 * 3600.0
ICONS = {"in": "call-in", "out": "call-out", "missed": "call-missed", "declined": "hang-up"}


class Role(IntEnum):
    """What a row tells."""

    KIND = Qt.ItemDataRole.UserRole + 1
    NAME = Qt.ItemDataRole.UserRole + 2
    SHOWN_NAME = Qt.ItemDataRole.UserRole + 3
    DIRECTION = Qt.ItemDataRole.UserRole + 4
    DIRECTION_TEXT = Qt.ItemDataRole.UserRole + 5
    COUNT = Qt.ItemDataRole.UserRole + 6
    LENGTH = Qt.ItemDataRole.UserRole + 7
    TIME = Qt.ItemDataRole.UserRole + 8
    MISSED = Qt.ItemDataRole.UserRole + 9
    CAN_CALL = Qt.ItemDataRole.UserRole + 10
    ID = Qt.ItemDataRole.UserRole + 11


@dataclass(frozen=True)
class HistoryRow:
    """A day, or a call; missed calls of one person in a row are one, with a count."""

    key: str
    kind: Literal["heading", "call"]
    name: str
    shown_name: str
    direction: str = ""
    direction_text: str = ""
    count: int = 0
    length: str = ""
    time: str = ""
    missed: bool = False
    can_call: bool = False
    id: int = 0
    ids: tuple[int, ...] = ()
    spoken: str = ""


class HistoryModel(RowsModel[HistoryRow]):
    """Rows of `Role`s, newest first."""

    unseen_changed = Signal()
    filter_changed = Signal()
    calls_changed = Signal()

    def __init__(self, app: "AppModel") -> None:
        super().__init__(app)
        self._app = app
        self._text = T(app)
        self._calls: list[PastCall] = []
        self._newest_id = 0
        self._unseen = 0
        self.filter = "all"

    @property
    def unseen(self) -> int:
        """How many missed calls nobody has looked at."""
        return self._unseen

    @property
    def empty_text(self) -> str:
        """What stands there when nothing else does."""
        return self._text("history_empty" if self.filter == "all" else "history_empty_missed")

    def set_filter(self, which: str) -> None:
        """Show `all` calls, or `missed` ones only."""
        which = "missed" if which == "missed" else "all"
        if which != self.filter:
            self.filter = which
            self.update()
            self.filter_changed.emit()

    def opened(self) -> None:
        """The list is being looked at."""
        if self._unseen:
            self._calls = [replace(call, seen=True) for call in self._calls]
            self._app.shelf.mark_seen(self._app.people.server)
            self._count()

    # ── calls come and go ────────────────────────────────────────────────────────────────────────

    def load(self, calls: tuple[PastCall, ...]) -> None:
        """What was kept; calls since the start stay."""
        known = {call.id for call in self._calls}
        self._calls = sorted(
            [*self._calls, *(call for call in calls if call.id not in known)],
            key=lambda call: (-call.begun_at, -call.id),
        )[:MOST_CALLS]
        self._newest_id = max((call.id for call in self._calls), default=0)
        self.apply_keeping()
        self._changed()

    def use_server(self) -> None:
        """Another server: what was kept of it comes later."""
        self._calls = []
        self._changed()

    def add(self, call: PastCall) -> PastCall:
        """Remember a call. Its id is given here. With history off it is not written down, and
        only missed calls are shown, until the program ends."""
        keep = self._app.settings.value("keep_history")
        self._newest_id = max(self._newest_id + 1, int(self._app.clock.wall() * 1000))
        made = replace(call, id=self._newest_id)
        if keep == "never" and made.direction != "missed":
            return made
        self._calls = [made, *self._calls][:MOST_CALLS]
        if keep != "never":
            self._app.shelf.keep_call(self._app.people.server, made)
        self._changed()
        return made

    def apply_keeping(self) -> None:
        """Take away what the setting does not let stay."""
        keep = self._app.settings.value("keep_history")
        if keep == "forever":
            return
        now = self._app.clock.wall()
        oldest = now - KEPT_S if keep == "30_days" else now + KEPT_S
        self._calls = [call for call in self._calls if call.begun_at >= oldest]
        self._app.shelf.delete_before(oldest)
        self._changed()

    def delete(self, row: int) -> None:
        """Take a row away, with a toast to undo it."""
        chosen = self.row_at(row)
        if chosen is None or chosen.kind == "heading":
            return
        gone = [call for call in self._calls if call.id in chosen.ids]
        self._remove(set(chosen.ids))
        self._app.toast.emit(
            self._text("history_deleted"), self._text("word_undo"), self._undo(gone)
        )

    def _undo(self, gone: list[PastCall]) -> Callable[[], None]:
        def undo() -> None:
            known = {call.id for call in self._calls}
            back = [call for call in gone if call.id not in known]
            self._calls = sorted([*self._calls, *back], key=lambda c: (-c.begun_at, -c.id))
            for call in back:
                self._app.shelf.keep_call(self._app.people.server, call)
            self._changed()

        return undo

    def forget_all(self) -> None:
        """Nothing has ever happened."""
        self._calls = []
        self._changed()

    def _remove(self, ids: set[int]) -> None:
        if ids:
            self._calls = [call for call in self._calls if call.id not in ids]
            self._app.shelf.delete_calls(self._app.people.server, tuple(sorted(ids)))
            self._changed()

    # ── doing ────────────────────────────────────────────────────────────────────────────────────

    def call(self, row: int) -> None:
        """Call back."""
        chosen = self.row_at(row)
        if chosen is not None and chosen.kind == "call":
            self._app.calls.call(chosen.name)

    def open(self, row: int) -> None:
        """Show the page of the person, with all calls."""
        chosen = self.row_at(row)
        if chosen is not None and chosen.kind == "call":
            self._app.contact.show(chosen.name, history=True)

    def with_person(self, name: str, most: int = 1000) -> tuple[PastCall, ...]:
        """Return the calls with somebody, newest first."""
        wanted = fold_name(name)
        found = (call for call in self._calls if fold_name(call.peer) == wanted)
        return tuple(call for call, _ in zip(found, range(most), strict=False))

    # ── what is shown ────────────────────────────────────────────────────────────────────────────

    def update(self) -> None:
        """Something about calls, people, the day or the language is new."""
        shown = [c for c in self._calls if self.filter == "all" or c.direction == "missed"]
        now = wording.local(self._app.clock.wall())
        rows: list[HistoryRow] = []
        told = None
        for group in _together(shown):
            at = wording.local(group[0].begun_at)
            if at.date() != told:
                told = at.date()
                title = wording.day(at, now, self._app.language)
                rows.append(
                    HistoryRow(
                        key=f"day {told}", kind="heading", name="", shown_name=title, spoken=title
                    )
                )
            rows.append(self._row(group))
        self.put(rows)

    def _row(self, group: list[PastCall]) -> HistoryRow:
        call = group[0]
        card = self._app.people.card(call.peer)
        direction = self._text(f"history_{call.direction}")
        length = wording.length(call.talked_s) if call.answered_at else ""
        time = wording.clock_time(wording.local(call.begun_at))
        return HistoryRow(
            key=f"call {group[-1].id}",
            kind="call",
            name=call.peer,
            shown_name=card.shown,
            direction=call.direction,
            direction_text=direction,
            count=len(group),
            length=length,
            time=time,
            missed=call.direction == "missed",
            can_call=self._app.people.connected,
            id=call.id,
            ids=tuple(one.id for one in group),
            spoken=", ".join(part for part in (card.shown, direction, length, time) if part),
        )

    def line(self, call: PastCall) -> CallLine:
        """Return a call as a line of a person's page."""
        language = self._app.language
        now = wording.local(self._app.clock.wall())
        quality = ""
        if call.mos is not None:
            word = self._text(f"quality_{word_of(call.mos)[0]}")
            quality = f"{word} ({wording.decimal(call.mos, 1, language)})"
        rang = ""
        if call.direction in ("missed", "declined") and call.rang_s >= 1:
            rang = self._text("history_rang", length=wording.length(call.rang_s))
        return CallLine(
            icon=ICONS[call.direction],
            title=self._text(f"history_{call.direction}"),
            when=wording.moment(wording.local(call.begun_at), now, language),
            length=wording.length(call.talked_s) if call.answered_at else "",
            missed=call.direction == "missed",
            quality=quality,
            rang=rang,
            id=call.id,
        )

    def _changed(self) -> None:
        self.update()
        self._count()
        self.calls_changed.emit()

    def _count(self) -> None:
        unseen = sum(1 for c in self._calls if c.direction == "missed" and not c.seen)
        if unseen != self._unseen:
            self._unseen = unseen
            self.unseen_changed.emit()

    def data_of(self, row: HistoryRow, role: int) -> Any:
        """Return what a role of a row is."""
        if role in (Qt.ItemDataRole.DisplayRole, Qt.ItemDataRole.AccessibleTextRole):
            return row.spoken
        return getattr(row, _FIELDS[role]) if role in _FIELDS else None

    def flags(self, index: Index) -> Qt.ItemFlag:
        """Days are there to be read only."""
        row = self.value(index)
        if row is None:
            return Qt.ItemFlag.NoItemFlags
        if row.kind == "heading":
            return Qt.ItemFlag.ItemIsEnabled
        return Qt.ItemFlag.ItemIsEnabled | Qt.ItemFlag.ItemIsSelectable


_FIELDS: dict[int, str] = {role: role.name.lower() for role in Role}


def _together(calls: list[PastCall]) -> list[list[PastCall]]:
    """Missed calls of one person that follow each other on a day are shown as one."""
    groups: list[list[PastCall]] = []
    for call in calls:
        last = groups[-1][0] if groups else None
        if (
            last is not None
            and last.direction == call.direction == "missed"
            and fold_name(last.peer) == fold_name(call.peer)
            and wording.local(last.begun_at).date() == wording.local(call.begun_at).date()
        ):
            groups[-1].append(call)
        else:
            groups.append([call])
    return groups
