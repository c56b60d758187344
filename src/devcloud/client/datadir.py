"""The data directory of a client: its key, the servers it has pinned, and the lock on it all.

Two clients on one data directory would be one person with one key saying two things at once: the
second is told which process holds it.
"""

import json
import os
from pathlib import Path
from types import TracebackType
from urllib.parse import quote

import filelock

from devcloud.client.keyfile import install, load_or_create
from devcloud.identity.keys import SigningKey
from devcloud.identity.pins import PinBook, read_book, write_book
from devcloud.model.errors import AlreadyRunning, StorageFailed
from devcloud.net.tls import write_private

LOCK_FILE = "client.lock"
HOLDER_FILE = "client.holder"
_VOUCHED = "web "
"""Before the pin of a certificate that the web's authorities vouched for."""
SERVERS_FILE = "servers.json"


class DataDirectory:
    """A client's files. As a context manager it holds the lock."""

    def __init__(self, path: Path, *, keyring: bool = False) -> None:
        """Make the directory where it is missing. `keyring` moves the key to the platform's key
        store. Raises StorageFailed `directory_unusable`."""
        self.path = path
        self._keyring = keyring
        try:
            path.mkdir(parents=True, exist_ok=True, mode=0o700)
            if not os.access(path, os.R_OK | os.W_OK | os.X_OK):
                raise PermissionError(path)
        except OSError:
            raise StorageFailed("directory_unusable", path=str(path)) from None
        self._lock = filelock.FileLock(path / LOCK_FILE, blocking=False)

    def lock(self, name: str) -> None:
        """Hold the directory for `name`. Raises AlreadyRunning `client_running`, StorageFailed."""
        try:
            self._lock.acquire()
        except filelock.Timeout:
            raise AlreadyRunning("client_running", path=str(self.path), **self._holder()) from None
        except OSError:
            raise StorageFailed("directory_unusable", path=str(self.path)) from None
        holder = {"pid": os.getpid(), "name": name}
        try:
            (self.path / HOLDER_FILE).write_text(json.dumps(holder), "utf-8")
        except OSError:
            self.release()
            raise StorageFailed("not_writable", path=str(self.path / HOLDER_FILE)) from None

    def release(self) -> None:
        """Let the directory go."""
        self._lock.release()

    def __enter__(self) -> "DataDirectory":
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.release()

    def _holder(self) -> dict[str, str | int]:
        try:
            holder = json.loads((self.path / HOLDER_FILE).read_text("utf-8"))
            return {"name": str(holder["name"]), "pid": int(holder["pid"])}
        except (OSError, ValueError, KeyError, TypeError):
            return {"name": "?", "pid": 0}

    # ── what is kept ─────────────────────────────────────────────────────────────────────────────

    def key(self) -> SigningKey:
        """Return this installation's key, made at first use. Raises StorageFailed."""
        return load_or_create(self.path, keyring=self._keyring)

    def install_key(self, key: SigningKey) -> None:
        """Take an imported key. Raises StorageFailed `key_file_exists` where another one is."""
        install(self.path, key, keyring=self._keyring)

    def pin(self, authority: str) -> str:
        """Return the certificate pinned for `host:port`, or nothing. Raises StorageFailed."""
        return self._pins().get(authority, "").removeprefix(_VOUCHED)

    def is_vouched_for(self, authority: str) -> bool:
        """Whether the web's authorities vouched for that certificate when it was seen."""
        return self._pins().get(authority, "").startswith(_VOUCHED)

    def remember_pin(self, authority: str, pin: str, *, vouched: bool = False) -> None:
        """Pin the certificate of `host:port`. Raises StorageFailed."""
        pins = self._pins() | {authority: _VOUCHED + pin if vouched else pin}
        file = self.path / SERVERS_FILE
        unfinished = file.with_suffix(".new")
        try:
            unfinished.write_text(json.dumps(pins, indent=2, sort_keys=True), "utf-8")
            unfinished.replace(file)
        except OSError:
            raise StorageFailed("not_writable", path=str(file)) from None

    def book(self, authority: str) -> PinBook:
        """Return the keys that people of the server `host:port` have been seen with.

        Raises:
            StorageFailed: `pins_damaged`, `not_readable`.
        """
        file = self._book_file(authority)
        try:
            return read_book(file.read_bytes(), str(file))
        except FileNotFoundError:
            return PinBook()
        except OSError:
            raise StorageFailed("not_readable", path=str(file)) from None

    def keep_book(self, authority: str, book: PinBook) -> None:
        """Write the keys down. Raises StorageFailed `not_writable`."""
        write_private(self._book_file(authority), write_book(book))

    def _book_file(self, authority: str) -> Path:
        # «[fe80::1%eth0]:10000» holds what no file name may.
        return self.path / f"people-{quote(authority, safe='')}.json"

    def _pins(self) -> dict[str, str]:
        file = self.path / SERVERS_FILE
        try:
            pins = json.loads(file.read_text("utf-8"))
        except FileNotFoundError:
            return {}
        except OSError:
            raise StorageFailed("not_readable", path=str(file)) from None
        except ValueError:
            raise StorageFailed("file_damaged", path=str(file)) from None
        if not isinstance(pins, dict):
            raise StorageFailed("file_damaged", path=str(file))
        return {str(k): str(v) for k, v in pins.items()}
