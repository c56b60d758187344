"""The connection to the server: found, checked, signed in, and again after it was lost.

Carries messages and knows nothing of calls. The first attempt is the caller's to see fail; later
ones are made again and again, after 1, 2, 4, 8, then 15 seconds.
"""

import asyncio
import logging
import random
import ssl
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Literal, TypeVar

import aiohttp

from devcloud import __version__
from devcloud.client.address import ServerAddress
from devcloud.client.datadir import DataDirectory
from devcloud.identity.claims import sign_in_claim
from devcloud.identity.keys import SigningKey
from devcloud.model.errors import DevCloudError, ProtocolViolation, Refused, Unreachable
from devcloud.model.presence import Status
from devcloud.net.addresses import plain_address
from devcloud.net.tasks import Tasks
from devcloud.net.tls import check_pin, client_context, pin_of, web_context
from devcloud.wire.signalling import messages
from devcloud.wire.signalling.codec import decode_from_server, encode
from devcloud.wire.signalling.messages import FromClient, FromServer

CONNECT_TIMEOUT_S = 5.0
VOUCHED_TIMEOUT_S = 2.0
HEARTBEAT_S = 15.0
GOODBYE_S = 1.0
PAUSES_S = (1.0, 2.0, 4.0, 8.0, 15.0)
# Signing in again cannot mend these.
_FINAL_CODES = frozenset(
    {
        "name_taken",
        "replaced",
        "version_unsupported",
        "certificate_changed",
        "bad_proof",
        "blocked",
        "released",
        "disconnected",
        "joining_closed",
        "invite_needed",
        "invite_unknown",
        "invite_used",
        "invite_expired",
        "invite_revoked",
        "invite_other_name",
    }
)

_M = TypeVar("_M")

_log = logging.getLogger(__name__)


@dataclass(frozen=True)
class SignIn:
    """Who signs in, and as what."""

    name: str
    device: str
    key: SigningKey
    observer: bool = False
    status: Status = Status.AVAILABLE


@dataclass(frozen=True)
class Listener:
    """Whom a session tells. All are called on the loop."""

    welcomed: Callable[[messages.Welcome], None]
    received: Callable[[FromServer], None]
    lost: Callable[[float | None], None]
    """The connection is gone; the next attempt comes after so many seconds, or never (None)."""
    dropped: Callable[[DevCloudError], None]


class Session:
    """One person's connection to one server."""

    def __init__(
        self,
        address: ServerAddress,
        sign_in: SignIn,
        directory: DataDirectory,
        listener: Listener,
    ) -> None:
        self.address = address
        self.fatal: DevCloudError | None = None
        self._sign_in = sign_in
        self._directory = directory
        self._listener = listener
        self._takes_2023 = False
        self._status = sign_in.status
        self._http: aiohttp.ClientSession | None = None
        self._socket: aiohttp.ClientWebSocketResponse | None = None
        self._outgoing: asyncio.Queue[bytes] = asyncio.Queue(maxsize=1024)
        self._try_now = asyncio.Event()
        self._closing = False

    @property
    def local_address(self) -> str:
        """The address that reaches the server, or nothing while there is no connection."""
        name = None if self._socket is None else self._socket.get_extra_info("sockname")
        return plain_address(str(name[0])) if name else ""

    async def open(self) -> None:
        """Connect and sign in for the first time.

        Raises:
            Unreachable: `server_unreachable`, `server_silent`, `not_devcloud`.
            Refused: what the server says, or `certificate_changed`.
        """
        self._http = aiohttp.ClientSession()
        try:
            await self._connect()
        except BaseException:
            await self._http.close()
            raise

    async def run(self) -> None:
        """Carry messages, and connect again whenever the connection is lost, until refused."""
        attempt = 0
        while True:
            if self._socket is not None:
                attempt = 0
                await self._carry(self._socket)
            if self._is_over():
                return
            pause = PAUSES_S[min(attempt, len(PAUSES_S) - 1)] * random.uniform(0.8, 1.2)
            attempt += 1
            self._listener.lost(pause)
            await self._wait(pause)
            if not self._closing:
                await self._connect_again()

    def _is_over(self) -> bool:
        if self.fatal is not None:
            self._listener.lost(None)
        return self._closing or self.fatal is not None

    async def _connect_again(self) -> None:
        try:
            await self._connect()
        except Refused as refused:
            _log.warning("the server refuses: %s", refused)
            if refused.code in _FINAL_CODES:
                self.fatal = refused
        except DevCloudError as error:
            _log.info("%s", error)

    def retry(self) -> None:
        """Do not wait for the next attempt."""
        self._try_now.set()

    def send(self, message: FromClient) -> None:
        """Send a message, if there is a connection. Call messages come again by themselves."""
        if self._socket is None:
            return
        try:
            self._outgoing.put_nowait(encode(message))
        except asyncio.QueueFull:
            # The heartbeat is about to find the connection dead, and what is about a call is said
            # again over the next one.
            _log.warning("the connection takes nothing any more")

    def say_takes_2023(self, takes: bool) -> None:
        """Tell the server, now and at each sign-in, whether our address may be told to people of
        2023."""
        if takes != self._takes_2023:
            self._takes_2023 = takes
            self._say_status()

    def say_status(self, status: Status) -> None:
        """Tell the server, now and at each sign-in, how one is."""
        if status is not self._status:
            self._status = status
            self._say_status()

    def _say_status(self) -> None:
        self.send(messages.SetStatus(status=self._status, takes_2023=self._takes_2023))

    async def close(self) -> None:
        """Say goodbye and close, within GOODBYE_S; whatever still waits for the server gives up."""
        self._closing = True
        self._try_now.set()
        socket, self._socket = self._socket, None
        if socket is not None and not socket.closed:
            try:
                async with asyncio.timeout(GOODBYE_S):
                    while not self._outgoing.empty():
                        await _send(socket, self._outgoing.get_nowait())
                    await _send(socket, encode(messages.Bye(code="leaving")))
                    await socket.close()
            except (TimeoutError, aiohttp.ClientError, ConnectionError):
                _log.debug("the server did not wait for the goodbye")
        if self._http is not None:
            await self._http.close()

    # ── connecting ───────────────────────────────────────────────────────────────────────────────

    async def _connect(self) -> None:
        assert self._http is not None
        with _naming(self.address.authority):
            async with asyncio.timeout(CONNECT_TIMEOUT_S):
                socket, certificate = await self._reach()
                try:
                    welcome = await self._shake_hands(socket, certificate)
                except BaseException:
                    await socket.close()
                    raise
        self._socket = socket
        self._listener.welcomed(welcome)

    async def _reach(self) -> tuple[aiohttp.ClientWebSocketResponse, str]:
        """Return a connection, and the pin of its certificate: the one that is known, or, where the
        web's authorities vouched for that one, any other that they vouch for: those are renewed
        every few weeks. Raises Refused `certificate_changed`."""
        if not self.address.tls:
            return await self._open_socket(False), ""
        known = self._directory.pin(self.address.authority)
        vouched = self._directory.is_vouched_for(self.address.authority)
        socket = await self._reach_vouched() if vouched or not known else None
        by_authority = socket is not None
        socket = socket or await self._open_socket(client_context())
        try:
            if not (by_authority and vouched) and (self.address.pin or known):
                check_pin(_certificate(socket), self.address.pin or known)
            return socket, self._remember(socket, vouched=by_authority)
        except BaseException:
            await socket.close()
            raise

    async def _reach_vouched(self) -> aiohttp.ClientWebSocketResponse | None:
        """Return a connection whose certificate the web's authorities vouch for, if it has one."""
        try:
            async with asyncio.timeout(VOUCHED_TIMEOUT_S):
                return await self._open_socket(web_context())
        except (aiohttp.ClientConnectorCertificateError, TimeoutError):
            return None

    async def _open_socket(
        self, tls: ssl.SSLContext | Literal[False]
    ) -> aiohttp.ClientWebSocketResponse:
        assert self._http is not None
        return await self._http.ws_connect(
            self.address.url,
            protocols=(messages.SUBPROTOCOL,),
            ssl=tls,
            heartbeat=HEARTBEAT_S,
            timeout=aiohttp.ClientWSTimeout(ws_close=GOODBYE_S),
            max_msg_size=4 * 1024 * 1024,
        )

    async def _shake_hands(
        self, socket: aiohttp.ClientWebSocketResponse, certificate: str
    ) -> messages.Welcome:
        me = self._sign_in
        hello = messages.Hello(
            versions=[messages.PROTOCOL_VERSION],
            name=me.name,
            key=me.key.public,
            device=me.device,
            program=f"devcloud {__version__}",
            status=self._status,
            observer=me.observer,
            takes_2023=self._takes_2023,
            invite=self.address.invite,
        )
        await _send(socket, encode(hello))
        challenge = await self._expect(socket, messages.Challenge)
        if challenge.version != messages.PROTOCOL_VERSION:
            raise Refused("version_unsupported", spoken=challenge.version)
        # The certificate that was seen here, not the one the server speaks of: a proof passed on
        # by somebody in between is then of no use to them.
        claim = sign_in_claim(
            version=challenge.version,
            nonce=challenge.nonce,
            certificate=certificate,
            name=me.name,
            device=me.device,
        )
        await _send(socket, encode(messages.Proof(signature=me.key.sign(claim))))
        return await self._expect(socket, messages.Welcome)

    async def _expect(self, socket: aiohttp.ClientWebSocketResponse, kind: type[_M]) -> _M:
        """Return the server's next message, which must be of this kind."""
        frame = await socket.receive()
        if frame.type not in (aiohttp.WSMsgType.TEXT, aiohttp.WSMsgType.BINARY):
            raise Unreachable("not_devcloud", address=self.address.authority)
        try:
            message = decode_from_server(frame.data)
        except ProtocolViolation:
            raise Unreachable("not_devcloud", address=self.address.authority) from None
        if isinstance(message, kind):
            return message
        if isinstance(message, messages.Error):
            raise Refused(message.code, text=message.text)
        if isinstance(message, messages.Bye):
            raise Refused(message.code)
        raise Unreachable("not_devcloud", address=self.address.authority)

    def _remember(self, socket: aiohttp.ClientWebSocketResponse, *, vouched: bool) -> str:
        """Return the pin of the server's certificate, kept for the next time."""
        pin = pin_of(_certificate(socket))
        if pin != self._directory.pin(self.address.authority):
            self._directory.remember_pin(self.address.authority, pin, vouched=vouched)
        return pin

    # ── carrying ─────────────────────────────────────────────────────────────────────────────────

    async def _carry(self, socket: aiohttp.ClientWebSocketResponse) -> None:
        tasks = Tasks("session")
        tasks.spawn(self._write(socket), name="writer")
        try:
            async for frame in socket:
                if frame.type is aiohttp.WSMsgType.TEXT:
                    self._take(frame.data)
        finally:
            self._socket = None
            await tasks.aclose()
            await socket.close()
            while not self._outgoing.empty():
                self._outgoing.get_nowait()

    def _take(self, data: str) -> None:
        try:
            message = decode_from_server(data)
        except ProtocolViolation as error:
            self._listener.dropped(error)
            return
        if isinstance(message, messages.Bye) and message.code in _FINAL_CODES:
            self.fatal = Refused(message.code)
        self._listener.received(message)

    async def _write(self, socket: aiohttp.ClientWebSocketResponse) -> None:
        try:
            while True:
                await _send(socket, await self._outgoing.get())
        except (aiohttp.ClientError, ConnectionError):
            # The reader sees the same end and starts again.
            _log.debug("the connection closed while writing")

    async def _wait(self, pause: float) -> None:
        self._try_now.clear()
        try:
            async with asyncio.timeout(pause):
                await self._try_now.wait()
        except TimeoutError:
            pass


@contextmanager
def _naming(address: str) -> Iterator[None]:
    """Turn whatever happens on the way to a server into what a person can do about it."""
    try:
        yield
    except TimeoutError:
        raise Unreachable("server_silent", address=address) from None
    except aiohttp.ClientSSLError:
        # Something took the connection and does not speak TLS.
        raise Unreachable("not_devcloud", address=address) from None
    except aiohttp.ClientConnectorError as error:
        hung_up = isinstance(error.os_error, ConnectionResetError)
        code = "not_devcloud" if hung_up else "server_unreachable"
        raise Unreachable(code, address=address) from None
    except (aiohttp.InvalidURL, UnicodeError):
        # A host name may be one that no name service can even be asked for: UnicodeError.
        raise Unreachable("server_unreachable", address=address) from None
    except (aiohttp.ClientError, OSError):
        raise Unreachable("not_devcloud", address=address) from None


def _certificate(socket: aiohttp.ClientWebSocketResponse) -> bytes:
    """Return the server's certificate, in DER form."""
    der: bytes = socket.get_extra_info("ssl_object").getpeercert(binary_form=True)
    return der


async def _send(socket: aiohttp.ClientWebSocketResponse, data: bytes) -> None:
    await socket.send_frame(data, aiohttp.WSMsgType.TEXT)
