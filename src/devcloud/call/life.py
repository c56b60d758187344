"""What all parts of a call's life share: who takes part, where it is, how it ends.

`ringing` and `talking` hold the rules of the table, `machine` puts them together. Only `_enter`
changes the state, and only `_do` says what is to be done.
"""

from devcloud.call import commands as do
from devcloud.call import events as on
from devcloud.call.commands import Command
from devcloud.call.events import Event
from devcloud.call.paths import Paths
from devcloud.call.states import ACCEPTED, OVER, UNANSWERED, Role, State, Timers
from devcloud.model.records import CallKind, CallRecord, EndReason


class Life:
    """One call of one device. Read its attributes; change it through `machine.Call` only."""

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

    def wall_at(self, now: float) -> float:
        """Return the time of day at `now`: counted from the call's beginning, so that a clock set
        back in between does not show."""
        return self._wall + now - self._begun_at

    # ── ending ────────────────────────────────────────────────────────────────────────────────────

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

    def _give_up(self, reason: EndReason, now: float) -> None:
        """End the call, and the ringing where it still rings."""
        if self.devices:
            self._cancel(reason)
        self._end(reason, now)

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

    def _finish(self) -> None:
        self._until = None
        self._enter(State.ENDED)

    def _handle_while_ending(self, event: Event) -> None:
        if self.state is State.ENDING and isinstance(event, on.MediaClosed | on.MediaGone):
            self._finish()

    def _media_refused(self, _event: Event, now: float) -> None:
        self._hang_up(on.HangUp(EndReason.MEDIA_FAILED), now)

    # ── the path ──────────────────────────────────────────────────────────────────────────────────

    def _take_invitation(self) -> None:
        assert self.device is not None
        self._paths.take_invitation(self.device)

    def _set_voice(self) -> None:
        hearing = self.accepted and not self.held_here and not self.held_there
        self._paths.set_voice(sending=hearing and not self.muted, hearing=hearing)

    def _candidates_received(self, event: on.CandidatesReceived, _now: float) -> None:
        self._paths.add_candidates(event)

    # ── the one place that changes state ──────────────────────────────────────────────────────────

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
