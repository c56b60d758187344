"""What is kept of people and calls: frozen values. Knows no database.

People and calls belong to a server: John here and John there are two people.
"""

from dataclasses import dataclass
from typing import Literal


@dataclass(frozen=True)
class KnownPerson:
    """Somebody who has been seen. Times are seconds since 1970 (UTC); `given` is the name that
    the person gave them, or empty; `removed` until they are seen again; `watch` says that the
    person wants to know when they are back."""

    name: str
    first_seen: float
    last_seen: float
    given: str = ""
    muted: bool = False
    removed: bool = False
    watch: bool = False
    legacy: bool = False


@dataclass(frozen=True)
class PastCall:
    """A call that is over. `direction` is `in`, `out`, `missed` or `declined`; `answered_at` is
    None for a call that nobody took; `rang_s` is how long it rang; `reason` is an `EndReason`."""

    id: int
    peer: str
    direction: Literal["in", "out", "missed", "declined"]
    begun_at: float
    ended_at: float
    reason: str
    answered_at: float | None = None
    talked_s: float = 0.0
    rang_s: float = 0.0
    mos: float | None = None
    kind: str = "devcloud"
    seen: bool = True


@dataclass(frozen=True)
class Kept:
    """Everything that is kept of a server: people by name, calls newest first."""

    people: tuple[KnownPerson, ...] = ()
    calls: tuple[PastCall, ...] = ()
