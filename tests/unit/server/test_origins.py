"""Which pages may open a WebSocket: this server's own, and nobody else's."""

import socket

import pytest

from devcloud.model.errors import BadSettings
from devcloud.net.http import Peer
from devcloud.server.origins import Origins, named_origins, parse_origin
from devcloud.wire.websocket.handshake import RequestHead

HERE = Peer("127.0.0.1", encrypted=False)
LAN = Peer("192.168.1.9", encrypted=True)
PROXIED = Peer("203.0.113.9", encrypted=True, proxied=True)


def head(origin: str | None, host: str = "192.168.1.5:10000") -> RequestHead:
    headers = {"host": host} if origin is None else {"host": host, "origin": origin}
    return RequestHead("GET", "/ws", headers)


def origins(port: int = 10_000, **more: object) -> Origins:
    return Origins(port, addresses=lambda: ["192.168.1.5", "fe80::1"], **more)  # type: ignore[arg-type]


def test_a_program_that_is_no_browser_says_nothing_and_is_let_in() -> None:
    assert origins().check(head(None), LAN) == ""


@pytest.mark.parametrize(
    "origin",
    [
        "https://192.168.1.5:10000",
        "https://[fe80::1]:10000",
        "https://localhost:10000",
        f"https://{socket.gethostname().lower()}:10000",
        f"https://{socket.gethostname().lower()}.local:10000",
    ],
)
def test_this_servers_own_pages(origin: str) -> None:
    assert origins().check(head(origin), LAN) == origin


@pytest.mark.parametrize(
    "origin",
    [
        "null",
        "",
        "https://evil.example",
        "https://192.168.1.5",
        "https://192.168.1.5:10001",
        "https://192.168.1.55:10000",
        "https://192.168.1.5:10000.evil.example",
        "https://evil.example,https://192.168.1.5:10000",
        "http://192.168.1.5:10000",
        "http://localhost:10000",
        "HTTPS://192.168.1.5:10000",
    ],
)
def test_pages_of_others(origin: str) -> None:
    assert origins().check(head(origin), LAN) is None


def test_over_plain_http_on_this_machine_its_own_names_alone() -> None:
    assert origins().check(head("http://127.0.0.1:10000"), HERE) == "http://127.0.0.1:10000"
    assert origins().check(head("http://localhost:10000"), HERE) == "http://localhost:10000"
    assert origins().check(head("http://localhost:8080"), HERE) is None
    assert origins().check(head("https://localhost:10000"), HERE) is None


def test_the_host_of_the_request_alone_lets_nobody_in() -> None:
    # A name of somebody else's that was made to lead here (DNS rebinding).
    assert origins().check(head("https://evil.example:10000", "evil.example:10000"), LAN) is None


def test_names_of_the_certificate_follow_it() -> None:
    found = origins(443, names=["calls.example.org", "*.example.net"])
    assert found.check(head("https://calls.example.org"), LAN) == "https://calls.example.org"
    assert found.check(head("https://calls.example.net"), LAN) is None
    found.certificate_names(["other.example.org"])
    assert found.check(head("https://calls.example.org"), LAN) is None
    assert found.check(head("https://other.example.org"), LAN) == "https://other.example.org"


def test_what_the_host_named() -> None:
    found = origins(given=["https://calls.example.org"])
    assert found.check(head("https://calls.example.org"), LAN) == "https://calls.example.org"


def test_behind_a_proxy_the_host_that_was_asked_for() -> None:
    found = origins(behind_proxy=True)
    asked = "calls.example.org"
    assert found.check(head(f"https://{asked}", asked), PROXIED) == f"https://{asked}"
    assert found.check(head("https://evil.example", asked), PROXIED) is None
    assert found.check(head(f"http://{asked}", asked), PROXIED) is None
    assert found.check(head("https://", ""), PROXIED) is None


def test_behind_a_proxy_what_the_host_named_and_nothing_else() -> None:
    found = origins(behind_proxy=True, given=["https://calls.example.org"])
    assert found.check(head("https://calls.example.org", "x"), PROXIED)
    assert found.check(head("https://x", "x"), PROXIED) is None


@pytest.mark.parametrize(
    ("text", "origin"),
    [
        ("https://Calls.Example.org/", "https://calls.example.org"),
        ("https://calls.example.org:443", "https://calls.example.org"),
        ("https://192.168.1.5:10000", "https://192.168.1.5:10000"),
        ("https://[2001:DB8::1]:10000", "https://[2001:db8::1]:10000"),
        ("https://[2001:db8::1]", "https://[2001:db8::1]"),
        ("http://localhost:80", "http://localhost"),
    ],
)
def test_an_origin_is_spelled_as_browsers_do(text: str, origin: str) -> None:
    assert parse_origin(text) == origin


@pytest.mark.parametrize(
    "text",
    [
        "", "calls.example.org", "ftp://x", "https://", "https://x/path", "https://x/?q", "https://x#f",
        "https://me@x", "https://x:99999", "https://x:port", "https://a b", "https://[::1", "wss://x",
        "https://*.example.org",
    ],
)  # fmt: skip
def test_what_is_no_origin(text: str) -> None:
    with pytest.raises(BadSettings) as refused:
        parse_origin(text)
    assert refused.value.code == "origin_invalid"


def test_what_a_certificate_names_in_order() -> None:
    names = [
        "Calls.Example.org.",
        "*.example.org",
        "localhost",
        "127.0.0.1",
        "192.0.2.7",
        "fd00::7",
    ]
    assert named_origins(names, 10_000) == (
        "https://calls.example.org:10000",
        "https://192.0.2.7:10000",
        "https://[fd00::7]:10000",
    )
    assert named_origins(["calls.example.org"], 443) == ("https://calls.example.org",)
    assert len(named_origins([f"{number}.example.org" for number in range(50)], 443)) == 8


@pytest.mark.parametrize(
    ("origin", "hinted"), [("https://calls.example.org", True), ("null", False)]
)
def test_the_log_hints_at_what_could_be_this_server(
    caplog: pytest.LogCaptureFixture, origin: str, hinted: bool
) -> None:
    origins = Origins(10_000, addresses=list)
    for _ in range(3):
        assert origins.check(head(origin), LAN) is None
    (line,) = caplog.records
    assert "origin refused" in str(line.msg)
    assert (f"--origin {origin}" in str(line.msg)) is hinted
