"""Times, lengths and numbers, as a person reads them."""

from datetime import UTC, datetime

import pytest

from devcloud.desktop.viewmodel import wording
from devcloud.model.texts import Language

FR, EN = Language.FRENCH, Language.ENGLISH
NOW = datetime(2025, 10, 9, 9, 0, tzinfo=UTC)  # a Thursday


@pytest.mark.parametrize(
    ("at", "french", "english"),
    [
        (datetime(2025, 10, 9, 8, 5, tzinfo=UTC), "Aujourd’hui à 08:05", "Today at 08:05"),
        (datetime(2025, 10, 8, 18, 12, tzinfo=UTC), "Hier à 18:12", "Yesterday at 18:12"),
        (datetime(2025, 10, 6, 7, 0, tzinfo=UTC), "Lundi à 07:00", "Monday at 07:00"),
        (datetime(2025, 10, 1, 7, 0, tzinfo=UTC), "1er octobre à 07:00", "1 October at 07:00"),
        (
            datetime(2024, 2, 29, 23, 59, tzinfo=UTC),
            "29 février 2024 à 23:59",
            "29 February 2024 at 23:59",
        ),
    ],
)
def test_a_moment(at: datetime, french: str, english: str) -> None:
    assert wording.moment(at, NOW, FR) == french
    assert wording.moment(at, NOW, EN) == english


def test_a_moment_of_a_clock_that_went_back_is_a_date() -> None:
    assert wording.day(datetime(2025, 10, 11, tzinfo=UTC), NOW, EN) == "11 October"


@pytest.mark.parametrize(
    ("seconds", "text"),
    [(0, "0 s"), (45.9, "45 s"), (60, "1 min"), (750, "12 min"), (3840, "1 h 04"), (-1, "0 s")],
)
def test_a_length(seconds: float, text: str) -> None:
    assert wording.length(seconds) == text


@pytest.mark.parametrize(
    ("seconds", "text"), [(0, "00:00"), (272, "04:32"), (3599.9, "59:59"), (3872, "1:04:32")]
)
def test_a_timer(seconds: float, text: str) -> None:
    assert wording.timer(seconds) == text


def test_numbers() -> None:
    assert wording.percent(0.003, FR) == "0,3\u202f%"
    assert wording.percent(0.003, EN) == "0.3%"
    assert wording.decimal(4.14, 1, FR) == "4,1"
    assert wording.milliseconds(37.6) == "38 ms"


def test_a_search_ignores_accents_and_case() -> None:
    assert wording.search_key("Équipe SON") == wording.search_key("equipe son")
    assert wording.search_key("Straße") == "strasse"


@pytest.mark.parametrize(
    ("time", "start", "end", "silent"),
    [
        ("23:00", "22:00", "07:00", True),
        ("06:59", "22:00", "07:00", True),
        ("07:00", "22:00", "07:00", False),
        ("12:30", "12:00", "13:00", True),
        ("13:00", "12:00", "13:00", False),
        ("12:30", "", "13:00", False),
        ("12:30", "12:30", "12:30", False),
    ],
)
def test_silent_hours(time: str, start: str, end: str, silent: bool) -> None:
    hour, minute = map(int, time.split(":"))
    at = NOW.replace(hour=hour, minute=minute)
    assert wording.in_silent_hours(at, start, end) is silent
