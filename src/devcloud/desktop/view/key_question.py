"""The server shows another key than before: both fingerprints, and a choice that is never the
first to hand. Only a person who has asked the host should go on."""

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QHBoxLayout, QPushButton, QVBoxLayout, QWidget

from devcloud.desktop.theme.theme import theme
from devcloud.desktop.view.widgets.labels import WrapLabel
from devcloud.desktop.view.widgets.sheet import Sheet
from devcloud.desktop.viewmodel.app import AppModel
from devcloud.desktop.viewmodel.texts import T
from devcloud.desktop.viewmodel.values import KeyQuestion


def open_key_question(window: QWidget, app: AppModel, question: KeyQuestion) -> Sheet:
    """Ask over the window. Cancel has the focus; Esc cancels."""
    text = T(app)
    sheet = Sheet(window)
    sheet.setAccessibleName(text("key_question_title"))
    sheet.escaped.connect(sheet.dismiss)
    sheet.body.setSpacing(theme().length("space.3"))
    sheet.body.addWidget(WrapLabel(text("key_question_title"), "title"))
    sheet.body.addWidget(WrapLabel(question.text or text("key_question_text"), "body", "muted"))
    if question.old:
        sheet.body.addWidget(_fingerprint(text("key_question_old"), question.old))
    sheet.body.addWidget(_fingerprint(text("key_question_new"), question.new))
    row = QHBoxLayout()
    row.setSpacing(theme().length("space.3"))
    cancel, accept = QPushButton(text("key_question_cancel")), QPushButton()
    accept.setText(text("key_question_accept"))
    accept.setProperty("kind", "danger-flat")
    for button in (cancel, accept):
        button.setProperty("large", True)
        row.addWidget(button, 1)
    cancel.clicked.connect(sheet.dismiss)
    accept.clicked.connect(sheet.dismiss)
    accept.clicked.connect(app.accept_server_key)
    sheet.body.addLayout(row)
    sheet.open(cancel)
    return sheet


def _fingerprint(title: str, fingerprint: str) -> QWidget:
    box = QWidget()
    column = QVBoxLayout(box)
    column.setContentsMargins(0, 0, 0, 0)
    column.setSpacing(theme().length("space.1"))
    column.addWidget(WrapLabel(title, "caption", "muted"))
    value = WrapLabel(fingerprint, "small")
    value.setFont(theme().font("small", mono=True))
    value.setTextInteractionFlags(Qt.TextInteractionFlag.NoTextInteraction)
    column.addWidget(value)
    box.setAccessibleName(f"{title}: {fingerprint}")
    return box
