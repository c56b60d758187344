"""What a person types or pastes as a server's address. Pure; `devcloud.client.address` decides what
is one, this only takes it apart for two fields, without waiting for the client to be imported.
"""

import re
from dataclasses import dataclass
from urllib.parse import urlsplit

_HOST = re.compile(r"^[A-Za-z0-9_](?:[A-Za-z0-9_.-]{0,251}[A-Za-z0-9_])?\.?$")
_DOTTED = re.compile(r"^[0-9]+(?:\.[0-9]+){3}$")
_NUMBERS = re.compile(r"^[0-9.]+$")
_IPV6 = re.compile(r"^[0-9A-Fa-f:.]+(?:%[\w.-]+)?$")
_SCHEMES = ("devcloud", "wss", "https")


@dataclass(frozen=True)
class Parts:
    """An address in parts; `query` is an invite link's pin and invitation."""

    host: str
    port: int
    query: str = ""


def split_address(text: str) -> Parts | None:
    """Return the parts of «host:port» or of a link; None for anything else, a bare host too."""
    text = text.strip()
    is_link = "://" in text
    if not is_link and (text.count(":") != 1 and not text.startswith("[")):
        return None
    try:
        parts = urlsplit(text if is_link else f"wss://{text}")
        host, port = parts.hostname or "", parts.port
    except ValueError:
        return None
    if parts.scheme not in _SCHEMES or not is_host(host) or (port is None and not is_link):
        return None
    # The page's link has its invitation where a browser keeps it to itself.
    query = parts.query or (parts.fragment if parts.scheme == "https" else "")
    return Parts(host, 10_000 if port is None else port, query)


def is_host(text: str) -> bool:
    """Say whether this can be a server's address: an IP address or a host's name."""
    text = text.strip()
    if _NUMBERS.match(text):
        return bool(_DOTTED.match(text)) and all(int(n) <= 255 for n in text.split("."))
    if ":" in text:
        return text.count(":") > 1 and bool(_IPV6.match(text))
    return bool(_HOST.match(text))
