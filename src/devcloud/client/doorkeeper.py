"""What follows when somebody is not certain: a message kept out, a call broken off by name.

Between the desk and its gate, which says what a message is worth. Without input or output:
`carry_out` takes what a call on `line` wants after an event, `tell` what the person is to know.
"""

from collections.abc import Callable

from devcloud.call import events as on
from devcloud.call.line import Line, Output
from devcloud.call.machine import Call
from devcloud.call.states import Role
from devcloud.client.actions import Action, Changed, Distrusted, Dropped
from devcloud.client.gate import Decision, OpenGate, Ruling
from devcloud.client.translate import Said
from devcloud.model.errors import DevCloudError, Untrusted
from devcloud.model.records import EndReason
from devcloud.wire.signalling import messages
from devcloud.wire.signalling.messages import CallMessage


class Doorkeeper:
    """Does what the gate says."""

    def __init__(
        self,
        gate: OpenGate,
        line: Line,
        *,
        carry_out: Callable[[list[Output], float], None],
        tell: Callable[[Action], None],
    ) -> None:
        self._gate = gate
        self._line = line
        self._carry_out = carry_out
        self._tell = tell

    def admits_invite(
        self, message: messages.Invite, said: Said, now: float, ring: Callable[[bool], None]
    ) -> None:
        """Let `ring` (cold, or not) a call whose invitation can be relied on; one with a changed
        key rings cold, and ends our own call to the same person, which would lead to that key."""
        decision = self._gate.examine(message, said)
        match decision:
            case Decision(Ruling.ADMITTED):
                ring(False)
            case Decision(Ruling.WAITS, error) if error:
                ours = self._line.dialling_to(message.from_)
                if ours is not None:
                    self.break_off(ours, error, now)
                ring(True)
                theirs = self._line.calls.get(message.call)
                if theirs is not None:
                    self._doubt(theirs, error)
            case Decision(_, error) if error:
                sender = (message.from_, message.device)
                refusal = self._line.refuse(message.call, *sender, EndReason.UNTRUSTED)
                self._carry_out(refusal, now)
                self._tell(Distrusted(None, error, message.from_))
        if message.call not in self._line.calls:
            self._gate.forget(message.call)

    def admits(self, call: Call, message: CallMessage, said: Said, now: float) -> bool:
        """Whether a message may go on to its call; if not, say and do what follows from that."""
        decision = self._gate.examine(message, said)
        match decision:
            case Decision(Ruling.DROPPED, error) if error:
                self._tell(Dropped(error, message.from_))
            case Decision(Ruling.REFUSED, error) if error:
                self.break_off(call, error, now)
            case Decision(Ruling.WAITS, error) if error:
                self._doubt(call, error)
        if isinstance(said.event, on.HangupReceived) and self._gate.waits(call.id):
            # They did not wait for the person's word: what ends this call is the key.
            self._end(call, now)
            return False
        return decision.ruling is Ruling.ADMITTED

    def end_waiting(self, now: float) -> None:
        """End our calls that have waited for the person's word as long as they may: that, and not
        silence, is what ends them."""
        for call in list(self._line.calls.values()):
            late = call.deadline is not None and now >= call.deadline
            if late and call.role is Role.CALLER and not call.over and self._gate.waits(call.id):
                self._end(call, now)

    def end_unrevealed(self, now: float) -> None:
        """End the calls whose caller did not reveal its part in time."""
        for id in self._gate.overdue(now):
            call = self._line.calls[id]
            self.break_off(call, Untrusted("reveal_missing", name=call.peer), now)

    def break_off(self, call: Call, error: DevCloudError, now: float) -> None:
        """End a call whose other side is not certain."""
        self._tell(Distrusted(call, error, call.peer))
        self._end(call, now)

    def _end(self, call: Call, now: float) -> None:
        refused = on.HangUp(EndReason.UNTRUSTED)
        self._carry_out(self._line.handle(call.id, refused, now), now)

    def _doubt(self, call: Call, error: DevCloudError) -> None:
        self._tell(Distrusted(call, error, call.peer))
        self._tell(Changed(call))
