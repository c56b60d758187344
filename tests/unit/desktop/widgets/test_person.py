"""How a name becomes initials and a colour."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from devcloud.desktop.view.widgets.person import AVATAR_COLOURS, colour_index, initials


@pytest.mark.parametrize(
    ("name", "shown"),
    [
        ("Marc", "M"),
        ("marc", "M"),
        ("Salle 204", "S2"),
        ("Équipe son", "ÉS"),
        ("Équipe de la salle", "ÉD"),
        ("  Accueil   nord ", "AN"),
        ("(Support) [nuit]", "SN"),
        ("204", "2"),
        ("ß", "S"),
        ("🎸🎹", "🎸"),
        ("🎸 Studio", "S"),
        ("غرفة الاجتماعات", "غا"),
        ("", "?"),
        ("   ", "?"),
    ],
)
def test_initials(name: str, shown: str) -> None:
    assert initials(name) == shown


def test_the_colour_is_the_names_and_nothing_elses() -> None:
    assert colour_index("Marc") == colour_index("MARC") == colour_index("marc")
    assert colour_index("Équipe") == colour_index("E\u0301quipe")
    # For ever: a person must not change colour with a new version.
    assert [colour_index(name) for name in ("Marc", "John", "Salle 204", "Accueil")] == [2, 4, 7, 6]


def test_all_colours_are_used_about_alike() -> None:
    counts = [0] * AVATAR_COLOURS
    for room in range(800):
        counts[colour_index(f"Salle {room}")] += 1
    assert min(counts) > 60


@given(st.text())
def test_any_name_can_be_pictured(name: str) -> None:
    assert 1 <= len(initials(name)) <= 2
    assert 0 <= colour_index(name) < AVATAR_COLOURS
