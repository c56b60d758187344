"""All calls of one device: who may ring, who is told «busy», and which one is spoken on.

    for call, command in line.place(…): …      # likewise invited, handle, stray, tick

At most one call is active: with `waiting` others may ring and be answered meanwhile, and whichever
is spoken on puts the rest on hold; without it a second caller is told «busy». Calls that are over
are remembered for a while, so that what comes late is answered and not taken for something new.
"""

from collections import OrderedDict
from collections.abc import Callable
from dataclasses import dataclass, replace

from devcloud.call import commands as do
from devcloud.call import events as on
from devcloud.call.commands import Command
from devcloud.call.events import Event
from devcloud.call.glare import ours_yields
from devcloud.call.machine import Call
from devcloud.call.states import UNANSWERED, Role, State, Timers
from devcloud.model.errors import LocalError
from devcloud.model.names import fold_name
from devcloud.model.records import CallKind, CallRecord, EndReason

MOST_REMEMBERED = 512
MOST_RINGING = 8
RING_2023_S = 7.0
"""A caller of 2023 waits no longer."""


class Busy(LocalError):
    """There is a call already."""

    exit_code = 1


@dataclass(frozen=True)
class Rang(Command):
    """A new call rings here."""


@dataclass(frozen=True)
class Refuse(Command):
    """Decline an invitation that never became a call."""

    call: str
    peer: str
    device: str
    reason: EndReason


@dataclass(frozen=True)
class Become(Command):
    """The call `old` goes on as `new`: both had called each other at once."""

    old: str
    new: str


@dataclass(frozen=True)
class InviteAgain(Command):
    """Say our invitation again to a device that calls us: it is to give way to it, and may have
    come too late for it, or lost it."""

    device: str


@dataclass(frozen=True)
class TellGone(Command):
    """Tell one device that this call is over here."""

    call: str
    peer: str
    device: str
    reason: EndReason


@dataclass(frozen=True)
class _Grave:
    """How a call ended, and the device that had answered it, where others may not know."""

    reason: EndReason
    device: str | None = None

    def reason_for(self, device: str) -> EndReason:
        """Return what to tell a device that believes the call goes on."""
        elsewhere = self.device is not None and self.device != device
        return EndReason.ANSWERED_ELSEWHERE if elsewhere else self.reason


_LOST = _Grave(EndReason.CONNECTION_LOST)


def _grave_of(call: Call) -> _Grave:
    assert call.reason is not None
    return _Grave(call.reason, call.device if call.role is Role.CALLER else None)


_EXPECTS_A_CALL = (
    on.RingingReceived, on.AnswerReceived, on.OfferReceived, on.OfferAnswered, on.HoldReceived,
)  # fmt: skip

Output = tuple[Call | None, Command]
"""A command and the call it is about, where there is one."""


class Line:
    """The calls of one device, by id."""

    def __init__(
        self,
        me: str,
        timers: Timers,
        *,
        warm: Callable[[str], bool] = lambda _peer: True,
        waiting: bool = False,
    ) -> None:
        self.me = me
        self.timers = timers
        self.waiting = waiting
        self.quiet = False
        """Do not disturb: nobody who calls now rings here."""
        self.calls: dict[str, Call] = {}
        self._warm = warm
        self._over: OrderedDict[str, _Grave] = OrderedDict()

    @property
    def deadline(self) -> float | None:
        """When `tick` wants to be called, at the latest."""
        deadlines = [call.deadline for call in self.calls.values()]
        return min([each for each in deadlines if each is not None], default=None)

    @property
    def full(self) -> bool:
        """Whether there is no room for one more call."""
        return len(self._live()) >= (MOST_RINGING if self.waiting else 1)

    @property
    def busy(self) -> bool:
        """Whether somebody who calls now is told «busy»."""
        return self.quiet or self.full

    def place(
        self, id: str, peer: str, now: float, wall: float, *, kind: CallKind = CallKind.DEVCLOUD
    ) -> list[Output]:
        """Call `peer`; or take their call, where they are calling already.

        Raises:
            LocalError: `name_own`.
            Busy: `already_in_call`, with them, or with anybody where no call may wait.
        """
        if fold_name(peer) == fold_name(self.me):
            raise LocalError("name_own")
        theirs = self.ringing_from(peer)
        if theirs is not None:
            return [(None, Become(id, theirs.id)), *self.handle(theirs.id, on.Accept(), now)]
        for other in self._live():
            if not self.waiting or fold_name(other.peer) == fold_name(peer):
                raise Busy("already_in_call", peer=other.peer)
        timers = self._timers_for(kind)
        call = Call.place(id=id, me=self.me, peer=peer, wall=wall, timers=timers, kind=kind)
        return [*self._hold_all_but(id, now), *self._begin(call, now)]

    def invited(
        self,
        id: str,
        *,
        peer: str,
        device: str,
        offer: on.OfferReceived,
        now: float,
        wall: float,
        cold: bool = False,
        kind: CallKind = CallKind.DEVCLOUD,
    ) -> list[Output]:
        """Somebody calls. `cold`: it may ring, but nothing connects before the person says so."""
        if id in self.calls:
            return []
        if id in self._over:
            # Its cancel came first.
            return [(None, TellGone(id, peer, device, self._over[id].reason_for(device)))]
        ours = self.dialling_to(peer)
        if ours is not None and (kind, ours.kind) != (CallKind.DEVCLOUD, CallKind.DEVCLOUD):
            # Both at once is one call only where both are of the same kind; that 2023 programs
            # call each other at once is seen below this.
            ours = None
        if ours is not None and ours.invited and not ours_yields(ours.id, id):
            return [(ours, InviteAgain(device))]
        call = Call.receive(
            id=id,
            me=self.me,
            peer=peer,
            device=device,
            offer=offer,
            warm=not cold and (self._warm(peer) or ours is not None),
            wall=wall,
            timers=self._timers_for(kind),
            kind=kind,
        )
        if ours is not None and not cold:
            return self._yield(ours, call, now)
        told_busy = self.busy and kind is CallKind.DEVCLOUD
        superseded = self._supersede(peer, now) if told_busy else []
        if self.busy:
            refusal = self.refuse(id, peer, device, EndReason.BUSY)
            record = self.record_refused(id, peer, kind, wall, EndReason.BUSY)
            return [*superseded, *refusal, (None, do.Remember(record))]
        begun = self._begin(call, now)
        return [*superseded, (call, Rang()), *begun]

    def is_new(self, id: str) -> bool:
        """Whether a call of this id has never been here, as far as is remembered."""
        return id not in self.calls and id not in self._over

    def refuse(self, id: str, peer: str, device: str, reason: EndReason) -> list[Output]:
        """Decline an invitation before it becomes a call."""
        self._bury(id, _Grave(reason))
        return [(None, Refuse(id, peer, device, reason))]

    def record_refused(
        self, id: str, peer: str, kind: CallKind, wall: float, reason: EndReason
    ) -> CallRecord:
        """Return the record of an invitation that never became a call."""
        return CallRecord(
            call=id,
            caller=peer,
            callee=self.me,
            kind=kind,
            begun_at=wall,
            answered_at=None,
            ended_at=wall,
            reason=reason,
        )

    def handle(self, id: str, event: Event, now: float) -> list[Output]:
        """Something happened to a call.

        Raises:
            KeyError: no such call.
            IllegalEvent: it cannot happen now.
        """
        call = self.calls[id]
        outputs = self._hold_all_but(id, now) if _begins_to_talk(call, event) else []
        outputs += [(call, command) for command in call.handle(event, now)]
        self._bury_if_ended(call)
        return outputs

    def stray(self, id: str, peer: str, device: str, event: Event) -> list[Output]:
        """Something came from the other side for a call that is not here, or over."""
        if isinstance(event, on.CancelReceived) and self.is_new(id):
            self._bury(id, _Grave(event.reason))
        if not isinstance(event, _EXPECTS_A_CALL):
            return []
        call = self.calls.get(id)
        grave = self._over.get(id, _LOST) if call is None else _grave_of(call)
        return [(None, TellGone(id, peer, device, grave.reason_for(device)))]

    def tick(self, now: float) -> list[Output]:
        """Let time pass for every call."""
        outputs: list[Output] = []
        for call in list(self.calls.values()):
            outputs += [(call, command) for command in call.tick(now)]
            self._bury_if_ended(call)
        return outputs

    # ── who is there ─────────────────────────────────────────────────────────────────────────────

    def _live(self) -> list[Call]:
        return [call for call in self.calls.values() if not call.over]

    def _with(self, peer: str, role: Role) -> Call | None:
        key = fold_name(peer)
        for call in self._live():
            if call.role is role and call.state in UNANSWERED and fold_name(call.peer) == key:
                return call
        return None

    def ringing_from(self, peer: str) -> Call | None:
        """Return the call from `peer` that rings here, if there is one."""
        return self._with(peer, Role.CALLEE)

    def dialling_to(self, peer: str) -> Call | None:
        """Return our own call to `peer` that has not been answered, if there is one."""
        return self._with(peer, Role.CALLER)

    def _timers_for(self, kind: CallKind) -> Timers:
        if kind is CallKind.DEVCLOUD:
            return self.timers
        return replace(self.timers, ring=min(self.timers.ring, RING_2023_S))

    # ── changes ──────────────────────────────────────────────────────────────────────────────────

    def _begin(self, call: Call, now: float) -> list[Output]:
        self.calls[call.id] = call
        return [(call, command) for command in call.begin(now)]

    def _yield(self, ours: Call, theirs: Call, now: float) -> list[Output]:
        # Their other devices must stop ringing; this one knows by the same rule. What our call
        # would leave behind (a record, a status) is for theirs to leave.
        stop = on.HangUp(EndReason.ANSWERED_ELSEWHERE)
        last = [
            (ours, command)
            for command in ours.handle(stop, now)
            if not isinstance(command, do.Remember | do.Announce)
        ]
        self._bury_if_ended(ours)
        begun = self._begin(theirs, now)
        accepted = self.handle(theirs.id, on.Accept(), now)
        return [*last, (None, Become(ours.id, theirs.id)), *begun, *accepted]

    def _supersede(self, peer: str, now: float) -> list[Output]:
        """Whoever calls anew is not in the call before any more: their program was ended, perhaps,
        and had no time to say so. It must not make this one busy."""
        outputs: list[Output] = []
        for call in self._live():
            if fold_name(call.peer) == fold_name(peer):
                if call.state is State.RECONNECTING:
                    outputs += self.handle(call.id, on.HangUp(EndReason.CONNECTION_LOST), now)
                elif call.role is Role.CALLEE and call.state in UNANSWERED:
                    outputs += self.handle(call.id, on.HangUp(EndReason.NO_ANSWER), now)
        return outputs

    def _hold_all_but(self, id: str, now: float) -> list[Output]:
        outputs: list[Output] = []
        for call in self._live():
            if call.id != id and call.accepted and not call.held_here:
                outputs += [(call, command) for command in call.handle(on.Hold(True), now)]
        return outputs

    def _bury_if_ended(self, call: Call) -> None:
        if call.state is State.ENDED and self.calls.pop(call.id, None) is not None:
            self._bury(call.id, _grave_of(call))

    def _bury(self, id: str, grave: "_Grave") -> None:
        self._over[id] = grave
        if len(self._over) > MOST_REMEMBERED:
            self._over.popitem(last=False)


def _begins_to_talk(call: Call, event: Event) -> bool:
    """Whether this makes the call the one that is spoken on."""
    if call.state in UNANSWERED:
        return isinstance(event, on.Accept | on.AnswerReceived)
    return call.accepted and event == on.Hold(False)
