"""Every decision of a client, without input or output: three doors and a way out.

    from the server    `received`, `signed_in`, `signed_out`
    from the media     `reported`, `media_gone`, `media_back`
    from the person    `place`, `act`
    from the clock     `tick`, when `deadline` has come

After each, `drain` gives what to do: `Say` to the server, `Order` the media, and what to tell the
person (`Changed`, `Rang`, `Became`, `Remembered`). The shell around it only carries.
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from devcloud.call import commands as do
from devcloud.call import events as on
from devcloud.call import line as lines
from devcloud.call.line import Line, Output
from devcloud.call.machine import Call, IllegalEvent
from devcloud.call.mailbox import Inbox, Outbox
from devcloud.call.states import Role, Timers
from devcloud.client.translate import ORDERS, body_of, event_of, event_of_report
from devcloud.media import control
from devcloud.model.errors import DevCloudError, ProtocolViolation
from devcloud.model.names import fold_name
from devcloud.model.records import CallRecord, EndReason
from devcloud.wire.signalling import bodies, messages
from devcloud.wire.signalling.codec import encode_body, type_of
from devcloud.wire.signalling.messages import CallMessage


@dataclass(frozen=True)
class Say:
    """Send this to the server, if there is a connection; it comes again if it must."""

    message: CallMessage


@dataclass(frozen=True)
class Order:
    """Tell the media process."""

    order: control.Order


@dataclass(frozen=True)
class Rang:
    """A call has come in."""

    call: Call


@dataclass(frozen=True)
class Changed:
    """A call is not as it was."""

    call: Call


@dataclass(frozen=True)
class Became:
    """The call `old` goes on as `new`."""

    old: str
    new: str


@dataclass(frozen=True)
class Remembered:
    """A call is over."""

    record: CallRecord


@dataclass(frozen=True)
class Dropped:
    """Something from the other side was not as it should be, and is dropped."""

    error: DevCloudError
    sender: str


Action = Say | Order | Rang | Changed | Became | Remembered | Dropped


class Desk:
    """The decisions of one device of one person."""

    def __init__(
        self,
        me: str,
        device: str,
        *,
        timers: Timers | None = None,
        warm: Callable[[str], bool] = lambda _peer: True,
        waiting: bool = False,
        stun: tuple[str, ...] = (),
    ) -> None:
        self.me = me
        self.device = device
        self.stun = stun
        self.line = Line(me, timers or Timers(), warm=warm, waiting=waiting)
        self._outbox: Outbox[CallMessage] = Outbox()
        self._inbox = Inbox()
        self._online = False
        self._actions: list[Action] = []

    @property
    def deadline(self) -> float | None:
        """When `tick` wants to be called, at the latest."""
        ours = [self.line.deadline, self._outbox.deadline if self._online else None]
        return min((t for t in ours if t is not None), default=None)

    def drain(self) -> list[Action]:
        """Return what is to be done, in this order, and forget it."""
        actions, self._actions = self._actions, []
        return actions

    # ── the person ───────────────────────────────────────────────────────────────────────────────

    def place(self, call: str, peer: str, now: float, wall: float) -> None:
        """Call somebody. Raises LocalError or Busy, as `Line.place`."""
        self._carry_out(self.line.place(call, peer, now, wall), now)

    def act(self, call: str, event: on.Event, now: float) -> None:
        """Accept, hang up, hold, mute. A call that is over does not mind."""
        if call in self.line.calls:
            self._carry_out(self.line.handle(call, event, now), now)

    # ── the clock ────────────────────────────────────────────────────────────────────────────────

    def tick(self, now: float) -> None:
        """Let time pass."""
        self._carry_out(self.line.tick(now), now)
        if self._online:
            self._actions += [Say(message) for message in self._outbox.due(now)]

    # ── the server ───────────────────────────────────────────────────────────────────────────────

    def signed_in(self, now: float) -> None:
        """There is a connection: what was not acknowledged is said again."""
        self._online = True
        self._actions += [Say(message) for message in self._outbox.signed_in(now)]

    def signed_out(self) -> None:
        """There is none: what is said waits."""
        self._online = False

    def received(
        self, message: CallMessage | messages.Undeliverable, now: float, wall: float
    ) -> None:
        """A message about a call has come. Whatever is wrong with it becomes `Dropped`."""
        if isinstance(message, messages.Undeliverable):
            self._undeliverable(message, now)
            return
        if isinstance(message, messages.Ack):
            self._acknowledged(message, now)
            return
        try:
            event = event_of(message)
        except ProtocolViolation as error:
            self._acknowledge(message)
            self._actions.append(Dropped(error, message.from_))
            return
        self._acknowledge(message)
        if self._inbox.is_new(message.call, message.device, message.seq):
            self._take(message, event, now, wall)

    def _take(
        self, message: CallMessage, event: on.Event | bodies.CandidatesBody, now: float, wall: float
    ) -> None:
        call = self.line.calls.get(message.call)
        if isinstance(message, messages.Invite):
            assert isinstance(event, on.OfferReceived)
            outputs = self.line.invited(
                message.call,
                peer=message.from_,
                device=message.device,
                offer=event,
                now=now,
                wall=wall,
            )
            self._carry_out(outputs, now)
        elif isinstance(event, bodies.CandidatesBody):
            if call is not None and self._may_speak(call, message):
                self._order_candidates(call, event)
        elif call is None:
            outputs = self.line.stray(message.call, message.from_, message.device, event)
            self._carry_out(outputs, now)
        elif not self._may_speak(call, message):
            self._drop("message_from_stranger", message.from_)
        else:
            try:
                self._carry_out(self.line.handle(call.id, event, now), now)
            except IllegalEvent:
                self._drop("message_out_of_place", message.from_, type=type_of(message))

    def _may_speak(self, call: Call, message: CallMessage) -> bool:
        """Whether this sender has a say in this call: a device that is not the chosen one may
        still answer or decline (and hear that it is too late), but no more."""
        if fold_name(message.from_) != fold_name(call.peer):
            return False
        chosen = call.device is None or message.device == call.device
        return chosen or isinstance(
            message, messages.Ringing | messages.Answer | messages.Decline | messages.Hangup
        )

    def _acknowledge(self, message: CallMessage) -> None:
        if self._online:
            ack = messages.Ack(
                call=message.call,
                seq=message.seq,
                to=message.from_,
                to_device=message.device or None,
            )
            self._actions.append(Say(ack))

    def _acknowledged(self, ack: messages.Ack, now: float) -> None:
        settled = self._outbox.settle(ack.call, ack.seq)
        call = self.line.calls.get(ack.call)
        if call is None or call.role is not Role.CALLER or call.over:
            return
        # The invitation is sequence number 1; a second device's ack finds it settled already.
        invited = isinstance(settled, messages.Invite) or (settled is None and ack.seq == 1)
        if invited and fold_name(ack.from_) == fold_name(call.peer):
            self._carry_out(self.line.handle(call.id, on.DeviceReached(ack.device), now), now)

    def _undeliverable(self, message: messages.Undeliverable, now: float) -> None:
        call = self.line.calls.get(message.call)
        if message.code == "offline" and call is not None and call.accepted:
            # They may be signing in again at this moment: the outbox repeats it.
            return
        settled = self._outbox.settle(message.call, message.seq)
        if isinstance(settled, messages.Invite) and call is not None and not call.over:
            unknown = message.code == "unknown_name"
            reason = EndReason.UNKNOWN_NAME if unknown else EndReason.OFFLINE
            self._carry_out(self.line.handle(call.id, on.InviteUndeliverable(reason), now), now)

    def _drop(self, code: str, sender: str, **values: str) -> None:
        self._actions.append(Dropped(ProtocolViolation(code, **values), sender))

    # ── the media ────────────────────────────────────────────────────────────────────────────────

    def reported(self, report: control.Report, now: float) -> None:
        """The media process has said something. What is no call's business is not for the desk."""
        call_id = getattr(report, "call", None)
        if call_id is None or call_id not in self.line.calls:
            return
        if isinstance(report, control.CandidatesFound):
            self._say_candidates(self.line.calls[call_id], report, now)
            return
        event = event_of_report(report)
        if event is not None:
            self._carry_out(self.line.handle(call_id, event, now), now)

    def media_gone(self, now: float) -> None:
        """The media process has died."""
        self._tell_all(on.MediaGone(), now)

    def media_back(self, now: float) -> None:
        """Another one is up."""
        self._tell_all(on.MediaBack(), now)

    def _tell_all(self, event: on.Event, now: float) -> None:
        for call_id in list(self.line.calls):
            self._carry_out(self.line.handle(call_id, event, now), now)

    def _order_candidates(self, call: Call, body: bodies.CandidatesBody) -> None:
        order = control.AddCandidates(
            call=call.id, generation=body.generation, candidates=body.candidates
        )
        self._actions.append(Order(order))

    def _say_candidates(self, call: Call, report: control.CandidatesFound, now: float) -> None:
        if call.over or not report.candidates:
            return
        body = bodies.CandidatesBody(generation=report.generation, candidates=report.candidates)
        self._say(call, messages.Candidate, now, body=body)

    # ── carrying out ─────────────────────────────────────────────────────────────────────────────

    def _carry_out(self, outputs: list[Output], now: float) -> None:
        for call, command in outputs:
            if call is None:
                self._carry_out_without_call(command, now)
            elif isinstance(command, lines.Rang):
                self._actions.append(Rang(call))
            elif isinstance(command, do.Announce):
                self._actions.append(Changed(call))
            elif isinstance(command, do.Remember):
                self._actions.append(Remembered(command.record))
            elif type(command) in ORDERS:
                self._actions.append(Order(ORDERS[type(command)](call, command, self.stun)))
            else:
                self._say_command(call, command, now)

    def _carry_out_without_call(self, command: do.Command, now: float) -> None:
        if isinstance(command, lines.Become):
            self._actions.append(Became(command.old, command.new))
        elif isinstance(command, do.Remember):
            self._actions.append(Remembered(command.record))
        else:
            assert isinstance(command, lines.Refuse | lines.TellGone)
            kind = messages.Decline if isinstance(command, lines.Refuse) else messages.Hangup
            self._post(
                kind(
                    call=command.call,
                    seq=self._outbox.next_sequence(command.call),
                    to=command.peer,
                    to_device=command.device,
                    reason=command.reason,
                ),
                now,
            )

    def _say_command(self, call: Call, command: do.Command, now: float) -> None:
        if isinstance(command, do.SendCancel):
            self._say(call, messages.Cancel, now, device=command.device, reason=command.reason)
        elif isinstance(command, do.SendDecline):
            self._say(call, messages.Decline, now, reason=command.reason, text=command.text)
        elif isinstance(command, do.SendHangup):
            self._say(call, messages.Hangup, now, reason=command.reason)
        else:
            kind, body = body_of(call, command)
            self._say(call, kind, now, body=body)

    def _say(
        self,
        call: Call,
        kind: type[CallMessage],
        now: float,
        *,
        body: bodies.Body | None = None,
        device: str | None = None,
        **fields: Any,
    ) -> None:
        message = kind(
            call=call.id,
            seq=self._outbox.next_sequence(call.id),
            to=call.peer,
            to_device=device or call.device,
            body=messages.NO_BODY if body is None else encode_body(body),
            **fields,
        )
        self._post(message, now)

    def _post(self, message: CallMessage, now: float) -> None:
        self._outbox.post(message.call, message.seq, message, now)
        if self._online:
            self._actions.append(Say(message))
