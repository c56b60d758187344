"""Looking for safety words by computer. No network: this is arithmetic, done.

How much there is to find. Four words of 2048 are 4 * 11 = 44 bits, 1.76e13 possibilities. Eve, in
the middle of a first call, has one set of words with Marc and another with John, and wins if they
are alike.

    what she may choose         once she knows                 her chance a call
    her nonce to John           nothing of John's yet (he      1 in 2^44: a call every ten seconds,
    (as caller: committed)      speaks after her commitment)   5.6 million years for as many calls
    her nonce to Marc           nothing of Marc's: he has      the same
    (as callee)                 only committed to it
    to open her commitment      both sets; but she needs a     2^256 tries for a given hash, each
    to another nonce            second nonce of the same hash  of 1e10 a second: 1e59 years

Without the commitment the last to speak could try: 2^44 at 1e10 a second take half an hour. The
first test does that, for 11 bits.
"""

import hashlib

from devcloud.identity.words import (
    BITS_PER_WORD,
    NONCE_BYTES,
    check_commitment,
    commitment,
    safety_words,
)

CALL = "00112233445566778899aabbccddeeff"
TRIES = 20_000


def nonce(number: int) -> bytes:
    return hashlib.sha256(number.to_bytes(8, "big")).digest()[:NONCE_BYTES]


def words(caller_nonce: bytes, callee_nonce: bytes = bytes(32)) -> tuple[int, ...]:
    return safety_words(
        call=CALL,
        caller_key="caller",
        callee_key="callee",
        caller_fingerprint="sha-256 AA",
        callee_fingerprint="sha-256 BB",
        caller_nonce=caller_nonce,
        callee_nonce=callee_nonce,
    )


def test_who_speaks_last_can_choose_a_word() -> None:
    """Why there is a commitment: one word of 2048 is found in some 2048 tries."""
    wanted = words(nonce(0))[0]
    found = sum(words(nonce(number))[0] == wanted for number in range(1, TRIES))
    expected = TRIES / (1 << BITS_PER_WORD)
    assert 1 <= found <= 4 * expected


def test_nothing_found_that_way_opens_the_commitment() -> None:
    """The nonces that would give the right word were not promised, nor was any other."""
    promised = commitment(nonce(0), call=CALL, caller_key="caller")
    opened = [
        number
        for number in range(TRIES)
        if check_commitment(promised, nonce(number), call=CALL, caller_key="caller")
    ]
    assert opened == [0]


def test_a_commitment_is_to_one_call_and_one_key() -> None:
    promised = commitment(nonce(0), call=CALL, caller_key="caller")
    other = CALL[::-1]
    assert not check_commitment(promised, nonce(0), call=other, caller_key="caller")
    assert not check_commitment(promised, nonce(0), call=CALL, caller_key="eve")
