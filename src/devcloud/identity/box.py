"""A key on its way to another machine: sealed with a passphrase, as one line of text.

Knows nothing of files. The line is `devcloud-key-1.` and base64url without padding of

    salt (16)  nonce (12)  public key (32)  sealed seed (32 + 16)  check (8)

The passphrase (NFC, UTF-8) and the salt give a 256-bit key by Argon2id, with the second parameter
set that RFC 9106, section 4, recommends: 64 MiB, 3 passes, 4 lanes. It costs a person 0.1 s and
somebody who guesses as much for every guess. The seed is sealed with AES-256-GCM; what stands
before it is authenticated with it. The check is the start of a SHA-256 of all before it, and no
secret: it tells a line that was cut off or mistyped from a wrong passphrase.
"""

import hashlib
import re
import unicodedata

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.kdf.argon2 import Argon2id

from devcloud.identity.encoding import from_base64url, to_base64url
from devcloud.identity.keys import SigningKey
from devcloud.model.errors import BadKey

SHORTEST_PASSPHRASE = 8
RANDOM_BYTES = 28

_HEADER = "devcloud-key-1."
_ANY_VERSION = re.compile(r"devcloud-key-([1-9][0-9]{0,3})\.")
_SALT, _NONCE, _PUBLIC, _SEALED, _CHECK = 16, 12, 32, 48, 8
_SIZE = _SALT + _NONCE + _PUBLIC + _SEALED + _CHECK


def seal_key(key: SigningKey, passphrase: str, randomness: bytes) -> str:
    """Return `key` as a line that only `passphrase` opens. `randomness`: 28 bytes, never reused.

    Raises:
        BadKey: `passphrase_too_short`.
        ValueError: another number of random bytes.
    """
    if len(passphrase) < SHORTEST_PASSPHRASE:
        raise BadKey("passphrase_too_short", shortest=SHORTEST_PASSPHRASE)
    if len(randomness) != RANDOM_BYTES:
        raise ValueError(f"sealing takes {RANDOM_BYTES} random bytes, not {len(randomness)}")
    salt, nonce = randomness[:_SALT], randomness[_SALT:]
    public = from_base64url(key.public, _PUBLIC) or b""
    clear = salt + nonce + public
    sealed = _cipher(passphrase, salt).encrypt(nonce, key.seed(), _HEADER.encode() + clear)
    return _HEADER + to_base64url(clear + sealed + _check(clear + sealed))


def open_key(text: str, passphrase: str) -> SigningKey:
    """Return the key that `seal_key` sealed. Blanks and line breaks in `text` do not matter.

    Raises:
        BadKey: `sealed_key_foreign` (not a sealed key), `sealed_key_newer` (of a later version),
            `sealed_key_damaged`, `sealed_key_wrong_passphrase`.
    """
    data = _read("".join(text.split()))
    clear, sealed = data[: -_SEALED - _CHECK], data[-_SEALED - _CHECK : -_CHECK]
    salt, nonce = clear[:_SALT], clear[_SALT : _SALT + _NONCE]
    try:
        seed = _cipher(passphrase, salt).decrypt(nonce, sealed, _HEADER.encode() + clear)
    except InvalidTag:
        raise BadKey("sealed_key_wrong_passphrase") from None
    return SigningKey.from_seed(seed)


def _read(text: str) -> bytes:
    version = _ANY_VERSION.match(text)
    if version is None:
        raise BadKey("sealed_key_foreign")
    if version.group() != _HEADER:
        raise BadKey("sealed_key_newer")
    data = from_base64url(text.removeprefix(_HEADER), _SIZE)
    if data is None or data[-_CHECK:] != _check(data[:-_CHECK]):
        raise BadKey("sealed_key_damaged")
    return data


def _check(data: bytes) -> bytes:
    return hashlib.sha256(_HEADER.encode() + data).digest()[:_CHECK]


def _cipher(passphrase: str, salt: bytes) -> AESGCM:
    secret = unicodedata.normalize("NFC", passphrase).encode("utf-8", "surrogatepass")
    derive = Argon2id(salt=salt, length=32, iterations=3, lanes=4, memory_cost=64 * 1024)
    return AESGCM(derive.derive(secret))
