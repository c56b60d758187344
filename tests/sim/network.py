"""A server, made of the real directory, and connections that fail in every way a network knows.

`ordered` connections behave like TCP: in order, once, until they break, and what was under way is
lost. The others lose, double and reorder each message.
"""

from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass

from msgspec.structs import replace
from tests.sim.world import World

from devcloud.directory.accounts import Accounts
from devcloud.directory.calls import CallRegister
from devcloud.directory.members import Member
from devcloud.directory.people import People
from devcloud.model.records import CallRecord, EndReason
from devcloud.wire.signalling import messages
from devcloud.wire.signalling.codec import decode_from_client, decode_from_server, encode
from devcloud.wire.signalling.messages import CallMessage, FromServer


@dataclass
class Weather:
    """How bad the network is."""

    ordered: bool = True
    loss: float = 0.0
    doubles: float = 0.0
    slowest: float = 0.05


class Connection:
    """One connection of one device, as both ends see it."""

    __slots__ = ("at_client", "at_server", "cut", "down_at", "member", "received", "up_at")

    def __init__(self, member: Member, received: Callable[[FromServer], None]) -> None:
        self.member = member
        self.received = received
        self.cut = False
        """Nothing comes through any more, whether an end knows it or not."""
        self.at_client = True
        self.at_server = False
        self.up_at = 0.0
        self.down_at = 0.0
        """Nothing arrives before this: the welcome, or what was sent before."""


class Server:
    """Signs in, forwards, says what is undeliverable, tells who is there; may be restarted."""

    def __init__(self, world: World, weather: Weather) -> None:
        self.world = world
        self.weather = weather
        self.up = True
        self.accounts = Accounts()
        self.people = People()
        self.calls = CallRegister()
        self.records: Counter[str] = Counter()
        """How many records there are of each call."""
        self.invited: set[str] = set()
        self.never_stopped = True
        self.connections: list[Connection] = []
        self._differences_at: float | None = None
        self._overdue_at: float | None = None

    # ── connections ──────────────────────────────────────────────────────────────────────────────

    def sign_in(self, connection: Connection) -> messages.Welcome | None:
        """Take a device in, in place of its older self; None while the server is down."""
        if not self.up:
            return None
        member = connection.member
        account, _ = self.accounts.claim(member.name, member.key)
        member.name = account.name
        older = self.people.sign_in(member, self.world.now)
        if older is not None:
            self._forget(older.handle)
        member.handle = connection
        connection.at_server = True
        self.connections.append(connection)
        self.calls.back(member.name, member.device)
        self._tell_presence()
        return messages.Welcome(
            name=member.name,
            server="simulated",
            people=self.people.everybody(member),
            everyone=member.everyone,
            silence_s=45.0,
        )

    def lost(self, connection: Connection) -> None:
        """The server notices that a connection is gone."""
        if connection.at_server:
            self._forget(connection)
            member = connection.member
            self.people.sign_out(member, self.world.now)
            self.calls.gone(member.name, member.device, self.world.now)
            self._await_calls()
            self._tell_presence()

    def _forget(self, connection: Connection) -> None:
        connection.at_server = False
        connection.cut = True
        self.connections.remove(connection)

    def stop(self) -> list[Connection]:
        """End, and return the connections that this cuts."""
        self.up = False
        cut, self.connections = self.connections, []
        for connection in cut:
            connection.cut = True
            connection.at_server = False
        self.people = People()
        self.calls = CallRegister()
        self.never_stopped = False
        self._differences_at = None
        return cut

    # ── messages ─────────────────────────────────────────────────────────────────────────────────

    def send_up(self, connection: Connection, data: bytes) -> None:
        """Carry a message from a client to the server."""
        for delay in self._delays():
            when = self.world.now + delay
            if self.weather.ordered:
                when = connection.up_at = max(connection.up_at, when)
            self.world.at(when, self._receive, connection, data)

    def send_down(self, connection: Connection, data: bytes) -> None:
        """Carry a message from the server to a client."""
        for delay in self._delays():
            when = max(connection.down_at, self.world.now + delay)
            if self.weather.ordered:
                connection.down_at = when
            self.world.at(when, self._arrive, connection, data)

    def _delays(self) -> tuple[float, ...]:
        weather, world = self.weather, self.world
        delay = world.between(0.001, weather.slowest)
        if weather.ordered:
            return (delay,)
        if world.chance(weather.loss):
            return ()
        if world.chance(weather.doubles):
            return (delay, world.between(0.001, 3.0))
        return (delay,)

    def _arrive(self, connection: Connection, data: bytes) -> None:
        if connection.at_client and not connection.cut:
            connection.received(decode_from_server(data))

    def _receive(self, connection: Connection, data: bytes) -> None:
        if not connection.at_server or connection.cut:
            return
        message = decode_from_client(data)
        assert isinstance(message, CallMessage)
        member = connection.member
        reached = self.people.reach(message.to, message.to_device, message.not_device)
        if reached:
            stamped = encode(replace(message, from_=member.name, device=member.device))
            for other in reached:
                self.send_down(other.handle, stamped)
            self._observe(member, message, len(reached))
        elif not isinstance(message, messages.Ack):
            known = self.accounts.find(message.to) is not None
            code = "offline" if known else "unknown_name"
            undeliverable = messages.Undeliverable(
                call=message.call, seq=message.seq, to=message.to, code=code
            )
            self.send_down(connection, encode(undeliverable))
            self._observe(member, message, 0)
            if isinstance(message, messages.Invite):
                reason = EndReason(code)
                call, now = message.call, self.world.now
                self._remember(self.calls.unreached(call, by=member.name, reason=reason, now=now))

    # ── the records ──────────────────────────────────────────────────────────────────────────────

    def _observe(self, member: Member, message: CallMessage, rung: int) -> None:
        """Note what a message does to its call."""
        calls, call, by, now = self.calls, message.call, member.name, self.world.now
        record = None
        if isinstance(message, messages.Invite):
            self.invited.add(call)
            record = calls.invited(
                call, caller=by, device=member.device, callee=message.to, rung=rung, now=now
            )
        elif isinstance(message, messages.Answer):
            calls.answered(call, by=by, device=member.device, now=now)
        elif isinstance(message, messages.Decline):
            record = calls.declined(
                call, by=by, device=member.device, reason=message.reason, now=now
            )
        elif isinstance(message, messages.Cancel | messages.Hangup):
            to_all = message.to_device is None
            record = calls.ended(call, by=by, reason=message.reason, now=now, to_all=to_all)
        self._remember(record)
        self._await_calls()

    def _remember(self, record: CallRecord | None) -> None:
        if record is not None:
            self.records[record.call] += 1

    def _await_calls(self) -> None:
        deadline = self.calls.next_deadline()
        if deadline is not None and deadline != self._overdue_at:
            self._overdue_at = deadline
            self.world.at(max(deadline, self.world.now), self._end_overdue)

    def _end_overdue(self) -> None:
        self._overdue_at = None
        for record in self.calls.overdue(self.world.now):
            self._remember(record)
        self._await_calls()

    # ── presence ─────────────────────────────────────────────────────────────────────────────────

    def _tell_presence(self) -> None:
        deadline = self.people.next_deadline()
        if deadline is not None and self._differences_at != deadline:
            self._differences_at = deadline
            self.world.at(max(deadline, self.world.now), self._differ, self.people)

    def _differ(self, people: People) -> None:
        if people is not self.people:
            return
        news = [
            (member, encode(messages.Presence(people=difference.people, gone=difference.gone)))
            for difference in people.differences(self.world.now)
            for member in difference.to
        ]
        # The directory tells a set of members; the order must not depend on where they lie.
        for member, data in sorted(news, key=lambda each: each[0].device):
            self.send_down(member.handle, data)
        self._differences_at = None
        self._tell_presence()
