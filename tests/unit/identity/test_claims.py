"""Claims: no two different ones share bytes, whatever stands in their fields."""

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from devcloud.identity.claims import call_claim, digest, sign_in_claim
from devcloud.identity.encoding import pack
from devcloud.identity.keys import SigningKey, verify

texts = st.text(max_size=12)
# A few values again and again, so that fields often hold what their neighbours hold.
likely = st.sampled_from(["", "a", "aa", "ab", "b", "\0", "\0\0\0\1a", "é", "e\u0301"]) | texts

sign_ins = st.fixed_dictionaries(
    {
        "version": st.integers(0, 3) | st.integers(0, 2**64 - 1),
        "nonce": likely,
        "certificate": likely,
        "name": likely,
        "device": likely,
    }
)
calls = st.fixed_dictionaries(
    {
        "call": likely,
        "caller": likely,
        "callee": likely,
        "role": st.sampled_from(["caller", "callee"]),
        "kind": st.sampled_from(["offer", "answer", "accept"]),
        "generation": st.integers(1, 3) | st.integers(1, 10_000),
        "fingerprint": likely,
        "offer": likely,
        "answer": likely,
        "caller_key": likely,
        "callee_key": likely,
        "commitment": likely,
        "nonce": likely,
    }
)
packed = st.tuples(likely, st.lists(likely | st.binary(max_size=12) | st.integers(0, 2**64 - 1)))


@given(sign_ins, sign_ins)
def test_no_two_sign_in_claims_share_bytes(one: dict[str, Any], other: dict[str, Any]) -> None:
    assert (sign_in_claim(**one) == sign_in_claim(**other)) == (one == other)


@given(calls, calls)
def test_no_two_call_claims_share_bytes(one: dict[str, Any], other: dict[str, Any]) -> None:
    assert (call_claim(**one) == call_claim(**other)) == (one == other)


@given(calls, st.data())
def test_a_change_of_any_one_field_changes_the_bytes(
    fields: dict[str, Any], data: st.DataObject
) -> None:
    other = data.draw(calls)
    for name in fields:
        changed = {**fields, name: other[name]}
        assert (call_claim(**changed) == call_claim(**fields)) == (changed == fields)


@given(calls, st.permutations(["call", "caller", "callee", "caller_key", "callee_key", "nonce"]))
def test_values_that_trade_places_change_the_bytes(
    fields: dict[str, Any], names: list[str]
) -> None:
    first, second = names[:2]
    swapped = {**fields, first: fields[second], second: fields[first]}
    assert (call_claim(**swapped) == call_claim(**fields)) == (swapped == fields)


@given(calls, st.integers(0, 12), st.integers(1, 3))
def test_characters_that_cross_a_border_change_the_bytes(
    fields: dict[str, Any], place: int, count: int
) -> None:
    text = fields["caller"] + fields["callee"]
    moved = {**fields, "caller": text[: place + count], "callee": text[place + count :]}
    assert (call_claim(**moved) == call_claim(**fields)) == (moved == fields)


@given(sign_ins, calls)
def test_a_sign_in_is_never_a_call(one: dict[str, Any], other: dict[str, Any]) -> None:
    assert sign_in_claim(**one) != call_claim(**other)


PROOF = {
    "version": 2,
    "nonce": "n" * 43,
    "certificate": "c" * 43,
    "name": "Marc",
    "device": "0001020304050607",
}


@pytest.mark.parametrize(
    "other",
    [
        {"nonce": "m" * 43},
        {"certificate": "d" * 43},
        {"certificate": ""},
        {"name": "John"},
        {"device": "ffffffffffffffff"},
        {"version": 1},
    ],
    ids=[
        "replayed",
        "for another server",
        "in the open",
        "another name",
        "another device",
        "older",
    ],
)
def test_a_proof_proves_one_thing(other: dict[str, Any]) -> None:
    marc = SigningKey.from_seed(bytes(32))
    signature = marc.sign(sign_in_claim(**PROOF))
    assert verify(marc.public, signature, sign_in_claim(**PROOF))
    assert not verify(marc.public, signature, sign_in_claim(**{**PROOF, **other}))


@given(packed)
def test_packed_fields_can_be_read_back(given_: tuple[str, list[Any]]) -> None:
    label, fields = given_
    data, found = pack(label, *fields), []
    while data:
        size = int.from_bytes(data[:4], "big")
        found.append(data[4 : 4 + size])
        assert len(found[-1]) == size
        data = data[4 + size :]
    assert found == [_bytes(value) for value in (label, *fields)]


def _bytes(value: str | bytes | int) -> bytes:
    if isinstance(value, str):
        return value.encode()
    return value if isinstance(value, bytes) else value.to_bytes(8, "big")


@pytest.mark.parametrize("number", [-1, 1 << 64])
def test_a_number_of_more_than_eight_bytes_is_a_bug(number: int) -> None:
    with pytest.raises(ValueError, match="8 bytes"):
        pack("label", number)


def test_no_description_differs_from_every_description() -> None:
    assert digest("") == b""
    assert len(digest("v=0\r\n")) == 32
