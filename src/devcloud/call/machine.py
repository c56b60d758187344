"""One call, from the first intent to its record.

    call = Call.place(…) or Call.receive(…)
    for command in call.begin(now): …           # first
    for command in call.handle(event, now): …   # then, whatever happens
    for command in call.tick(now): …            # when `call.deadline` has come

`table` says what may happen when; what is not in it raises `IllegalEvent`: from this side that is
a bug; from the other side it is a message out of place, to be dropped. An end works in every state
and is handled first; what comes while ending is ignored quietly.
"""

from collections.abc import Callable
from typing import Any

from devcloud.call import commands as do
from devcloud.call import events as on
from devcloud.call.commands import Command
from devcloud.call.events import Event
from devcloud.call.paths import Paths
from devcloud.call.states import ACCEPTED, EARLY_PATH, OVER, UNANSWERED, Role, State, Timers
from devcloud.call.table import TABLE, Cell
from devcloud.model.records import CallKind, CallRecord, EndReason

_DECLINE_REASONS = frozenset(
    {
        EndReason.DECLINED,
        EndReason.BUSY,
        EndReason.NO_ANSWER,
        EndReason.REJECTED_BY_POLICY,
        EndReason.UNTRUSTED,
        EndReason.MEDIA_FAILED,
        EndReason.ERROR,
    }
)
# After one of these the other devices of that person may still answer.
_ONLY_THAT_DEVICE = _DECLINE_REASONS - {
    EndReason.DECLINED,
    EndReason.REJECTED_BY_POLICY,
    EndReason.UNTRUSTED,
}
# What a callee's device says only after its answer.
_AFTER_THE_ANSWER = (on.OfferReceived, on.HoldReceived)


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
        """The callee's devices that have the invitation and have not declined."""
        self.invited = False
        """Whether the invitation has left."""
        self.muted = False
        self.held_here = False
        self.held_there = False
        self.accepted_at: float | None = None
        self._wall = wall
        self._begun_at = 0.0
        self._warm = warm
        self._paths = Paths(role, timers, offer, self._do)
        self._first_answer = ""
        self._answer_sent = False
        self._hold_order = 0
        self._declined_by: set[str] = set()
        self._declined_with: EndReason | None = None
        self._rings_until = 0.0
        self._until: float | None = None
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
    def generation(self) -> int:
        """Which of the call's paths is the present one, from 1."""
        return self._paths.generation

    @property
    def deadline(self) -> float | None:
        """When `tick` wants to be called, at the latest."""
        until, repair_at = self._until, self._paths.repair_at
        if until is None or repair_at is None:
            return repair_at if until is None else until
        return min(until, repair_at)

    def wall_at(self, now: float) -> float:
        """Return the time of day at `now`: counted from the call's beginning, so that a clock set
        back in between does not show."""
        return self._wall + now - self._begun_at

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
        self._until = self._rings_until = now + self.timers.ring
        if self.role is Role.CALLER:
            self._paths.offer()
        elif self._warm:
            self._take_invitation()
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
        elif isinstance(event, on.HangUp):
            self._hang_up(event, now)
        else:
            rule = _RULES.get((self.role, self.state, type(event)))
            if rule is None:
                raise IllegalEvent(self, event)
            rule(self, event, now)
        return self._drain()

    def tick(self, now: float) -> list[Command]:
        """Let time pass."""
        repair_at = self._paths.repair_at
        if self._until is not None and now >= self._until:
            self._run_out(now)
        elif repair_at is not None and now >= repair_at:
            self._repair(now)
        return self._drain()

    def is_too_early(self, event: Event) -> bool:
        """Whether this has overtaken the answer: it is to be said again once that is here."""
        waits = self.role is Role.CALLER and self.state in UNANSWERED
        return waits and isinstance(event, _AFTER_THE_ANSWER)

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
        elif self._declined_with is not None:
            self._end(self._declined_with, now)
        elif self.role is Role.CALLER and not self.devices:
            # Not even the invitation has been acknowledged: the way to the server is at fault.
            self._hang_up(on.HangUp(EndReason.CONNECTION_LOST), now)
        else:
            self._hang_up(on.HangUp(EndReason.NO_ANSWER), now)

    def _cancel(self, reason: EndReason) -> None:
        """Stop the ringing wherever it rings."""
        if self.invited:
            self._do(do.SendCancel(reason))
        if len(self.devices) > 1:
            # What is said to all counts as heard once one of them has heard it.
            for device in sorted(self.devices):
                self._do(do.SendCancel(reason, device))

    def _end(self, reason: EndReason, now: float) -> None:
        self.reason = reason
        self._until = None
        self._do(do.Remember(self._record(reason, now)))
        if self._paths.close():
            self._until = now + self.timers.close
            self._enter(State.ENDING)
        else:
            self._enter(State.ENDED)

    def _record(self, reason: EndReason, now: float) -> CallRecord:
        outgoing = self.role is Role.CALLER
        answered = self.accepted_at
        return CallRecord(
            call=self.id,
            caller=self.me if outgoing else self.peer,
            callee=self.peer if outgoing else self.me,
            kind=self.kind,
            begun_at=self._wall,
            answered_at=None if answered is None else self.wall_at(answered),
            ended_at=self.wall_at(now),
            reason=reason,
        )

    def _handle_while_ending(self, event: Event) -> None:
        if self.state is State.ENDING and isinstance(event, on.MediaClosed | on.MediaGone):
            self._finish()

    def _finish(self) -> None:
        self._until = None
        self._enter(State.ENDED)

    def _declined(self, event: on.DeclineReceived, now: float) -> None:
        reason = event.reason if event.reason in _DECLINE_REASONS else EndReason.DECLINED
        self.devices.discard(event.device)
        self._declined_by.add(event.device)
        if reason not in _ONLY_THAT_DEVICE:
            self.text = event.text
            self._give_up(reason, now)
            return
        if event.device == self._paths.device:
            self._lose_early_path()
        if not self.devices:
            # Another device may be about to say that it rings.
            self._declined_with = reason
            self._until = min(self._rings_until, now + self.timers.others)

    def _give_up(self, reason: EndReason, now: float) -> None:
        """End the call, and the ringing where it still rings."""
        if self.devices:
            self._cancel(reason)
        self._end(reason, now)

    def _cancelled(self, event: on.CancelReceived, now: float) -> None:
        self._end(event.reason, now)

    def _hung_up_early(self, event: on.HangupReceived, now: float) -> None:
        # A hangup that has overtaken its answer, or a caller that hangs up where it should cancel.
        completed = event.reason is EndReason.COMPLETED
        reason = EndReason.CANCELLED if completed else event.reason
        self.devices.discard(event.device)
        self._give_up(reason, now)

    def _hung_up(self, event: on.HangupReceived, now: float) -> None:
        if event.device == self.device:
            self._end(event.reason, now)

    def _undeliverable(self, event: on.InviteUndeliverable, now: float) -> None:
        if not self.devices:
            self._end(event.reason, now)

    def _media_refused(self, _event: Event, now: float) -> None:
        self._hang_up(on.HangUp(EndReason.MEDIA_FAILED), now)

    # ── ringing ──────────────────────────────────────────────────────────────────────────────────

    def _invitation_made(self, event: on.OfferMade, _now: float) -> None:
        if self._paths.is_our_offer(event.generation):
            self.invited = True
            self._do(do.SendInvite(event.generation, event.sdp))

    def _device_reached(self, event: on.DeviceReached | on.RingingReceived, _now: float) -> None:
        if event.device in self._declined_by:
            return
        self.devices.add(event.device)
        self._declined_with = None
        self._until = self._rings_until

    def _rang(self, event: on.RingingReceived, now: float) -> None:
        self._device_reached(event, now)
        if event.device not in self.devices:
            return
        if event.sdp and not self._paths.described and not self._paths.lost:
            self._paths.take_answer(event.device, event.sdp)
            self._enter(State.CONNECTING_BEFORE_ACCEPTED)
        elif self.state is State.DIALLING:
            self._enter(State.RINGING_OUT)

    def _reached_too_late(
        self, event: on.DeviceReached | on.RingingReceived | on.AnswerReceived, _now: float
    ) -> None:
        if event.device != self.device:
            self._do(do.SendCancel(EndReason.ANSWERED_ELSEWHERE, event.device))

    def _take_invitation(self) -> None:
        assert self.device is not None
        self._paths.take_invitation(self.device)

    def _first_answer_made(self, event: on.AnswerMade, _now: float) -> None:
        self._first_answer = event.sdp
        self._do(do.SendRinging(event.sdp))
        self._enter(State.CONNECTING_BEFORE_ACCEPTED)

    def _path_up_early(self, event: on.PathUp, _now: float) -> None:
        if event.generation == self.generation and self.state is State.CONNECTING_BEFORE_ACCEPTED:
            self._enter(State.CONNECTED_BEFORE_ACCEPTED)

    def _path_wavered_early(self, event: on.PathWavered, _now: float) -> None:
        if event.generation == self.generation and self.state is State.CONNECTED_BEFORE_ACCEPTED:
            self._enter(State.CONNECTING_BEFORE_ACCEPTED)

    def _path_lost_early(self, event: on.PathLost, _now: float) -> None:
        if event.generation == self.generation:
            self._lose_early_path()

    def _lose_early_path(self) -> None:
        self._paths.lost = True
        if self.state in EARLY_PATH:
            self._enter(State.RINGING_OUT if self.role is Role.CALLER else State.RINGING_IN)

    # ── accepting ────────────────────────────────────────────────────────────────────────────────

    def _accept(self, _event: on.Accept, now: float) -> None:
        self.accepted_at = now
        connected = self.state is State.CONNECTED_BEFORE_ACCEPTED
        self._become_accepted(now, connected=connected)
        if self._paths.lost:
            self._send_answer("")
            self._offer_now(now)
        elif self._first_answer:
            self._send_answer(self._first_answer)
        elif not self._paths.media_open and not self._paths.media_gone:
            self._take_invitation()

    def _answered(self, event: on.AnswerReceived, now: float) -> None:
        self.accepted_at = now
        self._declined_with = None
        self.device = event.device
        for other in sorted(self.devices - {event.device}):
            self._do(do.SendCancel(EndReason.ANSWERED_ELSEWHERE, other))
        self.devices = {event.device}
        ours = self._paths.device == event.device and not self._paths.lost
        self._become_accepted(now, connected=ours and self.state is State.CONNECTED_BEFORE_ACCEPTED)
        if ours or not event.sdp:
            # There is a path, or that device has lost its own and offers the next.
            return
        if self._paths.described or self._paths.lost:
            # The path was with another device, or is lost: make one with this device.
            self._offer_now(now)
        else:
            self._paths.take_answer(event.device, event.sdp)

    def _become_accepted(self, now: float, *, connected: bool) -> None:
        if connected:
            self._path_is_up()
        else:
            self._until = now + self.timers.connect
            self._paths.schedule_repair(now, self.timers.repair_again)
            self._enter(State.CONNECTING_AFTER_ACCEPTED)

    def _send_answer(self, sdp: str) -> None:
        self._answer_sent = True
        self._do(do.SendAnswer(self.generation, sdp))

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
        self._paths.set_voice(sending=hearing and not self.muted, hearing=hearing)

    # ── the path while talking ───────────────────────────────────────────────────────────────────

    def _path_up(self, event: on.PathUp, _now: float) -> None:
        if event.generation == self.generation:
            self._path_is_up()

    def _path_is_up(self) -> None:
        self._until = self._paths.repair_at = None
        self._enter(self._connected_state())
        self._set_voice()

    def _path_wavered(self, event: on.PathWavered | on.PathLost, now: float) -> None:
        if event.generation == self.generation:
            self._go_reconnecting(now)
            self._paths.schedule_repair(now, self.timers.waver)

    def _go_reconnecting(self, now: float) -> None:
        if self.state in (State.ACTIVE, State.HELD):
            self._until = now + self.timers.reconnect
            self._enter(State.RECONNECTING)

    def _repair(self, now: float) -> None:
        if self.role is Role.CALLEE and not self._answer_sent:
            # Our answer was never made: without it the caller has no use for an offer.
            self._send_answer("")
        self._paths.repair(now)

    def _offer_now(self, now: float) -> None:
        if not self._paths.media_gone:
            self._repair(now)

    def _offer_made(self, event: on.OfferMade, _now: float) -> None:
        if self._paths.is_our_offer(event.generation):
            self._do(do.SendOffer(event.generation, event.sdp))

    def _answer_made(self, event: on.AnswerMade, _now: float) -> None:
        if not self._paths.is_our_answer(event.generation):
            return
        if self.role is Role.CALLEE and not self._answer_sent:
            self._send_answer(event.sdp)
        else:
            self._do(do.SendOfferAnswer(event.generation, event.sdp))

    def _offer_received(self, event: on.OfferReceived, now: float) -> None:
        if self._paths.yields_to(event):
            assert self.device is not None
            self._go_reconnecting(now)
            self._paths.take_offer(event, self.device, now)

    def _offer_answered(self, event: on.OfferAnswered, _now: float) -> None:
        fits = self._paths.is_our_offer(event.generation) and not self._paths.described
        if fits and not self._paths.media_gone:
            assert self.device is not None
            self._paths.take_answer(self.device, event.sdp)

    def _candidates_received(self, event: on.CandidatesReceived, _now: float) -> None:
        self._paths.add_candidates(event)

    # ── the media process ────────────────────────────────────────────────────────────────────────

    def _media_died_early(self, _event: on.MediaGone, _now: float) -> None:
        self._paths.media_died()
        if self.invited or self._first_answer:
            self._lose_early_path()

    def _media_died(self, _event: on.MediaGone, now: float) -> None:
        self._paths.media_died()
        self._go_reconnecting(now)

    def _media_returned_early(self, _event: on.MediaBack, _now: float) -> None:
        self._paths.media_gone = False
        if self.invited or self._first_answer:
            # The path is lost: the next one is for after acceptance.
            self._paths.open()
        elif self.role is Role.CALLER:
            self._paths.offer()
        elif self._paths.media_open:
            self._take_invitation()

    def _media_returned(self, _event: on.MediaBack, now: float) -> None:
        self._paths.media_gone = False
        if self.role is Role.CALLEE and not self._answer_sent:
            self._take_invitation()
        else:
            self._paths.open()
            self._repair(now)
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

_RULES: dict[Cell, Rule] = {cell: getattr(Call, f"_{name}") for cell, name in TABLE.items()}
