"""Somebody calls: what the sheet and the small window show, and that nothing answers by mistake."""

from pathlib import Path

import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QApplication, QFrame, QWidget
from pytestqt.qtbot import QtBot
from tests.unit.desktop.fakes import app_model, clock, core, talking

from devcloud.desktop import orders
from devcloud.desktop.view.incoming_card import IncomingCard
from devcloud.desktop.view.incoming_sheet import IncomingSheet, IncomingWindow
from devcloud.desktop.viewmodel.app import AppModel
from devcloud.model.records import EndReason

LEFT = Qt.MouseButton.LeftButton


@pytest.fixture
def app(tmp_path: Path) -> AppModel:
    return app_model(tmp_path)


@pytest.fixture
def window(qtbot: QtBot) -> QWidget:
    made = QFrame()
    qtbot.addWidget(made)
    made.resize(1000, 700)
    made.show()
    qtbot.waitExposed(made)
    made.activateWindow()
    return made


@pytest.fixture
def sheet(app: AppModel, window: QWidget) -> IncomingSheet:
    return IncomingSheet(app, window)


@pytest.fixture
def said(monkeypatch: pytest.MonkeyPatch) -> list[tuple[str, bool]]:
    """What screen readers are told."""
    heard: list[tuple[str, bool]] = []

    def hear(_widget: QWidget, text: str, assertive: bool = False) -> None:
        heard.append((text, assertive))

    monkeypatch.setattr("devcloud.desktop.view.incoming_card.announce", hear)
    return heard


def shown(card: IncomingCard) -> list[str]:
    buttons = (card.decline, card.accept, card.hold_answer, card.hang_up_answer)
    return [button.text() for button in buttons if not button.isHidden()]


def test_somebody_calls(app: AppModel, sheet: IncomingSheet) -> None:
    assert not sheet.is_open
    core(app).rings("John", verified=True)
    clock(app).advance(20.5)
    card = sheet.card
    assert sheet.is_open
    assert card.heading.text() == "Appel entrant"
    assert card.name.text() == "John"
    assert card.rings_for.text() == "Sonne encore 25 s"
    assert card.ring.fraction == pytest.approx(24.5 / 45, abs=0.02)
    assert [chip.text() for chip in card.chips.chips] == ["Clé vérifiée", "Chiffré"]
    assert card.warning.isHidden()
    assert shown(card) == ["Refuser", "Accepter"]
    assert sheet.accessibleName() == "Appel entrant\u202f: John – DevCloud"


def test_it_is_told_once_and_not_every_second(
    app: AppModel, sheet: IncomingSheet, said: list[tuple[str, bool]]
) -> None:
    core(app).rings("John")
    clock(app).advance(10)
    assert said == [("Appel entrant\u202f: John. Sonne encore 45 s", True)]


@pytest.mark.parametrize("key", [Qt.Key.Key_Return, Qt.Key.Key_Enter, Qt.Key.Key_Space])
def test_a_stray_key_answers_nothing(
    app: AppModel, sheet: IncomingSheet, qtbot: QtBot, key: Qt.Key
) -> None:
    core(app).rings("John")
    assert QApplication.focusWidget() is sheet
    qtbot.keyClick(QApplication.focusWidget(), key)
    assert app.calls.incoming is not None
    assert not core(app).asked_for(orders.Accept)
    assert not core(app).asked_for(orders.Decline)


def test_escape_silences_and_does_not_decline(
    app: AppModel, sheet: IncomingSheet, qtbot: QtBot
) -> None:
    core(app).rings("John")
    qtbot.keyClick(sheet, Qt.Key.Key_Escape)
    assert app.calls.incoming.silenced
    assert sheet.is_open
    assert not sheet.card.silence.isEnabled()
    assert sheet.card.silence.accessibleName() == "Sonnerie coupée"


def test_tab_reaches_every_button(app: AppModel, sheet: IncomingSheet, qtbot: QtBot) -> None:
    core(app).rings("John")
    card, reached = sheet.card, []
    for _ in range(4):
        qtbot.keyClick(QApplication.focusWidget(), Qt.Key.Key_Tab)
        reached.append(QApplication.focusWidget())
    assert set(reached) == {card.silence, card.decline, card.accept, card.with_message}


def test_accept(app: AppModel, sheet: IncomingSheet, qtbot: QtBot) -> None:
    id = core(app).rings("John")
    qtbot.mouseClick(sheet.card.accept, LEFT)
    assert [order.call for order in core(app).asked_for(orders.Accept)] == [id]
    assert not sheet.is_open
    assert app.calls.current.phase == "active"


def test_decline_with_a_message(app: AppModel, sheet: IncomingSheet) -> None:
    core(app).rings("John")
    messages = [action.text() for action in sheet.card.menu.actions()]
    assert messages == ["Je te rappelle", "Dans 5 minutes", "Écris-moi plutôt"]
    sheet.card.menu.actions()[1].trigger()
    assert core(app).asked_for(orders.Decline)[-1].text == "Dans 5 minutes"
    assert not sheet.is_open


def test_a_client_of_2023_is_said_to_be_overheard(app: AppModel, sheet: IncomingSheet) -> None:
    core(app).rings("Salle 204", legacy=True)
    card = sheet.card
    assert card.chips.isHidden(), "the block takes their place"
    assert card.warning.property("role") == "banner-warning"
    assert card.warning.accessibleName().startswith("Non chiffré. Ce client de 2023")
    assert card.rings_for.text() == "Sonne encore 7 s"
    assert card.with_message.isHidden(), "they could not read it"


def test_a_changed_key_is_said_in_red_and_accepting_accepts_it(
    app: AppModel, sheet: IncomingSheet, qtbot: QtBot
) -> None:
    id = core(app).rings("John", key_changed=True)
    assert sheet.card.warning.property("role") == "banner-danger"
    assert sheet.card.warning.accessibleName().startswith("La clé a changé.")
    qtbot.mouseClick(sheet.card.accept, LEFT)
    assert core(app).asked_for(orders.AcceptKey)[-1].call == id


def test_no_markup_of_a_text_is_obeyed(app: AppModel, sheet: IncomingSheet) -> None:
    sheet.card.warning.show_warning("Non. <b>Gras</b> & <img src=x>", "warning")
    assert "&lt;b&gt;Gras&lt;/b&gt; &amp; &lt;img" in sheet.card.warning.text.text()


def test_during_a_call_there_are_three_choices(
    app: AppModel, sheet: IncomingSheet, qtbot: QtBot
) -> None:
    first = talking(app, "Accueil", 10)
    core(app).rings("John")
    assert shown(sheet.card) == [
        "Refuser", "Mettre en attente et répondre", "Raccrocher et répondre",
    ]  # fmt: skip
    qtbot.mouseClick(sheet.card.hold_answer, LEFT)
    assert core(app).calls[first].held_here
    assert app.calls.current.state.name == "John"


def test_hang_up_and_answer(app: AppModel, sheet: IncomingSheet, qtbot: QtBot) -> None:
    first = talking(app, "Accueil", 10)
    core(app).rings("John")
    qtbot.mouseClick(sheet.card.hang_up_answer, LEFT)
    assert [order.call for order in core(app).asked_for(orders.HangUp)] == [first]
    assert app.calls.current.state.name == "John"


def test_behind_other_programs_it_is_a_window_that_takes_no_focus(
    app: AppModel, sheet: IncomingSheet, qtbot: QtBot
) -> None:
    app.window_active = False
    small = IncomingWindow(app)
    qtbot.addWidget(small)
    core(app).rings("John")
    assert not sheet.is_open
    assert small.isVisible()
    assert small.windowTitle() == "Appel entrant\u202f: John – DevCloud"
    assert small.width() == 400
    assert small.testAttribute(Qt.WidgetAttribute.WA_ShowWithoutActivating)
    assert small.windowFlags() & Qt.WindowType.WindowStaysOnTopHint
    free = small.screen().availableGeometry()
    assert small.geometry().right() <= free.right() and small.y() < free.center().y()
    small.close()
    assert small.isVisible(), "closing it is no answer"
    qtbot.keyClick(small, Qt.Key.Key_Escape)
    assert app.calls.incoming.silenced
    qtbot.mouseClick(small.card.decline, LEFT)
    assert not small.isVisible()
    assert len(core(app).asked_for(orders.Decline)) == 1


def test_coming_back_to_the_main_window_turns_the_window_into_the_sheet(
    app: AppModel, sheet: IncomingSheet, qtbot: QtBot, said: list[tuple[str, bool]]
) -> None:
    app.window_active = False
    small = IncomingWindow(app)
    qtbot.addWidget(small)
    core(app).rings("John")
    app.window_active = True
    for each in (small, sheet):
        each.follow()
    assert sheet.is_open and not small.isVisible()


def test_it_goes_when_the_caller_gives_up(app: AppModel, sheet: IncomingSheet) -> None:
    id = core(app).rings("John")
    core(app).ends(id, EndReason.CANCELLED)
    assert not sheet.is_open


@pytest.mark.parametrize("scale", [1.0, 1.3])
def test_it_fits_a_small_window(
    app: AppModel, window: QWidget, sheet: IncomingSheet, theme, scale: float
) -> None:
    theme.configure(scale=scale)
    window.resize(360, 640)
    core(app).rings("John", key_changed=True)
    QApplication.processEvents()
    assert window.rect().contains(sheet.geometry())
    for button in (sheet.card.decline, sheet.card.accept, sheet.card.with_message):
        corner = button.mapTo(sheet, button.rect().bottomRight())
        assert sheet.rect().contains(corner), button.text()
    assert sheet.card.name.height() >= sheet.card.name.fontMetrics().height()


def test_whoever_answers_in_the_small_window_gets_the_main_one(app: AppModel, qtbot: QtBot) -> None:
    app.window_active = False
    small = IncomingWindow(app)
    qtbot.addWidget(small)
    core(app).rings("John")
    with qtbot.waitSignal(app.raise_window):
        qtbot.mouseClick(small.card.accept, LEFT)
