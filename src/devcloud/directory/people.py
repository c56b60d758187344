"""Those who are signed in, and whom a message reaches.

A person is there while at least one of their devices is; observers see but are neither seen nor
called. Calling order: `sign_in`, then anything, then `sign_out`; after each of them ask
`next_deadline`, and at that time take the `differences`.
"""

import heapq
from collections.abc import Sequence

from devcloud.directory.members import Member
from devcloud.directory.presence import Difference, Gathering
from devcloud.model.errors import Refused
from devcloud.model.names import fold_name
from devcloud.model.presence import Person, Status
from devcloud.model.records import CallKind

EVERYONE_UP_TO = 500
MOST_DEVICES = 16
MOST_FOUND = 50


Devices = dict[str, Member]


class People:
    """The people of one server."""

    def __init__(
        self,
        *,
        everyone_up_to: int = EVERYONE_UP_TO,
        most_devices: int = MOST_DEVICES,
        gather_s: float = 0.2,
    ) -> None:
        self._everyone_up_to = everyone_up_to
        self._most_devices = most_devices
        self._people: dict[str, Devices] = {}
        self._observers: dict[str, Devices] = {}
        self._as_written: dict[str, Devices] = {}
        self._gathering = Gathering(gather_s)

    def __len__(self) -> int:
        """Return how many people are there (observers are not)."""
        return len(self._people)

    def names(self) -> list[str]:
        """Return the folded names of those who are there."""
        return list(self._people)

    # ── coming and going ─────────────────────────────────────────────────────────────────────────

    def sign_in(self, member: Member, now: float) -> Member | None:
        """Take a device in and return its older self, which it replaces.

        Raises:
            Refused: `too_many_devices` of one person.
        """
        room = self._observers if member.observer else self._people
        devices = room.get(member.folded, {})
        older = devices.get(member.device)
        if older is None and len(devices) >= self._most_devices:
            raise Refused("too_many_devices", most=self._most_devices)
        if older is not None:
            self._forget(older)
        devices = room.setdefault(member.folded, {})
        for present in devices.values():
            # One person has one spelling, or a list would show them twice.
            member.name = present.name
            break
        devices[member.device] = member
        # A person of 2023 is seen by all, and told of nobody.
        modern = member.kind is CallKind.DEVCLOUD
        member.everyone = modern and len(self._people) <= self._everyone_up_to
        if member.everyone:
            self._gathering.everyone[member] = None
        if not member.observer:
            self._as_written[member.name] = devices
            self._gathering.note(member, now)
        return older

    def sign_out(self, member: Member, now: float) -> bool:
        """Let a device go; False where it was not there, or was replaced before."""
        room = self._observers if member.observer else self._people
        if room.get(member.folded, {}).get(member.device) is not member:
            return False
        self._forget(member)
        if not member.observer:
            self._gathering.note(member, now)
        return True

    def _forget(self, member: Member) -> None:
        room = self._observers if member.observer else self._people
        devices = room[member.folded]
        del devices[member.device]
        if not devices:
            del room[member.folded]
            if not member.observer:
                del self._as_written[member.name]
        self._gathering.everyone.pop(member, None)
        self._gathering.unwatch(member, member.watched)

    def set_status(self, member: Member, status: Status, takes_2023: bool, now: float) -> None:
        """Change how a device is."""
        member.status, member.takes_2023 = status, takes_2023
        if not member.observer:
            self._gathering.note(member, now)

    def devices(self) -> list[Member]:
        """Return every device whose person is seen by others."""
        return [member for devices in self._people.values() for member in devices.values()]

    # ── whom a message reaches ───────────────────────────────────────────────────────────────────

    def devices_of(self, name: str) -> Devices:
        """Return the devices of a person by device id: empty when they are not there."""
        devices = self._as_written.get(name)
        return self._people.get(fold_name(name), {}) if devices is None else devices

    def reach(
        self, to: str, to_device: str | None = None, not_device: str | None = None
    ) -> Sequence[Member]:
        """Return the devices a message goes to: all of a person's, one of them, or all but one.
        A person of 2023 takes none: those who call them do so without a server."""
        devices = self.devices_of(to)
        if any(member.kind is not CallKind.DEVCLOUD for member in devices.values()):
            return ()
        if to_device is not None:
            member = devices.get(to_device)
            return () if member is None else (member,)
        if not_device is None:
            return list(devices.values())
        return [member for device, member in devices.items() if device != not_device]

    # ── presence ─────────────────────────────────────────────────────────────────────────────────

    def person(self, name: str) -> Person | None:
        """Return a person as others see them, or None when they are not there."""
        return self._seen(fold_name(name))

    def everybody(self, member: Member) -> list[Person]:
        """Return all that `member` sees at sign-in: everyone but themselves, or nobody in a crowd
        (then they watch)."""
        if not member.everyone:
            return []
        self._gathering.looked()
        return [_as_seen(d) for folded, d in self._people.items() if folded != member.folded]

    def watch(self, member: Member, names: Sequence[str]) -> list[Person]:
        """Tell `member` of these people from now on, and return those who are there."""
        watched = tuple(dict.fromkeys(map(fold_name, names)))
        self._gathering.unwatch(member, member.watched)
        member.watched = () if member.everyone else watched
        self._gathering.watch(member, member.watched)
        self._gathering.looked()
        return [p for p in map(self._seen, watched) if p is not None and _other(member, p)]

    def search(self, member: Member, text: str) -> list[Person]:
        """Return the first 50 people, by name, whose name holds `text`, whatever its case."""
        wanted = fold_name(text)
        found = (f for f in self._people if wanted in f and f != member.folded)
        return [_as_seen(self._people[folded]) for folded in heapq.nsmallest(MOST_FOUND, found)]

    def next_deadline(self) -> float | None:
        """Return when `differences` wants to be called, or None."""
        return self._gathering.deadline

    def differences(self, now: float) -> list[Difference]:
        """Return what changed since it was last told, and to whom to tell it: nothing before the
        deadline."""
        return self._gathering.take(now, self._seen)

    def _seen(self, folded: str) -> Person | None:
        devices = self._people.get(folded)
        return None if devices is None else _as_seen(devices)


def _other(member: Member, person: Person) -> bool:
    return fold_name(person.name) != member.folded


def _as_seen(devices: Devices) -> Person:
    """What several devices of one person look like: as one, at the busiest of them."""
    members = list(devices.values())
    statuses = {member.status for member in members}
    shown = next(s for s in (Status.DO_NOT_DISTURB, Status.BUSY, Status.AVAILABLE) if s in statuses)
    first = members[0]
    return Person(
        name=first.name,
        status=shown,
        kind=first.kind,
        key=first.key,
        takes_2023=any(member.takes_2023 for member in members),
        address=first.address,
    )
