"""History: the filters, opening, calling back, deleting and its undo."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from PySide6.QtCore import Qt
from pytestqt.qtbot import QtBot
from tests.unit.desktop.fakes import app_model, core, past
from tests.unit.desktop.view.rows import click_button, click_row

from devcloud.desktop import orders
from devcloud.desktop.view.home_page import HomePage
from devcloud.desktop.view.sidebar import HISTORY
from devcloud.desktop.viewmodel.app import AppModel

LEFT = Qt.MouseButton.LeftButton


@pytest.fixture
def app(tmp_path: Path) -> AppModel:
    calls = (
        past(5, "Atelier", "missed", 0.0, seen=False),
        past(4, "Atelier", "missed", 0.001, seen=False),
        past(3, "John", "out", 0.01),
        past(2, "Salle 204", "in", 1.0),
        past(1, "Support", "declined", 2.0),
    )
    return app_model(tmp_path, calls=calls)


@pytest.fixture
def home(app: AppModel, qtbot: QtBot) -> Iterator[HomePage]:
    home = HomePage(app)
    qtbot.addWidget(home)
    home.resize(1200, 760)
    with qtbot.waitExposed(home):
        home.show()
    home.sidebar.show_tab(HISTORY)
    yield home


def names(app: AppModel) -> list[str]:
    return [row.name for row in app.history.rows if row.kind == "call"]


def test_calls_are_grouped_and_missed_ones_counted(app: AppModel, home: HomePage) -> None:
    assert names(app) == ["Atelier", "John", "Salle 204", "Support"]
    assert app.history.rows[1].count == 2
    assert home.sidebar.lists.currentWidget() is home.sidebar.history


def test_the_filter_shows_missed_calls_only(home: HomePage, app: AppModel, qtbot: QtBot) -> None:
    every, missed = home.sidebar.filters
    assert (every.text(), missed.text()) == ("Tous", "Manqués")
    assert (every.tone, missed.tone) == ("selected", "neutral")
    qtbot.mouseClick(missed, LEFT)
    assert names(app) == ["Atelier"]
    assert (every.tone, missed.tone) == ("neutral", "selected")
    qtbot.mouseClick(every, LEFT)
    assert len(names(app)) == 4


def test_a_click_opens_all_calls_with_that_person(
    home: HomePage, app: AppModel, qtbot: QtBot
) -> None:
    click_row(qtbot, home.sidebar.history, 1)
    assert home.person.name.text() == "Atelier"
    assert app.contact.history_shown
    assert sum(len(boxed.rows) for boxed in home.person.calls.lists) == 2


def test_call_back(home: HomePage, app: AppModel, qtbot: QtBot) -> None:
    click_button(qtbot, home.sidebar.history, 1)
    assert [order.name for order in core(app).asked_for(orders.PlaceCall)] == ["Atelier"]


def test_ctrl_enter_calls_back_too(home: HomePage, app: AppModel, qtbot: QtBot) -> None:
    rows = home.sidebar.history
    rows.show_row(2)
    qtbot.keyClick(rows, Qt.Key.Key_Return, Qt.KeyboardModifier.ControlModifier)
    assert [order.name for order in core(app).asked_for(orders.PlaceCall)] == ["John"]


def test_delete_takes_a_row_away_and_undo_brings_it_back(
    home: HomePage, app: AppModel, qtbot: QtBot
) -> None:
    rows = home.sidebar.history
    rows.show_row(2)
    with qtbot.waitSignal(app.toast) as told:
        qtbot.keyClick(rows, Qt.Key.Key_Delete)
    text, action, undo = told.args
    assert (text, action) == ("Appel effacé", "Annuler")
    assert "John" not in names(app)
    undo()
    assert "John" in names(app)


def test_no_calls_are_said_so(tmp_path: Path, qtbot: QtBot) -> None:
    app = app_model(tmp_path, calls=())
    home = HomePage(app)
    qtbot.addWidget(home)
    home.sidebar.show_tab(HISTORY)
    assert home.sidebar.lists.currentWidget() is home.sidebar.no_calls
    assert home.sidebar.no_calls.title == "Aucun appel pour l’instant"
    home.sidebar.filters[1].click()
    assert home.sidebar.no_calls.title == "Aucun appel manqué"
