"""What changed among the people, gathered for a moment and told once.

Someone who goes and is back within that moment did not change. Whoever looks at the list in the
meantime (`looked`) may have seen a state that was never told, so the next telling leaves nothing
out. Knows the people only by the key of their name.
"""

from collections.abc import Callable, Iterable
from dataclasses import dataclass

from devcloud.directory.members import Member
from devcloud.model.presence import Person


@dataclass(frozen=True, slots=True)
class Difference:
    """Tell `to` that `people` came or changed and that `gone` left (their names)."""

    to: list[Member]
    people: list[Person]
    gone: list[str]


class Gathering:
    """Changes waiting to be told, and who wants to know."""

    def __init__(self, gather_s: float) -> None:
        self._gather_s = gather_s
        # Dictionaries as sets that keep their order: the same story is told in the same words.
        self.everyone: dict[Member, None] = {}
        self._watchers: dict[str, dict[Member, None]] = {}
        self._told: dict[str, Person] = {}
        self._changed: dict[str, str] = {}
        self._looked = False
        self.deadline: float | None = None

    def note(self, member: Member, now: float) -> None:
        """Something about this person changed."""
        self._changed[member.folded] = member.name
        if self.deadline is None:
            self.deadline = now + self._gather_s

    def looked(self) -> None:
        """Somebody saw the list as it is now."""
        self._looked = bool(self._changed)

    def watch(self, member: Member, names: Iterable[str]) -> None:
        """Tell `member` of these people (folded names)."""
        for folded in names:
            self._watchers.setdefault(folded, {})[member] = None

    def unwatch(self, member: Member, names: Iterable[str]) -> None:
        """Tell `member` no more."""
        for folded in names:
            watchers = self._watchers[folded]
            watchers.pop(member, None)
            if not watchers:
                del self._watchers[folded]

    def take(self, now: float, seen: Callable[[str], Person | None]) -> list[Difference]:
        """Return what to tell to whom, once the deadline has come."""
        if self.deadline is None or now < self.deadline:
            return []
        changed: dict[str, Person | None] = {}
        names = self._changed
        for folded in names:
            person, told = seen(folded), self._told.get(folded)
            if person == told and not self._looked:
                continue
            changed[folded] = person
            if person is not None:
                self._told[folded] = person
            else:
                self._told.pop(folded, None)
        self._changed, self._looked, self.deadline = {}, False, None
        return self._to_everyone(changed, names) + self._to_watchers(changed, names)

    def _to_everyone(
        self, changed: dict[str, Person | None], names: dict[str, str]
    ) -> list[Difference]:
        """One difference for all, and one each for those who are in it themselves."""
        if not changed:
            return []
        others = [member for member in self.everyone if member.folded not in changed]
        told = [_difference(others, changed, names)]
        for member in self.everyone:
            if member.folded in changed:
                rest = {f: person for f, person in changed.items() if f != member.folded}
                told.append(_difference([member], rest, names))
        return [d for d in told if d.to and (d.people or d.gone)]

    def _to_watchers(
        self, changed: dict[str, Person | None], names: dict[str, str]
    ) -> list[Difference]:
        wanted: dict[Member, dict[str, Person | None]] = {}
        for folded, person in changed.items():
            for member in self._watchers.get(folded, ()):
                if member.folded != folded:
                    wanted.setdefault(member, {})[folded] = person
        return [_difference([member], theirs, names) for member, theirs in wanted.items()]


def _difference(
    to: list[Member], changed: dict[str, Person | None], names: dict[str, str]
) -> Difference:
    return Difference(
        to=to,
        people=[person for person in changed.values() if person is not None],
        gone=[names[folded] for folded, person in changed.items() if person is None],
    )
