"""`devcloud server` as a process: what it prints, how it stops, what it refuses."""

import asyncio
import json
import re
import signal
import sqlite3
import ssl
import sys
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import aiohttp
import pytest

from devcloud.net.tls import check_pin, client_context
from devcloud.server.store import DATABASE_FILE


class Process:
    def __init__(self, process: asyncio.subprocess.Process) -> None:
        self.process = process
        self.started: dict[str, Any] = {}

    async def end(self) -> tuple[int, str, str]:
        """Wait for its end: not as long as its library would wait for connections, 60 s."""
        async with asyncio.timeout(60):
            out, err = await self.process.communicate()
        assert self.process.returncode is not None
        return self.process.returncode, out.decode(), err.decode()


class Commands:
    """Runs `devcloud server`, and ends what still runs."""

    def __init__(self) -> None:
        self.processes: list[asyncio.subprocess.Process] = []

    async def run(self, *arguments: object) -> Process:
        process = await asyncio.create_subprocess_exec(
            sys.executable, "-c", "from devcloud.cli.main import run; run()", "server",
            *map(str, arguments),
            stdout=asyncio.subprocess.PIPE, stderr=asyncio.subprocess.PIPE,
        )  # fmt: skip
        self.processes.append(process)
        return Process(process)

    async def start(self, *arguments: object) -> Process:
        """Run it with `--json` until it says that it is ready."""
        running = await self.run("--json", "--json-logs", *arguments)
        assert running.process.stdout is not None
        async with asyncio.timeout(60):
            running.started = json.loads(await running.process.stdout.readline())
        return running


@pytest.fixture
async def commands() -> AsyncIterator[Commands]:
    made = Commands()
    yield made
    for process in made.processes:
        if process.returncode is None:
            process.kill()
            await process.communicate()


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
async def test_it_starts_tells_serves_and_stops(
    commands: Commands, tmp_path: Path, number: signal.Signals
) -> None:
    server = await commands.start("--port", 0, "--data", tmp_path / "new" / "data")
    told = server.started
    assert told["link"] == f"devcloud://{told['addresses'][0]}/?pin={told['pin']}"
    assert told["addresses"][0].endswith(f":{told['port']}")
    async with aiohttp.ClientSession() as http:
        ws = await http.ws_connect(
            f"wss://127.0.0.1:{told['port']}/ws", ssl=client_context(), protocols=["devcloud.v2"]
        )
        tls = ws.get_extra_info("ssl_object")
        assert isinstance(tls, ssl.SSLObject)
        check_pin(tls.getpeercert(True) or b"", told["pin"])
        server.process.send_signal(number)
        assert json.loads((await ws.receive(timeout=60)).data) == {
            "type": "bye",
            "code": "server_stopping",
        }
        assert (await ws.receive(timeout=60)).type is aiohttp.WSMsgType.CLOSE
        code, out, err = await server.end()
    assert code == 0
    assert out == ""
    assert json.loads(err.splitlines()[0])["event"] == "started"


async def test_with_half_open_connections_it_stops_as_fast(
    commands: Commands, tmp_path: Path
) -> None:
    server = await commands.start("--port", 0, "--data", tmp_path, "--host", "127.0.0.1")
    port = server.started["port"]
    hanging = [await asyncio.open_connection("127.0.0.1", port) for _ in range(3)]
    hanging[1][1].write(b"GET / HTTP/1.1\r\n")
    hanging[2][1].write(b"\x16\x03\x01")
    opening = (
        b"GET /ws HTTP/1.1\r\nHost: x\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
        b"Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\nSec-WebSocket-Version: 13\r\n\r\n"
    )
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    writer.write(opening)  # and then it never answers our closing
    await reader.readuntil(b"\r\n\r\n")
    server.process.terminate()
    assert (await server.end())[0] == 0
    for _, each in (*hanging, (reader, writer)):
        each.close()


async def test_what_it_tells_people(commands: Commands, tmp_path: Path) -> None:
    server = await commands.run("--port", 0, "--data", tmp_path, "--language", "fr")
    assert server.process.stdout is not None
    lines = []
    async with asyncio.timeout(60):
        while not (lines and "Ctrl+C" in lines[-1]):
            lines.append((await server.process.stdout.readline()).decode())
            assert lines[-1], "it ended"
    text = "".join(lines)
    assert "Le serveur est en marche" in text
    assert "devcloud://" in text
    assert " call John --name Marc --server 'devcloud://" in text
    server.process.terminate()
    assert (await server.end())[0] == 0


async def refused(commands: Commands, *arguments: object) -> str:
    """The one sentence of a server that does not start."""
    code, out, err = await (await commands.run(*arguments)).end()
    assert code == 2
    assert out == ""
    (line,) = err.splitlines()
    assert line.startswith("devcloud: ")
    return line


async def test_port_taken(commands: Commands, tmp_path: Path) -> None:
    server = await commands.start("--port", 0, "--data", tmp_path / "a")
    port = server.started["port"]
    sentence = await refused(commands, "--port", port, "--data", tmp_path / "b")
    assert f"Port {port} is already in use" in sentence


async def test_two_servers_on_one_directory(commands: Commands, tmp_path: Path) -> None:
    server = await commands.start("--port", 0, "--data", tmp_path)
    sentence = await refused(commands, "--port", 0, "--data", tmp_path)
    assert f"(process {server.process.pid})" in sentence
    server.process.kill()
    await server.end()
    # A server that was killed leaves nothing that keeps the next from starting.
    await commands.start("--port", 0, "--data", tmp_path)


async def test_a_directory_that_cannot_be_used(commands: Commands, tmp_path: Path) -> None:
    (tmp_path / "file").write_text("in the way")
    sentence = await refused(commands, "--port", 0, "--data", tmp_path / "file" / "data")
    assert "cannot be written" in sentence


async def test_an_exposed_key(commands: Commands, tmp_path: Path) -> None:
    server = await commands.start("--port", 0, "--data", tmp_path)
    server.process.terminate()
    await server.end()
    (tmp_path / "certificate-key.pem").chmod(0o644)
    assert "chmod 600" in await refused(commands, "--port", 0, "--data", tmp_path)


async def test_a_newer_database(commands: Commands, tmp_path: Path) -> None:
    with sqlite3.connect(tmp_path / DATABASE_FILE) as connection:
        connection.execute("CREATE TABLE schema_version (version INTEGER)")
        connection.execute("INSERT INTO schema_version VALUES (42)")
    connection.close()
    assert "newer DevCloud" in await refused(commands, "--port", 0, "--data", tmp_path)


@pytest.mark.parametrize("port", ["abc", "-1", "65536", "１"])
async def test_no_port(commands: Commands, tmp_path: Path, port: str) -> None:
    assert "port" in await refused(commands, f"--port={port}", "--data", tmp_path)


async def test_no_host(commands: Commands, tmp_path: Path) -> None:
    sentence = await refused(commands, "--host", "192.0.2.77", "--port", 0, "--data", tmp_path)
    assert "192.0.2.77" in sentence


async def test_it_says_where_to_open_the_page_and_that_is_where_it_is(
    commands: Commands, tmp_path: Path
) -> None:
    running = await commands.run("--port", 0, "--host", "127.0.0.1", "--data", tmp_path, "--echo")
    assert running.process.stdout is not None
    said = ""
    async with asyncio.timeout(60):
        while not said.startswith("Open "):
            said = (await running.process.stdout.readline()).decode()
    page = said.split()[1]
    assert re.fullmatch(r"https://127\.0\.0\.1:\d+/", page)
    async with aiohttp.ClientSession() as http, http.get(page, ssl=client_context()) as response:
        assert (response.status, response.content_type) == (200, "text/html")
    running.process.send_signal(signal.SIGTERM)
    code, _, err = await running.end()
    assert code == 0, err


async def test_named_origins_come_first_and_a_wrong_one_is_refused(
    commands: Commands, tmp_path: Path
) -> None:
    flags = ("--port", 0, "--host", "127.0.0.1", "--data", tmp_path)
    running = await commands.start(*flags, "--origin", "https://Calls.example.org/")
    assert running.started["page"] == "https://calls.example.org/"
    assert running.started["link"].startswith("devcloud://calls.example.org:443/?pin=")
    refused = await commands.run(*flags, "--origin", "calls.example.org")
    code, _, err = await refused.end()
    assert code == 2
    assert "https://calls.example.org" in err
