"""Notifications of the platform: when there is one, what it says, and what its buttons do.

None while the person looks at the window, and none of calls while they do not want to be disturbed.
"""

from typing import TYPE_CHECKING

from devcloud.desktop.store.records import PastCall
from devcloud.desktop.viewmodel import wording
from devcloud.desktop.viewmodel.call import CallModel
from devcloud.desktop.viewmodel.texts import T
from devcloud.desktop.viewmodel.values import Notice, NoticeKind

if TYPE_CHECKING:
    from devcloud.desktop.viewmodel.app import AppModel


class Notices:
    """Makes notices and answers them."""

    def __init__(self, app: "AppModel") -> None:
        self._app = app
        self._text = T(app)

    def rings(self, call: CallModel) -> None:
        """Somebody calls."""
        state = call.state
        self._app.announce.emit(
            f"{self._text('notice_call', name=state.shown_name)}. {state.rings_text}", True
        )
        if not self._app.window_active:
            self._tell(
                "call",
                self._text("notice_call", name=state.shown_name),
                (("accept", self._text("word_accept")), ("decline", self._text("word_decline"))),
                state.name,
                call.id,
            )

    def rings_no_more(self) -> None:
        """The call has been answered, or is over."""
        self._app.notice_over.emit("call")

    def missed(self, call: PastCall, shown_name: str, *, quietly: bool) -> None:
        """A call has been missed."""
        if quietly or self._app.window_active:
            return
        unseen = self._app.history.unseen
        if unseen > 1:
            self._tell(
                "missed_many", self._text("notice_missed_many", n=unseen),
                (("open", self._text("word_open")),),
            )  # fmt: skip
            return
        time = wording.clock_time(wording.local(call.begun_at))
        self._tell(
            "missed",
            self._text("notice_missed", name=shown_name, time=time),
            (("call", self._text("word_call_back")),),
            call.peer,
        )

    def back(self, name: str) -> None:
        """Somebody one waited for is online: said even while looking at the window."""
        shown = self._app.people.card(name).shown
        title = self._text("notice_back", name=shown)
        if self._app.window_active:
            self._app.toast.emit(title, self._text("word_call"), lambda: self._app.calls.call(name))
        else:
            self._tell("back", title, (("call", self._text("word_call")),), name)

    def device(self, sentence: str) -> None:
        """Another device is used for the call."""
        if sentence and not self._app.window_active:
            self._tell("device", sentence, (("change", self._text("word_change")),))

    def act(self, notice: Notice, key: str) -> None:
        """The person pressed a button of a notice, or the notice itself (its first button)."""
        calls = self._app.calls
        match notice.kind, key:
            case "call", "accept" | "decline":
                call = calls.incoming
                if call is None or call.id != notice.call:
                    return
                if key == "decline":
                    call.decline()
                    return
                if call.waiting_choices:
                    call.accept_after("hold")
                else:
                    call.accept()
            case (("missed" | "back"), "call"):
                calls.call(notice.name)
            case "missed_many", "open":
                self._app.show_history.emit()
            case "device", "change":
                self._app.show_audio_settings.emit()
            case _:
                return
        self._app.raise_window.emit()

    def _tell(
        self,
        kind: NoticeKind,
        title: str,
        actions: tuple[tuple[str, str], ...],
        name: str = "",
        call: str = "",
    ) -> None:
        if self._app.settings.value("hide_names") and name:
            title = self._text("notice_call_hidden" if kind == "call" else "notice_hidden")
        self._app.notify.emit(Notice(kind, title, "", actions, name, call))
