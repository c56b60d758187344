"""Frames: whole, split, glued, too long, and not frames at all."""

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from devcloud.media.control import (
    BLOCK_BYTES,
    LONGEST_FRAME,
    CloseCall,
    Heard,
    Order,
    Play,
    Quit,
    Ready,
    Record,
    SetVoice,
    SoundFile,
    UseSource,
)
from devcloud.media.frames import encode, order_decoder, report_decoder
from devcloud.model.errors import MediaFailed

ORDERS: list[Order] = [
    Quit(),
    CloseCall(call="1"),
    SetVoice(call="1", sending=True, hearing=False),
    UseSource(call="1", source=SoundFile(path="/tmp/voix à moi.wav", from_s=1.5, loop=True)),
    Record(call="1", path="x.wav", append=True),
    Play(call="1", pcm=bytes(BLOCK_BYTES)),
]


def test_a_message_comes_back_as_it_went() -> None:
    decoder = order_decoder()
    assert [decoder.feed(encode(order)) for order in ORDERS] == [[order] for order in ORDERS]


@given(st.lists(st.sampled_from(ORDERS), max_size=8), st.lists(st.integers(1, 50), min_size=1))
def test_it_does_not_matter_how_the_bytes_are_cut(orders: list[Order], cuts: list[int]) -> None:
    stream = b"".join(map(encode, orders))
    decoder, came, at, turn = order_decoder(), [], 0, 0
    while at < len(stream):
        step = cuts[turn % len(cuts)]
        came += decoder.feed(stream[at : at + step])
        at, turn = at + step, turn + 1
    assert came == orders
    assert decoder.waiting == 0


def test_a_length_beyond_the_longest_ends_the_stream_for_good() -> None:
    decoder = order_decoder()
    with pytest.raises(MediaFailed) as refusal:
        decoder.feed((LONGEST_FRAME + 1).to_bytes(4, "big"))
    assert refusal.value.code == "media_frame"
    with pytest.raises(MediaFailed):
        decoder.feed(encode(Quit()))


def test_the_longest_frame_is_taken_and_a_longer_one_not_sent() -> None:
    room = LONGEST_FRAME - len(msgspec.msgpack.encode(Heard(call="", pcm=b""))) - 3
    longest = encode(Heard(call="", pcm=bytes(room)))
    assert len(longest) == LONGEST_FRAME + 4
    assert report_decoder().feed(longest) == [Heard(call="", pcm=bytes(room))]
    with pytest.raises(MediaFailed):
        encode(Heard(call="", pcm=bytes(room + 1)))


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"\xc1",
        msgspec.msgpack.encode({"type": "dance"}),
        msgspec.msgpack.encode({"type": "close_call"}),
        msgspec.msgpack.encode({"type": "set_voice", "call": "1", "sending": 1, "hearing": 0}),
        b"\x91" * 5000,
        b"\x81\xa4type\xa4\xff\xff\xff\xff",
    ],
)
def test_what_is_no_order_ends_the_stream(body: bytes) -> None:
    with pytest.raises(MediaFailed):
        order_decoder().feed(len(body).to_bytes(4, "big") + body)


@given(st.binary(max_size=200))
def test_any_bytes_give_messages_or_media_failed(data: bytes) -> None:
    for decoder in (order_decoder(), report_decoder()):
        try:
            decoder.feed(data)
        except MediaFailed as failure:
            assert failure.code == "media_frame"
        assert decoder.waiting <= LONGEST_FRAME + 4


@given(st.binary(max_size=64))
def test_any_body_of_the_right_length_gives_a_message_or_media_failed(body: bytes) -> None:
    try:
        came = order_decoder().feed(len(body).to_bytes(4, "big") + body)
    except MediaFailed:
        return
    assert len(came) == 1


def test_fields_of_a_newer_program_are_ignored() -> None:
    body = msgspec.msgpack.encode({"type": "ready", "version": 1, "engine": "e", "colour": "green"})
    assert report_decoder().feed(len(body).to_bytes(4, "big") + body) == [
        Ready(version=1, engine="e")
    ]
