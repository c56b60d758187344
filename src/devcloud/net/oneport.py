"""One port for everything: look at the first byte of each connection and hand it to its opener.

    `{`            a client of 2023 (registered from outside; without it the connection is closed)
    0x16           a TLS ClientHello (RFC 8446, section 5.1), inside which HTTP
    a letter       plain HTTP

The byte is looked at, not taken (MSG_PEEK), so that whoever opens gets the connection whole. A
connection that says nothing is closed after ten seconds. Knows nothing of what the openers do.
"""

import asyncio
import logging
import socket
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Protocol

from devcloud.directory.buckets import Buckets, Rate
from devcloud.net.addresses import plain_address
from devcloud.net.tasks import Tasks

_log = logging.getLogger(__name__)

_BACKLOG = 1024
_ACCEPTED_PER_TURN = 64
_OUT_OF_FILES_S = 0.5

CONNECTION_RATE = Rate(per_second=50, burst=500)


@dataclass(frozen=True, slots=True)
class DoorLimits:
    """What one address may do at the door. An office may sit behind one address, so: generous.

    `silent_s`: how long a connection may say nothing at first.
    """

    silent_s: float = 10.0
    connections: Rate = CONNECTION_RATE
    silent_at_once: int = 200


class Opener(Protocol):
    """Whom a connection is handed to. `matches` looks at its first byte; `open` owns the socket
    (non-blocking, `address` is its peer's) and returns when the connection has its protocol."""

    def matches(self, first: int) -> bool:
        """Whether a connection that begins with this byte is theirs."""

    async def open(self, sock: socket.socket, address: str) -> None:
        """Take the connection over. Raises OSError or TimeoutError where that fails."""


class OnePort:
    """The listener. `start`, then `aclose`.

    `refused` is called with a code (`too_many_connections`, `silent`, `not_understood`) for each
    connection turned away.
    """

    def __init__(
        self,
        openers: Sequence[Opener],
        *,
        limits: DoorLimits | None = None,
        refused: Callable[[str], None] = lambda code: None,
    ) -> None:
        self._openers = tuple(openers)
        self._limits = limits or DoorLimits()
        self._refused = refused
        self._loop = asyncio.get_running_loop()
        self._tasks = Tasks("oneport")
        self._listening: list[socket.socket] = []
        self._silent: dict[socket.socket, asyncio.TimerHandle] = {}
        self._silent_of: dict[str, int] = {}
        self._rates: Buckets[str] = Buckets(self._limits.connections)

    def start(self, sockets: Sequence[socket.socket]) -> None:
        """Listen on bound TCP sockets, which are this object's from now on."""
        for sock in sockets:
            sock.listen(_BACKLOG)
            self._listening.append(sock)
            self._loop.add_reader(sock.fileno(), self._accept, sock)

    async def aclose(self) -> None:
        """Stop listening; close what has not been handed over."""
        for sock in self._listening:
            self._loop.remove_reader(sock.fileno())
            sock.close()
        self._listening.clear()
        for sock in list(self._silent):
            self._drop(sock)
        await self._tasks.aclose()

    # ── accepting ────────────────────────────────────────────────────────────────────────────────

    def _accept(self, listening: socket.socket) -> None:
        for _ in range(_ACCEPTED_PER_TURN):
            try:
                sock, peer = listening.accept()
            except (BlockingIOError, InterruptedError, ConnectionAbortedError):
                return
            except OSError as failure:
                self._rest(listening, failure)
                return
            self._welcome(sock, plain_address(str(peer[0])))

    def _rest(self, listening: socket.socket, failure: OSError) -> None:
        """No file descriptors left: those who wait can wait a little, instead of spinning."""
        _log.error("cannot accept connections: %s", failure.strerror)
        self._loop.remove_reader(listening.fileno())
        self._loop.call_later(_OUT_OF_FILES_S, self._listen_again, listening)

    def _listen_again(self, listening: socket.socket) -> None:
        if listening in self._listening:
            self._loop.add_reader(listening.fileno(), self._accept, listening)

    def _welcome(self, sock: socket.socket, address: str) -> None:
        crowded = self._silent_of.get(address, 0) >= self._limits.silent_at_once
        if crowded or not self._rates.take(address, self._loop.time()):
            sock.close()
            self._refused("too_many_connections")
            return
        sock.setblocking(False)
        sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        self._silent_of[address] = self._silent_of.get(address, 0) + 1
        self._silent[sock] = self._loop.call_later(
            self._limits.silent_s, self._still_silent, sock, address
        )
        self._loop.add_reader(sock.fileno(), self._spoke, sock, address)

    def _still_silent(self, sock: socket.socket, address: str) -> None:
        self._heard(sock, address)
        sock.close()
        self._refused("silent")

    def _drop(self, sock: socket.socket) -> None:
        self._loop.remove_reader(sock.fileno())
        self._silent.pop(sock).cancel()
        sock.close()

    def _heard(self, sock: socket.socket, address: str) -> None:
        self._loop.remove_reader(sock.fileno())
        self._silent.pop(sock).cancel()
        self._silent_of[address] -= 1
        if not self._silent_of[address]:
            del self._silent_of[address]

    # ── handing over ─────────────────────────────────────────────────────────────────────────────

    def _spoke(self, sock: socket.socket, address: str) -> None:
        try:
            first = sock.recv(1, socket.MSG_PEEK)
        except (BlockingIOError, InterruptedError):
            return
        except OSError:
            first = b""
        self._heard(sock, address)
        if not first:
            sock.close()
            return
        for opener in self._openers:
            if opener.matches(first[0]):
                self._tasks.spawn(self._open(opener, sock, address), name="opener")
                return
        sock.close()
        self._refused("not_understood")

    async def _open(self, opener: Opener, sock: socket.socket, address: str) -> None:
        try:
            await opener.open(sock, address)
        except (OSError, TimeoutError) as failure:
            # Their TLS failed or they left: theirs to know, and nothing to shout about here.
            _log.debug("a connection from %s did not open: %s", address, failure)
            sock.close()
        except BaseException:
            sock.close()
            raise
