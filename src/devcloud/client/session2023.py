"""The connection to a server as in 2023: registered, asked where people are, and again after it was
lost. No key, no list of who is there, nothing encrypted.

Takes the place of `session.Session`; what the machine `Asking` decides is only carried here.
"""

import asyncio
import contextlib
import logging
import random
from collections import deque

from devcloud.client.address import DEFAULT_PORT, ServerAddress, parse_address
from devcloud.client.session import PAUSES_S, Listener
from devcloud.model.errors import DevCloudError, Refused, Unreachable
from devcloud.model.presence import Person, Status
from devcloud.model.records import CallKind
from devcloud.net.addresses import plain_address
from devcloud.wire.legacy2023.asking import ANSWER_S, Asking
from devcloud.wire.legacy2023.replies import Acknowledged, Address, Reply
from devcloud.wire.legacy2023.requests import DISCONNECT, GET, REG, encode_request
from devcloud.wire.legacy2023.settings import parse_ip, parse_port
from devcloud.wire.signalling.messages import FromClient, Welcome

CONNECT_S = 1.0
"""The programs of 2023 waited as long."""
_CHUNK = 4096

_log = logging.getLogger(__name__)


def parse_address_2023(text: str) -> ServerAddress:
    """Return the server that `text` means: an IP address, and perhaps a port, as in 2023; or a
    `devcloud://` link with such an address.

    Raises:
        BadSettings: `ip_invalid`, `port_out_of_range`, or what `parse_address` says of a link.
    """
    text = text.strip()
    if "://" in text:
        address = parse_address(text)
        host, port = address.host, str(address.port)
    else:
        host, port = _split(text)
    ip, number = parse_ip(host), parse_port(port)
    return ServerAddress(host=ip, port=number, tls=False)


def _split(text: str) -> tuple[str, str]:
    host, colon, port = text.rpartition(":")
    if text.startswith("["):
        bracketed, _, rest = text[1:].partition("]")
        return bracketed, rest.removeprefix(":") or str(DEFAULT_PORT)
    if not colon or ":" in host:
        # None, or those of an IPv6 address without a port.
        return text, str(DEFAULT_PORT)
    return host, port


class Session2023:
    """One person's connection to one server, by the protocol of 2023."""

    def __init__(self, address: ServerAddress, name: str, listener: Listener) -> None:
        self.address = address
        self.fatal: DevCloudError | None = None
        self._name = name
        self._listener = listener
        self._asking = Asking()
        self._reader: asyncio.StreamReader | None = None
        self._writer: asyncio.StreamWriter | None = None
        self._waiting: deque[asyncio.Future[Reply | None]] = deque()
        self._limit: asyncio.Timeout | None = None
        self._try_now = asyncio.Event()
        self._closing = False

    @property
    def local_address(self) -> str:
        """The address that reaches the server, or nothing while there is no connection."""
        if self._writer is None:
            return ""
        return plain_address(str(self._writer.get_extra_info("sockname")[0]))

    async def open(self) -> None:
        """Connect and register for the first time.

        Raises:
            Unreachable: `server_2023_unreachable`, `server_2023_silent`.
            ProtocolViolation: no server of 2023.
            Refused: `name_taken`, `server_2023_fault`.
        """
        await self._connect()

    async def run(self) -> None:
        """Carry questions and answers, and connect again whenever the connection is lost."""
        attempt = 0
        while not self._closing:
            if self._writer is not None:
                attempt = 0
                await self._carry()
            if self._is_over():
                return
            pause = PAUSES_S[min(attempt, len(PAUSES_S) - 1)] * random.uniform(0.8, 1.2)
            attempt += 1
            self._listener.lost(pause)
            await self._wait(pause)
            if not self._closing:
                await self._connect_again()

    def _is_over(self) -> bool:
        return self._closing

    def send(self, message: FromClient) -> None:
        """Messages of today have no place here."""

    def say_takes_2023(self, takes: bool) -> None:
        """Everybody here does."""

    def say_status(self, status: Status) -> None:
        """There is no word for it."""

    def retry(self) -> None:
        """Do not wait for the next attempt."""
        self._try_now.set()

    async def find(self, name: str) -> Person | None:
        """Return where somebody is; None where they are not there, or nobody can be asked."""
        reply = None
        if self._writer is not None:
            with contextlib.suppress(RuntimeError):  # More questions than anybody asks.
                answer = self._ask(GET, name)
                reply = await answer
        if isinstance(reply, Address) and reply.address is not None:
            address = plain_address(reply.address)
            return Person(name=name, kind=CallKind.LEGACY_2023, address=address)
        return None

    async def close(self) -> None:
        """Say DISCONNECT and close, within a second."""
        self._closing = True
        self._try_now.set()
        writer = self._writer
        if writer is None:
            return
        try:
            async with asyncio.timeout(CONNECT_S):
                writer.write(encode_request(DISCONNECT, self._name))
                await writer.drain()
        except (TimeoutError, OSError):
            _log.debug("the server did not wait for the goodbye")
        await self._hang_up()

    # ── connecting ───────────────────────────────────────────────────────────────────────────────

    async def _connect(self) -> None:
        host, port = self.address.host, self.address.port
        try:
            async with asyncio.timeout(CONNECT_S):
                self._reader, self._writer = await asyncio.open_connection(host, port)
        except (TimeoutError, OSError):
            raise Unreachable(
                "server_2023_unreachable",
                address=self.address.authority,
                seconds=f"{CONNECT_S:g}",
            ) from None
        self._asking = Asking()
        try:
            await self._register()
        except BaseException:
            await self._hang_up()
            raise
        self._listener.welcomed(
            Welcome(name=self._name, server="2023", people=[], everyone=False, silence_s=0.0)
        )

    async def _register(self) -> None:
        answer = self._ask(REG, self._name)
        while not answer.done():
            await self._step()
        reply = answer.result()
        if reply is None:
            raise Unreachable("server_2023_silent", seconds=f"{ANSWER_S:g}")
        if isinstance(reply, Acknowledged) and not reply.registered:
            raise Refused("server_2023_fault" if reply.fault else "name_taken")

    async def _connect_again(self) -> None:
        try:
            await self._connect()
        except DevCloudError as error:
            # A name that is taken, too: the server may not have noticed yet that we had gone.
            _log.info("%s", error)

    async def _wait(self, pause: float) -> None:
        self._try_now.clear()
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(pause):
                await self._try_now.wait()

    # ── carrying ─────────────────────────────────────────────────────────────────────────────────

    async def _carry(self) -> None:
        try:
            while self._writer is not None:
                await self._step()
        except DevCloudError as error:
            self._listener.dropped(error)
        finally:
            await self._hang_up()

    async def _step(self) -> None:
        """Wait for bytes, at most until an answer is overdue.

        Raises:
            Unreachable: `server_2023_silent`.
            ProtocolViolation: no answer of a 2023 server.
        """
        assert self._reader is not None
        now = asyncio.get_running_loop().time
        data = None
        try:
            async with asyncio.timeout_at(self._asking.deadline) as limit:
                self._limit = limit
                data = await self._reader.read(_CHUNK)
        except TimeoutError:
            self._asking.tick(now())
            return
        except OSError:
            data = b""
        finally:
            self._limit = None
        if not data:
            await self._hang_up()
            return
        answers = self._asking.receive(data, now())
        self._write(answers.data)
        for answer in answers.answers:
            waiting = self._waiting.popleft()
            if not waiting.done():
                waiting.set_result(answer.reply)

    def _ask(self, command: str, name: str) -> asyncio.Future[Reply | None]:
        loop = asyncio.get_running_loop()
        data = self._asking.ask(command, name, loop.time())
        answer: asyncio.Future[Reply | None] = loop.create_future()
        self._waiting.append(answer)
        self._write(data)
        if self._limit is not None:
            # What waits for bytes has to know that there is a deadline now.
            self._limit.reschedule(self._asking.deadline)
        return answer

    def _write(self, data: bytes) -> None:
        if data and self._writer is not None:
            self._writer.write(data)

    async def _hang_up(self) -> None:
        writer, self._writer, self._reader = self._writer, None, None
        for answer in self._waiting:
            if not answer.done():
                answer.set_result(None)
        self._waiting.clear()
        if writer is not None:
            writer.close()
            with contextlib.suppress(OSError):
                await writer.wait_closed()
