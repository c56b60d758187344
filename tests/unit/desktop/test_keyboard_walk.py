"""Every page with Tab alone: each control is reached, is named, shows its focus, in reading order.

A toolbar or a row of choices is one stop; the arrow keys lead to its other members.
"""

from collections.abc import Callable
from itertools import pairwise
from pathlib import Path

import pytest
from PySide6.QtCore import QPoint, QRect, Qt
from PySide6.QtGui import QAccessible, QImage, QPainter
from PySide6.QtTest import QTest
from PySide6.QtWidgets import (
    QAbstractButton,
    QAbstractItemView,
    QAbstractSlider,
    QApplication,
    QComboBox,
    QLineEdit,
    QPlainTextEdit,
    QScrollArea,
    QScrollBar,
    QWidget,
)
from tests.unit.desktop.world import EVERY, Scene, shown

from devcloud.desktop.theme.theme import Theme
from devcloud.model.texts import Language

PAGES = [page for page in EVERY if page != "reconnecting-list"]
CONTROLS = (
    QAbstractButton, QAbstractItemView, QAbstractSlider, QComboBox, QLineEdit, QPlainTextEdit,
)  # fmt: skip
FIELDS = (QLineEdit, QPlainTextEdit)
MOST_STOPS = 80
AROUND = 6  # pixels around a control in which its focus shows
BORDER = 3  # pixels of a field's edge; what is inside may be the text cursor


@pytest.mark.parametrize("language", list(Language))
@pytest.mark.parametrize("page", PAGES)
def test_tab_reaches_everything(
    page: str, language: Language, tmp_path: Path, theme: Theme
) -> None:
    theme.configure(reduced_motion=True)
    with shown(page, tmp_path, language) as scene:
        unseen: list[str] = []

        def look(stop: QWidget) -> None:
            if language is Language.FRENCH:  # the ring is the same in both, and looking is slow
                look_for_focus(scene, stop, unseen)

        stops = walk(scene, Qt.Key.Key_Tab, look)
        assert [told(stop) for stop in stops if not name_of(stop)] == [], "each is named"
        assert unseen == [], "the focus shows"
        assert against_reading(scene, stops) == []
        wanted = [each for each in controls(scene) if each not in stops]
        reached = by_arrows(stops) if wanted else set()
        assert [told(each) for each in wanted if each not in reached] == [], "each is reached"


@pytest.mark.parametrize("page", PAGES)
def test_shift_tab_leads_back(page: str, tmp_path: Path, theme: Theme) -> None:
    theme.configure(reduced_motion=True)
    with shown(page, tmp_path, Language.ENGLISH) as scene:
        there = walk(scene, Qt.Key.Key_Tab)
        back = walk(scene, Qt.Key.Key_Backtab)[::-1]
        at = back.index(there[0])
        assert [told(each) for each in (*back[at:], *back[:at])] == [told(each) for each in there]


# ── walking ──────────────────────────────────────────────────────────────────────────────────────


def walk(
    scene: Scene, key: Qt.Key, look: Callable[[QWidget], None] = lambda _stop: None
) -> list[QWidget]:
    """Press Tab until it comes round, and `look` at each stop. Return the stops."""
    stops: list[QWidget] = []
    for _ in range(MOST_STOPS):
        QTest.keyClick(QApplication.focusWidget() or scene.pane, key)
        here = QApplication.focusWidget()
        assert here is not None, f"the focus is lost after {told(stops[-1]) if stops else key}"
        assert here is scene.pane or scene.pane.isAncestorOf(here), f"out of the pane: {told(here)}"
        if stops and here is stops[0]:
            return stops
        assert here not in stops, f"twice at {told(here)}"
        stops.append(here)
        look(here)
    raise AssertionError(f"it never comes round: {[told(stop) for stop in stops]}")


def controls(scene: Scene) -> list[QWidget]:
    """Return what takes input in the pane. The parts of a control are that control's."""
    found = [
        each
        for each in scene.pane.findChildren(QWidget)
        if isinstance(each, CONTROLS)
        and not isinstance(each, QScrollBar)
        and each.isVisible()
        and each.isEnabled()
        and each.width() > 0
        and not each.testAttribute(Qt.WidgetAttribute.WA_TransparentForMouseEvents)
    ]
    inside = {
        part
        for each in found
        if isinstance(each, QComboBox | QAbstractItemView | QLineEdit)
        for part in each.findChildren(QWidget)
    }
    return [each for each in found if each not in inside]


def by_arrows(stops: list[QWidget]) -> set[QWidget]:
    """Return where the arrow keys lead to from stops that are buttons."""
    reached: set[QWidget] = set()
    for stop in stops:
        if not isinstance(stop, QAbstractButton) or not stop.isVisible():
            continue
        stop.setFocus(Qt.FocusReason.TabFocusReason)
        ways: list[QWidget | None] = [stop]
        while ways:
            here = ways.pop()
            if isinstance(here, QAbstractButton) and here not in reached:
                reached.add(here)
                ways += [arrow(here, key) for key in (Qt.Key.Key_Right, Qt.Key.Key_Down)]
    return reached


def arrow(here: QWidget, key: Qt.Key) -> QWidget | None:
    here.setFocus(Qt.FocusReason.TabFocusReason)
    QTest.keyClick(here, key)
    return QApplication.focusWidget()


# ── looking ──────────────────────────────────────────────────────────────────────────────────────


def name_of(widget: QWidget) -> str:
    accessible = QAccessible.queryAccessibleInterface(widget)
    return accessible.text(QAccessible.Text.Name).strip() if accessible is not None else ""


def look_for_focus(scene: Scene, stop: QWidget, unseen: list[str]) -> None:
    """Note `stop` if the window looks the same around it when the focus is elsewhere."""
    if stop.property("focusRing") is False:
        return  # a pane that holds the focus until one of its controls has it
    QApplication.processEvents()
    place = placed(stop, scene.window).adjusted(-AROUND, -AROUND, AROUND, AROUND)
    inside = placed(stop, scene.window).adjusted(BORDER, BORDER, -BORDER, -BORDER)
    having = photograph(scene, place, inside if isinstance(stop, FIELDS) else QRect())
    scene.pane.setFocus(Qt.FocusReason.OtherFocusReason)
    without = photograph(scene, place, inside if isinstance(stop, FIELDS) else QRect())
    stop.setFocus(Qt.FocusReason.TabFocusReason)
    if having == without:
        unseen.append(told(stop))


def photograph(scene: Scene, place: QRect, blank: QRect) -> QImage:
    """Return what shows at `place`, but for `blank`, where a text cursor may be."""
    picture = scene.window.grab().toImage()
    painter = QPainter(picture)
    painter.fillRect(blank, Qt.GlobalColor.black)
    painter.end()
    return picture.copy(place)


def against_reading(scene: Scene, stops: list[QWidget]) -> list[str]:
    """Return the steps that lead up in a column, or backwards in a line, wherever one begins."""
    rounds = (stops[at:] + stops[:at] for at in range(len(stops)))
    return min((backwards(scene, each) for each in rounds), key=len)


def backwards(scene: Scene, stops: list[QWidget]) -> list[str]:
    wrong = []
    for one, next_one in pairwise(stops):
        a = read_at(one, next_one, scene.window)
        b = read_at(next_one, one, scene.window)
        one_column = a.left() < b.right() and b.left() < a.right()
        one_line = a.top() < b.center().y() < a.bottom() or b.top() < a.center().y() < b.bottom()
        if (one_column and b.bottom() <= a.top()) or (one_line and b.right() <= a.left()):
            wrong.append(f"{told(one)} → {told(next_one)}")
    return wrong


def placed(widget: QWidget, window: QWidget) -> QRect:
    return QRect(widget.mapTo(window, QPoint(0, 0)), widget.size())


def read_at(widget: QWidget, beside: QWidget, window: QWidget) -> QRect:
    """Return where it is read: in its scroll area as if nothing were scrolled, or where that is."""
    area, other = area_of(widget), area_of(beside)
    if area is None:
        return placed(widget, window)
    if area is not other:
        return placed(area, window)
    return placed(widget, window).translated(0, area.verticalScrollBar().value())


def area_of(widget: QWidget) -> QScrollArea | None:
    around = widget.parentWidget()
    while around is not None and not isinstance(around, QScrollArea):
        around = around.parentWidget()
    return around


def told(widget: QWidget) -> str:
    says = widget.accessibleName() or getattr(widget, "text", lambda: "")()
    return f"{type(widget).__name__} in {type(widget.parentWidget()).__name__} «{says}»"
