"""One end of the 2023 call protocol: datagrams and intents in, datagrams and happenings out.

Calling order: `receive` each datagram (what it returns is voice to play), or state an intent; then
send what `take_datagrams` returns, read `take_happenings`, and call `tick` at `deadline`.

Datagrams carry neither a call id nor a number. Who is in a call is known by address alone, and the
ports are the shell's business: every address here is an IP address as text.

Refuses to know: sockets, clocks, the directory, sound.
"""

from collections import OrderedDict
from enum import Enum, auto

import msgspec

from devcloud.model.names import fold_name
from devcloud.wire.legacy2023 import datagrams as wire
from devcloud.wire.legacy2023.happenings import (
    Answered,
    CallerGaveUp,
    CallerToCheck,
    Closed,
    Happening,
    Ignored,
    Lost,
    NoAnswer,
    Rang,
    Rejected,
    TurnedAway,
    Why,
)

RING_S = 7.0
ACCEPTS = 10
CLOSES = 5
SPACING_S = 0.02
"""Between the repetitions of ACCEPT or CLOSE: long enough to outlast a thread that is starting."""

LOST_S = 10.0
"""A 2023 program sends voice all the time, silence included: this long without any is its end."""

ECHO_S = 2.0
"""How long after a call the other side's CLOSEs are still those of that call."""

DUPLICATE_S = 2.0
"""How long after accepting a START of the same call may still arrive a second time."""

LATE_ACCEPT_S = 60.0
"""How long after giving up an ACCEPT is answered CLOSE, so that the callee does not hang."""

QUIET_S = 10.0
MOST_CHECKS = 8
MOST_REMEMBERED = 64


class State(Enum):
    """How this end is."""

    IDLE = auto()
    CALLING = auto()
    RINGING = auto()
    TALKING = auto()


class Outgoing(msgspec.Struct, frozen=True):
    """A datagram to send to UDP 5001 of an address."""

    data: bytes
    to: str


class Exchange:
    """The calls of one UDP socket, one at a time. `me` is the name that START gives."""

    def __init__(self, me: str) -> None:
        self.me = me
        self.state = State.IDLE
        self.peer = ""
        self.address = ""
        self.busy = False
        """Whether the person is in a call of another protocol: whoever calls is turned away."""
        self._since = 0.0
        self._heard_at = 0.0
        self._queue: list[tuple[float, Outgoing]] = []
        self._happenings: list[Happening] = []
        self._checks: dict[tuple[str, str], float] = {}
        self._closes_left = _Memory()
        self._given_up = _Memory()
        self._told = _Memory()

    # ── intents ──────────────────────────────────────────────────────────────────────────────────

    def call(self, peer: str, address: str, now: float) -> None:
        """Ask `peer`, who is at `address`, to talk.

        Raises:
            BadName: `name_blank_for_2023`: 2023 programs cannot read this end's name.
            RuntimeError: there is a call already.
        """
        if self.state is not State.IDLE:
            raise RuntimeError(f"cannot call while {self.state.name}")
        data = wire.start(self.me)
        # Behind the CLOSEs of a call with the same person that has only just ended.
        queued = [at for at, datagram in self._queue if datagram.to == address]
        self._send(data, address, at=max([now, *(at + SPACING_S for at in queued)]))
        self._given_up.forget(address)
        self._enter(State.CALLING, peer, address, now)

    def accept(self, now: float) -> None:
        """Take the call that rings; nothing happens when it no longer does."""
        if self.state is State.RINGING:
            self._talk(now)
            self._repeat(wire.ACCEPT, ACCEPTS, now)

    def hang_up(self, now: float) -> None:
        """End the call, whatever its state: refuse it, give it up, or close it."""
        match self.state:
            case State.RINGING:
                self._send(wire.REJECT, self.address, at=now)
            case State.CALLING:
                self._give_up(now)
            case State.TALKING:
                self._close(now)
        self._leave()

    def identify(self, caller: str, source: str, address: str | None, now: float) -> None:
        """Answer `CallerToCheck`: the directory has `caller` at `address` (None: nowhere)."""
        asked_at = self._checks.pop((caller, source), None)
        if asked_at is None or now >= asked_at + RING_S:
            return
        if address != source:
            self._ignore(source, Why.IMPOSTOR, now, caller)
        elif self._calls_back(caller, source):
            self._answered(now)
        elif self.busy or self.state is not State.IDLE:
            self._turn_away(caller, source, now)
        else:
            self._enter(State.RINGING, caller, source, asked_at)
            self._happenings.append(Rang(caller, source))

    # ── datagrams ────────────────────────────────────────────────────────────────────────────────

    def receive(self, data: bytes, source: str, now: float) -> bytes | None:
        """Take a datagram from `source`; return voice to play (16 bit, 8 kHz), or None."""
        ours = source == self.address
        if ours:
            self._heard_at = now
        match wire.parse(data):
            case wire.Voice(pcm):
                if ours:
                    return pcm if self.state is State.TALKING else None
                self._ignore_unless_recent(source, Why.STRANGER, now)
            case wire.Start(caller):
                self._start(caller, source, now)
            case wire.Accept():
                self._accepted(source, now)
            case wire.Reject():
                if ours and self.state is State.CALLING:
                    self._end(Rejected(self.peer))
            case wire.Close():
                self._closed(source, now)
            case _:
                if not ours:
                    self._ignore(source, Why.NOISE, now)
        return None

    def _start(self, caller: str, source: str, now: float) -> None:
        if source == self.address and self._is_repeated(caller, now):
            return
        self._leave_unsaid(wire.CLOSE, source)
        if self._calls_back(caller, source):
            self._answered(now)
        elif self.busy or self.state is not State.IDLE:
            self._turn_away(caller, source, now)
        elif fold_name(caller) == fold_name(self.me):
            self._ignore(source, Why.IMPOSTOR, now, caller)
        elif (caller, source) not in self._checks:
            self._check(caller, source, now)

    def _leave_unsaid(self, data: bytes, to: str) -> None:
        """Who starts a call is in none: what still goes out would only end the one that begins."""
        self._queue = [item for item in self._queue if item[1] != Outgoing(data, to)]

    def _is_repeated(self, caller: str, now: float) -> bool:
        same = fold_name(caller) == fold_name(self.peer)
        fresh = self.state is State.TALKING and now < self._since + DUPLICATE_S
        return same and (self.state is State.RINGING or fresh)

    def _calls_back(self, caller: str, source: str) -> bool:
        """Whether this START is from whom we are calling: both want to talk, so it is accepted."""
        ours = self.state is State.CALLING and source == self.address
        return ours and fold_name(caller) == fold_name(self.peer)

    def _check(self, caller: str, source: str, now: float) -> None:
        self._checks = {who: at for who, at in self._checks.items() if now < at + RING_S}
        if len(self._checks) >= MOST_CHECKS:
            self._ignore(source, Why.FLOOD, now, caller)
            return
        self._checks[caller, source] = now
        self._happenings.append(CallerToCheck(caller, source))

    def _turn_away(self, caller: str, source: str, now: float) -> None:
        self._send(wire.REJECT, source, at=now)
        if self._told.first(source, now, QUIET_S):
            self._happenings.append(TurnedAway(caller, source))

    def _accepted(self, source: str, now: float) -> None:
        if source == self.address:
            if self.state is State.CALLING:
                self._talk(now)
                self._happenings.append(Answered(self.peer))
        elif self._given_up.holds(source, now):
            self._given_up.forget(source)
            self._closes_left.remember(source, now + ECHO_S, CLOSES)
            self._repeat(wire.CLOSE, CLOSES, now, to=source)
        else:
            self._ignore_unless_recent(source, Why.STRANGER, now)

    def _answered(self, now: float) -> None:
        self._accepted(self.address, now)
        self._repeat(wire.ACCEPT, ACCEPTS, now)

    def _closed(self, source: str, now: float) -> None:
        if self._closes_left.spend(source, now):
            return
        if source != self.address:
            self._ignore(source, Why.STRANGER, now)
        elif self.state is State.RINGING:
            self._end(CallerGaveUp(self.peer, closed=True))
        elif self.state is State.TALKING:
            self._close(now)
            self._closes_left.spend(source, now)
            self._end(Closed(self.peer))

    def _ignore_unless_recent(self, source: str, why: Why, now: float) -> None:
        # What was under way when a call ended is no intrusion.
        if not self._closes_left.holds(source, now):
            self._ignore(source, why, now)

    def _ignore(self, source: str, why: Why, now: float, caller: str = "") -> None:
        if self._told.first(source, now, QUIET_S):
            self._happenings.append(Ignored(source, why, caller))

    # ── time ─────────────────────────────────────────────────────────────────────────────────────

    @property
    def deadline(self) -> float | None:
        """When `tick` must be called next."""
        times = [at for at, _ in self._queue]
        if self.state is not State.IDLE:
            times.append(self._state_deadline())
        return min(times, default=None)

    def tick(self, now: float) -> None:
        """Let time pass."""
        if self.state is State.IDLE or now < self._state_deadline():
            return
        match self.state:
            case State.CALLING:
                self._give_up(now)
                self._end(NoAnswer(self.peer))
            case State.RINGING:
                self._end(CallerGaveUp(self.peer))
            case _:
                self._close(now)
                self._end(Lost(self.peer))

    def may_speak(self, now: float) -> bool:
        """Whether voice may be sent: not while ACCEPTs go out, which a 2023 caller's second
        reader would take from under its first."""
        return self.state is State.TALKING and not any(
            datagram.data == wire.ACCEPT and at > now for at, datagram in self._queue
        )

    def take_datagrams(self, now: float) -> list[Outgoing]:
        """Return what is to be sent by now, in order."""
        due = [datagram for at, datagram in self._queue if at <= now]
        self._queue = [(at, datagram) for at, datagram in self._queue if at > now]
        return due

    def take_happenings(self) -> list[Happening]:
        """Return what happened since the last call, in order."""
        happenings, self._happenings = self._happenings, []
        return happenings

    def _state_deadline(self) -> float:
        if self.state is State.TALKING:
            return self._heard_at + LOST_S
        return self._since + RING_S

    # ── changes ──────────────────────────────────────────────────────────────────────────────────

    def _enter(self, state: State, peer: str, address: str, now: float) -> None:
        self.state, self.peer, self.address = state, peer, address
        self._since = self._heard_at = now

    def _talk(self, now: float) -> None:
        self._enter(State.TALKING, self.peer, self.address, now)

    def _leave(self) -> None:
        self.state, self.peer, self.address = State.IDLE, "", ""

    def _end(self, happening: Happening) -> None:
        self._happenings.append(happening)
        self._leave()

    def _give_up(self, now: float) -> None:
        # No CLOSE: a 2023 callee that is busy with somebody else would end that call.
        self._given_up.remember(self.address, now + LATE_ACCEPT_S)

    def _close(self, now: float) -> None:
        self._queue = [item for item in self._queue if item[1].to != self.address]
        self._repeat(wire.CLOSE, CLOSES, now)
        self._closes_left.remember(self.address, now + ECHO_S, CLOSES)

    def _repeat(self, data: bytes, times: int, now: float, to: str = "") -> None:
        for number in range(times):
            self._send(data, to or self.address, at=now + number * SPACING_S)

    def _send(self, data: bytes, to: str, *, at: float) -> None:
        self._queue.append((at, Outgoing(data, to)))
        self._queue.sort(key=lambda item: item[0])


class _Memory:
    """Addresses that mean something until a time, and how often they still do. Bounded."""

    def __init__(self) -> None:
        self._entries: OrderedDict[str, tuple[float, int]] = OrderedDict()

    def remember(self, address: str, until: float, times: int = 1) -> None:
        self._entries[address] = (until, times)
        self._entries.move_to_end(address)
        if len(self._entries) > MOST_REMEMBERED:
            self._entries.popitem(last=False)

    def forget(self, address: str) -> None:
        self._entries.pop(address, None)

    def holds(self, address: str, now: float) -> bool:
        until, _ = self._entries.get(address, (now, 0))
        return now < until

    def spend(self, address: str, now: float) -> bool:
        """Return whether it still means something, once fewer from now on."""
        until, times = self._entries.get(address, (now, 0))
        if times:
            self._entries[address] = (until, times - 1)
        return times > 0 and now < until

    def first(self, address: str, now: float, quiet_s: float) -> bool:
        """Return whether this is the first time in `quiet_s`."""
        if self.holds(address, now):
            return False
        self.remember(address, now + quiet_s)
        return True
