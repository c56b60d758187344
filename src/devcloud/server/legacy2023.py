"""Clients of 2023 at the one port: connections that begin with `{`, over the pure machine.

    Doorway2023    the opener: hands each connection its protocol, or refuses it where the host
                   takes none of them; closes all at the end
    Connection2023 one connection: the machine, its timer, and the directory as it sees it

Knows no request and no reply (`wire.legacy2023`) and no presence (`directory`).
"""

import asyncio
import socket
from typing import cast

from devcloud.directory.blocks import Blocks
from devcloud.directory.joining import Join
from devcloud.directory.members import Member
from devcloud.model.errors import DevCloudError, StorageFailed
from devcloud.model.records import CallKind
from devcloud.model.texts import Language, say
from devcloud.net.addresses import plain_address
from devcloud.server.hall import Hall
from devcloud.server.happenings import Came, Went
from devcloud.server.logs import get_log
from devcloud.wire.legacy2023.connection import Claim, Connection
from devcloud.wire.legacy2023.sentences import sentence

FIRST_BYTE = ord("{")
DEVICE = "2023"
"""The device of every person of 2023: they have one connection each."""

# A client that died without closing is found in 15 + 3 * 10 = 45 s. (RFC 9293, section 3.8.4)
_IDLE_S, _PROBE_S, _PROBES = 15, 10, 3

_LEGACY = CallKind.LEGACY_2023

_log = get_log(__name__)


class Doorway2023:
    """Opens connections of 2023, while the host takes them (`taking`). `close` ends those there
    are."""

    def __init__(self, hall: Hall, language: Language, *, taking: bool = True) -> None:
        self.hall = hall
        self.language = language
        self.taking = taking
        self.connections: set[Connection2023] = set()
        self._told = False

    def take(self, taking: bool) -> None:
        """Take such connections from now on, or none any more."""
        self.taking, self._told = taking, False
        if not taking:
            self.close()

    def matches(self, first: int) -> bool:
        """A brace: the 2023 programs send bare JSON objects."""
        return first == FIRST_BYTE

    async def open(self, sock: socket.socket, address: str) -> None:
        """Attach the protocol, or close the connection. Raises OSError."""
        if not self.taking:
            self._refuse(sock, address)
            return
        _keep_alive(sock)
        await asyncio.get_running_loop().connect_accepted_socket(
            lambda: Connection2023(self, plain_address(address)), sock
        )

    def _refuse(self, sock: socket.socket, address: str) -> None:
        sock.close()
        if not self._told:
            # Once: a program that tries again and again must not fill the log.
            self._told = True
            _log.info(say("legacy2023.refused_here", self.language, address=address))

    def throw_out(self, blocks: Blocks) -> int:
        """Close the connections that one of `blocks` is about; return how many."""
        out = [connection for connection in self.connections if connection.is_in(blocks)]
        for connection in out:
            connection.close()
        return len(out)

    def close(self) -> None:
        """Close every connection; whoever held a name is gone."""
        for connection in list(self.connections):
            connection.close()


class Connection2023(asyncio.Protocol):
    """One connection, and the directory (`wire.legacy2023.connection.Directory`) it asks."""

    __slots__ = (
        "_devices_of", "_doorway", "_machine", "_may_ask", "_now", "_timer", "_timer_at",
        "_transport",
    )  # fmt: skip

    def __init__(self, doorway: Doorway2023, address: str) -> None:
        self._doorway = doorway
        hall = doorway.hall
        self._machine = Connection(self, address)
        self._devices_of = hall.people.devices_of
        self._now = hall.now
        # Asked once, and not at every look-up: a block closes the connections there are.
        self._may_ask = hall.settings.join is Join.OPEN and not hall.blocks.holds(address=address)
        self._timer: asyncio.TimerHandle | None = None
        self._timer_at: float | None = None

    # ── asyncio.Protocol ─────────────────────────────────────────────────────────────────────────

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """(asyncio.BaseProtocol)"""
        # A cast, since uvloop's transports are none of asyncio's classes.
        self._transport = cast(asyncio.Transport, transport)
        self._doorway.connections.add(self)

    def data_received(self, data: bytes) -> None:
        """(asyncio.Protocol)"""
        self._write(self._machine.receive(data, self._now()))

    def eof_received(self) -> None:
        """(asyncio.Protocol) A half-closed connection is one that is over."""

    def connection_lost(self, exc: Exception | None) -> None:
        """(asyncio.BaseProtocol)"""
        self._machine.lost()
        self._doorway.connections.discard(self)
        self._set_timer(None)
        self._tell()

    def pause_writing(self) -> None:
        """(asyncio.BaseProtocol) Who does not read the answers asks no more questions."""
        self._transport.pause_reading()

    def resume_writing(self) -> None:
        """(asyncio.BaseProtocol)"""
        if not self._machine.paused and not self._machine.closing:
            self._transport.resume_reading()

    def close(self) -> None:
        """The server stops."""
        self._transport.close()

    # ── wire.legacy2023.connection.Directory ─────────────────────────────────────────────────────

    def claim(self, name: str, address: str) -> Claim:
        """Enter the name, unless somebody has it; decided when the database has it."""
        hall = self._doorway.hall
        if hall.stopping or hall.accounts.find(name) or hall.people.devices_of(name):
            return Claim.TAKEN
        if hall.settings.holds_back(name):
            return Claim.TAKEN
        # They can show neither an invitation nor a key: each time is the first.
        if hall.settings.join is not Join.OPEN or hall.blocks.holds(name=name, address=address):
            return Claim.REFUSED
        member = Member(
            name=name,
            key="",
            device=DEVICE,
            handle=self,
            kind=CallKind.LEGACY_2023,
            address=address,
        )
        # Held from now on, or two could be granted it while the database writes.
        hall.people.sign_in(member, hall.now())

        def written(failure: DevCloudError | None) -> None:
            if failure is not None:
                self._sign_out(member)
            else:
                hall.tell(Came(name, address, _LEGACY))
            self._settle(Claim.GRANTED if failure is None else Claim.REFUSED)

        try:
            hall.store.enter_2023(name, address, written)
        except StorageFailed:
            self._sign_out(member)
            return Claim.REFUSED
        self._transport.pause_reading()
        return Claim.PENDING

    def lookup(self, name: str) -> str | None:
        """Return where somebody is who takes calls of 2023; nowhere, to those who may not join."""
        if not self._may_ask:
            return None
        for member in self._devices_of(name).values():
            if member.kind is _LEGACY:
                return member.address
            if member.takes_2023:
                return plain_address(str(member.handle.address))
        return None

    @property
    def address(self) -> str:
        """Where the client connects from."""
        return self._machine.address

    def is_in(self, blocks: Blocks) -> bool:
        """Return whether one of `blocks` is about this client."""
        return blocks.holds(name=self._machine.name or "", address=self.address)

    def release(self, name: str) -> None:
        """Delete the entry of `name`."""
        for member in list(self._doorway.hall.people.devices_of(name).values()):
            if member.handle is self:
                self._sign_out(member)
                self._doorway.hall.store.delete_2023(name)
                self._doorway.hall.tell(Went(name))

    def _sign_out(self, member: Member) -> None:
        hall = self._doorway.hall
        hall.people.sign_out(member, hall.now())
        hall.wake()

    # ── what the hall does with a member's handle ────────────────────────────────────────────────

    def say_bye(self, _code: str) -> None:
        """A 2023 program knows no goodbye: the connection closes."""
        self._transport.close()

    # ── carrying ─────────────────────────────────────────────────────────────────────────────────

    def _settle(self, claim: Claim) -> None:
        self._write(self._machine.settle(claim, self._now()))
        if not self._machine.closing:
            self._transport.resume_reading()

    def _write(self, replies: bytes) -> None:
        machine = self._machine
        if replies:
            self._transport.write(replies)
        if machine.closing:
            self._transport.close()
        if machine.deadline != self._timer_at:
            self._set_timer(machine.deadline)
        self._tell()

    def _tell(self) -> None:
        for event in self._machine.take_events():
            _log.info(sentence(event, self._doorway.language))
            self._doorway.hall.wake()

    def _set_timer(self, deadline: float | None) -> None:
        if self._timer is not None:
            self._timer.cancel()
        loop = asyncio.get_running_loop()
        self._timer_at = deadline
        self._timer = None if deadline is None else loop.call_at(deadline, self._ring)

    def _ring(self) -> None:
        self._timer = self._timer_at = None
        self._write(self._machine.tick(self._now()))


def _keep_alive(sock: socket.socket) -> None:
    sock.setsockopt(socket.SOL_SOCKET, socket.SO_KEEPALIVE, 1)
    for option, value in (
        ("TCP_KEEPIDLE", _IDLE_S), ("TCP_KEEPINTVL", _PROBE_S), ("TCP_KEEPCNT", _PROBES),
    ):  # fmt: skip
        # Not every platform lets one say how often; all of them probe.
        if hasattr(socket, option):
            sock.setsockopt(socket.IPPROTO_TCP, getattr(socket, option), value)
