"""One port: the first byte decides, and whoever opens gets the connection whole."""

import asyncio
import socket
from collections import Counter

import pytest

from devcloud.net.addresses import bind
from devcloud.net.oneport import DoorLimits, OnePort


class EchoOpener:
    """Opens what begins with one byte and sends back what it reads, once."""

    def __init__(self, first: bytes) -> None:
        self._first = first
        self.opened: list[str] = []

    def matches(self, first: int) -> bool:
        return first == self._first[0]

    async def open(self, sock: socket.socket, address: str) -> None:
        loop = asyncio.get_running_loop()
        self.opened.append(address)
        data = await loop.sock_recv(sock, 100)
        await loop.sock_sendall(sock, self._first + b":" + data)
        sock.close()


class FailingOpener(EchoOpener):
    async def open(self, sock: socket.socket, address: str) -> None:
        raise ConnectionResetError("gone")


async def ask(port: int, data: bytes) -> bytes:
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    try:
        writer.write(data)
        async with asyncio.timeout(60):
            return await reader.read()
    except ConnectionResetError:
        return b""
    finally:
        writer.close()


async def test_the_first_byte_decides_and_is_not_taken() -> None:
    bound = bind("127.0.0.1", 0)
    openers = [EchoOpener(b"{"), EchoOpener(b"G"), FailingOpener(b"F"), EchoOpener(b"{")]
    refused: Counter[str] = Counter()
    port = OnePort(openers, refused=lambda code: refused.update([code]))
    port.start(bound.tcp)
    assert await ask(bound.port, b'{"command"') == b'{:{"command"'
    assert await ask(bound.port, b"GET /") == b"G:GET /"
    assert await ask(bound.port, b"F") == b""
    assert await ask(bound.port, b"?") == b""
    assert openers[0].opened == ["127.0.0.1"]
    assert openers[3].opened == []
    assert refused == {"not_understood": 1}
    await port.aclose()
    bound.close()


async def test_silence_is_bounded_and_closing_closes_who_is_silent() -> None:
    bound = bind("127.0.0.1", 0)
    refused: Counter[str] = Counter()
    port = OnePort(
        [], limits=DoorLimits(silent_s=0.02), refused=lambda code: refused.update([code])
    )
    port.start(bound.tcp)
    assert await ask(bound.port, b"") == b""
    assert refused == {"silent": 1}
    await port.aclose()

    bound.close()
    bound = bind("127.0.0.1", 0)
    port = OnePort([])
    port.start(bound.tcp)
    reader, writer = await asyncio.open_connection("127.0.0.1", bound.port)
    while not port._silent:
        await asyncio.sleep(0)
    await port.aclose()
    async with asyncio.timeout(60):
        assert await reader.read() == b""
    writer.close()
    bound.close()
    with pytest.raises(OSError):
        await asyncio.open_connection("127.0.0.1", bound.port)


async def test_closing_ends_an_opener_in_the_middle() -> None:
    began, ended = asyncio.Event(), asyncio.Event()

    class Waiting(EchoOpener):
        async def open(self, sock: socket.socket, address: str) -> None:
            began.set()
            try:
                await asyncio.Event().wait()
            finally:
                ended.set()

    bound = bind("127.0.0.1", 0)
    port = OnePort([Waiting(b"W")])
    port.start(bound.tcp)
    asking = asyncio.ensure_future(ask(bound.port, b"W"))
    await began.wait()
    await port.aclose()
    assert ended.is_set()
    assert await asking == b""
    bound.close()
