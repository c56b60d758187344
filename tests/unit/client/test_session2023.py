"""The connection to a server of 2023, over loopback: the server says what the test wants."""

import asyncio
import json
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager

import pytest

import devcloud
from devcloud.client import session, session2023
from devcloud.client.session import Listener
from devcloud.client.session2023 import Session2023, parse_address_2023
from devcloud.model.errors import BadSettings, DevCloudError, Refused, Unreachable
from devcloud.model.presence import Person
from devcloud.model.records import CallKind

HERE = "127.0.0.1"
REGISTERED = b'{"ack": "Registered successfully"}'
Answer = Callable[[dict[str, str], asyncio.StreamWriter], Awaitable[None]]


class Server:
    """Registers everybody and knows where John is, unless the test says otherwise."""

    def __init__(self) -> None:
        self.asked: list[tuple[str, str]] = []
        self.answers: dict[str, bytes] = {"REG": REGISTERED, "GET": b'{"ip": "10.0.0.2"}'}
        self.connections: list[asyncio.StreamWriter] = []
        self.gone = asyncio.Event()
        self.port = 0

    async def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self.connections.append(writer)
        while data := await reader.read(1024):
            request = json.loads(data)
            self.asked.append((request["command"], request["name"]))
            if answer := self.answers.get(request["command"]):
                writer.write(answer)
        writer.close()
        self.gone.set()


@asynccontextmanager
async def serving(server: Server) -> AsyncIterator[None]:
    listening = await asyncio.start_server(server.serve, HERE, server.port)
    server.port = listening.sockets[0].getsockname()[1]
    try:
        yield
    finally:
        listening.close()
        for writer in server.connections:
            writer.close()
        await listening.wait_closed()


class News:
    def __init__(self) -> None:
        self.welcomed = asyncio.Event()
        self.dropped: list[DevCloudError] = []
        self.pauses: list[float | None] = []

    @property
    def listener(self) -> Listener:
        return Listener(
            lambda _welcome: self.welcomed.set(),
            lambda _message: None,
            self.pauses.append,
            self.dropped.append,
        )


@pytest.fixture
def server() -> Server:
    return Server()


@pytest.fixture
def news() -> News:
    return News()


@asynccontextmanager
async def registered(server: Server, news: News) -> AsyncIterator[Session2023]:
    """Marc, with his connection carried until the end."""
    marc = Session2023(parse_address_2023(f"{HERE}:{server.port}"), "Marc", news.listener)
    await marc.open()
    carrying = asyncio.create_task(marc.run())
    try:
        yield marc
    finally:
        await marc.close()
        async with asyncio.timeout(60):
            await carrying


async def test_register_ask_and_disconnect(server: Server, news: News) -> None:
    async with serving(server):
        async with registered(server, news) as marc:
            assert marc.local_address == HERE
            john, again = await asyncio.gather(marc.find("John"), marc.find("John"))
            server.answers["GET"] = b'{"ip": "None"}'
            assert await marc.find("Nobody") is None
        await server.gone.wait()
    assert john == again == Person(name="John", kind=CallKind.LEGACY_2023, address="10.0.0.2")
    assert server.asked == [
        ("REG", "Marc"), ("GET", "John"), ("GET", "John"), ("GET", "Nobody"),
        ("DISCONNECT", "Marc"),
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("answer", "error", "code"),
    [
        (b'{"ack": "Error Registering"}', Refused, "name_taken"),
        (b'{"ack": "Error"}', Refused, "server_2023_fault"),
        (b"", Unreachable, "server_2023_silent"),
        (b'{"ip": "10.0.0.2"}', DevCloudError, "message_wrong_shape"),
        (b"HTTP/1.1 400 Bad Request", DevCloudError, "message_not_json"),
    ],
)
async def test_a_server_that_does_not_register(
    server: Server, news: News, answer: bytes, error: type[DevCloudError], code: str
) -> None:
    server.answers["REG"] = answer
    async with serving(server):
        with pytest.raises(error) as raised:
            async with registered(server, news):
                pass
    assert raised.value.code == code


async def test_nobody_listens(server: Server, news: News) -> None:
    async with serving(server):
        pass
    with pytest.raises(Unreachable) as raised:
        async with registered(server, news):
            pass
    assert raised.value.code == "server_2023_unreachable"


async def test_a_server_that_goes_is_tried_again(
    server: Server, news: News, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(session2023, "PAUSES_S", (0.01,))
    async with serving(server), registered(server, news) as marc:
        news.welcomed.clear()
        server.connections[0].close()
        async with asyncio.timeout(60):
            await news.welcomed.wait()
            assert await marc.find("John") is not None
    assert news.pauses
    assert session.PAUSES_S[0] == 1.0


async def test_a_server_that_falls_silent_finds_nobody_and_is_left(
    server: Server, news: News
) -> None:
    async with serving(server), registered(server, news) as marc:
        server.answers = {}
        assert await marc.find("John") is None
        assert await marc.find("John") is None
    assert [error.code for error in news.dropped] == ["server_2023_silent"]


@pytest.mark.parametrize(
    ("text", "host", "port"),
    [
        ("10.0.0.1", "10.0.0.1", 10000),
        (" 10.0.0.1:1024 ", "10.0.0.1", 1024),
        ("::1", "::1", 10000),
        ("[::1]:65535", "::1", 65535),
        ("[::1]", "::1", 10000),
        ("devcloud://10.0.0.1:10001/", "10.0.0.1", 10001),
    ],
)
def test_addresses(text: str, host: str, port: int) -> None:
    address = parse_address_2023(text)
    assert (address.host, address.port, address.tls) == (host, port, False)


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("", "ip_invalid"),
        ("example.org", "ip_invalid"),
        ("10.0.0.256", "ip_invalid"),
        ("10.0.0.1:1023", "port_out_of_range"),
        ("10.0.0.1:65536", "port_out_of_range"),
        ("10.0.0.1:ten", "port_out_of_range"),
        ("[::1]:0", "port_out_of_range"),
    ],
)
def test_what_is_no_address(text: str, code: str) -> None:
    with pytest.raises(BadSettings) as raised:
        parse_address_2023(text)
    assert raised.value.code == code


def test_settings_of_the_library() -> None:
    with pytest.raises(BadSettings, match="off, out, on or only"):
        devcloud.connect("10.0.0.1", name="Marc", legacy_2023="yes")
    with pytest.raises(BadSettings, match="who is there"):
        devcloud.connect("10.0.0.1", name="Marc", legacy_2023="only", observer=True)
    with pytest.raises(BadSettings, match="not valid"):
        devcloud.connect("example.org", name="Marc", legacy_2023="only")
