"""One call, from the first intent to its record: the table of what may happen when.

    call = Call.place(…) or Call.receive(…)
    for command in call.begin(now): …           # first
    for command in call.handle(event, now): …   # then, whatever happens
    for command in call.tick(now): …            # when `call.deadline` has come

The table at the end of this file is the whole machine. What is not in it raises `IllegalEvent`:
from this side that is a bug; from the other side it is a message out of place, to be dropped. An
end works in every state and is handled first; what comes while ending is ignored quietly.

A **path** is one negotiated connection, told apart by its generation. Whichever side loses its
path offers the next generation; of two offers of one generation the caller's wins.
"""

from collections.abc import Callable, Iterator
from typing import Any

from devcloud.call import commands as do
from devcloud.call import events as on
from devcloud.call.commands import Command
from devcloud.call.events import Event
from devcloud.call.states import ACCEPTED, OVER, UNANSWERED, Role, State, Timers
from devcloud.model.records import CallKind, CallRecord, EndReason

_DECLINE_REASONS = frozenset(
    {
        EndReason.DECLINED,
        EndReason.BUSY,
        EndReason.NO_ANSWER,
        EndReason.REJECTED_BY_POLICY,
        EndReason.MEDIA_FAILED,
        EndReason.ERROR,
    }
)
# After one of these the other devices of that person may still answer.
_ONLY_THAT_DEVICE = _DECLINE_REASONS - {EndReason.DECLINED, EndReason.REJECTED_BY_POLICY}


class IllegalEvent(RuntimeError):
    """This cannot happen in this state."""

    def __init__(self, call: "Call", event: Event) -> None:
        super().__init__(f"{type(event).__name__} while {call.role} and {call.state}")
        self.event = event


class Call:
    """One call of one device. Read its attributes; change it through `handle` and `tick` only."""

    def __init__(
        self,
        *,
        id: str,
        role: Role,
        me: str,
        peer: str,
        wall: float,
        timers: Timers,
        kind: CallKind = CallKind.DEVCLOUD,
        offer: on.OfferReceived | None = None,
        warm: bool = True,
        device: str | None = None,
    ) -> None:
        self.id = id
        self.role = role
        self.me = me
        self.peer = peer
        self.kind = kind
        self.timers = timers
        self.state = State.DIALLING if role is Role.CALLER else State.RINGING_IN
        self.reason: EndReason | None = None
        self.text = ""
        """What the callee said when declining."""
        self.device = device
        """The other side's device: known to the callee at once, to the caller once answered."""
        self.devices: set[str] = set()
        self.generation = offer.generation if offer else 1
        self.muted = False
        self.held_here = False
        self.held_there = False
        self.accepted_at: float | None = None
        self._wall = wall
        self._begun_at = 0.0
        self._warm = warm
        self._offer = offer
        self._offered = role is Role.CALLER
        self._agreed = False
        self._path_device: str | None = None
        self._path_lost = False
        self._given = ""
        self._answer_sent = False
        self._invite_sent = False
        self._media_open = False
        self._media_gone = False
        self._hold_order = 0
        self._voice: tuple[bool, bool] | None = None
        self._until: float | None = None
        self._repair_at: float | None = None
        self._out: list[Command] = []

    @classmethod
    def place(cls, *, id: str, me: str, peer: str, wall: float, timers: Timers) -> "Call":
        """Return a call to `peer`. `wall` is the time of day, in seconds since 1970."""
        return cls(id=id, role=Role.CALLER, me=me, peer=peer, wall=wall, timers=timers)

    @classmethod
    def receive(
        cls,
        *,
        id: str,
        me: str,
        peer: str,
        device: str,
        offer: on.OfferReceived,
        warm: bool,
        wall: float,
        timers: Timers,
    ) -> "Call":
        """Return a call from `peer`. With `warm`, media connects, muted, while it rings."""
        return cls(
            id=id,
            role=Role.CALLEE,
            me=me,
            peer=peer,
            wall=wall,
            timers=timers,
            offer=offer,
            warm=warm,
            device=device,
        )

    @property
    def deadline(self) -> float | None:
        """When `tick` wants to be called, at the latest."""
        return min((t for t in (self._until, self._repair_at) if t is not None), default=None)

    @property
    def rings_until(self) -> float | None:
        """When ringing gives up."""
        return self._until if self.state in UNANSWERED else None

    @property
    def accepted(self) -> bool:
        """Whether both have agreed to talk."""
        return self.state in ACCEPTED

    @property
    def over(self) -> bool:
        """Whether the call has ended, or is about to."""
        return self.state in OVER

    def begin(self, now: float) -> list[Command]:
        """Start dialling, or ringing."""
        self._begun_at = now
        self._until = now + self.timers.ring
        if self.role is Role.CALLER:
            self._open_media()
            self._do(do.MakeOffer(self.generation))
        elif self._warm:
            self._take_invited_offer()
        else:
            self._do(do.SendRinging(""))
        self._do(do.Announce())
        return self._drain()

    def handle(self, event: Event, now: float) -> list[Command]:
        """Take one event and return what to do about it.

        Raises:
            IllegalEvent: it cannot happen in this state.
        """
        if self.state in OVER:
            self._handle_while_ending(event)
            return self._drain()
        if isinstance(event, on.HangUp):
            self._hang_up(event, now)
            return self._drain()
        rule = TABLE.get((self.role, self.state, type(event)))
        if rule is None:
            raise IllegalEvent(self, event)
        rule(self, event, now)
        return self._drain()

    def tick(self, now: float) -> list[Command]:
        """Let time pass."""
        if self._until is not None and now >= self._until:
            self._run_out(now)
        elif self._repair_at is not None and now >= self._repair_at:
            self._repair(now)
        return self._drain()

    # ── ending ───────────────────────────────────────────────────────────────────────────────────

    def _hang_up(self, event: on.HangUp, now: float) -> None:
        if self.state in ACCEPTED:
            reason = event.reason or EndReason.COMPLETED
            self._do(do.SendHangup(reason))
        elif self.role is Role.CALLEE:
            reason = event.reason or EndReason.DECLINED
            self._do(do.SendDecline(reason, event.text))
        else:
            reason = event.reason or EndReason.CANCELLED
            self._cancel(reason)
        self._end(reason, now)

    def _run_out(self, now: float) -> None:
        if self.state is State.ENDING:
            self._finish()
        elif self.state is State.CONNECTING_AFTER_ACCEPTED:
            self._hang_up(on.HangUp(EndReason.MEDIA_FAILED), now)
        elif self.state is State.RECONNECTING:
            self._hang_up(on.HangUp(EndReason.CONNECTION_LOST), now)
        elif self.role is Role.CALLER and not self.devices:
            # Not even the invitation has been acknowledged: the way to the server is at fault.
            self._hang_up(on.HangUp(EndReason.CONNECTION_LOST), now)
        else:
            self._hang_up(on.HangUp(EndReason.NO_ANSWER), now)

    def _cancel(self, reason: EndReason, device: str | None = None) -> None:
        if self._invite_sent:
            self._do(do.SendCancel(reason, device))

    def _end(self, reason: EndReason, now: float) -> None:
        self.reason = reason
        self._until = self._repair_at = None
        started = self._wall
        self._do(
            do.Remember(
                CallRecord(
                    call=self.id,
                    caller=self.me if self.role is Role.CALLER else self.peer,
                    callee=self.peer if self.role is Role.CALLER else self.me,
                    kind=self.kind,
                    begun_at=started,
                    answered_at=None
                    if self.accepted_at is None
                    else started + self.accepted_at - self._begun_at,
                    ended_at=started + now - self._begun_at,
                    reason=reason,
                )
            )
        )
        if self._media_open and not self._media_gone:
            self._do(do.CloseMedia())
            self._until = now + self.timers.close
            self._enter(State.ENDING)
        else:
            self._enter(State.ENDED)

    def _handle_while_ending(self, event: Event) -> None:
        if self.state is State.ENDING and isinstance(event, on.MediaClosed | on.MediaGone):
            self._finish()

    def _finish(self) -> None:
        self._until = None
        self._enter(State.ENDED)

    def _declined(self, event: on.DeclineReceived, now: float) -> None:
        reason = event.reason if event.reason in _DECLINE_REASONS else EndReason.DECLINED
        self.devices.discard(event.device)
        if reason in _ONLY_THAT_DEVICE and self.devices:
            if event.device == self._path_device:
                self._lose_early_path()
            return
        if self.devices:
            self._cancel(reason)
        self.text = event.text
        self._end(reason, now)

    def _cancelled(self, event: on.CancelReceived, now: float) -> None:
        self._end(event.reason, now)

    def _hung_up_early(self, event: on.HangupReceived, now: float) -> None:
        # A hangup that has overtaken its answer, or a caller that hangs up where it should cancel.
        completed = event.reason is EndReason.COMPLETED
        self._end(EndReason.CANCELLED if completed else event.reason, now)

    def _hung_up(self, event: on.HangupReceived, now: float) -> None:
        if event.device == self.device:
            self._end(event.reason, now)

    def _undeliverable(self, event: on.InviteUndeliverable, now: float) -> None:
        if not self.devices:
            self._end(event.reason, now)

    def _media_refused(self, _event: Event, now: float) -> None:
        self._hang_up(on.HangUp(EndReason.MEDIA_FAILED), now)

    # ── ringing ──────────────────────────────────────────────────────────────────────────────────

    def _device_reached(self, event: on.DeviceReached, _now: float) -> None:
        self.devices.add(event.device)

    def _rang(self, event: on.RingingReceived, _now: float) -> None:
        self.devices.add(event.device)
        if event.sdp and self._path_device is None and not self._path_lost:
            self._take_answer(event.device, event.sdp)
            self._enter(State.CONNECTING_BEFORE_ACCEPTED)
        elif self.state is State.DIALLING:
            self._enter(State.RINGING_OUT)

    def _rang_too(self, event: on.RingingReceived, _now: float) -> None:
        self.devices.add(event.device)

    def _reached_too_late(
        self, event: on.DeviceReached | on.RingingReceived | on.AnswerReceived, _now: float
    ) -> None:
        if event.device != self.device:
            self._cancel(EndReason.ANSWERED_ELSEWHERE, event.device)

    # ── accepting ────────────────────────────────────────────────────────────────────────────────

    def _accept(self, _event: on.Accept, now: float) -> None:
        self.accepted_at = now
        connected = self.state is State.CONNECTED_BEFORE_ACCEPTED
        if self._path_lost:
            self._send_answer("")
            if not self._media_gone:
                self._repair(now)
        elif self._given:
            self._send_answer(self._given)
        elif not self._media_open and not self._media_gone:
            self._take_invited_offer()
        self._become_accepted(connected, now)

    def _answered(self, event: on.AnswerReceived, now: float) -> None:
        self.accepted_at = now
        self.device = event.device
        self.devices.add(event.device)
        for other in sorted(self.devices - {event.device}):
            self._cancel(EndReason.ANSWERED_ELSEWHERE, other)
        early, self._offer = self._offer, None
        ours = self._path_device == event.device and not self._path_lost
        connected = ours and self.state is State.CONNECTED_BEFORE_ACCEPTED
        self._become_accepted(connected, now)
        if early is not None:
            self._offer_received(early, now)
        elif self._media_gone or ours:
            pass
        elif event.sdp and self._path_device is None and not self._path_lost:
            self._take_answer(event.device, event.sdp)
        elif event.sdp:
            # The path was with another device, or is lost: make one with this device.
            self._repair(now)

    def _become_accepted(self, connected: bool, now: float) -> None:
        if connected:
            self._path_is_up()
        else:
            self._until = now + self.timers.connect
            self._schedule_repair(now, self.timers.repair_again)
            self._enter(State.CONNECTING_AFTER_ACCEPTED)

    # ── talking ──────────────────────────────────────────────────────────────────────────────────

    def _hold(self, event: on.Hold, _now: float) -> None:
        if event.on != self.held_here:
            self.held_here = event.on
            self._do(do.SendHold(event.on))
            self._rest_or_talk()

    def _held(self, event: on.HoldReceived, _now: float) -> None:
        if event.order > self._hold_order:
            self._hold_order = event.order
            self.held_there = event.on
            self._rest_or_talk()

    def _rest_or_talk(self) -> None:
        if self.state in (State.ACTIVE, State.HELD):
            self._enter(self._connected_state())
        else:
            self._do(do.Announce())
        self._set_voice()

    def _mute(self, event: on.Mute, _now: float) -> None:
        self.muted = event.on
        self._set_voice()
        self._do(do.Announce())

    def _connected_state(self) -> State:
        return State.HELD if self.held_here or self.held_there else State.ACTIVE

    def _set_voice(self) -> None:
        hearing = self.accepted and not self.held_here and not self.held_there
        voice = (hearing and not self.muted, hearing)
        if voice != self._voice and self._media_open and not self._media_gone:
            self._voice = voice
            self._do(do.SetVoice(*voice))

    # ── paths ────────────────────────────────────────────────────────────────────────────────────

    def _open_media(self) -> None:
        self._media_open = True
        self._voice = (False, False)
        self._do(do.OpenMedia())

    def _take_invited_offer(self) -> None:
        assert self._offer is not None
        self._open_media()
        self._do(do.TakeOffer(self._offer.generation, self._offer.sdp))

    def _take_answer(self, device: str, sdp: str) -> None:
        self._path_device = device
        self._agreed = True
        self._do(do.TakeAnswer(self.generation, sdp))

    def _send_answer(self, sdp: str) -> None:
        self._answer_sent = True
        self._do(do.SendAnswer(self.generation, sdp))

    def _repair(self, now: float) -> None:
        self.generation += 1
        self._offered = True
        self._agreed = False
        self._path_lost = False
        self._schedule_repair(now, self.timers.repair_again)
        self._do(do.MakeOffer(self.generation))

    def _schedule_repair(self, now: float, wait: float) -> None:
        # The callee lets the caller go first: two new paths at once are one too many.
        patience = 0.0 if self.role is Role.CALLER else self.timers.repair
        self._repair_at = now + wait + patience

    def _offer_made(self, event: on.OfferMade, _now: float) -> None:
        if event.generation != self.generation or not self._offered:
            return
        if self.state is State.DIALLING:
            self._invite_sent = True
            self._do(do.SendInvite(event.generation, event.sdp))
        else:
            self._do(do.SendOffer(event.generation, event.sdp))

    def _offer_made_in_vain(self, event: on.OfferMade, now: float) -> None:
        """Nobody has answered yet who could be sent an offer: it is made again when they do."""

    def _answer_made(self, event: on.AnswerMade, _now: float) -> None:
        if event.generation != self.generation or self._offered:
            return
        if self.state is State.RINGING_IN:
            self._given = event.sdp
            self._do(do.SendRinging(event.sdp))
            self._enter(State.CONNECTING_BEFORE_ACCEPTED)
        elif self.role is Role.CALLEE and not self._answer_sent:
            self._given = event.sdp
            self._send_answer(event.sdp)
        else:
            self._do(do.SendOfferAnswer(event.generation, event.sdp))

    def _offer_received(self, event: on.OfferReceived, now: float) -> None:
        beaten = self._offered and self.role is Role.CALLER
        if event.generation < self.generation:
            return
        if event.generation == self.generation and (beaten or not self._offered):
            return
        self.generation = event.generation
        self._offered = False
        self._path_lost = False
        self._go_reconnecting(now)
        self._schedule_repair(now, self.timers.repair_again)
        if self._media_gone:
            # Answering needs media: the repair that follows its return replaces this offer.
            return
        self._do(do.TakeOffer(event.generation, event.sdp))

    def _offer_received_early(self, event: on.OfferReceived, _now: float) -> None:
        # It has overtaken the answer: it counts once that is here.
        if self._offer is None or event.generation > self._offer.generation:
            self._offer = event

    def _offer_answered(self, event: on.OfferAnswered, _now: float) -> None:
        if event.generation == self.generation and self._offered and not self._agreed:
            self._agreed = True
            self._do(do.TakeAnswer(event.generation, event.sdp))

    def _path_up(self, event: on.PathUp, _now: float) -> None:
        if event.generation != self.generation:
            return
        if self.state is State.CONNECTING_BEFORE_ACCEPTED:
            self._enter(State.CONNECTED_BEFORE_ACCEPTED)
        else:
            self._path_is_up()

    def _path_is_up(self) -> None:
        self._until = self._repair_at = None
        self._enter(self._connected_state())
        self._set_voice()

    def _path_wavered(self, event: on.PathWavered, now: float) -> None:
        if event.generation != self.generation:
            return
        if self.state is State.CONNECTED_BEFORE_ACCEPTED:
            self._enter(State.CONNECTING_BEFORE_ACCEPTED)
        else:
            self._go_reconnecting(now)
            self._schedule_repair(now, self.timers.waver)

    def _path_gave_up(self, event: on.PathLost, now: float) -> None:
        if event.generation != self.generation:
            return
        if self.state in UNANSWERED:
            self._lose_early_path()
        else:
            self._go_reconnecting(now)
            self._schedule_repair(now, self.timers.waver)

    def _go_reconnecting(self, now: float) -> None:
        if self.state in (State.ACTIVE, State.HELD):
            self._until = now + self.timers.reconnect
            self._enter(State.RECONNECTING)

    def _lose_early_path(self) -> None:
        self._path_lost = True
        if self.state in _EARLY_PATH:
            self._enter(State.RINGING_OUT if self.role is Role.CALLER else State.RINGING_IN)

    # ── the media process ────────────────────────────────────────────────────────────────────────

    def _media_died(self, _event: on.MediaGone, now: float) -> None:
        self._media_gone = True
        self._repair_at = None
        if self.state in ACCEPTED:
            self._path_lost = self._path_lost or self._answer_sent or self.role is Role.CALLER
            self._go_reconnecting(now)
        elif self._invite_sent or self._given:
            self._lose_early_path()

    def _media_returned(self, _event: on.MediaBack, now: float) -> None:
        self._media_gone = False
        if not self._media_open and self.state in UNANSWERED:
            return
        if self.role is Role.CALLEE and not self._answer_sent and not self._given:
            self._take_invited_offer()
        else:
            self._open_media()
            never_invited = self.state is State.DIALLING and not self._invite_sent
            if self.state in ACCEPTED or never_invited:
                self._repair(now)
        if self.state is State.DIALLING:
            self._repair_at = None
        self._set_voice()

    # ── the one place that changes state ─────────────────────────────────────────────────────────

    def _enter(self, state: State) -> None:
        self.state = state
        self._do(do.Announce())

    def _do(self, command: Command) -> None:
        self._out.append(command)

    def _drain(self) -> list[Command]:
        out, self._out = self._out, []
        return out

    def _ignore(self, event: Event, now: float) -> None:
        """Late, repeated or already true: nothing to do."""


Rule = Callable[[Call, Any, float], None]

_BOTH = (Role.CALLER, Role.CALLEE)
_CALLER = (Role.CALLER,)
_CALLEE = (Role.CALLEE,)
_RINGING_OUT = frozenset({State.DIALLING, State.RINGING_OUT})
_EARLY_PATH = frozenset({State.CONNECTING_BEFORE_ACCEPTED, State.CONNECTED_BEFORE_ACCEPTED})
_OUT = _RINGING_OUT | _EARLY_PATH
_IN = _EARLY_PATH | {State.RINGING_IN}
_CONNECTING = frozenset({State.CONNECTING_AFTER_ACCEPTED})
_TALKING = ACCEPTED - _CONNECTING
_LIVE = UNANSWERED | ACCEPTED


# fmt: off
_ROWS: tuple[tuple[type[Event], tuple[Role, ...], frozenset[State], Rule], ...] = (
    # what the person wants; HangUp is handled before the table
    (on.Accept,              _CALLEE, _IN,                     Call._accept),
    (on.Accept,              _CALLEE, ACCEPTED,                Call._ignore),
    (on.Hold,                _BOTH,   ACCEPTED,                Call._hold),
    (on.Mute,                _BOTH,   _LIVE,                   Call._mute),
    # what the other side said
    (on.DeviceReached,       _CALLER, _OUT,                    Call._device_reached),
    (on.DeviceReached,       _CALLER, ACCEPTED,                Call._reached_too_late),
    (on.RingingReceived,     _CALLER, _RINGING_OUT,            Call._rang),
    (on.RingingReceived,     _CALLER, _EARLY_PATH,             Call._rang_too),
    (on.RingingReceived,     _CALLER, ACCEPTED,                Call._reached_too_late),
    (on.AnswerReceived,      _CALLER, _OUT,                    Call._answered),
    (on.AnswerReceived,      _CALLER, ACCEPTED,                Call._reached_too_late),
    (on.DeclineReceived,     _CALLER, _OUT,                    Call._declined),
    (on.DeclineReceived,     _CALLER, ACCEPTED,                Call._ignore),
    (on.CancelReceived,      _CALLEE, _IN | ACCEPTED,          Call._cancelled),
    (on.HangupReceived,      _CALLER, _OUT,                    Call._hung_up_early),
    (on.HangupReceived,      _CALLEE, _IN,                     Call._hung_up_early),
    (on.HangupReceived,      _BOTH,   ACCEPTED,                Call._hung_up),
    (on.InviteUndeliverable, _CALLER, _OUT,                    Call._undeliverable),
    (on.InviteUndeliverable, _CALLER, ACCEPTED,                Call._ignore),
    (on.OfferReceived,       _CALLER, _OUT,                    Call._offer_received_early),
    (on.OfferReceived,       _BOTH,   ACCEPTED,                Call._offer_received),
    (on.OfferAnswered,       _BOTH,   ACCEPTED,                Call._offer_answered),
    (on.HoldReceived,        _BOTH,   _LIVE,                   Call._held),
    # what the media said; events of an older generation are dropped by the handlers
    (on.OfferMade,           _BOTH,   ACCEPTED,                Call._offer_made),
    (on.OfferMade,           _CALLER, frozenset({State.DIALLING}), Call._offer_made),
    (on.OfferMade,           _CALLER, _OUT - {State.DIALLING}, Call._offer_made_in_vain),
    (on.AnswerMade,          _CALLEE, _IN,                     Call._answer_made),
    (on.AnswerMade,          _BOTH,   ACCEPTED,                Call._answer_made),
    (on.PathUp,              _BOTH,   _EARLY_PATH,             Call._path_up),
    (on.PathUp,              _BOTH,   ACCEPTED,                Call._path_up),
    (on.PathUp,              _CALLER, _RINGING_OUT,            Call._ignore),
    (on.PathUp,              _CALLEE, frozenset({State.RINGING_IN}), Call._ignore),
    (on.PathWavered,         _BOTH,   _EARLY_PATH | _TALKING,  Call._path_wavered),
    (on.PathWavered,         _BOTH,   _CONNECTING,             Call._ignore),
    (on.PathWavered,         _CALLER, _RINGING_OUT,            Call._ignore),
    (on.PathWavered,         _CALLEE, frozenset({State.RINGING_IN}), Call._ignore),
    (on.PathLost,            _CALLER, _OUT | ACCEPTED,         Call._path_gave_up),
    (on.PathLost,            _CALLEE, _IN | ACCEPTED,          Call._path_gave_up),
    (on.MediaGone,           _CALLER, _OUT | ACCEPTED,         Call._media_died),
    (on.MediaGone,           _CALLEE, _IN | ACCEPTED,          Call._media_died),
    (on.MediaBack,           _CALLER, _OUT | ACCEPTED,         Call._media_returned),
    (on.MediaBack,           _CALLEE, _IN | ACCEPTED,          Call._media_returned),
    (on.MediaRefused,        _CALLER, _OUT | ACCEPTED,         Call._media_refused),
    (on.MediaRefused,        _CALLEE, _IN | ACCEPTED,          Call._media_refused),
)
# fmt: on


def _cells() -> Iterator[tuple[tuple[Role, State, type[Event]], Rule]]:
    for event, roles, states, rule in _ROWS:
        for role in roles:
            for state in states:
                yield (role, state, event), rule


TABLE: dict[tuple[Role, State, type[Event]], Rule] = {}
for _cell, _rule in _cells():
    assert _cell not in TABLE, f"two rules for {_cell}"
    TABLE[_cell] = _rule
