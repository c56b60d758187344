"""Whatever comes by UDP: an answer to a binding request, or nothing."""

from hypothesis import given
from hypothesis import strategies as st

from devcloud.wire.stun import answer, parse_binding_request

header = st.binary(min_size=12, max_size=12)


@given(st.binary(max_size=120))
def test_noise(data: bytes) -> None:
    assert parse_binding_request(data) is None or data[:2] == b"\x00\x01"


@given(header, st.binary(max_size=120), st.ip_addresses(), st.integers(0, 65_535))
def test_behind_a_right_header(tail: bytes, body: bytes, host: object, port: int) -> None:
    size = len(body).to_bytes(2, "big")
    asked = parse_binding_request(b"\x00\x01" + size + bytes.fromhex("2112a442") + tail + body)
    if asked is not None:
        told = answer(asked, str(host), port)
        assert told[8:20] == asked.transaction == tail
        assert int.from_bytes(told[2:4], "big") == len(told) - 20


@given(st.lists(st.tuples(st.integers(0, 0xFFFF), st.binary(max_size=9)), max_size=12))
def test_any_attributes(attributes: list[tuple[int, bytes]]) -> None:
    body = b"".join(
        kind.to_bytes(2, "big") + len(v).to_bytes(2, "big") + v + bytes(-len(v) % 4)
        for kind, v in attributes
    )
    data = b"\x00\x01" + len(body).to_bytes(2, "big") + bytes.fromhex("2112a442") + bytes(12) + body
    asked = parse_binding_request(data)
    if any(kind == 0x8028 for kind, _ in attributes):
        assert asked is None or asked.fingerprint
    else:
        assert asked is not None
        assert len(answer(asked, "2001:db8::1", 9)) <= len(data) + 24
