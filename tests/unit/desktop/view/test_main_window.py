"""The window: its pages and titles, shortcuts, the log, closing and quitting, toasts, banners."""

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from PySide6.QtCore import QRect, Qt
from PySide6.QtGui import QGuiApplication
from PySide6.QtWidgets import QPushButton, QWidget
from pytestqt.qtbot import QtBot
from tests.unit.desktop.fakes import FINGERPRINT, app_model, clock, core, past, talking

from devcloud.desktop import happenings, orders
from devcloud.desktop.view.main_window import MainWindow
from devcloud.desktop.view.sidebar import HISTORY
from devcloud.desktop.view.tray import Tray
from devcloud.desktop.viewmodel.app import AppModel
from devcloud.desktop.viewmodel.values import KeyQuestion
from devcloud.model.errors import AlreadyRunning

CTRL = Qt.KeyboardModifier.ControlModifier
SHIFT = Qt.KeyboardModifier.ShiftModifier
LEFT = Qt.MouseButton.LeftButton
Press = Callable[..., None]


@pytest.fixture
def app(tmp_path: Path) -> AppModel:
    return app_model(tmp_path, calls=(past(1, "John", "out"),))


@pytest.fixture
def window(app: AppModel, qtbot: QtBot) -> Iterator[MainWindow]:
    window = MainWindow(app)
    window.resize(1200, 760)
    with qtbot.waitExposed(window):
        window.show()
    window.activateWindow()
    yield window
    window._leaving = True
    window.notices.close_all()
    window.incoming_window.hide()
    window.close()
    window.deleteLater()


@pytest.fixture
def press(window: MainWindow, qtbot: QtBot) -> Press:
    def press(key: Qt.Key, modifiers: Qt.KeyboardModifier = CTRL) -> None:
        qtbot.keyClick(window.focusWidget() or window, key, modifiers)

    return press


def button(inside: QWidget, text: str) -> QPushButton:
    return next(b for b in inside.findChildren(QPushButton) if b.text() == text)


def without_tray(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(Tray, "available", property(lambda _tray: False))


def with_tray(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(Tray, "available", property(lambda _tray: True))


def test_the_page_follows_the_connection(tmp_path: Path, qtbot: QtBot) -> None:
    app = app_model(tmp_path, online=False)
    window = MainWindow(app)
    qtbot.addWidget(window, before_close_func=lambda w: setattr(w, "_leaving", True))
    assert window.pages.currentWidget() is window.connect_page
    app.connect_form.set_field("name", "Marc")
    app.connect_form.set_field("host", "192.168.35.145")
    app.connect_form.submit()
    assert window.pages.currentWidget() is window.home
    app.disconnect_from_server()
    assert window.pages.currentWidget() is window.connect_page


def test_a_call_takes_the_window_and_its_title(window: MainWindow, app: AppModel) -> None:
    assert window.windowTitle() == "DevCloud"
    app.calls.call("John")
    assert window.pages.currentWidget() is window.call_page
    assert window.windowTitle() == "Appel vers John – DevCloud"


def test_a_minimised_call_goes_on_in_a_green_bar(
    window: MainWindow, app: AppModel, qtbot: QtBot
) -> None:
    talking(app, "John", 4.5)
    app.minimise()
    bar = window.call_bar
    assert bar.isVisible()
    assert window.pages.currentWidget() is window.home
    assert bar.who.text() == "John"
    assert bar.timer.text() == "00:04"
    clock(app).advance(1)
    assert bar.timer.text() == "00:05"
    qtbot.mouseClick(bar.mute, LEFT)
    assert core(app).asked_for(orders.Mute)[-1].muted
    assert bar.mute.accessibleName() == "Activer le micro"
    qtbot.mouseClick(bar.back, LEFT)
    assert not bar.isVisible()
    assert window.pages.currentWidget() is window.call_page
    app.minimise()
    qtbot.mouseClick(bar.hang_up, LEFT)
    assert len(core(app).asked_for(orders.HangUp)) == 1


def test_a_lost_connection_is_counted_down_over_everything(
    window: MainWindow, app: AppModel, qtbot: QtBot
) -> None:
    core(app).link(online=False, next_try_s=4.0)
    assert window.banner.isVisible()
    assert window.banner.banner.text == "Connexion perdue. Nouvel essai dans 4 s."
    clock(app).advance(1.5)
    assert window.banner.banner.text == "Connexion perdue. Nouvel essai dans 3 s."
    qtbot.mouseClick(window.banner.banner.button, LEFT)
    assert core(app).asked_for(orders.RetryNow) != []
    core(app).link(online=True)
    assert not window.banner.isVisible()
    assert window.toast.text == "De nouveau en ligne"


def test_shortcuts_search_tabs_and_settings(
    window: MainWindow, app: AppModel, press: Press
) -> None:
    press(Qt.Key.Key_K)
    assert window.focusWidget() is window.home.sidebar.search.edit
    press(Qt.Key.Key_2)
    assert window.home.sidebar.tab == HISTORY
    press(Qt.Key.Key_1)
    assert window.focusWidget() is window.home.sidebar.contacts
    press(Qt.Key.Key_Comma)
    assert window.settings_dialog is not None
    assert window.settings_dialog.isVisible()


def test_the_log_opens_and_closes_and_shows_what_happens(
    window: MainWindow, app: AppModel, press: Press, qtbot: QtBot
) -> None:
    press(Qt.Key.Key_L)
    assert window.log.isVisible()
    assert window.pages.isVisible()
    assert window.focusWidget() is window.log.lines
    app.log.add_text("Une ligne")
    assert window.log.lines.toPlainText().splitlines()[-1].endswith("Une ligne")
    with qtbot.waitSignal(app.clipboard) as copied:
        qtbot.mouseClick(window.log.copy_button, LEFT)
    assert "Une ligne" in copied.args[0]
    assert "Une ligne" in QGuiApplication.clipboard().text()
    qtbot.mouseClick(window.log.clear_button, LEFT)
    assert window.log.lines.toPlainText() == ""
    qtbot.keyClick(window.log.lines, Qt.Key.Key_Escape)
    assert not window.log.isVisible()
    assert window.focusWidget() is window.home.sidebar.contacts


def test_in_a_narrow_window_the_log_is_a_page(window: MainWindow, press: Press) -> None:
    window.resize(380, 700)
    assert window.width_class == "narrow"
    press(Qt.Key.Key_L)
    assert window.log.isVisible()
    assert not window.pages.isVisible()
    press(Qt.Key.Key_L)
    assert window.pages.isVisible()


def test_f1_lists_the_shortcuts_as_they_are_set(
    window: MainWindow, app: AppModel, press: Press
) -> None:
    app.shortcuts.assign("mute", "Ctrl+Shift+Y")
    press(Qt.Key.Key_F1, Qt.KeyboardModifier.NoModifier)
    sheet = window._sheet
    assert sheet is not None
    assert sheet.is_open
    named = [w.accessibleName() for w in sheet.findChildren(QWidget)]
    assert "Couper le micro: Ctrl+Shift+Y" in named


def test_call_controls_have_keys_anywhere_in_the_window(
    window: MainWindow, app: AppModel, press: Press
) -> None:
    talking(app, "John")
    app.minimise()
    press(Qt.Key.Key_M, CTRL | SHIFT)
    assert core(app).asked_for(orders.Mute)[-1].muted
    press(Qt.Key.Key_H, CTRL | SHIFT)
    assert len(core(app).asked_for(orders.HangUp)) == 1


def test_an_incoming_call_is_answered_with_keys(
    window: MainWindow, app: AppModel, press: Press
) -> None:
    core(app).rings("John")
    assert window.incoming.is_open
    press(Qt.Key.Key_A, CTRL | SHIFT)
    assert len(core(app).asked_for(orders.Accept)) == 1


def test_changed_keys_count_at_once(window: MainWindow, app: AppModel, press: Press) -> None:
    app.shortcuts.assign("search", "Ctrl+J")
    press(Qt.Key.Key_K)
    assert window.focusWidget() is not window.home.sidebar.search.edit
    press(Qt.Key.Key_J)
    assert window.focusWidget() is window.home.sidebar.search.edit


def test_closing_stays_in_the_tray_and_says_so_once(
    window: MainWindow, app: AppModel, monkeypatch: pytest.MonkeyPatch, qtbot: QtBot
) -> None:
    with_tray(monkeypatch)
    told: list[str] = []
    monkeypatch.setattr(window.tray.icon, "showMessage", lambda _t, text, _i: told.append(text))
    for _ in range(2):
        window.show()
        window.close()
        assert not window.isVisible()
    assert told == ["DevCloud reste ouvert pour recevoir vos appels."]
    app.raise_window.emit()
    assert window.isVisible()


def test_without_a_tray_closing_asks_and_quits(
    window: MainWindow, app: AppModel, monkeypatch: pytest.MonkeyPatch, qtbot: QtBot
) -> None:
    without_tray(monkeypatch)
    window.close()
    assert window.isVisible()
    sheet = window._sheet
    assert sheet is not None
    qtbot.keyClick(sheet, Qt.Key.Key_Escape)
    window.close()
    assert window._sheet is not None
    with qtbot.waitSignal(app.quitting):
        qtbot.mouseClick(button(window._sheet, "Quitter"), LEFT)


def test_ctrl_q_asks_only_when_a_call_would_be_lost(
    window: MainWindow, app: AppModel, press: Press, qtbot: QtBot
) -> None:
    talking(app, "John")
    press(Qt.Key.Key_Q)
    sheet = window._sheet
    assert sheet is not None
    assert sheet.accessibleName() == "Raccrocher et quitter\u202f?"
    qtbot.mouseClick(button(sheet, "Annuler"), LEFT)
    app.calls.current.hang_up()  # type: ignore[union-attr]
    clock(app).advance(3)
    with qtbot.waitSignal(app.quitting):
        press(Qt.Key.Key_Q)


def test_a_toast_with_an_undo_runs_it(window: MainWindow, app: AppModel, qtbot: QtBot) -> None:
    app.history.delete(1)
    assert window.toast.text == "Appel effacé"
    assert app.history.rowCount() == 0
    qtbot.mouseClick(button(window.toast, "Annuler"), LEFT)
    assert app.history.rowCount() == 2


def test_a_changed_server_key_is_shown_side_by_side(
    window: MainWindow, app: AppModel, qtbot: QtBot
) -> None:
    app.server_key_question = KeyQuestion("192.168.35.145:10000", "3F2A 91C4", "66A1 F09C")
    app.ask_about_server_key()
    sheet = window._sheet
    assert sheet is not None
    named = [w.accessibleName() for w in sheet.findChildren(QWidget)]
    assert "Connue jusqu’ici: 3F2A 91C4" in named
    assert "Présentée aujourd’hui: 66A1 F09C" in named
    assert window.focusWidget() is button(sheet, "Annuler")
    qtbot.mouseClick(button(sheet, "Accepter la nouvelle clé"), LEFT)
    assert core(app).asked_for(orders.AcceptServerKey)[0].pin == "66A1 F09C"


def test_size_and_place_are_remembered(window: MainWindow, app: AppModel, qtbot: QtBot) -> None:
    window.resize(640, 600)
    window._remember()
    again = MainWindow(app)
    qtbot.addWidget(again, before_close_func=lambda w: setattr(w, "_leaving", True))
    assert (again.width(), again.height()) == (640, 600)


def test_it_is_never_smaller_than_360_by_520(window: MainWindow) -> None:
    window.resize(100, 100)
    assert (window.width(), window.height()) == (360, 520)


def test_every_button_in_sight_has_a_name(window: MainWindow, app: AppModel) -> None:
    app.contact.show("John")
    window.toggle_log()
    talking(app, "Atelier")
    app.minimise()
    nameless = [
        b for b in window.findChildren(QPushButton)
        if b.isVisible() and not (b.text() or b.accessibleName())
    ]  # fmt: skip
    assert nameless == []
    silent = [
        b.accessibleName() for b in window.findChildren(QPushButton)
        if b.isVisible() and not b.text() and not b.toolTip().startswith(b.accessibleName())
    ]  # fmt: skip
    assert silent == []


def test_everything_is_said_in_english_at_once(window: MainWindow, app: AppModel) -> None:
    app.settings.set("language", "en")
    sidebar = window.home.sidebar
    assert sidebar.tabs.tabText(HISTORY) == "History"
    assert sidebar.search.edit.placeholderText() == "Search or call"
    assert sidebar.status.words.text() == "Connected to 192.168.35.145:10000"
    assert window.log.title.text() == "Activity log"
    assert sidebar.me.status.text() == "Available"


def test_missed_calls_while_away_are_counted_in_the_tab(window: MainWindow, app: AppModel) -> None:
    core(app).happened.emit(
        happenings.Missed("Atelier", app.clock.wall(), "unavailable", legacy=False)
    )
    assert window.home.sidebar.tabs.badges == (0, 1)


def test_a_toast_leaves_what_can_be_done_about_a_call_free(
    window: MainWindow, app: AppModel, qtbot: QtBot
) -> None:
    app.toast.emit("De nouveau en ligne", "", None)
    talking(app, "John")  # It was there before the call's page came.
    page = window.call_page
    assert page is not None
    qtbot.waitUntil(page.bars.isVisible)
    bar = QRect(page.bars.mapTo(window, page.bars.rect().topLeft()), page.bars.size())
    assert window.toast.isVisible() and not window.toast.geometry().intersects(bar)


def test_what_went_wrong_is_a_warning_and_stays_in_the_log(
    window: MainWindow, app: AppModel
) -> None:
    taken = AlreadyRunning("port_2023_taken", detail="5001")
    app.core.happened.emit(happenings.SignedIn("Marc", "h:10000", FINGERPRINT, taken))
    sentence = taken.text(app.language)
    assert (window.toast.text, window.toast.property("outcome")) == (sentence, "trouble")
    assert app.log.lines[-1].endswith(sentence)
    app.toast.emit("De nouveau en ligne", "", None)
    assert window.toast.property("outcome") == "success"
