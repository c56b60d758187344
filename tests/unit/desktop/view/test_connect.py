"""The connection page: typing, what is wrong, connecting, giving up, and the language."""

from itertools import pairwise
from pathlib import Path

import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QApplication, QMenu
from pytestqt.qtbot import QtBot
from tests.unit.desktop.fakes import app_model, core

from devcloud.desktop import orders
from devcloud.desktop.view.connect_page import ConnectPage
from devcloud.desktop.viewmodel.app import AppModel
from devcloud.model.errors import Refused, Unreachable
from devcloud.model.texts import Language

LEFT = Qt.MouseButton.LeftButton


@pytest.fixture
def app(tmp_path: Path) -> AppModel:
    return app_model(tmp_path, online=False)


@pytest.fixture
def page(app: AppModel, qtbot: QtBot) -> ConnectPage:
    page = ConnectPage(app)
    app.language_changed.connect(page.retranslate)
    qtbot.addWidget(page)
    page.resize(880, 700)
    page.show()
    return page


def type_in(qtbot: QtBot, page: ConnectPage, field: str, words: str) -> None:
    page.edit(field).clear()
    qtbot.keyClicks(page.edit(field), words)


def test_an_empty_name_has_the_first_focus(page: ConnectPage) -> None:
    assert page.focusWidget() is page.edit("name")


def test_what_is_typed_is_signed_in_with(page: ConnectPage, app: AppModel, qtbot: QtBot) -> None:
    type_in(qtbot, page, "name", "Marc")
    type_in(qtbot, page, "host", "192.168.35.145")
    qtbot.mouseClick(page.button, LEFT)
    [order] = core(app).asked_for(orders.SignIn)
    assert (order.name, order.address) == ("Marc", "192.168.35.145:10000")


def test_enter_in_any_field_connects(page: ConnectPage, app: AppModel, qtbot: QtBot) -> None:
    type_in(qtbot, page, "name", "Marc")
    type_in(qtbot, page, "host", "192.168.35.145")
    qtbot.keyClick(page.edit("port"), Qt.Key.Key_Return)
    assert len(core(app).asked_for(orders.SignIn)) == 1


def test_an_address_with_a_port_fills_both_fields(page: ConnectPage, qtbot: QtBot) -> None:
    QApplication.clipboard().setText("192.168.35.145:10500")
    page.edit("host").setFocus()
    qtbot.keyClick(page.edit("host"), Qt.Key.Key_V, Qt.KeyboardModifier.ControlModifier)
    assert (page.edit("host").text(), page.edit("port").text()) == ("192.168.35.145", "10500")


def test_the_first_wrong_field_takes_the_focus_and_says_what_is_wrong(
    page: ConnectPage, qtbot: QtBot
) -> None:
    type_in(qtbot, page, "name", "Marc")
    type_in(qtbot, page, "host", "192.168.35.1455")
    qtbot.mouseClick(page.button, LEFT)
    assert page.focusWidget() is page.edit("host")
    assert page.lines["host"].words.text() == "L’adresse ip est invalide"
    assert page.lines["host"].isVisible()
    assert page.edit("host").property("error") is True
    assert page.edit("host").accessibleDescription() == "L’adresse ip est invalide"
    assert not page.lines["name"].isVisible()


def test_an_error_goes_away_as_soon_as_it_is_mended(page: ConnectPage, qtbot: QtBot) -> None:
    qtbot.mouseClick(page.button, LEFT)
    assert page.lines["name"].words.text() == "Vous devez entrer un nom"
    qtbot.keyClicks(page.edit("name"), "M")
    assert not page.lines["name"].isVisible()
    assert not page.edit("name").property("error")


def test_a_port_out_of_range_is_said_under_both_fields(page: ConnectPage, qtbot: QtBot) -> None:
    type_in(qtbot, page, "port", "80")
    qtbot.mouseClick(page.button, LEFT)
    said = page.lines["port"].words.text()
    assert said == "Le numéro de port doit être compris entre 1024 et 65535"


def test_while_connecting_fields_are_fixed_and_esc_cancels(
    page: ConnectPage, app: AppModel, qtbot: QtBot
) -> None:
    core(app).slow.add(orders.SignIn)
    type_in(qtbot, page, "name", "Marc")
    type_in(qtbot, page, "host", "192.168.35.145")
    qtbot.mouseClick(page.button, LEFT)
    assert page.button.text() == "Connexion…"
    assert page.button.spinner.isVisible()
    assert page.cancel_button.isVisible()
    assert page.edit("name").isReadOnly()
    qtbot.mouseClick(page.button, LEFT)
    assert len(core(app).asked_for(orders.SignIn)) == 1
    qtbot.keyClick(page.edit("host"), Qt.Key.Key_Escape)
    assert page.button.text() == "Se connecter"
    assert core(app).asked_for(orders.SignOut) != []
    assert not page.edit("name").isReadOnly()


def test_a_silent_server_is_told_in_a_banner_that_tries_again(
    page: ConnectPage, app: AppModel, qtbot: QtBot
) -> None:
    core(app).failing[orders.SignIn] = Unreachable(
        "server_unreachable", address="192.168.35.145:10000"
    )
    type_in(qtbot, page, "name", "Marc")
    type_in(qtbot, page, "host", "192.168.35.145")
    qtbot.mouseClick(page.button, LEFT)
    assert page.banner.isVisible()
    assert "192.168.35.145:10000" in page.banner.text
    assert page.banner.button.text() == "Réessayer"
    del core(app).failing[orders.SignIn]
    qtbot.mouseClick(page.banner.button, LEFT)
    assert app.page == "home"
    assert not page.banner.isVisible()


def test_a_taken_name_is_told_too(page: ConnectPage, app: AppModel, qtbot: QtBot) -> None:
    core(app).failing[orders.SignIn] = Refused("name_taken", name="Marc")
    type_in(qtbot, page, "name", "Marc")
    type_in(qtbot, page, "host", "192.168.35.145")
    qtbot.mouseClick(page.button, LEFT)
    assert page.banner.text == "Ce nom est déjà pris sur ce serveur. Choisissez-en un autre."


def test_the_language_changes_at_once(page: ConnectPage, app: AppModel, qtbot: QtBot) -> None:
    qtbot.mouseClick(page.language_button, LEFT)
    menu = page.findChild(QMenu)
    assert menu is not None
    assert [action.text() for action in menu.actions()] == ["Français", "English"]
    menu.actions()[1].trigger()
    menu.close()
    assert app.language is Language.ENGLISH
    assert page.button.text() == "Connect"
    assert page.tagline.text() == "Private calls, hosted by your team."
    assert page.fields["host"].label.text() == "Server address"


def test_the_check_box_is_remembered(page: ConnectPage, app: AppModel, qtbot: QtBot) -> None:
    qtbot.keyClick(page.at_startup, Qt.Key.Key_Space)
    assert app.settings.value("connect_at_startup") is True


def test_audio_settings_are_one_click_away(page: ConnectPage, qtbot: QtBot) -> None:
    with qtbot.waitSignal(page.settings_wanted) as asked:
        qtbot.mouseClick(page.audio_button, LEFT)
    assert asked.args == ["audio"]


def test_tab_goes_from_top_to_bottom(page: ConnectPage, qtbot: QtBot) -> None:
    order = [page.edit("name"), page.edit("host"), page.edit("port"), page.at_startup, page.button]
    for here, after in pairwise(order):
        assert page.focusWidget() is here
        qtbot.keyClick(here, Qt.Key.Key_Tab)
        assert page.focusWidget() is after
