"""How long a call was, whatever the clocks did."""

import pytest

from devcloud.model.records import CallKind, CallRecord, EndReason


@pytest.mark.parametrize(
    ("answered_at", "duration_s"),
    [(None, 0.0), (1_000.0, 60.0), (1_060.0, 0.0), (1_061.0, 0.0)],
    ids=["unanswered", "answered", "answered and ended at once", "the clock was set back"],
)
def test_duration(answered_at: float | None, duration_s: float) -> None:
    record = CallRecord(
        call="0123456789abcdef0123456789abcdef",
        caller="Marc",
        callee="John",
        kind=CallKind.DEVCLOUD,
        begun_at=990.0,
        answered_at=answered_at,
        ended_at=1_060.0,
        reason=EndReason.COMPLETED,
    )
    assert record.duration_s == duration_s
