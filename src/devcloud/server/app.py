"""The whole server: data directory, certificate, database, hall, pages and the one port.

async with DevCloudServer(ServerSettings(data=directory, port=0)) as server:
    print(server.port, server.certificate.pin)
"""

import asyncio
import datetime
import os
import ssl
from collections.abc import Callable
from contextlib import AsyncExitStack, suppress
from dataclasses import replace
from pathlib import Path
from types import TracebackType

from aiohttp import web
from filelock import FileLock, Timeout

from devcloud.directory.joining import Join, Reservation
from devcloud.model.errors import AlreadyRunning, StorageFailed
from devcloud.net.addresses import Bound, bind, is_loopback
from devcloud.net.datagram import StunResponder
from devcloud.net.http import HttpDoor, Peer, PlainOpener, TlsOpener
from devcloud.net.joined import TurnEnd
from devcloud.net.oneport import OnePort, Opener
from devcloud.net.tls import Certificate, load_or_make, load_own, names_in, pin_in, server_context
from devcloud.net.websocket import WebSocket
from devcloud.server import announcement
from devcloud.server.announcement import Announcement
from devcloud.server.control import Control
from devcloud.server.echo import DIRECTORY, EchoPerson, reserve_echo
from devcloud.server.hall import Hall, HallSettings
from devcloud.server.host import Host
from devcloud.server.hosting import LOCK_FILE
from devcloud.server.legacy2023 import Doorway2023
from devcloud.server.logs import get_log
from devcloud.server.origins import Origins, named_origins
from devcloud.server.pages import Pages
from devcloud.server.reach import default_join, listened_on, reached_here
from devcloud.server.session import Session
from devcloud.server.settings import ServerSettings
from devcloud.server.store import (
    DATABASE_FILE,
    Store,
    forget_2023,
    load_accounts,
    load_blocks,
    open_database,
)
from devcloud.wire.signalling.messages import LONGEST_MESSAGE, SUBPROTOCOL
from devcloud.wire.websocket.handshake import RequestHead

_PROCESS_FILE = "server.pid"
_WRITE_HIGH = 64 * 1024
_GOODBYE_S = 0.5

_log = get_log(__name__)


class DevCloudServer:
    """One server. Enter it to start, leave it to stop; `port` is the one it really has.

    Raises at start:
        StorageFailed: the data directory, the certificate or the database cannot be used.
        AlreadyRunning: `port_taken`, `server_running` (another server on the same data).
        BadSettings: `host_not_here`, `port_not_allowed`.
    """

    port: int
    certificate: Certificate
    proxy_pin: str
    hall: Hall
    host: Host
    """The host's hand on it."""
    join: Join
    """Who may claim a new name."""
    echo: EchoPerson | None = None
    """Whom everybody can call to test their sound, if they are there."""

    def __init__(self, settings: ServerSettings) -> None:
        self.settings = settings
        self._stack = AsyncExitStack()

    async def __aenter__(self) -> "DevCloudServer":
        try:
            await self._start()
        except BaseException:
            await self._stack.aclose()
            raise
        return self

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        failure: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        await self._stack.aclose()

    # ── starting; what is started last is stopped first ──────────────────────────────────────────

    async def _start(self) -> None:
        settings = self.settings
        self._take_data_directory(settings.data)
        self.certificate = self._load_certificate()
        context = server_context(self.certificate)
        proxy = settings.proxy_certificate
        self.proxy_pin = "" if proxy is None else pin_in(proxy)
        bound = bind(settings.host, settings.port)
        self._stack.callback(bound.close)
        self.port = bound.port
        by_place = default_join(listened_on(bound.tcp), behind_proxy=settings.behind_proxy)
        self.join = settings.join or by_place
        engine = open_database(settings.data / DATABASE_FILE)
        forget_2023(engine)
        store = Store(engine)
        store.start()
        self._stack.push_async_callback(store.aclose)
        reserved = reserve_echo() if settings.echo else None
        self.hall = Hall(
            HallSettings(settings.limits, settings.records, self.proxy_pin, self.join, reserved),
            load_accounts(engine),
            store,
            load_blocks(engine),
        )
        self._turn_end = TurnEnd(asyncio.get_running_loop())
        http = await self._start_pages()
        await self._start_door(bound, http, context)
        await self._start_datagrams(bound)
        await self._start_control()
        announcement.write(settings.data, self.announcement)
        self.hall.start()
        if reserved is not None:
            self._start_echo(bound, reserved)
        _log.info("started", port=self.port, data=str(settings.data), join=self.join.value)

    def _start_echo(self, bound: Bound, reserved: Reservation) -> None:
        host = reached_here(bound.tcp)
        place = f"[{host}]:{self.port}" if ":" in host else f"{host}:{self.port}"

        def link() -> str:
            # Without TLS where that is allowed: a certificate of the host's may be renewed.
            if is_loopback(host):
                return f"ws://{place}/?invite={reserved.token}"
            return f"devcloud://{place}/?pin={self.certificate.pin}&invite={reserved.token}"

        self.echo = EchoPerson(link, self.settings.data / DIRECTORY)
        self._stack.push_async_callback(self.echo.aclose)
        self.echo.start()

    @property
    def announcement(self) -> Announcement:
        """How to reach this server."""
        settings = self.settings
        ours = "" if settings.behind_proxy else self.certificate.pin
        named = tuple(each for each in settings.origins if each.startswith("https://"))
        if not named and not settings.behind_proxy and settings.certificate is not None:
            # At its addresses browsers would warn, and programs could not renew what they trust.
            named = named_origins(names_in(self.certificate.certificate), self.port)
        return Announcement(
            settings.host or "",
            self.port,
            self.proxy_pin or ours,
            self.join,
            named,
            settings.behind_proxy,
        )

    def _load_certificate(self) -> Certificate:
        settings = self.settings
        if settings.certificate is None or settings.key is None:
            return load_or_make(settings.data, now=datetime.datetime.now(datetime.UTC))
        return load_own(settings.certificate, settings.key)

    def reload_certificate(self) -> None:
        """Read the certificate again, the proxy's too, for new connections. One that cannot be used
        leaves the old one in place, with a line in the log."""
        try:
            certificate = self._load_certificate()
            self._renew_proxy_pin()
            self._tls.renew(server_context(certificate), certificate.pin)
            self.certificate = certificate
            self._origins.certificate_names(names_in(certificate.certificate))
            announcement.write(self.settings.data, self.announcement)
        except StorageFailed as failure:
            _log.error("certificate.kept", code=failure.code, why=str(failure))
        else:
            _log.info("certificate.loaded", fingerprint=certificate.fingerprint)

    def _renew_proxy_pin(self) -> None:
        """A proxy renews its certificate every few weeks. Raises StorageFailed."""
        if self.settings.proxy_certificate is not None:
            self.proxy_pin = pin_in(self.settings.proxy_certificate)
            self.hall.settings = replace(self.hall.settings, proxy_pin=self.proxy_pin)

    async def _start_control(self) -> None:
        host = self.host
        control = Control(
            {
                "users": host.users,
                "release": host.release,
                "block": host.block,
                "unblock": host.unblock,
            },
            self.settings.data,
        )
        try:
            await control.start()
        except OSError as failure:
            # Without a loopback interface: the host's commands work while the server is stopped.
            _log.warning("control.none", why=str(failure))
            return
        self._stack.push_async_callback(control.aclose)

    def _take_data_directory(self, data: Path) -> None:
        try:
            data.mkdir(mode=0o700, parents=True, exist_ok=True)
            lock = FileLock(data / LOCK_FILE, mode=0o600)
            lock.acquire(timeout=0)
        except Timeout:
            raise AlreadyRunning(
                "server_running", path=str(data), process=_process_in(data)
            ) from None
        except OSError:
            raise StorageFailed("not_writable", path=str(data)) from None
        self._stack.callback(lock.release)
        try:
            (data / _PROCESS_FILE).write_text(f"{os.getpid()}\n", "ascii")
        except OSError:
            raise StorageFailed("not_writable", path=str(data / _PROCESS_FILE)) from None

    async def _run_pages(self, application: web.Application) -> Callable[[], asyncio.Protocol]:
        runner = web.AppRunner(
            application,
            handle_signals=False,
            access_log=None,
            keepalive_timeout=15.0,
            shutdown_timeout=0.2,
        )
        await runner.setup()
        self._stack.push_async_callback(runner.cleanup)
        pages = runner.server
        assert pages is not None
        return pages

    async def _start_pages(self) -> HttpDoor:
        settings = self.settings
        own = names_in(self.certificate.certificate)
        self._origins = Origins(
            self.port, given=settings.origins, names=own, behind_proxy=settings.behind_proxy
        )
        made = Pages(self.hall, settings)
        pages = await self._run_pages(made.application())
        unencrypted = await self._run_pages(made.unencrypted(lambda: self._shown_fingerprint))
        door = HttpDoor(
            websocket=self._open_websocket,
            pages=pages,
            path="/ws",
            subprotocol=SUBPROTOCOL,
            behind_proxy=self.settings.behind_proxy,
            head_s=self.settings.limits.door.silent_s,
            origin=self._check_origin,
            unencrypted=unencrypted,
        )
        self._stack.callback(door.close)
        return door

    async def _start_door(self, bound: Bound, http: HttpDoor, context: ssl.SSLContext) -> None:
        self._tls = TlsOpener(http, context, self.certificate.pin)
        openers = [self._opener_2023(), self._tls, PlainOpener(http)]
        door = OnePort(openers, limits=self.settings.limits.door, refused=self._count_refused)
        self._stack.push_async_callback(self._say_goodbye)
        self._stack.push_async_callback(door.aclose)
        door.start(bound.tcp)

    def _opener_2023(self) -> Opener:
        settings = self.settings
        doorway = Doorway2023(self.hall, settings.language, taking=settings.legacy_2023)
        self._stack.callback(doorway.close)
        self.host = Host(self.hall, doorway)
        return doorway

    async def _start_datagrams(self, bound: Bound) -> None:
        stun = self.hall.metrics.stun

        def count(outcome: str) -> None:
            stun[outcome] += 1

        for sock in bound.udp:
            transport, _ = await asyncio.get_running_loop().create_datagram_endpoint(
                lambda: StunResponder(counted=count), sock=sock
            )
            self._stack.callback(transport.close)

    # ── connections ──────────────────────────────────────────────────────────────────────────────

    def _open_websocket(
        self, transport: asyncio.Transport, peer: Peer, answer: bytes
    ) -> WebSocket | None:
        hall = self.hall
        if hall.stopping or not hall.has_room(peer.address):
            self._count_refused("too_many_connections")
            return None
        transport.set_write_buffer_limits(high=_WRITE_HIGH)
        transport.write(answer)
        ws = WebSocket(transport, self._turn_end, longest=LONGEST_MESSAGE, now=hall.now())
        Session(hall, ws, peer)
        return ws

    def _check_origin(self, head: RequestHead, peer: Peer) -> str | None:
        origin = self._origins.check(head, peer)
        if origin is None:
            self._count_refused("origin_unknown")
        return origin

    @property
    def browsers_warn(self) -> bool:
        """Whether what browsers see is the certificate that the server made itself."""
        return self.settings.certificate is None and not self.settings.behind_proxy

    @property
    def _shown_fingerprint(self) -> str:
        """Of the certificate that browsers warn of; empty for one that they trust."""
        return self.certificate.fingerprint if self.browsers_warn else ""

    def _count_refused(self, code: str) -> None:
        self.hall.metrics.refused[code] += 1

    async def _say_goodbye(self) -> None:
        """Tell everybody, give them a moment to hear it, then close whatever is left."""
        hall = self.hall
        hall.stop()
        with suppress(TimeoutError):
            await asyncio.wait_for(hall.empty.wait(), _GOODBYE_S)
        for session in list(hall.sessions):
            session.abort()


def _process_in(data: Path) -> str:
    try:
        return (data / _PROCESS_FILE).read_text("ascii").strip()[:16] or "?"
    except (OSError, UnicodeDecodeError):
        return "?"
