"""What must be true when all is quiet, and when all is over."""

from collections.abc import Sequence

from tests.sim.network import Server, Weather
from tests.sim.person import Device
from tests.sim.world import Violation

from devcloud.call.machine import Call
from devcloud.call.states import State
from devcloud.model.records import CallRecord, EndReason


def check_quiet(devices: Sequence[Device], server: Server, weather: Weather) -> bool:
    """No timer runs: whoever is in a call talks, and the other side agrees. Returns whether
    anybody talks."""
    alive = [device for device in devices if device.alive]
    talking: dict[str, list[tuple[Device, Call]]] = {}
    for device in alive:
        if device.desk.unacknowledged or device.desk.deadline is not None:
            raise Violation(f"{device.who} is not quiet: {device.desk.unacknowledged} waiting")
        for call in device.desk.line.calls.values():
            if call.state not in (State.ACTIVE, State.HELD):
                raise Violation(f"{device.who}: {call.id[:4]} is {call.state} for ever")
            talking.setdefault(call.id, []).append((device, call))
    for sides in talking.values():
        _check_agreement(sides)
    for device in alive:
        _check_records(device)
    if weather.ordered:
        _check_presence(alive, server)
    return bool(talking)


def _check_agreement(sides: list[tuple[Device, Call]]) -> None:
    if len(sides) != 2:
        who = [device.who for device, _ in sides]
        raise Violation(f"{sides[0][1].id[:4]} goes on at {who} alone")
    (one, call), (other, theirs) = sides
    what = f"{call.id[:4]} at {one.who} and {other.who}"
    if (call.device, theirs.device) != (other.id, one.id) or call.role is theirs.role:
        raise Violation(f"{what}: not with each other")
    if (call.held_here, call.held_there) != (theirs.held_there, theirs.held_here):
        raise Violation(f"{what}: they differ about the hold")
    for device, side in sides:
        held = side.held_here or side.held_there
        if side.state is not (State.HELD if held else State.ACTIVE):
            raise Violation(f"{what}: {side.state}, and held is {held}")
        if device.voices.get(side.id) != (not held and not side.muted, not held):
            raise Violation(f"{what}: {device.who} has the voice {device.voices.get(side.id)}")
    path, their_path = (device.media.sounds[call.id].path for device, _ in sides)
    if path is None or their_path is None or not (path.up and their_path.up):
        raise Violation(f"{what}: the path is not up")
    if path.remote != their_path.nonce or their_path.remote != path.nonce:
        raise Violation(f"{what}: on different paths")


def _check_records(device: Device) -> None:
    live = {call.id for call in device.desk.line.calls.values()}
    if device.known - live != device.records.keys():
        differ = (device.known - live) ^ device.records.keys()
        raise Violation(f"{device.who} has not one record each of {[c[:4] for c in differ]}")


def _check_presence(alive: Sequence[Device], server: Server) -> None:
    online = {device.name for device in alive}
    if len(server.people) != len(online):
        raise Violation(f"the server sees {len(server.people)} people, not {sorted(online)}")
    for device in alive:
        seen = {person.name for person in device.people.everyone()}
        if seen != online - {device.name}:
            raise Violation(f"{device.who} sees {sorted(seen)}, not {sorted(online)}")


def check_all_over(devices: Sequence[Device], server: Server, *, calm: bool) -> None:
    """Everybody has hung up: nothing is left, and the reasons fit."""
    for device in devices:
        if not device.alive:
            continue
        if device.desk.line.calls or device.media.sounds or device.desk.unacknowledged:
            raise Violation(f"{device.who} has something left over")
        if device.dropped:
            raise Violation(f"{device.who} was told nonsense: {dict(device.dropped)}")
        _check_records(device)
    gone = {device.name for device in devices if not device.alive}
    if len(server.calls) and not gone:
        raise Violation(f"the server still knows {len(server.calls)} calls")
    for call, sides in _records_by_call(devices).items():
        if calm:
            _check_calm(call, sides)
        _check_reasons(call, sides, gone)
        seen = server.never_stopped and not gone and call in server.invited
        if seen and server.records[call] != 1:
            raise Violation(f"the server has {server.records[call]} records of {call[:4]}")


Sides = tuple[CallRecord | None, list[CallRecord]]
"""What the caller's device remembers of a call, and what the callee's do."""


def _records_by_call(devices: Sequence[Device]) -> dict[str, Sides]:
    calls: dict[str, Sides] = {}
    for device in devices:
        for id, record in device.records.items():
            caller, callees = calls.get(id, (None, []))
            if record.caller == device.name:
                calls[id] = (record, callees)
            else:
                calls[id] = (caller, [*callees, record])
    return calls


# What each side may decide by itself; anything else it was told by the other.
_BY_CALLER = frozenset(
    {EndReason.CANCELLED, EndReason.NO_ANSWER, EndReason.CONNECTION_LOST, EndReason.OFFLINE,
     EndReason.MEDIA_FAILED, EndReason.COMPLETED, EndReason.UNTRUSTED}
)  # fmt: skip
_BY_CALLEE = frozenset(
    {EndReason.DECLINED, EndReason.NO_ANSWER, EndReason.BUSY, EndReason.CONNECTION_LOST,
     EndReason.MEDIA_FAILED, EndReason.COMPLETED, EndReason.UNTRUSTED}
)  # fmt: skip


def _check_reasons(call: str, sides: Sides, gone: set[str]) -> None:
    """The two sides say the same, or both ended the call before they heard of the other's end."""
    caller, callees = sides
    if caller is None or caller.callee in gone:
        # Whoever vanished took their records with them.
        return
    reasons = {record.reason for record in callees}
    told = caller.reason not in _BY_CALLER
    if told and caller.reason not in reasons | {EndReason.UNKNOWN_NAME}:
        raise Violation(f"{call[:4]} was {caller.reason} by nobody, but {sorted(reasons)}")
    for record in callees:
        fits = {caller.reason, EndReason.ANSWERED_ELSEWHERE} | _BY_CALLEE
        if record.reason not in fits:
            raise Violation(f"{call[:4]}: {caller.reason} here, {record.reason} there")
    if caller.reason is EndReason.COMPLETED and not any(r.answered_at for r in callees):
        raise Violation(f"{call[:4]} was completed, and nobody had answered")


_NETWORK_AT_FAULT = frozenset(
    {EndReason.CONNECTION_LOST, EndReason.MEDIA_FAILED, EndReason.OFFLINE, EndReason.UNTRUSTED}
)


def _check_calm(call: str, sides: Sides) -> None:
    """Nothing went wrong, so nothing else may have gone wrong, and both ended at once."""
    caller, callees = sides
    if caller is None:
        # It gave way to a call the other way round.
        return
    for record in (caller, *callees):
        if record.reason in _NETWORK_AT_FAULT:
            raise Violation(f"{call[:4]} ended with {record.reason}, and nothing was wrong")
    # Two seconds to and fro, a moment for other devices, and a second for the media.
    late = max(r.ended_at for r in callees) - caller.ended_at if callees else 0.0
    if late > 4.0:
        raise Violation(f"{call[:4]} went on for {late:.1f} s at the other side")
    best = min((r.reason != caller.reason for r in callees), default=True)
    crossing = any(abs(r.ended_at - caller.ended_at) < 2.5 for r in callees)
    if best and callees and not crossing:
        raise Violation(f"{call[:4]}: {caller.reason} here, and nothing like it there")
