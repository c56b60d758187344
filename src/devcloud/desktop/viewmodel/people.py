"""Who is who: people online, people seen before, and the keys they were seen with, in one place.

Knows no page. `card` and `cards` are what pages show of people; `changed` says that some differ.
"""

from dataclasses import dataclass, replace

from PySide6.QtCore import QObject, Signal

from devcloud.desktop.happenings import Pinned, Somebody
from devcloud.desktop.store.records import KnownPerson
from devcloud.desktop.viewmodel.clock import Clock
from devcloud.desktop.viewmodel.ports import Shelf
from devcloud.desktop.viewmodel.values import Presence
from devcloud.desktop.viewmodel.wording import search_key
from devcloud.model.names import fold_name

MOST_CARDS = 50_000
MOST_WATCHED = 500
SEEN_AGAIN_S = 300.0
"""Somebody who stays is written down as seen no more often than this."""


@dataclass(frozen=True)
class Card:
    """A person as pages know them. `last_seen` in seconds since 1970, 0 for never."""

    name: str
    given: str = ""
    presence: Presence = "offline"
    last_seen: float = 0.0
    verified: bool = False
    fingerprint: str = ""
    address: str = ""
    legacy: bool = False
    muted: bool = False
    watch: bool = False
    removed: bool = False

    @property
    def shown(self) -> str:
        """The name given, or their own."""
        return self.given or self.name

    @property
    def is_here(self) -> bool:
        """Whether the server says that they are online."""
        return self.presence in ("online", "busy", "dnd")


_PRESENCE: dict[str, Presence] = {"available": "online", "busy": "busy", "do_not_disturb": "dnd"}


class PeopleBook(QObject):
    """Everybody there is to know of on one server."""

    changed = Signal()
    back = Signal(str)
    """Somebody one wanted to be told about is online."""
    watched_changed = Signal()
    names_changed = Signal()
    """What people are called here, or whether presence is known at all, is new."""

    def __init__(self, clock: Clock, shelf: Shelf, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._clock = clock
        self._shelf = shelf
        self.server = ""
        self.me = ""
        self.connected = False
        """Whether presence is known at all."""
        self.loaded = False
        self._online: dict[str, Somebody] = {}
        self._known: dict[str, KnownPerson] = {}
        self._pins: dict[str, Pinned] = {}
        self._keys: dict[str, str] = {}
        self._cards: dict[str, Card] = {}
        """What has been made of all that, by folded name; taken out when it may differ."""

    # ── what comes in ────────────────────────────────────────────────────────────────────────────

    def use_server(self, server: str, me: str) -> None:
        """Another server, or another name: nobody is known until `load`."""
        self.me = me
        if server != self.server:
            self.server = server
            self._online, self._known, self._pins = {}, {}, {}
            self.loaded = False
            self.connected = False
        self._differs()
        self.changed.emit()

    def load(self, people: tuple[KnownPerson, ...]) -> None:
        """What was kept. Who has been seen since the start counts more."""
        kept = {fold_name(person.name): person for person in people}
        self._known = kept | {
            key: replace(
                person,
                given=person.given or kept[key].given,
                muted=person.muted or kept[key].muted,
                watch=person.watch or kept[key].watch,
                first_seen=kept[key].first_seen,
            )
            if key in kept
            else person
            for key, person in self._known.items()
        }
        self.loaded = True
        self._differs()
        self.changed.emit()
        self.names_changed.emit()
        self.watched_changed.emit()

    def set_connected(self, connected: bool) -> None:
        """Whether the connection is there; without it nobody knows who is online."""
        if connected != self.connected:
            self.connected = connected
            self._differs()
            self.changed.emit()
            self.names_changed.emit()

    def set_online(self, people: tuple[Somebody, ...]) -> None:
        """Everybody who is online."""
        before = self._online
        own = fold_name(self.me) if self.me else ""
        self._online = {
            fold_name(person.name): person for person in people if fold_name(person.name) != own
        }
        came = [key for key in self._online if key not in before]
        left = [key for key in before if key not in self._online]
        self._saw(came, left)
        others = [key for key, person in self._online.items() if before.get(key) != person]
        if others or left:
            self._differs(*others, *left)
        self.changed.emit()
        for key in came:
            person = self._known[key]
            if person.watch:
                self.update(person.name, watch=False)
                self.back.emit(person.name)

    def set_pins(self, pins: tuple[Pinned, ...]) -> None:
        """Every key that is known."""
        self._pins = {fold_name(pin.name): pin for pin in pins}
        self._differs()
        self.changed.emit()

    def _saw(self, came: list[str], left: list[str]) -> None:
        now = self._clock.wall()
        written: list[KnownPerson] = []
        for key in (*came, *left):
            online = self._online.get(key)
            known = self._known.get(key)
            if known is None:
                assert online is not None, "who leaves has been seen"
                known = KnownPerson(name=online.name, first_seen=now, last_seen=now)
            elif key in self._online and now - known.last_seen < SEEN_AGAIN_S and not known.removed:
                continue
            known = replace(
                known,
                last_seen=now,
                removed=False,
                legacy=known.legacy if online is None else online.legacy,
            )
            self._known[key] = known
            written.append(known)
        if written:
            self._shelf.keep_people(self.server, tuple(written))

    # ── what the person says ─────────────────────────────────────────────────────────────────────

    def update(
        self,
        name: str,
        *,
        given: str | None = None,
        muted: bool | None = None,
        watch: bool | None = None,
    ) -> None:
        """Remember something about somebody."""
        key = fold_name(name)
        now = self._clock.wall()
        known = self._known.get(key) or KnownPerson(name=name, first_seen=now, last_seen=0.0)
        changed = replace(
            known,
            given=known.given if given is None else given,
            muted=known.muted if muted is None else muted,
            watch=known.watch if watch is None else watch,
        )
        self._known[key] = changed
        self._differs(key)
        self._shelf.keep_people(self.server, (changed,))
        self.changed.emit()
        if known.given != changed.given:
            self.names_changed.emit()
        if known.watch != changed.watch:
            self.watched_changed.emit()

    def remove(self, name: str) -> None:
        """Take somebody out of the list, until they come online again."""
        key = fold_name(name)
        now = self._clock.wall()
        known = self._known.get(key) or KnownPerson(name=name, first_seen=now, last_seen=now)
        gone = KnownPerson(
            name=known.name, first_seen=known.first_seen, last_seen=known.last_seen, removed=True
        )
        self._known[key] = gone
        self._differs(key)
        self._shelf.keep_people(self.server, (gone,))
        self.changed.emit()
        if known.watch:
            self.watched_changed.emit()

    def forget_all(self) -> None:
        """As if nobody had ever been seen."""
        now = self._clock.wall()
        self._known = {
            key: KnownPerson(name=person.name, first_seen=now, last_seen=now)
            for key, person in self._online.items()
        }
        self._differs()
        self.changed.emit()

    # ── what is known ────────────────────────────────────────────────────────────────────────────

    @property
    def watched(self) -> tuple[str, ...]:
        """Of whom a large server shall tell: whoever is waited for, then who was seen last."""
        known = [person for person in self._known.values() if not person.removed]
        known.sort(key=lambda person: (not person.watch, -person.last_seen))
        return tuple(person.name for person in known[:MOST_WATCHED])

    def card(self, name: str) -> Card:
        """Return what is known of somebody, of whoever it is."""
        key = fold_name(name)
        return self._card(key, name)

    def cards(self) -> list[Card]:
        """Return everybody in the list, by the name shown."""
        people = [
            self._card(key, known.name) for key, known in self._known.items() if not known.removed
        ]
        own = fold_name(self.me) if self.me else ""
        here = [card for card in people if fold_name(card.name) != own]
        return sorted(here, key=lambda card: (self.search_key(card.shown), card.name))

    def _card(self, key: str, name: str) -> Card:
        card = self._cards.get(key)
        if card is None:
            card = self._cards[key] = self._make(key, name)
        return card

    def _differs(self, *keys: str) -> None:
        """Somebody, or nobody named: everybody, may look different."""
        for key in keys:
            self._cards.pop(key, None)
        if not keys or len(self._cards) > MOST_CARDS:
            self._cards = {}

    def _make(self, key: str, name: str) -> Card:
        online, known, pin = self._online.get(key), self._known.get(key), self._pins.get(key)
        presence: Presence = "offline"
        if not self.connected:
            presence = "unknown"
        elif online is not None:
            presence = _PRESENCE.get(online.status, "online")
        return Card(
            name=online.name if online else known.name if known else name,
            given=known.given if known else "",
            presence=presence,
            last_seen=known.last_seen if known else 0.0,
            verified=pin is not None
            and pin.verified
            and (online is None or online.fingerprint in ("", pin.fingerprint)),
            fingerprint=(online.fingerprint if online else "") or (pin.fingerprint if pin else ""),
            address=online.address if online else "",
            legacy=online.legacy if online else bool(known and known.legacy),
            muted=bool(known and known.muted),
            watch=bool(known and known.watch),
            removed=bool(known and known.removed),
        )

    def search_key(self, text: str) -> str:
        """Return a name as it is sorted and searched by."""
        found = self._keys.get(text)
        if found is None:
            if len(self._keys) > 50_000:
                self._keys.clear()
            found = self._keys[text] = search_key(text)
        return found
