"""Every decision of a client, without input or output: three doors and a way out.

    from the server    `received`, `signed_in`, `signed_out`
    from the media     `reported`, `media_gone`, `media_back`, and datagrams of `calls_2023`
    from the person    `place`, `act`
    from the clock     `tick`, when `deadline` has come

After each, `drain` gives what to do: `Say` to the server, `Order` the media, and what to tell the
person (`Changed`, `Rang`, `Became`, `Remembered`). The shell around it only carries.
"""

from collections.abc import Callable

from devcloud.call import commands as do
from devcloud.call import events as on
from devcloud.call import line as lines
from devcloud.call.line import Line, Output
from devcloud.call.machine import Call, IllegalEvent
from devcloud.call.states import Role, State, Timers
from devcloud.client.actions import (
    Action,
    Became,
    Changed,
    Dropped,
    Order,
    Pinned,
    Rang,
    Remembered,
    Say,
)  # fmt: skip
from devcloud.client.calls2023 import Calls2023
from devcloud.client.doorkeeper import Doorkeeper
from devcloud.client.gate import Gate, OpenGate
from devcloud.client.guard import Guard, Trust
from devcloud.client.mail import Mail, may_speak
from devcloud.client.policy import DEFAULT, Policy
from devcloud.client.translate import ORDERS, Reveal, Said, event_of_report, read
from devcloud.identity.pins import PinBook
from devcloud.media import control
from devcloud.model.errors import ProtocolViolation
from devcloud.model.names import fold_name
from devcloud.model.records import CallKind, EndReason
from devcloud.wire.signalling import bodies, messages
from devcloud.wire.signalling.codec import type_of
from devcloud.wire.signalling.messages import CallMessage

ServersWord = CallMessage | messages.Undeliverable


class Desk:
    """The decisions of one device of one person."""

    def __init__(
        self,
        me: str,
        device: str,
        *,
        timers: Timers | None = None,
        warm: Callable[[str], bool] | None = None,
        waiting: bool = False,
        stun: tuple[str, ...] = (),
        guard: Guard | None = None,
        policy: Policy = DEFAULT,
    ) -> None:
        """`guard` None checks nobody: for simulations, where no voice flows. `warm` stands in for
        what `policy` says of connecting while it rings."""
        self.me = me
        self.device = device
        self.stun = stun
        self.policy = policy
        timers = timers or Timers()
        self._gate = OpenGate() if guard is None else Gate(guard, timers)
        warm = warm or (lambda peer: policy.warms(known=self._gate.knows(peer)))
        self.line = Line(me, timers, warm=warm, waiting=waiting)
        self._door = Doorkeeper(self._gate, self.line, carry_out=self._carry_out, tell=self._do)
        self._mail = Mail(lambda message: self._actions.append(Say(message)))
        self.calls_2023 = Calls2023(
            me,
            self.line,
            out=self._do,
            carry_out=self._carry_out,
            require_allowed=self.require_2023,
        )
        self._actions: list[Action] = []

    @property
    def deadline(self) -> float | None:
        """When `tick` wants to be called, at the latest."""
        ours = [self.line.deadline, self._mail.deadline, self.calls_2023.deadline]
        if self._mail.online:
            ours.append(self._gate.deadline)
        return min((t for t in ours if t is not None), default=None)

    @property
    def unacknowledged(self) -> int:
        """How many messages wait for their acknowledgement."""
        return len(self._mail)

    def drain(self) -> list[Action]:
        """Return what is to be done, in this order, and forget it."""
        actions, self._actions = self._actions, []
        return actions

    def _do(self, action: Action) -> None:
        self._actions.append(action)

    # ── the person ───────────────────────────────────────────────────────────────────────────────

    def place(
        self,
        call: str,
        peer: str,
        now: float,
        wall: float,
        *,
        key: str = "",
        kind: CallKind = CallKind.DEVCLOUD,
        address: str = "",
    ) -> None:
        """Call somebody. `key`, `kind` and `address` (of a person of 2023) are what the server says
        of them.

        Raises:
            LocalError, Busy: as `Line.place`, and as `Calls2023.require`.
            Untrusted: `key_changed`, `key_changed_ask`, `call_not_encrypted`, `encryption_lost`:
                nothing has been sent.
        """
        self.policy.require(kind, peer, known=self._gate.knows(peer))
        ringing = self.line.ringing_from(peer)
        if ringing is not None:
            self._gate.require_trust(ringing.id)
        else:
            self._gate.require_same(peer, key)
            if kind is CallKind.LEGACY_2023:
                self.calls_2023.require(call, peer, address)
        self._carry_out(self.line.place(call, peer, now, wall, kind=kind), now)

    def act(self, call: str, event: on.Event, now: float) -> None:
        """Accept, hang up, hold, mute. A call that is over does not mind.

        Raises:
            Untrusted: `key_changed_ask`: not before `accept_key`.
        """
        if isinstance(event, on.Accept):
            self._gate.require_trust(call)
        if event == on.HangUp() and self._gate.waits(call):
            event = on.HangUp(EndReason.UNTRUSTED)
        if call in self.line.calls:
            self._carry_out(self.line.handle(call, event, now), now)

    def accept_key(self, call: str, now: float, wall: float) -> None:
        """The person says that the other side's changed key is right: the call goes on."""
        held = self._gate.accept_key(call, wall)
        if held is None:
            return
        self._actions.append(Pinned(self._gate.book))
        for message, said in held:
            self._take(message, said, now, wall)
        self._tell_changed(call)

    def accept_key_of(self, name: str, key: str, wall: float) -> None:
        """The person says that the key the server shows for `name` is right, before calling."""
        self._gate.accept_key_of(name, key, wall)
        self._actions.append(Pinned(self._gate.book))

    def confirm_words(self, call: str, *, match: bool) -> None:
        """The person has compared the safety words. Raises Untrusted `words_not_there`."""
        self._gate.confirm_words(call, match=match)
        self._do(Pinned(self._gate.book))
        self._tell_changed(call)

    @property
    def book(self) -> PinBook:
        """The keys that are known."""
        return self._gate.book

    def change_book(self, change: Callable[[PinBook], PinBook]) -> None:
        """The person changes what is known, outside any call."""
        self._gate.change_book(change)
        self._actions.append(Pinned(self._gate.book))

    def trust(self, call: str) -> Trust:
        """Return what is known of the other side of a call."""
        return self._gate.trust(call)

    def require_2023(self, peer: str) -> None:
        """Raise Untrusted where `peer` may not be called by 2023: `call_not_encrypted`,
        `encryption_lost`."""
        self.policy.require(CallKind.LEGACY_2023, peer, known=self._gate.knows(peer))

    def _tell_changed(self, call: str) -> None:
        if call in self.line.calls:
            self._actions.append(Changed(self.line.calls[call]))

    # ── the clock ────────────────────────────────────────────────────────────────────────────────

    def tick(self, now: float) -> None:
        """Let time pass."""
        self._door.end_waiting(now)
        # The exchange first: it knows better than a timer why a call of 2023 ends.
        self.calls_2023.tick(now)
        self._carry_out(self.line.tick(now), now)
        if self._mail.online:
            # What makes the words cannot come without a connection.
            self._door.end_unrevealed(now)
            self._mail.tick(now)

    # ── the server ───────────────────────────────────────────────────────────────────────────────

    def signed_in(self, now: float) -> None:
        """There is a connection: what was not acknowledged is said again."""
        self._gate.signed_in(now)
        self._mail.signed_in(now)

    def signed_out(self) -> None:
        """There is none: what is said waits."""
        self._mail.signed_out()

    def received(self, message: ServersWord, now: float, wall: float) -> None:
        """A message about a call has come. Whatever is wrong with it becomes `Dropped`."""
        if isinstance(message, messages.Undeliverable):
            self._undeliverable(message, now)
            return
        if isinstance(message, messages.Ack):
            self._acknowledged(message, now)
            return
        if not self._mail.endures(message, now):
            return
        try:
            said = read(message)
        except ProtocolViolation as error:
            self._mail.acknowledge(message)
            self._actions.append(Dropped(error, message.from_))
            return
        if self._is_too_early(message, said):
            # Not acknowledged, so that it comes again.
            return
        self._mail.acknowledge(message)
        if self._mail.is_new(message):
            self._take(message, said, now, wall)

    def _is_too_early(self, message: CallMessage, said: Said) -> bool:
        call = self.line.calls.get(message.call)
        if isinstance(said.event, Reveal):
            return False
        if call is None:
            overtook_invitation = isinstance(said.event, on.CandidatesReceived)
            return overtook_invitation and self.line.is_new(message.call)
        return call.is_too_early(said.event)

    def _take(self, message: CallMessage, said: Said, now: float, wall: float) -> None:
        call = self.line.calls.get(message.call)
        if isinstance(message, messages.Invite):
            self._take_invite(message, said, now, wall)
        elif call is None or call.over:
            if isinstance(said.event, on.Event):
                stray = self.line.stray(message.call, message.from_, message.device, said.event)
                self._carry_out(stray, now)
        elif fold_name(message.from_) != fold_name(call.peer):
            self._drop("message_from_stranger", message.from_)
        elif not may_speak(call, message):
            # Sent before that device could know that another one was chosen.
            return
        elif self._door.admits(call, message, said, now):
            self._take_admitted(call, message, said, now)

    def _take_admitted(self, call: Call, message: CallMessage, said: Said, now: float) -> None:
        event = said.event
        if isinstance(event, Reveal):
            self._actions.append(Changed(call))
            return
        try:
            self._carry_out(self.line.handle(call.id, event, now), now)
        except IllegalEvent:
            self._drop("message_out_of_place", message.from_, type=type_of(message))
            return
        if isinstance(event, on.AnswerReceived) and call.accepted and event.device == call.device:
            self._reveal(call, now)

    def _reveal(self, call: Call, now: float) -> None:
        nonce = self._gate.reveal(call.id)
        if nonce:
            self._mail.say(call, messages.Update, now, body=bodies.UpdateBody(reveal=nonce))

    def _take_invite(self, message: messages.Invite, said: Said, now: float, wall: float) -> None:
        offer = said.event
        assert isinstance(offer, on.OfferReceived)

        def ring(cold: bool) -> None:
            peer, device = message.from_, message.device
            outputs = self.line.invited(
                message.call, peer=peer, device=device, offer=offer, now=now, wall=wall, cold=cold
            )
            self._carry_out(outputs, now)

        if self.line.is_new(message.call):
            self._door.admits_invite(message, said, now, ring)
        else:
            ring(False)

    def _acknowledged(self, ack: messages.Ack, now: float) -> None:
        settled = self._mail.settle(ack.call, ack.seq)
        call = self.line.calls.get(ack.call)
        if call is None or call.role is not Role.CALLER or call.over:
            return
        # The invitation is sequence number 1; a second device's ack finds it settled already.
        invited = isinstance(settled, messages.Invite) or (settled is None and ack.seq == 1)
        if invited and fold_name(ack.from_) == fold_name(call.peer):
            self._carry_out(self.line.handle(call.id, on.DeviceReached(ack.device), now), now)

    def _undeliverable(self, message: messages.Undeliverable, now: float) -> None:
        invite = self._mail.is_invite(message.call, message.seq)
        if message.code == "offline" and not invite:
            # They may be signing in again at this moment: the outbox repeats it.
            return
        unknown = message.code == "unknown_name"
        reason = EndReason.UNKNOWN_NAME if unknown else EndReason.OFFLINE
        self.not_taken(message.call, message.seq, reason, now)

    def not_taken(self, id: str, sequence: int, reason: EndReason, now: float) -> None:
        """The server did not deliver a message: it is not said again, and ends what it began."""
        invite = self._mail.is_invite(id, sequence)
        self._mail.settle(id, sequence)
        call = self.line.calls.get(id)
        if invite and call is not None and not call.over:
            self._carry_out(self.line.handle(id, on.InviteUndeliverable(reason), now), now)

    def _drop(self, code: str, sender: str, **values: str) -> None:
        self._actions.append(Dropped(ProtocolViolation(code, **values), sender))

    # ── the media ────────────────────────────────────────────────────────────────────────────────

    def reported(self, report: control.Report, now: float) -> None:
        """The media process has said something. What is no call's business is not for the desk."""
        call_id = getattr(report, "call", None)
        if call_id is None or call_id not in self.line.calls:
            return
        if isinstance(report, control.CandidatesFound):
            self._mail.say_candidates(self.line.calls[call_id], report, now)
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

    # ── carrying out ─────────────────────────────────────────────────────────────────────────────

    def _carry_out(self, outputs: list[Output], now: float) -> None:
        for call, command in outputs:
            if call is None:
                self._carry_out_without_call(command, now)
            elif isinstance(command, lines.Rang):
                self._actions.append(Rang(call))
            elif isinstance(command, lines.InviteAgain):
                self._mail.invite_again(call, command.device, now)
            elif isinstance(command, do.Announce):
                self._announce(call, now)
            elif isinstance(command, do.Remember):
                self._actions.append(Remembered(command.record))
            elif call.kind is CallKind.LEGACY_2023:
                self.calls_2023.carry_out(call, command, now)
            elif type(command) in ORDERS:
                self._actions.append(Order(ORDERS[type(command)](call, command, self.stun)))
            else:
                self._mail.say_command(call, command, self._gate.sign(call, command), now)
        self.calls_2023.settle(now)

    def _announce(self, call: Call, now: float) -> None:
        self._actions.append(Changed(call))
        if call.rings_until is None:
            self._mail.forget_invite(call.id)
        if call.over:
            self._mail.call_over(call.id)
        encrypted = call.kind is CallKind.DEVCLOUD
        if encrypted and call.accepted and self._gate.talking(call, now):
            self._actions.append(Pinned(self._gate.book))
        if call.state is State.ENDED:
            self._gate.forget(call.id)

    def _carry_out_without_call(self, command: do.Command, now: float) -> None:
        if isinstance(command, lines.Become):
            self._gate.forget(command.old)
            self._actions.append(Became(command.old, command.new))
        elif isinstance(command, do.Remember):
            self._actions.append(Remembered(command.record))
        else:
            assert isinstance(command, lines.Refuse | lines.TellGone)
            self._mail.say_without_call(command, now)
