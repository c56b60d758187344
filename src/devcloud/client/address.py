"""Where a server is: everything a person may type or paste, and nothing about reaching it.

host   host:10000   wss://host:10000   ws://127.0.0.1:10000   https://host:10000
devcloud://host:10000/?pin=…&invite=…
"""

import re
from dataclasses import dataclass, replace
from urllib.parse import SplitResult, parse_qs, urlsplit

from devcloud.model.errors import BadSettings

DEFAULT_PORT = 10_000
LONGEST_ADDRESS = 2048
_PROXY_PORT = 443

_SCHEMES = {"devcloud": True, "wss": True, "https": True, "ws": False, "http": False}
_HOST = re.compile(
    r"^(?:[A-Za-z0-9_](?:[A-Za-z0-9_.-]*[A-Za-z0-9_])?\.?|[0-9A-Fa-f:.]+(?:%[\w.-]+)?)$"
)
_PIN = re.compile(r"^[A-Za-z0-9_-]{43}$")


@dataclass(frozen=True)
class ServerAddress:
    """A server. `pin` is the SHA-256 of its certificate in base64url, where a link brought it."""

    host: str
    port: int = DEFAULT_PORT
    tls: bool = True
    pin: str = ""
    invite: str = ""

    @property
    def authority(self) -> str:
        """Host and port as a URL has them (RFC 3986, section 3.2)."""
        host = f"[{self.host}]" if ":" in self.host else self.host
        return f"{host}:{self.port}"

    @property
    def url(self) -> str:
        """Where the WebSocket is."""
        return f"{'wss' if self.tls else 'ws'}://{self.authority}/ws"

    @property
    def stun_urls(self) -> tuple[str, ...]:
        """Where to ask by STUN: at the server's port and, where that may be an HTTP proxy's, which
        passes no UDP, at the port that a server has unless told otherwise."""
        if self.port != _PROXY_PORT:
            return (self.stun,)
        return (self.stun, replace(self, port=DEFAULT_PORT).stun)

    @property
    def stun(self) -> str:
        """The server's STUN URL (RFC 7064)."""
        return f"stun:{self.authority}"


def parse_address(text: str) -> ServerAddress:
    """Return the server that `text` means.

    Raises:
        BadSettings: `address_invalid`, `port_invalid`, `pin_invalid`.
    """
    text = text.strip()
    if not text or len(text) > LONGEST_ADDRESS:
        raise BadSettings("address_invalid", address=text[:80])
    try:
        parts = urlsplit(text if "://" in text else f"wss://{_bracketed(text)}")
        host = parts.hostname or ""
    except ValueError:
        raise BadSettings("address_invalid", address=text[:80]) from None
    if parts.scheme not in _SCHEMES or not _HOST.match(host) or parts.username is not None:
        raise BadSettings("address_invalid", address=text[:80])
    query = parse_qs(parts.query)
    pin = query.get("pin", [""])[0]
    if pin and not _PIN.match(pin):
        raise BadSettings("pin_invalid")
    return ServerAddress(
        host=host,
        port=_port(parts),
        tls=_SCHEMES[parts.scheme],
        pin=pin,
        invite=query.get("invite", [""])[0][:128],
    )


def _bracketed(text: str) -> str:
    # A bare IPv6 address: its colons are not the one before a port.
    return f"[{text}]" if text.count(":") > 1 and not text.startswith("[") else text


def _port(parts: SplitResult) -> int:
    try:
        port = parts.port
    except ValueError:
        raise BadSettings("port_invalid") from None
    if port is None:
        return DEFAULT_PORT
    if not 1 <= port <= 65535:
        raise BadSettings("port_invalid")
    return port
