"""The theme in use: choices, what they come to, icons and fonts, and the ring of the focus."""

import pytest
from PySide6.QtCore import QEvent, QPoint, QRect, QSize, Qt
from PySide6.QtGui import QColor, QFontDatabase, QFontMetricsF, QPalette
from PySide6.QtWidgets import (
    QApplication,
    QCheckBox,
    QComboBox,
    QFocusFrame,
    QLineEdit,
    QListWidget,
    QMenu,
    QPushButton,
    QRadioButton,
    QTableWidget,
    QVBoxLayout,
    QWidget,
)
from pytestqt.qtbot import QtBot

from devcloud.desktop.theme import icons
from devcloud.desktop.theme.fonts import interface_family, tabular_figures
from devcloud.desktop.theme.theme import Theme
from devcloud.desktop.theme.tokens import load


def colours_of(pixmap_owner: QWidget) -> set[str]:
    picture = pixmap_owner.grab().toImage()
    return {
        picture.pixelColor(x, y).name().upper()
        for x in range(picture.width())
        for y in range(picture.height())
    }


def form(qtbot: QtBot, *widgets: QWidget) -> QWidget:
    window = QWidget()
    column = QVBoxLayout(window)
    for widget in widgets:
        column.addWidget(widget)
    qtbot.addWidget(window)
    window.show()
    qtbot.waitExposed(window)
    window.activateWindow()
    qtbot.waitUntil(lambda: QApplication.activeWindow() is window)
    return window


def ring_around(window: QWidget) -> QWidget | None:
    for frame in window.findChildren(QFocusFrame):
        if frame.isVisible():
            return frame.widget()
    return None


# Choices


def test_a_choice_is_applied_at_once_and_told_once(theme: Theme, qtbot: QtBot) -> None:
    with qtbot.waitSignal(theme.changed):
        theme.theme_choice = "dark"
    assert theme.mode == "dark"
    assert QApplication.palette().color(QPalette.ColorRole.Window).name() == "#141416"
    told: list[None] = []
    theme.changed.connect(lambda: told.append(None))
    theme.configure(accent="rose", scale=1.3, reduced_motion=True)
    theme.configure(accent="rose", scale=1.3, reduced_motion=True)
    assert len(told) == 1
    assert (theme.accent, theme.scale, theme.reduced_motion) == ("rose", 1.3, True)
    assert theme.colour("accent").name() == "#c34676"
    assert QApplication.font().pixelSize() == 18


@pytest.mark.parametrize(
    "choice", [{"theme_choice": "sepia"}, {"accent": "gold"}, {"scale": 9.0}, {"scale": 0.0}]
)
def test_a_choice_that_does_not_exist_changes_nothing(
    theme: Theme, choice: dict[str, object]
) -> None:
    with pytest.raises(ValueError, match=r"no such|cannot be read"):
        theme.configure(**choice)  # type: ignore[arg-type]
    assert (theme.theme_choice, theme.accent, theme.scale) == ("light", "blue", 1.0)


def test_system_follows_the_system(theme: Theme) -> None:
    hints = QApplication.styleHints()
    theme.theme_choice = "system"
    hints.colorSchemeChanged.emit(Qt.ColorScheme.Dark)
    assert theme.mode == "dark"
    hints.colorSchemeChanged.emit(Qt.ColorScheme.Light)
    assert theme.mode == "light"
    theme.theme_choice = "dark"
    hints.colorSchemeChanged.emit(Qt.ColorScheme.Unknown)
    assert theme.mode == "dark"


def test_reduced_motion_takes_motion_away_and_leaves_time_to_read(theme: Theme) -> None:
    assert (theme.duration("base"), theme.duration("ringPulse")) == (180, 1600)
    theme.reduced_motion = True
    assert {theme.duration(name) for name in ("fast", "base", "slow", "ringPulse")} == {0}
    assert (theme.duration("toast"), theme.duration("speakerHold")) == (5000, 400)


def test_unknown_names_are_refused(theme: Theme) -> None:
    for ask in (theme.colour, theme.length, theme.type_role, theme.duration, theme.shadow):
        with pytest.raises(KeyError):
            ask("nonsense")


def test_a_second_install_gives_the_first_theme(theme: Theme, qapp: QApplication) -> None:
    assert Theme.install(qapp) is theme


def test_a_property_takes_effect_when_polished_anew(theme: Theme, qtbot: QtBot) -> None:
    button = QPushButton("Marc")
    qtbot.addWidget(button)
    button.show()
    assert theme.colour("success").name().upper() not in colours_of(button)
    button.setProperty("kind", "call")
    theme.repolish(button)
    assert theme.colour("success").name().upper() in colours_of(button)


def test_buttons_have_the_heights_of_the_design(theme: Theme, qtbot: QtBot) -> None:
    button, large = QPushButton("Marc"), QPushButton("Marc")
    large.setProperty("large", True)
    field, tall = QLineEdit(), QLineEdit()
    tall.setProperty("large", True)
    window = form(qtbot, button, large, field, tall)
    heights = [each.sizeHint().height() for each in (button, large, field, tall)]
    assert heights == [36, 44, 36, 44]
    field.setProperty("error", True)
    theme.repolish(field)
    assert field.sizeHint().height() == 36, "an error must not move what is below"
    field.setFocus()
    assert field.sizeHint().height() == 36
    theme.scale = 1.3
    assert window.findChild(QPushButton).sizeHint().height() == 47


def test_rows_and_headings_are_measured_by_the_design(theme: Theme, qtbot: QtBot) -> None:
    rows, table = QListWidget(), QTableWidget(2, 2)
    for name in ("Marc", "John"):
        rows.addItem(name)
    rows.setCurrentRow(1)  # lays the rows out before any style has reached them
    window = form(qtbot, rows, table)
    qtbot.waitUntil(lambda: rows.visualItemRect(rows.item(0)).height() == 36)
    left = Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter
    assert table.horizontalHeader().defaultAlignment() == left
    assert window.isVisible()


def test_a_menu_stays_open_when_the_theme_changes(theme: Theme, qtbot: QtBot) -> None:
    menu = QMenu()
    qtbot.addWidget(menu)
    menu.addAction("Renommer")
    menu.popup(QPoint(10, 10))
    assert menu.testAttribute(Qt.WidgetAttribute.WA_TranslucentBackground)
    theme.theme_choice = "dark"
    assert menu.isVisible()
    menu.close()


# Icons and fonts


@pytest.mark.parametrize("ratio", [1.0, 1.25, 2.0])
def test_an_icon_has_its_size_ratio_and_colour(theme: Theme, ratio: float) -> None:
    drawn = icons.pixmap("mic", "danger", "medium", ratio)
    assert drawn.devicePixelRatio() == ratio
    assert drawn.deviceIndependentSize().toSize() == QSize(20, 20)
    picture = drawn.toImage()
    seen = {
        picture.pixelColor(x, y).name()
        for x in range(picture.width())
        for y in range(picture.height())
        if picture.pixelColor(x, y).alpha() == 255
    }
    assert seen == {theme.colour("danger").name()}


def test_an_icon_is_rendered_once(theme: Theme) -> None:
    icons._render.cache_clear()
    icons.pixmap("phone", "text", "small")
    icons.pixmap("phone", "text", "small")
    assert icons._render.cache_info().misses == 1
    icons.pixmap("phone", "accent", "small")
    icons.pixmap("phone", "text", "large")
    icons.pixmap("phone", "text", "small", 2.0)
    assert icons._render.cache_info().misses == 4


def test_an_icon_that_does_not_exist_is_refused(theme: Theme) -> None:
    with pytest.raises(KeyError, match="unicorn"):
        icons.pixmap("unicorn")


def test_a_buttons_icon_follows_the_theme(theme: Theme, qtbot: QtBot) -> None:
    button = QPushButton()
    qtbot.addWidget(button)
    icons.set_icon(button, "settings", "text", "small")
    before = button.icon().cacheKey()
    theme.configure(theme_choice="dark", scale=1.3)
    assert button.icon().cacheKey() != before
    assert button.iconSize() == QSize(21, 21)


def test_the_font_is_the_first_of_the_tokens_that_is_there(theme: Theme) -> None:
    installed = QFontDatabase.families()
    family = interface_family()
    assert family in installed
    wanted = [name for name in load().families if name in installed]
    assert not wanted or family == wanted[0]
    assert theme.font("title").pixelSize() == 20
    assert theme.font("title").weight() == 600


def test_tabular_figures_have_one_width(theme: Theme) -> None:
    measure = QFontMetricsF(tabular_figures(theme.font("hero")))
    widths = [measure.horizontalAdvance(figure * 10) for figure in "0123456789"]
    assert max(widths) - min(widths) < 2  # of some 190 pixels


# Focus


def test_the_ring_comes_with_tab_and_not_with_the_mouse(theme: Theme, qtbot: QtBot) -> None:
    first, second = QPushButton("Marc"), QPushButton("John")
    window = form(qtbot, first, second)
    qtbot.mouseClick(first, Qt.MouseButton.LeftButton)
    assert first.hasFocus()
    assert ring_around(window) is None
    qtbot.keyClick(first, Qt.Key.Key_Tab)
    assert second.hasFocus()
    assert ring_around(window) is second
    qtbot.mouseClick(second, Qt.MouseButton.LeftButton)
    assert ring_around(window) is None
    qtbot.keyClick(second, Qt.Key.Key_Tab)
    assert ring_around(window) is first
    qtbot.mouseClick(second, Qt.MouseButton.LeftButton)
    assert ring_around(window) is None


def test_the_ring_lies_two_pixels_outside(theme: Theme, qtbot: QtBot) -> None:
    first, second = QPushButton("Marc"), QPushButton("John")
    window = form(qtbot, first, second)
    window.layout().setSpacing(20)
    first.setFocus(Qt.FocusReason.MouseFocusReason)
    qtbot.keyClick(first, Qt.Key.Key_Tab)
    qtbot.waitUntil(lambda: ring_around(window) is second)
    picture = window.grab().toImage()
    middle = second.geometry().center().x()
    ring = theme.colour("focusRing")
    top = second.geometry().top()
    seen = [picture.pixelColor(middle, top - away) == ring for away in (1, 2, 3, 4, 5)]
    assert seen == [False, False, True, True, False]


def test_the_first_tab_in_a_window_without_focus_shows_the_ring(theme: Theme, qtbot: QtBot) -> None:
    button = QPushButton("Marc")
    window = form(qtbot, button)
    if (focused := QApplication.focusWidget()) is not None:
        focused.clearFocus()
    qtbot.keyClick(window, Qt.Key.Key_Tab)
    assert button.hasFocus()
    assert ring_around(window) is button


def test_enter_presses_the_button_with_the_focus_and_sets_no_tick(
    theme: Theme, qtbot: QtBot
) -> None:
    button, tick, keys = QPushButton("Marc"), QCheckBox("John"), QPushButton("Ctrl+K")
    keys.setProperty("takesKeys", True)
    window = form(qtbot, button, tick, keys)
    pressed: list[str] = []
    for each in (button, tick, keys):
        each.clicked.connect(lambda _on=False, each=each: pressed.append(each.text()))
        each.setFocus()
        qtbot.keyClick(each, Qt.Key.Key_Return)
        qtbot.keyClick(each, Qt.Key.Key_Return, Qt.KeyboardModifier.ControlModifier)
    assert pressed == ["Marc"]
    button.setFocus()
    qtbot.keyClick(button, Qt.Key.Key_Enter, Qt.KeyboardModifier.KeypadModifier)
    assert pressed == ["Marc", "Marc"] and window.isVisible()


def test_a_field_shows_its_focus_itself_and_the_ring_when_it_is_wrong(
    theme: Theme, qtbot: QtBot
) -> None:
    button, field = QPushButton("Marc"), QLineEdit()
    window = form(qtbot, button, field)
    button.setFocus(Qt.FocusReason.MouseFocusReason)
    qtbot.keyClick(button, Qt.Key.Key_Tab)
    assert field.hasFocus()
    assert ring_around(window) is None
    button.setFocus()
    field.setProperty("error", True)
    field.setFocus()
    assert ring_around(window) is field


def test_the_ring_dies_with_its_window_and_comes_back_in_another(
    theme: Theme, qtbot: QtBot
) -> None:
    for _ in range(2):
        first, second = QPushButton("Marc"), QPushButton("John")
        window = form(qtbot, first, second)
        first.setFocus(Qt.FocusReason.MouseFocusReason)
        qtbot.keyClick(first, Qt.Key.Key_Tab)
        assert ring_around(window) is second
        window.close()
        window.deleteLater()
        QApplication.sendPostedEvents(None, QEvent.Type.DeferredDelete.value)
        qtbot._request.node.qt_widgets = []  # already gone


def test_boxes_and_arrows_are_painted_in_the_themes_colours(theme: Theme, qtbot: QtBot) -> None:
    box, radio, combo = QCheckBox("Marc"), QRadioButton("John"), QComboBox()
    combo.addItems(["Casque", "Haut-parleur"])
    window = form(qtbot, box, radio, combo)
    theme.accent = "violet"
    accent = theme.colour("accent").name().upper()
    assert accent not in colours_of(window)
    box.setChecked(True)
    assert accent in colours_of(box)
    radio.setChecked(True)
    assert accent in colours_of(radio)
    assert theme.colour("borderStrong").name().upper() in colours_of(combo)
    assert combo.sizeHint().height() == 36


def test_colours_are_copies(theme: Theme) -> None:
    mine = theme.colour("accent")
    mine.setAlpha(3)
    assert theme.colour("accent") != mine
    assert isinstance(theme.avatar(7)[0], QColor)
    assert QRect(0, 0, theme.length("size.row"), 1).width() == 56
