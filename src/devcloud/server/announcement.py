"""How to reach a server, as it wrote it down when it last started: for the host's commands, which
make links while it runs and while it does not."""

from pathlib import Path

import msgspec

from devcloud.directory.joining import Join
from devcloud.model.errors import BadSettings, StorageFailed
from devcloud.net.tls import write_private
from devcloud.server.reach import machine_addresses

_FILE = "server.json"


class Announcement(msgspec.Struct, frozen=True):
    """`host` is empty for all interfaces; `pin` is of the certificate that clients see, empty where
    a proxy shows one that the server was not told of."""

    host: str
    port: int
    pin: str
    join: Join

    def places(self) -> list[str]:
        """Return every `host:port` it can be reached at."""
        hosts = [self.host] if self.host else machine_addresses()
        return [f"[{host}]:{self.port}" if ":" in host else f"{host}:{self.port}" for host in hosts]

    def link(self, *, place: str = "", invite: str = "") -> str:
        """Return the link that brings somebody here (docs/protocol.md, section 1)."""
        parts = [f"pin={self.pin}"] if self.pin else []
        parts += [f"invite={invite}"] if invite else []
        return f"devcloud://{place or self.places()[0]}/{'?' if parts else ''}{'&'.join(parts)}"


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
