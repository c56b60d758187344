"""What a new user runs into: no server, another server, another certificate, a taken directory."""

import asyncio
import contextlib
import datetime
import os
import socket
import ssl
import sys
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

import devcloud
from devcloud.client import session
from devcloud.model.errors import (
    AlreadyRunning,
    BadName,
    BadSettings,
    DevCloudError,
    Refused,
    StorageFailed,
    Unreachable,
)
from devcloud.net.tls import load_or_make, server_context

pytestmark = pytest.mark.usefixtures("patience")

Talk = Callable[[asyncio.StreamReader, asyncio.StreamWriter], Awaitable[None]]


@contextlib.contextmanager
def nobody() -> Iterator[int]:
    """A port where nobody listens, and that nobody else is given meanwhile."""
    with socket.socket() as held:
        held.bind(("127.0.0.1", 0))
        yield held.getsockname()[1]


@contextlib.asynccontextmanager
async def something(talk: Talk, context: ssl.SSLContext | None = None) -> AsyncIterator[int]:
    """A server that is none of ours."""
    tasks: set[asyncio.Task[None]] = set()

    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        task = asyncio.current_task()
        assert task is not None
        tasks.add(task)
        with contextlib.suppress(ConnectionError, asyncio.CancelledError):
            await talk(reader, writer)
        writer.transport.abort()
        await asyncio.sleep(0)

    server = await asyncio.start_server(serve, "127.0.0.1", 0, ssl=context)
    try:
        yield server.sockets[0].getsockname()[1]
    finally:
        server.close()
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
        await asyncio.sleep(0)


async def failure(address: str, data: Path, *, observer: bool = True) -> DevCloudError:
    """Why nobody can sign in there."""
    with pytest.raises(DevCloudError) as failed:
        async with (
            asyncio.timeout(60),
            devcloud.connect(address, name="Marc", data=data, observer=observer),
        ):
            pass
    # Every one is a sentence for people, in both languages.
    assert "{" not in failed.value.text()
    return failed.value


async def say_nothing(_reader: asyncio.StreamReader, _writer: asyncio.StreamWriter) -> None:
    await asyncio.sleep(60)


async def hang_up(_reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    writer.close()


async def say_ssh(_reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    writer.write(b"SSH-2.0-OpenSSH_9.2\r\n")
    await writer.drain()
    await asyncio.sleep(60)


async def say_not_found(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    await reader.read(65_536)
    writer.write(b"HTTP/1.1 404 Not Found\r\nContent-Length: 0\r\n\r\n")
    await writer.drain()


async def say_ok(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    await reader.read(65_536)
    writer.write(b"HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nhello")
    await writer.drain()


async def test_no_server_there(tmp_path: Path) -> None:
    with nobody() as port:
        error = await failure(f"127.0.0.1:{port}", tmp_path)
    assert (type(error), error.code) == (Unreachable, "server_unreachable")
    assert f"127.0.0.1:{port}" in error.text()


@pytest.mark.parametrize("host", ["no-such-host.invalid", "a..b", "x" * 70 + ".invalid"])
async def test_a_name_that_no_server_has(tmp_path: Path, host: str) -> None:
    error = await failure(host, tmp_path)
    assert error.code == "server_unreachable"


@pytest.mark.parametrize("scheme", ["ws", "wss"])
@pytest.mark.parametrize("talk", [hang_up, say_ssh, say_not_found, say_ok])
async def test_something_that_is_not_devcloud(tmp_path: Path, talk: Talk, scheme: str) -> None:
    async with something(talk) as port:
        error = await failure(f"{scheme}://127.0.0.1:{port}", tmp_path)
    assert (type(error), error.code) == (Unreachable, "not_devcloud")


@pytest.mark.parametrize("talk", [hang_up, say_ssh, say_not_found, say_ok])
async def test_tls_with_something_else_inside(tmp_path: Path, talk: Talk) -> None:
    now = datetime.datetime.now(datetime.UTC)
    context = server_context(load_or_make(tmp_path, now=now))
    async with something(talk, context) as port:
        error = await failure(f"127.0.0.1:{port}", tmp_path / "client")
    assert (type(error), error.code) == (Unreachable, "not_devcloud")


@pytest.mark.parametrize("scheme", ["ws", "wss"])
async def test_a_server_that_takes_connections_and_hangs(
    tmp_path: Path, scheme: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(session, "CONNECT_TIMEOUT_S", 0.5)
    async with something(say_nothing) as port:
        error = await failure(f"{scheme}://127.0.0.1:{port}", tmp_path)
    assert (type(error), error.code) == (Unreachable, "server_silent")


async def test_failing_to_connect_leaves_no_media_process(tmp_path: Path) -> None:
    async with something(hang_up) as port:
        await failure(f"127.0.0.1:{port}", tmp_path, observer=False)
    # The directory is free, and whatever was started has ended.
    with nobody() as port:
        error = await failure(f"127.0.0.1:{port}", tmp_path, observer=False)
    assert error.code == "server_unreachable"


@pytest.mark.parametrize(
    ("address", "code"),
    [
        ("", "address_invalid"),
        ("ftp://host", "address_invalid"),
        ("host:0", "port_invalid"),
        ("host:99999", "port_invalid"),
        ("devcloud://host/?pin=abc", "pin_invalid"),
    ],
)
def test_what_is_no_address(address: str, code: str) -> None:
    with pytest.raises(BadSettings) as wrong:
        devcloud.connect(address, name="Marc")
    assert wrong.value.code == code


@pytest.mark.parametrize("name", ["", " ", "x" * 33, "a\nb", "\u202eMarc"])
def test_what_is_no_name(name: str) -> None:
    with pytest.raises(BadName):
        devcloud.connect("127.0.0.1", name=name)


# ── certificates and names ───────────────────────────────────────────────────────────────────────


async def look(address: str, data: Path) -> None:
    async with devcloud.connect(address, name="Marc", data=data, observer=True):
        pass


async def test_a_changed_certificate_is_shouted_with_both_fingerprints(
    hosting: Any, tmp_path: Path
) -> None:
    async with hosting(tmp_path / "old") as host:
        port, old = host.server.port, host.server.certificate.fingerprint
        await look(f"127.0.0.1:{port}", tmp_path / "client")
    async with hosting(tmp_path / "new", port) as host:
        error = await failure(f"127.0.0.1:{port}", tmp_path / "client")
        assert (type(error), error.code) == (Refused, "certificate_changed")
        assert old in error.text()
        assert host.server.certificate.fingerprint in error.text()
        # A new link from the host settles it, for good.
        await look(host.address, tmp_path / "client")
        await look(f"127.0.0.1:{port}", tmp_path / "client")


async def test_a_link_is_believed_before_anything_was_pinned(hosting: Any, tmp_path: Path) -> None:
    async with hosting(tmp_path / "server") as host:
        wrong = f"devcloud://127.0.0.1:{host.server.port}/?pin={'A' * 43}"
        error = await failure(wrong, tmp_path / "client")
        assert error.code == "certificate_changed"
        # The mistaken link has pinned nothing.
        await look(host.address, tmp_path / "client")


async def test_a_name_that_is_taken(hosting: Any, tmp_path: Path) -> None:
    async with hosting(tmp_path / "server") as host:
        async with devcloud.connect(host.address, name="Marc", data=tmp_path / "first"):
            pass
        error = await failure(host.address, tmp_path / "second", observer=False)
    assert (type(error), error.code, error.exit_code) == (Refused, "name_taken", 2)


# ── the data directory ───────────────────────────────────────────────────────────────────────────


async def test_two_clients_on_one_data_directory(hosting: Any, tmp_path: Path) -> None:
    async with hosting(tmp_path / "server") as host:
        async with devcloud.connect(host.address, name="John", data=tmp_path / "data"):
            error = await failure(host.address, tmp_path / "data", observer=False)
            assert (type(error), error.exit_code) == (AlreadyRunning, 2)
            assert "John" in error.text() and str(os.getpid()) in error.text()
            # Looking who is online is no second client.
            await look(host.address, tmp_path / "data")
        async with devcloud.connect(host.address, name="John", data=tmp_path / "data"):
            pass


async def test_a_file_in_the_place_of_the_data_directory(tmp_path: Path) -> None:
    (tmp_path / "data").write_text("")
    error = await failure("127.0.0.1:1", tmp_path / "data")
    assert (type(error), error.code) == (StorageFailed, "directory_unusable")
    error = await failure("127.0.0.1:1", tmp_path / "data" / "deeper")
    assert (type(error), error.code) == (StorageFailed, "directory_unusable")


@pytest.mark.skipif(
    not hasattr(os, "geteuid") or os.geteuid() != 0,
    reason="becomes somebody else, which needs root",
)
async def test_no_permission_on_the_data_directory(tmp_path: Path) -> None:
    """As somebody whom permissions bind, which root is not."""
    (tmp_path / "data").mkdir(mode=0o700)
    program = (
        "import os, sys; os.setgid(65534); os.setuid(65534)\n"
        "from pathlib import Path\n"
        "from devcloud.client.datadir import DataDirectory\n"
        "from devcloud.model.errors import StorageFailed\n"
        "try: DataDirectory(Path(sys.argv[1])).lock('Marc')\n"
        "except StorageFailed as error: print(error.code)\n"
    )
    # Imported before the change of user, who may not be allowed to read this checkout.
    preload = "import devcloud.client.api, devcloud.client.keyfile\n"
    process = await asyncio.create_subprocess_exec(
        sys.executable, "-c", preload + program, str(tmp_path / "data"),
        stdout=asyncio.subprocess.PIPE,
    )  # fmt: skip
    out, _ = await process.communicate()
    assert out.decode().strip() == "directory_unusable"


@pytest.mark.parametrize("content", ["", "{", "[]", "\x00"])
async def test_a_damaged_list_of_servers(hosting: Any, tmp_path: Path, content: str) -> None:
    async with hosting(tmp_path / "server") as host:
        (tmp_path / "data").mkdir()
        (tmp_path / "data" / "servers.json").write_text(content)
        error = await failure(f"127.0.0.1:{host.server.port}", tmp_path / "data")
    assert (type(error), error.code) == (StorageFailed, "file_damaged")
