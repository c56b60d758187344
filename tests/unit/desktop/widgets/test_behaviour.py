"""What the small widgets do when they are told something, clicked, or reached by keyboard."""

import pytest
from PySide6.QtCore import QPoint, Qt
from PySide6.QtGui import QAccessible
from PySide6.QtWidgets import QApplication, QMainWindow, QPushButton, QVBoxLayout, QWidget
from pytestqt.qtbot import QtBot

from devcloud.desktop.theme.theme import Theme, theme
from devcloud.desktop.view.widgets import banner as banner_module
from devcloud.desktop.view.widgets import toast as toast_module
from devcloud.desktop.view.widgets.badge import badge_text
from devcloud.desktop.view.widgets.banner import Banner
from devcloud.desktop.view.widgets.boxed import BoxedList, BoxedRow
from devcloud.desktop.view.widgets.call_control import CallControl
from devcloud.desktop.view.widgets.chip import Chip
from devcloud.desktop.view.widgets.flow import FlowLayout
from devcloud.desktop.view.widgets.labels import ElidedLabel, WrapLabel
from devcloud.desktop.view.widgets.meters import LevelMeter, lit_segments, segment_role
from devcloud.desktop.view.widgets.popover import Popover
from devcloud.desktop.view.widgets.rings import CountdownRing, PulseRings, SpeakingRing
from devcloud.desktop.view.widgets.rtt_line import RttLine
from devcloud.desktop.view.widgets.search_field import SearchField
from devcloud.desktop.view.widgets.sheet import Sheet
from devcloud.desktop.view.widgets.spinner import Spinner
from devcloud.desktop.view.widgets.switch import Switch
from devcloud.desktop.view.widgets.tabs import SegmentedTabs
from devcloud.desktop.view.widgets.toast import Toast

Said = list[tuple[str, bool]]


@pytest.fixture
def said(monkeypatch: pytest.MonkeyPatch) -> Said:
    """What a screen reader would be told, and whether it interrupts."""
    heard: Said = []

    def hear(_widget: QWidget, text: str, assertive: bool = False) -> None:
        heard.append((text, assertive))

    for module in (banner_module, toast_module):
        monkeypatch.setattr(module, "announce", hear)
    return heard


@pytest.fixture
def window(qtbot: QtBot, theme: Theme) -> QMainWindow:
    made = QMainWindow()
    made.resize(600, 500)
    centre = QWidget()
    QVBoxLayout(centre)
    made.setCentralWidget(centre)
    qtbot.addWidget(made)
    made.show()
    qtbot.waitExposed(made)
    made.activateWindow()
    qtbot.waitUntil(lambda: QApplication.activeWindow() is made)
    return made


def put(window: QMainWindow, *widgets: QWidget) -> None:
    layout = window.centralWidget().layout()
    assert layout is not None
    for widget in widgets:
        layout.addWidget(widget)
    QApplication.processEvents()


# Meters


def test_segments_light_by_decibels() -> None:
    assert [lit_segments(dbfs, 18) for dbfs in (-200, -60, -30, -12, -3, 0, 6)] == [
        0, 0, 9, 14, 17, 18, 18,
    ]  # fmt: skip
    roles = [segment_role(index, 18) for index in range(18)]
    assert roles == ["meterLow"] * 14 + ["meterMid"] * 3 + ["meterHigh"]


def test_the_peak_is_held_and_muting_empties_the_meter(window: QMainWindow) -> None:
    meter = LevelMeter()
    put(window, meter)
    meter.set_level(-6)
    meter.set_level(-40)
    assert (meter.lit, meter.peak) == (6, 16)
    meter.set_muted(True)
    assert (meter.lit, meter.peak) == (0, 0)
    meter.set_muted(False)
    meter._release.timeout.emit()  # a second later
    assert (meter.lit, meter.peak) == (6, 6)


def test_the_meter_paints_twenty_times_a_second_at_most(window: QMainWindow) -> None:
    meter = LevelMeter()
    put(window, meter)
    for level in range(-60, 0):
        meter.set_level(level)
    assert meter._frame.isActive()
    assert meter._frame.interval() >= 50


def test_the_line_keeps_the_last_minute(qtbot: QtBot, theme: Theme) -> None:
    line = RttLine(60)
    qtbot.addWidget(line)
    line.set_points(range(100))
    assert line.points == list(range(40, 100))


# Rings and motion


def test_the_speaking_ring_stays_a_little(window: QMainWindow) -> None:
    ring = SpeakingRing()
    put(window, ring)
    ring.set_speaking(True)
    assert ring.is_shown
    ring.set_speaking(False)
    assert ring.is_shown
    assert ring._hold.interval() == 400
    ring.set_speaking(True)
    assert not ring._hold.isActive()
    ring.set_speaking(False)
    ring._hold.timeout.emit()
    assert not ring.is_shown


def test_the_countdown_stays_within_its_ring(qtbot: QtBot, theme: Theme) -> None:
    ring = CountdownRing()
    qtbot.addWidget(ring)
    ring.set_fraction(7)
    assert ring.fraction == 1
    ring.set_fraction(-1)
    assert ring.fraction == 0


@pytest.mark.parametrize("make", [PulseRings, Spinner])
def test_what_moves_stands_still_with_reduced_motion_and_when_hidden(
    window: QMainWindow, theme: Theme, make: type[PulseRings | Spinner]
) -> None:
    widget = make()
    moving = (lambda: widget.moves) if isinstance(widget, PulseRings) else (lambda: widget.turns)
    assert not moving()
    put(window, widget)
    assert moving()
    theme.reduced_motion = True
    assert not moving()
    theme.reduced_motion = False
    assert moving()
    widget.hide()
    assert not moving()


# Controls


def test_a_switch_is_a_check_box_that_answers_space(window: QMainWindow, qtbot: QtBot) -> None:
    switch = Switch("Talkie par défaut")
    put(window, switch)
    face = QAccessible.queryAccessibleInterface(switch)
    assert face.role() == QAccessible.Role.CheckBox
    with qtbot.waitSignal(switch.toggled):
        qtbot.keyClick(switch, Qt.Key.Key_Space)
    assert switch.isChecked()
    qtbot.waitUntil(lambda: switch.at == 1.0)
    with qtbot.waitSignal(switch.toggled):
        qtbot.mouseClick(switch, Qt.MouseButton.LeftButton)
    assert not switch.isChecked()


def test_tabs_are_chosen_with_the_arrows(window: QMainWindow, qtbot: QtBot) -> None:
    tabs = SegmentedTabs(["Contacts", "Historique"], [0, 2])
    put(window, tabs)
    tabs.setFocus()
    with qtbot.waitSignal(tabs.selected) as chosen:
        qtbot.keyClick(tabs, Qt.Key.Key_Right)
    assert chosen.args == [1]
    tabs.set_badge(1, 3, "3 appels manqués")
    assert tabs.badges == (0, 3)
    assert tabs.accessibleTabName(1) == "Historique, 3 appels manqués"
    middle = QPoint(tabs.width() // 4, tabs.height() // 2)
    qtbot.mouseClick(tabs, Qt.MouseButton.LeftButton, pos=middle)
    assert tabs.currentIndex() == 0


def test_a_call_control_tells_its_state_and_can_be_clicked_on_its_word(
    window: QMainWindow, qtbot: QtBot
) -> None:
    control = CallControl("mic", "Micro", checkable=True)
    put(window, control)
    word = QPoint(control.width() // 2, control.sizeHint().height() - 4)
    with qtbot.waitSignal(control.clicked):
        qtbot.mouseClick(control, Qt.MouseButton.LeftButton, pos=word)
    assert control.isChecked()
    assert control.focusPolicy() == Qt.FocusPolicy.TabFocus, "a click must not take the focus"
    control.set_danger(True)
    control.set_badge(2)
    assert (control.is_danger, control.badge) == (True, 2)


def test_a_chip_is_a_button_only_when_it_has_more_to_say(window: QMainWindow, qtbot: QtBot) -> None:
    read, pressed = Chip("Chiffré", "lock"), Chip("Clé vérifiée", "shield-check", "success", True)
    put(window, read, pressed)
    assert read.focusPolicy() == Qt.FocusPolicy.NoFocus
    with qtbot.waitSignal(pressed.clicked):
        qtbot.keyClick(pressed, Qt.Key.Key_Space)
    pressed.set_chip("Clé non vérifiée", "shield-ask", "neutral")
    assert (pressed.text(), pressed.tone) == ("Clé non vérifiée", "neutral")


def test_the_search_field_empties_with_escape_and_gives_arrows_to_the_list(
    window: QMainWindow, qtbot: QtBot
) -> None:
    search = SearchField("Rechercher ou appeler", "Ctrl K", "Effacer")
    put(window, search)
    search.setFocus()
    qtbot.keyClicks(search.edit, "jo")
    assert search.text() == "jo"
    with qtbot.waitSignal(search.moved) as moved:
        qtbot.keyClick(search.edit, Qt.Key.Key_Down)
    assert moved.args == [1]
    with qtbot.waitSignal(search.submitted) as submitted:
        qtbot.keyClick(search.edit, Qt.Key.Key_Return)
    assert submitted.args == ["jo"]
    qtbot.keyClick(search.edit, Qt.Key.Key_Escape)
    assert search.text() == ""


# What is said


def test_a_banner_is_said_and_its_button_is_heard(
    window: QMainWindow, qtbot: QtBot, said: Said
) -> None:
    banner = Banner("warning")
    put(window, banner)
    assert banner.isHidden()
    banner.show_message("Connexion perdue. Nouvel essai dans 4 s.", "Réessayer")
    banner.show_message("Connexion perdue. Nouvel essai dans 3 s.", "Réessayer", said=False)
    assert [text for text, _ in said] == ["Connexion perdue. Nouvel essai dans 4 s."]
    with qtbot.waitSignal(banner.triggered):
        qtbot.mouseClick(banner.button, Qt.MouseButton.LeftButton)
    banner.show_message("Connexion faible de votre côté")
    assert banner.button.isHidden()


def test_a_toast_lies_at_the_bottom_and_goes(window: QMainWindow, qtbot: QtBot, said: Said) -> None:
    toast = Toast(window)
    toast.show_message("Appel effacé", "Annuler")
    assert said == [("Appel effacé", False)]
    assert toast.isVisible()
    assert toast.geometry().center().x() == pytest.approx(window.width() / 2, abs=2)
    assert toast.geometry().bottom() == pytest.approx(window.height() - 24, abs=2)
    window.resize(400, 420)
    assert toast.geometry().bottom() == pytest.approx(420 - 24, abs=2)
    assert toast._over.interval() == 5000
    button = toast.findChild(QPushButton)
    button.setFocus()
    toast._over.timeout.emit()
    assert toast.isVisible() and toast._over.isActive(), "somebody is about to press it"
    with qtbot.waitSignal(toast.triggered):
        qtbot.mouseClick(button, Qt.MouseButton.LeftButton)
    assert toast.isHidden()
    toast.show_message("Adresse copiée")
    toast._over.timeout.emit()
    assert toast.isHidden()


def test_a_toast_of_trouble_has_a_warning_s_icon_and_colour(
    window: QMainWindow, said: Said
) -> None:
    toast = Toast(window)
    toast.show_message("Empreinte copiée")
    corner = QPoint(toast.width() // 2, 3)
    assert toast.grab().toImage().pixelColor(corner) == theme().colour("inverse")
    tick = toast._icon.pixmap().toImage()
    toast.show_message("Le port 5001 est déjà pris", outcome="trouble")
    assert toast.grab().toImage().pixelColor(corner) == theme().colour("warningSoft")
    assert toast._icon.pixmap().toImage() != tick
    toast.show_message("De nouveau en ligne")
    assert toast._icon.pixmap().toImage() == tick
    assert said[1:] == [("Le port 5001 est déjà pris", True), ("De nouveau en ligne", False)]


# Panes over the window


def test_a_popover_closes_with_escape_and_the_focus_goes_back(
    window: QMainWindow, qtbot: QtBot
) -> None:
    anchor = QPushButton("Qualité")
    put(window, anchor)
    popover = Popover(anchor)
    inside = [QPushButton("Différents"), QPushButton("Identiques")]
    for button in inside:
        popover.body.addWidget(button)
    popover.open()
    assert popover.isVisible()
    assert window.rect().contains(popover.geometry())
    qtbot.keyClick(popover, Qt.Key.Key_Tab)
    assert inside[0].hasFocus()
    qtbot.keyClick(inside[0], Qt.Key.Key_Tab)
    qtbot.keyClick(inside[1], Qt.Key.Key_Tab)
    assert inside[0].hasFocus(), "Tab stays inside"
    with qtbot.waitSignal(popover.closed):
        qtbot.keyClick(inside[0], Qt.Key.Key_Escape)
    assert popover.isHidden()
    assert anchor.hasFocus()


def test_a_click_beside_a_popover_closes_it_and_does_nothing_else(
    window: QMainWindow, qtbot: QtBot
) -> None:
    anchor = QPushButton("Qualité")
    put(window, anchor)
    popover = Popover(anchor)
    popover.open()
    clicked: list[bool] = []
    anchor.clicked.connect(clicked.append)
    below = window.childAt(anchor.mapTo(window, QPoint(4, 4)))
    assert below is not anchor
    qtbot.mouseClick(below, Qt.MouseButton.LeftButton)
    assert popover.isHidden()
    assert clicked == []


def test_a_sheet_starts_on_itself_and_escape_does_not_answer(
    window: QMainWindow, qtbot: QtBot
) -> None:
    below = QPushButton("Appeler")
    put(window, below)
    below.setFocus()
    sheet = Sheet(window)
    accept = QPushButton("Accepter")
    answered: list[bool] = []
    accept.clicked.connect(answered.append)
    sheet.body.addWidget(accept)
    sheet.open()
    assert sheet.is_open
    assert sheet.hasFocus()
    for key in (Qt.Key.Key_Return, Qt.Key.Key_Space):
        qtbot.keyClick(sheet, key)
    assert answered == []
    with qtbot.waitSignal(sheet.escaped):
        qtbot.keyClick(sheet, Qt.Key.Key_Escape)
    assert sheet.is_open
    qtbot.keyClick(sheet, Qt.Key.Key_Tab)
    assert accept.hasFocus()
    window.resize(360, 420)
    assert window.rect().contains(sheet.geometry())
    with qtbot.waitSignal(sheet.dismissed):
        sheet.dismiss()
    assert not sheet.is_open
    assert below.hasFocus()


def test_a_sheet_grows_with_what_is_in_it(window: QMainWindow, qtbot: QtBot) -> None:
    sheet = Sheet(window)
    sheet.body.addWidget(WrapLabel("Appel entrant", "title"))
    sheet.open()
    before = sheet.height()
    sheet.body.addWidget(QPushButton("Je te rappelle"))
    qtbot.waitUntil(lambda: sheet.height() > before)


# Labels and layouts


def test_a_wrapped_label_is_as_high_as_its_lines(qtbot: QtBot, theme: Theme) -> None:
    label = WrapLabel("un deux trois quatre cinq six sept huit neuf dix", "body")
    qtbot.addWidget(label)
    heights = [label.heightForWidth(width) for width in (1000, 200, 100, 40)]
    assert heights[0] == 20
    assert heights == sorted(heights)
    assert all(height % 20 == 0 for height in heights)
    label.setText("a" * 500)
    assert label.heightForWidth(200) > 200, "a long word breaks"
    label.setText("<b>Marc</b>")
    assert label.textFormat() == Qt.TextFormat.PlainText


def test_an_elided_label_says_the_whole_in_its_tooltip(window: QMainWindow) -> None:
    label = ElidedLabel("Équipe de la salle de réunion 20")
    put(window, label)
    label.grab()
    assert label.toolTip() == ""
    label.setFixedWidth(60)
    label.grab()
    assert label.toolTip() == label.text()


def test_a_row_names_its_control(qtbot: QtBot, theme: Theme) -> None:
    switch = Switch()
    row = BoxedRow("Réduction du bruit", "Atténue le clavier.", switch)
    qtbot.addWidget(row)
    assert switch.accessibleName() == "Réduction du bruit"
    assert switch.accessibleDescription() == "Atténue le clavier."
    row.set_texts("Noise suppression", "Softens keyboards.")
    assert switch.accessibleName() == "Noise suppression"


def test_a_boxed_list_can_be_emptied(window: QMainWindow) -> None:
    boxed = BoxedList("Derniers appels")
    put(window, boxed)
    for title in ("Appel sortant", "Appel manqué"):
        boxed.add_row(BoxedRow(title))
    assert len(boxed.rows) == 2
    boxed.clear()
    assert boxed.rows == []


def test_a_badge_stops_counting() -> None:
    assert [badge_text(count) for count in (1, 99, 100)] == ["1", "99", "99+"]


def test_chips_wrap_when_narrow(window: QMainWindow) -> None:
    chips = QWidget()
    flow = FlowLayout(chips, centred=True)
    for text in ("Clé vérifiée", "Chiffré de bout en bout"):
        flow.addWidget(Chip(text, "lock"))
    assert flow.heightForWidth(500) == 28
    assert flow.heightForWidth(200) == 28 + 8 + 28
    put(window, chips)
    flow.clear()
    assert flow.count() == 0
