"""Messages that arrive once: repeated until acknowledged, repeats dropped.

A dropped connection loses what was in it, on the way up and on the way down; so the two clients
themselves acknowledge. Order is not promised: what a call hears may come in any order, and the call
machine is made for that.

    outbox.post(…)  →  send what it returns; again what `due` and `signed_in` return
    outbox.settle(…) or outbox.withdraw(…)  →  never again
    inbox.is_new(…)  →  False for a repeat (acknowledge it all the same)
"""

from collections import OrderedDict
from dataclasses import dataclass
from math import inf
from typing import Generic, TypeVar

M = TypeVar("M")

FIRST_REPEAT_S = 2.0
LONGEST_REPEAT_S = 8.0
KEPT_S = 60.0
MOST_MESSAGES = 512
MOST_CALLS = 1024
MOST_SENDERS = 1024
REMEMBERED = 1024
"""Numbers below the highest that are told apart; a letter is given up long before that."""


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
        self._sequence: OrderedDict[str, int] = OrderedDict()

    def __len__(self) -> int:
        return len(self._letters)

    def next_sequence(self, call: str) -> int:
        """Return the number for the next message of a call, from 1."""
        sequence = self._sequence[call] = self._sequence.pop(call, 0) + 1
        if len(self._sequence) > MOST_CALLS:
            self._sequence.popitem(last=False)
        return sequence

    def post(self, call: str, sequence: int, message: M, now: float, *, live: bool = False) -> None:
        """Keep a message until it is acknowledged; the oldest goes when there are too many.

        What is said in a `live` call is kept until it is withdrawn, so that both sides agree
        about it however long one of them was cut off; anything else for a minute.
        """
        if len(self._letters) >= MOST_MESSAGES:
            self._letters.popitem(last=False)
        expires_at = inf if live else now + KEPT_S
        self._letters[(call, sequence)] = _Letter(
            message, now + FIRST_REPEAT_S, FIRST_REPEAT_S, expires_at
        )

    def settle(self, call: str, sequence: int) -> M | None:
        """Acknowledged, or known to be undeliverable: forget it. Returns what it was."""
        letter = self._letters.pop((call, sequence), None)
        return None if letter is None else letter.message

    def find(self, call: str, sequence: int) -> M | None:
        """Return a message that still waits for its acknowledgement."""
        letter = self._letters.get((call, sequence))
        return None if letter is None else letter.message

    def withdraw(self, call: str) -> None:
        """The call is over: what was said while it was live does not matter any more."""
        for key in [key for key in self._letters if key[0] == call]:
            if self._letters[key].expires_at == inf:
                del self._letters[key]

    def signed_in(self, now: float) -> list[M]:
        """Return all that is to be said again over the new connection."""
        self._give_up(now)
        for letter in self._letters.values():
            letter.wait = FIRST_REPEAT_S
            letter.repeat_at = now + letter.wait
        return [letter.message for letter in self._letters.values()]

    @property
    def deadline(self) -> float | None:
        """When `due` will have something, or something to forget."""
        return min([letter.repeat_at for letter in self._letters.values()], default=None)

    def due(self, now: float) -> list[M]:
        """Return what is to be said again now, and give up what has been said for long enough."""
        self._give_up(now)
        again = [letter for letter in self._letters.values() if now >= letter.repeat_at]
        for letter in again:
            letter.wait = min(2 * letter.wait, LONGEST_REPEAT_S)
            letter.repeat_at = now + letter.wait
        return [letter.message for letter in again]

    def _give_up(self, now: float) -> None:
        for key in [k for k, letter in self._letters.items() if now >= letter.expires_at]:
            del self._letters[key]


class _Numbers:
    """The sequence numbers that one sender has used in one call."""

    __slots__ = ("highest", "seen")

    def __init__(self) -> None:
        self.highest = 0
        self.seen: set[int] = set()

    def add(self, sequence: int) -> bool:
        """Whether the number is new."""
        if sequence in self.seen or sequence <= self.highest - REMEMBERED:
            return False
        self.seen.add(sequence)
        self.highest = max(self.highest, sequence)
        if len(self.seen) > 2 * REMEMBERED:
            self.seen = {each for each in self.seen if each > self.highest - REMEMBERED}
        return True


class Inbox:
    """Which messages have been here before, by call and sender."""

    def __init__(self) -> None:
        self._senders: OrderedDict[tuple[str, str], _Numbers] = OrderedDict()

    def is_new(self, call: str, sender: str, sequence: int) -> bool:
        """Whether this message has not been here before; it has from now on."""
        numbers = self._senders.pop((call, sender), None) or _Numbers()
        self._senders[(call, sender)] = numbers
        if len(self._senders) > MOST_SENDERS:
            self._senders.popitem(last=False)
        return numbers.add(sequence)
