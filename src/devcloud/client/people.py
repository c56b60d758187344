"""Who is there, kept from what the server tells. Pure: presence in, people out."""

from collections.abc import Collection

from devcloud.model.names import fold_name
from devcloud.model.presence import Person
from devcloud.wire.signalling.messages import Presence, Welcome


class People:
    """The people who are online, by name. Ask `everyone` after each change."""

    def __init__(self) -> None:
        self._people: dict[str, Person] = {}
        self.everyone_told = True
        """Whether the server tells of everybody; otherwise only of those who are watched."""

    def welcomed(self, welcome: Welcome) -> None:
        """A new connection: what was known before counts no more."""
        self._people = {fold_name(p.name): p for p in welcome.people}
        self.everyone_told = welcome.everyone

    def changed(self, presence: Presence) -> None:
        """Somebody came, went, or is not as they were."""
        for name in presence.gone:
            self._people.pop(fold_name(name), None)
        for person in presence.people:
            self._people[fold_name(person.name)] = person

    def lost(self) -> None:
        """The connection is gone, and with it what was known."""
        self._people = {}

    def keep_only(self, folded: Collection[str]) -> None:
        """Only these are watched from now on: nothing more will be told of the others."""
        self._people = {key: each for key, each in self._people.items() if key in folded}

    def search(self, text: str, most: int) -> tuple[Person, ...]:
        """Return the first `most`, by name, whose name holds `text`, whatever its case."""
        wanted = fold_name(text)
        return tuple(self._people[key] for key in sorted(self._people) if wanted in key)[:most]

    def find(self, name: str) -> Person | None:
        """Return the person of that name, if they are online."""
        return self._people.get(fold_name(name))

    def everyone(self) -> tuple[Person, ...]:
        """Return everybody, sorted by name."""
        return tuple(self._people[key] for key in sorted(self._people))
