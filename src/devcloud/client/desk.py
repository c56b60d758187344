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

import msgspec

from devcloud.call import commands as do
from devcloud.call import events as on
from devcloud.call import line as lines
from devcloud.call.line import Line, Output
from devcloud.call.machine import Call, IllegalEvent
from devcloud.call.mailbox import Inbox, Outbox
from devcloud.call.states import Role, Timers
from devcloud.client.guard import Guard, Trust
from devcloud.client.translate import ORDERS, Reveal, Said, body_of, event_of_report, read
from devcloud.identity.pins import PinBook
from devcloud.media import control
from devcloud.model.errors import DevCloudError, ProtocolViolation, Untrusted
from devcloud.model.names import fold_name
from devcloud.model.records import CallRecord, EndReason
from devcloud.wire.signalling import bodies, messages
from devcloud.wire.signalling.bodies import UNSIGNED
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


@dataclass(frozen=True)
class Pinned:
    """Keep this pin book."""

    book: PinBook


@dataclass(frozen=True)
class Distrusted:
    """The other side of a call is not who it says, or has another key than before."""

    call: Call | None
    error: Untrusted
    sender: str


Action = Say | Order | Rang | Changed | Became | Remembered | Dropped | Pinned | Distrusted

MOST_WAITING = 8
"""Messages of one call that wait for a person's word on a changed key."""


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
        guard: Guard | None = None,
    ) -> None:
        """`guard` None checks nobody: for simulations, where no voice flows."""
        self.me = me
        self.device = device
        self.stun = stun
        self.line = Line(me, timers or Timers(), warm=warm, waiting=waiting)
        self._outbox: Outbox[CallMessage] = Outbox()
        self._inbox = Inbox()
        self._invites: dict[str, messages.Invite] = {}
        self._online = False
        self._actions: list[Action] = []
        self._guard = guard
        self._waiting_for_trust: dict[str, list[tuple[CallMessage, Said]]] = {}
        self._pinned: set[str] = set()

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
        """Call somebody. Raises LocalError or Busy, as `Line.place`, and Untrusted, as `act`."""
        ringing = self.line.ringing_from(peer)
        if ringing is not None:
            self._require_trust(ringing.id)
        self._carry_out(self.line.place(call, peer, now, wall), now)

    def act(self, call: str, event: on.Event, now: float) -> None:
        """Accept, hang up, hold, mute. A call that is over does not mind.

        Raises:
            Untrusted: `key_changed`: not before `accept_key`.
        """
        if isinstance(event, on.Accept):
            self._require_trust(call)
        if call in self.line.calls:
            self._carry_out(self.line.handle(call, event, now), now)

    def accept_key(self, call: str, now: float, wall: float) -> None:
        """The person says that the other side's changed key is right: the call goes on."""
        if self._guard is None or not self._guard.trust(call).changed_key:
            return
        self._guard.accept_change(call, wall)
        self._actions.append(Pinned(self._guard.book))
        for message, said in self._waiting_for_trust.pop(call, []):
            if isinstance(message, messages.Invite):
                self._guard.check(message, said)
            else:
                self._take(message, said, now, wall)
        if call in self.line.calls:
            self._actions.append(Changed(self.line.calls[call]))

    def confirm_words(self, call: str, *, match: bool) -> None:
        """The person has compared the safety words. Raises Untrusted `words_not_there`."""
        if self._guard is None:
            raise Untrusted("words_not_there")
        self._guard.confirm_words(call, match=match)
        self._actions.append(Pinned(self._guard.book))
        if call in self.line.calls:
            self._actions.append(Changed(self.line.calls[call]))

    def trust(self, call: str) -> Trust:
        """Return what is known of the other side of a call."""
        return Trust() if self._guard is None else self._guard.trust(call)

    def _require_trust(self, call: str) -> None:
        waiting = self._waiting_for_trust.get(call)
        if waiting:
            raise Untrusted("key_changed_ask", name=waiting[0][0].from_)

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
            said = read(message)
        except ProtocolViolation as error:
            self._acknowledge(message)
            self._actions.append(Dropped(error, message.from_))
            return
        if self._is_too_early(message, said):
            # Not acknowledged, so that it comes again.
            return
        self._acknowledge(message)
        if self._inbox.is_new(message.call, message.device, message.seq):
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
        elif not _may_speak(call, message):
            # Sent before that device could know that another one was chosen.
            return
        elif self._is_trusted(call, message, said, now):
            self._take_trusted(call, message, said, now)

    def _take_trusted(self, call: Call, message: CallMessage, said: Said, now: float) -> None:
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
        if self._guard is not None:
            body = bodies.UpdateBody(reveal=self._guard.reveal(call.id))
            self._say(call, messages.Update, now, body=body)

    def _take_invite(self, message: messages.Invite, said: Said, now: float, wall: float) -> None:
        assert isinstance(said.event, on.OfferReceived)
        changed = False
        if self._guard is not None and self.line.is_new(message.call):
            try:
                self._guard.check(message, said)
            except (Untrusted, ProtocolViolation) as error:
                changed = error.code == "key_changed"
                if not changed:
                    self._refuse_invite(message, error, now)
                    return
                self._waiting_for_trust[message.call] = [(message, said)]
        outputs = self.line.invited(
            message.call,
            peer=message.from_,
            device=message.device,
            offer=said.event,
            now=now,
            wall=wall,
            cold=changed,
        )
        self._carry_out(outputs, now)
        if message.call not in self.line.calls:
            self._forget(message.call)

    def _refuse_invite(
        self, message: messages.Invite, error: Untrusted | ProtocolViolation, now: float
    ) -> None:
        self._forget(message.call)
        reason = EndReason.REJECTED_BY_POLICY
        self._carry_out(self.line.refuse(message.call, message.from_, message.device, reason), now)
        if isinstance(error, Untrusted):
            self._actions.append(Distrusted(None, error, message.from_))
        else:
            self._actions.append(Dropped(error, message.from_))

    def _is_trusted(self, call: Call, message: CallMessage, said: Said, now: float) -> bool:
        """Check what stands beside a description; say what is to be said when it is not right."""
        if self._guard is None or call.over:
            return True
        waiting = self._waiting_for_trust.get(call.id)
        if waiting is not None and call.role is Role.CALLER and _needs_trust(said):
            if len(waiting) < MOST_WAITING:
                waiting.append((message, said))
            return False
        try:
            self._guard.check(message, said)
        except ProtocolViolation as error:
            self._actions.append(Dropped(error, message.from_))
            return False
        except Untrusted as error:
            self._actions.append(Distrusted(call, error, message.from_))
            if error.code == "key_changed":
                self._waiting_for_trust[call.id] = [(message, said)]
                self._actions.append(Changed(call))
            else:
                refused = on.HangUp(EndReason.REJECTED_BY_POLICY)
                self._carry_out(self.line.handle(call.id, refused, now), now)
            return False
        return True

    def _forget(self, call: str) -> None:
        self._waiting_for_trust.pop(call, None)
        self._pinned.discard(call)
        if self._guard is not None:
            self._guard.forget(call)

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
        invite = isinstance(self._outbox.find(message.call, message.seq), messages.Invite)
        if message.code == "offline" and not invite:
            # They may be signing in again at this moment: the outbox repeats it.
            return
        self._outbox.settle(message.call, message.seq)
        call = self.line.calls.get(message.call)
        if invite and call is not None and not call.over:
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

    def _say_candidates(self, call: Call, report: control.CandidatesFound, now: float) -> None:
        if call.over or not report.candidates:
            return
        body = bodies.CandidatesBody(generation=report.generation, candidates=report.candidates)
        self._say(call, messages.Candidate, now, body=body)

    # ── carrying out ─────────────────────────────────────────────────────────────────────────────

    def _carry_out(self, outputs: list[Output], now: float) -> None:
        for call, command in outputs:
            if call is not None and _is_last_word(command):
                # Whatever was said before does not matter any more, and must not ring there again.
                self._outbox.withdraw(call.id)
            if call is None:
                self._carry_out_without_call(command, now)
            elif isinstance(command, lines.Rang):
                self._actions.append(Rang(call))
            elif isinstance(command, lines.InviteAgain):
                self._invite_again(call, command.device, now)
            elif isinstance(command, do.Announce):
                self._announce(call, now)
            elif isinstance(command, do.Remember):
                self._actions.append(Remembered(command.record))
            elif type(command) in ORDERS:
                self._actions.append(Order(ORDERS[type(command)](call, command, self.stun)))
            else:
                self._say_command(call, command, now)

    def _announce(self, call: Call, now: float) -> None:
        self._actions.append(Changed(call))
        if call.rings_until is None:
            self._invites.pop(call.id, None)
        if call.accepted and call.id not in self._pinned and self._guard is not None:
            # Remembered when they talk, not when they ring: strangers must not fill the book.
            self._pinned.add(call.id)
            if self._guard.remember(call.id, call.wall_at(now)):
                self._actions.append(Pinned(self._guard.book))

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
            signed = UNSIGNED if self._guard is None else self._guard.sign(call, command)
            kind, body = body_of(call, command, signed)
            self._say(call, kind, now, body=body)

    def _invite_again(self, call: Call, device: str, now: float) -> None:
        sequence = self._outbox.next_sequence(call.id)
        invite = self._invites[call.id]
        self._post(msgspec.structs.replace(invite, seq=sequence, to_device=device), now)

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
        if isinstance(message, messages.Invite):
            self._invites[message.call] = message
        self._outbox.post(message.call, message.seq, message, now)
        if self._online:
            self._actions.append(Say(message))


def _needs_trust(said: Said) -> bool:
    return isinstance(
        said.event, on.RingingReceived | on.AnswerReceived | on.OfferReceived | on.OfferAnswered
    )


def _is_last_word(command: do.Command) -> bool:
    if isinstance(command, do.SendCancel):
        return command.device is None
    return isinstance(command, do.SendDecline | do.SendHangup)


def _may_speak(call: Call, message: CallMessage) -> bool:
    """Whether this device has a say in this call: one that is not the chosen one may still answer
    or decline (and hear that it is too late), but no more."""
    chosen = call.device is None or message.device == call.device
    return chosen or isinstance(
        message, messages.Ringing | messages.Answer | messages.Decline | messages.Hangup
    )
