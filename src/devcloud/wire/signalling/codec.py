"""Bytes to messages and back.

Everything that arrives is somebody else's: whatever it is, the answer is a message or
`ProtocolViolation` with one of the codes `message_too_long`, `message_not_utf8`,
`message_not_json`, `message_too_deep`, `message_unknown_type`, `message_wrong_shape`.
"""

from typing import TypeVar

import msgspec

from devcloud.model.errors import ProtocolViolation
from devcloud.wire.signalling.messages import LONGEST_MESSAGE, FromClient, FromServer, Message

_from_client: msgspec.json.Decoder[FromClient] = msgspec.json.Decoder(FromClient)
_from_server: msgspec.json.Decoder[FromServer] = msgspec.json.Decoder(FromServer)
_encoder = msgspec.json.Encoder()

_T = TypeVar("_T")


class _Tag(msgspec.Struct):
    type: str | None = None


_tag = msgspec.json.Decoder(_Tag)


def encode(message: msgspec.Struct) -> bytes:
    """Return a message, or a body, as UTF-8 JSON."""
    return _encoder.encode(message)


def encode_body(body: msgspec.Struct) -> msgspec.Raw:
    """Return a body ready to stand in a `CallMessage`."""
    return msgspec.Raw(_encoder.encode(body))


def decode_from_client(data: bytes | str) -> FromClient:
    """Return the message a client sent. Raises ProtocolViolation."""
    return _decode(_from_client, data)


def decode_from_server(data: bytes | str) -> FromServer:
    """Return the message a server sent. Raises ProtocolViolation."""
    return _decode(_from_server, data)


def decode_body(raw: msgspec.Raw, kind: type[_T]) -> _T:
    """Return the body of a call message as `kind`. Raises ProtocolViolation."""
    return _decode(msgspec.json.Decoder(kind), bytes(raw))


def type_of(message: Message) -> str:
    """Return the `type` a message has on the wire."""
    return str(type(message).__struct_config__.tag)


def _decode(decoder: msgspec.json.Decoder[_T], data: bytes | str) -> _T:
    if len(data) > LONGEST_MESSAGE:
        raise ProtocolViolation("message_too_long", longest=LONGEST_MESSAGE)
    try:
        return decoder.decode(data)
    except msgspec.ValidationError as wrong:
        raise _explain(data, wrong) from None
    except msgspec.DecodeError:
        raise ProtocolViolation("message_not_json") from None
    except UnicodeDecodeError:
        raise ProtocolViolation("message_not_utf8") from None
    except UnicodeEncodeError:
        # A str with a lone surrogate: what came as text was not text.
        raise ProtocolViolation("message_not_utf8") from None
    except RecursionError:
        raise ProtocolViolation("message_too_deep") from None


def _explain(data: bytes | str, wrong: msgspec.ValidationError) -> ProtocolViolation:
    try:
        tag = _tag.decode(data).type
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
        tag = None
    if tag is not None and "Invalid value" in str(wrong) and "$.type" in str(wrong):
        return ProtocolViolation("message_unknown_type", type=tag[:64])
    return ProtocolViolation("message_wrong_shape", detail=str(wrong)[:200])
