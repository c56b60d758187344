"""Contacts and the sidebar: opening, calling, searching, with the mouse and with keys alone."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QLabel, QMenu
from pytestqt.qtbot import QtBot
from tests.unit.desktop.fakes import app_model, clock, core, past
from tests.unit.desktop.view.rows import click_button, click_row, point_at

from devcloud.desktop import orders
from devcloud.desktop.theme.theme import Theme
from devcloud.desktop.view.home_page import HomePage
from devcloud.desktop.view.sidebar import CONTACTS, HISTORY
from devcloud.desktop.viewmodel.app import AppModel

CTRL = Qt.KeyboardModifier.ControlModifier
LEFT = Qt.MouseButton.LeftButton


@pytest.fixture
def app(tmp_path: Path) -> AppModel:
    calls = (past(1, "John", "missed", seen=False), past(2, "Atelier", "out", 1.0))
    return app_model(tmp_path, calls=calls)


@pytest.fixture
def home(app: AppModel, qtbot: QtBot) -> Iterator[HomePage]:
    home = HomePage(app)
    app.language_changed.connect(home.retranslate)
    qtbot.addWidget(home)
    home.resize(1200, 760)
    with qtbot.waitExposed(home):
        home.show()
    yield home


def called(app: AppModel) -> list[str]:
    return [order.name for order in core(app).asked_for(orders.PlaceCall)]


def row(app: AppModel, name: str) -> int:
    found = app.contacts.find_row(name)
    assert found is not None
    return found


def test_a_click_opens_a_person(home: HomePage, app: AppModel, qtbot: QtBot) -> None:
    click_row(qtbot, home.sidebar.contacts, row(app, "John"))
    assert home.person.name.text() == "John"
    assert home.person.presence.text() == "En ligne"
    assert called(app) == []


def test_a_click_on_the_button_calls_and_opens_nothing(
    home: HomePage, app: AppModel, qtbot: QtBot
) -> None:
    click_button(qtbot, home.sidebar.contacts, row(app, "John"))
    assert called(app) == ["John"]
    assert app.contact.shown is None


def test_the_button_shows_on_hover_selection_and_focus_of_who_can_be_called(
    home: HomePage, app: AppModel
) -> None:
    rows, john, away = home.sidebar.contacts, row(app, "John"), row(app, "Support")
    index = rows.model().index
    assert not rows.shows_button(index(john, 0))
    assert rows.shows_button(index(john, 0), pointed=True)
    rows.show_row(john)
    assert rows.shows_button(index(john, 0))
    rows.show_row(away)
    assert not rows.shows_button(index(away, 0), pointed=True)
    assert rows.button_at(away).isEmpty()


def test_the_pointer_becomes_a_hand_over_the_button(home: HomePage, app: AppModel) -> None:
    rows = home.sidebar.contacts
    point_at(rows, row(app, "John"))
    assert rows.viewport().cursor().shape() == Qt.CursorShape.PointingHandCursor


def test_enter_opens_and_ctrl_enter_calls(home: HomePage, app: AppModel, qtbot: QtBot) -> None:
    rows = home.sidebar.contacts
    rows.setFocus()
    rows.show_row(row(app, "Atelier"))
    qtbot.keyClick(rows, Qt.Key.Key_Return)
    assert app.contact.shown is not None
    assert app.contact.shown.name == "Atelier"
    qtbot.keyClick(rows, Qt.Key.Key_Return, CTRL)
    assert called(app) == ["Atelier"]


def test_the_keys_that_call_count_on_the_page_too_and_can_be_others(
    home: HomePage, app: AppModel, qtbot: QtBot
) -> None:
    home.person.call.setFocus()
    qtbot.keyClick(home.person.call, Qt.Key.Key_Return, CTRL)
    assert called(app) == [], "nobody is chosen"
    app.contact.show("John")
    app.shortcuts.assign("call", "Ctrl+E")
    qtbot.keyClick(home.person.call, Qt.Key.Key_E, CTRL)
    assert called(app) == ["John"]
    rows = home.sidebar.contacts
    index = rows.model().index(row(app, "John"), 0)
    assert rows.rows.call_text(index).endswith(" (Ctrl+E)")


def test_other_keys_call_the_row_with_the_focus(
    home: HomePage, app: AppModel, qtbot: QtBot
) -> None:
    app.shortcuts.assign("call", "Ctrl+E")
    app.contact.show("John")
    rows = home.sidebar.contacts
    rows.setFocus()
    rows.show_row(row(app, "Atelier"))
    qtbot.keyClick(rows, Qt.Key.Key_E, CTRL)
    assert called(app) == ["Atelier"]


def test_arrows_pass_over_headings(home: HomePage, app: AppModel, qtbot: QtBot) -> None:
    rows = home.sidebar.contacts
    rows.setFocus()
    seen = []
    qtbot.keyClick(rows, Qt.Key.Key_Home)
    for _ in range(app.contacts.rowCount()):
        chosen = rows.selected_row()
        assert chosen is not None
        seen.append(app.contacts.rows[chosen].name)
        qtbot.keyClick(rows, Qt.Key.Key_Down)
    assert seen[:6] == ["Accueil", "Atelier", "John", "Salle 204", "Studio", "Support"]
    qtbot.keyClick(rows, Qt.Key.Key_End)
    assert rows.selected_row() == row(app, "Support")


def test_a_letter_goes_to_the_next_name(home: HomePage, app: AppModel, qtbot: QtBot) -> None:
    rows = home.sidebar.contacts
    rows.setFocus()
    qtbot.keyClicks(rows, "j")
    assert rows.selected_row() == row(app, "John")


def test_search_filters_and_enter_calls_the_only_match(
    home: HomePage, app: AppModel, qtbot: QtBot
) -> None:
    home.sidebar.focus_search()
    qtbot.keyClicks(home.sidebar.search.edit, "joh")
    assert [r.name for r in app.contacts.rows if r.kind == "person"] == ["John"]
    qtbot.keyClick(home.sidebar.search.edit, Qt.Key.Key_Return)
    assert called(app) == ["John"]
    assert home.sidebar.search.text() == "", "after the call everybody is there again"
    assert len(app.contacts.rows) > 2


def test_with_several_matches_enter_calls_only_the_chosen_one(
    home: HomePage, app: AppModel, qtbot: QtBot
) -> None:
    app.contact.show("Accueil")
    edit = home.sidebar.search.edit
    qtbot.keyClicks(edit, "e")
    assert len(app.contacts.rows) > 2
    qtbot.keyClick(edit, Qt.Key.Key_Return)
    assert called(app) == []
    qtbot.keyClick(edit, Qt.Key.Key_Down)
    qtbot.keyClick(edit, Qt.Key.Key_Down)
    qtbot.keyClick(edit, Qt.Key.Key_Return)
    assert called(app) == ["Atelier"]


def test_who_is_not_in_the_list_can_be_called_by_name(
    home: HomePage, app: AppModel, qtbot: QtBot
) -> None:
    edit = home.sidebar.search.edit
    edit.setText("Régie")  # keyClicks knows ASCII only
    assert app.contacts.rows[0].shown_name == "Appeler «\u202fRégie\u202f»"
    qtbot.keyClick(edit, Qt.Key.Key_Return)
    assert called(app) == ["Régie"]


def test_esc_empties_the_search_and_the_selection_comes_back(
    home: HomePage, app: AppModel, qtbot: QtBot
) -> None:
    app.contact.show("John")
    edit = home.sidebar.search.edit
    qtbot.keyClicks(edit, "ate")
    assert home.sidebar.contacts.selected_row() is None
    qtbot.keyClick(edit, Qt.Key.Key_Escape)
    assert edit.text() == ""
    assert home.sidebar.contacts.selected_row() == row(app, "John")


def test_opening_history_clears_the_badge(home: HomePage) -> None:
    assert home.sidebar.tabs.badges == (0, 1)
    home.sidebar.show_tab(HISTORY)
    assert home.sidebar.tabs.badges == (0, 0)
    assert home.sidebar.lists.currentWidget() is home.sidebar.history
    home.sidebar.show_tab(CONTACTS)
    assert home.sidebar.lists.currentWidget() is home.sidebar.contacts


def test_typing_leaves_history(home: HomePage, qtbot: QtBot) -> None:
    home.sidebar.show_tab(HISTORY)
    qtbot.keyClicks(home.sidebar.search.edit, "j")
    assert home.sidebar.tab == CONTACTS


def test_own_status_is_chosen_from_a_menu(home: HomePage, app: AppModel) -> None:
    menu = QMenu()
    home.sidebar.me.fill_menu(menu)
    assert [action.text() for action in menu.actions()] == ["Disponible", "Ne pas déranger"]
    menu.actions()[1].trigger()
    assert home.sidebar.me.status.text() == "Ne pas déranger"
    assert core(app).asked_for(orders.SetStatus)[-1].status == "do_not_disturb"


def test_the_status_line_says_how_the_connection_is(home: HomePage, app: AppModel) -> None:
    line = home.sidebar.status.words
    assert line.text() == "Connecté à 192.168.35.145:10000"
    core(app).link(online=False, next_try_s=4.0)
    assert line.text() == "Reconnexion à 192.168.35.145:10000"
    assert home.sidebar.me.status.text() == "Hors ligne"


def test_without_a_connection_nobody_can_be_called(home: HomePage, app: AppModel) -> None:
    core(app).link(online=False, next_try_s=4.0)
    assert app.contacts.rows[0].shown_name == "Contacts · 6, présence inconnue"
    rows = home.sidebar.contacts
    rows.show_row(row(app, "John"))
    assert not rows.shows_button(rows.model().index(row(app, "John"), 0), pointed=True)


def test_the_selection_follows_who_is_shown_through_a_new_order(
    home: HomePage, app: AppModel
) -> None:
    app.contact.show("John")
    core(app).go("John")
    assert home.sidebar.contacts.selected_row() == row(app, "John")


def test_narrow_shows_one_pane_and_back_returns(
    home: HomePage, app: AppModel, qtbot: QtBot
) -> None:
    home.set_width_class("narrow")
    assert home.sidebar.isVisible()
    assert not home.person.isVisible()
    click_row(qtbot, home.sidebar.contacts, row(app, "John"))
    assert home.person.isVisible()
    assert not home.sidebar.isVisible()
    qtbot.keyClick(home.person, Qt.Key.Key_Escape)
    assert home.sidebar.isVisible()
    click_row(qtbot, home.sidebar.contacts, row(app, "John"))
    qtbot.mouseClick(home.back, LEFT)
    assert home.sidebar.isVisible()
    home.set_width_class("wide")
    assert home.sidebar.isVisible()
    assert home.person.isVisible()


def test_grey_rows_stand_in_for_a_second(tmp_path: Path, qtbot: QtBot) -> None:
    app = app_model(tmp_path, people=(), offline=(), online=False)
    home = HomePage(app)
    qtbot.addWidget(home)
    app.contacts.set_loading(True)
    assert home.sidebar.lists.currentWidget() is home.sidebar.loading
    app.contacts.set_loading(False)
    assert home.sidebar.lists.currentWidget() is home.sidebar.blank


def test_nobody_there_offers_the_address(tmp_path: Path, qtbot: QtBot) -> None:
    app = app_model(tmp_path, people=(), offline=())
    home = HomePage(app)
    qtbot.addWidget(home)
    home.resize(1200, 760)
    home.show()
    clock(app).advance(2)
    assert home.person.nobody.isVisible()
    assert home.person.nobody.title == "Personne d’autre pour l’instant"
    with qtbot.waitSignal(app.clipboard) as copied:
        qtbot.mouseClick(home.person.nobody.button, LEFT)
    assert copied.args == ["192.168.35.145:10000"]
    home.set_width_class("narrow")
    assert home.sidebar.lists.currentWidget() is home.sidebar.nobody


def test_the_old_pane_slides_out_over_the_new_one_and_is_gone(
    home: HomePage, app: AppModel, qtbot: QtBot
) -> None:
    home.set_width_class("narrow")
    click_row(qtbot, home.sidebar.contacts, row(app, "John"))
    assert home.person.isVisible()
    pictures = [label for label in home.children() if isinstance(label, QLabel)]
    assert len(pictures) == 1
    qtbot.waitUntil(lambda: not any(isinstance(child, QLabel) for child in home.children()))


def test_with_reduced_motion_nothing_slides(
    home: HomePage, app: AppModel, qtbot: QtBot, theme: Theme
) -> None:
    theme.configure(reduced_motion=True)
    home.set_width_class("narrow")
    click_row(qtbot, home.sidebar.contacts, row(app, "John"))
    assert home.person.isVisible()
    assert not any(isinstance(child, QLabel) for child in home.children())


def test_ten_thousand_people_are_a_list_like_any(tmp_path: Path, qtbot: QtBot) -> None:
    people = tuple(f"Salle {number:05d}" for number in range(10_000))
    app = app_model(tmp_path, people=people, offline=())
    home = HomePage(app)
    qtbot.addWidget(home)
    home.resize(1200, 760)
    home.show()
    rows = home.sidebar.contacts
    painted: list[int] = []
    paint_row = rows.rows.paint_row

    def counting(painter, option, index, button):  # type: ignore[no-untyped-def]
        painted.append(index.row())
        paint_row(painter, option, index, button)

    rows.rows.paint_row = counting  # type: ignore[method-assign]
    rows.verticalScrollBar().setValue(rows.verticalScrollBar().maximum() // 2)
    painted.clear()
    rows.viewport().grab()
    assert 0 < len(set(painted)) < 20
    qtbot.keyClicks(home.sidebar.search.edit, "09999")
    assert [r.name for r in app.contacts.rows if r.kind == "person"] == ["Salle 09999"]
