"""Messages that arrive once: repeated until acknowledged, repeats dropped.

A dropped connection loses what was in it, on the way up and on the way down; so the two clients
themselves acknowledge. Order is not promised: what a call hears may come in any order, and the call
machine is made for that.

    outbox.post(…)  →  send what it returns; again what `due` and `signed_in` return
    outbox.acknowledged(…) or outbox.dropped(…)  →  never again
    inbox.is_new(…)  →  False for a repeat (acknowledge it all the same)
"""

from collections import OrderedDict
from dataclasses import dataclass
from typing import Generic, TypeVar

M = TypeVar("M")

FIRST_REPEAT_S = 2.0
LONGEST_REPEAT_S = 8.0
KEPT_S = 60.0
MOST_MESSAGES = 512
MOST_SENDERS = 1024
MOST_PER_SENDER = 1024


@dataclass
class _Letter(Generic[M]):
    message: M
    repeat_at: float
    wait: float
    expires_at: float


class Outbox(Generic[M]):
    """What has been said and not yet been acknowledged, by call and sequence number."""

    def __init__(self) -> None:
        self._letters: OrderedDict[tuple[str, int], _Letter[M]] = OrderedDict()
        self._sequence: dict[str, int] = {}

    def __len__(self) -> int:
        return len(self._letters)

    def next_sequence(self, call: str) -> int:
        """Return the number for the next message of a call, from 1."""
        self._sequence[call] = self._sequence.get(call, 0) + 1
        return self._sequence[call]

    def post(self, call: str, sequence: int, message: M, now: float) -> None:
        """Keep a message until it is acknowledged; the oldest goes when there are too many."""
        if len(self._letters) >= MOST_MESSAGES:
            self._letters.popitem(last=False)
        self._letters[(call, sequence)] = _Letter(
            message, now + FIRST_REPEAT_S, FIRST_REPEAT_S, now + KEPT_S
        )

    def settle(self, call: str, sequence: int) -> M | None:
        """Acknowledged, or known to be undeliverable: forget it. Returns what it was."""
        letter = self._letters.pop((call, sequence), None)
        return None if letter is None else letter.message

    def forget_call(self, call: str) -> None:
        """The call is long over: its numbers will not be needed again."""
        self._sequence.pop(call, None)

    def signed_in(self, now: float) -> list[M]:
        """Return all that is to be said again over the new connection."""
        for letter in self._letters.values():
            letter.wait = FIRST_REPEAT_S
            letter.repeat_at = now + letter.wait
        return [letter.message for letter in self._letters.values()]

    @property
    def deadline(self) -> float | None:
        """When `due` will have something, or something to forget."""
        return min((min(x.repeat_at, x.expires_at) for x in self._letters.values()), default=None)

    def due(self, now: float) -> list[M]:
        """Return what is to be said again now, and give up what has been said for long enough."""
        for key in [k for k, letter in self._letters.items() if now >= letter.expires_at]:
            del self._letters[key]
        again = [letter for letter in self._letters.values() if now >= letter.repeat_at]
        for letter in again:
            letter.wait = min(2 * letter.wait, LONGEST_REPEAT_S)
            letter.repeat_at = now + letter.wait
        return [letter.message for letter in again]


class Inbox:
    """Which messages have been here before, by call and sender."""

    def __init__(self) -> None:
        self._seen: OrderedDict[tuple[str, str], set[int]] = OrderedDict()

    def is_new(self, call: str, sender: str, sequence: int) -> bool:
        """Whether this message has not been here before; it has from now on."""
        seen = self._seen.setdefault((call, sender), set())
        self._seen.move_to_end((call, sender))
        if len(self._seen) > MOST_SENDERS:
            self._seen.popitem(last=False)
        # One who says this much in one call is not one of ours: no more is heard.
        if sequence in seen or len(seen) >= MOST_PER_SENDER:
            return False
        seen.add(sequence)
        return True
