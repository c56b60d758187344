"""Which pages may open a WebSocket here: those that this server served itself.

A browser says on each WebSocket where the page came from (`Origin`, RFC 6454; RFC 6455, section
10.2), and a page cannot change it. Programs that are no browsers send none. So a page from
elsewhere cannot use a visitor's place in a private network to get in here.
"""

import re
import socket
from collections.abc import Callable, Iterable, Sequence
from urllib.parse import urlsplit

from devcloud.model.errors import BadSettings
from devcloud.net.addresses import is_loopback
from devcloud.net.http import Peer
from devcloud.server.logs import get_log
from devcloud.server.reach import every_address
from devcloud.wire.websocket.handshake import RequestHead

_DEFAULT_PORTS = {"https": 443, "http": 80}
_HOST = re.compile(r"[a-z0-9._-]{1,253}|\[[0-9a-f:.]{2,45}\]")
_MOST_LOGGED = 100
_MOST_NAMED = 8

_log = get_log(__name__)


def parse_origin(text: str) -> str:
    """Return an origin as browsers spell it: `https://calls.example.org`, small letters, without
    the scheme's own port. Raises BadSettings `origin_invalid`."""
    try:
        parts = urlsplit(text.strip())
        scheme, port = parts.scheme.lower(), parts.port
    except ValueError:
        raise BadSettings("origin_invalid", what=text[:80]) from None
    host = parts.netloc.rpartition("@")[2].lower()
    host = host.rpartition(":")[0] if port is not None else host.removesuffix(":")
    whole = parts.path in ("", "/") and not (parts.query or parts.fragment or "@" in parts.netloc)
    if scheme not in _DEFAULT_PORTS or not whole or not _HOST.fullmatch(host):
        raise BadSettings("origin_invalid", what=text[:80])
    return _spell(scheme, host, port or _DEFAULT_PORTS[scheme])


def named_origins(names: Iterable[str], port: int) -> tuple[str, ...]:
    """Return the origins at which others find whoever shows a certificate for `names`, in order:
    without those for many machines, and without those of each machine for itself."""
    return tuple(
        _spell("https", f"[{name}]" if ":" in name else name, port)
        for name in (each.lower().rstrip(".") for each in names)
        if (":" in name or _HOST.fullmatch(name)) and name != "localhost" and not is_loopback(name)
    )[:_MOST_NAMED]


def own_origins(hosts: Iterable[str], port: int, scheme: str = "https") -> set[str]:
    """Return the origins of `hosts` (addresses and names) at a port."""
    return {
        _spell(scheme, f"[{host}]" if ":" in host else host.lower().rstrip("."), port)
        for host in hosts
    }


class Origins:
    """The origins of one server.

    `given` are those that the host named; `names` those in the certificate. With `behind_proxy`
    and nothing given, whoever came through the proxy must come from a page of the very host that
    the request was for: the proxy knows its names, this server does not.
    """

    def __init__(
        self,
        port: int,
        *,
        given: Sequence[str] = (),
        names: Iterable[str] = (),
        behind_proxy: bool = False,
        addresses: Callable[[], Iterable[str]] = every_address,
    ) -> None:
        self._port = port
        self._given = frozenset(given)
        self._behind_proxy = behind_proxy
        self._addresses = addresses
        self._here = own_origins(("localhost", "127.0.0.1", "::1"), port, "http")
        self._logged: set[str] = set()
        self.certificate_names(names)

    def certificate_names(self, names: Iterable[str]) -> None:
        """Take these names instead of those of the certificate before."""
        machine = socket.gethostname()
        hosts = {"localhost", machine, f"{machine}.local", *names}
        # A name with a star in it is for many machines: which one this is, only the host knows.
        self._names = own_origins((host for host in hosts if host and "*" not in host), self._port)

    def check(self, head: RequestHead, peer: Peer) -> str | None:
        """Return the origin of a WebSocket's request, empty for a program that is no browser; None
        where it must not be let in."""
        origin = head.headers.get("origin")
        if origin is None:
            return ""
        if origin in self._given or self._is_own(origin, head, peer):
            return origin
        self._log(origin, peer)
        return None

    def _is_own(self, origin: str, head: RequestHead, peer: Peer) -> bool:
        if self._behind_proxy and peer.proxied:
            host = head.headers.get("host", "").lower()
            return not self._given and bool(host) and origin == f"https://{host}"
        if not peer.encrypted:
            return is_loopback(peer.address) and origin in self._here
        # The machine's addresses may have changed since the start.
        return origin in self._names or origin in own_origins(self._addresses(), self._port)

    def _log(self, origin: str, peer: Peer) -> None:
        """Once for each: a page tries again and again."""
        origin = origin[:200]
        if origin not in self._logged and len(self._logged) < _MOST_LOGGED:
            self._logged.add(origin)
            _log.warning("origin refused", address=peer.address, origin=origin, **_hint(origin))


def _hint(origin: str) -> dict[str, str]:
    """What the host may do about it; nothing where it is no page's address, as `null` is not."""
    try:
        parse_origin(origin)
    except BadSettings:
        return {}
    return {"hint": f"if that is this server's address, start it with --origin {origin}"}


def _spell(scheme: str, host: str, port: int) -> str:
    return f"{scheme}://{host}" if port == _DEFAULT_PORTS[scheme] else f"{scheme}://{host}:{port}"
