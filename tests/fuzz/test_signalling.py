"""Whatever arrives, the codec answers with a message or a ProtocolViolation, and nothing else."""

import json
from collections.abc import Callable
from pathlib import Path
from string import Formatter
from typing import Any, get_args

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from devcloud.model.errors import ProtocolViolation
from devcloud.model.texts import catalogue
from devcloud.wire.signalling import bodies
from devcloud.wire.signalling.codec import (
    decode_body,
    decode_from_client,
    decode_from_server,
    encode,
)
from devcloud.wire.signalling.messages import FromClient, FromServer

VECTORS = Path(__file__).parents[1] / "vectors" / "signalling"
GOLDEN = [
    case["json"]
    for file in ("session", "presence", "call")
    for case in json.loads((VECTORS / f"{file}.json").read_text("utf-8"))["valid"]
]
TYPES = sorted({kind.__struct_config__.tag for kind in get_args(FromClient | FromServer)})
KINDS = [bodies.InviteBody, bodies.DescriptionBody, bodies.CandidatesBody, bodies.UpdateBody]

json_values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(), inner, max_size=4),
    max_leaves=12,
)
fields = st.sampled_from(sorted({field for message in GOLDEN for field in message}))


@st.composite
def bent_messages(draw: st.DrawFn) -> bytes:
    """A golden message with fields taken away, put in or bent, and bytes changed or cut."""
    message: dict[str, Any] = dict(draw(st.sampled_from(GOLDEN)))
    message |= draw(st.dictionaries(fields, json_values, max_size=3))
    for field in draw(st.lists(fields, max_size=2)):
        message.pop(field, None)
    data = bytearray(json.dumps(message).encode())
    for at, octet in draw(
        st.dictionaries(st.integers(0, 400), st.integers(0, 255), max_size=3)
    ).items():
        if at < len(data):
            data[at] = octet
    return bytes(data[: draw(st.integers(0, 2 * len(data)))])


def answers(decode: Callable[[bytes | str], msgspec.Struct], data: bytes | str) -> None:
    """Decode: a message survives the way back, a violation has a sentence and its values."""
    try:
        message = decode(data)
    except ProtocolViolation as violation:
        sentence = catalogue()[f"errors.{violation.code}"]["en"]
        assert {name for _, name, _, _ in Formatter().parse(sentence) if name} == set(
            violation.values
        )
        return
    assert decode(encode(message)) == message


@pytest.mark.parametrize("decode", [decode_from_client, decode_from_server])
class TestCodec:
    @given(data=st.binary(max_size=300))
    def test_bytes(self, decode: Callable[[bytes | str], msgspec.Struct], data: bytes) -> None:
        answers(decode, data)

    @given(text=st.text(st.characters(), max_size=300))
    def test_text(self, decode: Callable[[bytes | str], msgspec.Struct], text: str) -> None:
        answers(decode, text)

    @given(data=bent_messages())
    def test_bent(self, decode: Callable[[bytes | str], msgspec.Struct], data: bytes) -> None:
        answers(decode, data)

    @given(tag=st.sampled_from(TYPES), rest=st.dictionaries(fields, json_values, max_size=6))
    def test_shapes(
        self,
        decode: Callable[[bytes | str], msgspec.Struct],
        tag: str,
        rest: dict[str, object],
    ) -> None:
        answers(decode, json.dumps({**rest, "type": tag}))


@pytest.mark.parametrize("kind", KINDS)
@given(data=st.binary(max_size=200) | json_values.map(lambda value: json.dumps(value).encode()))
def test_bodies(kind: type[bodies.Body], data: bytes) -> None:
    answers(lambda octets: decode_body(msgspec.Raw(octets), kind), data)
