"""An incoming call: a sheet over the main window while it is active, a small window otherwise.

Both follow `app.calls.incoming` by themselves. Neither is answered by a stray Enter or Space: the
focus starts on the sheet itself, and the window takes none at all. Esc silences.
"""

from collections.abc import Callable

from PySide6.QtCore import QSize, Qt
from PySide6.QtGui import QCloseEvent, QGuiApplication, QKeyEvent, QKeySequence, QShortcut
from PySide6.QtWidgets import QFrame, QVBoxLayout, QWidget

from devcloud.desktop.theme.frameless import round_corners
from devcloud.desktop.theme.theme import theme
from devcloud.desktop.view.incoming_card import IncomingCard
from devcloud.desktop.view.widgets.sheet import EDGE as SHEET_EDGE
from devcloud.desktop.view.widgets.sheet import Sheet
from devcloud.desktop.viewmodel.app import AppModel
from devcloud.desktop.viewmodel.call import CallModel

EDGE = 16  # pixels to the upper right corner of the screen


class IncomingSheet(Sheet):
    """Over the main window, while that is active."""

    def __init__(self, app: AppModel, window: QWidget) -> None:
        """Lie hidden over `window` until somebody calls."""
        super().__init__(window)
        self._app = app
        self._told: CallModel | None = None
        self.card = IncomingCard(app)
        self.body.setContentsMargins(24, 16, 24, 16)
        self.body.addWidget(self.card)
        self.card.resized.connect(self._grow)
        self.escaped.connect(self._silence)
        app.calls.incoming_changed.connect(self.follow)
        _on_focus_change(self.follow)
        self.follow()

    def follow(self, *_args: object) -> None:
        """Show or hide, as there is a call and the window is active. Harmless to call again."""
        call = self._app.calls.incoming
        self.card.adopt(call)
        if call is None or not self._app.window_active:
            self.dismiss()
            return
        self.setAccessibleName(call.state.title)
        if not self.is_open:
            self.open()
        if self._told is not call:
            self._told = call
            self.card.say_once()

    def retranslate(self) -> None:
        """Say everything in the language of the moment."""
        self.card.retranslate()

    def _silence(self) -> None:
        if self.card.call is not None:
            self.card.call.silence()

    def _grow(self) -> None:
        if self.is_open:
            self._place()

    def _place(self) -> None:
        """In a low window the avatar gives way to the words and the answers."""
        room = self._overlay.size() - QSize(2 * SHEET_EDGE, 2 * SHEET_EDGE)
        inside = room.shrunkBy(self.body.contentsMargins())
        width = min(theme().length("size.sheet"), room.width()) - (room.width() - inside.width())
        self.card.fit(width, inside.height())
        super()._place()


class IncomingWindow(QWidget):
    """At the upper right of the screen, over other programs, while the main one is not active."""

    def __init__(self, app: AppModel) -> None:
        """Stay hidden until somebody calls."""
        super().__init__(
            None,
            Qt.WindowType.Tool
            | Qt.WindowType.FramelessWindowHint
            | Qt.WindowType.WindowStaysOnTopHint,
        )
        self._app = app
        self._told: CallModel | None = None
        self.setAttribute(Qt.WidgetAttribute.WA_ShowWithoutActivating)
        self.setAttribute(Qt.WidgetAttribute.WA_TranslucentBackground)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        frame = QFrame()
        frame.setProperty("role", "sheet")
        self.card = IncomingCard(app)
        inside = QVBoxLayout(frame)
        inside.setContentsMargins(24, 16, 24, 16)
        inside.addWidget(self.card)
        outside = QVBoxLayout(self)
        outside.setContentsMargins(0, 0, 0, 0)
        outside.addWidget(frame)
        self._shortcuts = {action: QShortcut(self) for action in ("accept", "decline")}
        self._shortcuts["accept"].activated.connect(self.card.accept.click)
        self._shortcuts["decline"].activated.connect(self.card.decline.click)
        for answer in (self.card.accept, self.card.hold_answer, self.card.hang_up_answer):
            # Whoever answers here wants the call's page, which another program covers.
            answer.clicked.connect(app.raise_window)
        self.card.resized.connect(self._place)
        app.calls.incoming_changed.connect(self.follow)
        app.shortcuts.changed.connect(self._assign)
        _on_focus_change(self.follow)
        self._assign()
        self.follow()

    def follow(self, *_args: object) -> None:
        """Show or hide, as there is a call and the main window is not active."""
        call = self._app.calls.incoming
        self.card.adopt(call)
        if call is None or self._app.window_active:
            self.hide()
            return
        self.setWindowTitle(call.state.title)
        self.setAccessibleName(call.state.title)
        self._place()
        self.show()
        if self._told is not call:
            self._told = call
            self.card.say_once()

    def retranslate(self) -> None:
        """Say everything in the language of the moment."""
        self.card.retranslate()

    def keyPressEvent(self, event: QKeyEvent) -> None:  # noqa: N802
        """Esc silences; nothing else here answers."""
        if event.key() == Qt.Key.Key_Escape and self.card.call is not None:
            self.card.call.silence()
        event.accept()

    def closeEvent(self, event: QCloseEvent) -> None:  # noqa: N802
        """Closing the window says neither yes nor no: it goes when the ringing goes."""
        event.ignore()

    def _assign(self) -> None:
        for action, shortcut in self._shortcuts.items():
            shortcut.setKey(QKeySequence(self._app.shortcuts.keys(action)))

    def _place(self) -> None:
        screen = self.screen() or QGuiApplication.primaryScreen()
        free = screen.availableGeometry()
        width = min(theme().length("size.sheet"), free.width() - 2 * EDGE)
        has = self.hasHeightForWidth()
        height = self.heightForWidth(width) if has else self.sizeHint().height()
        self.setFixedWidth(width)
        self.setFixedHeight(min(height, free.height() - 2 * EDGE))
        self.move(free.right() - width - EDGE, free.top() + EDGE)
        round_corners(self, "radius.sheet")


def _on_focus_change(then: Callable[..., None]) -> None:
    """Have `then` called after another window became active, when the main window knows."""
    program = QGuiApplication.instance()
    assert isinstance(program, QGuiApplication)
    program.focusWindowChanged.connect(then, Qt.ConnectionType.QueuedConnection)
