"""Frames: masked in, unmasked out, bounded. (RFC 6455, section 5)"""

from collections.abc import Callable

import pytest

from devcloud.model.errors import ProtocolViolation
from devcloud.wire.websocket.frames import (
    MOST_FRAGMENTS,
    CloseCode,
    FrameReader,
    Message,
    Opcode,
    close_frame,
    control_frame,
    text_frame,
    unmask,
)

MASK = b"\x37\xfa\x21\x3d"


def frame(payload: bytes, first: int = 0x81, length: int | None = None) -> bytes:
    """A masked frame as a client sends it; `length` may lie."""
    size = len(payload) if length is None else length
    if size < 126:
        head = bytes((first, 0x80 | size))
    elif size < 65536:
        head = bytes((first, 0xFE)) + size.to_bytes(2, "big")
    else:
        head = bytes((first, 0xFF)) + size.to_bytes(8, "big")
    return head + MASK + unmask(payload, MASK)


def read(*pieces: bytes, longest: int = 1_000_000, most: int = 100) -> list[Message]:
    reader, messages = FrameReader(longest), []
    for piece in pieces:
        reader.feed(piece)
        while taken := reader.take(most):
            messages += taken
    return messages


def test_the_example_of_the_rfc() -> None:
    # Section 5.7: "Hello", masked.
    assert read(bytes.fromhex("818537fa213d7f9f4d5158")) == [(Opcode.TEXT, b"Hello")]


@pytest.mark.parametrize("size", [0, 1, 125, 126, 127, 65_535, 65_536, 100_000])
def test_every_form_of_length(size: int) -> None:
    payload = bytes(i % 251 for i in range(size))
    assert read(frame(payload)) == [(Opcode.TEXT, payload)]


@pytest.mark.parametrize("size", [0, 5, 125, 126, 70_000])
def test_byte_by_byte(size: int) -> None:
    whole = frame(b"x" * size) + frame(b"next")
    pieces = [whole[i : i + 1] for i in range(len(whole))]
    assert read(*pieces) == [(Opcode.TEXT, b"x" * size), (Opcode.TEXT, b"next")]


def test_many_in_one_piece_are_taken_a_few_at_a_time() -> None:
    reader = FrameReader(100)
    reader.feed(b"".join(frame(b"%d" % i) for i in range(5)) + frame(b"cut")[:4])
    assert [payload for _, payload in reader.take(2)] == [b"0", b"1"]
    reader.feed(frame(b"cut")[4:])
    assert [payload for _, payload in reader.take(2)] == [b"2", b"3"]
    assert [payload for _, payload in reader.take(9)] == [b"4", b"cut"]
    assert reader.take(9) == []


def test_fragments_are_joined_and_control_frames_pass_between_them() -> None:
    assert read(
        frame(b"one ", 0x01), frame(b"?", 0x89), frame(b"two ", 0x00), frame(b"three", 0x80)
    ) == [(Opcode.PING, b"?"), (Opcode.TEXT, b"one two three")]


def test_other_messages() -> None:
    assert read(frame(b"\x00\xff", 0x82), frame(b"!", 0x8A), frame(b"\x03\xe8", 0x88)) == [
        (Opcode.BINARY, b"\x00\xff"),
        (Opcode.PONG, b"!"),
        (Opcode.CLOSE, b"\x03\xe8"),
    ]


@pytest.mark.parametrize(
    ("data", "detail"),
    [
        (b"\x81\x05Hello", "not masked"),
        (frame(b"", 0xC1), "a reserved bit is set"),
        (frame(b"", 0x83), "unknown opcode"),
        (frame(b"", 0x8B), "unknown opcode"),
        (frame(b"x" * 126, 0x89), "a control frame too long or split"),
        (frame(b"x", 0x09), "a control frame too long or split"),
        (frame(b"x", 0x80), "a piece out of order"),
        (frame(b"x", 0x01) + frame(b"x", 0x81), "a piece out of order"),
        (frame(b"", 0x01) + frame(b"", 0x00) * MOST_FRAGMENTS, "too many pieces"),
    ],
)
def test_broken_frames(data: bytes, detail: str) -> None:
    with pytest.raises(ProtocolViolation) as raised:
        read(data)
    assert (raised.value.code, raised.value.values) == ("frame_broken", {"detail": detail})


@pytest.mark.parametrize(
    "data",
    [
        frame(b"", length=101),
        frame(b"", length=2**63)[:14],
        frame(b"x" * 60, 0x01) + frame(b"x" * 60, 0x00),
    ],
)
def test_too_long_is_known_before_it_is_here(data: bytes) -> None:
    with pytest.raises(ProtocolViolation) as raised:
        read(data, longest=100)
    assert raised.value.code == "message_too_long"


@pytest.mark.parametrize("size", [0, 125, 126, 65_535, 65_536])
def test_what_we_send_is_read_back(size: int) -> None:
    payload = b"x" * size
    sent = text_frame(payload)
    if size < 126:
        assert sent == bytes((0x81, size)) + payload
    elif size < 65_536:
        assert sent == b"\x81\x7e" + size.to_bytes(2, "big") + payload
    else:
        assert sent == b"\x81\x7f" + size.to_bytes(8, "big") + payload


def test_control_frames() -> None:
    assert control_frame(Opcode.PING) == b"\x89\x00"
    assert control_frame(Opcode.PONG, b"hi") == b"\x8a\x02hi"
    assert close_frame(CloseCode.GOING_AWAY, "why") == b"\x88\x05\x03\xe9why"
    assert len(close_frame(CloseCode.POLICY, "x" * 500)) == 127


@pytest.mark.parametrize(
    "wrong", [lambda: control_frame(Opcode.TEXT), lambda: control_frame(Opcode.PING, b"x" * 126)]
)
def test_what_is_no_control_frame(wrong: Callable[[], bytes]) -> None:
    with pytest.raises(ValueError, match="control frame"):
        wrong()


def test_what_was_right_before_a_broken_frame_counts() -> None:
    reader = FrameReader(100)
    reader.feed(frame(b"right") + frame(b"", 0x83) + frame(b"after"))
    assert reader.take(9) == [(Opcode.TEXT, b"right")]
    assert reader.broken
    for _ in range(2):
        with pytest.raises(ProtocolViolation):
            reader.take(9)
