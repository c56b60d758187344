"""One call, as its pages see it: `state`, one frozen value, and what the person may do about it.

Which call is shown, and what becomes of it afterwards, is `CallsModel`'s.
"""

from dataclasses import replace
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, Signal

from devcloud.call.states import Role, State
from devcloud.desktop.happenings import CallIs, CallNotice, LevelsAre
from devcloud.desktop.orders import Accept, AcceptKey, ConfirmWords, Decline, HangUp, Hold, Mute
from devcloud.desktop.viewmodel import callview
from devcloud.desktop.viewmodel.clock import Alarm
from devcloud.desktop.viewmodel.listening import Listening
from devcloud.desktop.viewmodel.quality import QualityWatch
from devcloud.desktop.viewmodel.texts import T
from devcloud.desktop.viewmodel.values import CallView, Phase
from devcloud.model.errors import DevCloudError
from devcloud.model.records import CallKind
from devcloud.model.texts import Language, knows, say

if TYPE_CHECKING:
    from devcloud.desktop.viewmodel.app import AppModel

NOTICE_S = 8.0
RUNNING: frozenset[Phase] = frozenset({"active", "held"})
COUNTING: frozenset[Phase] = frozenset({"ringing_out", "incoming"})


class CallModel(QObject):
    """A call. `changed` says that `state` is another one; `levels` are in dBFS, ≤ 20 Hz."""

    changed = Signal()
    levels = Signal(float, float)
    ended = Signal()

    def __init__(self, app: "AppModel", call: CallIs) -> None:
        super().__init__()  # no parent: a view may still hold it when the call is over
        self._app = app
        self._text = T(app)
        self.now = call
        self.begun_at = app.clock.wall()
        self.answered_at = app.clock.wall() if call.answered else None
        self._begun = app.clock.now()
        self._rang_until: float | None = None
        self._talked = 0.0
        self._running_since: float | None = None
        self._tick = Alarm(app.clock)
        self._notice_gone = Alarm(app.clock)
        self._listening = Listening()
        self.quality = QualityWatch()
        self.failure: DevCloudError | None = None
        self.muted = call.muted
        self.push_to_talk = bool(app.settings.value("push_to_talk"))
        self.talking = False
        self.silenced = False
        self.waiting_choices = False
        self.was_talking = False
        self.busy_told = False
        self._undisturbed = False
        self._sent_muted = call.muted
        self._words_language = app.language
        self._words_done = False
        self._notice = ""
        self.state: CallView = self._view()
        self._arm()

    # ── what the core says ───────────────────────────────────────────────────────────────────────

    @property
    def id(self) -> str:
        """The call's id; empty while it is being placed."""
        return self.now.id

    @property
    def phase(self) -> Phase:
        """Where it is."""
        return callview.phase_of(self.now, self.failure)

    @property
    def role_is_ours(self) -> bool:
        """Whether it is a call of our own."""
        return self.now.role is Role.CALLER

    @property
    def talked_s(self) -> float:
        """How long both have been talking, without what was lost in between."""
        running = self._running_since
        return self._talked + (0.0 if running is None else self._app.clock.now() - running)

    @property
    def rang_s(self) -> float:
        """How long it rang."""
        until = self._app.clock.now() if self._rang_until is None else self._rang_until
        return max(0.0, until - self._begun)

    def is_now(self, call: CallIs) -> None:
        """The call is another one now."""
        before = self.phase
        if self.failure is not None or before == "over":
            return
        self.now = call
        if call.answered and self.answered_at is None:
            # Not when voices are first heard: a call that was taken and broke off is not missed.
            self.answered_at = self._app.clock.wall()
        after = self.phase
        if call.measured is not None and call.measured is not self.quality.newest:
            self.quality.measured(call.measured, self._app.clock.now())
        if before != after:
            self._moved(before, after)
        self.update()
        if after == "over":
            self.ended.emit()

    def failed(self, error: DevCloudError) -> None:
        """It could not even be placed."""
        if self.phase != "over":
            self.failure = error
            self._moved("dialling", "over")
            self.update()
            self.ended.emit()

    def _moved(self, before: Phase, after: Phase) -> None:
        now = self._app.clock.now()
        if after not in COUNTING and after != "dialling" and self._rang_until is None:
            self._rang_until = now
        if after == "ringing_out":
            self._begun = now
        if after in RUNNING and self._running_since is None:
            self._running_since = now
            if not self.was_talking:
                self.was_talking = True
                self._talked = self.now.duration_s
        elif after not in RUNNING and self._running_since is not None:
            self._talked += now - self._running_since
            self._running_since = None
        if after != "active":
            self._listening.pause()
        if after == "over":
            self._notice_gone.stop()
            self.talking = False
            self._undisturbed = self._app.people.card(self.now.peer).presence == "dnd"
        elif after in callview.TALKING:
            self._send_mute()

    def levels_are(self, levels: LevelsAre) -> None:
        """How loud it is."""
        if self.phase == "active" and self._listening.levels(
            levels.input_dbfs,
            levels.output_dbfs,
            is_open=self.is_open,
            now=self._app.clock.now(),
        ):
            self.update()
        shown = levels.input_dbfs if self.is_open and self.phase == "active" else -96.0
        self.levels.emit(shown, levels.output_dbfs)

    def noticed(self, notice: CallNotice) -> None:
        """Something about the sound is to be told."""
        values = dict(notice.values)
        key = f"desktop.notice_{notice.code}"
        if not knows(key):
            key = f"errors.{notice.code}"
        self._notice = say(key, self._app.language, **values)
        self._app.announce.emit(self._notice, False)
        self._app.log.add_text(self._notice)
        self._notice_gone.set(NOTICE_S, self._no_notice)
        self.update()

    def _no_notice(self) -> None:
        self._notice = ""
        self.update()

    # ── how it looks ─────────────────────────────────────────────────────────────────────────────

    def update(self) -> None:
        """Something is new: make the state anew and tell, when it differs."""
        made = self._view()
        if made != self.state:
            self.state = made
            self.changed.emit()
        self._arm()

    def _view(self) -> CallView:
        now = self._app.clock.now()
        return callview.view(
            self.now,
            callview.Doings(
                language=self._app.language,
                shown_name=self._app.people.card(self.now.peer).shown,
                ring_left_s=max(0.0, self.now.ring_s - (now - self._begun)),
                talked_s=self.talked_s,
                muted=self.muted,
                push_to_talk=self.push_to_talk,
                talking=self.talking,
                silenced=self.silenced,
                waiting_choices=self.waiting_choices,
                speaking=self._listening.speaking,
                muted_speech=self._listening.muted_speech,
                no_sound=self._listening.no_sound,
                notice=self._notice,
                device=self._app.audio.microphone_text,
                words_language=self._words_language,
                words_done=self._words_done,
                failure=self.failure,
                was_talking=self.was_talking,
                undisturbed=self._undisturbed,
                weak=self.quality.weak_side(now),
            ),
            self.quality,
        )

    def _arm(self) -> None:
        """A second of the timer or of the countdown is the next thing that happens by itself."""
        phase = self.phase
        if phase in RUNNING:
            self._tick.set(1.0 - self.talked_s % 1.0 + 0.005, self.update)
        elif phase in COUNTING:
            elapsed = self._app.clock.now() - self._begun
            self._tick.set(1.0 - elapsed % 1.0 + 0.005, self.update)
        else:
            self._tick.stop()

    # ── answering ────────────────────────────────────────────────────────────────────────────────

    @property
    def decline_messages(self) -> tuple[str, ...]:
        """What can be said with a no."""
        return tuple(self._text(f"decline_{n}") for n in ("call_back", "minutes", "text_me"))

    def accept(self) -> None:
        """Take the call. A changed key, which the page has shown, is accepted with it."""
        if self.phase == "incoming":
            self._app.calls.accepting(self)
            if self.now.key_changed:
                self._ask(AcceptKey(call=self.id))
            self._ask(Accept(self.id))

    def accept_after(self, what: str) -> None:
        """Put the other call on hold, or end it, and take this one."""
        if self.phase == "incoming":
            self._app.calls.clear_line(what, keep=self)
            self.accept()

    def decline(self) -> None:
        """Say no."""
        self.decline_with("")

    def decline_with(self, text: str) -> None:
        """Say no, with a word."""
        if self.phase == "incoming":
            self._app.calls.declining(self)
            self._ask(Decline(self.id, text[:200]))

    def silence(self) -> None:
        """Let it ring without a sound."""
        if self.phase == "incoming" and not self.silenced:
            self.silenced = True
            self.update()
            self._app.calls.update_sounds()

    # ── during the call ──────────────────────────────────────────────────────────────────────────

    @property
    def is_open(self) -> bool:
        """Whether the microphone is heard."""
        return self.talking or not (self.muted or self.push_to_talk)

    def hang_up(self) -> None:
        """End it, whatever its state, at once."""
        if self.phase == "incoming":
            self.decline()
        elif not self.id:
            self._app.calls.hang_up_when_placed(self)
        elif self.phase != "over":
            self._ask(HangUp(self.id))

    def toggle_mute(self) -> None:
        """Close the microphone, or open it."""
        if self.state.can_mute:
            self.muted = not self.muted
            self._app.sounds.short("mute" if self.muted else "unmute")
            self._mic_changed()

    def toggle_push_to_talk(self) -> None:
        """The microphone opens only while the key is held; or always again."""
        if self.state.can_mute:
            self.push_to_talk = not self.push_to_talk
            self._mic_changed()

    def talk(self, down: bool) -> None:
        """The talk key went down or up: it counts in push-to-talk mode and while muted."""
        wanted = down and (self.push_to_talk or self.muted) and self.state.can_mute
        if wanted != self.talking:
            self.talking = wanted
            self._app.sounds.short("talk_down" if wanted else "talk_up")
            self._mic_changed()

    def toggle_hold(self) -> None:
        """Hold, or take back. Taking one back puts the other one on hold."""
        if self.phase not in ("active", "held"):
            return
        held = not self.now.held_here
        if not held:
            self._app.calls.clear_line("hold", keep=self)
        self._ask(Hold(self.id, held))

    def _mic_changed(self) -> None:
        self._listening.pause()
        self._send_mute()
        self.update()

    def _send_mute(self) -> None:
        muted = not self.is_open
        if self.id and muted != self._sent_muted:
            self._sent_muted = muted
            self._ask(Mute(self.id, muted))

    # ── trust ────────────────────────────────────────────────────────────────────────────────────

    def accept_key(self) -> None:
        """The other side's new key is right: go on, or call again."""
        if self.failure is not None and self.failure.code == "key_changed":
            new = str(self.failure.values.get("new", ""))
            self._app.core.ask(
                AcceptKey(name=self.now.peer, fingerprint=new), lambda _: self.call_again()
            )
        elif self.now.key_changed and self.id:
            self._ask(AcceptKey(call=self.id))

    def words_identical(self) -> None:
        """The words are the same: the key is verified."""
        if self.now.words_en:
            self._words_done = True
            self._ask(ConfirmWords(self.id, match=True))
            self._app.toast.emit(self._text("toast_key_verified"), "", None)
            self._app.log.add("words_same", name=self.state.shown_name)
            self.update()

    def words_different(self) -> None:
        """They differ. The page asks whether to hang up."""
        if self.now.words_en:
            self._words_done = False
            self._ask(ConfirmWords(self.id, match=False))
            self._app.log.add("words_differ", name=self.state.shown_name)
            self.update()

    def words_in(self, language: str) -> None:
        """Show the words of the other list: both people read in the same language."""
        self._words_language = Language(language)
        self.update()

    # ── afterwards ───────────────────────────────────────────────────────────────────────────────

    def call_again(self) -> None:
        """Call the same person, in place of this call."""
        self._app.calls.close(self)
        self._app.calls.call(self.now.peer)

    def close(self) -> None:
        """The page is not needed any more."""
        self._app.calls.close(self)

    def bind(self, id: str) -> None:
        """The core knows it under this id now."""
        self.now = replace(self.now, id=id)
        self.update()

    def stop(self) -> None:
        """Nothing shall happen by itself any more."""
        self._tick.stop()
        self._notice_gone.stop()

    def _ask(
        self, order: Accept | AcceptKey | ConfirmWords | Decline | HangUp | Hold | Mute
    ) -> None:
        self._app.core.ask(order, None, self._trouble)

    def _trouble(self, error: DevCloudError) -> None:
        if self.phase != "over":
            self._notice = error.text(self._app.language)
            self._app.announce.emit(self._notice, True)
            self._notice_gone.set(NOTICE_S, self._no_notice)
            self.update()


def placeholder(peer: str, ring_s: float, *, legacy: bool) -> CallIs:
    """Return a call of our own before the core knows it."""
    return CallIs(
        id="",
        peer=peer,
        role=Role.CALLER,
        kind=CallKind.LEGACY_2023 if legacy else CallKind.DEVCLOUD,
        state=State.DIALLING,
        ring_s=ring_s,
    )
