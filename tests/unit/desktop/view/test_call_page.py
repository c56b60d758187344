"""The page of a call: what a person sees and does, from ringing to the end."""

from pathlib import Path

import pytest
from PySide6.QtCore import Qt
from PySide6.QtGui import QAccessible
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot
from tests.unit.desktop.fakes import WORDS_FR, app_model, clock, core, talking

from devcloud.call.states import State
from devcloud.desktop import orders
from devcloud.desktop.view.call_page import CallPage
from devcloud.desktop.view.device_popover import DevicePopover
from devcloud.desktop.view.quality_popover import QualityPopover
from devcloud.desktop.view.words_popover import WordsPopover
from devcloud.desktop.viewmodel.app import AppModel
from devcloud.model.records import EndReason
from devcloud.model.texts import Language

LEFT = Qt.MouseButton.LeftButton


@pytest.fixture
def app(tmp_path: Path) -> AppModel:
    made = app_model(tmp_path)
    core(made).devices("Casque USB", "Micro interne")
    return made


@pytest.fixture
def page(app: AppModel, qtbot: QtBot) -> CallPage:
    made = CallPage(app)
    qtbot.addWidget(made)
    made.resize(1200, 724)
    made.show()
    qtbot.waitExposed(made)
    made.activateWindow()
    return made


def calling(app: AppModel, name: str = "John") -> str:
    app.calls.call(name)
    assert app.calls.current is not None
    core(app).it_rings(app.calls.current.id)
    return app.calls.current.id


# ── ringing ──────────────────────────────────────────────────────────────────────────────────────


def test_it_rings_and_counts_down_to_no_answer(app: AppModel, page: CallPage) -> None:
    app.calls.call("John")
    assert page.outgoing.state.text() == "Connexion…"
    core(app).it_rings(app.calls.current.id)
    clock(app).advance(7.5)
    assert page.stage.currentWidget() is page.outgoing
    assert page.outgoing.name.text() == "John"
    assert page.outgoing.state.text() == "Ça sonne…"
    assert page.bar.hint.text() == "Sans réponse dans 38 s"
    assert page.outgoing.rings.moves, "the rings go out"
    shown = [c for c in page.bar.controls if not c.isHidden()]
    assert shown == [page.bar.mute, page.bar.output, page.bar.hang_up]


@pytest.mark.parametrize(
    ("reason", "sentence"),
    [
        (EndReason.NO_ANSWER, "John ne répond pas"),
        (EndReason.DECLINED, "John a refusé l’appel"),
        (EndReason.BUSY, "John est déjà en communication"),
        (EndReason.OFFLINE, "John est hors ligne"),
    ],
)
def test_how_it_can_end_and_calling_again(
    app: AppModel, page: CallPage, qtbot: QtBot, reason: EndReason, sentence: str
) -> None:
    core(app).ends(calling(app), reason)
    assert page.outgoing.state.text() == sentence
    assert not page.outgoing.rings.moves, "the rings stop"
    assert page.bars.currentWidget() is page.ended
    qtbot.mouseClick(page.ended.again, LEFT)
    assert [order.name for order in core(app).asked_for(orders.PlaceCall)] == ["John", "John"]
    assert page.bars.currentWidget() is page.bar


def test_closing_what_ended(app: AppModel, page: CallPage, qtbot: QtBot) -> None:
    core(app).ends(calling(app), EndReason.NO_ANSWER)
    qtbot.mouseClick(page.ended.close_page, LEFT)
    assert app.calls.current is None


# ── talking ──────────────────────────────────────────────────────────────────────────────────────


def test_two_talk(app: AppModel, page: CallPage) -> None:
    id = talking(app, "John", 272.5)
    assert page.stage.currentWidget() is page.talk
    assert page.talk.name.text() == "John"
    assert page.talk.state.text() == "04:32"
    assert page.header.chip.text() == "Chiffré"
    assert page.bar.hint.text() == "Espace\u202f: parler quand le micro est coupé"
    core(app).levels(id, -20.0, -18.0)
    assert page.bar.device.meter.lit > 8
    assert page.talk.ring.is_shown, "the other side speaks"


def test_nothing_shows_for_what_there_is_not_yet(app: AppModel, page: CallPage) -> None:
    talking(app)
    texts = {control.text() for control in page.bar.controls if not control.isHidden()}
    assert texts == {"Micro", "Talkie", "Attente", "Raccrocher"}


def test_mute_says_what_it_does_and_the_click_leaves_space_to_talking(
    app: AppModel, page: CallPage, qtbot: QtBot
) -> None:
    talking(app)
    assert page.bar.mute.accessibleName() == "Couper le micro"
    assert "Ctrl+Shift+M" in page.bar.mute.toolTip()
    qtbot.mouseClick(page.bar.mute, LEFT)
    assert app.calls.current.muted
    assert (page.bar.mute.text(), page.bar.mute.icon_name) == ("Micro coupé", "mic-off")
    assert page.bar.mute.accessibleName() == "Activer le micro"
    assert page.bar.mute.isChecked() and page.bar.mute.is_danger
    assert QApplication.focusWidget() is page
    qtbot.keyPress(page, Qt.Key.Key_Space)
    assert app.calls.current.talking
    assert page.bar.mute.text() == "Vous parlez"
    qtbot.keyRelease(page, Qt.Key.Key_Space)
    assert not app.calls.current.talking
    assert app.calls.current.muted, "a word in between changes nothing"


def test_push_to_talk_with_f8_anywhere(app: AppModel, page: CallPage, qtbot: QtBot) -> None:
    talking(app)
    qtbot.mouseClick(page.bar.talk, LEFT)
    assert page.bar.talk.isChecked()
    assert page.bar.mute.text() == "Micro fermé"
    assert page.bar.hint.text() == "Talkie actif\u202f: maintenez Espace pour parler"
    page.bar.hang_up.setFocus(Qt.FocusReason.TabFocusReason)
    qtbot.keyPress(page.bar.hang_up, Qt.Key.Key_F8)
    assert app.calls.current.talking
    qtbot.keyRelease(page.bar.hang_up, Qt.Key.Key_F8)
    assert not app.calls.current.talking


def test_looking_elsewhere_lets_go_of_the_talk_key(
    app: AppModel, page: CallPage, qtbot: QtBot
) -> None:
    talking(app)
    app.calls.current.toggle_mute()
    page.setFocus()
    qtbot.keyPress(page, Qt.Key.Key_Space)
    assert app.calls.current.talking
    page.header.more.setFocus(Qt.FocusReason.TabFocusReason)
    assert not app.calls.current.talking


def test_hold_and_back(app: AppModel, page: CallPage, qtbot: QtBot) -> None:
    talking(app, seconds=60.5)
    qtbot.mouseClick(page.bar.hold, LEFT)
    assert page.bar.hold.text() == "En attente"
    assert page.bar.hold.accessibleName() == "Reprendre l’appel"
    assert page.talk.state.text().startswith("En attente")
    qtbot.mouseClick(page.bar.hold, LEFT)
    assert page.bar.hold.text() == "Attente"
    assert page.talk.state.text() == "01:00"


def test_hanging_up_shows_how_long_it_was(app: AppModel, page: CallPage, qtbot: QtBot) -> None:
    talking(app, "John", 272.5)
    qtbot.mouseClick(page.bar.hang_up, LEFT)
    assert page.talk.state.text() == "Appel terminé · 04:32"
    assert page.ended.again.isHidden(), "nothing went wrong"
    clock(app).advance(2)
    assert app.calls.current is None


def test_the_bar_is_one_tab_stop_with_arrows_inside(
    app: AppModel, page: CallPage, qtbot: QtBot
) -> None:
    talking(app)
    bar = page.bar
    tab = Qt.FocusPolicy.TabFocus
    assert [c for c in bar.controls if c.focusPolicy() & tab] == [bar.mute]
    bar.mute.setFocus(Qt.FocusReason.TabFocusReason)
    for wanted in (bar.talk, bar.hold, bar.hang_up, bar.mute):
        qtbot.keyClick(QApplication.focusWidget(), Qt.Key.Key_Right)
        assert QApplication.focusWidget() is wanted
    qtbot.keyClick(bar.mute, Qt.Key.Key_End)
    assert QApplication.focusWidget() is bar.hang_up
    assert [c for c in bar.controls if c.focusPolicy() & tab] == [bar.hang_up]
    qtbot.keyClick(bar.hang_up, Qt.Key.Key_Home)
    qtbot.keyClick(bar.mute, Qt.Key.Key_Space)
    assert app.calls.current.muted, "reached by Tab, it answers Space itself"


# ── popovers ─────────────────────────────────────────────────────────────────────────────────────


def test_safety_words_are_the_same(app: AppModel, page: CallPage, qtbot: QtBot) -> None:
    talking(app)
    qtbot.mouseClick(page.talk.words, LEFT)
    words = page.popover
    assert isinstance(words, WordsPopover)
    assert words.title.text() == "Lisez ces mots à John"
    assert tuple(place.word.text() for place in words.words) == WORDS_FR
    assert words.words[0].accessibleName() == f"Mot 1\u202f: {WORDS_FR[0]}"
    words.switch.setCurrentIndex(1)
    assert words.words[0].word.text() == "ocean"
    assert words.title.text() == "Lisez ces mots à John", "the words change, not the language"
    qtbot.mouseClick(words.yes, LEFT)
    assert page.popover is None
    assert core(app).asked_for(orders.ConfirmWords)[-1].match
    assert page.talk.words.accessibleName() == "Mots de sécurité, clé vérifiée"
    assert page.talk.words.tone == "success"


def test_safety_words_differ_and_one_stays_or_hangs_up(
    app: AppModel, page: CallPage, qtbot: QtBot
) -> None:
    talking(app)
    page.show_words()
    words = page.popover
    assert isinstance(words, WordsPopover)
    qtbot.mouseClick(words.no, LEFT)
    assert words.question.text().startswith("Raccrocher\u202f?")
    assert words.stay.hasFocus(), "a stray Enter does not hang up"
    qtbot.mouseClick(words.stay, LEFT)
    assert page.popover is None
    assert app.calls.current.phase == "active"
    page.show_words()
    again = page.popover
    assert isinstance(again, WordsPopover)
    again.no.click()
    again.leave.click()
    assert app.calls.current.phase == "over"


def test_escape_closes_the_popover(app: AppModel, page: CallPage, qtbot: QtBot) -> None:
    talking(app)
    page.show_words()
    qtbot.keyClick(page.popover, Qt.Key.Key_Escape)
    assert page.popover is None


def test_quality_in_figures_follows_the_call(app: AppModel, page: CallPage, qtbot: QtBot) -> None:
    id = talking(app)
    assert page.header.quality.isHidden(), "nothing is measured yet"
    core(app).measured(id, mos=4.1, rtt_ms=38.0, loss=0.003, jitter_ms=6.0)
    assert page.header.quality.accessibleName() == "Qualité de l’appel\u202f: Bonne"
    qtbot.mouseClick(page.header.quality, LEFT)
    figures = page.popover
    assert isinstance(figures, QualityPopover)
    assert figures.title.text() == "Qualité bonne"
    told = {name.text(): figure.text() for name, figure in figures.table._cells}
    assert told["Aller-retour (RTT)"] == "38 ms"
    assert told["Pertes"] == "0,3\u202f%"
    assert told["Codec"] == "Opus, 32 kbit/s"
    core(app).measured(id, mos=2.0, rtt_ms=340.0, loss=0.2)
    assert figures.title.text() == "Qualité faible"
    assert figures.line.points == [38.0, 340.0]


def test_choosing_another_microphone(app: AppModel, page: CallPage, qtbot: QtBot) -> None:
    talking(app)
    qtbot.mouseClick(page.bar.device, LEFT)
    devices = page.popover
    assert isinstance(devices, DevicePopover)
    names = [button.text() for button in devices.microphones.buttons]
    assert names[1:] == ["Casque USB", "Micro interne"]
    devices.microphones.buttons[2].click()
    assert core(app).asked_for(orders.SetAudio)[-1].microphone == "Micro interne"
    with qtbot.waitSignal(page.settings_wanted) as asked:
        devices.settings.click()
    assert asked.args == ["audio"]


def test_more_leads_to_details_settings_words_and_log(
    app: AppModel, page: CallPage, qtbot: QtBot
) -> None:
    talking(app, seconds=61.5)
    actions = {action.text(): action for action in page.header.menu.actions()}
    assert list(actions) == ["Informations", "Paramètres audio", "Vérifier", "Journal"]
    actions["Informations"].trigger()
    told = {n.text(): f.text() for n, f in page.popover.table._cells if not n.isHidden()}
    assert told["Personne"] == "John"
    assert told["Durée"] == "01:01"
    actions["Vérifier"].trigger()
    assert isinstance(page.popover, WordsPopover)
    with qtbot.waitSignal(page.settings_wanted):
        actions["Paramètres audio"].trigger()
    with qtbot.waitSignal(page.log_wanted):
        actions["Journal"].trigger()


# ── what goes wrong ──────────────────────────────────────────────────────────────────────────────


def test_reconnecting(app: AppModel, page: CallPage) -> None:
    id = talking(app, seconds=10)
    core(app).becomes(id, state=State.RECONNECTING)
    assert page.notices.banner.text == "Reconnexion… L’appel reprend tout seul."
    assert not page.notices.banner.isHidden()
    core(app).becomes(id, state=State.ACTIVE)
    assert page.notices.banner.isHidden()


def test_a_changed_key_is_said_and_can_be_accepted(
    app: AppModel, page: CallPage, qtbot: QtBot
) -> None:
    id = talking(app)
    core(app).becomes(id, key_changed=True)
    banner = page.notices.banner
    assert banner.text.startswith("La clé a changé.")
    assert banner.button.text() == "Accepter la nouvelle clé"
    qtbot.mouseClick(banner.button, LEFT)
    assert core(app).asked_for(orders.AcceptKey)[-1].call == id
    assert banner.isHidden()


def test_a_call_of_2023_shows_that_it_is_not_encrypted(app: AppModel, page: CallPage) -> None:
    core(app).come("Salle 204", legacy=True)
    talking(app, "Salle 204")
    assert page.header.chip.text() == "Non chiffré"
    assert page.header.chip.tone == "warning"
    assert page.talk.words.isHidden(), "there are no words to compare"


def test_a_call_on_hold_beside_this_one(app: AppModel, page: CallPage, qtbot: QtBot) -> None:
    first = talking(app, "Accueil", 5)
    core(app).rings("John")
    app.calls.incoming.accept_after("hold")
    assert page.talk.name.text() == "John"
    assert page.notices.held.text == "Accueil est en attente"
    qtbot.mouseClick(page.notices.held.button, LEFT)
    assert app.calls.current.id == first
    assert page.talk.name.text() == "Accueil"
    assert not core(app).calls[first].held_here
    assert page.notices.held.text == "John est en attente"


# ── room and language ────────────────────────────────────────────────────────────────────────────


def test_a_narrow_page_keeps_mute_more_and_hang_up(
    app: AppModel, page: CallPage, qtbot: QtBot
) -> None:
    talking(app)
    page.resize(380, 664)
    assert page.width() == 380
    shown = [c for c in page.bar.controls if not c.isHidden()]
    assert shown == [page.bar.mute, page.bar.more, page.bar.hang_up]
    assert page.header.chip.isHidden() and not page.talk.encryption.isHidden()
    qtbot.mouseClick(page.bar.more, LEFT)
    more = page._more
    assert more is not None and more.is_open
    assert more.buttons["hold"].text() == "Mettre en attente"
    qtbot.mouseClick(more.buttons["hold"], LEFT)
    assert app.calls.current.now.held_here
    assert page._more is None


@pytest.mark.parametrize("scale", [0.9, 1.0, 1.3])
def test_everything_fits_in_the_smallest_window(
    app: AppModel, page: CallPage, qtbot: QtBot, theme, scale: float
) -> None:
    theme.configure(scale=scale)
    talking(app)
    page.resize(360, 520)
    QApplication.processEvents()
    assert (page.width(), page.height()) == (360, 520)
    ring, name = page.talk.ring, page.talk.name
    assert ring.isHidden() or not ring.geometry().intersects(name.geometry())
    assert page.talk.chips.geometry().bottom() < page.talk.height()
    for control in page.bar.controls:
        if not control.isHidden():
            corner = control.mapTo(page, control.rect().bottomRight())
            assert page.rect().contains(corner), control.text()


def test_another_language_at_once(app: AppModel, page: CallPage) -> None:
    talking(app)
    app.settings.set("language", "en")
    page.retranslate()
    assert app.language is Language.ENGLISH
    assert [c.text() for c in page.bar.controls if not c.isHidden()] == [
        "Mic", "Push to talk", "Hold", "Hang up",
    ]  # fmt: skip
    assert page.talk.words.text() == "Safety words"
    assert page.header.minimise.accessibleName() == "Minimise call"


def test_every_control_has_a_name_and_a_tooltip(app: AppModel, page: CallPage) -> None:
    talking(app)
    for control in (*page.bar.controls, page.header.minimise, page.header.more):
        if not control.isHidden():
            assert control.accessibleName(), control
            assert control.toolTip().startswith(control.accessibleName())
    interface = QAccessible.queryAccessibleInterface(page.bar.mute)
    assert interface.text(QAccessible.Text.Name) == "Couper le micro"


def test_minimise(app: AppModel, page: CallPage, qtbot: QtBot) -> None:
    talking(app)
    qtbot.mouseClick(page.header.minimise, LEFT)
    assert app.minimised
