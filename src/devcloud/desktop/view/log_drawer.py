"""The activity log: what happened, a line each, newest last. Plain text that can be selected.

Never message texts or keys: the model does not have them.
"""

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QKeyEvent, QResizeEvent, QSyntaxHighlighter, QTextDocument
from PySide6.QtWidgets import QFrame, QHBoxLayout, QPlainTextEdit, QVBoxLayout, QWidget

from devcloud.desktop.theme.theme import theme
from devcloud.desktop.view.buttons import icon_button, name_button, text_button
from devcloud.desktop.view.widgets.labels import Label
from devcloud.desktop.viewmodel.app import AppModel
from devcloud.desktop.viewmodel.texts import T

HEIGHT = 240
MOST_LINES = 5_000
TIME_LENGTH = len("00:00:00")


class MutedTimes(QSyntaxHighlighter):
    """The times at the beginning of the lines step back behind what happened."""

    def __init__(self, document: QTextDocument) -> None:
        super().__init__(document)
        theme().changed.connect(self.rehighlight)

    def highlightBlock(self, text: str) -> None:  # noqa: N802
        """Colour one line (Qt)."""
        self.setFormat(0, min(len(text), TIME_LENGTH), theme().colour("textMuted"))


class LogDrawer(QFrame):
    """The drawer under everything; a whole page in a narrow window. `closed` asks to hide it."""

    closed = Signal()

    def __init__(self, app: AppModel, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._app = app
        self._text = T(app)
        self.setProperty("role", "content")
        self.setMinimumHeight(120)
        self.title = Label("", "bodyStrong")
        self.copy_button = text_button(self._copy, kind="flat", icon="copy", size="small")
        self.clear_button = text_button(app.log.clear, kind="flat", icon="trash", size="small")
        self.close_button = icon_button("close", self.closed.emit)
        for button in (self.copy_button, self.clear_button, self.close_button):
            button.setProperty("compact", True)
        self.lines = QPlainTextEdit()
        self.lines.setProperty("log", True)
        self.lines.setProperty("focusRing", "inside")
        self.lines.setReadOnly(True)
        self.lines.setMaximumBlockCount(MOST_LINES)
        self.lines.setLineWrapMode(QPlainTextEdit.LineWrapMode.WidgetWidth)
        self.lines.setFrameShape(QFrame.Shape.NoFrame)
        self._times = MutedTimes(self.lines.document())
        self._lay_out()
        self._fill()
        app.log.added.connect(self._add)
        app.log.cleared.connect(self.lines.clear)
        self.retranslate()
        theme().changed.connect(self._fit_head)

    def retranslate(self) -> None:
        """Say everything in the language of the moment."""
        text = self._text
        self.title.setText(text("log_title"))
        name_button(self.copy_button, text("log_copy"))
        name_button(self.clear_button, text("log_clear"))
        name_button(self.close_button, text("log_close"), self._app.shortcuts.keys("log"))
        self.lines.setAccessibleName(text("log_title"))
        self.lines.setPlaceholderText(text("log_empty"))
        self._fit_head()

    def keyPressEvent(self, event: QKeyEvent) -> None:  # noqa: N802
        """Esc closes the drawer (Qt)."""
        if event.key() == Qt.Key.Key_Escape:
            self.closed.emit()
        else:
            super().keyPressEvent(event)

    def resizeEvent(self, event: QResizeEvent) -> None:  # noqa: N802
        """The last line stays in sight while the drawer opens (Qt)."""
        follows = self._at_end()
        super().resizeEvent(event)
        self._fit_head()
        if follows:
            self._to_end()

    def _fit_head(self) -> None:
        """Where there is no room for the buttons' words, their icons do."""
        buttons = (self.copy_button, self.clear_button)
        for button in buttons:
            button.setText(button.accessibleName())
        shown = (self.title, *buttons, self.close_button)
        edges = theme().length("space.8")  # and what lies between them
        if self.width() < sum(each.sizeHint().width() for each in shown) + edges:
            for button in buttons:
                button.setText("")

    def _lay_out(self) -> None:
        look = theme()
        head = QHBoxLayout()
        side = look.length("space.4")
        head.setContentsMargins(side, look.length("space.2"), look.length("space.2"), 0)
        head.setSpacing(look.length("space.1"))
        head.addWidget(self.title)
        head.addStretch(1)
        for button in (self.copy_button, self.clear_button, self.close_button):
            head.addWidget(button)
        body = QVBoxLayout(self)
        body.setContentsMargins(0, 0, 0, 0)
        body.setSpacing(look.length("space.1"))
        body.addLayout(head)
        body.addWidget(self.lines, 1)

    def _fill(self) -> None:
        self.lines.setPlainText("\n".join(self._app.log.lines[-MOST_LINES:]))
        self._to_end()

    def _add(self, line: str) -> None:
        follows = self._at_end()
        self.lines.appendPlainText(line)
        if follows:
            self._to_end()

    def _at_end(self) -> bool:
        bar = self.lines.verticalScrollBar()
        return bar.value() >= bar.maximum() - 1

    def _to_end(self) -> None:
        bar = self.lines.verticalScrollBar()
        bar.setValue(bar.maximum())

    def _copy(self) -> None:
        self._app.copy(self._app.log.text(), "log_copied")
