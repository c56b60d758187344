"""Framing: objects without delimiter, however TCP cuts them."""

import pytest

from devcloud.model.errors import ProtocolViolation
from devcloud.wire.legacy2023.framing import LONGEST_OBJECT, ObjectFramer
from devcloud.wire.legacy2023.requests import (
    Malformed,
    Request,
    RequestReader,
    decode_request,
    encode_request,
)

MARC = encode_request("GET", "Marc")


def test_objects_end_where_their_braces_balance() -> None:
    framer = ObjectFramer()
    assert framer.feed(b' {"a": {"b": "}{\\"}"}}\n{} {"c') == [b'{"a": {"b": "}{\\"}"}}', b"{}"]
    assert framer.pending == b'{"c'
    assert framer.feed(b'"}') == [b'{"c"}']
    assert framer.pending == b""


def test_an_escape_at_the_end_of_a_read() -> None:
    framer = ObjectFramer()
    assert framer.feed(b'{"a\\') == []
    assert framer.feed(b'"}') == []
    assert framer.feed(b'"}') == [b'{"a\\"}"}']


def test_a_closing_brace_alone_is_no_object() -> None:
    with pytest.raises(ProtocolViolation) as refused:
        ObjectFramer().feed(b"}")
    assert refused.value.code == "message_not_json"


def test_whole_objects_come_before_the_error_behind_them() -> None:
    framer = ObjectFramer()
    assert framer.feed(b"{}{} nonsense") == [b"{}", b"{}"]
    assert framer.broken is not None
    for _ in range(2):
        with pytest.raises(ProtocolViolation):
            framer.feed(b"{}")


def test_an_object_without_end() -> None:
    framer = ObjectFramer()
    framer.feed(b'{"' + b"x" * (LONGEST_OBJECT - 2))
    with pytest.raises(ProtocolViolation) as refused:
        framer.feed(b"x")
    assert refused.value.code == "message_too_long"
    assert framer.pending == b""


@pytest.mark.parametrize(
    ("frame", "code"),
    [
        (b"{}", "message_wrong_shape"),
        (b"{x}", "message_not_json"),
        (b'{"command": "GET", "name": "\xff"}', "message_not_utf8"),
        (b'{"command": "GET", "name": ' + b"[" * 5000, "message_wrong_shape"),
        (b'{"x": ' + b"[" * 5000, "message_too_deep"),
    ],
)
def test_what_is_no_request(frame: bytes, code: str) -> None:
    assert decode_request(frame) == Malformed(code)


def test_a_client_writes_as_json_dumps_does() -> None:
    assert encode_request("REG", 'Zoé "}') == b'{"command": "REG", "name": "Zo\\u00e9 \\"}"}'
    assert RequestReader().feed(encode_request("REG", "Zoé")) == [Request("REG", "Zoé")]


def test_boundaries_inside_strings_change_no_name() -> None:
    # As many «}{» as the short way expects of one object more than there is.
    stream = b'{"command": "GET", "name": "}{"}{"command": "GET", "name": "x"}'
    assert RequestReader().feed(stream) == [Request("GET", "}{"), Request("GET", "x")]


def test_a_comma_between_objects_is_not_taken_for_a_boundary() -> None:
    reader = RequestReader()
    assert reader.feed(MARC + b"," + MARC) == [Request("GET", "Marc")]
    assert reader.broken is not None


def test_the_beginning_of_the_next_waits() -> None:
    reader = RequestReader()
    assert reader.feed(MARC * 3 + MARC[:10]) == [Request("GET", "Marc")] * 3
    assert reader.waiting
    assert reader.feed(MARC[10:]) == [Request("GET", "Marc")]
    assert not reader.waiting


def test_noise_behind_requests_is_an_error_of_the_next_call() -> None:
    reader = RequestReader()
    assert reader.feed(MARC + b"noise") == [Request("GET", "Marc")]
    assert reader.broken is not None
    with pytest.raises(ProtocolViolation):
        reader.feed(MARC)
