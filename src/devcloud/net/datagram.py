"""UDP at the one port: STUN binding requests are answered, everything else is dropped.

Each address may ask so many a second and no more, so that nobody can be flooded through us.
"""

import asyncio
from collections.abc import Callable
from typing import cast

from devcloud.directory.buckets import Buckets, Rate
from devcloud.net.addresses import plain_address
from devcloud.wire import stun

STUN_RATE = Rate(per_second=50, burst=100)


class StunResponder(asyncio.DatagramProtocol):
    """Answers on one socket. `counted` is called with `answered`, `dropped` or `limited`."""

    def __init__(
        self, rate: Rate = STUN_RATE, counted: Callable[[str], None] | None = None
    ) -> None:
        self._rates: Buckets[str] = Buckets(rate)
        self._counted = counted or (lambda what: None)
        self._loop = asyncio.get_running_loop()
        self._transport: asyncio.DatagramTransport | None = None

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """(asyncio.BaseProtocol)"""
        # A cast, since uvloop's transports are none of asyncio's classes.
        self._transport = cast(asyncio.DatagramTransport, transport)

    def datagram_received(
        self, data: bytes, addr: tuple[str, int] | tuple[str, int, int, int]
    ) -> None:
        """(asyncio.DatagramProtocol)"""
        request = stun.parse_binding_request(data)
        if request is None or self._transport is None:
            self._counted("dropped")
        elif not self._rates.take(plain_address(addr[0]), self._loop.time()):
            self._counted("limited")
        else:
            self._transport.sendto(stun.answer(request, addr[0], addr[1]), addr)
            self._counted("answered")

    def error_received(self, exc: Exception) -> None:
        """(asyncio.DatagramProtocol) An answer nobody was there for: that is theirs to know."""
