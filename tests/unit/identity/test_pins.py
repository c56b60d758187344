"""The pin book: first use, the same, verified, changed, and what the person says to each."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from devcloud.identity.keys import SigningKey
from devcloud.identity.pins import (
    MOST_PINS,
    Pin,
    PinBook,
    Verdict,
    accept_change,
    confirm_words,
    forget,
    judge,
    read_book,
    remember,
    write_book,
)
from devcloud.model.errors import StorageFailed

JOHN = SigningKey.from_seed(bytes([1] * 32)).public
ANOTHER = SigningKey.from_seed(bytes([2] * 32)).public
MONDAY, TUESDAY = 1_700_000_000.0, 1_700_086_400.0


def verdict(book: PinBook, name: str, key: str) -> Verdict:
    return judge(book.find(name), key)


def test_the_life_of_a_pin() -> None:
    book = PinBook()
    assert verdict(book, "John", JOHN) is Verdict.FIRST_USE

    book = remember(book, "John", JOHN, MONDAY)
    assert verdict(book, "John", JOHN) is Verdict.SAME
    assert verdict(book, "John", ANOTHER) is Verdict.CHANGED

    book = confirm_words(book, "John", JOHN, match=True)
    assert verdict(book, "John", JOHN) is Verdict.VERIFIED
    assert verdict(book, "John", ANOTHER) is Verdict.CHANGED

    book = accept_change(book, "John", ANOTHER, TUESDAY)
    assert verdict(book, "John", ANOTHER) is Verdict.SAME  # the new key is not verified
    assert verdict(book, "John", JOHN) is Verdict.CHANGED
    assert book.find("John") == Pin(name="John", key=ANOTHER, first_seen=TUESDAY)

    book = forget(book, "John")
    assert verdict(book, "John", JOHN) is Verdict.FIRST_USE
    assert book == PinBook()


def test_a_name_is_one_person_however_it_is_spelled() -> None:
    book = remember(PinBook(), "Zoé", JOHN, MONDAY)
    assert verdict(book, "ZOE\u0301", JOHN) is Verdict.SAME
    assert verdict(book, "zoé", ANOTHER) is Verdict.CHANGED
    assert forget(book, "ZOÉ") == PinBook()


def test_to_see_a_pin_again_changes_nothing() -> None:
    book = confirm_words(remember(PinBook(), "John", JOHN, MONDAY), "John", JOHN, match=True)
    assert remember(book, "John", JOHN, TUESDAY) is book
    assert remember(book, "john", JOHN, TUESDAY) is book


def test_a_change_is_never_remembered_by_itself() -> None:
    book = remember(PinBook(), "John", JOHN, MONDAY)
    with pytest.raises(ValueError, match="accept_change"):
        remember(book, "John", ANOTHER, TUESDAY)


def test_words_that_differ_take_the_verification_back() -> None:
    book = confirm_words(remember(PinBook(), "John", JOHN, MONDAY), "John", JOHN, match=True)
    assert verdict(confirm_words(book, "John", JOHN, match=False), "John", JOHN) is Verdict.SAME


@pytest.mark.parametrize("name", ["John", "Marc"])
def test_words_verify_the_key_they_were_made_of(name: str) -> None:
    book = remember(PinBook(), "John", JOHN, MONDAY)
    with pytest.raises(ValueError, match="does not have"):
        confirm_words(book, name, ANOTHER, match=True)


@pytest.mark.parametrize("change", [remember, accept_change])
def test_only_keys_are_pinned(change: type) -> None:
    with pytest.raises(ValueError, match="not a public key"):
        change(PinBook(), "John", "rubbish", MONDAY)


def test_a_full_book_loses_its_oldest_stranger() -> None:
    pins = {
        f"p{n}": Pin(name=f"p{n}", key=JOHN, first_seen=MONDAY + n, verified=n < 2)
        for n in range(MOST_PINS)
    }
    book = remember(PinBook(pins=pins), "newcomer", JOHN, TUESDAY)
    assert len(book.pins) == MOST_PINS
    assert set(pins) - set(book.pins) == {"p2"}
    assert book.find("newcomer")


def test_a_book_of_friends_loses_nobody() -> None:
    pins = {
        f"p{n}": Pin(name=f"p{n}", key=JOHN, first_seen=MONDAY, verified=True)
        for n in range(MOST_PINS)
    }
    book = remember(PinBook(pins=pins), "newcomer", JOHN, TUESDAY)
    assert set(pins) < set(book.pins)


books = st.lists(
    st.tuples(
        st.text(min_size=1, max_size=8),
        st.sampled_from([JOHN, ANOTHER]),
        st.floats(0, 4e9),
        st.booleans(),
    ),
    max_size=5,
)


@given(books)
def test_a_book_comes_back_from_its_bytes(rows: list[tuple[str, str, float, bool]]) -> None:
    book = PinBook()
    for name, key, when, match in rows:
        book = confirm_words(accept_change(book, name, key, when), name, key, match=match)
    data = write_book(book)
    assert read_book(data, "pins.json") == book
    assert write_book(read_book(data, "pins.json")) == data


DAMAGED = [
    b"",
    b"[]",
    b"\xff",
    b'{"version": 2, "pins": {}}',
    b'{"version": 1, "pins": {"john": {"name": "John"}}}',
    b'{"version": 1, "pins": {"john": {"name": "John", "key": "AAAA", "first_seen": 1}}}',
    write_book(remember(PinBook(), "John", JOHN, MONDAY)).replace(b'"john"', b'"marc"'),
    write_book(remember(PinBook(), "John", JOHN, MONDAY))[:-2],
    b"[" * 100_000,
]


@pytest.mark.parametrize("data", DAMAGED, ids=range(len(DAMAGED)))
def test_a_damaged_book_is_not_an_empty_one(data: bytes) -> None:
    with pytest.raises(StorageFailed) as refusal:
        read_book(data, "pins.json")
    assert refusal.value.code == "pins_damaged"
    assert "pins.json" in refusal.value.text()


@given(st.binary() | st.text().map(str.encode))
def test_any_bytes_are_a_book_or_damaged(data: bytes) -> None:
    try:
        read_book(data, "pins.json")
    except StorageFailed as refusal:
        assert refusal.code == "pins_damaged"
