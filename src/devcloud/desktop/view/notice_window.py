"""A notification with buttons, at the upper right of the screen, that takes no focus away.

The platform's own tray messages have no buttons everywhere, so these are small windows of ours.
They stack downwards, go away by themselves, and a click on one means its usual action.
"""

from functools import partial

from PySide6.QtCore import Qt, QTimer, Signal
from PySide6.QtGui import QCloseEvent, QGuiApplication, QMouseEvent
from PySide6.QtWidgets import QFrame, QHBoxLayout, QPushButton, QVBoxLayout, QWidget

from devcloud.desktop.theme.frameless import round_corners
from devcloud.desktop.theme.theme import theme
from devcloud.desktop.view.buttons import icon_button, name_button
from devcloud.desktop.view.widgets.avatar import Avatar
from devcloud.desktop.view.widgets.labels import IconLabel, WrapLabel, note_label
from devcloud.desktop.viewmodel.app import AppModel
from devcloud.desktop.viewmodel.texts import T
from devcloud.desktop.viewmodel.values import Notice

SHOWN_MS = 8_000
MOST = 3
_ELSEWHERE = ("call",)
"""A call has a window of its own, with the whole sheet."""
_ICONS = {
    "missed": "call-missed",
    "missed_many": "call-missed",
    "back": "user",
    "device": "headset",
}


class NoticeWindow(QWidget):
    """One notification. `chosen` carries the key of the action."""

    chosen = Signal(str)
    gone = Signal()

    def __init__(self, notice: Notice, text: T) -> None:
        super().__init__(
            None,
            Qt.WindowType.Tool
            | Qt.WindowType.FramelessWindowHint
            | Qt.WindowType.WindowStaysOnTopHint
            | Qt.WindowType.WindowDoesNotAcceptFocus,
        )
        self.notice = notice
        self.setAttribute(Qt.WidgetAttribute.WA_ShowWithoutActivating)
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        # The frame inside has round corners; the window behind it is not to be seen.
        self.setAttribute(Qt.WidgetAttribute.WA_TranslucentBackground)
        self.setFixedWidth(theme().px(360))
        self.setWindowTitle(notice.title)
        self.setAccessibleName(text("notice_name", title=notice.title))
        self.buttons: dict[str, QPushButton] = {}
        self._lay_out(text)
        self._timer = QTimer(self)
        self._timer.setSingleShot(True)
        self._timer.timeout.connect(self.close)
        self._timer.start(SHOWN_MS)

    def fit(self) -> None:
        """Take the height that the words need at this width."""
        self.ensurePolished()
        layout = self.layout()
        assert layout is not None
        self.setFixedHeight(layout.totalHeightForWidth(self.width()))
        round_corners(self, "radius.large")

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:  # noqa: N802
        """A click means the usual action, the first (Qt)."""
        super().mouseReleaseEvent(event)
        if self.notice.actions and self.rect().contains(event.position().toPoint()):
            self._choose(self.notice.actions[0][0])

    def closeEvent(self, event: QCloseEvent) -> None:  # noqa: N802
        """Say that it is gone (Qt)."""
        self._timer.stop()
        super().closeEvent(event)
        self.gone.emit()

    def _choose(self, key: str) -> None:
        self.chosen.emit(key)
        self.close()

    def _lay_out(self, text: T) -> None:
        look, notice = theme(), self.notice
        frame = QFrame()
        frame.setProperty("role", "popover")
        whole = QVBoxLayout(self)
        whole.setContentsMargins(0, 0, 0, 0)
        whole.addWidget(frame)
        box = QVBoxLayout(frame)
        edge = look.length("space.4")
        box.setContentsMargins(edge, edge, edge, edge)
        box.setSpacing(look.length("space.3"))
        head = QHBoxLayout()
        head.setSpacing(look.length("space.3"))
        head.addWidget(self._picture(), 0, Qt.AlignmentFlag.AlignTop)
        words = QVBoxLayout()
        words.setSpacing(look.length("space.half"))
        words.addWidget(WrapLabel(notice.title, "bodyStrong"))
        if notice.text:
            words.addWidget(note_label(notice.text))
        head.addLayout(words, 1)
        close = icon_button("close", self.close)
        close.setProperty("compact", True)
        close.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        name_button(close, text("notice_close"))
        head.addWidget(close, 0, Qt.AlignmentFlag.AlignTop)
        box.addLayout(head)
        if notice.actions:
            box.addLayout(self._make_buttons())

    def _picture(self) -> QWidget:
        if self.notice.name:
            avatar = Avatar("avatar", "raised")
            avatar.set_person(self.notice.name)
            return avatar
        return IconLabel(_ICONS[self.notice.kind], "textMuted")

    def _make_buttons(self) -> QHBoxLayout:
        row = QHBoxLayout()
        row.setSpacing(theme().length("space.2"))
        row.addStretch(1)
        for key, words in self.notice.actions:
            button = QPushButton(words)
            button.setAccessibleName(words)
            button.setFocusPolicy(Qt.FocusPolicy.NoFocus)
            button.setProperty("compact", True)
            button.clicked.connect(partial(self._choose, key))
            self.buttons[key] = button
            row.addWidget(button)
        return row


class Notices(QWidget):
    """Shows the program's notices, at most three at once; an older one gives way."""

    def __init__(self, app: AppModel) -> None:
        super().__init__()
        self._app = app
        self._text = T(app)
        self.shown: list[NoticeWindow] = []
        app.notify.connect(self.show_notice)

    def show_notice(self, notice: Notice) -> None:
        """Show one more. The next notice about the same person and kind takes its place."""
        if notice.kind in _ELSEWHERE:
            return
        for old in list(self.shown):
            if (old.notice.kind, old.notice.name) == (notice.kind, notice.name):
                old.close()
        while len(self.shown) >= MOST:
            self.shown[0].close()
        window = NoticeWindow(notice, self._text)
        window.chosen.connect(lambda key: self._app.notice_action(notice, key))
        window.gone.connect(lambda: self._forget(window))
        self.shown.append(window)
        window.fit()
        self._place()
        window.show()

    def take_back(self, kind: str) -> None:
        """What the notices of that kind were about is over."""
        for window in list(self.shown):
            if window.notice.kind == kind:
                window.close()

    def close_all(self) -> None:
        """Take all away."""
        for window in list(self.shown):
            window.close()

    def _forget(self, window: NoticeWindow) -> None:
        if window in self.shown:
            self.shown.remove(window)
            self._place()

    def _place(self) -> None:
        screen = QGuiApplication.primaryScreen().availableGeometry()
        gap = theme().length("space.4")
        top = screen.top() + gap
        for window in self.shown:
            window.move(screen.right() - window.width() - gap, top)
            top += window.height() + theme().length("space.2")
