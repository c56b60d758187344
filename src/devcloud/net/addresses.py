"""Addresses: which are this machine, and where a listener binds."""

import errno
import ipaddress
import socket
from dataclasses import dataclass

from devcloud.model.errors import AlreadyRunning, BadSettings

_TRIES_FOR_A_FREE_PORT = 20


def plain_address(host: str) -> str:
    """Return an address without its scope, an IPv4 address seen through IPv6 as IPv4; whatever is
    no address as it came."""
    try:
        address = ipaddress.ip_address(host.partition("%")[0])
    except ValueError:
        return host
    mapped = getattr(address, "ipv4_mapped", None)
    return str(mapped or address)


def is_loopback(host: str) -> bool:
    """Return whether this is the machine itself."""
    try:
        return ipaddress.ip_address(plain_address(host)).is_loopback
    except ValueError:
        return False


@dataclass(frozen=True, slots=True)
class Bound:
    """Sockets that hold one port, TCP and UDP, on every address asked for. The TCP ones do not
    listen yet."""

    port: int
    tcp: list[socket.socket]
    udp: list[socket.socket]

    def close(self) -> None:
        """Give the port back."""
        for each in (*self.tcp, *self.udp):
            each.close()


def bind(host: str | None, port: int) -> Bound:
    """Bind TCP and UDP `port` on `host`, or on all interfaces; port 0 finds a free one.

    Raises:
        AlreadyRunning: `port_taken`.
        BadSettings: `host_not_here`, `port_not_allowed`.
    """
    where = _resolve(host)
    tries = _TRIES_FOR_A_FREE_PORT if port == 0 else 1
    while True:
        tries -= 1
        try:
            return _bind_all(where, port)
        except AlreadyRunning:
            if not tries:
                raise


def _resolve(host: str | None) -> list[tuple[socket.AddressFamily, str]]:
    if host is None:
        # IPv4 first: where IPv6 is switched off, only its socket is left out.
        families = [(socket.AF_INET, "0.0.0.0")]
        return [*families, (socket.AF_INET6, "::")] if socket.has_ipv6 else families
    try:
        found = socket.getaddrinfo(host, 0, type=socket.SOCK_STREAM, flags=socket.AI_PASSIVE)
    except OSError:
        raise BadSettings("host_not_here", host=host) from None
    return list(dict.fromkeys((family, str(address[0])) for family, *_, address in found))


def _bind_all(where: list[tuple[socket.AddressFamily, str]], port: int) -> Bound:
    bound = Bound(port, [], [])
    try:
        for family, host in where:
            try:
                tcp = _socket(family, socket.SOCK_STREAM)
            except OSError:
                if bound.tcp:
                    continue  # a kernel without IPv6
                raise
            bound.tcp.append(tcp)
            if not _bind_one(tcp, host, port, optional=len(bound.tcp) > 1):
                bound.tcp.pop().close()
                continue
            port = tcp.getsockname()[1]
            udp = _socket(family, socket.SOCK_DGRAM)
            bound.udp.append(udp)
            _bind_one(udp, host, port)
    except BaseException:
        bound.close()
        raise
    return Bound(port, bound.tcp, bound.udp)


def _socket(family: socket.AddressFamily, kind: socket.SocketKind) -> socket.socket:
    made = socket.socket(family, kind)
    made.setblocking(False)
    if family == socket.AF_INET6:
        made.setsockopt(socket.IPPROTO_IPV6, socket.IPV6_V6ONLY, 1)
    if kind == socket.SOCK_STREAM:
        exclusive = getattr(socket, "SO_EXCLUSIVEADDRUSE", None)
        # Windows: SO_REUSEADDR would let another program take the port over.
        made.setsockopt(socket.SOL_SOCKET, exclusive or socket.SO_REUSEADDR, 1)
    return made


def _bind_one(each: socket.socket, host: str, port: int, *, optional: bool = False) -> bool:
    """Return False where the address is not there and need not be."""
    try:
        each.bind((host, port))
    except PermissionError:
        raise BadSettings("port_not_allowed", port=port) from None
    except OSError as failure:
        if is_taken(failure):
            raise AlreadyRunning("port_taken", port=port) from None
        if optional:
            return False
        raise BadSettings("host_not_here", host=host) from None
    return True


def is_taken(failure: OSError) -> bool:
    """Return whether binding failed because somebody else has the port."""
    return failure.errno == errno.EADDRINUSE or getattr(failure, "winerror", None) == 10048
