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
from devcloud.call.life import Life
from devcloud.call.ringing import Ringing
from devcloud.call.states import OVER, UNANSWERED, Role, Timers
from devcloud.call.table import TABLE, Cell
from devcloud.call.talking import Talking
from devcloud.model.records import CallKind

# What a callee's device says only after its answer.
_AFTER_THE_ANSWER = (on.OfferReceived, on.HoldReceived)


class IllegalEvent(RuntimeError):
    """This cannot happen in this state."""

    def __init__(self, call: Life, event: Event) -> None:
        super().__init__(f"{type(event).__name__} while {call.role} and {call.state}")
        self.event = event


class Call(Ringing, Talking):
    """One call of one device. Read its attributes; change it through `handle` and `tick` only."""

    @classmethod
    def place(
        cls,
        *,
        id: str,
        me: str,
        peer: str,
        wall: float,
        timers: Timers,
        kind: CallKind = CallKind.DEVCLOUD,
    ) -> "Call":
        """Return a call to `peer`. `wall` is the time of day, in seconds since 1970."""
        return cls(id=id, role=Role.CALLER, me=me, peer=peer, wall=wall, timers=timers, kind=kind)

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
        kind: CallKind = CallKind.DEVCLOUD,
    ) -> "Call":
        """Return a call from `peer`. With `warm`, media connects, muted, while it rings."""
        return cls(
            id=id,
            role=Role.CALLEE,
            me=me,
            peer=peer,
            wall=wall,
            timers=timers,
            kind=kind,
            offer=offer,
            warm=warm,
            device=device,
        )

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


Rule = Callable[[Call, Any, float], None]

_RULES: dict[Cell, Rule] = {cell: getattr(Call, f"_{name}") for cell, name in TABLE.items()}
