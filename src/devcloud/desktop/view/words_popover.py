"""The safety words: four words to read to one another, and what to do when they differ."""

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QFrame, QGridLayout, QHBoxLayout, QStackedWidget, QVBoxLayout, QWidget

from devcloud.desktop.view.buttons import text_button
from devcloud.desktop.view.widgets.labels import ElidedLabel, Label, WrapLabel, note_label
from devcloud.desktop.view.widgets.popover import Popover
from devcloud.desktop.view.widgets.tabs import SegmentedTabs
from devcloud.desktop.viewmodel.texts import Speaks, T
from devcloud.desktop.viewmodel.values import CallView

LANGUAGES = ("fr", "en")


class Word(QFrame):
    """One numbered word."""

    def __init__(self, number: int, parent: QWidget | None = None) -> None:
        """`number` counts from 1."""
        super().__init__(parent)
        self.number = number
        self.setProperty("role", "sunken")
        self.word = ElidedLabel("", "heading")
        row = QHBoxLayout(self)
        row.setContentsMargins(12, 10, 12, 10)
        row.setSpacing(8)
        row.addWidget(Label(str(number), "caption", "muted", tabular=True))
        row.addWidget(self.word, 1)


class WordsPopover(Popover):
    """Shows a call's words; says what was chosen."""

    BESIDE = True
    identical = Signal()
    hang_up_asked = Signal()
    different = Signal()
    language_chosen = Signal(str)

    def __init__(self, app: Speaks, anchor: QWidget) -> None:
        """Belongs to the chip `anchor`."""
        super().__init__(anchor)
        self._t = T(app)
        self._view: CallView | None = None
        self.title = WrapLabel("", "bodyStrong")
        self.switch = SegmentedTabs(("FR", "EN"))
        self.switch.selected.connect(lambda index: self.language_chosen.emit(LANGUAGES[index]))
        self.words = tuple(Word(number) for number in range(1, 5))
        self.explanation = note_label()
        self.question = WrapLabel("", "body")
        self.no = text_button(self._ask, kind="danger-flat")
        self.yes = text_button(self._identical, kind="primary", icon="check")
        self.leave = text_button(self._leave, kind="danger", icon="hang-up")
        self.stay = text_button(self._stay)
        self.pages = QStackedWidget()
        self._lay_out()
        self.closed.connect(self._stay_quietly)
        self.retranslate()

    def show_call(self, view: CallView) -> None:
        """Show a call's words."""
        self._view = view
        self.title.setText(self._t("words_title", name=view.shown_name))
        for place, word in zip(self.words, view.words, strict=False):
            place.word.setText(word)
            name = self._t("words_word", n=place.number, word=word)
            place.setAccessibleName(name)
            place.word.setAccessibleName(name)
        self.switch.blockSignals(True)
        self.switch.setCurrentIndex(LANGUAGES.index(view.words_language))
        self.switch.blockSignals(False)
        for place in self.words:
            place.setVisible(bool(view.words))
        self.explanation.setText(self._t("words_explanation" if view.words else "words_wait"))

    def retranslate(self) -> None:
        """Say everything in the language of the moment."""
        t = self._t
        self.setAccessibleName(t("call_words"))
        self.switch.setAccessibleName(t("words_language"))
        self.question.setText(t("words_question"))
        self.no.setText(t("words_different"))
        self.yes.setText(t("words_identical"))
        self.leave.setText(t("call_hang_up"))
        self.stay.setText(t("words_stay"))
        if self._view is not None:
            self.show_call(self._view)

    def _lay_out(self) -> None:
        head = QHBoxLayout()
        head.addWidget(self.title, 1)
        head.addWidget(self.switch)
        grid = QGridLayout()
        grid.setSpacing(8)
        for index, word in enumerate(self.words):
            grid.addWidget(word, index // 2, index % 2)
            grid.setColumnStretch(index % 2, 1)
        compare = _page((self.explanation,), (self.no, self.yes))
        asks = _page((self.question,), (self.stay, self.leave))
        self.pages.addWidget(compare)
        self.pages.addWidget(asks)
        self.body.addLayout(head)
        self.body.addLayout(grid)
        self.body.addWidget(self.pages)

    def _ask(self) -> None:
        self.different.emit()
        self.pages.setCurrentIndex(1)
        self.stay.setFocus()

    def _stay(self) -> None:
        self._stay_quietly()
        self.dismiss()

    def _stay_quietly(self) -> None:
        self.pages.setCurrentIndex(0)

    def _leave(self) -> None:
        self.dismiss()
        self.hang_up_asked.emit()

    def _identical(self) -> None:
        self.dismiss()
        self.identical.emit()


def _page(texts: tuple[QWidget, ...], buttons: tuple[QWidget, ...]) -> QWidget:
    page = QWidget()
    column = QVBoxLayout(page)
    column.setContentsMargins(0, 0, 0, 0)
    column.setSpacing(12)
    for text in texts:
        column.addWidget(text)
    column.addStretch(1)
    row = QHBoxLayout()
    row.setSpacing(8)
    for button in buttons:
        row.addWidget(button, 1)
    column.addLayout(row)
    return page
