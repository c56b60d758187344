"""Whatever a client sends, the server answers with a code or closes, and goes on for the others."""

import asyncio
import json
import os
import secrets
import socket
import struct
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

import aiohttp
import pytest

from devcloud.directory.buckets import Rate
from devcloud.net.oneport import DoorLimits
from devcloud.wire.websocket.frames import unmask

OPENING = (
    b"GET /ws HTTP/1.1\r\nHost: localhost\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
    b"Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\nSec-WebSocket-Version: 13\r\n\r\n"
)


@asynccontextmanager
async def raw(
    world: Any,
) -> AsyncIterator[tuple[asyncio.StreamReader, asyncio.StreamWriter]]:
    """A TCP connection of which we send every byte ourselves."""
    reader, writer = await asyncio.open_connection("127.0.0.1", world.server.port)
    try:
        yield reader, writer
    finally:
        writer.transport.abort()


async def answer_to(world: Any, data: bytes) -> bytes:
    """What the server says to these bytes until it closes."""
    async with raw(world) as (reader, writer), asyncio.timeout(60):
        writer.write(data)
        answer = b""
        try:
            while piece := await reader.read(65_536):
                answer += piece
        except ConnectionResetError:
            pass
        return answer


def frame(payload: bytes, first: int = 0x81) -> bytes:
    size = len(payload)
    head = bytes((first, 0x80 | size)) if size < 126 else struct.pack("!BBH", first, 0xFE, size)
    return head + b"abcd" + unmask(payload, b"abcd")


async def still_works(world: Any) -> None:
    client = await world.connect()
    welcome = await client.sign_in(f"Well {secrets.token_hex(8)}")
    assert welcome["type"] == "welcome"


# ── messages ─────────────────────────────────────────────────────────────────────────────────────

BAD_MESSAGES = [
    ("hello", "message_not_json"),
    ("", "message_not_json"),
    ('{"type":"invite"', "message_not_json"),
    ("[" * 10_000 + "]" * 10_000, "message_wrong_shape"),
    ('{"type":"invite","body":' + "[" * 10_000 + "]" * 10_000 + "}", "message_too_deep"),
    ('{"a":' * 10_000 + "1" + "}" * 10_000, "message_too_deep"),
    ("[]", "message_wrong_shape"),
    ("{}", "message_wrong_shape"),
    ('{"type":7}', "message_wrong_shape"),
    ('{"type":"dance"}', "message_unknown_type"),
    ('{"type":"welcome"}', "message_unknown_type"),
    ('{"type":"invite","call":"x","seq":1,"to":"John"}', "message_wrong_shape"),
    ('{"type":"status","status":"asleep"}', "message_wrong_shape"),
    (json.dumps({"type": "ack", "call": "A" * 32, "seq": 1, "to": "x"}), "message_wrong_shape"),
    (
        json.dumps({"type": "ack", "call": "a" * 31 + "\n", "seq": 1, "to": "x"}),
        "message_wrong_shape",
    ),
    (json.dumps({"type": "watch", "names": ["x"] * 501}), "message_wrong_shape"),
]


@pytest.mark.parametrize(("text", "code"), BAD_MESSAGES)
async def test_bad_messages_are_refused_and_the_session_goes_on(
    world: Any, text: str, code: str
) -> None:
    await world.start()
    marc = await world.person("Marc")
    await marc.ws.send_str(text)
    error = await marc.receive("error")
    assert error["code"] == code
    assert not error["text"].startswith("errors.")
    await marc.send(type="watch", search="nobody")
    assert (await marc.receive("presence"))["found"] == []


async def test_before_signing_in_they_end_the_connection(world: Any) -> None:
    await world.start()
    client = await world.connect()
    await client.ws.send_str("hello")
    assert (await client.receive())["code"] == "message_not_json"
    assert await client.closed() == (1008, "message_not_json")


async def test_binary_messages_are_refused(world: Any) -> None:
    await world.start()
    marc = await world.person("Marc")
    await marc.ws.send_bytes(b"\x00\xff")
    assert (await marc.receive())["code"] == "message_not_text"
    await marc.send(type="watch", search="nobody")
    assert (await marc.receive("presence"))["found"] == []


@pytest.mark.parametrize("body", [b"\xff", b"\xed\xa0\x80", b"\xc0\xaf"])
async def test_what_is_not_utf8_is_not_forwarded(world: Any, body: bytes) -> None:
    await world.start()
    marc, john = await world.person("Marc"), await world.person("John")
    text = b'{"type":"invite","call":"%s","seq":1,"to":"John","body":{"x":"' % (b"a" * 32)
    await marc.ws.send_frame(text + body + b'"}}', aiohttp.WSMsgType.TEXT)
    assert (await marc.receive("error"))["code"] == "message_not_utf8"
    await marc.call("invite", "John", "b" * 32)
    assert (await john.receive("invite"))["call"] == "b" * 32


@pytest.mark.parametrize("size", [65_537, 1_000_000])
async def test_too_long(world: Any, size: int) -> None:
    await world.start()
    marc = await world.person("Marc")
    await marc.ws.send_str("x" * size)
    assert (await marc.receive())["code"] == "message_too_long"
    assert await marc.closed() == (1009, "message_too_long")
    await still_works(world)


async def test_the_longest_there_may_be(world: Any) -> None:
    await world.start()
    marc = await world.person("Marc")
    await marc.ws.send_str("x" * 65_536)
    assert (await marc.receive())["code"] == "message_not_json"


# ── too many ─────────────────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize("what", ["messages", "pings", "binary", "of one address"])
async def test_a_flood_is_cut_off_and_starves_nobody(world: Any, what: str) -> None:
    few = Rate(per_second=1, burst=300)
    many = Rate(per_second=1_000_000, burst=1_000_000)
    limited = "address_messages" if what == "of one address" else "session_messages"
    await world.start(**{"session_messages": many, "address_messages": many, limited: few})
    john = await world.person("John")
    first = {"pings": 0x89, "binary": 0x82}.get(what, 0x81)
    payload = b"x" if first != 0x81 else b'{"type":"watch"}'
    flood = frame(payload, first) * 1_000
    answer = await answer_to(world, OPENING + flood * 20)
    assert b"101 Switching" in answer
    if what in ("pings", "binary"):
        assert answer.count(b"\x8a\x01x") <= 300
        code = b"message_not_text" if what == "binary" else b"too_many_messages"
        assert code in answer
    else:
        assert b"not_signed_in" in answer
    marc = await world.connect()
    if what == "of one address":
        return
    await marc.sign_in("Marc")
    for _ in range(400):
        await marc.ws.send_frame(payload, first & 0x0F)
    error = await marc.receive("error")
    while error["code"] == "message_not_text":
        error = await marc.receive("error")
    assert error["code"] == "too_many_messages"
    assert await marc.closed() == (1008, "too_many_messages")
    await john.send(type="watch", search="nobody")
    while "found" not in await john.receive("presence"):
        pass


async def test_a_million_small_messages_leave_room_for_others(world: Any) -> None:
    """Others are answered while they are worked off, and not only after them."""
    many = Rate(per_second=1e9, burst=1e9)
    server = await world.start(session_messages=many, address_messages=many)
    marc, john = await world.person("Marc"), await world.person("John")
    small = b"1"
    flood = frame(small) * 50_000
    transport = marc.ws._writer.transport
    transport.write(flood * 20)
    answered = 0
    for _ in range(20):
        await john.send(type="watch", search="nobody")
        while "found" not in await john.receive("presence"):
            pass
        answered += 1
    assert answered == 20
    refused = server.hall.metrics.refused["message_wrong_shape"]
    assert refused < 1_000_000, "all of the flood was worked off first"
    transport.abort()


async def test_a_slow_reader_is_dropped_and_the_sender_goes_on(world: Any, until: Any) -> None:
    many = Rate(per_second=1e9, burst=1e9)
    server = await world.start(session_messages=many, address_messages=many)
    marc, john = await world.person("Marc"), await world.person("John")
    john.ws._response.connection.transport.pause_reading()
    sent = 0
    body = {"x": "y" * 60_000}
    while server.hall.people.person("John") is not None:
        await marc.call("invite", "John", secrets.token_hex(16), body=body)
        sent += 1
        assert sent < 5_000
        await asyncio.sleep(0)
    assert server.hall.metrics.refused["slow_reader"] == 1
    await marc.call("invite", "John", "c" * 32)
    while (await marc.receive("undeliverable"))["call"] != "c" * 32:
        pass


async def test_silence_is_asked_about_and_then_ended(world: Any) -> None:
    server = await world.start(ping_s=0.05, silence_s=2)
    quiet = await world.person("Quiet")
    # Whoever answers pings stays; `receive` is what makes this client answer them.
    receiving = asyncio.ensure_future(quiet.receive("bye"))
    async with raw(world) as (reader, writer):
        # Signed in nowhere, but it is the WebSocket that is asked.
        writer.write(OPENING)
        await reader.readuntil(b"\r\n\r\n")
        assert await reader.readexactly(2) == b"\x89\x00"
        while not (await reader.readexactly(2)).startswith(b"\x81"):
            pass
        assert b'"silent"' in await reader.read(100)
    # Nor has the other said anything for as long.
    assert not receiving.done()
    assert server.hall.people.person("Quiet") is not None
    receiving.cancel()


# ── below the messages ───────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize(
    "data",
    [
        b"\x81\x05hello",
        b"\xf1\x80abcd",
        b"\x83\x80abcd",
        b"\x80\x80abcd",
        b"\x89\xfe\x00\x80abcd" + b"x" * 128,
        b"\x09\x80abcd",
    ],
)
async def test_broken_frames(world: Any, data: bytes) -> None:
    await world.start()
    answer = await answer_to(world, OPENING + data)
    assert b'"frame_broken"' in answer
    assert answer.endswith(b"\x88\x0e\x03\xeaframe_broken")
    await still_works(world)


async def test_a_text_in_pieces_is_a_text(world: Any) -> None:
    await world.start()
    answer = await answer_to(
        world, OPENING + frame(b'{"type":', 0x01) + frame(b'"watch"}', 0x80) + frame(b"", 0x88)
    )
    assert b'"not_signed_in"' in answer


@pytest.mark.parametrize(
    ("data", "status"),
    [
        (b"GET / HTTP/1.1\r\n\r\n", b"400 "),
        (b"GET / HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n", b"200 OK"),
        (b"POST / HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n", b"405 "),
        (b"GET /nowhere HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n", b"404 "),
        (b"GET /ws HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n", b"426 "),
        (b"GET /ws HTTP/1.1\r\nHost: x\r\nUpgrade: websocket\r\n\r\n", b"426 "),
        (b"NONSENSE\r\n\r\n", b"400 "),
        (b"GET / HTTP/9.9\r\n\r\n", b"400 "),
        (b"GET / HTTP/1.1\r\nbad header\r\n\r\n", b"400 "),
        (b"GET / HTTP/1.1\r\nContent-Length: -1\r\n\r\n", b"400 "),
        (b"GET /" + b"x" * 20_000 + b" HTTP/1.1\r\n\r\n", b"4"),
        (b"GET / HTTP/1.1\r\nX: " + b"x" * 40_000, b"431 "),
    ],
)
async def test_http_nonsense(world: Any, data: bytes, status: bytes) -> None:
    await world.start()
    async with raw(world) as (reader, writer), asyncio.timeout(60):
        writer.write(data)
        line = await reader.readline()
    assert line.startswith((b"HTTP/1.1 " + status, b"HTTP/1.0 " + status)), line
    await still_works(world)


@pytest.mark.parametrize(
    "data",
    [
        b"\x00",
        b"\x80\x00\x01\x03\x01",
        b"{" + b"x" * 100,
        b"\x16\x03\x01\x00\x05hello",
        b"\x16" + bytes(range(256)) * 40,
        b"\xff" * 70_000,
        b"\n\n\n",
        b"get / http/1.1\r\n\r\n",
    ],
)
async def test_garbage_on_tcp_is_closed(world: Any, data: bytes) -> None:
    await world.start(door=DoorLimits(silent_s=3))
    answer = await answer_to(world, data)
    assert b"HTTP/1.1 101" not in answer
    await still_works(world)


@pytest.mark.parametrize("sent", [b"", b"G", b"GET /ws HTTP/1.1\r\nHost: x\r\n", b"\x16\x03\x01"])
async def test_half_open_connections_are_closed(world: Any, sent: bytes) -> None:
    await world.start(door=DoorLimits(silent_s=0.05))
    assert await answer_to(world, sent) == b""


async def test_silent_connections_of_one_address_are_bounded(world: Any, until: Any) -> None:
    server = await world.start(door=DoorLimits(silent_at_once=3))
    silent = [socket.create_connection(("127.0.0.1", server.port)) for _ in range(4)]
    await until(lambda: server.hall.metrics.refused["too_many_connections"] == 1)
    for sock in silent:
        sock.close()
    await asyncio.sleep(0)
    await until(lambda: not server.hall.sessions)


async def test_connections_of_one_address_are_counted(world: Any) -> None:
    server = await world.start(door=DoorLimits(connections=Rate(per_second=0, burst=2)))
    await world.connect()
    await world.connect()
    with pytest.raises(aiohttp.ClientError):
        await world.connect()
    assert server.hall.metrics.refused["too_many_connections"] >= 1


@pytest.mark.parametrize("limit", ["most_connections", "connections_per_address"])
async def test_sessions_are_bounded(world: Any, limit: str, until: Any) -> None:
    server = await world.start(**{limit: 1})
    first = await world.connect()
    with pytest.raises(aiohttp.WSServerHandshakeError) as raised:
        await world.connect()
    assert raised.value.status == 503
    await first.ws.close()
    await until(lambda: not server.hall.sessions)
    await world.connect()


# ── UDP ──────────────────────────────────────────────────────────────────────────────────────────


async def test_udp_answers_binding_requests_and_drops_the_rest(world: Any) -> None:
    server = await world.start()
    loop = asyncio.get_running_loop()
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as sock:
        sock.setblocking(False)
        sock.bind(("127.0.0.1", 0))
        sock.connect(("127.0.0.1", server.port))
        for garbage in (b"", b"x", b"START Marc", os.urandom(1024), b"\x00\x01" + bytes(18)):
            sock.send(garbage)
        request = bytes.fromhex("000100002112a442") + b"transaction!"
        sock.send(request)
        async with asyncio.timeout(60):
            answer = await loop.sock_recv(sock, 2048)
        port = sock.getsockname()[1]
    assert answer[:2] == b"\x01\x01"
    assert answer[8:20] == b"transaction!"
    assert int.from_bytes(answer[26:28], "big") ^ 0x2112 == port
    assert bytes(a ^ b for a, b in zip(answer[28:32], answer[4:8], strict=True)) == bytes(
        (127, 0, 0, 1)
    )
    assert server.hall.metrics.stun == {"dropped": 5, "answered": 1}
