"""The part of a client that is about keys: one's own, and those of the people of this server."""

from devcloud.client.core import Core
from devcloud.identity.keys import SigningKey, fingerprint, is_public_key
from devcloud.identity.pins import Pin, confirm_words, forget
from devcloud.model.errors import LocalError
from devcloud.model.names import fold_name, parse_name


class KnownKeys:
    """(a part of `Client`)"""

    core: Core
    _key: SigningKey | None

    @property
    def own_fingerprint(self) -> str:
        """The fingerprint of one's own key; empty on a server of 2023."""
        return "" if self._key is None else fingerprint(self._key.public)

    def pins(self) -> tuple[Pin, ...]:
        """Return everybody on this server whose key is known, by name."""
        return tuple(pin for _, pin in sorted(self.core.desk.book.pins.items()))

    def fingerprint_of(self, name: str) -> str:
        """Return the fingerprint of the key that `name` is known with, or else of the one that the
        server shows; empty where there is none. Raises BadName."""
        name = parse_name(name)
        pin, person = self.core.desk.book.find(name), self.core.people.find(name)
        key = pin.key if pin is not None else person.key if person is not None else ""
        return fingerprint(key) if is_public_key(key) else ""

    def forget_key(self, name: str) -> None:
        """Forget the key of `name`: whoever has that name next is met for the first time.

        Raises:
            LocalError: `key_not_known`; `key_in_use` while there is a call with them.
        """
        folded = self._idle(name)
        self.core.change_book(lambda book: forget(book, folded))

    def set_verified(self, name: str, verified: bool) -> None:
        """Say that the fingerprint of `name` has been compared, or take that back; outside calls,
        where `ClientCall.confirm_words` is the way. Raises as `forget_key`."""
        folded = self._idle(name)
        key = self.core.desk.book.pins[folded].key
        self.core.change_book(lambda book: confirm_words(book, folded, key, match=verified))

    def _idle(self, name: str) -> str:
        folded = fold_name(parse_name(name))
        if folded not in self.core.desk.book.pins:
            raise LocalError("key_not_known", name=name)
        if any(fold_name(call.peer) == folded for call in self.core.desk.line.calls.values()):
            raise LocalError("key_in_use", name=name)
        return folded
