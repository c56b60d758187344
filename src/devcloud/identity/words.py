"""Safety words: what two people read to each other to know that nobody stands between them.

Knows nothing of messages; `handshake.py` says when each part is made and shown.

Somebody in the middle (the server, on the very first call) has two calls, one with each side, and
so two sets of words, made of different keys. To stay hidden it needs both sets alike. So the
caller first *commits* to its nonce, the callee then says its own, and only then does the caller
*reveal*: whoever is in the middle has fixed everything it puts into one set before it can know the
other, and gets one guess a call.

How many bits. Four words of 2048 are 4 * 11 = 44 bits.
  - One guess a call hits once in 2^44 = 1.8 * 10^13 calls. A call every ten seconds, each answered
    and its words compared, would need 5.6 million years to have tried as many. Every miss shows.
  - Without the commitment the last to speak could try nonces until the words fit: 2^44 SHA-256 at
    10^10 a second on one graphics processor take 30 minutes, and some luck. With it there is
    nothing to try: a nonce that opens somebody else's commitment takes 2^256 tries, a commitment
    that can be opened in two ways 2^128.
  - People who compare two of the four words still leave one chance in 2^22, 4 million.

Keys, fingerprints and nonces are those of the acceptance, and the words never change in a call.
Paths made later (generation 2 and up) are not in them: by then the nonces are known, and 2^44
certificates could be tried. They need not be: every later fingerprint is signed with the two keys
that the words have shown to be the right ones, and no other key is taken in the same call.
"""

import hashlib
import unicodedata
from functools import cache

from mnemonic import Mnemonic

from devcloud.identity.encoding import pack, to_base64url
from devcloud.model.texts import Language

NONCE_BYTES = 32
WORDS = 4
BITS_PER_WORD = 11

_COMMITMENT = "DevCloud commitment 1"
_WORDS = "DevCloud words 1"

# The English and French lists of BIP 39: 2048 each, told apart by their first four letters.
_LISTS = {Language.ENGLISH: "english", Language.FRENCH: "french"}

Indices = tuple[int, int, int, int]


def commitment(nonce: bytes, *, call: str, caller_key: str) -> str:
    """Return the caller's promise of `nonce` (32 random bytes) for this call, in base64url.

    Raises ValueError for a nonce of another length.
    """
    if len(nonce) != NONCE_BYTES:
        raise ValueError(f"a nonce is {NONCE_BYTES} bytes, not {len(nonce)}")
    return to_base64url(hashlib.sha256(pack(_COMMITMENT, call, caller_key, nonce)).digest())


def check_commitment(promised: str, nonce: bytes, *, call: str, caller_key: str) -> bool:
    """Say whether `nonce` is the one that was promised."""
    return len(nonce) == NONCE_BYTES and promised == commitment(
        nonce, call=call, caller_key=caller_key
    )


def safety_words(
    *,
    call: str,
    caller_key: str,
    callee_key: str,
    caller_fingerprint: str,
    callee_fingerprint: str,
    caller_nonce: bytes,
    callee_nonce: bytes,
) -> Indices:
    """Return the four words of a call, as places (0 … 2047) in either list.

    Fingerprints are as `dtls_fingerprint` returns them: the invitation's and the acceptance's,
    empty when the acceptance came without a description.
    """
    digest = hashlib.sha256(
        pack(
            _WORDS,
            call,
            caller_key,
            callee_key,
            caller_fingerprint,
            callee_fingerprint,
            caller_nonce,
            callee_nonce,
        )
    ).digest()
    bits = int.from_bytes(digest, "big") >> 8 * len(digest) - WORDS * BITS_PER_WORD
    first, second, third, fourth = (
        bits >> BITS_PER_WORD * place & (1 << BITS_PER_WORD) - 1 for place in (3, 2, 1, 0)
    )
    return first, second, third, fourth


def words(indices: Indices, language: Language = Language.ENGLISH) -> tuple[str, ...]:
    """Return the words at these places. Both sides must read them in the same language."""
    listed = word_list(language)
    return tuple(listed[index] for index in indices)


@cache
def word_list(language: Language) -> tuple[str, ...]:
    """Return the 2048 words of a language, in NFC."""
    listed = Mnemonic(_LISTS[language]).wordlist
    return tuple(unicodedata.normalize("NFC", word) for word in listed)
