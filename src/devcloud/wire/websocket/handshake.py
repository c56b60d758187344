"""The opening of a WebSocket over HTTP/1.1, the server's side. (RFC 6455, section 4.2)

Reads no more of HTTP than it takes to tell a WebSocket from a page: whatever is not a proper
upgrade is somebody else's to answer.
"""

import base64
import binascii
import hashlib
from dataclasses import dataclass

_GUID = b"258EAFA5-E914-47DA-95CA-C5AB0DC85B11"
_MOST_HEADERS = 100


@dataclass(frozen=True, slots=True)
class RequestHead:
    """The first lines of an HTTP request. Names of headers are in lower case; a header that came
    more than once is joined by commas (RFC 9110, section 5.3)."""

    method: str
    target: str
    headers: dict[str, str]

    @property
    def path(self) -> str:
        """The target without its query."""
        return self.target.partition("?")[0]

    def lists(self, header: str, token: str) -> bool:
        """Return whether `token` is among the values of `header`, whatever its case."""
        return token in self.tokens(header.lower(), lower=True)

    def tokens(self, header: str, *, lower: bool = False) -> list[str]:
        """Return the values of a header that is a list."""
        value = self.headers.get(header, "")
        return [part.strip() for part in (value.lower() if lower else value).split(",")]


def parse_head(data: bytes) -> RequestHead | None:
    """Return the head in `data`, which ends with an empty line; None when it is not HTTP/1.1."""
    try:
        lines = data.decode("latin-1").rstrip("\r\n").split("\r\n")
        method, target, version = lines[0].split(" ")
    except ValueError:
        return None
    if version not in ("HTTP/1.1", "HTTP/1.0") or len(lines) > _MOST_HEADERS:
        return None
    headers: dict[str, str] = {}
    for line in lines[1:]:
        name, colon, value = line.partition(":")
        if not colon or not name or name != name.strip():
            return None
        name, value = name.lower(), value.strip()
        headers[name] = f"{headers[name]},{value}" if name in headers else value
    return RequestHead(method=method, target=target, headers=headers)


def is_upgrade(head: RequestHead) -> bool:
    """Return whether this opens a WebSocket as RFC 6455, section 4.2.1, asks."""
    return (
        head.method == "GET"
        and head.lists("upgrade", "websocket")
        and head.lists("connection", "upgrade")
        and head.headers.get("sec-websocket-version") == "13"
        and _is_key(head.headers.get("sec-websocket-key", ""))
    )


def accept(head: RequestHead, subprotocol: str) -> bytes:
    """Return the answer that opens the WebSocket.

    `subprotocol` is named only where the client offered it: a browser refuses one it did not ask
    for. (RFC 6455, section 4.2.2)
    """
    key = head.headers["sec-websocket-key"].encode()
    # SHA-1 is what the RFC says; it proves that we speak WebSocket and protects nothing.
    digest = base64.b64encode(hashlib.sha1(key + _GUID, usedforsecurity=False).digest())
    answer = (
        b"HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
        b"Sec-WebSocket-Accept: " + digest + b"\r\n"
    )
    if subprotocol in head.tokens("sec-websocket-protocol"):
        answer += b"Sec-WebSocket-Protocol: " + subprotocol.encode() + b"\r\n"
    return answer + b"\r\n"


def _is_key(key: str) -> bool:
    """16 bytes in base64. (RFC 6455, section 4.1, item 7)"""
    try:
        return len(base64.b64decode(key, validate=True)) == 16
    except (binascii.Error, ValueError):
        return False
