"""The main window: one of three pages, banner and call bar above, the activity log below.

It arranges and forwards; what is shown is the view-models' and the pages' business. Closing it
leaves the program in the tray, where there is one; quitting asks when a call would be lost.
"""

from collections.abc import Callable
from functools import partial
from typing import TYPE_CHECKING

from PySide6.QtCore import QByteArray, QEvent, Qt, Signal
from PySide6.QtGui import QCloseEvent, QGuiApplication, QResizeEvent, QShowEvent
from PySide6.QtWidgets import QMainWindow, QSplitter, QStackedWidget, QVBoxLayout, QWidget

from devcloud.desktop.theme.theme import theme
from devcloud.desktop.view.banner_bar import BannerBar
from devcloud.desktop.view.brand_icon import window_icon
from devcloud.desktop.view.call_bar import CallBar
from devcloud.desktop.view.connect_page import ConnectPage
from devcloud.desktop.view.home_page import HomePage
from devcloud.desktop.view.incoming_sheet import IncomingSheet, IncomingWindow
from devcloud.desktop.view.key_question import open_key_question
from devcloud.desktop.view.log_drawer import HEIGHT as LOG_HEIGHT
from devcloud.desktop.view.log_drawer import LogDrawer
from devcloud.desktop.view.notice_window import Notices
from devcloud.desktop.view.questions import ask_once
from devcloud.desktop.view.shortcut_keys import ShortcutKeys
from devcloud.desktop.view.shortcuts_help import open_shortcuts_help
from devcloud.desktop.view.sidebar import CONTACTS, HISTORY
from devcloud.desktop.view.tray import Tray
from devcloud.desktop.view.widgets.announce import announce
from devcloud.desktop.view.widgets.sheet import Sheet
from devcloud.desktop.view.widgets.toast import Toast
from devcloud.desktop.view.width_class import WidthClass, width_class
from devcloud.desktop.viewmodel.app import AppModel
from devcloud.desktop.viewmodel.texts import T

if TYPE_CHECKING:
    from devcloud.desktop.view.call_page import CallPage
    from devcloud.desktop.view.settings_dialog import SettingsDialog

FIRST_SIZE = (1200, 760)
TOAST_BOTTOM = 52
"""Above the status line, which stays readable."""
TOAST_GAP = 12


class MainWindow(QMainWindow):
    """The window, and what belongs to it: tray, notices, the incoming call, the settings."""

    width_class_changed = Signal(str)

    def __init__(self, app: AppModel, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._app = app
        self._text = T(app)
        self._leaving = False
        self._sheet: Sheet | None = None
        self._undo: Callable[[], object] | None = None
        self._width: WidthClass = "wide"
        self.banner = BannerBar(app)
        self.call_bar = CallBar(app)
        self.connect_page = ConnectPage(app)
        self.home = HomePage(app)
        self.call_page: CallPage | None = None
        self.pages = QStackedWidget()
        self.log = LogDrawer(app)
        self.split = QSplitter(Qt.Orientation.Vertical)
        self._lay_out()
        self.toast = Toast(self, bottom=TOAST_BOTTOM)
        self.tray = Tray(app, self)
        self.notices = Notices(app)
        self.incoming = IncomingSheet(app, self)
        self.incoming_window = IncomingWindow(app)
        self.settings_dialog: SettingsDialog | None = None
        self.keys = ShortcutKeys(app, self)
        self._connect_app()
        self._connect_parts()
        self.retranslate()
        self._show_page()
        self._restore()

    # ── what shows ───────────────────────────────────────────────────────────────────────────────

    def retranslate(self) -> None:
        """Say everything in the language of the moment."""
        for part in (self.banner, self.call_bar, self.connect_page, self.home, self.log):
            part.retranslate()
        if self.call_page is not None:
            self.call_page.retranslate()
        self.tray.refresh()
        self.incoming.retranslate()
        self.incoming_window.retranslate()
        self._show_title()

    @property
    def width_class(self) -> WidthClass:
        """`narrow`, `medium` or `wide`."""
        return self._width

    def _show_page(self) -> None:
        page = self._app.page
        if page == "call":
            self.pages.setCurrentWidget(self._calls())
        else:
            self.pages.setCurrentWidget(self.connect_page if page == "connect" else self.home)
        if page == "home":
            self.home.focus_list()
        self._lift_toast()
        self._show_title()

    def _calls(self) -> "CallPage":
        """The call page is read and made with the first call: the window is there sooner."""
        if self.call_page is None:
            from devcloud.desktop.view.call_page import CallPage  # noqa: PLC0415

            self.call_page = CallPage(self._app)
            self.call_page.settings_wanted.connect(self.open_settings)
            self.call_page.log_wanted.connect(self.toggle_log)
            self.pages.addWidget(self.call_page)
        return self.call_page

    def _show_title(self) -> None:
        call = self._app.calls.current
        in_call = self._app.page == "call" and call is not None
        title = call.state.title if in_call and call is not None else ""
        self.setWindowTitle(title or self._text("window_title"))

    def _follow_call(self) -> None:
        call = self._app.calls.current
        if call is not None:
            self._calls()
            call.changed.connect(self._show_title)
        self._show_title()

    # ── what is asked for ────────────────────────────────────────────────────────────────────────

    def raise_window(self) -> None:
        """Come to the front, from the tray or from behind other windows."""
        self.setWindowState(self.windowState() & ~Qt.WindowState.WindowMinimized)
        self.show()
        self.raise_()
        self.activateWindow()

    def focus_search(self) -> None:
        """Search or call."""
        if self._go_home():
            self.home.go_back()
            self.home.sidebar.focus_search()

    def show_tab(self, tab: int) -> None:
        """Contacts or history."""
        if self._go_home():
            self.home.go_back()
            self.home.sidebar.show_tab(tab)

    def show_history(self) -> None:
        """History, in front (a notification was clicked)."""
        self.raise_window()
        self.show_tab(HISTORY)

    def toggle_log(self) -> None:
        """Open or close the activity log."""
        self._show_log(not self.log.isVisibleTo(self))

    def open_settings(self, page: str = "") -> None:
        """The settings, at a page of theirs or as they were left."""
        if self.settings_dialog is None:
            from devcloud.desktop.view.settings_dialog import SettingsDialog  # noqa: PLC0415

            self.settings_dialog = SettingsDialog(self._app, self)
        self.settings_dialog.open_page(page)
        self.settings_dialog.show()
        self.settings_dialog.raise_()
        self.settings_dialog.activateWindow()

    def show_shortcuts(self) -> None:
        """The list of shortcuts."""
        self._open(open_shortcuts_help(self, self._app))

    def ask_to_quit(self) -> None:
        """Quit; ask first when a call would be lost."""
        question = self._app.quit_question
        if question:
            self._ask_to_quit(question)
        else:
            self._quit()

    def _ask_to_quit(self, question: str) -> None:
        self.raise_window()
        text = self._text
        self._open(
            ask_once(
                self,
                question=question,
                yes=text("window_quit"),
                no=text("window_cancel"),
                then=self._quit,
            )
        )

    def _quit(self) -> None:
        self._leaving = True
        self._remember()
        self.tray.hide()
        self.notices.close_all()
        self.incoming_window.hide()
        if self.settings_dialog is not None:
            self.settings_dialog.close()
        self._app.quit()

    def _go_home(self) -> bool:
        if self._app.page == "call":
            self._app.minimise()
        self._show_log(self.log.isVisibleTo(self) and self._width != "narrow")
        return self._app.page == "home"

    def _show_log(self, shown: bool) -> None:
        had_focus = self.log.isAncestorOf(self.focusWidget() or self)
        self.log.setVisible(shown)
        self._arrange_log()
        if shown:
            self.log.lines.setFocus(Qt.FocusReason.ShortcutFocusReason)
        elif had_focus:
            self._focus_page()

    def _focus_page(self) -> None:
        if self._app.page == "home":
            self.home.focus_list()
        else:
            page = self.call_page if self._app.page == "call" else self.connect_page
            (page or self).setFocus(Qt.FocusReason.OtherFocusReason)

    def _arrange_log(self) -> None:
        alone = self._width == "narrow" and self.log.isVisibleTo(self)
        self.pages.setVisible(not alone)
        if self.log.isVisibleTo(self) and not alone and self.split.sizes()[1] < LOG_HEIGHT // 2:
            height = self.split.height()
            self.split.setSizes([height - LOG_HEIGHT, LOG_HEIGHT])

    def _ask_about_key(self) -> None:
        question = self._app.server_key_question
        if question is not None:
            self._open(open_key_question(self, self._app, question))

    def _open(self, sheet: Sheet) -> None:
        if self._sheet is not None:
            self._sheet.dismiss()
        self._sheet = sheet
        sheet.dismissed.connect(lambda: self._forget(sheet))

    def _forget(self, sheet: Sheet) -> None:
        if self._sheet is sheet:
            self._sheet = None

    # ── short messages ───────────────────────────────────────────────────────────────────────────

    def _show_toast(self, text: str, action: str, then: Callable[[], object] | None) -> None:
        self._undo = then
        self._lift_toast()
        self.toast.show_message(text, action if then is not None else None)

    def _show_trouble(self, sentence: str) -> None:
        self._lift_toast()
        self.toast.show_message(sentence, outcome="trouble")

    def _lift_toast(self) -> None:
        """What can be done about a call stays free: above all, hanging up."""
        bars = self.call_page.bars.sizeHint().height() if self.call_page is not None else 0
        in_call = self._app.page == "call"
        self.toast.stay_above(bars + TOAST_GAP if in_call else TOAST_BOTTOM)

    def _toast_pressed(self) -> None:
        then, self._undo = self._undo, None
        if then is not None:
            then()

    @staticmethod
    def _copy(text: str) -> None:
        QGuiApplication.clipboard().setText(text)

    # ── the window itself ────────────────────────────────────────────────────────────────────────

    def resizeEvent(self, event: QResizeEvent) -> None:  # noqa: N802
        """The pages arrange themselves by the class of the width (Qt)."""
        super().resizeEvent(event)
        width = width_class(event.size().width())
        if width != self._width:
            self._width = width
            self.home.set_width_class(width)
            self._arrange_log()
            self.width_class_changed.emit(width)

    def changeEvent(self, event: QEvent) -> None:  # noqa: N802
        """Whether the window is in use decides between a sheet and a window of its own (Qt)."""
        super().changeEvent(event)
        if event.type() in {QEvent.Type.ActivationChange, QEvent.Type.WindowStateChange}:
            self._app.window_active = self.isActiveWindow() and not self.isMinimized()

    def showEvent(self, event: QShowEvent) -> None:  # noqa: N802
        """A day may have passed since it was last seen (Qt)."""
        super().showEvent(event)
        self._app.today_changed()

    def closeEvent(self, event: QCloseEvent) -> None:  # noqa: N802
        """Closing leaves the program in the tray; without a tray it quits, after asking (Qt)."""
        self._remember()
        if self._leaving or _ends_session():
            event.accept()
            return
        event.ignore()
        if self.tray.available:
            self._hide_to_tray()
        elif self._app.page == "connect":
            self._quit()
        else:
            self._ask_to_quit(self._app.quit_question or self._text("window_quit_question"))

    def _hide_to_tray(self) -> None:
        self.hide()
        self._app.window_active = False
        if not self._app.settings.value("told_tray"):
            self._app.settings.set("told_tray", True)
            self.tray.icon.showMessage("DevCloud", self._text("window_tray_notice"), window_icon())

    def _remember(self) -> None:
        geometry = bytes(self.saveGeometry().toBase64().data()).decode()
        self._app.settings.set("geometry", geometry)
        if state := self.home.state():
            self._app.settings.set("splitter", state)

    def _restore(self) -> None:
        kept = self._app.settings.value("geometry")
        if not (kept and self.restoreGeometry(QByteArray.fromBase64(kept.encode()))):
            self.resize(*FIRST_SIZE)
        self.home.restore(self._app.settings.value("splitter"))

    # ── how it is put together ───────────────────────────────────────────────────────────────────

    def _lay_out(self) -> None:
        self.setWindowIcon(window_icon())
        least = theme().length("size.minWindowWidth"), theme().length("size.minWindowHeight")
        self.setMinimumSize(*least)
        for page in (self.connect_page, self.home):
            self.pages.addWidget(page)
        self.split.setChildrenCollapsible(False)
        self.split.addWidget(self.pages)
        self.split.addWidget(self.log)
        self.split.setStretchFactor(0, 1)
        self.split.setStretchFactor(1, 0)
        self.log.hide()
        body = QWidget()
        box = QVBoxLayout(body)
        box.setContentsMargins(0, 0, 0, 0)
        box.setSpacing(0)
        box.addWidget(self.banner)
        box.addWidget(self.call_bar)
        box.addWidget(self.split, 1)
        self.setCentralWidget(body)

    def _connect_app(self) -> None:
        app = self._app
        app.page_changed.connect(self._show_page)
        app.calls.current_changed.connect(self._follow_call)
        app.language_changed.connect(self.retranslate)
        app.toast.connect(self._show_toast)
        app.trouble.connect(self._show_trouble)
        app.announce.connect(partial(announce, self))
        app.clipboard.connect(self._copy)
        app.raise_window.connect(self.raise_window)
        app.show_history.connect(self.show_history)
        app.show_audio_settings.connect(lambda: self.open_settings("audio"))
        app.server_key_question_changed.connect(self._ask_about_key)
        app.notice_over.connect(self.notices.take_back)

    def _connect_parts(self) -> None:
        self.toast.triggered.connect(self._toast_pressed)
        self.log.closed.connect(lambda: self._show_log(False))
        self.connect_page.settings_wanted.connect(self.open_settings)
        self.home.settings_wanted.connect(self.open_settings)
        self.home.log_wanted.connect(self.toggle_log)
        self.tray.open_wanted.connect(self.raise_window)
        self.tray.settings_wanted.connect(self.open_settings)
        self.tray.quit_wanted.connect(self.ask_to_quit)
        self.keys.on(
            search=self.focus_search,
            contacts=lambda: self.show_tab(CONTACTS),
            history=lambda: self.show_tab(HISTORY),
            log=self.toggle_log,
            settings=self.open_settings,
            help=self.show_shortcuts,
            close=self.close,
            quit=self.ask_to_quit,
        )


def _ends_session() -> bool:
    """Whether the person logs out: nothing may keep the window open then."""
    program = QGuiApplication.instance()
    return isinstance(program, QGuiApplication) and program.isSavingSession()
