"""Theme, accent, font size and motion. Each shows at once, in every window."""

from typing import Any

from PySide6.QtCore import QRectF, QSize, Qt
from PySide6.QtGui import QColor, QPainter, QPaintEvent, QPen
from PySide6.QtWidgets import QButtonGroup, QRadioButton, QSizePolicy, QWidget

from devcloud.desktop.theme.theme import theme
from devcloud.desktop.theme.tokens import Accent, load
from devcloud.desktop.view.chip_row import GAP, Wrapping
from devcloud.desktop.view.settings.audio import widened
from devcloud.desktop.view.settings.page import SettingsPage
from devcloud.desktop.view.widgets.labels import muted_label
from devcloud.desktop.view.widgets.switch import Switch
from devcloud.desktop.view.widgets.tabs import SegmentedTabs

THEMES = ("light", "dark", "system")
CELL = 98  # pixels of a swatch with its name, so that they stand in columns


class Swatch(QRadioButton):
    """An accent to choose: a disc of its colour with its name. A ring shows the chosen one."""

    def __init__(self, accent: Accent, parent: QWidget | None = None) -> None:
        """`accent` of the tokens."""
        super().__init__(parent)
        self.accent = accent
        self.setSizePolicy(QSizePolicy.Policy.Fixed, QSizePolicy.Policy.Fixed)
        self.setProperty("focusRadius", theme().length("radius.small"))
        theme().changed.connect(self.updateGeometry)

    def sizeHint(self) -> QSize:  # noqa: N802
        """The disc and the name."""
        return QSize(theme().px(CELL), theme().length("size.control"))

    def hitButton(self, position: Any) -> bool:  # noqa: N802
        """The name can be clicked too."""
        return self.rect().contains(position)

    def paintEvent(self, _event: QPaintEvent) -> None:  # noqa: N802
        """Paint disc, ring and name."""
        colours = load().accent_colours[self.accent.key][theme().mode]
        side = theme().px(18)
        disc = QRectF(5, (self.height() - side) / 2, side, side)
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(QColor(colours["accent"]))
        painter.drawEllipse(disc)
        if self.isChecked():
            painter.setBrush(Qt.BrushStyle.NoBrush)
            painter.setPen(QPen(theme().colour("text"), 2))
            painter.drawEllipse(disc.adjusted(-4, -4, 4, 4))
        painter.setPen(theme().colour("text"))
        words = self.rect().adjusted(theme().px(34), 0, 0, 0)
        painter.drawText(
            words, Qt.AlignmentFlag.AlignVCenter | Qt.AlignmentFlag.AlignLeft, self.text()
        )
        painter.end()


class AppearancePage(SettingsPage):
    """The look of everything."""

    TITLE = "settings_appearance"
    ICON = "palette"

    def fill(self) -> None:
        """Add the rows."""
        look = self.group()
        self._add_theme(look)
        self._add_accents(look)
        text = self.group("settings_text")
        self._add_sizes(text)
        motion = self.group("settings_motion")
        self.motion = Switch()
        self.motion.clicked.connect(self._set_motion)
        self.shows("reduced_motion", lambda value: self.motion.setChecked(value is True))
        self.add_row(motion, "settings_reduced_motion", "settings_reduced_motion_hint", self.motion)

    def _add_theme(self, box: Any) -> None:
        self.themes = SegmentedTabs(("", "", ""))
        self.says(
            lambda: self.themes.set_labels([self.t(f"settings_theme_{key}") for key in THEMES])
        )
        self.shows("theme", lambda value: self._choose(self.themes, THEMES.index(value)))
        self.themes.selected.connect(lambda index: self.app.settings.set("theme", THEMES[index]))
        self.add_row(box, "settings_theme", "", widened(self.themes))

    def _add_accents(self, box: Any) -> None:
        self.swatches = tuple(Swatch(accent) for accent in load().accents)
        group = QButtonGroup(self)
        around = Wrapping(align="left")
        around.put(*self.swatches)
        for swatch in self.swatches:
            group.addButton(swatch)
            key = swatch.accent.key
            swatch.clicked.connect(lambda _on=False, key=key: self.app.settings.set("accent", key))
        self.shows("accent", self._show_accent)
        self.accents = around
        self.says(self._name_accents)
        around.setProperty("wide", True)
        around.setProperty("fieldWidth", 3 * CELL + 2 * GAP)
        around.setFixedWidth(theme().px(3 * CELL + 2 * GAP))
        self.add_row(box, "settings_accent", "", around)

    def _add_sizes(self, box: Any) -> None:
        scales = load().scale_choices
        self.sizes = SegmentedTabs([f"{scale:.0%}" for scale in scales])
        self.says(
            lambda: self.sizes.set_labels(
                [self.t("settings_percent", n=round(scale * 100)) for scale in scales]
            )
        )
        self.shows("font_scale", lambda value: self._choose(self.sizes, scales.index(value)))
        self.sizes.selected.connect(
            lambda index: self.app.settings.set("font_scale", scales[index])
        )
        self.add_row(box, "settings_font_size", "", widened(self.sizes))
        self.preview = muted_label()
        self.preview.setContentsMargins(16, 12, 16, 12)
        self.says(lambda: self.preview.setText(self.t("settings_preview")))
        box.add_row(self.preview)

    def _choose(self, tabs: SegmentedTabs, index: int) -> None:
        tabs.blockSignals(True)
        tabs.setCurrentIndex(index)
        tabs.blockSignals(False)
        tabs.update()

    def _show_accent(self, chosen: str) -> None:
        for swatch in self.swatches:
            swatch.setChecked(swatch.accent.key == chosen)

    def _name_accents(self) -> None:
        for swatch in self.swatches:
            name = swatch.accent.names[str(self.app.language)]
            swatch.setText(name)
            swatch.setAccessibleName(name)
        self.accents.arrange()

    def _set_motion(self, reduced: bool) -> None:
        self.app.settings.set("reduced_motion", True if reduced else "system")
