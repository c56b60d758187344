"""Orders to a server: by whom, which, and what happens to any other."""

import asyncio
import json
from collections.abc import AsyncIterator
from contextlib import suppress
from pathlib import Path

import pytest

from devcloud.model.errors import BadSettings, StorageFailed
from devcloud.server.control import CONTROL_FILE, Control, tell


async def echo(what: str) -> dict[str, object]:
    return {"heard": what}


async def refuse(what: str) -> dict[str, object]:
    raise BadSettings("account_unknown", name=what)


@pytest.fixture
async def control(tmp_path: Path) -> AsyncIterator[Control]:
    made = Control({"echo": echo, "refuse": refuse}, tmp_path)
    await made.start()
    yield made
    await made.aclose()
    assert not (tmp_path / CONTROL_FILE).exists()


async def test_an_order(control: Control, tmp_path: Path) -> None:
    assert await asyncio.to_thread(tell, tmp_path, "echo", "Zoé") == {"heard": "Zoé"}


async def test_a_refusal_is_the_hosts_to_read(control: Control, tmp_path: Path) -> None:
    with pytest.raises(BadSettings, match="called Marc"):
        await asyncio.to_thread(tell, tmp_path, "refuse", "Marc")


async def test_an_order_of_another_version(control: Control, tmp_path: Path) -> None:
    with pytest.raises(BadSettings) as refused:
        await asyncio.to_thread(tell, tmp_path, "dance")
    assert refused.value.code == "server_other_version"


@pytest.mark.parametrize(
    "line",
    [
        b'{"secret": "guess", "do": "echo"}\n',
        b'{"do": "echo"}\n',
        b"\xff\n",
        b"",
        b"GET / HTTP/1.1\r\n",
    ],
)
async def test_whoever_does_not_know_the_secret_is_told_nothing(
    control: Control, tmp_path: Path, line: bytes
) -> None:
    port = json.loads((tmp_path / CONTROL_FILE).read_bytes())["port"]
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    writer.write(line)
    writer.write_eof()
    async with asyncio.timeout(60):
        with suppress(ConnectionResetError):
            assert await reader.read() == b""
    writer.close()


async def test_a_crowd_is_not_let_in(control: Control, tmp_path: Path) -> None:
    port = json.loads((tmp_path / CONTROL_FILE).read_bytes())["port"]
    crowd = [await asyncio.open_connection("127.0.0.1", port) for _ in range(17)]
    async with asyncio.timeout(60):
        ended = [asyncio.ensure_future(reader.read()) for reader, _ in crowd]
        done, _ = await asyncio.wait(ended, return_when=asyncio.FIRST_COMPLETED)
    assert len(done) == 1
    for _, writer in crowd:
        writer.close()
    await asyncio.gather(*ended, return_exceptions=True)


def test_nobody_there(tmp_path: Path) -> None:
    with pytest.raises(StorageFailed) as failed:
        tell(tmp_path, "echo")
    assert failed.value.code == "server_deaf"
    (tmp_path / CONTROL_FILE).write_text('{"port": 1, "secret": "x"}')
    with pytest.raises(StorageFailed):
        tell(tmp_path, "echo")
