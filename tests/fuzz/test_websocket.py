"""Whatever a client sends: frames or one documented error, however it is cut."""

from itertools import pairwise

from hypothesis import given
from hypothesis import strategies as st

from devcloud.model.errors import ProtocolViolation
from devcloud.wire.websocket.frames import FrameReader, Message, text_frame, unmask
from devcloud.wire.websocket.handshake import accept, is_upgrade, parse_head

LONGEST = 300

mask = st.binary(min_size=4, max_size=4)


@st.composite
def frames(draw: st.DrawFn) -> bytes:
    """Something like a frame: right more often than not."""
    payload = draw(st.binary(max_size=LONGEST + 20))
    first = draw(st.sampled_from([0x81, 0x81, 0x81, 0x01, 0x00, 0x80, 0x82, 0x88, 0x89, 0x8A]))
    key = draw(mask)
    size = len(payload)
    head = bytes((first, 0x80 | size)) if size < 126 else bytes((first, 0xFE, *divmod(size, 256)))
    return head + key + unmask(payload, key)


def read(pieces: list[bytes], most: int) -> tuple[list[Message], str]:
    reader, messages = FrameReader(LONGEST), []
    try:
        for piece in pieces:
            reader.feed(piece)
            while taken := reader.take(most):
                messages += taken
    except ProtocolViolation as violation:
        return messages, violation.code
    return messages, ""


def cut(data: bytes, at: list[int]) -> list[bytes]:
    edges = [0, *sorted(point % (len(data) + 1) for point in at), len(data)]
    return [data[a:b] for a, b in pairwise(edges)]


@given(st.lists(frames(), max_size=6), st.binary(max_size=20), st.lists(st.integers(0), max_size=9))
def test_cutting_changes_nothing(sent: list[bytes], rest: bytes, at: list[int]) -> None:
    data = b"".join(sent) + rest
    whole, error = read([data], most=1)
    assert read(cut(data, at), most=3) == (whole, error)
    assert error in ("", "message_too_long", "frame_broken")
    assert all(len(payload) <= LONGEST for _, payload in whole)


@given(st.binary(max_size=200), mask)
def test_masking_twice_is_nothing(data: bytes, key: bytes) -> None:
    assert unmask(unmask(data, key), key) == data
    assert unmask(data, key) == bytes(b ^ key[i % 4] for i, b in enumerate(data))


@given(st.binary(max_size=100))
def test_what_we_send_is_one_whole_frame(payload: bytes) -> None:
    assert text_frame(payload) == bytes((0x81, len(payload))) + payload


@given(st.binary(max_size=400))
def test_any_head(data: bytes) -> None:
    head = parse_head(data + b"\r\n\r\n")
    if head is not None and is_upgrade(head):
        assert accept(head, "devcloud.v2").endswith(b"\r\n\r\n")


lines = st.lists(
    st.sampled_from(
        [b"Upgrade: websocket", b"Connection: upgrade", b"Sec-WebSocket-Version: 13",
         b"Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==", b"Sec-WebSocket-Protocol: devcloud.v2",
         b"Upgrade:", b"connection: close", b"Sec-WebSocket-Key: \xe9", b"x", b""]
    )
)  # fmt: skip


@given(lines)
def test_heads_that_are_nearly_right(headers: list[bytes]) -> None:
    head = parse_head(b"\r\n".join([b"GET /ws HTTP/1.1", *headers]) + b"\r\n\r\n")
    if head is not None and is_upgrade(head):
        assert accept(head, "devcloud.v2").startswith(b"HTTP/1.1 101 ")
