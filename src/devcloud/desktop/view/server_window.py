"""The server window: where it listens, who is connected, the log, and Close. Decides nothing."""

from PySide6.QtCore import QPoint, QSortFilterProxyModel, Qt
from PySide6.QtGui import QCloseEvent, QGuiApplication, QIntValidator, QResizeEvent
from PySide6.QtWidgets import (
    QFrame,
    QHBoxLayout,
    QLineEdit,
    QMainWindow,
    QMenu,
    QPlainTextEdit,
    QPushButton,
    QScrollArea,
    QStackedLayout,
    QVBoxLayout,
    QWidget,
)

from devcloud.desktop.theme.icons import set_icon
from devcloud.desktop.theme.theme import theme
from devcloud.desktop.view.brand_icon import window_icon
from devcloud.desktop.view.buttons import text_button
from devcloud.desktop.view.log_drawer import MutedTimes
from devcloud.desktop.view.questions import ask_once
from devcloud.desktop.view.server_table import PeopleTable
from devcloud.desktop.view.state_disc import StateDisc
from devcloud.desktop.view.widgets.announce import announce
from devcloud.desktop.view.widgets.empty_state import EmptyState
from devcloud.desktop.view.widgets.labels import Label, WrapLabel, caption_label, note_label
from devcloud.desktop.view.widgets.sheet import Sheet
from devcloud.desktop.view.widgets.switch import Switch
from devcloud.desktop.view.widgets.toast import Toast
from devcloud.desktop.viewmodel.server import (
    HIGHEST_PORT,
    LOWEST_PORT,
    MOST_LINES,
    ServerModel,
)
from devcloud.desktop.viewmodel.server_people import SORT_ROLE

WIDTH, HEIGHT = 760, 664
SMALLEST = (360, 520)
NARROW = 560
LEAST_BOX = 128
_DISCS = {
    "running": ("server", "successText", "successSoft"),
    "failed": ("error", "dangerText", "dangerSoft"),
    "stopped": ("server", "textMuted", "sunken"),
}


class ServerWindow(QMainWindow):
    """One server, seen and closed. Made with its model; `ServerModel.start` comes after."""

    def __init__(self, model: ServerModel) -> None:
        super().__init__()
        self._model = model
        self._question: Sheet | None = None
        self._told = ""
        self._may_close = False
        self.setWindowTitle(model.text("title"))
        self.setWindowIcon(window_icon())
        self.setMinimumSize(*SMALLEST)
        self.resize(theme().px(WIDTH), theme().px(HEIGHT))
        self.disc = StateDisc()
        self.title = WrapLabel("", "title")
        self.subtitle = note_label()
        self.copy_button = text_button(model.copy_address, kind="outline", icon="copy")
        self.start_button = QPushButton()
        self.start_button.setProperty("kind", "primary")
        set_icon(self.start_button, "play", "onAccent")
        self.port_button = text_button(self._ask_port, kind="outline")
        self.port_field = QLineEdit()
        self.people_title = caption_label()
        self.table = PeopleTable()
        self.nobody = EmptyState("users", model.text("nobody"))
        self.log_title = caption_label()
        self.copy_log_button = text_button(self._copy_log, kind="flat", icon="copy", size="small")
        self.copy_log_button.setProperty("compact", True)
        self.log = QPlainTextEdit()
        self.to_end_button = text_button(self._to_end, icon="down", size="small")
        self.switch = Switch()
        self.switch_label = WrapLabel("", "small")
        self.close_button = text_button(self._close_asked)
        self._name_all()
        self._lay_out()
        self.toast = Toast(self)
        self._wire()
        self._show()

    # ── building ─────────────────────────────────────────────────────────────────────────────────

    def _name_all(self) -> None:
        text = self._model.text
        for button, key in (
            (self.copy_button, "copy_address"), (self.start_button, "start"),
            (self.port_button, "other_port"), (self.copy_log_button, "copy"),
            (self.to_end_button, "to_end"), (self.close_button, "close"),
        ):  # fmt: skip
            button.setText(text(key))
            button.setAccessibleName(text(key))
        self.copy_log_button.setAccessibleName(f"{text('copy')}: {text('log')}")
        self.people_title.setText(text("people"))
        self.log_title.setText(text("log"))
        for label in (self.people_title, self.log_title):
            label.setProperty("groupTitle", True)
        self.table.setAccessibleName(text("people"))
        self.log.setAccessibleName(text("log"))
        self.switch_label.setText(text("take_2023"))
        self.switch.setAccessibleName(text("take_2023"))
        self.port_field.setAccessibleName(text("port"))
        self.port_field.setValidator(QIntValidator(LOWEST_PORT, HIGHEST_PORT, self))
        self.port_field.setFixedWidth(theme().length("size.portField"))
        self.port_field.returnPressed.connect(self._start_there)
        self.start_button.clicked.connect(self._start_there)
        self.port_field.hide()
        self.log.setReadOnly(True)
        self.log.setTabChangesFocus(True)
        self.log.setMaximumBlockCount(MOST_LINES)
        self._times = MutedTimes(self.log.document())
        self.log.setProperty("log", True)
        for view in (self.log, self.table):
            view.setProperty("focusRing", True)
        self.to_end_button.setProperty("compact", True)
        self.to_end_button.hide()

    def _lay_out(self) -> None:
        look = theme()
        page = QFrame()
        page.setProperty("role", "window")
        column = QVBoxLayout(page)
        side = look.length("space.6")
        column.setContentsMargins(side, look.length("space.5"), side, look.length("space.5"))
        column.setSpacing(look.length("space.2"))
        column.addLayout(self._head())
        column.addSpacing(look.length("space.2"))
        column.addWidget(self._indented(self.people_title))
        column.addWidget(self._boxed(self._people()), 5)
        column.addSpacing(look.length("space.2"))
        log_head = QHBoxLayout()
        log_head.addWidget(self._indented(self.log_title))
        log_head.addStretch(1)
        log_head.addWidget(self.to_end_button)
        log_head.addWidget(self.copy_log_button)
        column.addLayout(log_head)
        column.addWidget(self._boxed(self.log), 4)
        column.addSpacing(look.length("space.2"))
        foot = QHBoxLayout()
        foot.setSpacing(look.length("space.2"))
        foot.addWidget(self.switch)
        foot.addWidget(self.switch_label, 1)
        foot.addWidget(self.close_button)
        column.addLayout(foot)
        scroll = QScrollArea()
        scroll.setWidgetResizable(True)
        scroll.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        scroll.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        scroll.setWidget(page)
        self.setCentralWidget(scroll)

    def _head(self) -> QVBoxLayout:
        look = theme()
        words = QVBoxLayout()
        words.setSpacing(0)
        words.addStretch(1)
        words.addWidget(self.title)
        words.addWidget(self.subtitle)
        words.addStretch(1)
        row = QHBoxLayout()
        row.setSpacing(look.length("space.4"))
        row.addWidget(self.disc, 0, Qt.AlignmentFlag.AlignTop)
        row.addLayout(words, 1)
        buttons = QHBoxLayout()
        for widget in (self.port_field, self.port_button, self.start_button, self.copy_button):
            buttons.addWidget(widget, 0, Qt.AlignmentFlag.AlignVCenter)
        row.addLayout(buttons)
        self._below = QHBoxLayout()
        self._row, self._buttons = row, buttons
        head = QVBoxLayout()
        head.setSpacing(look.length("space.2"))
        head.addLayout(row)
        head.addLayout(self._below)
        return head

    def resizeEvent(self, event: QResizeEvent) -> None:  # noqa: N802
        """Where it is narrow the buttons stand under the words (Qt)."""
        super().resizeEvent(event)
        narrow = self.width() < theme().px(NARROW)
        if narrow == (self._buttons.parent() is self._below):
            return
        home, away = (self._row, self._below) if not narrow else (self._below, self._row)
        away.removeItem(self._buttons)
        self._buttons.setParent(None)
        home.addLayout(self._buttons)

    def _people(self) -> QWidget:
        self._sorted = QSortFilterProxyModel(self)
        self._sorted.setSourceModel(self._model.people)
        self._sorted.setSortRole(SORT_ROLE)
        self._sorted.setSortCaseSensitivity(Qt.CaseSensitivity.CaseInsensitive)
        self.table.setModel(self._sorted)
        self.table.fit()
        either = QWidget()
        self._either = QStackedLayout(either)
        self._either.addWidget(self.nobody)
        self._either.addWidget(self.table)
        return either

    def _boxed(self, inside: QWidget) -> QFrame:
        frame = QFrame()
        frame.setProperty("role", "boxed")
        column = QVBoxLayout(frame)
        column.setContentsMargins(1, 1, 1, 1)
        column.addWidget(inside)
        frame.setMinimumHeight(theme().px(LEAST_BOX))
        return frame

    def _indented(self, label: Label) -> Label:
        label.setContentsMargins(theme().length("space.1"), 0, 0, 0)
        return label

    def _wire(self) -> None:
        model = self._model
        model.changed.connect(self._show)
        model.logged.connect(self._add_line)
        model.clipboard.connect(lambda text: QGuiApplication.clipboard().setText(text))
        model.toast.connect(self.toast.show_message)
        model.closing.connect(self._closed)
        self.switch.toggled.connect(model.take_2023)
        self.table.customContextMenuRequested.connect(self._open_menu)
        self.log.verticalScrollBar().valueChanged.connect(lambda _: self._show_to_end())

    # ── showing ──────────────────────────────────────────────────────────────────────────────────

    def _show(self) -> None:
        model = self._model
        failed = model.state == "failed"
        self.title.setText(model.title)
        self.subtitle.setText(model.subtitle)
        self.subtitle.setVisible(bool(model.subtitle))
        self.disc.show_state(*_DISCS.get(model.state, _DISCS["stopped"]))
        self.copy_button.setVisible(model.state == "running")
        taken = failed and model.problem is not None and model.problem.code == "port_taken"
        self.port_button.setVisible(taken and self.port_field.isHidden())
        self.start_button.setVisible(
            model.state in ("stopped", "failed") and (not taken or not self.port_field.isHidden())
        )
        if model.state in ("starting", "running"):
            self.port_field.hide()
        if self.focusWidget() is not None and self.focusWidget().isHidden():
            self.close_button.setFocus(Qt.FocusReason.OtherFocusReason)
        self.switch.setChecked(model.takes_2023)
        self.close_button.setEnabled(model.state != "stopping")
        self._either.setCurrentWidget(self.table if model.people.people else self.nobody)
        if model.title != self._told:
            self._told = model.title
            announce(self, model.title, assertive=failed)

    def _add_line(self, line: str) -> None:
        follows = self._at_end()
        self.log.appendPlainText(line)
        if follows:
            self._to_end()
        self._show_to_end()

    def _at_end(self) -> bool:
        bar = self.log.verticalScrollBar()
        return bar.value() >= bar.maximum() - 1

    def _to_end(self) -> None:
        bar = self.log.verticalScrollBar()
        bar.setValue(bar.maximum())

    def _show_to_end(self) -> None:
        self.to_end_button.setVisible(not self._at_end())

    # ── what the host does ───────────────────────────────────────────────────────────────────────

    def _copy_log(self) -> None:
        self._model.copy_log(self.log.toPlainText())

    def _ask_port(self) -> None:
        self.port_field.setText(str(min(self._model.port + 1, HIGHEST_PORT)))
        self.port_field.show()
        self._show()
        self.port_field.setFocus(Qt.FocusReason.OtherFocusReason)
        self.port_field.selectAll()

    def _start_there(self) -> None:
        """Start, on the port in the field where there is one."""
        if self.port_field.isHidden():
            self._model.start()
        elif self.port_field.hasAcceptableInput():
            self._model.start(int(self.port_field.text()))

    def menu_for(self, row: int) -> QMenu:
        """Make the menu of a row of the table."""
        source = self._sorted.mapToSource(self._sorted.index(row, 0)).row()
        menu = QMenu(self)
        text, model = self._model.text, self._model
        menu.addAction(text("copy_ip"), lambda: model.copy_ip(source))
        menu.addAction(text("disconnect"), lambda: model.disconnect_person(source))
        return menu

    def _open_menu(self, at: QPoint) -> None:
        index = self.table.indexAt(at)
        if not index.isValid():
            index = self.table.currentIndex()
        if index.isValid():
            place = self.table.visualRect(index).center() if at.isNull() else at
            self.menu_for(index.row()).popup(self.table.viewport().mapToGlobal(place))

    def _close_asked(self) -> None:
        question = self._model.stop_question
        if not question:
            self._model.close()
        elif self._question is None or self._question.isHidden():
            self._question = ask_once(
                self,
                question=question,
                yes=self._model.text("stop"),
                no=self._model.text("cancel"),
                then=self._model.close,
            )

    def closeEvent(self, event: QCloseEvent) -> None:  # noqa: N802
        """The window's own close button asks as Close does (Qt)."""
        if self._may_close:
            event.accept()
            return
        event.ignore()
        self._close_asked()

    def _closed(self) -> None:
        self._may_close = True
        self.close()
