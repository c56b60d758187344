"""Bytes as text and fields as bytes, in exactly one way each. Knows nothing of keys or claims.

Whatever is signed or hashed must be written in one way only: were there two texts for one key, or
two claims with the same bytes, a signature would mean more than its maker said.
"""

import base64
import binascii


def to_base64url(data: bytes) -> str:
    """Return `data` in base64url without padding (RFC 4648, section 5)."""
    return base64.urlsafe_b64encode(data).rstrip(b"=").decode("ascii")


def from_base64url(text: str, size: int) -> bytes | None:
    """Return the `size` bytes that `text` stands for, or None when it is not exactly them.

    Strict, where the standard library is forgiving: padding, characters outside the alphabet and
    left-over bits that are not zero are refused, so that each value has one text.
    """
    try:
        data = base64.b64decode(text + "=" * (-len(text) % 4), altchars=b"-_", validate=True)
    except (binascii.Error, ValueError):
        return None
    return data if len(data) == size and to_base64url(data) == text else None


def pack(label: str, *fields: str | bytes | int) -> bytes:
    """Return `label` and `fields` as bytes that no other label or fields have.

    Each is its length (4 bytes, most significant first) and then itself: text in UTF-8, a number as
    8 bytes, most significant first. The label stands first and says what the fields mean, so a
    signature made for one purpose is worth nothing for another.

    Raises ValueError for a number outside 0 … 2^64 - 1 and for text that UTF-8 cannot hold.
    """
    return b"".join(_field(value) for value in (label, *fields))


def _field(value: str | bytes | int) -> bytes:
    match value:
        case str():
            data = value.encode("utf-8")
        case int():
            data = _number(value)
        case _:
            data = value
    return len(data).to_bytes(4, "big") + data


def _number(value: int) -> bytes:
    if not 0 <= value < 1 << 64:
        raise ValueError(f"{value} is not a number of 8 bytes")
    return value.to_bytes(8, "big")
