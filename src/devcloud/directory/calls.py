"""Calls as the server sees them pass: enough to write down who called whom and how it ended.

A call begins with an invitation and ends with a decline, a cancel, a hang-up or an invitation that
reached nobody; or by itself, when both devices have been gone for a minute (`connection_lost`) or
nobody answered for two (`no_answer`). Only the two people of a call can change what is written of
it. Knows nothing of what is said; times are of the caller's clock.
"""

from collections import OrderedDict

import msgspec

from devcloud.model.names import fold_name
from devcloud.model.records import CallKind, CallRecord, EndReason

MOST_CALLS = 10_000
UNANSWERED_S = 120.0
LOST_S = 60.0


class _Call(msgspec.Struct, kw_only=True):
    """A call that goes on. A device is (folded name, device id)."""

    call: str
    caller: str
    callee: str
    begun_at: float
    kind: CallKind
    caller_device: tuple[str, str]
    callee_device: tuple[str, str] | None = None
    answered_at: float | None = None
    rung: int = 1
    declined: set[str] = msgspec.field(default_factory=set)
    declined_with: EndReason | None = None
    lost_at: float | None = None

    @property
    def callee_folded(self) -> str:
        return fold_name(self.callee)

    def is_callers(self, folded: str) -> bool:
        """Return whether this person made the call."""
        return folded == self.caller_device[0]

    def has(self, folded: str) -> bool:
        """Return whether this person takes part."""
        return self.is_callers(folded) or folded == self.callee_folded


class CallRegister:
    """The calls that go on, at most `most` of them (then the oldest is given up); `begun` counts
    them all.

    Everything that ends a call returns its record, or None where there is nothing to write. Tell
    it of devices that come and go; at `next_deadline`, take what is `overdue`.
    """

    def __init__(
        self, *, most: int = MOST_CALLS, unanswered_s: float = UNANSWERED_S, lost_s: float = LOST_S
    ) -> None:
        self._most = most
        self._unanswered_s = unanswered_s
        self._lost_s = lost_s
        self._calls: dict[str, _Call] = {}
        # Each in the order of its deadline, since all wait equally long.
        self._unanswered: OrderedDict[str, _Call] = OrderedDict()
        self._lost: OrderedDict[str, _Call] = OrderedDict()
        self._by_device: dict[tuple[str, str], dict[str, None]] = {}
        # Ids of calls that are over: a late repeat of an invitation begins nothing.
        self._over: OrderedDict[str, None] = OrderedDict()
        self.begun = 0
        self._gone: set[tuple[str, str]] = set()

    def __len__(self) -> int:
        return len(self._calls)

    def talking(self) -> list[tuple[str, str]]:
        """Return the caller and the callee of each call that was answered and goes on."""
        return [
            (call.caller, call.callee)
            for call in self._calls.values()
            if call.answered_at is not None
        ]

    def find(self, call: str) -> tuple[str, str] | None:
        """Return the caller and the callee of a call that goes on."""
        found = self._calls.get(call)
        return None if found is None else (found.caller, found.callee)

    def invited(
        self,
        call: str,
        *,
        caller: str,
        device: str,
        callee: str,
        rung: int,
        now: float,
        kind: CallKind = CallKind.DEVCLOUD,
    ) -> CallRecord | None:
        """`caller` invited `callee`, which rang `rung` devices.

        A repeat changes nothing. Returns the record of the call that had to make room.
        """
        if call in self._calls or call in self._over:
            return None
        given_up = None
        if len(self._calls) >= self._most:
            given_up = self._end(next(iter(self._calls.values())), EndReason.CONNECTION_LOST, now)
        begun = _Call(
            call=call,
            caller=caller,
            callee=callee,
            begun_at=now,
            kind=kind,
            caller_device=(fold_name(caller), device),
            rung=rung,
        )
        self.begun += 1
        self._calls[call] = self._unanswered[call] = begun
        self._by_device.setdefault(begun.caller_device, {})[call] = None
        return given_up

    def answered(self, call: str, *, by: str, device: str, now: float) -> bool:
        """The callee accepted; True the first time."""
        found = self._calls.get(call)
        folded = fold_name(by)
        if found is None or found.answered_at is not None or folded != found.callee_folded:
            return False
        found.answered_at = now
        found.callee_device = (folded, device)
        self._by_device.setdefault(found.callee_device, {})[call] = None
        del self._unanswered[call]
        return True

    def declined(
        self, call: str, *, by: str, device: str, reason: EndReason, now: float
    ) -> CallRecord | None:
        """One device of the callee said no; the call is over when all that rang have."""
        found = self._calls.get(call)
        if found is None or found.answered_at is not None or fold_name(by) != found.callee_folded:
            return None
        found.declined.add(device)
        found.declined_with = reason
        return self._end(found, reason, now) if len(found.declined) >= found.rung else None

    def unreached(self, call: str, *, by: str, reason: EndReason, now: float) -> CallRecord | None:
        """The caller's invitation reached nobody: that ends a call nobody has answered yet."""
        found = self._calls.get(call)
        if found is None or found.answered_at is not None or not found.is_callers(fold_name(by)):
            return None
        return self._end(found, reason, now)

    def ended(
        self, call: str, *, by: str, reason: EndReason, now: float, to_all: bool = False
    ) -> CallRecord | None:
        """One of the two cancelled or hung up.

        `answered_elsewhere` is said to single devices that did not answer and ends nothing; said
        `to_all`, this call gives way to one the other way round.
        """
        found = self._calls.get(call)
        if found is None or not found.has(fold_name(by)):
            return None
        if reason is EndReason.ANSWERED_ELSEWHERE and not to_all:
            return None
        if found.answered_at is None and found.declined_with is not None:
            # The caller cancels the devices that still ring because one of them said no.
            reason = found.declined_with
        return self._end(found, reason, now)

    def gone(self, name: str, device: str, now: float) -> None:
        """A device signed out."""
        key = (fold_name(name), device)
        self._gone.update({key} & self._by_device.keys())
        for call in self._of(key):
            if self._both_gone(call):
                call.lost_at = now
                self._lost[call.call] = call

    def back(self, name: str, device: str) -> None:
        """A device signed in (again)."""
        key = (fold_name(name), device)
        self._gone.discard(key)
        for call in self._of(key):
            call.lost_at = None
            self._lost.pop(call.call, None)

    def next_deadline(self) -> float | None:
        """Return when something may be overdue, or None."""
        deadlines = []
        for call in self._unanswered.values():
            deadlines.append(call.begun_at + self._unanswered_s)
            break
        for call in self._lost.values():
            deadlines.append((call.lost_at or 0.0) + self._lost_s)
            break
        return min(deadlines, default=None)

    def overdue(self, now: float) -> list[CallRecord]:
        """End what has waited too long."""
        late = []
        for call in self._lost.values():
            if (call.lost_at or 0.0) + self._lost_s > now:
                break
            late.append((call, EndReason.CONNECTION_LOST))
        for call in self._unanswered.values():
            if call.begun_at + self._unanswered_s > now:
                break
            late.append((call, EndReason.NO_ANSWER))
        return [self._end(call, reason, now) for call, reason in late]

    def end_all(self, now: float) -> list[CallRecord]:
        """The server stops: whatever goes on is written down as lost from sight."""
        return [self._end(c, EndReason.CONNECTION_LOST, now) for c in list(self._calls.values())]

    def _of(self, device: tuple[str, str]) -> list[_Call]:
        return [self._calls[call] for call in self._by_device.get(device, ())]

    def _both_gone(self, call: _Call) -> bool:
        return call.caller_device in self._gone and call.callee_device in self._gone

    def _end(self, call: _Call, reason: EndReason, now: float) -> CallRecord:
        del self._calls[call.call]
        self._over[call.call] = None
        if len(self._over) > self._most:
            self._over.popitem(last=False)
        self._unanswered.pop(call.call, None)
        self._lost.pop(call.call, None)
        for device in (call.caller_device, call.callee_device):
            if device is not None and device in self._by_device:
                self._by_device[device].pop(call.call, None)
                if not self._by_device[device]:
                    del self._by_device[device]
                    self._gone.discard(device)
        return CallRecord(
            call=call.call,
            caller=call.caller,
            callee=call.callee,
            kind=call.kind,
            begun_at=call.begun_at,
            answered_at=call.answered_at,
            ended_at=now,
            reason=reason,
        )
