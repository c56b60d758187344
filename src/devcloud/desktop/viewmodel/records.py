"""What remains of a call in History. Pure."""

from typing import Literal

from devcloud.call.states import Role
from devcloud.desktop.store.records import PastCall
from devcloud.desktop.viewmodel.call import CallModel
from devcloud.model.records import EndReason

Direction = Literal["in", "out", "missed", "declined"]


def past_call(call: CallModel, *, declined: bool) -> PastCall:
    """Return the record of a call that is over; its id is given when it is added."""
    reason = call.now.reason or EndReason.ERROR
    direction = _direction(call, reason, declined=declined)
    return PastCall(
        id=0,
        peer=call.now.peer,
        direction=direction,
        begun_at=call.begun_at,
        answered_at=call.answered_at,
        ended_at=call.begun_at + call.rang_s + call.talked_s,
        reason=str(reason),
        talked_s=call.talked_s,
        rang_s=call.rang_s,
        mos=call.quality.mean_mos(),
        kind=str(call.now.kind),
        seen=direction != "missed",
    )


def _direction(call: CallModel, reason: EndReason, *, declined: bool) -> Direction:
    if call.now.role is Role.CALLER:
        return "out"
    if declined or (reason is EndReason.DECLINED and not call.was_talking):
        return "declined"
    if call.answered_at is None and reason is not EndReason.ANSWERED_ELSEWHERE:
        return "missed"
    return "in"
