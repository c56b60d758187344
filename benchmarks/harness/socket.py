"""A WebSocket client made for load: little work per message, so that few cores suffice.

Text messages only; pings are answered. What comes goes to `on_message`; `next` waits for one.
"""

import asyncio
import base64
import os
import ssl
from collections.abc import Callable
from typing import cast

from benchmarks.harness.processes import BenchmarkFailed
from devcloud.identity.claims import sign_in_claim
from devcloud.identity.keys import SigningKey
from devcloud.net.tls import client_context, pin_of
from devcloud.wire.signalling import messages
from devcloud.wire.signalling.codec import decode_from_server, encode
from devcloud.wire.signalling.messages import SUBPROTOCOL, Message
from devcloud.wire.websocket.frames import unmask

OPEN_S = 20.0
_TEXT, _PING, _PONG = 0x81, 0x89, 0x8A


def masked(payload: bytes, opcode: int = _TEXT) -> bytes:
    """Return a frame as clients send them (RFC 6455, section 5.3)."""
    length = len(payload)
    if length < 126:
        head = bytes((opcode, 0x80 | length))
    elif length < 65_536:
        head = bytes((opcode, 0x80 | 126)) + length.to_bytes(2, "big")
    else:
        raise ValueError("longer than any message")
    mask = os.urandom(4)
    return head + mask + unmask(payload, mask)


class LoadSocket(asyncio.Protocol):
    """One connection. Made by `open_socket`."""

    def __init__(self) -> None:
        self._buffer = b""
        self._upgraded = False
        self._opened = asyncio.get_running_loop().create_future()
        self._waiting: asyncio.Queue[bytes] = asyncio.Queue()
        self.transport: asyncio.Transport
        self.on_message: Callable[[bytes], None] = self._waiting.put_nowait

    async def upgrade(self, host: str) -> None:
        """Become a WebSocket. Raises BenchmarkFailed."""
        key = base64.b64encode(os.urandom(16)).decode()
        self.transport.write(
            f"GET /ws HTTP/1.1\r\nHost: {host}\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
            f"Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: {key}\r\n"
            f"Sec-WebSocket-Protocol: {SUBPROTOCOL}\r\n\r\n".encode()
        )
        async with asyncio.timeout(OPEN_S):
            await self._opened

    def say(self, message: Message) -> None:
        """Send a message."""
        self.transport.write(masked(encode(message)))

    async def next(self) -> bytes:
        """Return the next message. Raises BenchmarkFailed when the connection ends instead."""
        async with asyncio.timeout(OPEN_S):
            message = await self._waiting.get()
        if not message:
            raise BenchmarkFailed("a connection was closed")
        return message

    def close(self) -> None:
        """Leave."""
        self.transport.abort()

    # ── from the loop ────────────────────────────────────────────────────────────────────────────

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """(asyncio.BaseProtocol)"""
        self.transport = cast(asyncio.Transport, transport)

    def connection_lost(self, exc: Exception | None) -> None:
        """(asyncio.BaseProtocol)"""
        self._waiting.put_nowait(b"")
        if not self._opened.done():
            self._opened.set_exception(BenchmarkFailed("a connection was refused"))

    def data_received(self, data: bytes) -> None:
        """(asyncio.Protocol)"""
        self._buffer = buffer = self._buffer + data if self._buffer else data
        at = 0 if self._upgraded else self._skip_head(buffer)
        end = len(buffer) if self._upgraded else 0
        while end - at >= 2:
            length, start = buffer[at + 1], at + 2
            if length >= 126:
                size = 2 if length == 126 else 8
                length = int.from_bytes(buffer[start : start + size], "big")
                start += size
            if end < start + length:
                break
            if buffer[at] == _TEXT:
                self.on_message(buffer[start : start + length])
            elif buffer[at] == _PING:
                self.transport.write(masked(buffer[start : start + length], _PONG))
            at = start + length
        self._buffer = buffer[at:] if at < len(buffer) else b""

    def _skip_head(self, buffer: bytes) -> int:
        end = buffer.find(b"\r\n\r\n")
        if end < 0:
            return 0
        self._upgraded = buffer.startswith(b"HTTP/1.1 101 ")
        if not self._opened.done():
            if self._upgraded:
                self._opened.set_result(None)
            else:
                self._opened.set_exception(BenchmarkFailed("the server made no WebSocket"))
        return end + 4


async def open_socket(port: int, *, tls: ssl.SSLContext | None = None) -> LoadSocket:
    """Connect to a server on this machine. Raises BenchmarkFailed, OSError."""
    loop = asyncio.get_running_loop()
    _, socket = await loop.create_connection(LoadSocket, "127.0.0.1", port, ssl=tls)
    await socket.upgrade(f"127.0.0.1:{port}")
    return socket


async def sign_in(socket: LoadSocket, name: str, key: SigningKey, device: str) -> None:
    """Sign in for real, up to the welcome. Raises BenchmarkFailed when the server refuses."""
    tls = socket.transport.get_extra_info("ssl_object")
    certificate = pin_of(tls.getpeercert(binary_form=True)) if tls else ""
    version = messages.PROTOCOL_VERSION
    socket.say(messages.Hello(versions=[version], name=name, key=key.public, device=device))
    challenge = decode_from_server(await socket.next())
    if not isinstance(challenge, messages.Challenge):
        raise BenchmarkFailed(f"refused: {challenge}")
    claim = sign_in_claim(
        version=version, nonce=challenge.nonce, certificate=certificate, name=name, device=device
    )
    socket.say(messages.Proof(signature=key.sign(claim)))
    welcome = decode_from_server(await socket.next())
    if not isinstance(welcome, messages.Welcome):
        raise BenchmarkFailed(f"refused: {welcome}")


def new_key() -> SigningKey:
    """Return a key nobody has."""
    return SigningKey.from_seed(os.urandom(32))


def new_device() -> str:
    """Return a device id nobody has."""
    return os.urandom(8).hex()


def tls_context() -> ssl.SSLContext:
    """Return what a client connects with."""
    return client_context()
