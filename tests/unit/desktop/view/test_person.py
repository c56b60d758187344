"""A person's page: what it says of them, the green button, the menu, copying the fingerprint."""

from collections.abc import Callable
from pathlib import Path

import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QLineEdit, QMenu, QPushButton
from pytestqt.qtbot import QtBot
from tests.unit.desktop.fakes import FINGERPRINT, app_model, core, past, somebody

from devcloud.desktop import orders
from devcloud.desktop.view.contact_page import ContactPage
from devcloud.desktop.view.contact_sections import CallRow
from devcloud.desktop.view.widgets.popover import Popover
from devcloud.desktop.view.widgets.sheet import Sheet
from devcloud.desktop.viewmodel.app import AppModel
from devcloud.model.texts import Language

LEFT = Qt.MouseButton.LeftButton
MakePage = Callable[..., tuple[AppModel, ContactPage]]


@pytest.fixture
def make(tmp_path: Path, qtbot: QtBot) -> MakePage:
    def made(**kinds: object) -> tuple[AppModel, ContactPage]:
        calls = (
            past(1, "John", "out", 0.1),
            past(2, "John", "missed", 1.0, rang_s=12.0),
            past(3, "John", "in", 2.0),
            past(4, "John", "declined", 3.0),
        )
        app = app_model(tmp_path, calls=calls, **kinds)  # type: ignore[arg-type]
        page = ContactPage(app)
        app.language_changed.connect(page.retranslate)
        qtbot.addWidget(page)
        page.resize(880, 760)
        page.show()
        return app, page

    return made


def choose(page: ContactPage, app: AppModel, text: str) -> None:
    """Choose an entry of the More menu."""
    assert app.contact.shown is not None
    menu = QMenu()
    page.fill_menu(menu, app.contact.shown)
    next(action for action in menu.actions() if action.text() == text).trigger()


def press(qtbot: QtBot, sheet: Sheet, text: str) -> None:
    button = next(b for b in sheet.findChildren(QPushButton) if b.text() == text)
    qtbot.mouseClick(button, LEFT)


def open_sheet(page: ContactPage) -> Sheet:
    return next(sheet for sheet in page.window().findChildren(Sheet) if sheet.is_open)


def test_nobody_chosen_is_an_invitation(make: MakePage) -> None:
    _, page = make()
    assert page.nothing.isVisible()
    assert page.nothing.title == "Choisissez une personne à appeler"


def test_the_green_button_calls(make: MakePage, qtbot: QtBot) -> None:
    app, page = make()
    app.contact.show("John")
    assert (page.call.text(), page.call.property("kind")) == ("Appeler", "call")
    qtbot.mouseClick(page.call, LEFT)
    assert [order.name for order in core(app).asked_for(orders.PlaceCall)] == ["John"]


def test_for_someone_away_it_waits_for_their_return(make: MakePage, qtbot: QtBot) -> None:
    app, page = make()
    app.contact.show("Support")
    assert (page.call.text(), page.call.property("kind")) == ("Me prévenir à son retour", "")
    qtbot.mouseClick(page.call, LEFT)
    assert page.call.text() == "On vous préviendra de son retour"
    assert core(app).asked_for(orders.PlaceCall) == []
    qtbot.mouseClick(page.call, LEFT)
    assert page.call.text() == "Me prévenir à son retour"


def test_the_three_last_calls_are_listed(make: MakePage) -> None:
    app, page = make()
    app.contact.show("John")
    [boxed] = page.calls.lists
    names = [row.accessibleName().split(",")[0] for row in boxed.rows]
    assert names == ["Appel sortant", "Appel manqué", "Appel entrant"]
    assert all("qualité" not in row.accessibleName() for row in boxed.rows)


def test_opened_from_history_all_calls_are_listed_with_more_about_them(make: MakePage) -> None:
    app, page = make(language=Language.FRENCH)
    app.contact.show("John", history=True)
    today, before = page.calls.lists
    assert (today.title.text(), before.title.text()) == ("Aujourd’hui", "Avant")
    [first] = today.rows
    assert isinstance(first, CallRow)
    assert "qualité excellente" in first.accessibleName()
    assert "Aujourd’hui" not in first.accessibleName()
    assert "a sonné 12 s" in before.rows[0].accessibleName()
    assert len(before.rows) == 3
    assert page.call.text() == "Rappeler"


def test_a_client_of_2023_has_no_key_and_is_not_encrypted(make: MakePage) -> None:
    app, page = make(people=(somebody("Salle 204", legacy=True),))
    app.contact.show("Salle 204")
    assert [(chip.text(), chip.tone) for chip in page.chips.chips] == [("Non chiffré", "warning")]
    assert page.identity.address.value.text() == "192.168.35.20"
    assert page.identity.fingerprint.value.text() == "Aucune clé\u202f: client 2023"
    assert not page.identity.copy.isVisible()


def test_a_chip_explains_itself(make: MakePage, qtbot: QtBot) -> None:
    app, page = make()
    app.contact.show("John")
    chip = page.chips.chips[0]
    assert chip.text() == "Clé non vérifiée"
    qtbot.mouseClick(chip, LEFT)
    popover = page.findChild(Popover)
    assert popover is not None
    assert popover.isVisible()
    told = "Comparez les mots de sécurité pendant un appel."
    assert chip.accessibleDescription() == told
    popover.dismiss()


def test_the_fingerprint_is_copied_with_a_toast(make: MakePage, qtbot: QtBot) -> None:
    app, page = make()
    app.contact.show("John")
    assert page.identity.fingerprint.value.text() == FINGERPRINT
    with qtbot.waitSignal(app.clipboard) as copied, qtbot.waitSignal(app.toast) as told:
        qtbot.mouseClick(page.identity.copy, LEFT)
    assert copied.args == [FINGERPRINT]
    assert told.args[0] == "Empreinte copiée"


def test_a_person_is_renamed_and_has_their_own_name_back(make: MakePage, qtbot: QtBot) -> None:
    app, page = make()
    app.contact.show("John")
    choose(page, app, "Renommer")
    sheet = open_sheet(page)
    edit = sheet.findChild(QLineEdit)
    assert edit is not None
    qtbot.keyClicks(edit, "Le patron")
    qtbot.keyClick(edit, Qt.Key.Key_Return)
    assert page.name.text() == "Le patron"
    choose(page, app, "Renommer")
    edit = open_sheet(page).findChild(QLineEdit)
    assert edit is not None
    assert edit.text() == "Le patron"
    edit.clear()
    press(qtbot, open_sheet(page), "Renommer")
    assert page.name.text() == "John"


def test_removing_asks_and_esc_changes_nothing(make: MakePage, qtbot: QtBot) -> None:
    app, page = make()
    app.contact.show("Support")
    choose(page, app, "Retirer")
    qtbot.keyClick(open_sheet(page), Qt.Key.Key_Escape)
    assert app.contacts.find_row("Support") is not None
    choose(page, app, "Retirer")
    press(qtbot, open_sheet(page), "Retirer")
    assert app.contacts.find_row("Support") is None
    assert page.nothing.isVisible()


def test_forgetting_a_key_asks_too(make: MakePage, qtbot: QtBot) -> None:
    app, page = make()
    app.contact.show("John")
    choose(page, app, "Oublier la clé")
    assert core(app).asked_for(orders.ForgetKey) == []
    press(qtbot, open_sheet(page), "Oublier la clé")
    assert [order.name for order in core(app).asked_for(orders.ForgetKey)] == ["John"]


def test_muting_their_calls_is_said_in_the_menu(make: MakePage) -> None:
    app, page = make()
    app.contact.show("John")
    choose(page, app, "Couper ses appels")
    assert app.contact.shown is not None
    assert app.contact.shown.muted_calls
    choose(page, app, "Laisser sonner ses appels")
    assert not app.contact.shown.muted_calls


def test_another_language_is_said_at_once(make: MakePage) -> None:
    app, page = make()
    app.contact.show("John")
    app.settings.set("language", "en")
    assert page.call.text() == "Call"
    assert page.presence.text() == "Online"
    assert page.identity.boxed.title.text() == "Identity"
    assert page.calls.lists[0].title.text() == "Last calls"
    assert page.more.toolTip() == page.more.accessibleName() == "More actions"


def test_tab_goes_through_the_chips_before_the_button(make: MakePage, qtbot: QtBot) -> None:
    app, page = make()
    app.contact.show("John")
    first, second = page.chips.chips
    first.setFocus()
    for after in (second, page.call, page.more, page.identity.copy):
        qtbot.keyClick(page.focusWidget(), Qt.Key.Key_Tab)
        assert page.focusWidget() is after
