"""Every small widget, in both themes, at 100 and 130 %: built, painted, and large enough."""

from collections.abc import Callable

import pytest
from PySide6.QtCore import Qt
from PySide6.QtGui import QFontMetrics
from PySide6.QtWidgets import QLabel, QPushButton, QVBoxLayout, QWidget
from pytestqt.qtbot import QtBot

from devcloud.desktop.theme.theme import Theme
from devcloud.desktop.view.widgets.avatar import Avatar
from devcloud.desktop.view.widgets.banner import Banner
from devcloud.desktop.view.widgets.boxed import BoxedList, BoxedRow
from devcloud.desktop.view.widgets.call_control import CallControl, HangUpControl
from devcloud.desktop.view.widgets.chip import TONES, Chip
from devcloud.desktop.view.widgets.empty_state import EmptyState
from devcloud.desktop.view.widgets.labels import ElidedLabel, IconLabel, Label, WrapLabel
from devcloud.desktop.view.widgets.meters import LevelMeter, QualityBars
from devcloud.desktop.view.widgets.rings import CountdownRing, PulseRings, SpeakingRing
from devcloud.desktop.view.widgets.rtt_line import RttLine
from devcloud.desktop.view.widgets.search_field import SearchField
from devcloud.desktop.view.widgets.spinner import Spinner
from devcloud.desktop.view.widgets.switch import Switch
from devcloud.desktop.view.widgets.tabs import SegmentedTabs

LONG = "Équipe de la salle de réunion 20"  # 32 characters, the longest name there is
NAMES = ["Marc", "John", LONG, "غرفة الاجتماعات", "🎸🎹", "Salle 204"]
SENTENCE = "Le numéro de port doit être compris entre 1024 et 65535"


def avatar(name: str) -> Avatar:
    made = Avatar("avatar")
    made.set_person(name, "busy")
    return made


def ringed(made: CountdownRing | SpeakingRing | PulseRings) -> QWidget:
    made.set_person("Salle 204", "online")
    if isinstance(made, CountdownRing):
        made.set_fraction(0.3)
    if isinstance(made, SpeakingRing):
        made.set_speaking(True)
    return made


def banner() -> Banner:
    made = Banner("warning", rounded=True)
    made.show_message(SENTENCE, "Réessayer")
    return made


def control() -> CallControl:
    made = CallControl("mic-off", "Micro coupé", checkable=True)
    made.set_danger(True)
    made.set_badge(120)
    return made


def settings() -> BoxedList:
    made = BoxedList("Traitement de la voix")
    made.add_row(BoxedRow("Talkie par défaut", SENTENCE, Switch()))
    made.add_row(BoxedRow(LONG, icon="call-missed", icon_role="dangerText"))
    return made


def meter() -> LevelMeter:
    made = LevelMeter()
    made.set_level(-2)
    return made


def line() -> RttLine:
    made = RttLine()
    made.set_points([38, 40, 800, 37])
    return made


MAKERS: dict[str, Callable[[], QWidget]] = {
    **{f"avatar {name}": lambda name=name: avatar(name) for name in NAMES},  # type: ignore[misc]
    **{f"chip {tone}": lambda tone=tone: Chip(LONG, "lock", tone, True) for tone in TONES},  # type: ignore[misc]
    "mini chip": lambda: Chip("En attente", "pause", mini=True),
    "banner": banner,
    "control": control,
    "hang up": lambda: HangUpControl("Raccrocher"),
    "settings": settings,
    "empty": lambda: EmptyState("users", "Personne d’autre pour l’instant", SENTENCE, "Copier"),
    "label": lambda: Label(LONG, "small"),
    "wrapped": lambda: WrapLabel(SENTENCE, "title", "muted"),
    "elided": lambda: ElidedLabel(LONG),
    "icon": lambda: IconLabel("lock", "success", "large"),
    "meter": meter,
    "bars": lambda: QualityBars(2),
    "countdown": lambda: ringed(CountdownRing()),
    "speaking": lambda: ringed(SpeakingRing()),
    "pulse": lambda: ringed(PulseRings()),
    "line": line,
    "search": lambda: SearchField("Rechercher ou appeler", "Ctrl K", "Effacer"),
    "spinner": Spinner,
    "switch": lambda: Switch("Talkie"),
    "tabs": lambda: SegmentedTabs(["Contacts", "Historique"], [0, 2]),
}


@pytest.fixture(params=[("light", 1.0), ("light", 1.3), ("dark", 1.0), ("dark", 1.3)], ids=str)
def look(request: pytest.FixtureRequest, theme: Theme) -> Theme:
    mode, scale = request.param
    theme.configure(theme_choice=mode, scale=scale)
    return theme


def board(qtbot: QtBot, width: int) -> tuple[QWidget, dict[str, QWidget]]:
    window = QWidget()
    column = QVBoxLayout(window)
    made = {name: make() for name, make in MAKERS.items()}
    for widget in made.values():
        column.addWidget(widget)
    column.addStretch()
    qtbot.addWidget(window)
    window.resize(width, window.heightForWidth(width))
    window.show()
    qtbot.waitExposed(window)
    return window, made


@pytest.mark.parametrize("width", [360, 900])
def test_everything_paints_and_nothing_is_clipped(look: Theme, qtbot: QtBot, width: int) -> None:
    window, made = board(qtbot, width)
    picture = window.grab().toImage()
    assert picture.width() == width, "something is too wide for the window"
    for name, widget in made.items():
        wraps = widget.hasHeightForWidth()
        needed = widget.heightForWidth(widget.width()) if wraps else widget.sizeHint().height()
        assert widget.height() >= needed, name
        for label in [*widget.findChildren(WrapLabel), widget]:
            if isinstance(label, WrapLabel) and label.isVisible():
                assert label.height() >= label.heightForWidth(label.width()), (name, label.text())
        painted = widget.grab().toImage()
        corner = painted.pixelColor(0, 0)
        assert any(
            painted.pixelColor(x, y) != corner
            for x in range(0, painted.width(), 2)
            for y in range(painted.height())
        ), f"{name} painted nothing"


def test_every_size_hint_has_room_for_the_words(look: Theme, qtbot: QtBot) -> None:
    _, made = board(qtbot, 900)
    texts = {name: text for name, each in made.items() if (text := words_of(each))}
    assert len(texts) > 8
    for name, text in texts.items():
        widget = made[name]
        needed = QFontMetrics(widget.font()).boundingRect(text)
        hint = widget.sizeHint()
        wraps = isinstance(widget, WrapLabel | CallControl)
        assert wraps or hint.width() >= needed.width(), (name, hint, needed)
        assert hint.height() >= needed.height(), (name, hint, needed)


def words_of(widget: QWidget) -> str:
    if isinstance(widget, QLabel | Chip | CallControl | QPushButton):
        return widget.text()
    return widget.tabText(1) if isinstance(widget, SegmentedTabs) else ""


def test_all_follow_theme_and_size_while_they_show(theme: Theme, qtbot: QtBot) -> None:
    window, made = board(qtbot, 600)
    before = {name: widget.sizeHint() for name, widget in made.items()}
    light = window.grab().toImage()
    theme.configure(theme_choice="dark", scale=1.3)
    for name, widget in made.items():
        assert widget.sizeHint().height() > before[name].height(), f"{name} did not grow"
    assert window.grab().toImage().pixelColor(2, 2) != light.pixelColor(2, 2)


def test_what_can_be_reached_by_keyboard_has_a_name(theme: Theme, qtbot: QtBot) -> None:
    window, _ = board(qtbot, 600)
    reachable = [
        each
        for each in window.findChildren(QWidget)
        if each.focusPolicy() & Qt.FocusPolicy.TabFocus and each.isVisible()
    ]
    assert len(reachable) > 8
    for each in reachable:
        named = each.accessibleName() or getattr(each, "text", lambda: "")()
        assert named or isinstance(each, SegmentedTabs), each
