"""How to reach a server, as it wrote it down when it last started: for the host's commands, which
make links while it runs and while it does not."""

from pathlib import Path

import msgspec

from devcloud.directory.joining import Join
from devcloud.model.errors import BadSettings, StorageFailed
from devcloud.net.tls import write_private
from devcloud.server.reach import machine_addresses

HTTPS_PORT = 443
"""Where a browser looks, and a proxy listens, unless the host says where."""
_FILE = "server.json"


class Announcement(msgspec.Struct, frozen=True):
    """`host` is empty for all interfaces; `pin` is of the certificate that clients see, empty where
    a proxy shows one that the server was not told of; `origins` are the addresses of the pages that
    the host or its certificate named, and with `proxied` the only ones."""

    host: str
    port: int
    pin: str
    join: Join
    origins: tuple[str, ...] = ()
    proxied: bool = False

    @property
    def reached(self) -> bool:
        """Whether links lead here: the addresses of a proxy are the host's to name."""
        return not self.proxied or bool(self.origins)

    def places(self) -> list[str]:
        """Return every `host:port` it can be reached at, those that the host named first."""
        named = [place_of(origin) for origin in self.origins]
        if named and self.proxied:
            return named
        hosts = [self.host] if self.host else machine_addresses()
        own = [f"[{host}]:{self.port}" if ":" in host else f"{host}:{self.port}" for host in hosts]
        return list(dict.fromkeys(named + own))

    def web_link(self, *, place: str = "", invite: str = "") -> str:
        """Return the address of the page for browsers. The token stands in the fragment, which a
        browser does not send: so it is in no log of a server or a proxy."""
        origin = f"https://{place or self.places()[0]}".removesuffix(f":{HTTPS_PORT}")
        return f"{origin}/#invite={invite}" if invite else f"{origin}/"

    def link(self, *, place: str = "", invite: str = "") -> str:
        """Return the link that brings somebody here (docs/protocol.md, section 1)."""
        parts = [f"pin={self.pin}"] if self.pin else []
        parts += [f"invite={invite}"] if invite else []
        return f"devcloud://{place or self.places()[0]}/{'?' if parts else ''}{'&'.join(parts)}"


def place_of(origin: str) -> str:
    """Return the `host:port` of an https origin."""
    place = origin.removeprefix("https://")
    return place if place.rpartition(":")[2].isdigit() else f"{place}:{HTTPS_PORT}"


def write(data: Path, announcement: Announcement) -> None:
    """Write it down. Raises StorageFailed `not_writable`."""
    write_private(data / _FILE, msgspec.json.encode(announcement))


def read(data: Path) -> Announcement:
    """Return what the server wrote down.

    Raises:
        BadSettings: `server_never_started` with this data directory.
        StorageFailed: `file_damaged`, `not_readable`.
    """
    file = data / _FILE
    try:
        return msgspec.json.decode(file.read_bytes(), type=Announcement)
    except (FileNotFoundError, NotADirectoryError):
        raise BadSettings("server_never_started", path=str(data)) from None
    except msgspec.MsgspecError:
        raise StorageFailed("file_damaged", path=str(file)) from None
    except OSError:
        raise StorageFailed("not_readable", path=str(file)) from None
