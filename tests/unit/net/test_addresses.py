"""Addresses, and binding one port for TCP and UDP."""

import socket

import pytest

from devcloud.model.errors import AlreadyRunning, BadSettings
from devcloud.net.addresses import bind, is_loopback, plain_address


@pytest.mark.parametrize(
    ("host", "plain"),
    [
        ("192.0.2.1", "192.0.2.1"),
        ("::ffff:192.0.2.1", "192.0.2.1"),
        ("fe80::1%eth0", "fe80::1"),
        ("not an address", "not an address"),
        ("", ""),
    ],
)
def test_plain(host: str, plain: str) -> None:
    assert plain_address(host) == plain


@pytest.mark.parametrize("host", ["127.0.0.1", "127.9.9.9", "::1", "::ffff:127.0.0.1"])
def test_loopback(host: str) -> None:
    assert is_loopback(host)


@pytest.mark.parametrize("host", ["192.0.2.1", "::", "0.0.0.0", "localhost", "", "128.0.0.1"])
def test_not_loopback(host: str) -> None:
    assert not is_loopback(host)


@pytest.mark.parametrize("host", ["127.0.0.1", "localhost", None])
def test_one_port_for_both(host: str | None) -> None:
    bound = bind(host, 0)
    try:
        assert bound.port > 0
        assert {sock.getsockname()[1] for sock in (*bound.tcp, *bound.udp)} == {bound.port}
        assert len(bound.tcp) == len(bound.udp) >= 1
    finally:
        bound.close()


@pytest.mark.parametrize("kind", [socket.SOCK_STREAM, socket.SOCK_DGRAM])
def test_taken(kind: socket.SocketKind) -> None:
    with socket.socket(socket.AF_INET, kind) as other:
        other.bind(("127.0.0.1", 0))
        if kind is socket.SOCK_STREAM:
            other.listen()
        port = other.getsockname()[1]
        with pytest.raises(AlreadyRunning) as raised:
            bind("127.0.0.1", port)
    assert raised.value.code == "port_taken"
    assert str(port) in str(raised.value)


@pytest.mark.parametrize("host", ["192.0.2.77", "no.such.host.invalid", "256.1.1.1"])
def test_not_here(host: str) -> None:
    with pytest.raises(BadSettings) as raised:
        bind(host, 0)
    assert raised.value.code == "host_not_here"
