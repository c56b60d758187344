"""What goes out about calls, and comes again until it is acknowledged.

Between the desk and the two mailboxes of `call.mailbox`: this module puts numbers and addresses on
what a call says, and knows nothing of why it says it. Without input or output: `out` takes what is
to be sent now.
"""

from collections.abc import Callable
from typing import Any

import msgspec

from devcloud.call import commands as do
from devcloud.call.line import Refuse, TellGone
from devcloud.call.machine import Call
from devcloud.call.mailbox import Inbox, Outbox
from devcloud.call.states import Role
from devcloud.client.translate import body_of
from devcloud.directory.buckets import Bucket, Buckets, Rate
from devcloud.media import control
from devcloud.model.names import fold_name
from devcloud.model.signed import Signed
from devcloud.wire.signalling import bodies, messages
from devcloud.wire.signalling.codec import encode_body
from devcloud.wire.signalling.messages import CallMessage

INVITATIONS_OF_ONE = Rate(per_second=1, burst=60)
"""What is heard of one person's; they come again as long as nobody acknowledges them."""
INVITATIONS = Rate(per_second=5, burst=100)
MOST_SENDERS = 1000


class Mail:
    """The messages of all calls of one device, on their way."""

    def __init__(self, out: Callable[[CallMessage], None]) -> None:
        self.online = False
        self._out = out
        self._outbox: Outbox[CallMessage] = Outbox()
        self._inbox = Inbox()
        self._early: dict[str, list[control.CandidatesFound]] = {}
        self._invites: dict[str, messages.Invite] = {}
        self._invitations_of: Buckets[str] = Buckets(INVITATIONS_OF_ONE, MOST_SENDERS)
        self._invitations = Bucket(INVITATIONS, 0.0)

    def __len__(self) -> int:
        return len(self._outbox)

    # ── the connection and the clock ─────────────────────────────────────────────────────────────

    @property
    def deadline(self) -> float | None:
        """When `tick` wants to be called, at the latest."""
        return self._outbox.deadline if self.online else None

    def signed_in(self, now: float) -> None:
        """There is a connection: what was not acknowledged is said again."""
        self.online = True
        for message in self._outbox.signed_in(now):
            self._out(message)

    def signed_out(self) -> None:
        """There is none: what is said waits."""
        self.online = False

    def tick(self, now: float) -> None:
        """Say again what is due."""
        if self.online:
            for message in self._outbox.due(now):
                self._out(message)

    # ── what comes in ────────────────────────────────────────────────────────────────────────────

    def endures(self, message: CallMessage, now: float) -> bool:
        """Whether to hear a message at all: a flood of invitations is met with silence, since each
        answer to it would be one more message of ours, and the server counts those."""
        if not isinstance(message, messages.Invite):
            return True
        sender = fold_name(message.from_)
        return self._invitations_of.take(sender, now) and self._invitations.take(now)

    def is_new(self, message: CallMessage) -> bool:
        """Whether this message has not been here before; it has from now on."""
        return self._inbox.is_new(message.call, message.device, message.seq)

    def acknowledge(self, message: CallMessage) -> None:
        """Say that a message is here: without a connection it comes again."""
        if self.online:
            device = message.device or None
            self._out(
                messages.Ack(call=message.call, seq=message.seq, to=message.from_, to_device=device)
            )

    def is_invite(self, call: str, sequence: int) -> bool:
        """Whether this is an invitation that still waits for its acknowledgement."""
        return isinstance(self._outbox.find(call, sequence), messages.Invite)

    def settle(self, call: str, sequence: int) -> CallMessage | None:
        """Acknowledged, or known to be undeliverable: never again. Returns what it was."""
        return self._outbox.settle(call, sequence)

    # ── what goes out ────────────────────────────────────────────────────────────────────────────

    def say_command(self, call: Call, command: do.Command, signed: Signed, now: float) -> None:
        """Say what a call wants to be said."""
        if call.over:
            # It must not ring there again.
            self._outbox.withdraw(call.id)
        match command:
            case do.SendCancel():
                self.say(call, messages.Cancel, now, device=command.device, reason=command.reason)
            case do.SendDecline():
                self.say(call, messages.Decline, now, reason=command.reason, text=command.text)
            case do.SendHangup():
                self.say(call, messages.Hangup, now, reason=command.reason)
            case _:
                kind, body = body_of(call, command, signed)
                self.say(call, kind, now, body=body)
        if isinstance(command, do.SendInvite):
            for found in self._early.pop(call.id, ()):
                if found.generation == command.generation:
                    self.say_candidates(call, found, now)

    def say_candidates(self, call: Call, found: control.CandidatesFound, now: float) -> None:
        """Tell the other side of more ways to reach us."""
        if call.role is Role.CALLER and not call.invited:
            # Nobody knows this call yet: right after the invitation.
            self._early.setdefault(call.id, []).append(found)
        elif not call.over and found.candidates:
            body = bodies.CandidatesBody(generation=found.generation, candidates=found.candidates)
            self.say(call, messages.Candidate, now, body=body)

    def say_without_call(self, command: Refuse | TellGone, now: float) -> None:
        """Tell a device of a call that is not, or no more, here."""
        kind = messages.Decline if isinstance(command, Refuse) else messages.Hangup
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

    def invite_again(self, call: Call, device: str, now: float) -> None:
        """Say the invitation again, to one device."""
        sequence = self._outbox.next_sequence(call.id)
        invite = self._invites[call.id]
        again = msgspec.structs.replace(invite, seq=sequence, to_device=device)
        self._post(again, now, live=True)

    def call_over(self, call: str) -> None:
        """What was said while it was live does not matter any more."""
        self._outbox.withdraw(call)

    def forget_invite(self, call: str) -> None:
        """It will not be said again."""
        self._early.pop(call, None)
        self._invites.pop(call, None)

    def say(
        self,
        call: Call,
        kind: type[CallMessage],
        now: float,
        *,
        body: bodies.Body | None = None,
        device: str | None = None,
        **fields: Any,
    ) -> None:
        """Say something to the other side of a call, or to one of its devices."""
        message = kind(
            call=call.id,
            seq=self._outbox.next_sequence(call.id),
            to=call.peer,
            to_device=device or call.device,
            body=messages.NO_BODY if body is None else encode_body(body),
            **fields,
        )
        # What is for a device that was not chosen may wait for one that is gone.
        self._post(message, now, live=device is None and not call.over)

    def _post(self, message: CallMessage, now: float, *, live: bool = False) -> None:
        if isinstance(message, messages.Invite):
            self._invites[message.call] = message
        self._outbox.post(message.call, message.seq, message, now, live=live)
        if self.online:
            self._out(message)


def may_speak(call: Call, message: CallMessage) -> bool:
    """Whether this device has a say in this call: one that is not the chosen one may still answer
    or decline (and hear that it is too late), but no more."""
    chosen = call.device is None or message.device == call.device
    return chosen or isinstance(
        message, messages.Ringing | messages.Answer | messages.Decline | messages.Hangup
    )
