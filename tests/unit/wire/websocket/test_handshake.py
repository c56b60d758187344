"""The opening of a WebSocket. (RFC 6455, section 4)"""

import pytest

from devcloud.wire.websocket.handshake import accept, is_upgrade, parse_head

OPENING = (
    b"GET /ws?x=1 HTTP/1.1\r\nHost: example.com\r\nUpgrade: WebSocket\r\n"
    b"Connection: keep-alive, Upgrade\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n"
    b"Sec-WebSocket-Version: 13\r\nSec-WebSocket-Protocol: other, devcloud.v2\r\n\r\n"
)


def test_the_example_of_the_rfc() -> None:
    # Section 1.3: this key has this answer.
    head = parse_head(OPENING)
    assert head is not None
    assert (head.method, head.path, head.target) == ("GET", "/ws", "/ws?x=1")
    assert is_upgrade(head)
    assert accept(head, "devcloud.v2") == (
        b"HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
        b"Sec-WebSocket-Accept: s3pPLMBiTxaQ9kYGzzhZRbK+xOo=\r\n"
        b"Sec-WebSocket-Protocol: devcloud.v2\r\n\r\n"
    )


def test_a_protocol_that_was_not_offered_is_not_named() -> None:
    head = parse_head(OPENING.replace(b"other, devcloud.v2", b"other"))
    assert head is not None
    assert b"Sec-WebSocket-Protocol" not in accept(head, "devcloud.v2")


@pytest.mark.parametrize(
    ("old", "new"),
    [
        (b"GET ", b"POST "),
        (b"Upgrade: WebSocket", b"Upgrade: h2c"),
        (b"keep-alive, Upgrade", b"keep-alive"),
        (b"Version: 13", b"Version: 8"),
        (b"dGhlIHNhbXBsZSBub25jZQ==", b"c2hvcnQ="),
        (b"dGhlIHNhbXBsZSBub25jZQ==", b"not base64!"),
        (b"Sec-WebSocket-Key", b"X-Key"),
    ],
)
def test_what_is_no_upgrade(old: bytes, new: bytes) -> None:
    head = parse_head(OPENING.replace(old, new))
    assert head is not None
    assert not is_upgrade(head)


def test_a_header_that_came_twice_is_one_list() -> None:
    head = parse_head(b"GET / HTTP/1.1\r\nX-Forwarded-For: a\r\nx-forwarded-for: b, c\r\n\r\n")
    assert head is not None
    assert head.tokens("x-forwarded-for") == ["a", "b", "c"]


@pytest.mark.parametrize(
    "data",
    [
        b"\r\n\r\n",
        b"GET /\r\n\r\n",
        b"GET / HTTP/2\r\n\r\n",
        b"GET / HTTP/1.1\r\nno colon\r\n\r\n",
        b"GET / HTTP/1.1\r\n: no name\r\n\r\n",
        b"GET / HTTP/1.1\r\n folded: x\r\n\r\n",
        b"GET / HTTP/1.1\r\n" + b"X: y\r\n" * 101 + b"\r\n",
    ],
)
def test_what_is_no_http(data: bytes) -> None:
    assert parse_head(data) is None
