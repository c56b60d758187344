"""The servers that are measured, each in a process of its own.

    python -m benchmarks.harness.server devcloud DIRECTORY [HOST [echo]]
    python -m benchmarks.harness.server echo
    python -m benchmarks.harness.server stream
    python -m benchmarks.harness.server handshakes DIRECTORY

`devcloud` is the server as `devcloud server` runs it: uvloop, its log at the default level, SQLite
on disk; only what one address may ask is raised, since all the load comes from one. `echo` is
aiohttp on uvloop that sends every message back; `stream` cuts a stream into objects at their last
brace and sends them back, as little as a server of 2023 could do. `handshakes` accepts TLS on
uvloop and nothing else, with the certificate of the `devcloud` server in DIRECTORY. Each prints a
line with its port, and ends with its input.
"""

import asyncio
import contextlib
import datetime
import logging
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import uvloop
from aiohttp import WSMsgType, web

from benchmarks.harness.processes import Process, allow_files, keep_output, orders, say, start
from devcloud.directory.buckets import Rate
from devcloud.net.oneport import DoorLimits
from devcloud.net.tls import load_or_make, server_context
from devcloud.server.app import DevCloudServer
from devcloud.server.logs import set_up_logs
from devcloud.server.settings import Limits, ServerSettings
from devcloud.wire.signalling.messages import SUBPROTOCOL

_NO_LIMIT = Rate(per_second=1e9, burst=1e9)
_MANY = 20_000


def generous() -> Limits:
    """Return limits under which one address may do what a whole town would."""
    return Limits(
        door=DoorLimits(connections=_NO_LIMIT, silent_at_once=_MANY),
        session_messages=_NO_LIMIT,
        address_messages=_NO_LIMIT,
        new_names=_NO_LIMIT,
        connections_per_address=_MANY,
    )


async def devcloud(data: Path, host: str, *, echo: bool) -> None:
    """Run DevCloud's server."""
    set_up_logs(json=False, level=logging.INFO)
    settings = ServerSettings(data=data, host=host, port=0, limits=generous(), echo=echo)
    async with DevCloudServer(settings) as server:
        say(port=server.port, pin=server.certificate.pin)
        async for _ in orders():
            say(records_lost=server.hall.metrics.records_lost)


async def echo() -> None:
    """Run the limit of the relay: the same library, and nothing else."""

    async def handle(request: web.Request) -> web.WebSocketResponse:
        socket = web.WebSocketResponse(protocols=(SUBPROTOCOL,), compress=False)
        await socket.prepare(request)
        async for message in socket:
            if message.type is WSMsgType.TEXT:
                await socket.send_str(message.data)
        return socket

    application = web.Application()
    application.router.add_get("/ws", handle)
    runner = web.AppRunner(application, access_log=None)
    await runner.setup()
    site = web.TCPSite(runner, "127.0.0.1", 0)
    await site.start()
    say(port=runner.addresses[0][1])
    async for _ in orders():
        pass


class Stream(asyncio.Protocol):
    """Frames and echoes; the answers of one read are joined."""

    def __init__(self) -> None:
        self._rest = b""

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """(asyncio.BaseProtocol)"""
        self._write = transport.write  # type: ignore[attr-defined]

    def data_received(self, data: bytes) -> None:
        """(asyncio.Protocol)"""
        *objects, self._rest = (self._rest + data).split(b"}")
        self._write(b"".join([each + b"}" for each in objects]))


async def stream() -> None:
    """Run the limit of look-ups of 2023: frames, and nothing else."""
    loop = asyncio.get_running_loop()
    server = await loop.create_server(Stream, "127.0.0.1", 0)
    say(port=server.sockets[0].getsockname()[1])
    async for _ in orders():
        pass


async def handshakes(data: Path) -> None:
    """Run the limit of signing in: TCP and TLS, and nothing else."""
    context = server_context(load_or_make(data, now=datetime.datetime.now(datetime.UTC)))
    loop = asyncio.get_running_loop()
    server = await loop.create_server(
        asyncio.Protocol, "127.0.0.1", 0, ssl=context, backlog=1024, ssl_shutdown_timeout=2.0
    )
    say(port=server.sockets[0].getsockname()[1])
    async for _ in orders():
        pass


@asynccontextmanager
async def run(
    kind: str, *arguments: str, inside: str = ""
) -> AsyncIterator[tuple[Process, int, str]]:
    """Run one of the servers; yield its process, its port and its pin."""
    async with start("benchmarks.harness.server", kind, *arguments, inside=inside) as process:
        up = await process.hear(20.0)
        yield process, up["port"], up.get("pin", "")


def main() -> None:
    """Be one of the servers."""
    keep_output()
    allow_files(_MANY)
    kind, arguments = sys.argv[1], sys.argv[2:]
    match kind:
        case "devcloud":
            host = arguments[1] if len(arguments) > 1 else "127.0.0.1"
            work = devcloud(Path(arguments[0]), host, echo="echo" in arguments[2:])
        case "echo":
            work = echo()
        case "stream":
            work = stream()
        case _:
            work = handshakes(Path(arguments[0]))
    with (
        contextlib.suppress(KeyboardInterrupt),
        asyncio.Runner(loop_factory=uvloop.new_event_loop) as runner,
    ):
        runner.run(work)


if __name__ == "__main__":
    main()
