"""Calls with programs of 2023: their UDP socket, and a path that carries their voice.

One `Port2023` per process holds UDP 5001. Every datagram goes to the core, which knows what it
means; voice from an address that a call talks with is played on the way. Nothing here is
encrypted. Refuses to know who may call: the core does.
"""

import asyncio
import socket
import threading
import time
from collections.abc import Callable
from typing import Final

from devcloud.media.control import Came2023
from devcloud.media.voice2023.incoming import Incoming
from devcloud.media.voice2023.outgoing import Outgoing
from devcloud.model.errors import AlreadyRunning, BadSettings
from devcloud.net.addresses import is_taken
from devcloud.wire.legacy2023 import datagrams

LONGEST: Final = 2048
"""More than a datagram of 2023 may hold, and enough to see that it does."""
MOST_PER_S: Final = 400
"""Datagrams taken in a second: six calls' worth of voice and many STARTs. Beyond it is a flood."""
CODEC: Final = "l16/8000"
"""16-bit samples at 8 kHz, as RFC 3551 names them."""

Tell = Callable[[Came2023], None]


class Path2023:
    """One call's way to and from an address. `push` runs on the clock's thread, every 10 ms."""

    def __init__(
        self, address: str, send: Callable[[bytes, str], None], play: Callable[[bytes], None]
    ) -> None:
        self.address = address
        self.speaking = True
        self._send = send
        self._play = play
        self._outgoing = Outgoing()
        self._incoming = Incoming()

    def push(self, block: bytes) -> None:
        """Send 10 ms, and play 10 ms of what has come."""
        if self.speaking:
            for datagram in self._outgoing.push(block):
                self._send(datagram, self.address)
        self._play(self._incoming.pull())

    def arrived(self, pcm: bytes, now: float) -> None:
        """Take the voice of a datagram: with the clock's lock."""
        self._incoming.push(pcm, now)


class Port2023(asyncio.DatagramProtocol):
    """The socket. Make it with `open`; `paths` are those of the calls, by address."""

    def __init__(self, own: socket.socket, tell: Tell, lock: threading.Lock) -> None:
        self.paths: dict[str, Path2023] = {}
        # A second handle on the same port: voice leaves on the clock's thread, without the loop.
        self._voice = own.dup()
        self._tell = tell
        self._lock = lock
        self._transport: asyncio.DatagramTransport | None = None
        self._second = 0.0
        self._left = MOST_PER_S

    @classmethod
    async def open(cls, address: str, port: int, tell: Tell, lock: threading.Lock) -> "Port2023":
        """Bind UDP `port` at `address`.

        Raises:
            AlreadyRunning: `port_2023_taken`.
            BadSettings: `address_2023_not_here`.
        """
        family = socket.AF_INET6 if ":" in address else socket.AF_INET
        own = socket.socket(family, socket.SOCK_DGRAM)
        try:
            own.setblocking(False)
            own.bind((address, port))
        except PermissionError:
            own.close()
            raise BadSettings("address_2023_not_here", detail=address) from None
        except OSError as failure:
            own.close()
            if is_taken(failure):
                raise AlreadyRunning("port_2023_taken", detail=str(port)) from None
            raise BadSettings("address_2023_not_here", detail=address) from None
        made = cls(own, tell, lock)
        loop = asyncio.get_running_loop()
        made._transport, _ = await loop.create_datagram_endpoint(lambda: made, sock=own)
        return made

    @property
    def bound(self) -> tuple[str, int]:
        """The address and port it has."""
        address = self._voice.getsockname()
        return str(address[0]), int(address[1])

    def send(self, data: bytes, to: str) -> None:
        """Send a datagram to the same port of `to`. From any thread."""
        try:
            self._voice.sendto(data, (to, self.bound[1]))
        except OSError:
            # A full buffer or a host that is gone: to a call it is a lost datagram.
            return

    def leave(self, address: str, path: Path2023) -> None:
        """The call is over, or has another path: voice from there is nobody's now."""
        if self.paths.get(address) is path:
            del self.paths[address]

    def close(self) -> None:
        """Let the port go."""
        if self._transport is not None:
            self._transport.close()
        self._voice.close()

    # ── asyncio.DatagramProtocol ─────────────────────────────────────────────────────────────────

    def datagram_received(self, data: bytes, addr: tuple[str, int]) -> None:
        """Play what is voice of a call, and tell the core of everything."""
        now = time.monotonic()
        if not self._may_pass(now):
            return
        source = addr[0]
        path = self.paths.get(source)
        if path is not None:
            match datagrams.parse(data):
                case datagrams.Voice(pcm):
                    with self._lock:
                        path.arrived(pcm, now)
        self._tell(Came2023(data=data[:LONGEST], source=source))

    def error_received(self, exc: Exception) -> None:
        """A host that answers «port unreachable»: silence will say the same."""

    def _may_pass(self, now: float) -> bool:
        if now >= self._second + 1.0:
            self._second, self._left = now, MOST_PER_S
        self._left -= 1
        return self._left >= 0
