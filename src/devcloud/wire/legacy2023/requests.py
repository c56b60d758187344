"""What a 2023 client asks of its server: bytes to requests, and back.

A request is `{"command": C, "name": N}` with both as strings; other fields are ignored. Whether the
command exists is the connection's business.
"""

import contextlib
import json

import msgspec

from devcloud.model.errors import ProtocolViolation
from devcloud.wire.legacy2023.framing import LONGEST_OBJECT, ObjectFramer

REG = "REG"
GET = "GET"
DISCONNECT = "DISCONNECT"

# Reads longer than this that are not whole objects are left to the framer alone: trying the short
# way again on every piece of one long object would read its beginning again each time.
_LONGEST_RETRY = 4096


class Request(msgspec.Struct, frozen=True):
    """An object that has the form of a request."""

    command: str
    name: str


class Malformed(msgspec.Struct, frozen=True):
    """A whole object that is not a request. `code` is of the tree of errors."""

    code: str


_one = msgspec.json.Decoder(Request)
_many = msgspec.json.Decoder(list[Request])


def encode_request(command: str, name: str) -> bytes:
    """Return a request as the 2023 client writes it (Python's `json.dumps`, ASCII only)."""
    return json.dumps({"command": command, "name": name}).encode("ascii")


def decode_request(frame: bytes) -> Request | Malformed:
    """Return the request in one whole object, whatever the object holds."""
    try:
        return _one.decode(frame)
    except msgspec.ValidationError:
        return Malformed("message_wrong_shape")
    except msgspec.DecodeError:
        return Malformed("message_not_json")
    except UnicodeError:
        return Malformed("message_not_utf8")
    except RecursionError:
        return Malformed("message_too_deep")


class RequestReader:
    """The requests of one connection. `feed` bytes, take requests."""

    __slots__ = ("_framer",)

    def __init__(self) -> None:
        self._framer = ObjectFramer()

    @property
    def waiting(self) -> bool:
        """Whether a request has begun and not ended."""
        return bool(self._framer.pending)

    @property
    def broken(self) -> ProtocolViolation | None:
        """What `feed` can only raise from now on, or None while all is well."""
        return self._framer.broken

    def feed(self, data: bytes) -> "list[Request] | list[Request | Malformed]":
        """Return the requests that `data` completes.

        Raises:
            ProtocolViolation: as `ObjectFramer.feed`; the connection cannot go on.
        """
        pending = self._framer.pending
        if len(pending) <= _LONGEST_RETRY and self._framer.broken is None:
            stream = pending + data if pending else data
            end = stream.rfind(b"}") + 1
            requests = _decode_glued(stream[:end])
            if requests is not None:
                if end < len(stream):
                    self._start_over(stream[end:])
                elif pending:
                    self._framer = ObjectFramer()
                return requests
        return [decode_request(frame) for frame in self._framer.feed(data)]

    def _start_over(self, rest: bytes) -> None:
        """Leave to a new framer what follows the requests: it holds no closing brace."""
        self._framer = ObjectFramer()
        with contextlib.suppress(ProtocolViolation):
            # What is wrong with the rest is raised by the next call: the requests come first.
            self._framer.feed(rest)


def _decode_glued(stream: bytes) -> list[Request] | None:
    """Return the requests of `stream` if it is nothing but flat objects glued together, else None.

    All of them are decoded in one go, as a JSON list, which costs a tenth of doing it one by one.
    Each closing brace must be followed by an opening one or be the last byte. Then the boundaries
    between objects are among the `}{`, and if there are as many objects as boundaries ask for, all
    of them are: no `}{` stood inside a string, where the comma would have changed it.
    """
    boundaries = stream.count(b"}{")
    flat = stream.count(b"}") == boundaries + 1
    if not flat or not stream.startswith(b"{") or len(stream) > LONGEST_OBJECT:
        return None
    try:
        requests = _many.decode(b"[" + stream.replace(b"}{", b"},{") + b"]")
    except (msgspec.DecodeError, UnicodeError, RecursionError):
        return None
    return requests if len(requests) == boundaries + 1 else None
