"""What gets signed: the exact bytes of each claim. Knows nothing of when, or by whose key.

A claim is a label and its fields, each preceded by its length (`encoding.pack`), so that no two
different claims share bytes: neither two of one kind, nor one of each.

    «I am signing in»             sign_in_claim, answers the server's challenge
    «I offer / answer / accept»   call_claim, stands beside what it is about in the call messages

Why a call claim holds what it holds:

    call, generation      not to be replayed in another call, nor for an older path of this one
    caller, callee        an invitation for John is worth nothing to anybody else
    caller_key, callee_key   who I think we are: two calls cannot be spliced into one
    role, kind            what one side says cannot be sent back as the other's word
    offer, answer         SHA-256 of the exact text of both descriptions. The fingerprint alone
                          would leave the server the rest to edit: ICE credentials (the path then
                          leads elsewhere), `a=setup` (nobody or both begin), codecs and header
                          extensions (constant bit rate switched off, audio levels beside the
                          sealed voice: both tell what is said), a section more or less. And an
                          answer must not be married to another offer
    fingerprint           of the signer's certificate (`dtls.py`), in the open beside the hash: what
                          is promised stays promised however a description is read
    commitment, nonce     so that the safety words are built of what both sides meant

Candidates and hanging up are not signed: whoever carries the messages can hold any back and so can
always end a call, and a false candidate leads to somebody who does not hold the certificate.
"""

import hashlib
from typing import Literal

from devcloud.identity.encoding import pack

Role = Literal["caller", "callee"]
Kind = Literal["offer", "answer", "accept"]

_SIGN_IN = "DevCloud sign-in 1"
_CALL = "DevCloud call 1"


def sign_in_claim(*, version: int, nonce: str, certificate: str, name: str, device: str) -> bytes:
    """Return what a client signs to sign in.

    `version` is the protocol version and `nonce` the random text of the server's challenge;
    `certificate` is the SHA-256 of the TLS certificate in base64url, as the signer itself saw it
    on its connection (a server that passes a proof on to another shows another certificate), empty
    over plain HTTP, and for a browser what `browser_sees` returns; `name` is the name exactly as
    `hello` spelled it, `device` the device id.
    """
    return pack(_SIGN_IN, version, nonce, certificate, name, device)


def browser_sees(origin: str) -> str:
    """Return what a page signs in place of the certificate, which no browser shows to a page: the
    origin it was loaded from, as `location.origin` spells it (a page that passes a proof on to
    another server has another origin, and a page cannot invent its own)."""
    return f"origin {origin}"


def call_claim(
    *,
    call: str,
    caller: str,
    callee: str,
    role: Role,
    kind: Kind,
    generation: int,
    fingerprint: str,
    offer: str,
    answer: str = "",
    caller_key: str,
    callee_key: str,
    commitment: str = "",
    nonce: str = "",
) -> bytes:
    """Return what one side of a call signs.

    Names are spelled as in the invitation: `caller` its `from`, `callee` its `to`. `role` is the
    signer's in the call and `kind` what the signature stands for: an offer, an answer to one, or
    the callee's acceptance. `fingerprint` is the signer's, as `dtls_fingerprint` returns it.
    `offer` and `answer` are the whole descriptions of `generation`, exactly as sent; `answer` is
    empty for an offer. `callee_key` is empty in a first offer to somebody whose key is unknown.
    `commitment` is the caller's, the same in every claim of the call; `nonce` is the callee's, in
    an acceptance.
    """
    return pack(
        _CALL,
        call,
        caller,
        callee,
        role,
        kind,
        generation,
        fingerprint,
        digest(offer),
        digest(answer),
        caller_key,
        callee_key,
        commitment,
        nonce,
    )


def digest(sdp: str) -> bytes:
    """Return the SHA-256 of a description's exact text, or nothing for an empty one."""
    return hashlib.sha256(sdp.encode("utf-8")).digest() if sdp else b""
