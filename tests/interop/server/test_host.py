"""The host's commands, as processes, on a server that is one: what they do, they do at once."""

import asyncio
import json
import signal
import ssl
import stat
import sys
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import suppress
from pathlib import Path
from typing import Any

import aiohttp
import pytest
from cryptography.hazmat.primitives import serialization

from devcloud.identity.keys import fingerprint
from devcloud.net.tls import client_context, pin_of

from .conftest import Client
from .web import Authority

Run = Callable[..., Awaitable[dict[str, Any]]]


@pytest.fixture
async def processes() -> AsyncIterator[list[asyncio.subprocess.Process]]:
    started: list[asyncio.subprocess.Process] = []
    yield started
    for process in started:
        if process.returncode is None:
            process.kill()
        await process.communicate()


@pytest.fixture
def run(processes: list[asyncio.subprocess.Process], tmp_path: Path) -> Run:
    """Run `devcloud … --json` on the server's data, to its end or (`server`) until it is ready."""

    async def run(*words: object, data: Path = tmp_path / "server") -> dict[str, Any]:
        process = await asyncio.create_subprocess_exec(
            sys.executable, "-m", "devcloud", *map(str, words), "--data", data, "--json",
            stdout=asyncio.subprocess.PIPE, stderr=asyncio.subprocess.PIPE,
        )  # fmt: skip
        processes.append(process)
        assert process.stdout is not None
        async with asyncio.timeout(60):
            line = await process.stdout.readline()
            if "--port" not in words:
                await process.wait()
        told: dict[str, Any] = json.loads(line)
        return told | {"code": process.returncode, "process": process}

    return run


@pytest.fixture
async def http() -> AsyncIterator[aiohttp.ClientSession]:
    async with aiohttp.ClientSession() as session:
        yield session


@pytest.fixture
async def come(http: aiohttp.ClientSession) -> AsyncIterator[Callable[..., Awaitable[Client]]]:
    """Connect to a port."""
    clients: list[Client] = []  # a WebSocket that nobody holds is closed

    async def come(port: int, **identity: Any) -> Client:
        ws = await http.ws_connect(
            f"wss://127.0.0.1:{port}/ws", protocols=["devcloud.v2"], ssl=client_context()
        )
        tls = ws.get_extra_info("ssl_object")
        assert isinstance(tls, ssl.SSLObject)
        clients.append(Client(ws, certificate=pin_of(tls.getpeercert(True) or b""), **identity))
        return clients[-1]

    yield come
    for client in clients:
        client.ws._response.close()


async def start(run: Run, *words: object) -> dict[str, Any]:
    return await run("server", "--port", 0, "--host", "127.0.0.1", "--json-logs", *words)


async def code_of(client: Client, name: str, **more: Any) -> str:
    """Say hello; return the code of the refusal, or `challenge`."""
    await client.hello(name, **more)
    said = await client.receive()
    return str(said.get("code", said["type"]))


async def test_block_and_unblock_while_it_runs(run: Run, come: Any, tmp_path: Path) -> None:
    port = (await start(run))["port"]
    marc = await come(port)
    assert (await marc.sign_in("Marc"))["type"] == "welcome"
    john = await come(port)
    await john.sign_in("John")
    mode = (tmp_path / "server" / "server.control").stat().st_mode
    assert stat.S_IMODE(mode) == 0o600

    for what, kind in (("Marc", "name"), (fingerprint(marc.key.public), "key")):
        told = await run("server", "block", *what.split())
        assert (told["code"], told["kind"], told["closed"]) == (0, kind, 1)
        assert (await marc.receive("bye"))["code"] == "blocked"
        assert (await marc.closed())[1] == "blocked"
        while (await john.receive("presence")).get("gone") != ["Marc"]:
            pass
        assert await code_of(await come(port, key=marc.key), "Marc") == "blocked"
        (user, *_) = [u for u in (await run("server", "users"))["users"] if u["name"] == "Marc"]
        assert (user["blocked"], user["online"]) == (True, False)
        assert (await run("server", "unblock", what))["kind"] == kind
        marc = await come(port, key=marc.key)
        assert (await marc.sign_in("Marc"))["type"] == "welcome"

    users = (await run("server", "users"))["users"]
    assert [(u["name"], u["online"], u["blocked"]) for u in users] == [
        ("John", True, False),
        ("Marc", True, False),
    ]
    assert users[1]["fingerprint"] == fingerprint(marc.key.public)


async def test_the_calls_that_were_written_down(run: Run, come: Any) -> None:
    port = (await start(run))["port"]
    assert (await run("server", "calls"))["calls"] == []
    marc, john = await come(port), await come(port)
    await marc.sign_in("Marc")
    await john.sign_in("John")
    await marc.call("invite", "John", "1" * 32)
    await john.receive("invite")
    await john.call("decline", "Marc", "1" * 32, reason="declined")
    await marc.receive("decline")

    # Written after the message was passed on: in a moment.
    async with asyncio.timeout(60):
        while not (calls := (await run("server", "calls"))["calls"]):
            await asyncio.sleep(0.05)
    (call,) = calls
    assert (call["caller"], call["callee"], call["reason"]) == ("Marc", "John", "declined")
    assert (call["answered_at"], call["duration_s"]) == (None, 0)
    assert (await run("server", "calls", "Marc"))["outcome"] == "arguments_unknown"


async def test_block_an_address_of_2023_and_of_today(run: Run, come: Any) -> None:
    port = (await start(run))["port"]
    marc = await come(port)
    await marc.sign_in("Marc")
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    writer.write(b'{"command": "REG", "name": "Zoe"}')
    async with asyncio.timeout(60):
        assert await reader.readuntil(b"}") == b'{"ack": "Registered successfully"}'
        assert (await run("server", "block", "127.0.0.1"))["closed"] == 2
        assert await reader.read() == b""
    writer.close()
    assert (await marc.receive("bye"))["code"] == "blocked"
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    writer.write(b'{"command": "REG", "name": "Zoe"}')
    async with asyncio.timeout(60):
        assert await reader.readuntil(b"}") == b'{"ack": "Error Registering"}'
    writer.close()
    assert await code_of(await come(port), "John") == "blocked"


async def test_release_gives_the_name_to_the_next(run: Run, come: Any) -> None:
    port = (await start(run))["port"]
    marc = await come(port)
    await marc.sign_in("Marc")
    told = await run("server", "release", "marc")
    assert (told["code"], told["closed"]) == (0, 1)
    assert (await marc.receive("bye"))["code"] == "released"
    other = await come(port)
    assert (await other.sign_in("Marc"))["type"] == "welcome"
    assert await code_of(await come(port, key=marc.key), "Marc") == "name_taken"
    told = await run("server", "release", "Zoé")
    assert (told["code"], told["outcome"]) == (2, "account_unknown")


async def test_the_same_while_it_is_stopped(run: Run, come: Any) -> None:
    server = await start(run)
    marc = await come(server["port"])
    await marc.sign_in("Marc")
    john = await come(server["port"])
    await john.sign_in("John")
    server["process"].terminate()
    await server["process"].wait()
    assert (await run("server", "release", "Marc"))["code"] == 0
    assert (await run("server", "block", "John"))["code"] == 0
    users = await run("server", "users")
    assert [(u["name"], u["blocked"], u["online"]) for u in users["users"]] == [
        ("John", True, False)
    ]
    assert users["blocks"] == [{"kind": "name", "value": "john"}]
    port = (await start(run))["port"]
    assert (await (await come(port)).sign_in("Marc"))["type"] == "welcome"
    assert await code_of(await come(port, key=john.key), "John") == "blocked"
    assert (await run("server", "unblock", "Marc"))["outcome"] == "block_unknown"


async def test_a_running_server_sees_invitations_at_once(run: Run, come: Any) -> None:
    server = await start(run, "--join", "invite")
    assert server["join"] == "invite"
    made = await run("invite", "--for", "Marc", "--uses", 2, "--days", 1)
    link, _, token = made["link"].partition("&invite=")
    assert link == server["link"]
    john = await come(server["port"])
    assert await code_of(john, "John") == "invite_needed"
    marc = await come(server["port"])
    assert (await marc.sign_in("Marc", invite=token))["type"] == "welcome"
    (listed,) = (await run("invite", "list"))["invitations"]
    assert (listed["for"], listed["used"], listed["state"]) == ("Marc", 1, "good")
    assert (await run("invite", "revoke", made["id"]))["code"] == 0
    await run("server", "release", "Marc")
    again = await come(server["port"])
    assert (await again.sign_in("Marc", invite=token))["code"] == "invite_revoked"


async def test_another_on_the_machine_gives_no_orders(run: Run, come: Any, tmp_path: Path) -> None:
    port = (await start(run))["port"]
    marc = await come(port)
    await marc.sign_in("Marc")
    way = json.loads((tmp_path / "server" / "server.control").read_text())
    for order in (
        b'{"secret": "guess", "do": "block", "what": "Marc"}\n',
        b"GET / HTTP/1.1\r\n",
        b"x" * 100_000 + b"\n",
    ):
        reader, writer = await asyncio.open_connection("127.0.0.1", way["port"])
        writer.write(order)
        async with asyncio.timeout(60):
            with suppress(ConnectionResetError):  # it does not wait for the rest
                assert await reader.read() == b""
        writer.close()
    (user,) = (await run("server", "users"))["users"]
    assert (user["online"], user["blocked"]) == (True, False)


async def test_orders_that_cannot_be_given(run: Run, tmp_path: Path) -> None:
    nothing = tmp_path / "nothing"
    for words in (["server", "users"], ["server", "block", "Marc"], ["invite"], ["invite", "list"]):
        told = await run(*words, data=nothing)
        assert (told["code"], told["outcome"]) == (2, "server_never_started")
    assert not nothing.exists()
    server = await start(run)
    assert (await run("server", "block"))["outcome"] == "host_argument_needed"
    (tmp_path / "server" / "server.control").unlink()
    assert (await run("server", "block", "Marc"))["outcome"] == "server_deaf"
    assert server["process"].returncode is None


async def test_a_certificate_of_ones_own_is_renewed_under_a_running_server(
    run: Run, come: Any, tmp_path: Path
) -> None:
    authority = Authority()
    files = authority.issue(tmp_path, "first")
    pem, key = tmp_path / "live.pem", tmp_path / "live.key"

    def install(pair: tuple[Path, Path]) -> str:
        """Put a pair in place; return the pin of its certificate."""
        for new, old in zip(pair, (pem, key), strict=True):
            old.write_bytes(new.read_bytes())
            old.chmod(0o600)
        first = pem.read_text().partition("-----END CERTIFICATE-----")
        return pin_of(ssl.PEM_cert_to_DER_cert(first[0] + first[1]))

    async def logged(event: str) -> dict[str, Any]:
        async with asyncio.timeout(60):
            while True:
                line = json.loads(await server["process"].stderr.readline())
                if line["event"] == event:
                    return dict(line)

    first = install(files)
    server = await start(run, "--cert", pem, "--key", key)
    assert server["pin"] == first
    marc = await come(server["port"])
    assert marc.certificate == first
    assert (await marc.sign_in("Marc"))["type"] == "welcome"
    late = await come(server["port"])  # connected before, signs in after: its proof is for the old

    second = install(authority.issue(tmp_path, "second"))
    server["process"].send_signal(signal.SIGHUP)
    await logged("certificate.loaded")
    john = await come(server["port"])
    assert john.certificate == second != first
    assert (await john.sign_in("John"))["type"] == "welcome"
    assert (await late.sign_in("Zoé"))["type"] == "welcome"
    assert second in (await run("invite"))["link"]

    key.write_text("not a key")
    server["process"].send_signal(signal.SIGHUP)
    assert (await logged("certificate.kept"))["code"] == "own_certificate_unusable"
    assert (await come(server["port"])).certificate == second
    await marc.send(type="status", status="busy")
    assert (await john.receive("presence"))["people"]


@pytest.mark.parametrize("words", [["--cert", "x.pem"], ["--key", "x.pem"]])
async def test_half_a_certificate(run: Run, words: list[str]) -> None:
    assert (await start(run, *words))["outcome"] == "certificate_half"


async def test_a_key_with_a_passphrase_asks_nobody(run: Run, tmp_path: Path) -> None:
    pem, key = Authority().issue(tmp_path, "sealed")
    private = serialization.load_pem_private_key(key.read_bytes(), None)
    key.write_bytes(
        private.private_bytes(
            serialization.Encoding.PEM,
            serialization.PrivateFormat.PKCS8,
            serialization.BestAvailableEncryption(b"secret"),
        )
    )
    told = await start(run, "--cert", pem, "--key", key)
    assert told["outcome"] == "own_certificate_unusable"


async def test_a_wrong_rule_for_joining(run: Run) -> None:
    assert (await start(run, "--join", "perhaps"))["outcome"] == "join_invalid"
