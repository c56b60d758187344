"""Questions in a sheet over the window: yes or no, and a name. Esc means no."""

from collections.abc import Callable

from PySide6.QtWidgets import QHBoxLayout, QLineEdit, QPushButton, QWidget

from devcloud.desktop.theme.theme import theme
from devcloud.desktop.view.widgets.labels import WrapLabel, note_label
from devcloud.desktop.view.widgets.sheet import Sheet

LONGEST_NAME = 64


def ask_once(
    window: QWidget,
    *,
    question: str,
    yes: str,
    no: str,
    then: Callable[[], object],
    kind: str = "danger",
) -> Sheet:
    """Ask; `then` runs on yes. The focus is on no, so that a stray Enter changes nothing."""
    sheet = _make_sheet(window, question)
    sheet.body.addWidget(WrapLabel(question, "heading"))
    accept, refuse = _add_buttons(sheet, yes, no, kind)
    accept.clicked.connect(sheet.dismiss)
    accept.clicked.connect(lambda _checked=False: then())
    sheet.open(refuse)
    return sheet


def ask_name(
    window: QWidget,
    *,
    title: str,
    hint: str,
    value: str,
    placeholder: str,
    yes: str,
    no: str,
    then: Callable[[str], object],
) -> Sheet:
    """Ask for a name; `then` gets it, empty when the field was left empty."""
    sheet = _make_sheet(window, title)
    sheet.body.addWidget(WrapLabel(title, "heading"))
    edit = QLineEdit(value)
    edit.setProperty("large", True)
    edit.setPlaceholderText(placeholder)
    edit.setMaxLength(LONGEST_NAME)
    edit.setAccessibleName(title)
    edit.setAccessibleDescription(hint)
    sheet.body.addWidget(edit)
    sheet.body.addWidget(note_label(hint))
    accept, _ = _add_buttons(sheet, yes, no, "primary")

    def save() -> None:
        sheet.dismiss()
        then(edit.text())

    accept.clicked.connect(save)
    edit.returnPressed.connect(save)
    sheet.open(edit)
    edit.selectAll()
    return sheet


def _make_sheet(window: QWidget, name: str) -> Sheet:
    sheet = Sheet(window)
    sheet.setAccessibleName(name)
    sheet.escaped.connect(sheet.dismiss)
    return sheet


def _add_buttons(sheet: Sheet, yes: str, no: str, kind: str) -> tuple[QPushButton, QPushButton]:
    row = QHBoxLayout()
    row.setContentsMargins(0, theme().length("space.3"), 0, 0)
    row.setSpacing(theme().length("space.3"))
    refuse, accept = QPushButton(no), QPushButton(yes)
    for button in (refuse, accept):
        button.setProperty("large", True)
        row.addWidget(button, 1)
    accept.setProperty("kind", kind)
    refuse.clicked.connect(sheet.dismiss)
    sheet.body.addLayout(row)
    return accept, refuse
