"""The list of people: group headings, people, and the row that calls what is being searched.

Knows no widget; what a person is, `PeopleBook` says.
"""

from dataclasses import dataclass
from datetime import date
from enum import IntEnum
from typing import TYPE_CHECKING, Any, Literal

from PySide6.QtCore import Qt, Signal

from devcloud.desktop.orders import Search
from devcloud.desktop.viewmodel.clock import Alarm
from devcloud.desktop.viewmodel.people import Card
from devcloud.desktop.viewmodel.rows import Index, RowsModel
from devcloud.desktop.viewmodel.texts import T
from devcloud.desktop.viewmodel.values import Presence
from devcloud.desktop.viewmodel.wording import local, moment, search_key
from devcloud.model.texts import Language

if TYPE_CHECKING:
    from devcloud.desktop.viewmodel.app import AppModel

ASK_S = 0.3
"""After the last letter typed."""
LOADING_S = 1.0
"""Grey rows are shown no longer than this."""


class Role(IntEnum):
    """What a row tells."""

    KIND = Qt.ItemDataRole.UserRole + 1
    NAME = Qt.ItemDataRole.UserRole + 2
    SHOWN_NAME = Qt.ItemDataRole.UserRole + 3
    PRESENCE = Qt.ItemDataRole.UserRole + 4
    SECOND = Qt.ItemDataRole.UserRole + 5
    SECOND_TONE = Qt.ItemDataRole.UserRole + 6
    VERIFIED = Qt.ItemDataRole.UserRole + 7
    LEGACY = Qt.ItemDataRole.UserRole + 8
    CAN_CALL = Qt.ItemDataRole.UserRole + 9
    TOOLTIP = Qt.ItemDataRole.UserRole + 10


@dataclass(frozen=True)
class ContactRow:
    """A row: a heading, a person, or «Call “text”»."""

    key: str
    kind: Literal["heading", "person", "call_text"]
    name: str
    shown_name: str
    presence: Presence = "unknown"
    second: str = ""
    second_tone: Literal["", "warning"] = ""
    verified: bool = False
    legacy: bool = False
    can_call: bool = False
    tooltip: str = ""
    spoken: str = ""


class ContactsModel(RowsModel[ContactRow]):
    """Rows of `Role`s; headings cannot be selected."""

    state_changed = Signal()
    search_changed = Signal()

    def __init__(self, app: "AppModel") -> None:
        super().__init__(app)
        self._app = app
        self._text = T(app)
        self._asking = Alarm(app.clock)
        self._made: dict[str, tuple[Card, ContactRow]] = {}
        self._made_in: tuple[date, Language] | None = None
        self.search = ""
        self.loading = False
        self.empty = True

    # ── searching ────────────────────────────────────────────────────────────────────────────────

    def set_search(self, text: str) -> None:
        """Show only people whose name holds `text`, whatever its accents and case."""
        if text != self.search:
            self.search = text
            self.update()
            if text.strip():
                self._asking.set(ASK_S, self._ask_server)
            else:
                self._asking.stop()
            self.search_changed.emit()

    def _ask_server(self) -> None:
        # A large server tells of one's contacts only: whoever else is there is looked for.
        self._app.core.ask(Search(self.search.strip()))

    def enter(self, row: int | None = None) -> None:
        """Enter in the search field: call the highlighted one, or the only one there is."""
        chosen = self.row_at(row)
        if chosen is None or chosen.kind == "heading":
            people = [r for r in self.rows if r.kind != "heading"]
            if len(people) != 1 or not self.search:
                return
            chosen = people[0]
        self._call(chosen)

    def find_row(self, name: str) -> int | None:
        """Return where somebody is."""
        return self.place_of(f"person {name}")

    def jump(self, letter: str, from_row: int) -> int | None:
        """Return the next person after `from_row` whose name begins so, from the top again."""
        wanted = search_key(letter)
        count = len(self.rows)
        for step in range(1, count + 1):
            at = (from_row + step) % count
            row = self.rows[at]
            if row.kind == "person" and search_key(row.shown_name).startswith(wanted):
                return at
        return None

    # ── doing ────────────────────────────────────────────────────────────────────────────────────

    def open(self, row: int) -> None:
        """Show a person's page."""
        chosen = self.row_at(row)
        if chosen is None or chosen.kind == "heading":
            return
        if chosen.kind == "call_text":
            self._call(chosen)
        else:
            self._app.contact.show(chosen.name)

    def call(self, row: int) -> None:
        """Call a person."""
        chosen = self.row_at(row)
        if chosen is not None and chosen.kind != "heading":
            self._call(chosen)

    def _call(self, row: ContactRow) -> None:
        if row.can_call:
            self._app.calls.call(row.name)

    # ── what is shown ────────────────────────────────────────────────────────────────────────────

    def set_loading(self, loading: bool) -> None:
        """Whether the grey rows are shown."""
        if loading != self.loading:
            self.loading = loading
            self.state_changed.emit()

    def update(self) -> None:
        """Something about people, the language or the search is new."""
        everyone = self._app.people.cards()
        # A row is made anew when its person differs, or what all rows are written in does.
        today = local(self._app.clock.wall()).date(), self._app.language
        if today != self._made_in:
            self._made, self._made_in = {}, today
        elif len(self._made) > 2 * len(everyone) + 100:
            self._made = {}
        found = [card for card in everyone if self._matches(card)]
        self.put(self._rows(found))
        empty = not everyone
        if empty != self.empty:
            self.empty = empty
            self.state_changed.emit()

    def _matches(self, card: Card) -> bool:
        wanted = search_key(self.search.strip())
        return (
            not wanted
            or wanted in self._app.people.search_key(card.shown)
            or wanted in self._app.people.search_key(card.name)
        )

    def _rows(self, found: list[Card]) -> list[ContactRow]:
        wanted = self.search.strip()
        if not found and wanted:
            sentence = self._text("contacts_call_text", text=wanted)
            return [
                ContactRow(
                    key="call_text", kind="call_text", name=wanted, shown_name=sentence,
                    can_call=self._app.people.connected, spoken=sentence,
                )
            ]  # fmt: skip
        if not self._app.people.connected:
            return self._group("unknown", "contacts_group_unknown", found)
        here = [card for card in found if card.is_here]
        away = [card for card in found if not card.is_here]
        return [
            *self._group("online", "contacts_group_online", here),
            *self._group("offline", "contacts_group_offline", away),
        ]

    def _group(self, key: str, title: str, cards: list[Card]) -> list[ContactRow]:
        if not cards:
            return []
        text = self._text(title, n=len(cards))
        heading = ContactRow(
            key=f"heading {key}", kind="heading", name="", shown_name=text, spoken=text
        )
        return [heading, *map(self._person, cards)]

    def _person(self, card: Card) -> ContactRow:
        made = self._made.get(card.name)
        if made is None or made[0] is not card:
            made = self._made[card.name] = (card, self._make(card))
        return made[1]

    def _make(self, card: Card) -> ContactRow:
        second, tone = self.second_line(card)
        verified = self._text("contacts_key_verified") if card.verified else ""
        return ContactRow(
            key=f"person {card.name}",
            kind="person",
            name=card.name,
            shown_name=card.shown,
            presence=card.presence,
            second=second,
            second_tone=tone,
            verified=card.verified,
            legacy=card.legacy,
            can_call=card.is_here,
            tooltip=card.name if card.given else "",
            spoken=", ".join(part for part in (card.shown, second.lower(), verified) if part),
        )

    def second_line(self, card: Card) -> tuple[str, Literal["", "warning"]]:
        """Return what stands below a name, and its tone."""
        if card.legacy and card.presence != "offline":
            return self._text("presence_legacy"), "warning"
        if card.presence == "offline":
            return self.last_seen(card), ""
        if card.presence == "unknown":
            return "", ""
        return self._text(f"presence_{card.presence}"), ""

    def last_seen(self, card: Card) -> str:
        """Return «Yesterday at 18:12», or that they are offline."""
        if not card.last_seen:
            return self._text("presence_offline")
        now = local(self._app.clock.wall())
        return moment(local(card.last_seen), now, self._app.language)

    def data_of(self, row: ContactRow, role: int) -> Any:
        """Return what a role of a row is."""
        match role:
            case Qt.ItemDataRole.DisplayRole | Qt.ItemDataRole.AccessibleTextRole:
                return row.spoken
            case Role.TOOLTIP | Qt.ItemDataRole.ToolTipRole:
                return row.tooltip
            case _:
                return getattr(row, _FIELDS[role]) if role in _FIELDS else None

    def flags(self, index: Index) -> Qt.ItemFlag:
        """Headings are there to be read only."""
        row = self.value(index)
        if row is None:
            return Qt.ItemFlag.NoItemFlags
        if row.kind == "heading":
            return Qt.ItemFlag.ItemIsEnabled
        return Qt.ItemFlag.ItemIsEnabled | Qt.ItemFlag.ItemIsSelectable


_FIELDS: dict[int, str] = {
    Role.KIND: "kind",
    Role.NAME: "name",
    Role.SHOWN_NAME: "shown_name",
    Role.PRESENCE: "presence",
    Role.SECOND: "second",
    Role.SECOND_TONE: "second_tone",
    Role.VERIFIED: "verified",
    Role.LEGACY: "legacy",
    Role.CAN_CALL: "can_call",
}
