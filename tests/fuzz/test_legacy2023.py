"""Both 2023 parsers and both machines take any bytes, cut anyhow, and only documented errors leave.

The short way through a read of whole objects must give what the framer alone would have given.
"""

import itertools

from hypothesis import given
from hypothesis import strategies as st

from devcloud.model.errors import ProtocolViolation
from devcloud.wire.legacy2023 import datagrams, replies
from devcloud.wire.legacy2023.connection import Claim, Connection
from devcloud.wire.legacy2023.exchange import MOST_REMEMBERED, Exchange
from devcloud.wire.legacy2023.framing import ObjectFramer
from devcloud.wire.legacy2023.requests import (
    Malformed,
    Request,
    RequestReader,
    decode_request,
    encode_request,
)

NAMES = st.text(max_size=12).filter(lambda name: name.isprintable()) | st.sampled_from(
    ["Marc", "John", "}{", '"', "\\", '}{"', "},{", "Zoé"]
)
COMMANDS = st.sampled_from(["REG", "GET", "DISCONNECT", "LIST"])
REQUESTS = st.builds(encode_request, COMMANDS, NAMES)
RAW_REQUESTS = st.builds(
    lambda name: b'{"command":"GET","name":"%b"}' % name.replace('"', "").encode(), NAMES
)
PIECES = st.one_of(
    REQUESTS,
    RAW_REQUESTS,
    st.sampled_from([b"{}", b"}{", b"{", b"}", b'"', b"\\", b",", b"\n", b" ", b'{"a":[{}{}]}']),
    st.binary(max_size=6),
)
STREAMS = st.lists(PIECES, max_size=8).map(b"".join)
CUTS = st.lists(st.integers(min_value=0, max_value=300), max_size=6)


def cut(stream: bytes, cuts: list[int]) -> list[bytes]:
    edges = [0, *sorted(min(at, len(stream)) for at in cuts), len(stream)]
    return [stream[a:b] for a, b in itertools.pairwise(edges)]


def framed_one_by_one(stream: bytes) -> tuple[list[Request | Malformed], bool]:
    """What the stream holds, by the framer alone, a byte at a time, and whether it broke."""
    framer = ObjectFramer()
    found: list[Request | Malformed] = []
    try:
        for byte in stream:
            found += [decode_request(frame) for frame in framer.feed(bytes([byte]))]
    except ProtocolViolation:
        return found, True
    return found, False


@given(STREAMS, CUTS)
def test_requests_are_the_same_however_the_stream_is_cut(stream: bytes, cuts: list[int]) -> None:
    reader = RequestReader()
    found: list[Request | Malformed] = []
    broke = False
    try:
        for piece in cut(stream, cuts):
            found += reader.feed(piece)
        found += reader.feed(b"")
    except ProtocolViolation as broken:
        assert broken.code in {"message_not_json", "message_too_long"}
        broke = True
    assert (found, broke) == framed_one_by_one(stream)


class Names:
    """A directory that refuses what a real one would have to refuse."""

    def __init__(self) -> None:
        self.held: dict[str, str] = {}

    def claim(self, name: str, address: str) -> Claim:
        if name in self.held:
            return Claim.TAKEN
        self.held[name] = address
        return Claim.GRANTED

    def lookup(self, name: str) -> str | None:
        return self.held.get(name)

    def release(self, name: str) -> None:
        del self.held[name]


@given(STREAMS, CUTS)
def test_a_connection_answers_anything_and_leaves_no_ghost(stream: bytes, cuts: list[int]) -> None:
    names = Names()
    connection = Connection(names, "10.0.0.1")
    answers = b"".join(connection.receive(piece, 0.0) for piece in cut(stream, cuts))
    for frame in ObjectFramer().feed(answers):
        assert not isinstance(replies.decode_reply(frame), replies.Unintelligible)
    assert len(names.held) <= 1
    connection.tick(100.0)
    connection.lost()
    assert names.held == {}


@given(st.binary(max_size=1100))
def test_any_bytes_are_a_datagram(data: bytes) -> None:
    parsed = datagrams.parse(data)
    if isinstance(parsed, datagrams.Voice):
        assert len(parsed.pcm) % 2 == 0
        assert 2 <= len(parsed.pcm) <= datagrams.BLOCK_BYTES
    if isinstance(parsed, datagrams.Start):
        assert datagrams.parse(datagrams.start(parsed.caller)) == parsed


@given(st.binary(max_size=8) | st.text(max_size=300).map(str.encode))
def test_every_block_sent_is_played(beginning: bytes) -> None:
    block = (beginning + bytes(datagrams.BLOCK_BYTES))[: datagrams.BLOCK_BYTES]
    sent = datagrams.voice(block)
    assert not datagrams.is_text(sent)
    assert sent[2:] == block[2:]
    assert datagrams.parse(sent) == datagrams.Voice(sent)


@given(st.binary(max_size=200))
def test_any_bytes_are_a_reply(data: bytes) -> None:
    replies.decode_reply(data)


WORDS = st.sampled_from(
    [b"START Marc", b"START Eve", b"ACCEPT", b"REJECT", b"CLOSE", b"\xff\xff" * 512, b"noise", b""]
)
SOURCES = st.sampled_from(["10.0.0.1", "10.0.0.2", "10.0.0.66"])
STEPS = st.one_of(
    st.tuples(st.just("receive"), WORDS | st.binary(max_size=20), SOURCES),
    st.tuples(st.sampled_from(["accept", "hang_up", "tick", "call"])),
    st.tuples(st.just("identify"), st.sampled_from(["Marc", "Eve"]), SOURCES, SOURCES),
)


@given(st.lists(st.tuples(STEPS, st.floats(min_value=0.0, max_value=4.0)), max_size=40))
def test_an_exchange_takes_anything_at_any_time(steps: list[tuple[tuple, float]]) -> None:
    exchange = Exchange("John")
    now = 0.0
    for (verb, *arguments), pause in steps:
        now += pause
        if verb == "call":
            if exchange.state.name == "IDLE":
                exchange.call("Marc", "10.0.0.1", now)
        else:
            getattr(exchange, verb)(*arguments, now)
        exchange.take_datagrams(now)
        assert len(exchange._queue) <= MOST_REMEMBERED
    exchange.hang_up(now)
    exchange.take_datagrams(now + 60.0)
    assert exchange.deadline is None
