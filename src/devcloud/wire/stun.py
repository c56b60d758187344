"""STUN binding requests and their answers (RFC 8489): «which address do you see me at?»

Bytes in, a value or None out; never an exception, since anyone may send anything to a UDP port.
Knows no authentication: who asks is told their own address and nothing else. An answer is at most
24 bytes longer than its request, so that a forged source gains an attacker next to nothing.
"""

import ipaddress
import zlib
from dataclasses import dataclass

MAGIC_COOKIE = 0x2112A442
_COOKIE = MAGIC_COOKIE.to_bytes(4, "big")
_HEADER = 20

BINDING_REQUEST = 0x0001
BINDING_SUCCESS = 0x0101
BINDING_ERROR = 0x0111

MAPPED_ADDRESS = 0x0001
USERNAME = 0x0006
MESSAGE_INTEGRITY = 0x0008
ERROR_CODE = 0x0009
UNKNOWN_ATTRIBUTES = 0x000A
REALM = 0x0014
NONCE = 0x0015
MESSAGE_INTEGRITY_SHA256 = 0x001C
PASSWORD_ALGORITHM = 0x001D
USERHASH = 0x001E
XOR_MAPPED_ADDRESS = 0x0020
PRIORITY = 0x0024
USE_CANDIDATE = 0x0025
FINGERPRINT = 0x8028

_FINGERPRINT_XOR = 0x5354554E
_OPTIONAL_FROM = 0x8000

_understood = frozenset(
    {
        MAPPED_ADDRESS, USERNAME, MESSAGE_INTEGRITY, ERROR_CODE, UNKNOWN_ATTRIBUTES, REALM, NONCE,
        MESSAGE_INTEGRITY_SHA256, PASSWORD_ALGORITHM, USERHASH, XOR_MAPPED_ADDRESS, PRIORITY,
        USE_CANDIDATE,
    }
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class BindingRequest:
    """A question. `fingerprint`: it carried one, which was right. `unknown`: attributes that must
    be understood and are not (RFC 8489, section 6.3.1)."""

    transaction: bytes
    fingerprint: bool = False
    unknown: tuple[int, ...] = ()


def parse_binding_request(data: bytes) -> BindingRequest | None:
    """Return the request in a datagram, or None for anything else. (RFC 8489, sections 5, 6.3)"""
    if len(data) < _HEADER or int.from_bytes(data[:2], "big") != BINDING_REQUEST:
        return None
    if data[4:8] != _COOKIE or int.from_bytes(data[2:4], "big") != len(data) - _HEADER:
        return None
    at = _HEADER
    unknown: list[int] = []
    while at < len(data):
        if len(data) - at < 4:
            return None
        kind = int.from_bytes(data[at : at + 2], "big")
        length = int.from_bytes(data[at + 2 : at + 4], "big")
        end = at + 4 + (length + 3 & ~3)
        if end > len(data):
            return None
        if kind == FINGERPRINT:
            # It is the last one, or it is none. (RFC 8489, section 14.7)
            right = length == 4 and end == len(data) and data[at + 4 : end] == _crc(data[:at])
            return BindingRequest(data[8:20], True, tuple(unknown)) if right else None
        if kind < _OPTIONAL_FROM and kind not in _understood and kind not in unknown:
            unknown.append(kind)
        at = end
    return BindingRequest(data[8:20], False, tuple(unknown))


def answer(request: BindingRequest, host: str, port: int) -> bytes:
    """Return the answer to `request`, which came from `host` (IPv4 or IPv6, a scope is ignored)."""
    if request.unknown:
        listed = b"".join(kind.to_bytes(2, "big") for kind in request.unknown)
        body = _attribute(ERROR_CODE, bytes((0, 0, 4, 20)))
        return _message(BINDING_ERROR, request, body + _attribute(UNKNOWN_ATTRIBUTES, listed))
    body = _attribute(XOR_MAPPED_ADDRESS, _xor_address(request.transaction, host, port))
    return _message(BINDING_SUCCESS, request, body)


def _xor_address(transaction: bytes, host: str, port: int) -> bytes:
    """(RFC 8489, section 14.2). An IPv4 address seen through an IPv6 socket is an IPv4 address."""
    address = ipaddress.ip_address(host.partition("%")[0])
    if isinstance(address, ipaddress.IPv6Address) and address.ipv4_mapped is not None:
        address = address.ipv4_mapped
    packed = address.packed
    mask = _COOKIE + transaction
    family = 1 if address.version == 4 else 2
    mixed = bytes(a ^ b for a, b in zip(packed, mask, strict=False))
    return bytes((0, family)) + (port ^ MAGIC_COOKIE >> 16).to_bytes(2, "big") + mixed


def _attribute(kind: int, value: bytes) -> bytes:
    padding = bytes(-len(value) % 4)
    return kind.to_bytes(2, "big") + len(value).to_bytes(2, "big") + value + padding


def _message(kind: int, request: BindingRequest, body: bytes) -> bytes:
    length = len(body) + (8 if request.fingerprint else 0)
    head = kind.to_bytes(2, "big") + length.to_bytes(2, "big") + _COOKIE + request.transaction
    if not request.fingerprint:
        return head + body
    return head + body + _attribute(FINGERPRINT, _crc(head + body))


def _crc(covered: bytes) -> bytes:
    """The value of FINGERPRINT over what stands before it. (RFC 8489, section 14.7)"""
    return (zlib.crc32(covered) ^ _FINGERPRINT_XOR).to_bytes(4, "big")
