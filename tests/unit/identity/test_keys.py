"""Keys: what they sign, what they refuse, and that they never tell their secret."""

import base64

import pytest
from hypothesis import given
from hypothesis import strategies as st

from devcloud.identity.encoding import from_base64url, to_base64url
from devcloud.identity.keys import SigningKey, fingerprint, is_public_key, verify

MARC = SigningKey.from_seed(bytes(range(32)))
JOHN = SigningKey.from_seed(bytes(range(32, 64)))

P = 2**255 - 19
ORDER_EIGHT_Y = 0x7A03AC9277FDC74EC6CC392CFA53202A0F67100D760B3CBA4FD84D3D706A17C7


def test_rfc_8032_section_7_1_test_3() -> None:
    key = SigningKey.from_seed(
        bytes.fromhex("c5aa8df43f9f837bedb7442f31dcb7b166d38535076f094b85ce3a2e0b4458f7")
    )
    assert key.public == to_base64url(
        bytes.fromhex("fc51cd8e6218a1a38da47ed00230f0580816ed13ba3303ac5deb911548908025")
    )
    assert key.sign(bytes.fromhex("af82")) == to_base64url(
        bytes.fromhex(
            "6291d657deec24024827e69c3abe01a30ce548a284743a445e3680d7db5ac3ac"
            "18ff9b538d16f290ae67f760984dc6594a7c15e9716ed28dc027beceea1ec40a"
        )
    )


def test_what_a_key_signs_is_its_own() -> None:
    signature = MARC.sign(b"I am Marc")
    assert verify(MARC.public, signature, b"I am Marc")
    assert not verify(MARC.public, signature, b"I am John")
    assert not verify(JOHN.public, signature, b"I am Marc")


def test_a_key_comes_back_from_its_seed() -> None:
    again = SigningKey.from_seed(MARC.seed())
    assert again.public == MARC.public


def test_a_seed_of_another_length_is_a_bug() -> None:
    with pytest.raises(ValueError, match="32 bytes, not 31"):
        SigningKey.from_seed(bytes(31))


def test_repr_shows_no_secret() -> None:
    shown = repr(MARC) + str(MARC) + repr(vars(MARC))
    for secret in (MARC.seed().hex(), to_base64url(MARC.seed()), repr(MARC.seed())):
        assert secret not in shown
    assert MARC.public in repr(MARC)


@given(st.text(), st.text(), st.binary())
def test_rubbish_verifies_as_false(public: str, signature: str, data: bytes) -> None:
    assert not verify(public, signature, data)
    assert not verify(MARC.public, signature, data)
    assert not verify(public, MARC.sign(data), data)


@given(st.binary(min_size=32, max_size=32), st.binary(min_size=64, max_size=64))
def test_rubbish_of_the_right_length_verifies_as_false(raw: bytes, signature: bytes) -> None:
    assert not verify(to_base64url(raw), to_base64url(signature), b"data")


@given(st.integers(0, 8 * 64 - 1))
def test_one_bit_of_a_signature_is_enough(bit: int) -> None:
    raw = bytearray(from_base64url(MARC.sign(b"data"), 64) or b"")
    raw[bit // 8] ^= 1 << bit % 8
    assert not verify(MARC.public, to_base64url(bytes(raw)), b"data")


def test_each_key_and_signature_has_one_spelling() -> None:
    signature = MARC.sign(b"data")
    for public in (MARC.public + "=", MARC.public + "\n", " " + MARC.public, _loose(MARC.public)):
        assert not is_public_key(public)
        assert not verify(public, signature, b"data")
    for spelled in (signature + "==", signature + "A", _loose(signature)):
        assert not verify(MARC.public, spelled, b"data")
    # The forgiving decoder takes the loose spelling for the same key: that is why ours does not.
    assert base64.urlsafe_b64decode(_loose(MARC.public) + "=") == from_base64url(MARC.public, 32)


def _loose(text: str) -> str:
    """Return `text` with left-over bits in its last character that are not zero."""
    alphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_"
    return text[:-1] + alphabet[alphabet.index(text[-1]) ^ 1]


@pytest.mark.parametrize("sign", [0, 1 << 255], ids=["even", "odd"])
@pytest.mark.parametrize("y", [0, 1, P - 1, P, P + 1, ORDER_EIGHT_Y, P - ORDER_EIGHT_Y])
def test_keys_under_which_anybody_could_sign_are_refused(y: int, sign: int) -> None:
    public = to_base64url((y | sign).to_bytes(32, "little"))
    everybodys = to_base64url(b"\1" + bytes(63))  # R = the neutral point, S = 0
    assert not is_public_key(public)
    assert not any(verify(public, everybodys, bytes([n])) for n in range(64))


def test_the_point_of_order_eight_is_one() -> None:
    d = -121665 * pow(121666, -1, P) % P

    def add(a: tuple[int, int], b: tuple[int, int]) -> tuple[int, int]:
        t = d * a[0] * a[1] * b[0] * b[1]
        x = (a[0] * b[1] + a[1] * b[0]) * pow(1 + t, -1, P)
        return x % P, (a[1] * b[1] + a[0] * b[0]) * pow(1 - t, -1, P) % P

    y = ORDER_EIGHT_Y
    square = (y * y - 1) * pow(d * y * y + 1, -1, P) % P
    x = pow(square, (P + 3) // 8, P)
    if (x * x - square) % P:
        x = x * pow(2, (P - 1) // 4, P) % P
    point, order = (x, y), 1
    while point != (0, 1):
        point, order = add(point, (x, y)), order + 1
    assert order == 8


def test_a_fingerprint_is_128_bits_in_eight_groups() -> None:
    shown = fingerprint(MARC.public)
    assert shown == "5647 5AA7 5463 474C 0285 DF5D BF2B CAB7"
    assert fingerprint(JOHN.public) != shown


def test_only_keys_have_fingerprints() -> None:
    with pytest.raises(ValueError, match="not a public key"):
        fingerprint("Marc")
