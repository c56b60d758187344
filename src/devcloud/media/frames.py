"""The frames of the control pipe: one msgpack map behind a four-byte big-endian length.

Bytes in, values out; refuses to know where the bytes come from. A stream that has once broken the
rules stays broken: there is no way to find the next frame, so the pipe is of no use any more.
"""

from typing import Final, Generic, TypeVar

import msgspec

from devcloud.media.control import LONGEST_FRAME, Order, Report
from devcloud.model.errors import MediaFailed

_T = TypeVar("_T")
_LENGTH_BYTES: Final = 4

_encoder = msgspec.msgpack.Encoder()


def encode(message: Order | Report) -> bytes:
    """Return a message as one frame.

    Raises MediaFailed("media_frame") when it would be longer than LONGEST_FRAME.
    """
    body = _encoder.encode(message)
    if len(body) > LONGEST_FRAME:
        raise MediaFailed("media_frame")
    return len(body).to_bytes(_LENGTH_BYTES, "big") + body


class FrameDecoder(Generic[_T]):
    """Takes the bytes of a pipe as they come and gives the messages in them."""

    def __init__(self, kind: "msgspec.msgpack.Decoder[_T]") -> None:
        self._decoder = kind
        self._buffer = bytearray()
        self._broken = False

    def feed(self, data: bytes) -> list[_T]:
        """Return the messages that are complete now.

        Raises MediaFailed("media_frame") for a length beyond LONGEST_FRAME or a body that is no
        message, and from then on at every call.
        """
        if self._broken:
            raise MediaFailed("media_frame")
        self._buffer += data
        messages: list[_T] = []
        start = 0
        while (body := self._next_body(start)) is not None:
            messages.append(self._decode(body))
            start += _LENGTH_BYTES + len(body)
        del self._buffer[:start]
        return messages

    @property
    def waiting(self) -> int:
        """How many bytes of an unfinished frame are held; at most LONGEST_FRAME + 4."""
        return len(self._buffer)

    def _next_body(self, start: int) -> bytes | None:
        head = start + _LENGTH_BYTES
        if len(self._buffer) < head:
            return None
        length = int.from_bytes(self._buffer[start:head], "big")
        if length > LONGEST_FRAME:
            self._broken = True
            raise MediaFailed("media_frame")
        if len(self._buffer) < head + length:
            return None
        return bytes(self._buffer[head : head + length])

    def _decode(self, body: bytes) -> _T:
        try:
            return self._decoder.decode(body)
        except (msgspec.MsgspecError, UnicodeDecodeError, RecursionError) as error:
            self._broken = True
            raise MediaFailed("media_frame") from error


def order_decoder() -> FrameDecoder[Order]:
    """Return a decoder for what the core says."""
    return FrameDecoder(msgspec.msgpack.Decoder(Order))


def report_decoder() -> FrameDecoder[Report]:
    """Return a decoder for what the media process says."""
    return FrameDecoder(msgspec.msgpack.Decoder(Report))
