"""How the host speaks to a running server: a loopback port, and a secret in the data directory.

Only whoever may read the data directory can give orders: the file `server.control` (0600) holds
the port and 256 random bits, new at each start. One connection, one line of JSON each way. The same
on every platform, where a Unix socket is not, and no path is too long for it.
"""

import asyncio
import secrets
import socket
from collections.abc import Awaitable, Callable
from pathlib import Path

import msgspec

from devcloud.model.errors import BadSettings, DevCloudError, StorageFailed
from devcloud.model.texts import Value
from devcloud.net.tasks import Tasks
from devcloud.net.tls import write_private
from devcloud.server.logs import get_log

CONTROL_FILE = "server.control"
_ADDRESS = "127.0.0.1"
_SECRET_BYTES = 32
_LONGEST_ORDER = 4096
_LONGEST_REPLY = 16 * 1024 * 1024
_PATIENCE_S = 10.0
_MOST_AT_ONCE = 16

_log = get_log(__name__)

Obey = Callable[[str], Awaitable[dict[str, object]]]


class _Way(msgspec.Struct, frozen=True):
    port: int
    secret: str


class _Order(msgspec.Struct, frozen=True):
    secret: str
    do: str
    what: str = ""


class _Reply(msgspec.Struct, frozen=True, omit_defaults=True):
    """`code` is empty when it was done."""

    result: dict[str, object] = {}
    code: str = ""
    values: dict[str, Value] = {}


class Control:
    """The server's end. `start`, then `aclose`."""

    def __init__(self, orders: dict[str, Obey], data: Path) -> None:
        self._orders = orders
        self._file = data / CONTROL_FILE
        self._secret = secrets.token_urlsafe(_SECRET_BYTES)
        self._tasks = Tasks("control")

    async def start(self) -> None:
        """Listen. Raises StorageFailed; OSError where there is no loopback."""
        self._server = await asyncio.start_server(
            self._connected, _ADDRESS, 0, limit=_LONGEST_ORDER
        )
        port = self._server.sockets[0].getsockname()[1]
        write_private(self._file, msgspec.json.encode(_Way(port, self._secret)))

    async def aclose(self) -> None:
        """Stop listening."""
        self._server.close()
        await self._tasks.aclose()
        self._file.unlink(missing_ok=True)

    def _connected(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        if len(self._tasks) >= _MOST_AT_ONCE:
            writer.transport.abort()
            return
        self._tasks.spawn(self._serve(reader, writer), name="order")

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            async with asyncio.timeout(_PATIENCE_S):
                reply = await self._answer(await reader.readline())
                writer.write(msgspec.json.encode(reply))
                await writer.drain()
        except (OSError, TimeoutError, ValueError, msgspec.MsgspecError) as failure:
            # Not one of our commands: it is told nothing.
            _log.warning("control.dropped", why=type(failure).__name__)
            writer.transport.abort()
        finally:
            writer.close()

    async def _answer(self, line: bytes) -> _Reply:
        order = msgspec.json.decode(line, type=_Order)
        if not secrets.compare_digest(order.secret.encode(), self._secret.encode()):
            raise ValueError("not the secret")
        try:
            result = await self._orders[order.do](order.what)
        except KeyError:
            return _Reply(code="server_other_version")
        except DevCloudError as failure:
            return _Reply(code=failure.code, values=failure.values)
        _log.info("host", order=order.do, what=order.what)
        return _Reply(result)


def tell(data: Path, do: str, what: str = "") -> dict[str, object]:
    """Give an order to the server that runs on `data`, and return its answer. Blocks.

    Raises:
        DevCloudError: what the server raised, as BadSettings or StorageFailed.
        StorageFailed: `server_deaf`, it does not answer.
    """
    file = data / CONTROL_FILE
    try:
        way = msgspec.json.decode(file.read_bytes(), type=_Way)
        with socket.create_connection((_ADDRESS, way.port), _PATIENCE_S) as connection:
            connection.sendall(msgspec.json.encode(_Order(way.secret, do, what)) + b"\n")
            reply = msgspec.json.decode(_read_all(connection), type=_Reply)
    except (OSError, msgspec.MsgspecError):
        raise StorageFailed("server_deaf", path=str(data)) from None
    if reply.code:
        raise BadSettings(reply.code, **reply.values)
    return reply.result


def _read_all(connection: socket.socket) -> bytes:
    data = b""
    while len(data) < _LONGEST_REPLY and (part := connection.recv(65_536)):
        data += part
    return data
