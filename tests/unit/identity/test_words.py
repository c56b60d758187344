"""Safety words: what goes into them, what a commitment holds, and the two lists."""

import hashlib
import struct
import unicodedata
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from devcloud.identity.keys import SigningKey
from devcloud.identity.words import (
    check_commitment,
    commitment,
    safety_words,
    word_list,
    words,
)
from devcloud.model.texts import Language

CALL = "00112233445566778899aabbccddeeff"
MARC = SigningKey.from_seed(bytes([1] * 32)).public
JOHN = SigningKey.from_seed(bytes([2] * 32)).public
NONCE = bytes(range(32))
PARTS: dict[str, Any] = {
    "call": CALL,
    "caller_key": MARC,
    "callee_key": JOHN,
    "caller_fingerprint": "sha-256 AA:AA",
    "callee_fingerprint": "sha-256 BB:BB",
    "caller_nonce": NONCE,
    "callee_nonce": NONCE[::-1],
}


def test_words_are_the_first_44_bits_of_the_hash() -> None:
    packed = b""
    for part in ("DevCloud words 1", *PARTS.values()):
        data = part if isinstance(part, bytes) else part.encode()
        packed += struct.pack(">I", len(data)) + data
    bits = "".join(f"{byte:08b}" for byte in hashlib.sha256(packed).digest())
    expected = tuple(int(bits[place : place + 11], 2) for place in (0, 11, 22, 33))
    assert safety_words(**PARTS) == expected


@pytest.mark.parametrize("part", PARTS)
def test_every_part_changes_the_words(part: str) -> None:
    other = {**PARTS, part: PARTS[part][:-1] + PARTS[part][:1]}
    assert safety_words(**other) != safety_words(**PARTS)


def test_caller_and_callee_cannot_trade_places() -> None:
    swapped = {
        **PARTS,
        **{
            f"{one}_{what}": PARTS[f"{other}_{what}"]
            for what in ("key", "fingerprint", "nonce")
            for one, other in (("caller", "callee"), ("callee", "caller"))
        },
    }
    assert safety_words(**swapped) != safety_words(**PARTS)


@given(st.binary(min_size=32, max_size=32))
def test_a_commitment_opens_with_its_nonce_and_no_other(other: bytes) -> None:
    promised = commitment(NONCE, call=CALL, caller_key=MARC)
    assert check_commitment(promised, NONCE, call=CALL, caller_key=MARC)
    assert check_commitment(promised, other, call=CALL, caller_key=MARC) == (other == NONCE)


def test_a_commitment_is_for_one_call_and_one_caller() -> None:
    promised = commitment(NONCE, call=CALL, caller_key=MARC)
    assert not check_commitment(promised, NONCE, call=CALL[::-1], caller_key=MARC)
    assert not check_commitment(promised, NONCE, call=CALL, caller_key=JOHN)


@pytest.mark.parametrize("size", [0, 16, 31, 33])
def test_a_nonce_is_32_bytes(size: int) -> None:
    with pytest.raises(ValueError, match="32 bytes"):
        commitment(bytes(size), call=CALL, caller_key=MARC)
    promised = commitment(NONCE, call=CALL, caller_key=MARC)
    assert not check_commitment(promised, bytes(size), call=CALL, caller_key=MARC)


@pytest.mark.parametrize("language", Language)
def test_words_can_be_told_apart(language: Language) -> None:
    listed = word_list(language)
    assert len(listed) == len(set(listed)) == 2048
    bare = [
        "".join(c for c in unicodedata.normalize("NFD", word) if not unicodedata.combining(c))
        for word in listed
    ]
    assert len({word[:4] for word in bare}) == 2048
    assert all(word.isalpha() and word.islower() and word.isascii() for word in bare)
    assert all(3 <= len(word) <= 8 for word in listed)
    assert all(unicodedata.is_normalized("NFC", word) for word in listed)


def test_the_same_places_in_both_languages() -> None:
    assert words((0, 1, 2046, 2047)) == ("abandon", "ability", "zone", "zoo")
    assert words((0, 1, 2046, 2047), Language.FRENCH) == (
        "abaisser",
        "abandon",
        "zeste",
        "zoologie",
    )


def nonce(*parts: object) -> bytes:
    return hashlib.sha256(repr(parts).encode()).digest()


def search(first_word: int, tries: int, **parts: Any) -> bytes | None:
    """Somebody in the middle, who tries nonces until the first word (11 bits) is the one wanted."""
    for number in range(tries):
        tried = nonce("Mallory", number)
        if safety_words(**{**PARTS, **parts, "caller_nonce": tried})[0] == first_word:
            return tried
    return None


def test_brute_force_against_the_commitment() -> None:
    """On one word, since nobody can search for four: 11 bits are 2048 tries, 44 are 2^44.

    Who may choose last finds a match at every call. Who has committed has one nonce to show, and
    what the search finds does not open the commitment.
    """
    wanted = safety_words(**PARTS)[0]  # the words of the call with Marc
    lucky = 0
    for call in range(50):
        callee_nonce = nonce("John", call)  # said only after the commitment
        towards_john = nonce("Mallory towards John", call)
        promised = commitment(towards_john, call=CALL, caller_key=MARC)
        found = search(wanted, 40_000, callee_nonce=callee_nonce)
        assert found is not None  # (1 - 1/2048)^40000 = 3 * 10^-9 to fail, and it never varies
        assert not check_commitment(promised, found, call=CALL, caller_key=MARC)
        honest = {**PARTS, "caller_nonce": towards_john, "callee_nonce": callee_nonce}
        lucky += safety_words(**honest)[0] == wanted
    assert lucky <= 1  # 50 calls at 1 in 2048
