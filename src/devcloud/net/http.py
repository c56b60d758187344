"""HTTP at the one port: WebSockets are taken here, pages are left to the web library.

The first request's head is read by `HttpEntrance`; an upgrade to `/ws` becomes a `WebSocket` on the
same transport, anything else is handed to the library's protocol with the bytes it came with. So a
WebSocket costs no task and no request object, and the pages no code of ours. Plain HTTP from
another machine is sent to https unless a proxy stands in front: programs by a redirect, people by a
page that says why.
"""

import asyncio
import re
import socket
import ssl
from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import cast

from devcloud.net.addresses import is_loopback, plain_address
from devcloud.wire.websocket.handshake import RequestHead, accept, is_upgrade, parse_head

_END = b"\r\n\r\n"
_LONGEST_HEAD = 16 * 1024
_TLS_CLIENT_HELLO = 0x16
_SAFE_HOST = re.compile(r"[A-Za-z0-9.\-]{1,253}(:\d{1,5})?|\[[0-9A-Fa-f:.]{2,45}\](:\d{1,5})?")
_SAFE_TARGET = re.compile(r"/[!-~]{0,2048}")


@dataclass(frozen=True, slots=True)
class Peer:
    """Who is at the other end: their address, whether they came over TLS, whether it was a proxy in
    front that did it, the pin of the certificate they saw where it is ours, and the origin of the
    page where it is a browser."""

    address: str
    encrypted: bool
    proxied: bool = False
    pin: str = ""
    origin: str = ""


OriginCheck = Callable[[RequestHead, Peer], str | None]
"""Says where the page of a WebSocket is from, empty for none; None turns it away."""

WebSocketOpener = Callable[[asyncio.Transport, Peer, bytes], asyncio.Protocol | None]
"""Takes the transport, the peer and the answer to send; returns who reads from now on, or None to
turn it away."""


class HttpDoor:
    """What all connections share.

    `pages` makes the web library's protocol, `path` is where the WebSocket is; the first head must
    be whole after `head_s`. `origin` says which pages may open a WebSocket (none, if not given);
    `unencrypted` makes the protocol that explains to browsers from other machines why https.
    """

    def __init__(
        self,
        *,
        websocket: WebSocketOpener,
        pages: Callable[[], asyncio.Protocol],
        path: str,
        subprotocol: str,
        behind_proxy: bool = False,
        head_s: float = 10.0,
        origin: OriginCheck | None = None,
        unencrypted: Callable[[], asyncio.Protocol] | None = None,
    ) -> None:
        self.websocket = websocket
        self.pages = pages
        self.path = path
        self.subprotocol = subprotocol
        self.behind_proxy = behind_proxy
        self.head_s = head_s
        self.origin = origin or _no_pages
        self.unencrypted = unencrypted
        self.waiting: set[asyncio.Transport] = set()

    def close(self) -> None:
        """Cut off those who have not sent a whole head yet."""
        for transport in list(self.waiting):
            transport.abort()


class TlsOpener:
    """Opens what begins with a TLS ClientHello. `pin` is that of the context's certificate."""

    def __init__(self, door: HttpDoor, context: ssl.SSLContext, pin: str = "") -> None:
        self._door = door
        self.renew(context, pin)

    def renew(self, context: ssl.SSLContext, pin: str) -> None:
        """Show another certificate from now on; connections there are keep theirs."""
        self._context = context
        self._pin = pin

    def matches(self, first: int) -> bool:
        """0x16, the record type of a handshake. (RFC 8446, section 5.1)"""
        return first == _TLS_CLIENT_HELLO

    async def open(self, sock: socket.socket, address: str) -> None:
        """Shake hands. Raises OSError (ssl.SSLError among them) or TimeoutError."""
        # Of one moment: who began with the old certificate is known by the old pin.
        peer = Peer(address, encrypted=True, pin=self._pin)
        await asyncio.get_running_loop().connect_accepted_socket(
            lambda: HttpEntrance(self._door, peer),
            sock,
            ssl=self._context,
            ssl_handshake_timeout=self._door.head_s,
            ssl_shutdown_timeout=2.0,
        )


class PlainOpener:
    """Opens what begins with a letter, as the methods of HTTP do."""

    def __init__(self, door: HttpDoor) -> None:
        self._door = door

    def matches(self, first: int) -> bool:
        """A capital letter. (RFC 9110, section 9.1)"""
        return ord("A") <= first <= ord("Z")

    async def open(self, sock: socket.socket, address: str) -> None:
        """Attach the entrance. Raises OSError."""
        await asyncio.get_running_loop().connect_accepted_socket(
            lambda: HttpEntrance(self._door, Peer(address, encrypted=False)), sock
        )


class HttpEntrance(asyncio.Protocol):
    """Reads the head of the first request and steps aside."""

    __slots__ = ("_data", "_door", "_peer", "_timer", "_transport")

    def __init__(self, door: HttpDoor, peer: Peer) -> None:
        self._door = door
        self._peer = peer
        self._data = b""

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """(asyncio.BaseProtocol)"""
        # A cast, since uvloop's transports are none of asyncio's classes.
        self._transport = cast(asyncio.Transport, transport)
        loop = asyncio.get_running_loop()
        self._timer = loop.call_later(self._door.head_s, self._transport.abort)
        self._door.waiting.add(self._transport)

    def connection_lost(self, exc: Exception | None) -> None:
        """(asyncio.BaseProtocol)"""
        self._done_waiting()

    def _done_waiting(self) -> None:
        self._timer.cancel()
        self._door.waiting.discard(self._transport)

    def data_received(self, data: bytes) -> None:
        """(asyncio.Protocol)"""
        self._data += data
        end = self._data.find(_END)
        if (len(self._data) if end < 0 else end) > _LONGEST_HEAD:
            self._answer("431 Request Header Fields Too Large")
            return
        if end < 0:
            return
        self._done_waiting()
        head = parse_head(self._data[: end + len(_END)])
        if head is None:
            self._answer("400 Bad Request")
        elif self._must_encrypt():
            self._send_to_https(head)
        elif head.path == self._door.path and is_upgrade(head):
            self._open_websocket(head, self._data[end + len(_END) :])
        else:
            self._hand_to(self._door.pages)

    def _must_encrypt(self) -> bool:
        peer = self._peer
        return not (peer.encrypted or self._door.behind_proxy or is_loopback(peer.address))

    def _send_to_https(self, head: RequestHead) -> None:
        """A person is told why, a program where."""
        host, explain = head.headers.get("host", ""), self._door.unencrypted
        if not _SAFE_HOST.fullmatch(host) or not _SAFE_TARGET.fullmatch(head.target):
            self._answer("400 Bad Request")
        elif explain is not None and _is_shown(head):
            self._hand_to(explain)
        else:
            self._redirect(host, head)

    def _redirect(self, host: str, head: RequestHead) -> None:
        self._answer("308 Permanent Redirect", f"Location: https://{host}{head.target}\r\n")

    def _answer(self, status: str, headers: str = "", body: str = "") -> None:
        self._done_waiting()
        length = f"Content-Length: {len(body)}\r\nConnection: close\r\n\r\n"
        self._transport.write(f"HTTP/1.1 {status}\r\n{headers}{length}{body}".encode())
        self._transport.close()

    def _open_websocket(self, head: RequestHead, rest: bytes) -> None:
        peer = self._peer
        if self._door.behind_proxy:
            peer = _behind_proxy(head, peer)
        origin = self._door.origin(head, peer)
        if origin is None:
            json = "Content-Type: application/json\r\n"
            self._answer("403 Forbidden", json, '{"code":"origin_unknown"}')
            return
        peer = replace(peer, origin=origin)
        answer = accept(head, self._door.subprotocol)
        protocol = self._door.websocket(self._transport, peer, answer)
        if protocol is None:
            self._answer("503 Service Unavailable", "Retry-After: 5\r\n")
            return
        self._transport.set_protocol(protocol)
        if rest:
            protocol.data_received(rest)

    def _hand_to(self, made: Callable[[], asyncio.Protocol]) -> None:
        pages = made()
        self._transport.set_protocol(pages)
        pages.connection_made(self._transport)
        pages.data_received(self._data)


def _no_pages(head: RequestHead, _: Peer) -> str | None:
    return None if "origin" in head.headers else ""


def _is_shown(head: RequestHead) -> bool:
    """Whether a browser asks, for a person or for the style of what it shows to one."""
    accepted = head.tokens("accept", lower=True)
    return head.method in ("GET", "HEAD") and any(
        kind.startswith(("text/html", "text/css")) for kind in accepted
    )


def _behind_proxy(head: RequestHead, peer: Peer) -> Peer:
    """Who the proxy says it is: of the addresses named the last one, since those before it anyone
    may invent."""
    address = plain_address(head.tokens("x-forwarded-for")[-1])
    proxied = not peer.encrypted and head.tokens("x-forwarded-proto", lower=True)[-1] == "https"
    return Peer(address or peer.address, peer.encrypted or proxied, proxied, peer.pin)
