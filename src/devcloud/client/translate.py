"""Between the rooms: wire messages to call events, call commands to wire bodies and media orders.

Pure, and nothing is decided here: each side keeps its own words, and this is the dictionary.
"""

from collections.abc import Callable
from typing import Any

from devcloud.call import commands as do
from devcloud.call import events as on
from devcloud.call.machine import Call
from devcloud.media import control
from devcloud.model.errors import ProtocolViolation
from devcloud.wire.signalling import bodies, messages
from devcloud.wire.signalling.codec import decode_body, type_of
from devcloud.wire.signalling.messages import CallMessage


def event_of(  # noqa: PLR0911 - one return per message
    message: CallMessage,
) -> on.Event | bodies.CandidatesBody:
    """Return what a call message says. Raises ProtocolViolation where its body is not what its
    type needs."""
    device = message.device
    match message:
        case messages.Invite():
            invite = decode_body(message.body, bodies.InviteBody)
            return on.OfferReceived(invite.generation, invite.sdp)
        case messages.Ringing():
            return on.RingingReceived(device, decode_body(message.body, bodies.DescriptionBody).sdp)
        case messages.Answer():
            return on.AnswerReceived(device, decode_body(message.body, bodies.DescriptionBody).sdp)
        case messages.Candidate():
            return decode_body(message.body, bodies.CandidatesBody)
        case messages.Update():
            return _event_of_update(message)
        case messages.Decline():
            return on.DeclineReceived(device, message.reason, message.text)
        case messages.Cancel():
            return on.CancelReceived(message.reason)
        case messages.Hangup():
            return on.HangupReceived(device, message.reason)
        case _:
            raise AssertionError(f"{type_of(message)} is not about a call")


def _event_of_update(message: messages.Update) -> on.Event:
    body = decode_body(message.body, bodies.UpdateBody)
    if body.offer:
        return on.OfferReceived(body.generation, body.offer)
    if body.answer:
        return on.OfferAnswered(body.generation, body.answer)
    if body.held is not None:
        return on.HoldReceived(body.held, order=message.seq)
    raise ProtocolViolation("message_wrong_shape", detail="an update without an update")


def body_of(call: Call, command: do.Command) -> tuple[type[CallMessage], bodies.Body]:
    """Return the message that says `command`, and its body."""
    match command:
        case do.SendInvite(generation, sdp):
            return messages.Invite, bodies.InviteBody(generation=generation, sdp=sdp)
        case do.SendRinging(sdp):
            return messages.Ringing, bodies.DescriptionBody(generation=call.generation, sdp=sdp)
        case do.SendAnswer(generation, sdp):
            return messages.Answer, bodies.DescriptionBody(generation=generation, sdp=sdp)
        case do.SendOffer(generation, sdp):
            return messages.Update, bodies.UpdateBody(generation=generation, offer=sdp)
        case do.SendOfferAnswer(generation, sdp):
            return messages.Update, bodies.UpdateBody(generation=generation, answer=sdp)
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
    do.SetVoice: lambda call, c, _: control.SetVoice(
        call=call.id, sending=c.sending, hearing=c.hearing
    ),
    do.CloseMedia: lambda call, _, __: control.CloseCall(call=call.id),
}
