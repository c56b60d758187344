"""Bytes to messages and back.

Everything that arrives is somebody else's: whatever it is, the answer is a message or
`ProtocolViolation` with one of the codes `message_too_long`, `message_not_utf8`,
`message_not_json`, `message_too_deep`, `message_unknown_type`, `message_wrong_shape`.
"""

from typing import TypeVar

import msgspec

from devcloud.model.errors import ProtocolViolation
from devcloud.wire.signalling.messages import (
    LONGEST_MESSAGE,
    Bye,
    CallMessage,
    FromClient,
    FromServer,
    Hello,
    Message,
    Undeliverable,
)

_from_client: msgspec.json.Decoder[FromClient] = msgspec.json.Decoder(FromClient)
_from_server: msgspec.json.Decoder[FromServer] = msgspec.json.Decoder(FromServer)
_HEXADECIMAL = "0123456789abcdef"
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
    text = _text(data)
    try:
        message = decoder.decode(text)
    except msgspec.ValidationError as wrong:
        raise _explain(text, wrong) from None
    except msgspec.DecodeError:
        raise ProtocolViolation("message_not_json") from None
    except RecursionError:
        raise ProtocolViolation("message_too_deep") from None
    _check_ids(message)
    return message


def _check_ids(message: object) -> None:
    """Ids are lower-case hexadecimal. A pattern for each in `messages` would say the same, at a
    third of the cost of relaying a message."""
    match message:
        case CallMessage():
            ids = message.call + (message.to_device or "") + (message.not_device or "")
        case Hello():
            ids = message.device
        case Undeliverable():
            ids = message.call
        case Bye():
            for each in message.last:
                _check_ids(each)
            return
        case _:
            return
    if ids.strip(_HEXADECIMAL):
        raise ProtocolViolation("message_wrong_shape", detail="an id is not hexadecimal")


def _text(data: bytes | str) -> str:
    """Return all of a message as text, `body` too: it is forwarded unread, and one octet outside
    UTF-8 would end the receiver's connection (RFC 6455, section 8.1)."""
    try:
        size = len(data) if isinstance(data, bytes) or data.isascii() else len(data.encode())
        if size > LONGEST_MESSAGE:
            raise ProtocolViolation("message_too_long", longest=LONGEST_MESSAGE)
        return data.decode() if isinstance(data, bytes) else data
    except UnicodeError:  # a `str` may hold lone surrogates
        raise ProtocolViolation("message_not_utf8") from None


def _explain(text: str, wrong: msgspec.ValidationError) -> ProtocolViolation:
    """Say what is wrong with a message that does not fit; the first fault found is not always
    the one to name, since the type may stand after it, and the text may end too early."""
    try:
        tag = _tag.decode(text).type
    except msgspec.ValidationError:
        tag = None
    except msgspec.DecodeError:
        return ProtocolViolation("message_not_json")
    except RecursionError:
        return ProtocolViolation("message_too_deep")
    if tag is not None and "Invalid value" in str(wrong) and "$.type" in str(wrong):
        return ProtocolViolation("message_unknown_type", type=tag[:64])
    return ProtocolViolation("message_wrong_shape", detail=str(wrong)[:200])
