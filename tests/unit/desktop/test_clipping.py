"""Nothing is cut off: every word has the room it needs, in both languages, small and large.

At 130 % in the smallest window, and at 100 % in a large one, with ordinary names and with the
longest and strangest that are allowed. Only names and addresses may give way, with «…».
"""

from collections.abc import Iterator
from pathlib import Path

import pytest
from PySide6.QtCore import QPoint, QRect, QSize
from PySide6.QtWidgets import (
    QAbstractButton,
    QAbstractScrollArea,
    QComboBox,
    QLabel,
    QLineEdit,
    QStyle,
    QStyleOptionComboBox,
    QStyleOptionFrame,
    QWidget,
)
from tests.unit.desktop.world import (
    ADDRESS,
    EVERY,
    LONG_NAMES,
    MYSELF,
    NARROW_ONLY,
    crowd,
    settle,
    shown,
    team,
)

from devcloud.desktop.theme.theme import Theme
from devcloud.desktop.view.widgets.labels import ElidedLabel, WrapLabel
from devcloud.model.texts import Language

PAGES = [page for page in EVERY if page != "reconnecting-list"]
WITH_PEOPLE = [
    page for page in PAGES if not page.startswith(("connect", "server", "settings", "shortcuts"))
]
EDIT_MARGIN = 2  # pixels that Qt leaves at both sides of the text of a field
SMALL = (QSize(360, 520), QSize(360, 700))


@pytest.mark.parametrize("page", PAGES)
def test_in_a_large_window(page: str, tmp_path: Path, theme: Theme) -> None:
    theme.configure(reduced_motion=True)
    # French words are the longer ones.
    with shown(page, tmp_path, Language.FRENCH) as scene:
        assert list(clipped(scene.window)) == []


@pytest.mark.parametrize("language", list(Language))
@pytest.mark.parametrize("page", [*PAGES, *NARROW_ONLY])
def test_at_130_percent_in_the_smallest_window(
    page: str, language: Language, tmp_path: Path, theme: Theme
) -> None:
    theme.configure(scale=1.3, reduced_motion=True)
    with shown(page, tmp_path, language, SMALL[0]) as scene:
        for size in SMALL:
            scene.window.resize(size)
            settle()
            assert scene.window.size() == size, "it fits where it is said to fit"
            assert list(clipped(scene.window)) == []


@pytest.mark.parametrize("page", [*WITH_PEOPLE, *NARROW_ONLY])
def test_with_the_longest_names_in_the_smallest_window(
    page: str, tmp_path: Path, theme: Theme
) -> None:
    theme.configure(scale=1.3, reduced_motion=True)
    with shown(page, tmp_path, Language.FRENCH, SMALL[0], people=crowd) as scene:
        assert list(clipped(scene.window)) == []


def test_a_label_without_room_is_found(tmp_path: Path, theme: Theme) -> None:
    with shown("main", tmp_path, Language.FRENCH) as scene:
        label = next(each for each in scene.window.findChildren(WrapLabel) if each.isVisible())
        label.setFixedSize(label.width(), 4)
        assert [line for line in clipped(scene.window) if line.startswith("WrapLabel")] != []


# ── looking for it ───────────────────────────────────────────────────────────────────────────────


def clipped(window: QWidget) -> Iterator[str]:
    """Yield a line for each control or label of `window` that shows less than it says."""
    for each in window.findChildren(QWidget):
        if not each.isVisible() or each.width() == 0:
            continue
        needed = needs(each)
        if needed is not None and not fits(needed, each.size()):
            yield told(each, f"needs {needed.width()}×{needed.height()}")
        if isinstance(each, QLabel | QAbstractButton | QLineEdit | QComboBox):
            outside = out_of(each, window)
            if outside is not None:
                yield told(each, f"reaches out of {type(outside).__name__}")


def needs(widget: QWidget) -> QSize | None:
    """Return the size that a widget's words need, or None for one without words."""
    if isinstance(widget, QLabel):
        return label_needs(widget)
    if isinstance(widget, QAbstractButton):
        # What is put together of labels needs what its labels need, and they are asked themselves.
        return widget.sizeHint() if widget.layout() is None else widget.minimumSizeHint()
    if isinstance(widget, QComboBox):
        return combo_needs(widget)
    return field_needs(widget) if isinstance(widget, QLineEdit) else None


def label_needs(label: QLabel) -> QSize | None:
    if isinstance(label, ElidedLabel):
        return None if may_give_way(label.text()) else label.sizeHint()
    if isinstance(label, WrapLabel) or label.wordWrap():
        return QSize(0, label.heightForWidth(label.width())) if label.text() else None
    return label.sizeHint()


def field_needs(field: QLineEdit) -> QSize | None:
    """Return what the hint in an empty field needs; what is typed may be scrolled."""
    if field.text() or not field.placeholderText():
        return None
    option = QStyleOptionFrame()
    field.initStyleOption(option)
    inside = field.style().subElementRect(QStyle.SubElement.SE_LineEditContents, option, field)
    around = field.width() - inside.width() + 2 * EDIT_MARGIN
    words = field.fontMetrics().horizontalAdvance(field.placeholderText())
    return QSize(words + around, field.fontMetrics().height())


def combo_needs(combo: QComboBox) -> QSize | None:
    """Return what the chosen entry needs; names of devices may give way."""
    if may_give_way(combo.currentText()):
        return None
    option = QStyleOptionComboBox()
    combo.initStyleOption(option)
    field = combo.style().subControlRect(
        QStyle.ComplexControl.CC_ComboBox, option, QStyle.SubControl.SC_ComboBoxEditField, combo
    )
    around = combo.size() - field.size()
    words = combo.fontMetrics().horizontalAdvance(combo.currentText())
    return QSize(words + around.width(), combo.fontMetrics().height())


def fits(needed: QSize, given: QSize) -> bool:
    return needed.width() <= given.width() and needed.height() <= given.height()


def may_give_way(text: str) -> bool:
    """Say whether it is a name or an address, which may be cut with «…»."""
    names = {*LONG_NAMES, MYSELF, *team(Language.FRENCH).values(), *team(Language.ENGLISH).values()}
    return any(name in text for name in (*names, ADDRESS, ADDRESS.split(":")[0]))


def out_of(widget: QWidget, window: QWidget) -> QWidget | None:
    """Return the widget around `widget` that it reaches out of; scrolling down to it is fine."""
    scrolled = False
    around = widget.parentWidget()
    while around is not None:
        area = around.parentWidget()
        scrolled = scrolled or (isinstance(area, QAbstractScrollArea) and area.viewport() is around)
        place = QRect(widget.mapTo(around, QPoint(0, 0)), widget.size())
        inside = around.rect()
        if place.left() < inside.left() or place.right() > inside.right():
            return around
        if not scrolled and (place.top() < inside.top() or place.bottom() > inside.bottom()):
            return around
        if around is window:
            return None
        around = area
    return None


def told(widget: QWidget, what: str) -> str:
    says = getattr(widget, "text", lambda: "")() or widget.accessibleName()
    inside = type(widget.parentWidget()).__name__
    return f"{type(widget).__name__} in {inside} «{says}» {widget.width()}×{widget.height()} {what}"
