"""The calls that were."""

from pathlib import Path

import pytest
from PySide6.QtCore import Qt
from pytestqt.modeltest import ModelTester
from tests.unit.desktop import fakes

from devcloud.desktop import happenings as on
from devcloud.desktop.viewmodel.app import AppModel
from devcloud.desktop.viewmodel.history import Role
from devcloud.model.records import EndReason
from devcloud.model.texts import Language

CALLS = (
    fakes.past(1, "John", "in"),
    fakes.past(2, "Studio", "missed", 1.0, seen=False),
    fakes.past(3, "Studio", "missed", 1.01, seen=False),
    fakes.past(4, "Support", "declined", 1.02),
    fakes.past(5, "John", "out", 40.0, mos=3.2),
)


@pytest.fixture
def app(tmp_path: Path) -> AppModel:
    return fakes.app_model(tmp_path, calls=CALLS, language=Language.ENGLISH)


def lines(app: AppModel) -> list[str]:
    return [row.spoken for row in app.history.rows]


def test_the_list(app: AppModel, qtmodeltester: ModelTester) -> None:
    assert lines(app) == [
        "Today",
        "John, Incoming, 4 min, 08:50",
        "Yesterday",
        "Studio, Missed, 08:50",
        "Support, Declined, 08:21",
        "30 August",
        "John, Outgoing, 4 min, 08:50",
    ]
    qtmodeltester.check(app.history)
    missed = app.history.index(3)
    assert (missed.data(Role.COUNT), missed.data(Role.MISSED)) == (2, True)
    assert not app.history.flags(app.history.index(0)) & Qt.ItemFlag.ItemIsSelectable


def test_missed_ones_only(app: AppModel) -> None:
    app.history.set_filter("missed")
    assert lines(app) == ["Yesterday", "Studio, Missed, 08:50"]
    assert app.history.empty_text == "No missed calls"


def test_opening_clears_the_badge_for_good(app: AppModel) -> None:
    assert (app.history.unseen, app.tray_state) == (2, "missed")
    app.history.opened()
    assert (app.history.unseen, app.tray_state) == (0, "connected")
    assert all(call.seen for call in app.shelf.calls.values())  # type: ignore[attr-defined]


def test_a_row_is_deleted_and_brought_back(app: AppModel) -> None:
    undo = []
    app.toast.connect(lambda text, action, then: undo.append((text, action, then)))
    app.history.delete(3)
    assert "Studio, Missed, 08:50" not in lines(app)
    assert set(app.shelf.calls) == {1, 4, 5}  # type: ignore[attr-defined]
    ((text, action, then),) = undo
    assert (text, action) == ("Call deleted", "Undo")
    then()
    then()
    assert lines(app)[3] == "Studio, Missed, 08:50"
    assert set(app.shelf.calls) == {1, 2, 3, 4, 5}  # type: ignore[attr-defined]


def test_the_page_of_a_person_lists_all_calls(app: AppModel) -> None:
    app.history.open(3)
    assert app.contact.history_shown
    assert [(line.title, line.rang) for line in app.contact.all_calls] == [
        ("Missed", "Rang for 8 s"),
        ("Missed", "Rang for 8 s"),
    ]
    app.history.open(1)
    assert [(c.title, c.quality, c.length) for c in app.contact.all_calls] == [
        ("Incoming", "Excellent (4.3)", "4 min"),
        ("Outgoing", "Fair (3.2)", "4 min"),
    ]


def test_a_row_is_called_back(app: AppModel) -> None:
    app.history.call(1)
    assert app.calls.current is not None
    assert app.calls.current.state.name == "John"


@pytest.mark.parametrize(("keep", "left"), [("30_days", {1, 2, 3, 4}), ("never", set())])
def test_what_is_not_to_be_kept_goes(app: AppModel, keep: str, left: set[int]) -> None:
    app.settings.set("keep_history", keep)
    assert set(app.shelf.calls) == left  # type: ignore[attr-defined]


def test_with_history_off_a_missed_call_is_shown_but_not_written_down(app: AppModel) -> None:
    app.settings.set("keep_history", "never")
    id = fakes.core(app).rings("John")
    fakes.core(app).ends(id, EndReason.CANCELLED)
    fakes.talking(app)
    assert app.calls.current is not None
    app.calls.current.hang_up()
    assert lines(app) == ["Today", "John, Missed, 09:00"]
    assert app.shelf.calls == {}  # type: ignore[attr-defined]


def test_what_the_client_tells_of_is_there_too(app: AppModel) -> None:
    app.history.opened()
    fakes.core(app).happened.emit(on.Missed("Atelier", fakes.NOON, "busy"))
    assert lines(app)[1] == "Atelier, Missed, 09:00"
    assert app.history.unseen == 1


def test_everything_is_erased(app: AppModel) -> None:
    app.settings.set("accent", "rose")
    app.erase_everything()
    assert lines(app) == []
    assert app.history.unseen == 0
    assert app.settings.value("accent") == "blue"
    assert app.settings.value("name") == "Marc"
    assert app.contacts.find_row("Support") is None
    assert app.contacts.find_row("John") is not None  # who is there, is there
