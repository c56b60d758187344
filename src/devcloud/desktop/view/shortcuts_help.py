"""The list of shortcuts (F1): what the keys do, as they are set now."""

from PySide6.QtCore import Qt
from PySide6.QtGui import QKeySequence
from PySide6.QtWidgets import QFrame, QHBoxLayout, QPushButton, QScrollArea, QVBoxLayout, QWidget

from devcloud.desktop.theme.theme import theme
from devcloud.desktop.view.widgets.labels import WrapLabel, caption_label, note_label
from devcloud.desktop.view.widgets.sheet import Sheet
from devcloud.desktop.viewmodel.app import AppModel
from devcloud.desktop.viewmodel.texts import T


def shown_keys(keys: str) -> list[str]:
    """Return the keys as this platform writes them, one by one: «Ctrl», «Shift», «M»."""
    native = QKeySequence(keys).toString(QKeySequence.SequenceFormat.NativeText)
    return [part or "+" for part in native.split("+")] if native else []


def open_shortcuts_help(window: QWidget, app: AppModel) -> Sheet:
    """Show the list over the window. Esc and its button close it."""
    text = T(app)
    sheet = Sheet(window)
    sheet.setAccessibleName(text("shortcuts_title"))
    sheet.escaped.connect(sheet.dismiss)
    sheet.body.addWidget(WrapLabel(text("shortcuts_title"), "title"))
    rows = QWidget()
    box = QVBoxLayout(rows)
    box.setContentsMargins(0, 0, theme().length("space.2"), 0)
    box.setSpacing(theme().length("space.2"))
    for action in app.shortcuts.actions:
        if action.keys:
            box.addWidget(_row(action.text, action.keys))
    area = QScrollArea()
    area.setWidgetResizable(True)
    area.setFrameShape(QFrame.Shape.NoFrame)
    area.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
    area.setWidget(rows)
    # The sheet behind has the colour.
    rows.setAutoFillBackground(False)
    area.viewport().setAutoFillBackground(False)
    area.setAccessibleName(text("shortcuts_title"))
    area.setMinimumHeight(min(rows.sizeHint().height(), round(window.height() * 0.65)))
    sheet.body.setSpacing(theme().length("space.3"))
    sheet.body.addWidget(area)
    sheet.body.addWidget(note_label(text("shortcuts_change")))
    close = QPushButton(text("shortcuts_close"))
    close.clicked.connect(sheet.dismiss)
    sheet.body.addWidget(close)
    sheet.open(close)
    return sheet


def _row(words: str, keys: str) -> QWidget:
    row = QWidget()
    row.setAccessibleName(f"{words}: {keys}")
    box = QHBoxLayout(row)
    box.setContentsMargins(0, 0, 0, 0)
    box.setSpacing(theme().length("space.1"))
    box.addWidget(WrapLabel(words, "body"), 1)
    for key in shown_keys(keys):
        cap = caption_label(key)
        cap.setProperty("keycap", True)
        box.addWidget(cap)
    return row
