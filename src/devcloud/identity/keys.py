"""Ed25519 keys: making, signing, checking, and showing them to people (RFC 8032).

Knows nothing of what is signed (`claims.py`) or where a key is kept (`client/keyfile.py`).

On the wire and in the pin book a public key is 43 characters and a signature 86: base64url without
padding, each with one spelling only.
"""

import hashlib

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import (
    Ed25519PrivateKey,
    Ed25519PublicKey,
)

from devcloud.identity.encoding import from_base64url, to_base64url

SEED_BYTES = 32
PUBLIC_BYTES = 32
SIGNATURE_BYTES = 64

_FIELD_PRIME = 2**255 - 19
# The y coordinates of the eight points of small order, as RFC 8032 reads them (the sign bit apart,
# and two of them spelled above the prime as well). OpenSSL takes such a key, and then one
# signature fits many messages: a claim under it binds nobody. libsodium refuses the same keys.
_ORDER_EIGHT_Y = 0x7A03AC9277FDC74EC6CC392CFA53202A0F67100D760B3CBA4FD84D3D706A17C7
_SMALL_ORDER_Y = frozenset(
    {
        0,
        1,
        _FIELD_PRIME - 1,
        _FIELD_PRIME,
        _FIELD_PRIME + 1,
        _ORDER_EIGHT_Y,
        _FIELD_PRIME - _ORDER_EIGHT_Y,
    }
)

_FINGERPRINT_GROUPS = 8


class SigningKey:
    """One installation's key. The secret stays inside: neither `repr` nor `public` shows it."""

    def __init__(self, private: Ed25519PrivateKey) -> None:
        self._private = private
        self.public: str = to_base64url(private.public_key().public_bytes_raw())
        """The public key, base64url without padding (43 characters)."""

    @classmethod
    def from_seed(cls, seed: bytes) -> "SigningKey":
        """Return the key that 32 random bytes make. Raises ValueError for another length."""
        if len(seed) != SEED_BYTES:
            raise ValueError(f"a key is made of {SEED_BYTES} bytes, not {len(seed)}")
        return cls(Ed25519PrivateKey.from_private_bytes(seed))

    def seed(self) -> bytes:
        """Return the secret: for the key file and the sealed export, and nothing else."""
        return self._private.private_bytes_raw()

    def sign(self, data: bytes) -> str:
        """Return the signature of `data`, base64url without padding (86 characters)."""
        return to_base64url(self._private.sign(data))

    def __repr__(self) -> str:
        return f"SigningKey(public={self.public!r})"


def is_public_key(public: str) -> bool:
    """Say whether `public` is a key somebody may sign with, spelled the one way there is."""
    return _read_public(public) is not None


def verify(public: str, signature: str, data: bytes) -> bool:
    """Say whether `signature` over `data` is by `public`. False for anything malformed."""
    key = _read_public(public)
    raw = from_base64url(signature, SIGNATURE_BYTES)
    if key is None or raw is None:
        return False
    try:
        key.verify(raw, data)
    except InvalidSignature:
        return False
    return True


def fingerprint(public: str) -> str:
    """Return what people compare: eight groups of four hexadecimal digits, in capitals.

    The first 128 bits of SHA-256 of the 32 bytes of the key. Someone who wants to pass for
    another must make a key whose fingerprint is the one on the other's screen: 2^128 keys to try,
    out of reach for good. Four groups (2^64) would not be: a thousand processors that make 10^9
    keys a second each would need seven months.

    Raises ValueError when `public` is not a key.
    """
    raw = from_base64url(public, PUBLIC_BYTES)
    if raw is None:
        raise ValueError("not a public key")
    digits = hashlib.sha256(raw).hexdigest().upper()
    return " ".join(digits[4 * i : 4 * i + 4] for i in range(_FINGERPRINT_GROUPS))


def _read_public(public: str) -> Ed25519PublicKey | None:
    raw = from_base64url(public, PUBLIC_BYTES)
    if raw is None or _has_small_order(raw):
        return None
    return Ed25519PublicKey.from_public_bytes(raw)


def _has_small_order(raw: bytes) -> bool:
    y = int.from_bytes(raw, "little") & ((1 << 255) - 1)
    return y in _SMALL_ORDER_Y
