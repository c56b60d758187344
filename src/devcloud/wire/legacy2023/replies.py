"""What a 2023 server answers, byte for byte, and how a client reads it.

Nothing follows the closing brace: a 2023 client takes whatever one `recv(1024)` gives as one reply.
"""

import ipaddress
from functools import lru_cache

import msgspec

REGISTERED = b'{"ack": "Registered successfully"}'
NOT_REGISTERED = b'{"ack": "Error Registering"}'
ERROR = b'{"ack": "Error"}'
NO_ADDRESS = b'{"ip": "None"}'


# People of a team are asked for again and again, and a team has few addresses.
@lru_cache(maxsize=4096)
def address_reply(address: str | None) -> bytes:
    """Return the answer to GET: an address as text, or that there is none."""
    return NO_ADDRESS if address is None else b'{"ip": "%b"}' % address.encode("ascii")


class Acknowledged(msgspec.Struct, frozen=True):
    """The answer to REG, or a fault."""

    registered: bool
    fault: bool = False


class Address(msgspec.Struct, frozen=True):
    """The answer to GET: where the person is, or None when nobody of that name is there."""

    address: str | None


class Unintelligible(msgspec.Struct, frozen=True):
    """Something that no 2023 server says."""


Reply = Acknowledged | Address | Unintelligible


class _Fields(msgspec.Struct):
    ack: str | None = None
    ip: str | None = None


_ACKNOWLEDGEMENTS = {
    "Registered successfully": Acknowledged(registered=True),
    "Error Registering": Acknowledged(registered=False),
    "Error": Acknowledged(registered=False, fault=True),
}

_decoder = msgspec.json.Decoder(_Fields)


def decode_reply(frame: bytes) -> Reply:
    """Return what one whole object of a server says, whatever it holds."""
    try:
        fields = _decoder.decode(frame)
    except (msgspec.DecodeError, UnicodeError, RecursionError):
        return Unintelligible()
    if fields.ack is not None:
        return _ACKNOWLEDGEMENTS.get(fields.ack, Unintelligible())
    if fields.ip == "None":
        return Address(None)
    if fields.ip is not None and _is_address(fields.ip):
        return Address(fields.ip)
    return Unintelligible()


def _is_address(text: str) -> bool:
    try:
        ipaddress.ip_address(text)
    except ValueError:
        return False
    return "%" not in text
