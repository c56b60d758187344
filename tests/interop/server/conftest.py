"""A real server on a loopback port, and a client that speaks the protocol by hand."""

import asyncio
import json
import secrets
from collections.abc import AsyncIterator, Callable
from contextlib import AsyncExitStack
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

import aiohttp
import pytest
import uvloop

from devcloud.identity.claims import sign_in_claim
from devcloud.identity.keys import SigningKey
from devcloud.net.tls import client_context
from devcloud.server.app import DevCloudServer
from devcloud.server.settings import Limits, ServerSettings

PATIENCE_S = 60


def pytest_asyncio_loop_factories(
    item: pytest.Item,
) -> dict[str, Callable[[], asyncio.AbstractEventLoop]]:
    """Everything on both loops (Windows has the first only); a process has a loop of its own."""
    if item.path.stem in ("test_process", "test_host"):
        return {"asyncio": asyncio.new_event_loop}
    return {"asyncio": asyncio.new_event_loop, "uvloop": uvloop.new_event_loop}


@dataclass
class Client:
    """One connection. What it sends and receives are dictionaries: the protocol itself."""

    ws: aiohttp.ClientWebSocketResponse
    certificate: str = ""
    name: str = ""
    key: SigningKey = field(default_factory=lambda: SigningKey.from_seed(secrets.token_bytes(32)))
    device: str = field(default_factory=lambda: secrets.token_hex(8))

    async def send(self, **message: Any) -> None:
        await self.ws.send_str(json.dumps(message))

    async def receive(self, kind: str = "") -> dict[str, Any]:
        """The next message; of `kind`, if given, others are left out."""
        while True:
            frame = await self.ws.receive(timeout=PATIENCE_S)
            assert frame.type is aiohttp.WSMsgType.TEXT, f"closed: {frame}"
            message: dict[str, Any] = json.loads(frame.data)
            if kind in ("", message["type"]):
                return message

    async def closed(self) -> tuple[int | None, str]:
        """Wait for the end and return its close code and reason."""
        while True:
            frame = await self.ws.receive(timeout=PATIENCE_S)
            if frame.type is not aiohttp.WSMsgType.TEXT:
                return self.ws.close_code, str(frame.extra or "")

    async def hello(self, name: str, **more: Any) -> None:
        self.name = name
        await self.send(
            **{
                "type": "hello",
                "versions": [2],
                "name": name,
                "key": self.key.public,
                "device": self.device,
                **more,
            }
        )

    def proof(self, challenge: dict[str, Any]) -> str:
        return self.key.sign(
            sign_in_claim(
                version=challenge["version"],
                nonce=challenge["nonce"],
                certificate=self.certificate,
                name=self.name,
                device=self.device,
            )
        )

    async def sign_in(self, name: str, **more: Any) -> dict[str, Any]:
        """Sign in and return the welcome."""
        await self.hello(name, **more)
        challenge = await self.receive("challenge")
        await self.send(type="proof", signature=self.proof(challenge))
        return await self.receive()

    async def call(self, kind: str, to: str, call: str, seq: int = 1, **more: Any) -> None:
        await self.send(type=kind, to=to, call=call, seq=seq, **more)


class World:
    """Servers and their clients, closed at the end of the test."""

    def __init__(self, directory: Path, stack: AsyncExitStack) -> None:
        self._stack = stack
        self._clients: list[Client] = []
        self.settings = ServerSettings(data=directory / "server", host="127.0.0.1", port=0)
        self.server: DevCloudServer
        self.http: aiohttp.ClientSession

    async def start(self, **limits: Any) -> DevCloudServer:
        """Start a server; `limits` are of `Limits`."""
        settings = replace(
            self.settings, limits=Limits(**{"look_every_s": 0.02, "closing_s": 0.3, **limits})
        )
        self.server = await self._stack.enter_async_context(DevCloudServer(settings))
        self.http = await self._stack.enter_async_context(
            aiohttp.ClientSession(connector=aiohttp.TCPConnector(limit=0))
        )
        return self.server

    async def connect(
        self, *, tls: bool = False, headers: dict[str, str] | None = None, **identity: Any
    ) -> Client:
        scheme = "wss" if tls else "ws"
        ws = await self.http.ws_connect(
            f"{scheme}://127.0.0.1:{self.server.port}/ws",
            protocols=["devcloud.v2"],
            headers=headers,
            ssl=client_context(),
            autoping=True,
            max_msg_size=64 * 1024,
        )
        pin = self.server.certificate.pin if tls else ""
        client = Client(ws, certificate=pin, **identity)
        self._clients.append(client)  # a WebSocket that nobody holds is closed
        self._stack.callback(ws._response.close)
        return client

    async def person(self, name: str, **more: Any) -> Client:
        """Somebody who is signed in."""
        client = await self.connect()
        welcome = await client.sign_in(name, **more)
        assert welcome["type"] == "welcome", welcome
        return client

    async def same_person(self, other: Client) -> Client:
        """The same person, from another device."""
        client = await self.connect(key=other.key)
        assert (await client.sign_in(other.name))["type"] == "welcome"
        return client

    async def metrics(self) -> dict[str, float]:
        url = f"http://127.0.0.1:{self.server.port}/metrics"
        async with self.http.get(url) as response:
            lines = (await response.text()).splitlines()
        pairs = (line.rsplit(" ", 1) for line in lines if not line.startswith("#"))
        return {name: float(value) for name, value in pairs}


@pytest.fixture
async def world(tmp_path: Path) -> AsyncIterator[World]:
    async with AsyncExitStack() as stack:
        yield World(tmp_path, stack)


@pytest.fixture
def until() -> Callable[[Callable[[], bool]], Any]:
    """Wait for something that no message announces."""

    async def wait(condition: Callable[[], bool]) -> None:
        async with asyncio.timeout(PATIENCE_S):
            while not condition():
                await asyncio.sleep(0.005)

    return wait
