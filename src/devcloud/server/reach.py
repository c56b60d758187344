"""Where a server can be reached from, and so who may join when nobody said.

A server that only this machine or a private network reaches is open: whoever gets there has passed
a door already. Knows nothing of routers: a port that one of them forwards is not seen from here.
"""

import ipaddress
import socket
from collections.abc import Iterable

import psutil

from devcloud.directory.joining import Join
from devcloud.net.addresses import plain_address

_MOST_ADDRESSES = 8


def default_join(hosts: Iterable[str], *, behind_proxy: bool) -> Join:
    """Return who may join a server that listens on `hosts`. A proxy in front brings anybody."""
    if behind_proxy or not all(map(_is_private, hosts)):
        return Join.INVITE
    return Join.OPEN


def listened_on(sockets: Iterable[socket.socket]) -> list[str]:
    """Return the addresses at which `sockets` take connections: all of the machine's, where they
    are bound to all interfaces."""
    hosts = [plain_address(str(each.getsockname()[0])) for each in sockets]
    return [
        address
        for host in hosts
        for address in (
            map(str, _of_the_machine()) if ipaddress.ip_address(host).is_unspecified else (host,)
        )
    ]


def every_address() -> list[str]:
    """Return every address of this machine, loopback and link-local ones among them."""
    return [str(address) for address in _of_the_machine()]


def reached_here(sockets: Iterable[socket.socket]) -> str:
    """Return an address at which this machine itself reaches `sockets`."""
    hosts = [plain_address(str(each.getsockname()[0])) for each in sockets]
    loopback = {"0.0.0.0": "127.0.0.1", "::": "::1"}
    return loopback.get(hosts[0], hosts[0])


def machine_addresses() -> list[str]:
    """Return the addresses others may reach this machine at, those of a local network first."""
    found = [
        address
        for address in _of_the_machine()
        if not (address.is_loopback or address.is_link_local or address.is_multicast)
    ]
    found.sort(key=lambda address: (address.version, not address.is_private))
    return [str(address) for address in found[:_MOST_ADDRESSES]] or ["127.0.0.1"]


def _of_the_machine() -> list[ipaddress.IPv4Address | ipaddress.IPv6Address]:
    found = []
    for interface in psutil.net_if_addrs().values():
        for each in interface:
            try:
                found.append(ipaddress.ip_address(each.address.partition("%")[0]))
            except ValueError:
                continue  # of another kind: an Ethernet address
    return found


def _is_private(host: str) -> bool:
    # As the IANA registry of special-purpose addresses has it: not reachable from everywhere.
    return ipaddress.ip_address(host).is_private
