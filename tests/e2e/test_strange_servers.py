"""Servers that speak WebSocket and something else than the protocol after it."""

import asyncio
import json
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from pathlib import Path

import pytest
from aiohttp import web

import devcloud
from devcloud.client import session
from devcloud.model.errors import DevCloudError, Refused, Unreachable
from devcloud.model.texts import Language

pytestmark = pytest.mark.usefixtures("patience")

Speak = Callable[[web.WebSocketResponse], Awaitable[None]]


@asynccontextmanager
async def server(speak: Speak) -> AsyncIterator[str]:
    """A WebSocket server that says what the test wants."""

    async def serve(request: web.Request) -> web.WebSocketResponse:
        socket = web.WebSocketResponse(protocols=("devcloud.v2",))
        await socket.prepare(request)
        await speak(socket)
        await socket.close()
        return socket

    application = web.Application()
    application.router.add_get("/ws", serve)
    runner = web.AppRunner(application, shutdown_timeout=60)
    await runner.setup()
    site = web.TCPSite(runner, "127.0.0.1", 0)
    await site.start()
    try:
        yield f"ws://127.0.0.1:{runner.addresses[0][1]}"
    finally:
        await runner.cleanup()


async def failure(speak: Speak, data: Path) -> DevCloudError:
    async with server(speak) as address:
        with pytest.raises(DevCloudError) as failed:
            async with devcloud.connect(address, name="Marc", data=data, observer=True):
                pass
    return failed.value


def saying(*said: object) -> Speak:
    """Says these things, one message each, whatever it hears."""

    async def speak(socket: web.WebSocketResponse) -> None:
        for each in said:
            if isinstance(each, bytes):
                await socket.send_bytes(each)
            else:
                await socket.send_str(each if isinstance(each, str) else json.dumps(each))

    return speak


CHALLENGE = {"type": "challenge", "version": 2, "nonce": "A" * 43, "certificate": ""}


@pytest.mark.parametrize(
    "said",
    [
        [],
        [b"\x00\x01"],
        ["hello"],
        ["[" * 20_000],
        [{"type": "welcome"}],
        [{"type": "dance"}],
        [CHALLENGE],
        [CHALLENGE, {"type": "presence"}],
        [CHALLENGE, "\ud7ff" * 10],
    ],
)
async def test_what_is_not_the_protocol(tmp_path: Path, said: list[object]) -> None:
    error = await failure(saying(*said), tmp_path)
    assert (type(error), error.code) == (Unreachable, "not_devcloud")


async def test_a_server_of_another_version(tmp_path: Path) -> None:
    error = await failure(saying(CHALLENGE | {"version": 9}), tmp_path)
    assert (type(error), error.code) == (Refused, "version_unsupported")
    assert "9" in error.text()


@pytest.mark.parametrize("code", ["name_taken", "too_many_connections", "blocked"])
async def test_a_server_that_says_no(tmp_path: Path, code: str) -> None:
    error = await failure(saying({"type": "error", "code": code, "text": "No."}), tmp_path)
    assert (type(error), error.code) == (Refused, code)


async def test_a_newer_server_that_says_no_for_a_reason_unknown_here(tmp_path: Path) -> None:
    said = {"type": "error", "code": "moon_phase", "text": "Not under this moon."}
    error = await failure(saying(CHALLENGE, said), tmp_path)
    assert (type(error), error.code) == (Refused, "moon_phase")
    assert error.text(Language.FRENCH) == "Not under this moon."


async def test_a_server_that_is_just_stopping(tmp_path: Path) -> None:
    error = await failure(saying({"type": "bye", "code": "server_stopping"}), tmp_path)
    assert (type(error), error.code) == (Refused, "server_stopping")


async def test_a_server_that_says_nothing_more(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    given_up = asyncio.Event()

    async def speak(socket: web.WebSocketResponse) -> None:
        loop = asyncio.get_running_loop()
        clock = loop.time
        monkeypatch.setattr(loop, "time", lambda: clock() + session.CONNECT_TIMEOUT_S)
        async for _ in socket:
            pass
        given_up.set()

    error = await failure(speak, tmp_path)
    assert (type(error), error.code) == (Unreachable, "server_silent")
    assert given_up.is_set()
