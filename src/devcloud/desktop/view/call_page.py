"""The page of a call, over the whole window: it rings, two talk, it is over.

It follows `app.calls.current`. What the person does goes to the `CallModel`; what only a page can
do (popovers, the talk key, where the focus is) is here. `settings_wanted` and `log_wanted` are for
the main window.
"""

from collections.abc import Callable

from PySide6.QtCore import QEvent, QObject, Qt, Signal
from PySide6.QtGui import QFocusEvent, QHideEvent, QKeyEvent, QKeySequence, QResizeEvent
from PySide6.QtWidgets import QApplication, QFrame, QStackedWidget, QVBoxLayout, QWidget

from devcloud.desktop.theme.theme import theme
from devcloud.desktop.view.call_bar_controls import CallControls, EndedBar
from devcloud.desktop.view.call_details import CallDetails
from devcloud.desktop.view.call_header import CallHeader
from devcloud.desktop.view.call_more import CallMore
from devcloud.desktop.view.call_notices import CallNotices
from devcloud.desktop.view.device_popover import DevicePopover
from devcloud.desktop.view.explanation import ExplanationPopover
from devcloud.desktop.view.outgoing_page import OutgoingPage
from devcloud.desktop.view.quality_popover import QualityPopover
from devcloud.desktop.view.talk_page import TalkPage
from devcloud.desktop.view.widgets.popover import Popover
from devcloud.desktop.view.words_popover import WordsPopover
from devcloud.desktop.viewmodel.app import AppModel
from devcloud.desktop.viewmodel.call import CallModel
from devcloud.desktop.viewmodel.texts import T
from devcloud.desktop.viewmodel.values import CallView

OUTGOING = ("dialling", "ringing_out")


class CallPage(QFrame):
    """Header, notices, the middle, the bar."""

    settings_wanted = Signal(str)
    """A page of the settings to open: `audio`."""
    log_wanted = Signal()

    def __init__(self, app: AppModel, parent: QWidget | None = None) -> None:
        """Follow the current call of `app`."""
        super().__init__(parent)
        self._app = app
        self._t = T(app)
        self._call: CallModel | None = None
        self._narrow = False
        self._talk_key = False
        self.setProperty("role", "content")
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setProperty("focusRing", False)
        self.header = CallHeader(app)
        self.notices = CallNotices(app)
        self.outgoing, self.talk = OutgoingPage(), TalkPage(app)
        self.stage = QStackedWidget()
        self.bar, self.ended = CallControls(app, self), EndedBar(app)
        self.bars = QStackedWidget()
        self._popover: Popover | None = None
        self._more: CallMore | None = None
        self._lay_out()
        self._connect()
        self._follow()
        self.retranslate()

    @property
    def popover(self) -> Popover | None:
        """The popover that is open, if one is."""
        return self._popover

    def retranslate(self) -> None:
        """Say everything in the language of the moment."""
        self.setAccessibleName(self._t("call_page"))
        for part in (self.header, self.talk, self.bar, self.ended):
            part.retranslate()
        self._refresh()

    # ── following the call ───────────────────────────────────────────────────────────────────────

    def _follow(self) -> None:
        if self._call is not None:
            self._call.changed.disconnect(self._refresh)
        self._talk_up()
        self._close_popovers()
        self._call = self._app.calls.current
        self.bar.adopt(self._call)
        if self._call is not None:
            self._call.changed.connect(self._refresh)
            begins = self._call.state.phase in (*OUTGOING, "over")
            self.stage.setCurrentWidget(self.outgoing if begins else self.talk)
            self.setFocus(Qt.FocusReason.OtherFocusReason)
        self._refresh()

    def _refresh(self) -> None:
        if self._call is None:
            return
        view = self._call.state
        self.header.show_call(view)
        self.notices.show_call(view)
        if view.phase in OUTGOING:
            self.stage.setCurrentWidget(self.outgoing)
        elif view.phase != "over":
            self.stage.setCurrentWidget(self.talk)
        page = self.stage.currentWidget()
        for part in (self.outgoing, self.talk):
            if part is page:
                part.show_call(view)
        over = view.phase == "over"
        if over and self.bars.currentWidget() is self.bar:
            self._over()
        self.bars.setCurrentWidget(self.ended if over else self.bar)
        (self.ended if over else self.bar).show_call(view)
        self._refresh_popover(view)
        self._show_held()

    def _over(self) -> None:
        self._close_popovers()
        self._talk_up()

    def _refresh_popover(self, view: CallView) -> None:
        if isinstance(self._popover, QualityPopover):
            self._popover.show_quality(view.quality)
        elif isinstance(self._popover, WordsPopover | CallDetails):
            self._popover.show_call(view)
        if self._more is not None and self._more.is_open:
            self._more.show_call(view)

    def _show_held(self) -> None:
        held = self._app.calls.held
        self.notices.show_held(held[0].state.shown_name if held else "")

    def _switch(self) -> None:
        held = self._app.calls.held
        if held:
            self._app.calls.call(held[0].state.name)
            held[0].toggle_hold()

    # ── popovers ─────────────────────────────────────────────────────────────────────────────────

    def show_words(self) -> None:
        """Open the safety words."""
        if self._call is None or not self._call.state.words:
            return
        words, call = WordsPopover(self._app, self.talk.words), self._call
        words.show_call(call.state)
        words.identical.connect(call.words_identical)
        words.different.connect(call.words_different)
        words.hang_up_asked.connect(call.hang_up)
        words.language_chosen.connect(call.words_in)
        self._open(words)

    def show_quality(self) -> None:
        """Open the figures."""
        if self._call is not None:
            figures = QualityPopover(self._app, self.header.quality)
            figures.show_quality(self._call.state.quality)
            self._open(figures)

    def show_devices(self) -> None:
        """Open the choice of devices."""
        narrow = self._narrow
        chosen = self._anchor_of_bar() if narrow else self.bar.device
        devices = DevicePopover(self._app, chosen)
        devices.settings_asked.connect(lambda: self.settings_wanted.emit("audio"))
        self._open(devices)

    def show_details(self) -> None:
        """Open what is known of the call."""
        if self._call is not None:
            details = CallDetails(self._app, self.header.more)
            details.show_call(self._call.state)
            self._open(details)

    def show_encryption(self) -> None:
        """Explain whether the call can be overheard."""
        if self._call is not None:
            anchor = self.talk.encryption if self._narrow else self.header.chip
            chip = self._call.state.encryption_chip
            self._open(ExplanationPopover(anchor, chip.text, chip.explanation))

    def show_more(self) -> None:
        """Open the controls that a narrow bar leaves out."""
        call = self._call
        if call is None:
            return
        self._more = CallMore(
            self._app,
            self.window(),
            talk=call.toggle_push_to_talk,
            hold=call.toggle_hold,
            devices=self.show_devices,
            words=self.show_words,
        )
        self._more.dismissed.connect(self._forget_more)
        self._more.show_call(call.state)
        self._more.open()

    def _open(self, popover: Popover) -> None:
        self._close_popovers()
        self._popover = popover
        popover.closed.connect(lambda: self._forget(popover))
        popover.open()

    def _forget(self, popover: Popover) -> None:
        if self._popover is popover:
            self._popover = None
        popover.deleteLater()

    def _forget_more(self) -> None:
        if self._more is not None:
            self._more.discard()
        self._more = None

    def _close_popovers(self) -> None:
        if self._popover is not None:
            self._popover.dismiss()
        if self._more is not None:
            self._more.dismiss()

    def _anchor_of_bar(self) -> QWidget:
        return self.bar.more

    def _chosen(self, action: str) -> None:
        if action == "details":
            self.show_details()
        elif action == "audio_settings":
            self.settings_wanted.emit("audio")
        elif action == "verify":
            self.show_words()
        else:
            self.log_wanted.emit()

    # ── the talk key ─────────────────────────────────────────────────────────────────────────────

    def keyPressEvent(self, event: QKeyEvent) -> None:  # noqa: N802
        """Space, which no control wanted, talks."""
        if event.key() == Qt.Key.Key_Space and not event.modifiers():
            if not event.isAutoRepeat():
                self._talk_down()
            return
        super().keyPressEvent(event)

    def keyReleaseEvent(self, event: QKeyEvent) -> None:  # noqa: N802
        """Space goes up again."""
        if event.key() == Qt.Key.Key_Space:
            if not event.isAutoRepeat():
                self._talk_up()
            return
        super().keyReleaseEvent(event)

    def focusOutEvent(self, event: QFocusEvent) -> None:  # noqa: N802
        """Whoever leaves the page while talking lets go of the key: its release would be lost."""
        self._talk_up()
        super().focusOutEvent(event)

    def hideEvent(self, event: QHideEvent) -> None:  # noqa: N802
        """Nothing of this page stays open over another."""
        self._close_popovers()
        super().hideEvent(event)

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:  # noqa: N802
        """The talk key of the shortcuts talks anywhere in the program; not held down by leaving."""
        kind = event.type()
        if kind in (QEvent.Type.KeyPress, QEvent.Type.KeyRelease) and isinstance(event, QKeyEvent):
            if self._call is not None and self._is_talk_key(event):
                if not event.isAutoRepeat():
                    (self._talk_down if kind == QEvent.Type.KeyPress else self._talk_up)()
                return True
        elif kind == QEvent.Type.ApplicationDeactivate:
            self._talk_up()
        return False

    def _is_talk_key(self, event: QKeyEvent) -> bool:
        wanted = self._app.shortcuts.keys("talk")
        if not wanted:
            return False
        return QKeySequence(event.keyCombination()) == QKeySequence(wanted)

    def _talk_down(self) -> None:
        if self._call is not None:
            self._talk_key = True
            self._call.talk(True)

    def _talk_up(self) -> None:
        if self._talk_key:
            self._talk_key = False
            if self._call is not None:
                self._call.talk(False)

    # ── arrangement ──────────────────────────────────────────────────────────────────────────────

    def resizeEvent(self, event: QResizeEvent) -> None:  # noqa: N802
        """Change the arrangement where there is little room."""
        super().resizeEvent(event)
        self._set_narrow(self.width() < theme().length("breakpoint.narrow"))

    def _set_narrow(self, narrow: bool) -> None:
        if narrow != self._narrow:
            self._narrow = narrow
            for part in (self.header, self.talk, self.bar):
                part.set_narrow(narrow)

    def _lay_out(self) -> None:
        for page in (self.outgoing, self.talk):
            self.stage.addWidget(page)
        for bar in (self.bar, self.ended):
            self.bars.addWidget(bar)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(0)
        column.addWidget(self.header)
        column.addWidget(self.notices)
        column.addWidget(self.stage, 1)
        column.addWidget(self.bars)

    def _telling(self, what: str) -> Callable[[], None]:
        def tell() -> None:
            if self._call is not None:
                getattr(self._call, what)()

        return tell

    def _connect(self) -> None:
        app, header = self._app, self.header
        app.calls.current_changed.connect(self._follow)
        app.calls.held_changed.connect(self._show_held)
        app.shortcuts.changed.connect(self.retranslate)
        header.minimise_asked.connect(app.minimise)
        header.quality_asked.connect(self.show_quality)
        header.encryption_asked.connect(self.show_encryption)
        header.chosen.connect(self._chosen)
        self.notices.accept_key_asked.connect(self._telling("accept_key"))
        self.notices.switch_asked.connect(self._switch)
        self.talk.words_asked.connect(self.show_words)
        self.talk.encryption_asked.connect(self.show_encryption)
        self.bar.devices_asked.connect(self.show_devices)
        self.bar.more_asked.connect(self.show_more)
        self.ended.again_asked.connect(self._telling("call_again"))
        self.ended.close_asked.connect(self._telling("close"))
        program = QApplication.instance()
        if program is not None:
            program.installEventFilter(self)
