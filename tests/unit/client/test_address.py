"""Where a server is: everything a person may type or paste."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from devcloud.client.address import DEFAULT_PORT, ServerAddress, parse_address
from devcloud.model.errors import BadSettings

PIN = "A" * 43


@pytest.mark.parametrize(
    ("text", "address"),
    [
        ("host", ServerAddress("host")),
        (" host ", ServerAddress("host")),
        ("host:8443", ServerAddress("host", 8443)),
        ("192.168.1.10", ServerAddress("192.168.1.10")),
        ("::1", ServerAddress("::1")),
        ("[::1]:8443", ServerAddress("::1", 8443)),
        ("fe80::1%eth0", ServerAddress("fe80::1%eth0")),
        ("wss://host:8443/", ServerAddress("host", 8443)),
        ("https://host", ServerAddress("host")),
        ("ws://127.0.0.1:8080", ServerAddress("127.0.0.1", 8080, tls=False)),
        ("http://localhost", ServerAddress("localhost", tls=False)),
        (f"devcloud://host:1/?pin={PIN}&invite=abc", ServerAddress("host", 1, True, PIN, "abc")),
        ("DEVCLOUD://Host", ServerAddress("host")),
    ],
)
def test_what_a_person_types(text: str, address: ServerAddress) -> None:
    assert parse_address(text) == address


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("", "address_invalid"),
        ("   ", "address_invalid"),
        ("ftp://host", "address_invalid"),
        ("a b", "address_invalid"),
        ("https://", "address_invalid"),
        ("user:secret@host", "address_invalid"),
        ("wss://user@host", "address_invalid"),
        ("[::1", "address_invalid"),
        ("host" * 600, "address_invalid"),
        ("höst\x00", "address_invalid"),
        ("host:0", "port_invalid"),
        ("host:65536", "port_invalid"),
        ("host:x", "port_invalid"),
        ("host:-1", "port_invalid"),
        ("devcloud://host/?pin=short", "pin_invalid"),
    ],
)
def test_what_is_no_address(text: str, code: str) -> None:
    with pytest.raises(BadSettings) as wrong:
        parse_address(text)
    assert wrong.value.code == code


def test_the_ways_to_a_server() -> None:
    address = parse_address("[::1]:8443")
    assert address.url == "wss://[::1]:8443/ws"
    assert address.stun == "stun:[::1]:8443"
    assert address.stun_urls == ("stun:[::1]:8443",)
    assert parse_address("ws://127.0.0.1:8080").url == "ws://127.0.0.1:8080/ws"


def test_behind_a_proxy_stun_is_asked_for_at_the_servers_own_port_too() -> None:
    address = parse_address("https://calls.example.org:443")
    urls = ("stun:calls.example.org:443", "stun:calls.example.org:10000")
    assert address.stun_urls == urls


hosts = st.one_of(
    st.ip_addresses(v=4).map(str),
    st.ip_addresses(v=6).map(str),
    st.from_regex(r"[a-z]([a-z0-9-]{0,20}[a-z0-9])?(\.[a-z]{2,6})?", fullmatch=True),
)
pins = st.from_regex(r"[A-Za-z0-9_-]{43}", fullmatch=True)


@given(hosts, st.integers(1, 65_535), st.one_of(st.just(""), pins))
def test_a_link_that_was_made_is_read_as_it_was_meant(host: str, port: int, pin: str) -> None:
    meant = ServerAddress(host, port, pin=pin)
    link = f"devcloud://{meant.authority}/" + (f"?pin={pin}" if pin else "")
    assert parse_address(link) == meant


@given(st.text(max_size=80))
def test_whatever_is_typed_is_an_address_or_refused(text: str) -> None:
    for prefix in ("", "devcloud://", "wss://[", "host:"):
        try:
            address = parse_address(prefix + text)
        except BadSettings as refused:
            assert refused.code in ("address_invalid", "port_invalid", "pin_invalid")
        else:
            assert 1 <= address.port <= 65_535
            assert address.host


def test_the_port_that_is_meant_when_none_is_said() -> None:
    assert parse_address("host").port == DEFAULT_PORT == 10_000
