"""The settings: every change applies at once, and what was changed elsewhere shows here."""

from pathlib import Path
from typing import TypeVar

import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QApplication, QComboBox, QWidget
from pytestqt.qtbot import QtBot
from tests.unit.desktop.fakes import FINGERPRINT, NOON, app_model, clock, core

from devcloud.desktop import happenings as on
from devcloud.desktop import orders
from devcloud.desktop.theme.theme import Theme
from devcloud.desktop.view.settings.about import AboutPage
from devcloud.desktop.view.settings.appearance import AppearancePage
from devcloud.desktop.view.settings.audio import AudioPage
from devcloud.desktop.view.settings.language import LanguagePage
from devcloud.desktop.view.settings.page import SettingsPage
from devcloud.desktop.view.settings.privacy import PrivacyPage
from devcloud.desktop.view.settings.profile import ProfilePage
from devcloud.desktop.view.settings.ring import RingPage
from devcloud.desktop.view.settings.server import ServerPage
from devcloud.desktop.view.settings.shortcuts import ShortcutsPage
from devcloud.desktop.view.settings_dialog import PAGES, SettingsDialog
from devcloud.desktop.view.widgets.sheet import Sheet
from devcloud.desktop.viewmodel.app import AppModel

Page = TypeVar("Page", bound=SettingsPage)
LEFT = Qt.MouseButton.LeftButton
PINS = (
    on.Pinned("John", FINGERPRINT, True, NOON - 9e5),
    on.Pinned("Accueil", FINGERPRINT, False, NOON - 9e5),
)


@pytest.fixture
def app(tmp_path: Path) -> AppModel:
    made = app_model(tmp_path, pins=PINS)
    core(made).devices("Casque USB", "Micro interne")
    return made


@pytest.fixture
def dialog(app: AppModel, qtbot: QtBot) -> SettingsDialog:
    made = SettingsDialog(app)
    qtbot.addWidget(made)
    made.show()
    qtbot.waitExposed(made)
    made.activateWindow()
    return made


def opened(dialog: SettingsDialog, key: str, kind: type[Page]) -> Page:
    dialog.open_page(key)
    page = dialog.pages[key]
    assert isinstance(page, kind)
    return page


def settle(page: SettingsPage) -> None:
    """Let layouts inside layouts have their say."""
    for _ in range(5):
        QApplication.processEvents()
        if page.widget().width() <= page.viewport().width():
            return


def choose(combo: QComboBox, text: str) -> None:
    """Choose as a person does."""
    index = combo.findText(text)
    assert index >= 0, [combo.itemText(each) for each in range(combo.count())]
    combo.setCurrentIndex(index)
    combo.activated.emit(index)


# ── the window ───────────────────────────────────────────────────────────────────────────────────


def test_categories_lead_to_pages(dialog: SettingsDialog, qtbot: QtBot) -> None:
    names = [dialog.list.item(each).text() for each in range(dialog.list.count())]
    assert names == [
        "Profil", "Audio", "Sonneries", "Apparence", "Raccourcis", "Confidentialité",
        "Serveur", "Langue", "À propos",
    ]  # fmt: skip
    assert dialog.windowTitle() == "Paramètres – DevCloud"
    dialog.list.setFocus()
    for key in list(PAGES)[1:]:
        qtbot.keyClick(dialog.list, Qt.Key.Key_Down)
        assert dialog.page == key
        assert dialog.stack.currentWidget() is dialog.pages[key]


def test_ctrl_f_finds_a_row_whatever_its_accents(dialog: SettingsDialog, qtbot: QtBot) -> None:
    qtbot.keyClick(dialog, Qt.Key.Key_F, Qt.KeyboardModifier.ControlModifier)
    assert not dialog.search.isHidden()
    qtbot.keyClicks(QApplication.focusWidget(), "reduction")
    assert [dialog.results.item(0).text()] == ["Réduction du bruit"]
    qtbot.keyClick(QApplication.focusWidget(), Qt.Key.Key_Return)
    assert dialog.page == "audio"
    assert QApplication.focusWidget() is dialog.pages["audio"].noise
    assert dialog.search.isHidden()


def test_a_search_without_result_says_so_and_escape_ends_it(
    dialog: SettingsDialog, qtbot: QtBot
) -> None:
    dialog.open_search()
    qtbot.keyClicks(QApplication.focusWidget(), "zzz")
    assert dialog.results.item(0).text() == "Rien ne porte ce nom ici"
    qtbot.keyClick(dialog, Qt.Key.Key_Escape)
    assert dialog.isVisible() and dialog.search.isHidden()
    qtbot.keyClick(dialog, Qt.Key.Key_Escape)
    assert not dialog.isVisible()


def test_a_narrow_window_has_its_categories_above(dialog: SettingsDialog) -> None:
    dialog.resize(360, 520)
    QApplication.processEvents()
    assert dialog.width() == 360
    assert dialog.nav.isHidden() and not dialog.narrow_list.isHidden()
    dialog.narrow_list.activated.emit(3)
    assert dialog.page == "appearance"


@pytest.mark.parametrize(
    ("language", "width", "scale"), [("fr", 360, 1.3), ("en", 360, 1.0), ("fr", 920, 1.3)]
)
def test_no_control_is_cut_off(
    dialog: SettingsDialog, theme: Theme, language: str, width: int, scale: float
) -> None:
    app = dialog.app
    theme.configure(scale=scale)
    app.settings.set("language", language)
    dialog.resize(width, 700)
    for key in PAGES:
        page = opened(dialog, key, SettingsPage)
        settle(page)
        assert page.widget().width() <= page.viewport().width(), key
        for row in page.found:
            for control in row.row.findChildren(QWidget):
                if control.isVisible() and control.focusPolicy() != Qt.FocusPolicy.NoFocus:
                    left = control.mapTo(row.row, control.rect().topLeft()).x()
                    right = control.mapTo(row.row, control.rect().topRight()).x()
                    assert 0 <= left <= right < row.row.width(), (key, row.text)


def test_every_control_has_a_name(dialog: SettingsDialog) -> None:
    for key in PAGES:
        page = opened(dialog, key, SettingsPage)
        for control in page.widget().findChildren(QWidget):
            inside = control.window() is dialog and not control.isHidden()
            if inside and control.focusPolicy() & Qt.FocusPolicy.TabFocus:
                inner = control.objectName().startswith("qt_") or control.parent() is None
                text = getattr(control, "text", str)()
                assert inner or control.accessibleName() or text, (key, control)


def test_the_language_changes_at_once(app: AppModel, dialog: SettingsDialog) -> None:
    for key in PAGES:
        dialog.open_page(key)
    page = opened(dialog, "language", LanguagePage)
    page.buttons["en"].click()
    assert app.settings.value("language") == "en"
    assert dialog.windowTitle() == "Settings – DevCloud"
    assert dialog.pages["audio"].title.text() == "Audio"
    assert dialog.pages["ring"].title.text() == "Ring tones"
    assert dialog.list.item(5).text() == "Privacy"


# ── audio and ring tones ─────────────────────────────────────────────────────────────────────────


def test_another_microphone_is_used_at_once(app: AppModel, dialog: SettingsDialog) -> None:
    page = opened(dialog, "audio", AudioPage)
    choose(page.microphone, "Micro interne")
    assert core(app).asked_for(orders.SetAudio)[-1].microphone == "Micro interne"
    core(app).devices("Casque USB")
    assert page.microphone.currentText() == "Micro interne", "unplugged, still the one chosen"


def test_volumes_are_gains(app: AppModel, dialog: SettingsDialog) -> None:
    page = opened(dialog, "audio", AudioPage)
    page.input_volume.setValue(6)
    page.output_volume.setValue(-10)
    order = core(app).asked_for(orders.SetAudio)[-1]
    assert (order.input_gain_db, order.output_gain_db) == (6.0, -10.0)
    assert page.input_volume.accessibleDescription() == "6 dB"


def test_the_microphone_test_says_what_it_does(
    app: AppModel, dialog: SettingsDialog, qtbot: QtBot
) -> None:
    page = opened(dialog, "audio", AudioPage)
    core(app).slow.add(orders.TestMicrophone)
    qtbot.mouseClick(page.test, LEFT)
    assert page.test.text() == "Parlez…" and not page.test.isEnabled()
    app.audio.test_level.emit(-20.0)
    assert page.meter.lit > 8
    clock(app).advance(3)
    assert page.test.text() == "Écoutez…"


def test_switches_apply_to_the_voice(app: AppModel, dialog: SettingsDialog, qtbot: QtBot) -> None:
    page = opened(dialog, "audio", AudioPage)
    page.noise.click()
    assert not core(app).asked_for(orders.SetAudio)[-1].noise_suppression
    page.push_to_talk.click()
    assert app.settings.value("push_to_talk") is True
    app.settings.set("echo_cancellation", False)
    assert not page.echo.isChecked(), "what is changed elsewhere shows"


def test_no_microphone_is_said_over_the_page(app: AppModel, dialog: SettingsDialog) -> None:
    page = opened(dialog, "audio", AudioPage)
    assert page.error.isHidden()
    core(app).devices()
    assert page.error.text == "Aucun micro trouvé"
    core(app).devices("Casque USB")
    assert page.error.isHidden()


def test_a_ring_tone_is_heard_when_it_is_chosen(app: AppModel, dialog: SettingsDialog) -> None:
    page = opened(dialog, "ring", RingPage)
    choose(page.tone, "Gouttes")
    assert app.settings.value("ring_tone") == "drops"
    assert core(app).asked_for(orders.PlaySound)[-1].sound == "drops_once"
    choose(page.length, "15 s")
    assert app.ring_s == 15.0


def test_silent_hours(app: AppModel, dialog: SettingsDialog) -> None:
    page = opened(dialog, "ring", RingPage)
    assert not page.hours.isEnabled()
    page.silent.click()
    value = app.settings.value
    assert (value("silent_from"), value("silent_to")) == ("22:00", "07:00")
    choose(page.ends, "06:30")
    assert value("silent_to") == "06:30"
    app.settings.set("silent_from", "21:45")
    assert page.starts.currentText() == "21:45"
    page.silent.click()
    assert (value("silent_from"), value("silent_to")) == ("", "")


# ── appearance and shortcuts ─────────────────────────────────────────────────────────────────────


def test_look(app: AppModel, dialog: SettingsDialog, qtbot: QtBot) -> None:
    page = opened(dialog, "appearance", AppearancePage)
    page.themes.setCurrentIndex(1)
    assert app.settings.value("theme") == "dark"
    names = [swatch.accessibleName() for swatch in page.swatches]
    assert names == ["Bleu", "Sarcelle", "Violet", "Rose", "Ocre", "Graphite"]
    qtbot.mouseClick(page.swatches[3], LEFT)
    assert app.settings.value("accent") == "rose"
    assert [swatch.isChecked() for swatch in page.swatches].count(True) == 1
    page.sizes.setCurrentIndex(3)
    assert app.settings.value("font_scale") == 1.3
    page.motion.click()
    assert app.settings.value("reduced_motion") is True
    page.motion.click()
    assert app.settings.value("reduced_motion") == "system"


def test_a_shortcut_is_pressed_anew(app: AppModel, dialog: SettingsDialog, qtbot: QtBot) -> None:
    page = opened(dialog, "shortcuts", ShortcutsPage)
    button = page.buttons["mute"]
    qtbot.mouseClick(button, LEFT)
    assert button.text() == "Appuyez…"
    qtbot.keyClick(button, Qt.Key.Key_Control)
    assert button.waiting, "a modifier alone is no shortcut"
    qtbot.keyClick(button, Qt.Key.Key_F9)
    assert app.shortcuts.keys("mute") == "F9"
    assert button.text() == "F9"


def test_a_conflict_is_named_and_changes_nothing(
    app: AppModel, dialog: SettingsDialog, qtbot: QtBot
) -> None:
    page = opened(dialog, "shortcuts", ShortcutsPage)
    qtbot.mouseClick(page.buttons["mute"], LEFT)
    both = Qt.KeyboardModifier.ControlModifier | Qt.KeyboardModifier.ShiftModifier
    qtbot.keyClick(page.buttons["mute"], Qt.Key.Key_H, both)
    assert page.rows["mute"].subtitle.text() == "Déjà utilisé pour Raccrocher"
    assert app.shortcuts.keys("mute") == "Ctrl+Shift+M"


def test_escape_keeps_a_shortcut_and_delete_takes_it(
    app: AppModel, dialog: SettingsDialog, qtbot: QtBot
) -> None:
    page = opened(dialog, "shortcuts", ShortcutsPage)
    button = page.buttons["log"]
    qtbot.mouseClick(button, LEFT)
    qtbot.keyClick(button, Qt.Key.Key_Escape)
    assert dialog.isVisible() and app.shortcuts.keys("log") == "Ctrl+L"
    qtbot.mouseClick(button, LEFT)
    qtbot.keyClick(button, Qt.Key.Key_Delete)
    assert app.shortcuts.keys("log") == "" and button.text() == "Aucun"
    page.restore.click()
    assert app.shortcuts.keys("log") == "Ctrl+L"


# ── privacy, server, profile, about ──────────────────────────────────────────────────────────────


def test_privacy(app: AppModel, dialog: SettingsDialog) -> None:
    page = opened(dialog, "privacy", PrivacyPage)
    page.only_encrypted.click()
    page.hide_names.click()
    choose(page.keep, "30 jours")
    choose(page.warm_up, "Jamais")
    value = app.settings.value
    assert (value("only_encrypted"), value("hide_names")) == (True, True)
    assert (value("keep_history"), value("warm_up")) == ("30_days", "never")


def test_known_keys_are_listed_and_forgotten(app: AppModel, dialog: SettingsDialog) -> None:
    page = opened(dialog, "privacy", PrivacyPage)
    rows = page.keys.rows
    assert [row.title.text() for row in rows] == ["John", "Accueil"]
    assert rows[0].subtitle.text().startswith("Clé vérifiée")
    assert FINGERPRINT in rows[0].subtitle.text()
    rows[1].trailing.click()
    assert core(app).asked_for(orders.ForgetKey)[-1].name == "Accueil"


def test_erasing_everything_asks_once(app: AppModel, dialog: SettingsDialog, qtbot: QtBot) -> None:
    page = opened(dialog, "privacy", PrivacyPage)
    app.settings.set("hide_names", True)
    page.erase.click()
    sheet = dialog.findChild(Sheet)
    assert sheet is not None and sheet.is_open
    qtbot.keyClick(QApplication.focusWidget(), Qt.Key.Key_Escape)
    assert app.settings.value("hide_names") is True, "Esc means no"
    page.erase.click()
    asked = next(each for each in dialog.findChildren(Sheet) if each.is_open)
    yes = next(b for b in asked.findChildren(QWidget) if b.property("kind") == "danger")
    qtbot.mouseClick(yes, LEFT)
    assert app.settings.value("hide_names") is False


def test_server(app: AppModel, dialog: SettingsDialog, qtbot: QtBot) -> None:
    page = opened(dialog, "server", ServerPage)
    assert page.status.title.text() == "Connecté à 192.168.35.145:10000"
    page.port.setText("80")
    page.port.editingFinished.emit()
    assert page.port_row.subtitle.text().startswith("Le numéro de port doit être compris")
    assert app.settings.value("port") == 10000
    page.port.setText("10001")
    page.port.editingFinished.emit()
    assert app.settings.value("port") == 10001 and not page.port_row.subtitle.text()
    qtbot.mouseClick(page.leave, LEFT)
    assert core(app).asked_for(orders.SignOut)
    assert page.status.title.text() == "Déconnecté" and not page.leave.isEnabled()


def test_profile(app: AppModel, dialog: SettingsDialog, qtbot: QtBot) -> None:
    page = opened(dialog, "profile", ProfilePage)
    assert page.name.text() == "Marc"
    assert page.fingerprint.text() == FINGERPRINT
    page.name.setText("  ")
    page.name.editingFinished.emit()
    assert page.name.text() == "Marc", "a name is needed"
    page.name.setText("Salle 204")
    page.name.editingFinished.emit()
    assert app.settings.value("name") == "Salle 204"
    with qtbot.waitSignal(app.clipboard) as copied:
        qtbot.mouseClick(page.copy, LEFT)
    assert copied.args == [FINGERPRINT]


def test_about(app: AppModel, dialog: SettingsDialog) -> None:
    page = opened(dialog, "about", AboutPage)
    assert [found.text for found in page.found] == ["Version", "Licence", "Police", "Icônes"]
