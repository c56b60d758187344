"""The pin book: which key each name has been seen with, and whether a person has verified it.

Knows nothing of files and of calls. One book belongs to one server: John here and John there are
two people.

    judge            what a key means, before anything is believed
    remember         a name's first key
    accept_change    the person says that the new key is right
    confirm_words    the person has compared the safety words of a call
    forget           as if never seen

A book is a value: what changes it returns another.
"""

from enum import StrEnum
from typing import Annotated

import msgspec
from msgspec import Meta

from devcloud.identity.keys import is_public_key
from devcloud.model.errors import StorageFailed
from devcloud.model.names import fold_name

MOST_PINS = 10_000
_VERSION = 1


class Verdict(StrEnum):
    """What a key means for a name."""

    FIRST_USE = "first_use"
    SAME = "same"
    VERIFIED = "verified"
    CHANGED = "changed"


class Pin(msgspec.Struct, frozen=True, kw_only=True):
    """One name. `name` is spelled as first seen, `key` is its Ed25519 public key, `first_seen` the
    time in seconds since 1970; `verified` says that a person has compared the safety words."""

    name: str
    key: str
    first_seen: float
    verified: bool = False


class PinBook(msgspec.Struct, frozen=True, kw_only=True):
    """All pins of one server, by folded name."""

    version: Annotated[int, Meta(ge=_VERSION, le=_VERSION)] = _VERSION
    pins: dict[str, Pin] = {}

    def find(self, name: str) -> Pin | None:
        """Return the pin of `name`, however it is spelled."""
        return self.pins.get(fold_name(name))


def judge(pin: Pin | None, key: str) -> Verdict:
    """Return what `key` means for the name that `pin` is of (None: a name never seen)."""
    if pin is None:
        return Verdict.FIRST_USE
    if pin.key != key:
        return Verdict.CHANGED
    return Verdict.VERIFIED if pin.verified else Verdict.SAME


def remember(book: PinBook, name: str, key: str, now: float) -> PinBook:
    """Return a book in which `name` has `key`: its first, or the one it has already.

    To be called when a person has talked with somebody, not when somebody rings: what strangers
    can do without being asked must not fill the book. A full book loses its oldest pin that nobody
    has verified; verified ones are never lost.

    Raises ValueError for a key that changes: that is for the person to accept.
    """
    match judge(book.find(name), key):
        case Verdict.FIRST_USE:
            return _with(_with_room(book), Pin(name=name, key=_checked(key), first_seen=now))
        case Verdict.CHANGED:
            raise ValueError("a changed key is not remembered: see accept_change")
        case _:
            return book


def accept_change(book: PinBook, name: str, key: str, now: float) -> PinBook:
    """Return a book in which `name` has the new `key`, seen `now` for the first time, unverified.

    To be called when the person has said so, and never otherwise.
    """
    return _with(book, Pin(name=name, key=_checked(key), first_seen=now))


def confirm_words(book: PinBook, name: str, key: str, *, match: bool) -> PinBook:
    """Return a book in which `name` is verified, or, when the words did not match, is not.

    Raises ValueError unless `key`, the one the words were made of, is the one `name` has.
    """
    pin = book.find(name)
    if pin is None or pin.key != key:
        raise ValueError("words were compared for a key this name does not have")
    return _with(book, msgspec.structs.replace(pin, verified=match))


def forget(book: PinBook, name: str) -> PinBook:
    """Return a book without `name`: its next key will be a first use."""
    folded = fold_name(name)
    return PinBook(pins={other: pin for other, pin in book.pins.items() if other != folded})


def write_book(book: PinBook) -> bytes:
    """Return `book` as JSON, one way only: the same book is the same bytes."""
    return msgspec.json.format(msgspec.json.encode(book, order="sorted"), indent=1)


def read_book(data: bytes, where: str) -> PinBook:
    """Return the book that `write_book` wrote.

    Raises:
        StorageFailed: `pins_damaged`, with `where` in its sentence. An empty book in its place
            would turn every changed key into a first use.
    """
    try:
        book = msgspec.json.decode(data, type=PinBook)
    except (msgspec.DecodeError, UnicodeDecodeError):
        raise StorageFailed("pins_damaged", path=where) from None
    if any(
        name != fold_name(pin.name) or not is_public_key(pin.key) for name, pin in book.pins.items()
    ):
        raise StorageFailed("pins_damaged", path=where)
    return book


def _checked(key: str) -> str:
    if not is_public_key(key):
        raise ValueError("not a public key")
    return key


def _with(book: PinBook, pin: Pin) -> PinBook:
    return PinBook(pins={**book.pins, fold_name(pin.name): pin})


def _with_room(book: PinBook) -> PinBook:
    if len(book.pins) < MOST_PINS:
        return book
    unverified = [pin for pin in book.pins.values() if not pin.verified]
    if not unverified:
        return book
    return forget(book, min(unverified, key=lambda pin: pin.first_seen).name)
