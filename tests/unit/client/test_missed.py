"""Which calls were missed."""

import pytest

from devcloud.client.missed import MissedCall, missed_call
from devcloud.model.records import CallKind, CallRecord, EndReason


def record(reason: EndReason, *, caller: str = "John", answered: bool = False) -> CallRecord:
    return CallRecord(
        call="1" * 32,
        caller=caller,
        callee="MARC" if caller == "John" else "John",
        kind=CallKind.DEVCLOUD,
        begun_at=100.0,
        answered_at=105.0 if answered else None,
        ended_at=145.0,
        reason=reason,
    )


@pytest.mark.parametrize("reason", [EndReason.NO_ANSWER, EndReason.CANCELLED, EndReason.BUSY])
def test_what_nobody_took_was_missed(reason: EndReason) -> None:
    missed = MissedCall("1" * 32, "John", CallKind.DEVCLOUD, 100.0, reason)
    assert missed_call(record(reason), "Marc") == missed


@pytest.mark.parametrize(
    "reason", [EndReason.DECLINED, EndReason.ANSWERED_ELSEWHERE, EndReason.UNTRUSTED]
)
def test_what_was_dealt_with_was_not(reason: EndReason) -> None:
    assert missed_call(record(reason), "Marc") is None


def test_neither_were_our_own_calls_and_those_we_took() -> None:
    assert missed_call(record(EndReason.NO_ANSWER, caller="Marc"), "Marc") is None
    assert missed_call(record(EndReason.CONNECTION_LOST, answered=True), "Marc") is None
