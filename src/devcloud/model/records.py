"""How calls end, and what is remembered of them."""

from enum import StrEnum

import msgspec


class EndReason(StrEnum):
    """Why a call is over. The same words on the wire, in the records and in the metrics."""

    COMPLETED = "completed"
    DECLINED = "declined"
    BUSY = "busy"
    NO_ANSWER = "no_answer"
    CANCELLED = "cancelled"
    OFFLINE = "offline"
    UNKNOWN_NAME = "unknown_name"
    ANSWERED_ELSEWHERE = "answered_elsewhere"
    REJECTED_BY_POLICY = "rejected_by_policy"
    UNTRUSTED = "untrusted"
    CONNECTION_LOST = "connection_lost"
    MEDIA_FAILED = "media_failed"
    ERROR = "error"


class CallKind(StrEnum):
    """Which protocol carries a call. A 2023 call is never encrypted."""

    DEVCLOUD = "devcloud"
    LEGACY_2023 = "2023"


class CallRecord(msgspec.Struct, frozen=True, kw_only=True):
    """One call, as it is remembered. Times are seconds since 1970 (UTC) or None."""

    call: str
    caller: str
    callee: str
    kind: CallKind
    begun_at: float
    answered_at: float | None
    ended_at: float
    reason: EndReason

    @property
    def duration_s(self) -> float:
        """Seconds of conversation: 0 for a call nobody answered."""
        return 0.0 if self.answered_at is None else max(0.0, self.ended_at - self.answered_at)
