"""The entrance of HTTP: who gets a WebSocket, who gets a page, who is sent to https."""

import asyncio
from typing import Any

import pytest

from devcloud.net.http import HttpDoor, HttpEntrance, Peer, PlainOpener, TlsOpener

UPGRADE = (
    b"GET /ws HTTP/1.1\r\nHost: example.com:10000\r\nUpgrade: websocket\r\n"
    b"Connection: Upgrade\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n"
    b"Sec-WebSocket-Version: 13\r\n"
)
HERE = Peer("127.0.0.1", encrypted=False)
ELSEWHERE = Peer("192.0.2.9", encrypted=False)


class FakeTransport:
    def __init__(self) -> None:
        self.written = b""
        self.closed = ""
        self.protocol: Any = None

    def write(self, data: bytes) -> None:
        self.written += data

    def close(self) -> None:
        self.closed = "closed"

    def abort(self) -> None:
        self.closed = "aborted"

    def set_protocol(self, protocol: Any) -> None:
        self.protocol = protocol


class FakeProtocol(asyncio.Protocol):
    def __init__(self) -> None:
        self.received = b""

    def data_received(self, data: bytes) -> None:
        self.received += data


class Entrance:
    """An entrance, its transport, and whom it hands over to."""

    def __init__(self, peer: Peer, *, full: bool = False, **settings: Any) -> None:
        self.transport = FakeTransport()
        self.websocket, self.pages = FakeProtocol(), FakeProtocol()
        self.peer: Peer | None = None
        self.full = full
        self.door = HttpDoor(
            websocket=self._open,
            pages=lambda: self.pages,
            path="/ws",
            subprotocol="devcloud.v2",
            **settings,
        )
        self.protocol = HttpEntrance(self.door, peer)
        self.protocol.connection_made(self.transport)  # type: ignore[arg-type]

    def _open(self, transport: Any, peer: Peer, answer: bytes) -> FakeProtocol | None:
        self.peer = peer
        if self.full:
            return None
        transport.write(answer)
        return self.websocket


async def test_a_websocket_with_what_it_said_already() -> None:
    entrance = Entrance(HERE)
    request = UPGRADE + b"\r\nframes"
    for at in range(len(request)):
        entrance.transport.protocol or entrance.protocol.data_received(request[at : at + 1])
    assert entrance.transport.protocol is entrance.websocket
    assert entrance.transport.written.startswith(b"HTTP/1.1 101 ")
    entrance = Entrance(HERE)
    entrance.protocol.data_received(request)
    assert entrance.websocket.received == b"frames"
    assert not entrance.door.waiting


async def test_a_page() -> None:
    entrance = Entrance(HERE)
    entrance.protocol.data_received(b"GET / HTTP/1.1\r\nHost: x\r\n\r\nmore")
    assert entrance.transport.protocol is entrance.pages
    assert entrance.pages.received == b"GET / HTTP/1.1\r\nHost: x\r\n\r\nmore"


@pytest.mark.parametrize("host", [b"example.com:10000", b"192.0.2.1", b"[2001:db8::1]:10000"])
@pytest.mark.parametrize("target", [b"/", b"/ws?x=1"])
async def test_plain_http_from_elsewhere_is_sent_to_https(host: bytes, target: bytes) -> None:
    entrance = Entrance(ELSEWHERE)
    entrance.protocol.data_received(b"GET %s HTTP/1.1\r\nHost: %s\r\n\r\n" % (target, host))
    assert entrance.transport.written.startswith(b"HTTP/1.1 308 Permanent Redirect\r\n")
    assert b"\r\nLocation: https://%s%s\r\n" % (host, target) in entrance.transport.written
    assert entrance.transport.closed == "closed"
    assert entrance.transport.protocol is None


@pytest.mark.parametrize(
    "head",
    [
        b"GET / HTTP/1.1\r\n",
        b"GET / HTTP/1.1\r\nHost: evil.example/x?\r\n",
        b"GET / HTTP/1.1\r\nHost: a b\r\n",
        b"GET //\x7f HTTP/1.1\r\nHost: x\r\n",
        b"GET https://elsewhere/ HTTP/1.1\r\nHost: x\r\n",
        b"GET / HTTP/1.1\r\nHost: x\r\nHost: y\r\n",
    ],
)
async def test_but_not_to_wherever_a_request_says(head: bytes) -> None:
    entrance = Entrance(ELSEWHERE)
    entrance.protocol.data_received(head + b"\r\n")
    assert entrance.transport.written.startswith(b"HTTP/1.1 400 Bad Request\r\n")


async def test_a_websocket_in_plain_http_from_elsewhere_is_sent_to_https_too() -> None:
    entrance = Entrance(ELSEWHERE)
    entrance.protocol.data_received(UPGRADE + b"\r\n")
    assert entrance.transport.written.startswith(b"HTTP/1.1 308 ")


@pytest.mark.parametrize("kind", [b"text/html,application/xhtml+xml;q=0.9", b"text/css,*/*;q=0.1"])
async def test_a_browser_from_elsewhere_is_told_why(kind: bytes) -> None:
    told = FakeProtocol()
    entrance = Entrance(ELSEWHERE, unencrypted=lambda: told)
    request = b"GET / HTTP/1.1\r\nHost: example.com:10000\r\nAccept: " + kind + b"\r\n\r\n"
    entrance.protocol.data_received(request)
    assert entrance.transport.protocol is told
    assert told.received == request


async def test_a_program_from_elsewhere_is_sent_to_https_all_the_same() -> None:
    entrance = Entrance(ELSEWHERE, unencrypted=FakeProtocol)
    entrance.protocol.data_received(b"GET / HTTP/1.1\r\nHost: x\r\nAccept: */*\r\n\r\n")
    assert entrance.transport.written.startswith(b"HTTP/1.1 308 ")


async def test_a_page_opens_a_websocket_only_where_its_origin_is_known() -> None:
    known = {"https://example.com:10000"}

    def check(head: Any, peer: Peer) -> str | None:
        origin = head.headers.get("origin", "")
        return origin if origin in known else None

    own = UPGRADE + b"Origin: https://example.com:10000\r\n\r\n"
    entrance = Entrance(HERE, origin=check)
    entrance.protocol.data_received(own)
    assert entrance.peer == Peer("127.0.0.1", False, origin="https://example.com:10000")
    entrance = Entrance(HERE, origin=check)
    entrance.protocol.data_received(UPGRADE + b"Origin: https://evil.example\r\n\r\n")
    assert entrance.peer is None
    assert entrance.transport.written.startswith(b"HTTP/1.1 403 Forbidden\r\n")
    assert entrance.transport.written.endswith(b'\r\n\r\n{"code":"origin_unknown"}')
    assert entrance.transport.closed == "closed"


async def test_without_a_check_no_page_opens_one() -> None:
    entrance = Entrance(HERE)
    entrance.protocol.data_received(UPGRADE + b"Origin: https://example.com:10000\r\n\r\n")
    assert entrance.transport.written.startswith(b"HTTP/1.1 403 ")


async def test_over_tls_nobody_is_sent_anywhere() -> None:
    entrance = Entrance(Peer("192.0.2.9", encrypted=True))
    entrance.protocol.data_received(UPGRADE + b"\r\n")
    assert entrance.peer == Peer("192.0.2.9", encrypted=True)


async def test_behind_a_proxy_the_address_is_the_one_the_proxy_saw() -> None:
    forwarded = b"X-Forwarded-For: 203.0.113.1, 198.51.100.7\r\n"
    entrance = Entrance(ELSEWHERE, behind_proxy=True)
    entrance.protocol.data_received(UPGRADE + forwarded + b"\r\n")
    assert entrance.peer == Peer("198.51.100.7", encrypted=False)
    entrance = Entrance(ELSEWHERE, behind_proxy=True)
    entrance.protocol.data_received(UPGRADE + forwarded + b"X-Forwarded-Proto: https\r\n\r\n")
    assert entrance.peer == Peer("198.51.100.7", encrypted=True, proxied=True)
    entrance = Entrance(ELSEWHERE, behind_proxy=True)
    entrance.protocol.data_received(UPGRADE + b"\r\n")
    assert entrance.peer == ELSEWHERE


async def test_without_a_proxy_nobody_names_their_own_address() -> None:
    entrance = Entrance(HERE)
    entrance.protocol.data_received(UPGRADE + b"X-Forwarded-For: 203.0.113.1\r\n\r\n")
    assert entrance.peer == HERE


async def test_a_full_server_says_so() -> None:
    entrance = Entrance(HERE, full=True)
    entrance.protocol.data_received(UPGRADE + b"\r\n")
    assert entrance.transport.written.startswith(b"HTTP/1.1 503 ")


async def test_a_head_that_is_too_long_and_whole() -> None:
    entrance = Entrance(HERE)
    entrance.protocol.data_received(b"GET / HTTP/1.1\r\nX: " + b"x" * 20_000 + b"\r\n\r\n")
    assert entrance.transport.written.startswith(b"HTTP/1.1 431 ")


@pytest.mark.parametrize("peer", [HERE, ELSEWHERE])
async def test_what_cannot_be_read_is_no_way_around_https(peer: Peer) -> None:
    entrance = Entrance(peer)
    more = b"".join(b"X-%d: 1\r\n" % number for number in range(120))
    entrance.protocol.data_received(b"GET / HTTP/1.1\r\nHost: x\r\n" + more + b"\r\n")
    assert entrance.transport.written.startswith(b"HTTP/1.1 400 ")


async def test_a_head_without_end() -> None:
    entrance = Entrance(HERE)
    entrance.protocol.data_received(b"GET / HTTP/1.1\r\nX: " + b"x" * 20_000)
    assert entrance.transport.written.startswith(b"HTTP/1.1 431 ")


async def test_who_never_ends_the_head_is_cut_off() -> None:
    entrance = Entrance(HERE, head_s=0.01)
    entrance.protocol.data_received(b"GET / HTTP/1.1\r\n")
    async with asyncio.timeout(60):
        while not entrance.transport.closed:
            await asyncio.sleep(0.005)
    assert entrance.transport.closed == "aborted"


async def test_closing_the_door_cuts_off_who_waits() -> None:
    entrance = Entrance(HERE)
    assert entrance.door.waiting
    entrance.door.close()
    assert entrance.transport.closed == "aborted"
    entrance.protocol.connection_lost(None)
    assert not entrance.door.waiting


def test_first_bytes() -> None:
    door: Any = None
    assert TlsOpener(door, door).matches(0x16)
    assert not TlsOpener(door, door).matches(ord("G"))
    assert all(PlainOpener(door).matches(ord(letter)) for letter in "GHPOCTD")
    assert not any(PlainOpener(door).matches(byte) for byte in b"{g\x16\x00[")
