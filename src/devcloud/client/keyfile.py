"""The key of an installation, in the file `identity.key` of its data directory.

Knows nothing of what the key signs. The file is text:

    devcloud-identity 1
    seed    32 bytes, base64url
    public  the key it makes, base64url: a file that was cut off or edited shows

or, when a person has asked for it, the secret is in the platform's key store (`keystore.py`) and
the second line is the word `keyring`: so the file goes on saying which key is this installation's.

Losing this file is losing one's name on every server, and showing it is giving the name away. So
it is made whole or not at all, readable by its owner alone, and whatever is wrong with it is said
and left as it is: a new key in its place would look like an attack to everybody who knew the old.
"""

import os
import secrets
import stat
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from filelock import FileLock, Timeout

from devcloud.client import keystore
from devcloud.identity.encoding import from_base64url, to_base64url
from devcloud.identity.keys import SEED_BYTES, SigningKey, is_public_key
from devcloud.model.errors import StorageFailed

KEY_FILE = "identity.key"

_HEADER = "devcloud-identity 1"
_IN_KEYRING = "keyring"
_LONGEST = 1024
_LOCK_WAIT_S = 10.0
_OTHERS = stat.S_IRWXG | stat.S_IRWXO


@dataclass(frozen=True)
class _Stored:
    key: SigningKey
    in_keyring: bool


def load_or_create(
    directory: Path,
    randomness: Callable[[int], bytes] = secrets.token_bytes,
    *,
    keyring: bool = False,
) -> SigningKey:
    """Return the key of this data directory; make one, and the directory, at first use.

    Two programs that do so at once get the same key. `keyring` moves the secret to the platform's
    key store, where it stays until it is exported and imported again.

    Raises:
        StorageFailed: `key_file_damaged`, `key_file_open_to_others`, `key_file_unreadable` or
            `key_file_unwritable`, and as `keystore`. The file is never touched in that case.
    """
    path = directory / KEY_FILE
    stored = _load(path)
    if stored is None or (keyring and not stored.in_keyring):
        stored = _create(path, lambda: SigningKey.from_seed(randomness(SEED_BYTES)), keyring)
    return stored.key


def install(directory: Path, key: SigningKey, *, keyring: bool = False) -> None:
    """Put an imported key into a data directory that has none; that has it already is as good.

    Raises:
        StorageFailed: `key_file_exists` where another key is, and as `load_or_create`.
    """
    path = directory / KEY_FILE
    present = _load(path) or _create(path, lambda: key, keyring)
    if present.key.public != key.public:
        raise StorageFailed("key_file_exists", path=str(path))


def _load(path: Path) -> _Stored | None:
    try:
        # Not to wait for a writer, should the name be a pipe's.
        file = os.open(path, os.O_RDONLY | getattr(os, "O_NONBLOCK", 0))
    except FileNotFoundError:
        return None
    except OSError as problem:
        raise _failed("key_file_unreadable", path, problem) from problem
    try:
        _check_mode(path, os.fstat(file))
        text = os.read(file, _LONGEST)
    except OSError as problem:
        raise _failed("key_file_unreadable", path, problem) from problem
    finally:
        os.close(file)
    return _parse(path, text)


def _check_mode(path: Path, status: os.stat_result) -> None:
    if not stat.S_ISREG(status.st_mode):
        raise StorageFailed("key_file_damaged", path=str(path))
    # Windows keeps who may read elsewhere and reports every file as open to others.
    if os.name == "posix" and status.st_mode & _OTHERS:
        raise StorageFailed("key_file_open_to_others", path=str(path))


def _parse(path: Path, text: bytes) -> _Stored:
    lines = text.decode("ascii", "replace").split("\n")
    if len(lines) == 4 and lines[0] == _HEADER and not lines[3]:
        if lines[1] == _IN_KEYRING and is_public_key(lines[2]):
            return _Stored(keystore.fetch(lines[2]), in_keyring=True)
        seed = from_base64url(lines[1], SEED_BYTES)
        if seed is not None:
            key = SigningKey.from_seed(seed)
            if key.public == lines[2]:
                return _Stored(key, in_keyring=False)
    raise StorageFailed("key_file_damaged", path=str(path))


def _create(path: Path, make: Callable[[], SigningKey], keyring: bool) -> _Stored:
    """Write the file, unless another program was first; with `keyring`, move what is in it."""
    lock = FileLock(path.with_suffix(".lock"), timeout=_LOCK_WAIT_S)
    try:
        path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        with lock:
            stored = _load(path)  # another program may have been first
            if stored is None or (keyring and not stored.in_keyring):
                key = make() if stored is None else stored.key
                if keyring:
                    keystore.keep(key)
                _write(path, key, keyring)
                stored = _Stored(key, keyring)
            return stored
    except Timeout as problem:
        raise StorageFailed("key_file_unwritable", path=str(path), problem="locked") from problem
    except OSError as problem:
        raise _failed("key_file_unwritable", path, problem) from problem


def _write(path: Path, key: SigningKey, keyring: bool) -> None:
    secret = _IN_KEYRING if keyring else to_base64url(key.seed())
    text = f"{_HEADER}\n{secret}\n{key.public}\n"
    unfinished = path.with_suffix(".new")  # left by a program that was stopped, if it is there
    unfinished.unlink(missing_ok=True)
    file = os.open(unfinished, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    try:
        try:
            os.write(file, text.encode("ascii"))
            os.fsync(file)
        finally:
            os.close(file)
        unfinished.replace(path)
    except OSError:
        unfinished.unlink(missing_ok=True)
        raise
    _sync(path.parent)


def _sync(directory: Path) -> None:
    """Make the new name last through a loss of power, where the system can open a directory."""
    if os.name == "posix":
        file = os.open(directory, os.O_RDONLY)
        try:
            os.fsync(file)
        finally:
            os.close(file)


def _failed(code: str, path: Path, problem: OSError) -> StorageFailed:
    return StorageFailed(code, path=str(path), problem=problem.strerror or str(problem))
