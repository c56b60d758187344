"""The tray: its picture, its menu; and the notices with their buttons."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from PySide6.QtCore import Qt
from PySide6.QtGui import QImage
from pytestqt.qtbot import QtBot
from tests.unit.desktop.fakes import app_model, core, past, talking

from devcloud.desktop import orders
from devcloud.desktop.theme.theme import Theme
from devcloud.desktop.view.brand_icon import tray_icon, window_icon
from devcloud.desktop.view.notice_window import MOST, Notices
from devcloud.desktop.view.tray import Tray
from devcloud.desktop.view.widgets.labels import WrapLabel
from devcloud.desktop.viewmodel.app import AppModel
from devcloud.desktop.viewmodel.values import Notice

LEFT = Qt.MouseButton.LeftButton


@pytest.fixture
def app(tmp_path: Path) -> AppModel:
    return app_model(tmp_path)


@pytest.fixture
def tray(app: AppModel) -> Iterator[Tray]:
    tray = Tray(app)
    yield tray
    tray.hide()
    tray.menu.deleteLater()


@pytest.fixture
def notices(app: AppModel) -> Iterator[Notices]:
    notices = Notices(app)
    yield notices
    notices.close_all()
    notices.deleteLater()


def entries(tray: Tray) -> list[str]:
    tray.menu.aboutToShow.emit()
    return [action.text() for action in tray.menu.actions() if not action.isSeparator()]


def choose(tray: Tray, text: str) -> None:
    tray.menu.aboutToShow.emit()
    next(action for action in tray.menu.actions() if action.text() == text).trigger()


def missed(name: str) -> Notice:
    return Notice("missed", f"Appel manqué\u202f: {name}", "", (("call", "Rappeler"),), name)


def picture(state: str) -> QImage:
    return tray_icon(state).pixmap(32, 32).toImage()  # type: ignore[arg-type]


def test_every_state_has_its_own_picture(theme: Theme) -> None:
    states = ("offline", "connected", "in_call", "missed")
    pictures = [picture(state) for state in states]
    assert all(a != b for at, a in enumerate(pictures) for b in pictures[at + 1 :])
    corner = picture("in_call").pixelColor(26, 26)
    assert corner == theme.colour("presenceOnline")
    assert picture("missed").pixelColor(26, 26) == theme.colour("danger")
    assert not window_icon().isNull()


def test_the_menu_says_how_it_is_and_what_can_be_done(tray: Tray) -> None:
    assert entries(tray) == [
        "Connecté à 192.168.35.145:10000",
        "Ouvrir DevCloud",
        "Disponible",
        "Ne pas déranger",
        "Paramètres…",
        "Quitter",
    ]
    assert not tray.menu.actions()[0].isEnabled()


def test_in_a_call_it_mutes_and_hangs_up(tray: Tray, app: AppModel) -> None:
    talking(app, "John")
    assert entries(tray)[:4] == [
        "En communication", "Ouvrir DevCloud", "Couper le micro", "Raccrocher"
    ]  # fmt: skip
    choose(tray, "Couper le micro")
    assert core(app).asked_for(orders.Mute)[-1].muted
    assert "Activer le micro" in entries(tray)
    choose(tray, "Raccrocher")
    assert len(core(app).asked_for(orders.HangUp)) == 1


def test_do_not_disturb_is_one_choice_away(tray: Tray, app: AppModel) -> None:
    choose(tray, "Ne pas déranger")
    assert app.me.status == "do_not_disturb"


def test_what_the_window_must_do_is_asked_for(tray: Tray, qtbot: QtBot) -> None:
    with qtbot.waitSignals([tray.open_wanted, tray.settings_wanted, tray.quit_wanted]):
        choose(tray, "Ouvrir DevCloud")
        choose(tray, "Paramètres…")
        choose(tray, "Quitter")


def test_a_notice_has_buttons_that_answer(notices: Notices, app: AppModel, qtbot: QtBot) -> None:
    app.notify.emit(missed("John"))
    [window] = notices.shown
    assert window.windowTitle() == "Appel manqué\u202f: John"
    assert window.testAttribute(Qt.WidgetAttribute.WA_ShowWithoutActivating)
    with qtbot.waitSignal(app.raise_window):
        qtbot.mouseClick(window.buttons["call"], LEFT)
    assert [order.name for order in core(app).asked_for(orders.PlaceCall)] == ["John"]
    assert notices.shown == []


def test_a_click_on_the_notice_is_its_usual_action(
    notices: Notices, app: AppModel, qtbot: QtBot
) -> None:
    app.notify.emit(Notice("missed_many", "2 appels manqués", "", (("open", "Ouvrir"),)))
    [window] = notices.shown
    with qtbot.waitSignal(app.show_history):
        qtbot.mouseClick(window, LEFT)


def test_a_notice_takes_the_place_of_its_like_and_there_are_never_many(
    notices: Notices, app: AppModel
) -> None:
    app.notify.emit(missed("John"))
    app.notify.emit(missed("John"))
    assert len(notices.shown) == 1
    for name in ("Atelier", "Accueil", "Support", "Studio"):
        app.notify.emit(missed(name))
    assert [window.notice.name for window in notices.shown] == ["Accueil", "Support", "Studio"]
    assert len(notices.shown) == MOST


def test_a_call_is_left_to_its_own_window(notices: Notices, app: AppModel) -> None:
    app.window_active = False
    core(app).rings("John")
    assert notices.shown == []


def test_missed_calls_while_hidden_are_told(notices: Notices, app: AppModel) -> None:
    app.window_active = False
    app.notices.missed(
        app.history.add(past(0, "John", "missed", seen=False)), "John", quietly=False
    )
    [window] = notices.shown
    assert window.notice.kind == "missed"
    assert "John" in window.notice.title


def test_a_long_notice_is_as_high_as_its_words(qtbot: QtBot, notices: Notices) -> None:
    sentence = "Aucun haut-parleur n’a été trouvé. Branchez-en un. L’appel continue sans lui."
    notices.show_notice(Notice("device", sentence, "", (("change", "Changer"),)))
    (window,) = notices.shown
    qtbot.waitExposed(window)
    (words,) = window.findChildren(WrapLabel)
    assert words.text() == sentence
    assert words.height() >= words.heightForWidth(words.width()) > words.fontMetrics().height() * 2
