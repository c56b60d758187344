"""What may be a name, and when two names are one person's."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from devcloud.model.errors import BadName
from devcloud.model.names import LONGEST_NAME, fold_name, parse_name


@pytest.mark.parametrize(
    "name",
    [
        "M",
        "Marc",
        "John Smith",
        "Zoé",
        "😀" * LONGEST_NAME,
        "מרק",
        "مارك",
        "小明",
        "O’Neil",
        "👩\u200d🚒",
        "x" * 32,
    ],
)
def test_a_name(name: str) -> None:
    assert parse_name(name) == name


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("", "name_empty"),
        (" ", "name_empty"),
        ("\u00a0\u2003", "name_empty"),
        ("x" * 33, "name_too_long"),
        ("😀" * 33, "name_too_long"),
        (" Marc", "name_blank_at_end"),
        ("Marc ", "name_blank_at_end"),
        ("Marc\n", "name_blank_at_end"),
        ("Marc\u2009", "name_blank_at_end"),
        ("Ma\x00rc", "name_unprintable"),
        ("Ma\trc", "name_unprintable"),
        ("Ma\x1b[31mrc", "name_unprintable"),
        ("Ma\u2028rc", "name_unprintable"),
        ("Ma\ud800rc", "name_unprintable"),
        ("Ma\uffffrc", "name_unprintable"),
        ("\u202ecraM", "name_unprintable"),
        ("Marc\u200f", "name_unprintable"),
        ("\u2066Marc\u2069", "name_unprintable"),
        ("Jo\u200bhn", "name_unprintable"),
        ("John\u2060", "name_unprintable"),
        ("Jo\u00adhn", "name_unprintable"),
        ("\u3164", "name_unprintable"),
        ("\u200d\ufe0f", "name_empty"),
        ("\u200d \u200d", "name_empty"),
        ("John \u200d", "name_blank_at_end"),
    ],
)
def test_no_name(text: str, code: str) -> None:
    with pytest.raises(BadName) as wrong:
        parse_name(text)
    assert wrong.value.code == code


def test_a_name_is_composed() -> None:
    assert parse_name("Zoe\u0301") == "Zo\u00e9"


def test_the_length_is_counted_after_composition() -> None:
    assert parse_name("e\u0301" * 32) == "\u00e9" * 32


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("Zoé", "ZOÉ"),
        ("Zoe\u0301", "zo\u00e9"),
        ("Straße", "STRASSE"),
        ("ΣΊΣΥΦΟΣ", "σίσυφος"),
        ("John", "Jo\u200dhn"),
        ("John", "John\ufe0f"),
    ],
)
def test_one_person(one: str, other: str) -> None:
    assert fold_name(one) == fold_name(other)


def test_two_people() -> None:
    assert fold_name("Marc") != fold_name("Mark")


@given(st.text(st.characters(), max_size=40))
def test_whatever_is_typed_is_a_name_or_says_why_not(text: str) -> None:
    try:
        name = parse_name(text)
    except BadName as wrong:
        assert wrong.text() != wrong.code
        return
    assert parse_name(name) == name
    assert fold_name(fold_name(name)) == fold_name(name)
