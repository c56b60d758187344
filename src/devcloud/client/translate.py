"""Between the rooms: wire messages to call events, call commands to wire bodies and media orders.

Pure, and nothing is decided here: each side keeps its own words, and this is the dictionary.
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from devcloud.call import commands as do
from devcloud.call import events as on
from devcloud.call.machine import Call
from devcloud.media import control
from devcloud.model.errors import ProtocolViolation
from devcloud.model.signed import Signed
from devcloud.wire.signalling import bodies, messages
from devcloud.wire.signalling.codec import decode_body, type_of
from devcloud.wire.signalling.messages import CallMessage


@dataclass(frozen=True)
class Reveal:
    """The caller's nonce: what its commitment was to."""

    nonce: str


@dataclass(frozen=True)
class Said:
    """What a call message says, and the claim that stands beside a description."""

    event: on.Event | Reveal
    signed: Signed = bodies.UNSIGNED
    generation: int = 1

    @property
    def needs_trust(self) -> bool:
        """Whether it says who somebody is: a description, an acceptance, a nonce."""
        if isinstance(self.event, on.RingingReceived):
            return bool(self.event.sdp)
        return isinstance(
            self.event, on.AnswerReceived | on.OfferReceived | on.OfferAnswered | Reveal
        )


def read(message: CallMessage) -> Said:  # noqa: PLR0911 - one return per message
    """Return what a call message says. Raises ProtocolViolation where its body is not what its
    type needs."""
    device = message.device
    match message:
        case messages.Invite():
            invite = decode_body(message.body, bodies.InviteBody)
            offer = on.OfferReceived(invite.generation, invite.sdp)
            return Said(offer, invite.signed, invite.generation)
        case messages.Ringing():
            body = decode_body(message.body, bodies.DescriptionBody)
            return Said(on.RingingReceived(device, body.sdp), body.signed, body.generation)
        case messages.Answer():
            body = decode_body(message.body, bodies.DescriptionBody)
            return Said(on.AnswerReceived(device, body.sdp), body.signed, body.generation)
        case messages.Candidate():
            found = decode_body(message.body, bodies.CandidatesBody)
            candidates = tuple(found.candidates)
            return Said(on.CandidatesReceived(device, found.generation, candidates))
        case messages.Update():
            return _read_update(message)
        case messages.Decline():
            return Said(on.DeclineReceived(device, message.reason, message.text))
        case messages.Cancel():
            return Said(on.CancelReceived(message.reason))
        case messages.Hangup():
            return Said(on.HangupReceived(device, message.reason))
        case _:
            raise AssertionError(f"{type_of(message)} is not about a call")


def _read_update(message: messages.Update) -> Said:
    body = decode_body(message.body, bodies.UpdateBody)
    if body.offer:
        return Said(on.OfferReceived(body.generation, body.offer), body.signed, body.generation)
    if body.answer:
        return Said(on.OfferAnswered(body.generation, body.answer), body.signed, body.generation)
    if body.held is not None:
        return Said(on.HoldReceived(body.held, order=message.seq))
    if body.reveal:
        return Said(Reveal(body.reveal))
    raise ProtocolViolation("message_wrong_shape", detail="an update without an update")


def body_of(
    call: Call, command: do.Command, signed: Signed
) -> tuple[type[CallMessage], bodies.Body]:
    """Return the message that says `command`, and its body."""
    match command:
        case do.SendInvite(generation, sdp):
            return messages.Invite, bodies.InviteBody(generation=generation, sdp=sdp, signed=signed)
        case do.SendRinging(sdp):
            return messages.Ringing, bodies.DescriptionBody(
                generation=call.generation, sdp=sdp, signed=signed
            )
        case do.SendAnswer(generation, sdp):
            return messages.Answer, bodies.DescriptionBody(
                generation=generation, sdp=sdp, signed=signed
            )
        case do.SendOffer(generation, sdp):
            return messages.Update, bodies.UpdateBody(
                generation=generation, offer=sdp, signed=signed
            )
        case do.SendOfferAnswer(generation, sdp):
            return messages.Update, bodies.UpdateBody(
                generation=generation, answer=sdp, signed=signed
            )
        case do.SendHold(held):
            return messages.Update, bodies.UpdateBody(held=held)
        case _:
            raise AssertionError(f"nobody says {type(command).__name__}")


def event_of_report(report: control.Report) -> on.Event | None:
    """Return what a media report means to its call; None where it is none of its business."""
    match report:
        case control.OfferMade():
            return on.OfferMade(report.generation, report.sdp)
        case control.AnswerMade():
            return on.AnswerMade(report.generation, report.sdp)
        case control.PathChanged():
            return _PATH_EVENTS[report.state](report.generation)
        case control.CallClosed():
            return on.MediaClosed()
        case control.Trouble(fatal=True):
            return on.MediaRefused()
        case _:
            return None


_PATH_EVENTS: dict[control.PathState, type[on.PathUp | on.PathWavered | on.PathLost]] = {
    control.PathState.CONNECTED: on.PathUp,
    control.PathState.DISCONNECTED: on.PathWavered,
    control.PathState.FAILED: on.PathLost,
}

_OrderMaker = Callable[[Call, Any, tuple[str, ...]], control.Order]

ORDERS: dict[type[do.Command], _OrderMaker] = {
    do.OpenMedia: lambda call, _, stun: control.OpenCall(call=call.id, stun=list(stun)),
    do.MakeOffer: lambda call, c, _: control.MakeOffer(call=call.id, generation=c.generation),
    do.TakeOffer: lambda call, c, _: control.TakeOffer(
        call=call.id, generation=c.generation, sdp=c.sdp
    ),
    do.TakeAnswer: lambda call, c, _: control.TakeAnswer(
        call=call.id, generation=c.generation, sdp=c.sdp
    ),
    do.AddCandidates: lambda call, c, _: control.AddCandidates(
        call=call.id, generation=c.generation, candidates=list(c.candidates)
    ),
    do.SetVoice: lambda call, c, _: control.SetVoice(
        call=call.id, sending=c.sending, hearing=c.hearing
    ),
    do.CloseMedia: lambda call, _, __: control.CloseCall(call=call.id),
}
