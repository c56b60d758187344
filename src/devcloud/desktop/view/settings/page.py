"""What the pages of the settings are made of: groups of rows, each bound to one setting.

A change applies at once and is written down by the model; a change made elsewhere shows here. Knows
no particular setting.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

from PySide6.QtCore import Qt
from PySide6.QtWidgets import (
    QBoxLayout,
    QComboBox,
    QFrame,
    QScrollArea,
    QSizePolicy,
    QVBoxLayout,
    QWidget,
)

from devcloud.desktop.theme.theme import theme
from devcloud.desktop.view.settings.inputs import PlainSlider, wheel_only_with_focus
from devcloud.desktop.view.widgets.boxed import BoxedList, BoxedRow
from devcloud.desktop.view.widgets.labels import Label
from devcloud.desktop.view.widgets.switch import Switch
from devcloud.desktop.viewmodel.app import AppModel
from devcloud.desktop.viewmodel.texts import T

WIDEST = 16_777_215  # Qt's own, for no limit


@dataclass(frozen=True)
class Found:
    """A row that can be searched for: its words, and where it is."""

    text: str
    row: QWidget


class SettingsPage(QScrollArea):
    """A title and groups of rows. Subclasses call `group` and the `add_…` methods."""

    TITLE = ""
    ICON = ""

    def __init__(self, app: AppModel) -> None:
        """Make the page of `app`'s settings."""
        super().__init__()
        self.app = app
        self.t = T(app)
        self._texts: list[Callable[[], None]] = []
        self._shows: dict[str, list[Callable[[Any], None]]] = {}
        self._rows: list[BoxedRow] = []
        self._narrow = False
        theme().changed.connect(self._resize)
        self.title = Label("", "title")
        self._inside = QWidget()
        self.column = QVBoxLayout(self._inside)
        self.column.setContentsMargins(32, 24, 32, 24)
        self.column.setSpacing(theme().length("space.5"))
        self.column.addWidget(self.title)
        self.setWidget(self._inside)
        self.setWidgetResizable(True)
        self.setFrameShape(QFrame.Shape.NoFrame)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.viewport().setAutoFillBackground(False)
        self._inside.setAutoFillBackground(False)
        self.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self.says(lambda: self.title.setText(self.t(self.TITLE)))
        app.settings.changed.connect(self._changed)
        self.fill()
        self.column.addStretch(1)
        self.retranslate()

    def fill(self) -> None:
        """Add the rows."""
        raise NotImplementedError

    @property
    def found(self) -> tuple[Found, ...]:
        """What can be searched for on this page."""
        return tuple(Found(row.title.text(), row) for row in self._rows)

    def says(self, texts: Callable[[], None]) -> None:
        """Have `texts` called now and whenever the language changes."""
        self._texts.append(texts)

    def shows(self, key: str, show: Callable[[Any], None]) -> None:
        """Have `show` called with the value of a setting, now and whenever it changes."""
        self._shows.setdefault(key, []).append(show)
        show(self.app.settings.value(key))

    def retranslate(self) -> None:
        """Say everything in the language of the moment."""
        for texts in self._texts:
            texts()

    def set_narrow(self, narrow: bool) -> None:
        """Leave less room at the sides, and put wide controls below their words."""
        self._narrow = narrow
        side = theme().length("space.4" if narrow else "space.7")
        self.column.setContentsMargins(side, 24, side, 24)
        for row in self._rows:
            if isinstance(row, SettingRow):
                row.set_narrow(narrow)

    def _resize(self) -> None:
        self.set_narrow(self._narrow)

    def group(self, title_key: str = "") -> BoxedList:
        """Add a box with a title."""
        box = BoxedList("" if title_key else None)
        if title_key:
            self.says(lambda: box.title.setText(self.t(title_key)))
        self.column.addWidget(box)
        return box

    def add_row(
        self, box: BoxedList, title_key: str, hint_key: str = "", trailing: QWidget | None = None
    ) -> BoxedRow:
        """Add a row with a title, maybe a second line, and a control at the end."""
        row = SettingRow(trailing)
        self.says(lambda: row.set_texts(self.t(title_key), self.t(hint_key) if hint_key else ""))
        box.add_row(row)
        self._rows.append(row)
        return row

    def add_switch(self, box: BoxedList, key: str, title_key: str, hint_key: str = "") -> Switch:
        """Add a row that is on or off."""
        switch = Switch()
        self.shows(key, lambda value: switch.setChecked(value is True))
        switch.clicked.connect(lambda on: self.app.settings.set(key, on))
        self.add_row(box, title_key, hint_key, switch)
        return switch

    def add_choice(
        self,
        box: BoxedList,
        key: str,
        title_key: str,
        choices: Sequence[tuple[Any, str]],
        hint_key: str = "",
    ) -> QComboBox:
        """Add a row with a list of (value, text key) to choose from."""
        combo = make_combo()
        for value, _ in choices:
            combo.addItem("", value)

        def say() -> None:
            for index, (_, text_key) in enumerate(choices):
                combo.setItemText(index, self.t(text_key))

        self.says(say)
        self.shows(key, lambda value: combo.setCurrentIndex(combo.findData(value)))
        combo.activated.connect(lambda index: self.app.settings.set(key, combo.itemData(index)))
        self.add_row(box, title_key, hint_key, combo)
        return combo

    def make_slider(self, key: str, low: int, high: int, text_key: str) -> PlainSlider:
        """Make a slider bound to a setting; `text_key` says its value («{n} dB»)."""
        slider = PlainSlider(low, high)

        def say(value: float) -> None:
            text = self.t(text_key, n=round(value))
            slider.setToolTip(text)
            slider.setAccessibleDescription(text)

        def show(value: float) -> None:
            slider.setValue(round(value))
            say(value)

        def chosen(value: int) -> None:
            kept = self.app.settings.value(key)
            self.app.settings.set(key, type(kept)(value))

        self.shows(key, show)
        slider.valueChanged.connect(chosen)
        return slider

    def _changed(self, key: str) -> None:
        for show in self._shows.get(key, ()):
            show(self.app.settings.value(key))


class SettingRow(BoxedRow):
    """A row whose control goes below its words where there is little room."""

    def __init__(self, trailing: QWidget | None = None) -> None:
        """Without words until `set_texts`."""
        super().__init__("", "", trailing)
        self._tall()
        # A method, not a lambda: the connection must end with the row.
        theme().changed.connect(self._tall)

    def _tall(self) -> None:
        self.setMinimumHeight(theme().px(52))

    def set_narrow(self, narrow: bool) -> None:
        """Put a wide control below the words, or beside them again."""
        control, row = self.trailing, self.layout()
        if control is None or not control.property("wide") or not isinstance(row, QBoxLayout):
            return
        beside, below = QBoxLayout.Direction.LeftToRight, QBoxLayout.Direction.TopToBottom
        row.setDirection(below if narrow else beside)
        row.setSpacing(8 if narrow else 12)
        row.setAlignment(control, Qt.AlignmentFlag(0) if narrow else Qt.AlignmentFlag.AlignVCenter)
        control.setMinimumWidth(0 if narrow else _field_width(control))
        control.setMaximumWidth(WIDEST if narrow else _field_width(control))


def _field_width(control: QWidget) -> int:
    wanted = control.property("fieldWidth")
    pixels = wanted if isinstance(wanted, int) else 0
    return theme().px(pixels) if pixels else theme().length("size.settingField")


def make_combo() -> QComboBox:
    """Make a list to choose from, as wide as the fields of the settings."""
    combo = QComboBox()
    combo.setProperty("wide", True)
    combo.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
    combo.setSizeAdjustPolicy(QComboBox.SizeAdjustPolicy.AdjustToMinimumContentsLengthWithIcon)
    combo.setMinimumContentsLength(6)
    combo.setFixedWidth(theme().length("size.settingField"))
    wheel_only_with_focus(combo)
    return combo
