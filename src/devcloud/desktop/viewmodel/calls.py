"""All calls: which one is shown, which one rings, which are on hold, and what becomes of them.

Decides what is heard meanwhile, and hands finished calls to History.
"""

from collections import deque
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, Signal

from devcloud.call.states import Role
from devcloud.desktop.happenings import CallIs, CallNotice, LevelsAre
from devcloud.desktop.orders import HangUp, Hold, PlaceCall
from devcloud.desktop.viewmodel import wording
from devcloud.desktop.viewmodel.call import CallModel, placeholder
from devcloud.desktop.viewmodel.callview import TALKING
from devcloud.desktop.viewmodel.clock import Alarm
from devcloud.desktop.viewmodel.records import past_call
from devcloud.desktop.viewmodel.texts import T
from devcloud.model.errors import BadName, DevCloudError
from devcloud.model.names import fold_name, parse_name
from devcloud.model.records import CallKind, EndReason

if TYPE_CHECKING:
    from devcloud.desktop.viewmodel.app import AppModel

__all__ = ["CallModel", "CallsModel"]

UNANSWERED_S = 8.0
TALKED_S = 2.0
OF_OUR_OWN = frozenset({EndReason.COMPLETED, EndReason.CANCELLED})


class CallsModel(QObject):
    """At most one current call, one incoming beside it, and held ones."""

    current_changed = Signal()
    incoming_changed = Signal()
    held_changed = Signal()

    def __init__(self, app: "AppModel") -> None:
        super().__init__(app)
        self._app = app
        self._text = T(app)
        self._calls: list[CallModel] = []
        self._closing = Alarm(app.clock)
        self._over_ids: deque[str] = deque(maxlen=64)
        self._unwanted: set[CallModel] = set()
        self._declined: set[CallModel] = set()
        self._hung_up_early: set[CallModel] = set()
        self.current: CallModel | None = None
        self.incoming: CallModel | None = None

    @property
    def held(self) -> tuple[CallModel, ...]:
        """Calls on hold here that are not the current one."""
        return tuple(
            call
            for call in self._calls
            if call is not self.current and call.phase in TALKING and call is not self.incoming
        )

    @property
    def any(self) -> bool:
        """Whether there is any call, over or not."""
        return bool(self._calls)

    @property
    def talking(self) -> bool:
        """Whether there is a call that would be lost by quitting."""
        return any(call.phase in TALKING or call.phase == "connecting" for call in self._calls)

    # ── calling ──────────────────────────────────────────────────────────────────────────────────

    def call(self, name: str) -> None:
        """Call somebody. The call there is is put on hold."""
        try:
            peer = parse_name(name.strip())
        except BadName as wrong:
            self._app.trouble.emit(wrong.text(self._app.language))
            return
        current = self.current
        if current is not None and current.phase == "over":
            self.close(current)
        elif current is not None and current.phase not in TALKING:
            self._app.restore_call()
            return
        same = next((c for c in self._calls if fold_name(c.now.peer) == fold_name(peer)), None)
        if same is not None and same.phase in TALKING:
            self._become_current(same)
            self._app.restore_call()
            return
        self.clear_line("hold", keep=None)
        card = self._app.people.card(peer)
        call = CallModel(self._app, placeholder(card.name, self._app.ring_s, legacy=card.legacy))
        self._add(call)
        self._become_current(call)
        self._app.restore_call()
        self._app.log.add("calling", name=call.state.shown_name)
        self._app.core.ask(
            PlaceCall(card.name),
            lambda id: self._placed(call, str(id)),
            lambda error: self._not_placed(call, error),
        )

    def hang_up_when_placed(self, call: CallModel) -> None:
        """Hung up before the core has said which call it is."""
        self._hung_up_early.add(call)

    def _placed(self, call: CallModel, id: str) -> None:
        if call in self._hung_up_early:
            self._hung_up_early.discard(call)
            self._app.core.ask(HangUp(id))
        there = self._find(id)
        if there is not None and there is not call:
            # Both called each other at once, and the call is the one that rang here.
            self._forget(call)
            if self.incoming is there:
                self._set_incoming(None)
            self._become_current(there)
        elif call in self._calls and not call.id:
            call.bind(id)

    def _not_placed(self, call: CallModel, error: DevCloudError) -> None:
        self._hung_up_early.discard(call)
        call.failed(error)

    # ── what the core says ───────────────────────────────────────────────────────────────────────

    def is_now(self, now: CallIs) -> None:
        """A call is another one now, or there is a new one."""
        call = self._find(now.previous_id) if now.previous_id else None
        call = call or self._find(now.id) or self._being_placed(now)
        if call is None:
            if now.id not in self._over_ids:
                self._new(now)
            return
        before = call.phase
        call.is_now(now)
        if call.phase == "active" and before not in TALKING:
            self._app.sounds.short("joined")
            self._app.log.add("talking", name=call.state.shown_name)
        if call.phase == "reconnecting" != before:
            self._app.sounds.short("reconnecting")
            self._app.announce.emit(call.state.state_text, False)
        if call is self.incoming and call.phase not in ("incoming", "over"):
            self._set_incoming(None)
            self._become_current(call)
        self.update_sounds()
        if before != call.phase:
            self.held_changed.emit()

    def levels_are(self, levels: LevelsAre) -> None:
        """How loud a call is."""
        call = self._find(levels.call)
        if call is not None:
            call.levels_are(levels)

    def noticed(self, notice: CallNotice) -> None:
        """Something about a call's sound is to be told."""
        call = self._find(notice.call)
        if call is not None:
            call.noticed(notice)
            self._app.notices.device(call.state.notice_text)

    def _new(self, now: CallIs) -> None:
        call = CallModel(self._app, now)
        if now.role is Role.CALLER:
            self._add(call)
            self._become_current(call)
            return
        self._add(call)
        card = self._app.people.card(now.peer)
        unwanted = (
            self._app.me.status == "do_not_disturb"
            or card.muted
            or (self._app.settings.value("only_encrypted") and now.kind is CallKind.LEGACY_2023)
        )
        if unwanted:
            self._unwanted.add(call)
            return
        if call.phase == "over":
            # It came and went while nobody was told.
            self._over(call)
            return
        self._app.log.add("incoming", name=call.state.shown_name)
        if self._is_silent_hour():
            call.silenced = True
        self._next_incoming()

    def _is_silent_hour(self) -> bool:
        value = self._app.settings.value
        now = wording.local(self._app.clock.wall())
        return wording.in_silent_hours(now, value("silent_from"), value("silent_to"))

    # ── answering ────────────────────────────────────────────────────────────────────────────────

    def accepting(self, call: CallModel) -> None:
        """The person takes a call: it is the one shown from now on."""
        if self.incoming is call:
            self._set_incoming(None)
        if self.current is not None and self.current.phase == "over":
            self.close(self.current)
        self._become_current(call)
        self._app.restore_call()

    def declining(self, call: CallModel) -> None:
        """The person says no."""
        self._declined.add(call)
        if self.incoming is call:
            self._set_incoming(None)
            self._next_incoming()

    def clear_line(self, what: str, *, keep: CallModel | None) -> None:
        """Put every other call on hold, or end the current one."""
        for call in tuple(self._calls):
            if call is keep or call.phase not in (*TALKING, "connecting"):
                continue
            if what == "hang_up" and call is self.current:
                self._app.core.ask(HangUp(call.id))
            elif not call.now.held_here and call.phase in ("active", "held"):
                self._app.core.ask(Hold(call.id, True))

    # ── the end ──────────────────────────────────────────────────────────────────────────────────

    def _over(self, call: CallModel) -> None:
        if call.was_talking:
            self._app.sounds.short("ended")
        record = past_call(call, declined=call in self._declined)
        silent = call in self._unwanted
        if not (call.failure is not None and not call.id):
            self._app.history.add(record)
        self._app.log.add_text(self._sentence(call, record.direction))
        if record.direction == "missed":
            self._app.notices.missed(record, call.state.shown_name, quietly=silent)
        if call is self.incoming:
            self._set_incoming(None)
        if call is self.current and (call.role_is_ours or call.answered_at is not None):
            self._app.announce.emit(call.state.state_text, False)
            expected = call.failure is None and call.now.reason in OF_OUR_OWN
            self._closing.set(TALKED_S if expected else UNANSWERED_S, lambda: self.close(call))
        elif call is self.current:
            self.close(call)
        else:
            self._forget(call)
        self._next_incoming()
        self.update_sounds()

    def _sentence(self, call: CallModel, direction: str) -> str:
        if direction in ("missed", "declined"):
            return self._text(f"log_{direction}", name=call.state.shown_name)
        ending = call.state.state_text.split("\n")[0]
        if not call.was_talking:
            return ending
        return self._text("log_over", name=call.state.shown_name, what=ending)

    def close(self, call: CallModel) -> None:
        """The page of a call that is over goes away."""
        if call.phase != "over" or call not in self._calls:
            return
        self._closing.stop()
        self._forget(call)
        if self.current is call:
            self._become_current(next(iter(self.held), None))
        self.update_sounds()

    def all_lost(self) -> None:
        """Signed out: there are no calls any more."""
        for call in tuple(self._calls):
            call.stop()
            self._forget(call)
        self._closing.stop()
        self._set_incoming(None)
        self._become_current(None)
        self.update_sounds()

    # ── which is which ───────────────────────────────────────────────────────────────────────────

    def update(self) -> None:
        """People, the language or devices are new."""
        for call in self._calls:
            call.update()

    def update_sounds(self) -> None:
        """What is heard beside the calls."""
        sounds, incoming, current = self._app.sounds, self.incoming, self.current
        if incoming is not None and not incoming.silenced:
            sounds.wait() if self.talking else sounds.ring()
        elif current is not None and current.phase == "ringing_out":
            sounds.ringback()
        elif (
            current is not None
            and current.phase == "over"
            and current.now.reason is EndReason.BUSY
            and not current.busy_told
        ):
            current.busy_told = True
            sounds.busy()
        elif sounds.long != "busy" or current is None or current.phase != "over":
            sounds.stop()

    def _next_incoming(self) -> None:
        if self.incoming is None:
            ringing = (
                call
                for call in self._calls
                if call.phase == "incoming"
                and call not in self._unwanted
                and call not in self._declined
                and call is not self.current
            )
            call = next(ringing, None)
            if call is not None:
                self._set_incoming(call)
                self._app.notices.rings(call)

    def _set_incoming(self, call: CallModel | None) -> None:
        if call is not self.incoming:
            if call is None:
                self._app.notices.rings_no_more()
            self.incoming = call
            self._tell_choices()
            self.incoming_changed.emit()
            self.update_sounds()

    def _become_current(self, call: CallModel | None) -> None:
        if call is not self.current:
            self.current = call
            self._tell_choices()
            self.current_changed.emit()
            self.held_changed.emit()
            self._app.update_page()

    def _tell_choices(self) -> None:
        if self.incoming is not None:
            self.incoming.waiting_choices = self.talking
            self.incoming.update()

    def _add(self, call: CallModel) -> None:
        self._calls.append(call)
        call.ended.connect(lambda: self._over(call))

    def _forget(self, call: CallModel) -> None:
        call.stop()
        self._over_ids.append(call.id)
        if call in self._calls:
            self._calls.remove(call)
        for group in (self._unwanted, self._declined, self._hung_up_early):
            group.discard(call)

    def _find(self, id: str) -> CallModel | None:
        return next((call for call in self._calls if call.id == id and id), None)

    def _being_placed(self, now: CallIs) -> CallModel | None:
        if now.role is not Role.CALLER:
            return None
        peer = fold_name(now.peer)
        return next(
            (
                call
                for call in self._calls
                if not call.id and call.failure is None and fold_name(call.now.peer) == peer
            ),
            None,
        )
