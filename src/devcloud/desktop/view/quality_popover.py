"""How a call sounds, in figures: the last minute of round-trip time as a line, and a table."""

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QGridLayout, QHBoxLayout, QWidget

from devcloud.desktop.theme.theme import theme
from devcloud.desktop.view.widgets.labels import Label, WrapLabel
from devcloud.desktop.view.widgets.meters import QualityBars
from devcloud.desktop.view.widgets.popover import Popover
from devcloud.desktop.view.widgets.rtt_line import RttLine
from devcloud.desktop.viewmodel.texts import Speaks, T
from devcloud.desktop.viewmodel.values import QualityView
from devcloud.model.texts import Language

FIGURES = ("rtt", "loss", "jitter", "mos", "path", "codec")


class FigureTable(QWidget):
    """Names at the left, figures of one width at the right."""

    def __init__(self, parent: QWidget | None = None) -> None:
        """Empty until `show_rows`."""
        super().__init__(parent)
        self._grid = QGridLayout(self)
        self._grid.setContentsMargins(0, 0, 0, 0)
        self._grid.setHorizontalSpacing(16)
        self._grid.setVerticalSpacing(6)
        self._grid.setColumnStretch(1, 1)
        self._cells: list[tuple[Label, WrapLabel]] = []

    def show_rows(self, rows: tuple[tuple[str, str], ...]) -> None:
        """Show these names and figures."""
        while len(self._cells) < len(rows):
            pair = Label("", "small", "muted"), WrapLabel("", "small", tabular=True)
            pair[1].setAlignment(Qt.AlignmentFlag.AlignRight)
            font = pair[1].font()
            font.setWeight(font.Weight.Medium)
            pair[1].setFont(font)
            at = len(self._cells)
            self._grid.addWidget(pair[0], at, 0)
            self._grid.addWidget(pair[1], at, 1)
            self._cells.append(pair)
        for number, (name, figure) in enumerate(self._cells):
            shown = number < len(rows)
            name.setVisible(shown)
            figure.setVisible(shown)
            if shown:
                name.setText(rows[number][0])
                figure.setText(rows[number][1])
                figure.setAccessibleName(f"{rows[number][0]}: {rows[number][1]}")


class QualityPopover(Popover):
    """The figures behind the bars."""

    def __init__(self, app: Speaks, anchor: QWidget) -> None:
        """Belongs to the quality button, `anchor`."""
        super().__init__(anchor)
        self._app = app
        self._t = T(app)
        self._quality: QualityView | None = None
        self.bars = QualityBars()
        self.title = WrapLabel("", "bodyStrong")
        self.since = Label("", "small", "muted")
        self.line = RttLine()
        self.table = FigureTable()
        head = QHBoxLayout()
        head.setSpacing(theme().length("space.2"))
        head.addWidget(self.bars)
        head.addWidget(self.title, 1)
        head.addWidget(self.since)
        self.body.addLayout(head)
        self.body.addWidget(self.line)
        self.body.addWidget(self.table)
        self.retranslate()

    def show_quality(self, quality: QualityView | None) -> None:
        """Show these figures."""
        self._quality = quality
        self.retranslate()

    def retranslate(self) -> None:
        """Say everything in the language of the moment."""
        quality, t = self._quality, self._t
        self.since.setText(t("quality_last_minute"))
        if quality is None:
            self.title.setText(t("quality_measuring"))
            self.setAccessibleName(t("quality_measuring"))
            self.table.show_rows(tuple((t(f"quality_{key}"), "–") for key in FIGURES))
            return
        word = quality.word.lower() if self._app.language is Language.FRENCH else quality.word
        self.bars.set_level(quality.level)
        self.title.setText(t("quality_title", word=word))
        self.setAccessibleName(self.title.text())
        self.line.set_points([ms for ms in quality.rtt_line if ms is not None])
        self.line.setAccessibleName(t("quality_line", rtt=quality.rtt_text))
        rows = tuple((t(f"quality_{key}"), getattr(quality, f"{key}_text")) for key in FIGURES)
        self.table.show_rows(rows)
