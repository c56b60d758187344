"""The line over a call: minimise, how it is protected, how it sounds, and more."""

from PySide6.QtCore import QPoint, QSize, Signal
from PySide6.QtGui import QAction
from PySide6.QtWidgets import QFrame, QGridLayout, QHBoxLayout, QMenu, QWidget

from devcloud.desktop.theme.theme import theme
from devcloud.desktop.view.buttons import icon_button, name_button
from devcloud.desktop.view.chip_row import show_encryption
from devcloud.desktop.view.plain_button import PlainButton
from devcloud.desktop.view.widgets.chip import Chip
from devcloud.desktop.view.widgets.labels import Label
from devcloud.desktop.view.widgets.meters import QualityBars
from devcloud.desktop.viewmodel.texts import Speaks, T
from devcloud.desktop.viewmodel.values import CallView, QualityView

ACTIONS = ("details", "audio_settings", "verify", "log")


class QualityButton(PlainButton):
    """Four bars and a word; a click shows the figures."""

    def __init__(self, parent: QWidget | None = None) -> None:
        """Empty until `show_quality`."""
        super().__init__(parent)
        self._bars = QualityBars()
        self._word = Label("", "small")
        self.hold(self._bars, self._word)

    def show_quality(self, quality: QualityView | None, name: str) -> None:
        """Show a quality under an accessible name; nothing measured yet shows nothing."""
        self.setVisible(quality is not None)
        if quality is not None:
            self._bars.set_level(quality.level)
            self._word.setText(quality.word)
            self.updateGeometry()
        self.setAccessibleName(name)
        self.setToolTip(name)


class CallHeader(QFrame):
    """The header of a call."""

    minimise_asked = Signal()
    quality_asked = Signal()
    encryption_asked = Signal()
    chosen = Signal(str)
    """One of `ACTIONS`, of the More menu."""

    def __init__(self, app: Speaks, parent: QWidget | None = None) -> None:
        """`app` knows the language."""
        super().__init__(parent)
        self._t = T(app)
        self._view: CallView | None = None
        self._narrow = False
        self.setProperty("role", "header")
        self.minimise = icon_button("down", self.minimise_asked.emit)
        self.chip = Chip("", "lock", "neutral", clickable=True)
        self.chip.clicked.connect(self.encryption_asked)
        self.quality = QualityButton()
        self.quality.clicked.connect(self.quality_asked)
        self.more = icon_button("more", self._open_menu)
        self.menu = QMenu(self)
        self._actions: dict[str, QAction] = {}
        for key in ACTIONS:
            action = self.menu.addAction("")
            action.triggered.connect(lambda _on=False, key=key: self.chosen.emit(key))
            self._actions[key] = action
        self._lay_out()
        theme().changed.connect(self._resize)
        self.retranslate()

    def show_call(self, view: CallView) -> None:
        """Show what is known of a call."""
        self._view = view
        talking = view.phase in ("active", "held", "reconnecting", "connecting")
        show_encryption(self.chip, view, self._t)
        self.chip.setVisible(talking and not self._narrow)
        word = view.quality.word if view.quality else ""
        name = self._t("call_quality_action", word=word) if word else ""
        self.quality.show_quality(view.quality if talking else None, name)
        self._actions["verify"].setEnabled(bool(view.words))

    def minimumSizeHint(self) -> QSize:  # noqa: N802
        """Any width: the narrow arrangement comes with it, not before."""
        return QSize(0, super().minimumSizeHint().height())

    def set_narrow(self, narrow: bool) -> None:
        """Where there is little room the chip goes to the middle of the page, quality to here."""
        self._narrow = narrow
        if narrow:
            self._middle.addWidget(self.quality)
        else:
            self._end.insertWidget(1, self.quality)
        if self._view is not None:
            self.show_call(self._view)

    def retranslate(self) -> None:
        """Say everything in the language of the moment."""
        name_button(self.minimise, self._t("call_minimise"))
        name_button(self.more, self._t("call_more"))
        for key, action in self._actions.items():
            action.setText(self._t(f"call_{key}"))
        if self._view is not None:
            self.show_call(self._view)

    def _lay_out(self) -> None:
        self._grid = QGridLayout(self)
        self._grid.setContentsMargins(12, 0, 12, 0)
        self._grid.setSpacing(12)
        begin, self._middle, self._end = QHBoxLayout(), QHBoxLayout(), QHBoxLayout()
        begin.setSpacing(8)
        begin.addWidget(self.minimise)
        begin.addWidget(self.chip)
        begin.addStretch()
        self._end.setSpacing(4)
        self._end.addStretch(1)
        self._end.addWidget(self.quality)
        self._end.addWidget(self.more)
        for column, (part, stretch) in enumerate(((begin, 1), (self._middle, 0), (self._end, 1))):
            self._grid.addLayout(part, 0, column)
            self._grid.setColumnStretch(column, stretch)
        self._resize()

    def _resize(self) -> None:
        self.setFixedHeight(theme().length("size.header"))

    def _open_menu(self) -> None:
        corner = self.more.mapToGlobal(QPoint(self.more.width(), self.more.height() + 4))
        self.menu.popup(corner - QPoint(self.menu.sizeHint().width(), 0))
