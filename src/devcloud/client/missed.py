"""Calls that nobody took here. Pure: records in, missed calls out."""

from dataclasses import dataclass

from devcloud.model.names import fold_name
from devcloud.model.records import CallKind, CallRecord, EndReason

_MISSED = frozenset(
    {
        EndReason.NO_ANSWER,
        EndReason.CANCELLED,
        EndReason.BUSY,
        EndReason.REJECTED_BY_POLICY,
        EndReason.CONNECTION_LOST,
        EndReason.MEDIA_FAILED,
        EndReason.ERROR,
    }
)
"""Not what was declined, taken on another device, or from somebody who is not who they say."""


@dataclass(frozen=True)
class MissedCall:
    """Somebody called and was not answered. `call` is its id, that of the `ClientCall` where it
    rang. `at` is when, in seconds since 1970. `reason` says why: nobody took it (`no_answer`), the
    caller gave up (`cancelled`), there was another call or one did not want to be disturbed
    (`busy`), or it was of a kind that is not wanted (`rejected_by_policy`)."""

    call: str
    peer: str
    kind: CallKind
    at: float
    reason: EndReason


def missed_call(record: CallRecord, me: str) -> MissedCall | None:
    """Return what `me` missed, where the record of a call that is over says so."""
    unanswered = record.answered_at is None and record.reason in _MISSED
    if not unanswered or fold_name(record.callee) != fold_name(me):
        return None
    return MissedCall(record.call, record.caller, record.kind, record.begun_at, record.reason)
