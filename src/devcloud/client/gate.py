"""Who may come in: what a message is worth, before its call hears of it.

Between the desk, which carries out, and the guard, which checks. This module knows what waits for
a person's word and how long the caller may take to show the last of its part; it knows nothing of
what becomes of a call. Without input or output.

    examine      each message that says who somebody is: admitted, waiting, dropped or refused
    accept_key   what has waited for the person
    talking      both have agreed: from now on the other side's key is remembered
    overdue      the calls whose caller did not show its part in time
"""

from collections.abc import Callable
from dataclasses import dataclass
from enum import Enum, auto

from devcloud.call import commands as do
from devcloud.call.machine import Call
from devcloud.call.mailbox import KEPT_S
from devcloud.call.states import Role, Timers
from devcloud.client.guard import Guard, Trust
from devcloud.client.translate import Reveal, Said
from devcloud.identity.pins import PinBook
from devcloud.model.errors import ProtocolViolation, Untrusted
from devcloud.model.signed import Signed
from devcloud.wire.signalling import messages
from devcloud.wire.signalling.messages import CallMessage

MOST_WAITING = 8
"""Messages of one call that wait for a person's word on a changed key."""
LATEST_REVEAL_S = 2 * KEPT_S
"""An answer is said again for so long, and so is the reveal that follows it."""

_OLD_NEWS = frozenset(
    {"description_out_of_place", "reveal_out_of_place", "message_out_of_place"}
)  # fmt: skip

Held = list[tuple[CallMessage, Said]]


class Ruling(Enum):
    """What becomes of a message."""

    ADMITTED = auto()
    WAITS = auto()
    """For the person: the key has changed."""
    DROPPED = auto()
    REFUSED = auto()
    """And its call with it."""


@dataclass(frozen=True)
class Decision:
    """`error` says why; None where it has been said before, or there is nothing to say."""

    ruling: Ruling
    error: Untrusted | ProtocolViolation | None = None


ADMITTED = Decision(Ruling.ADMITTED)


class OpenGate:
    """Lets everybody in and signs nothing: for simulations, where no voice flows."""

    @property
    def book(self) -> PinBook:
        """The keys that are known."""
        return PinBook()

    def knows(self, _name: str) -> bool:
        """Whether there is a key for this name already."""
        return False

    def require_same(self, name: str, key: str) -> None:
        """Before calling: see Gate."""

    def require_trust(self, call: str) -> None:
        """Before accepting: see Gate."""

    def waits(self, _call: str) -> bool:
        """Whether a call waits for the person's word on a changed key."""
        return False

    def trust(self, _call: str) -> Trust:
        """Return what is known of the other side of a call."""
        return Trust()

    def sign(self, _call: Call, _command: do.Command) -> Signed:
        """Return what stands beside a description."""
        return Signed()

    def examine(self, _message: CallMessage, _said: Said) -> Decision:
        """Say what becomes of a message."""
        return ADMITTED

    def reveal(self, _call: str) -> str:
        """Return what is to be revealed now that the callee has accepted: once."""
        return ""

    def talking(self, _call: Call, _now: float) -> bool:
        """Both have agreed to talk. Whether the book has changed."""
        return False

    def accept_key(self, _call: str, _wall: float) -> Held | None:
        """The person says that a changed key is right: see Gate."""
        return None

    def accept_key_of(self, name: str, key: str, wall: float) -> None:
        """The person says so before calling: see Gate."""

    def change_book(self, change: Callable[[PinBook], PinBook]) -> None:
        """The person changes what is known, outside any call."""

    def confirm_words(self, _call: str, *, match: bool) -> None:
        """The person has compared the safety words. Raises Untrusted `words_not_there`."""
        raise Untrusted("words_not_there")

    @property
    def deadline(self) -> float | None:
        """When `overdue` will have something, while there is a connection."""
        return None

    def signed_in(self, now: float) -> None:
        """There is a connection again: what has been lost is being said again."""

    def overdue(self, _now: float) -> list[str]:
        """Return the calls whose caller did not reveal its part in time."""
        return []

    def forget(self, call: str) -> None:
        """The call is over, and what was known of it has been told."""


class Gate(OpenGate):
    """Lets in what the guard finds in order."""

    def __init__(self, guard: Guard, timers: Timers) -> None:
        self._guard = guard
        self._timers = timers
        self._waiting: dict[str, Held] = {}
        self._talking: dict[str, float] = {}
        self._reveal_by: dict[str, float] = {}
        self._revealed: set[str] = set()

    @property
    def book(self) -> PinBook:
        """The keys that are known."""
        return self._guard.book

    def knows(self, name: str) -> bool:
        """Whether there is a key for this name already."""
        return self._guard.knows(name)

    def require_same(self, name: str, key: str) -> None:
        """Compare the key that the server shows for somebody with the one we know, before anything
        is sent. Raises Untrusted `key_changed`."""
        self._guard.require_same(name, key)

    def require_trust(self, call: str) -> None:
        """Raise Untrusted `key_changed_ask` where a changed key waits for the person's word."""
        self._guard.require_trust(call)

    def waits(self, call: str) -> bool:
        """Whether a call waits for the person's word on a changed key."""
        return bool(self._guard.trust(call).changed_key)

    def trust(self, call: str) -> Trust:
        """Return what is known of the other side of a call."""
        return self._guard.trust(call)

    def sign(self, call: Call, command: do.Command) -> Signed:
        """Return what stands beside a description."""
        return self._guard.sign(call, command)

    # ── what comes in ────────────────────────────────────────────────────────────────────────────

    def examine(self, message: CallMessage, said: Said) -> Decision:
        """Say what becomes of a message."""
        waiting = self._waiting.get(message.call)
        if waiting is not None and said.needs_trust:
            if len(waiting) < MOST_WAITING:
                waiting.append((message, said))
            return Decision(Ruling.WAITS)
        try:
            self._guard.check(message, said)
        except (Untrusted, ProtocolViolation) as error:
            return self._rule(message, said, error)
        if isinstance(said.event, Reveal):
            self._reveal_by.pop(message.call, None)
        return ADMITTED

    def _rule(
        self, message: CallMessage, said: Said, error: Untrusted | ProtocolViolation
    ) -> Decision:
        if error.code == "key_changed":
            self._waiting[message.call] = [(message, said)]
            return Decision(Ruling.WAITS, error)
        return Decision(Ruling.DROPPED if error.code in _OLD_NEWS else Ruling.REFUSED, error)

    def accept_key(self, call: str, wall: float) -> Held | None:
        """The person says that the changed key is right; `wall` is the time of day. Return what
        has waited, to be taken now; None where no key has changed."""
        if not self._guard.trust(call).changed_key:
            return None
        self._guard.accept_change(call, wall)
        held = self._waiting.pop(call, [])
        for message, said in held:
            if isinstance(message, messages.Invite):
                # It rings already, and was in order but for the key.
                self._guard.check(message, said)
        return [each for each in held if not isinstance(each[0], messages.Invite)]

    def accept_key_of(self, name: str, key: str, wall: float) -> None:
        """The person says that the key the server shows for `name` is right."""
        self._guard.accept_key_of(name, key, wall)

    def change_book(self, change: Callable[[PinBook], PinBook]) -> None:
        """The person changes what is known, outside any call."""
        self._guard.change_book(change)

    # ── the safety words ─────────────────────────────────────────────────────────────────────────

    def reveal(self, call: str) -> str:
        """Return what is to be revealed now that the callee has accepted; nothing the second
        time."""
        if call in self._revealed:
            return ""
        self._revealed.add(call)
        return self._guard.reveal(call)

    def confirm_words(self, call: str, *, match: bool) -> None:
        """The person has compared the safety words. Raises Untrusted `words_not_there`."""
        self._guard.confirm_words(call, match=match)

    def talking(self, call: Call, now: float) -> bool:
        """Both have agreed to talk: the other side's key is remembered now, not when it rings, so
        that strangers do not fill the book. Whether the book has changed."""
        if call.id in self._talking:
            return False
        self._talking[call.id] = now
        if call.role is Role.CALLEE:
            self._reveal_by[call.id] = now + self._timers.connect
        return self._guard.remember(call.id, call.wall_at(now))

    @property
    def deadline(self) -> float | None:
        """When `overdue` will have something, while there is a connection."""
        return min(self._reveal_by.values(), default=None)

    def signed_in(self, now: float) -> None:
        """There is a connection again: what has been lost is being said again, and gets as long
        as at the beginning. A connection that comes and goes does not put it off for ever."""
        for call in self._reveal_by:
            self._reveal_by[call] = min(
                now + self._timers.connect, self._talking[call] + LATEST_REVEAL_S
            )

    def overdue(self, now: float) -> list[str]:
        """Return the calls whose caller did not reveal its part in time."""
        late = [call for call, by in self._reveal_by.items() if now >= by]
        for call in late:
            del self._reveal_by[call]
        return late

    def forget(self, call: str) -> None:
        """The call is over, and what was known of it has been told."""
        self._guard.forget(call)
        self._waiting.pop(call, None)
        self._talking.pop(call, None)
        self._reveal_by.pop(call, None)
        self._revealed.discard(call)
