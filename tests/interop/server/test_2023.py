"""Clients of 2023 at a real server, over real sockets: REG, GET, DISCONNECT, and how they end."""

import asyncio
import os
import signal
import sqlite3
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from pathlib import Path

import pytest

import devcloud
from devcloud.model.errors import Refused
from devcloud.server.app import DevCloudServer
from devcloud.server.settings import ServerSettings

REGISTERED = b'{"ack": "Registered successfully"}'
NOT_REGISTERED = b'{"ack": "Error Registering"}'
ERROR = b'{"ack": "Error"}'
NOBODY = b'{"ip": "None"}'
HERE = b'{"ip": "127.0.0.1"}'


def reg(name: str) -> bytes:
    return b'{"command": "REG", "name": "%s"}' % name.encode()


def get(name: str) -> bytes:
    return b'{"command": "GET", "name": "%s"}' % name.encode()


def disconnect(name: str) -> bytes:
    return b'{"command": "DISCONNECT", "name": "%s"}' % name.encode()


class Client2023:
    """One TCP connection, read as those programs did: whatever one recv gives is a reply."""

    def __init__(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self._reader, self._writer = reader, writer

    @classmethod
    async def connect(cls, port: int) -> "Client2023":
        return cls(*await asyncio.open_connection("127.0.0.1", port))

    def send(self, data: bytes) -> None:
        self._writer.write(data)

    async def hears(self, reply: bytes) -> bool:
        async with asyncio.timeout(60):
            return await self._reader.readexactly(len(reply)) == reply

    async def reply(self) -> bytes:
        async with asyncio.timeout(60):
            return await self._reader.readuntil(b"}")

    async def is_closed(self) -> bool:
        """Read whatever still comes, to the end."""
        async with asyncio.timeout(60):
            with suppress(ConnectionError):
                await self._reader.read()
        return True

    async def says(self, data: bytes, reply: bytes) -> bool:
        self.send(data)
        return await self.hears(reply)

    async def close(self) -> None:
        self._writer.close()
        with suppress(ConnectionError):
            await self._writer.wait_closed()

    def vanish(self) -> None:
        """Close with a reset, as a program does that is killed with data unread."""
        self._writer.transport.abort()


@pytest.fixture
async def server(tmp_path: Path) -> AsyncIterator[DevCloudServer]:
    settings = ServerSettings(data=tmp_path / "server", host="127.0.0.1", port=0)
    async with DevCloudServer(settings) as running:
        yield running


@asynccontextmanager
async def somebody(server: DevCloudServer) -> AsyncIterator[Client2023]:
    client = await Client2023.connect(server.port)
    try:
        yield client
    finally:
        await client.close()


async def until_gone(asking: Client2023, name: str) -> None:
    """Ask until the entry is deleted: the server learns of a closed connection in its own time."""
    reply = HERE
    while reply != NOBODY:
        asking.send(get(name))
        reply = await asking.reply()


def stored(server: DevCloudServer) -> list[tuple[str, str]]:
    with sqlite3.connect(server.settings.data / "devcloud.sqlite3") as database:
        return database.execute("SELECT name, address FROM people_2023").fetchall()


async def test_there_asked_for_and_gone(server: DevCloudServer) -> None:
    async with somebody(server) as marc, somebody(server) as john:
        assert await marc.says(reg("Marc"), REGISTERED)
        assert stored(server) == [("Marc", "127.0.0.1")]
        assert await john.says(get("Marc"), HERE)
        assert await john.says(get("Zoé"), NOBODY)
        marc.send(disconnect("Marc"))
        assert await marc.is_closed()
        assert await john.says(get("Marc"), NOBODY)


@pytest.mark.parametrize("how", ["close", "vanish"])
async def test_however_the_connection_ends_the_entry_goes(server: DevCloudServer, how: str) -> None:
    async with somebody(server) as john:
        marc = await Client2023.connect(server.port)
        assert await marc.says(reg("Marc"), REGISTERED)
        if how == "close":
            await marc.close()
        else:
            marc.vanish()
        await until_gone(john, "Marc")
        assert await john.says(reg("Marc"), REGISTERED)


async def test_split_anywhere_and_glued_together(server: DevCloudServer) -> None:
    async with somebody(server) as marc:
        for byte in reg("Marc"):
            marc.send(bytes([byte]))
            await asyncio.sleep(0)
        assert await marc.hears(REGISTERED)
        marc.send(b" \r\n".join([get("Marc"), get("nobody"), get("Marc")]) + b"\n")
        assert await marc.hears(HERE + NOBODY + HERE)


async def test_a_name_is_one_persons(server: DevCloudServer, tmp_path: Path) -> None:
    address = f"127.0.0.1:{server.port}"
    async with somebody(server) as marc, somebody(server) as john:
        assert await marc.says(reg("Marc"), REGISTERED)
        assert await marc.says(reg("MARC"), REGISTERED)
        assert await john.says(reg("marc"), NOT_REGISTERED)
        with pytest.raises(Refused, match="already used"):
            async with devcloud.connect(address, name="Marc", data=tmp_path / "a"):
                pass
        async with devcloud.connect(address, name="Zoé", data=tmp_path / "b", observer=True):
            pass
        # Another name on the same connection: the first is free again.
        assert await marc.says(reg("Marc Two"), REGISTERED)
        assert await john.says(reg("Marc"), REGISTERED)
        assert sorted(stored(server)) == [("Marc", "127.0.0.1"), ("Marc Two", "127.0.0.1")]


async def test_a_name_that_belongs_to_a_key_is_refused(
    server: DevCloudServer, tmp_path: Path
) -> None:
    address = f"127.0.0.1:{server.port}"
    async with (
        devcloud.connect(address, name="John", data=tmp_path / "john"),
        somebody(server) as other,
    ):
        assert await other.says(reg("John"), NOT_REGISTERED)
        # John takes no calls of 2023, so there is no address to tell.
        assert await other.says(get("John"), NOBODY)
    async with somebody(server) as other:
        assert await other.says(reg("john"), NOT_REGISTERED)


async def test_todays_people_see_them_come_and_go(server: DevCloudServer, tmp_path: Path) -> None:
    async with devcloud.connect(
        f"127.0.0.1:{server.port}", name="John", data=tmp_path / "john", observer=True
    ) as john:
        people = john.people()
        assert await anext(people) == ()
        marc = await Client2023.connect(server.port)
        assert await marc.says(reg("Marc"), REGISTERED)
        (seen,) = await anext(people)
        assert (seen.name, seen.kind, seen.address, seen.key) == ("Marc", "2023", "127.0.0.1", "")
        await marc.close()
        assert await anext(people) == ()
        await people.aclose()


@pytest.mark.parametrize(
    "data",
    [
        b'{"command": "FLY", "name": "Marc"}',
        b'{"command": "GET"}',
        b'{"command": "GET", "name": 3}',
        b'{"command": "REG", "name": ["Marc"]}',
        b"{}",
    ],
)
async def test_what_is_no_request_is_an_error_and_no_end(
    server: DevCloudServer, data: bytes
) -> None:
    async with somebody(server) as marc:
        assert await marc.says(data, ERROR)
        assert await marc.says(reg("Marc"), REGISTERED)


@pytest.mark.parametrize(
    "data", [b"{" + b"a" * 1024 * 1024, b'{"command": \xff\xfe\x00 noise}\x00']
)
async def test_what_never_ends_or_is_noise_is_closed(server: DevCloudServer, data: bytes) -> None:
    async with somebody(server) as marc:
        marc.send(data)
        assert await marc.hears(ERROR)
        assert await marc.is_closed()
    async with somebody(server) as john:
        assert await john.says(get("Marc"), NOBODY)


async def test_somebody_elses_name_cannot_be_disconnected(server: DevCloudServer) -> None:
    async with somebody(server) as marc, somebody(server) as john:
        assert await marc.says(reg("Marc"), REGISTERED)
        assert await john.says(disconnect("Marc"), ERROR)
        assert await john.says(get("Marc"), HERE)


async def test_a_server_that_takes_none_of_them(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    settings = ServerSettings(data=tmp_path, host="127.0.0.1", port=0, legacy_2023=False)
    with caplog.at_level("INFO"):
        async with DevCloudServer(settings) as server:
            for _ in range(3):
                async with somebody(server) as marc:
                    marc.send(reg("Marc"))
                    assert await marc.is_closed()
    assert sum("--no-2023" in record.getMessage() for record in caplog.records) == 1


async def test_a_server_that_was_killed_leaves_no_ghosts(tmp_path: Path) -> None:
    data = tmp_path / "server"
    killed = await asyncio.create_subprocess_exec(
        sys.executable, "-m", "devcloud", "server", "--json",
        "--host", "127.0.0.1", "--port", "0", "--data", str(data),
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.DEVNULL,
    )  # fmt: skip
    assert killed.stdout is not None
    port = int((await killed.stdout.readline()).split(b'"port":')[1].split(b",")[0])
    marc = await Client2023.connect(port)
    assert await marc.says(reg("Marc"), REGISTERED)
    os.kill(killed.pid, signal.SIGKILL)
    await killed.wait()
    await marc.close()
    async with DevCloudServer(ServerSettings(data=data, host="127.0.0.1", port=0)) as server:
        assert stored(server) == []
        async with somebody(server) as john:
            assert await john.says(get("Marc"), NOBODY)
            assert await john.says(reg("Marc"), REGISTERED)
