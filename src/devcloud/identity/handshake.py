"""How the two sides of a call show each other who they are: what to sign, what to check, and when.

Knows no messages, no media and no person: it is asked before a description goes out and after one
has come in, and nothing that it has not let through may reach the media.

    caller  CallerHandshake                  callee  CalleeHandshake
    sign_invite(1, offer)       invite  →    check_invite(1, offer, signed)
    check_ringing(answer, …)    ←  ringing   sign_ringing(answer)         where media warms up
    check_accept(answer, …)     ←  answer    sign_accept(answer)
    reveal                      update  →    check_reveal(nonce)          now both have words

    sign_offer, check_offer, sign_answer, check_answer: every later path, from either side

After an error of a check: `description_out_of_place` and `reveal_out_of_place` are old news, drop
the message; `key_changed` waits for the person (then `trust`, and check again); everything else
ends the call. A check that raises changes nothing; what passed once passes again.
"""

from devcloud.identity.claims import Kind, Role, call_claim
from devcloud.identity.dtls import dtls_fingerprint
from devcloud.identity.encoding import from_base64url, to_base64url
from devcloud.identity.keys import SigningKey, fingerprint, verify
from devcloud.identity.pins import Pin, Verdict, judge
from devcloud.identity.words import (
    NONCE_BYTES,
    Indices,
    check_commitment,
    commitment,
    safety_words,
)
from devcloud.model.errors import ProtocolViolation, Untrusted
from devcloud.model.names import fold_name
from devcloud.model.signed import Signed

_COMMITMENT_BYTES = 32

Description = tuple[int, str]
"""Generation and SDP."""


class Handshake:
    """One call, as one side sees it: use one of the two classes below.

    `caller` and `callee` are spelled as the invitation's `from` and `to`; `pin` is what the pin
    book knows of the other side; `nonce` is 32 random bytes.
    """

    role: Role
    peer_role: Role

    def __init__(
        self, *, call: str, caller: str, callee: str, key: SigningKey, pin: Pin | None, nonce: bytes
    ) -> None:
        self.call = call
        self.caller = caller
        self.callee = callee
        self.peer_key = ""
        """The other side's public key, once it has shown that it holds it."""
        self.words: Indices | None = None
        """The safety words, once both nonces are known. They never change."""
        self._key = key
        self._pin = pin
        self._nonce = nonce
        self._commitment = ""
        self._invited: Description | None = None
        self._newest_offer: dict[Role, Description] = {}

    @property
    def peer(self) -> str:
        """The other side's name, as the invitation spelled it."""
        return self.callee if self.role == "caller" else self.caller

    @property
    def verdict(self) -> Verdict | None:
        """What the other side's key means, once it is known."""
        return judge(self._pin, self.peer_key) if self.peer_key else None

    def trust(self, pin: Pin) -> None:
        """Go on with `pin`: the person has accepted a changed key, or verified this one."""
        self._pin = pin

    # ── every later path ─────────────────────────────────────────────────────────────────────────

    def sign_offer(self, generation: int, sdp: str) -> Signed:
        """Return what goes beside an offer of a new path. Raises ProtocolViolation (`dtls.py`)."""
        signed = self._sign("offer", generation, offer=sdp)
        self._newest_offer[self.role] = (generation, sdp)
        return signed

    def check_offer(self, generation: int, sdp: str, signed: Signed) -> Verdict:
        """Check an offer of a new path.

        Raises:
            Untrusted: claim_missing, claim_invalid, claim_other_key, key_changed.
            ProtocolViolation: no fingerprint to rely on (`dtls.py`), or not newer than what was
                offered before (description_out_of_place).
        """
        newest = self._newest_offer.get(self.peer_role)
        if newest is not None and newest != (generation, sdp) and generation <= newest[0]:
            raise ProtocolViolation("description_out_of_place")
        verdict = self._check("offer", generation, signed, offer=sdp)
        self._newest_offer[self.peer_role] = (generation, sdp)
        return verdict

    def sign_answer(self, generation: int, sdp: str) -> Signed:
        """Return what goes beside the answer to the other side's offer of `generation`."""
        offer = _of(generation, self._newest_offer.get(self.peer_role))
        return self._sign("answer", generation, offer=offer, answer=sdp)

    def check_answer(self, generation: int, sdp: str, signed: Signed) -> Verdict:
        """Check the answer to our offer of `generation`. Raises as `check_offer`."""
        offer = _of(generation, self._newest_offer.get(self.role))
        return self._check("answer", generation, signed, offer=offer, answer=sdp)

    # ── signing and checking ─────────────────────────────────────────────────────────────────────

    def _sign(
        self, kind: Kind, generation: int, *, offer: str, answer: str = "", nonce: str = ""
    ) -> Signed:
        data = self._claim(
            kind,
            self.role,
            generation,
            offer=offer,
            answer=answer,
            signer_key=self._key.public,
            other_key=self.peer_key,
            promised=self._commitment,
            nonce=nonce,
        )
        return Signed(key=self._key.public, claim=self._key.sign(data), nonce=nonce)

    def _check(
        self,
        kind: Kind,
        generation: int,
        signed: Signed,
        *,
        offer: str,
        answer: str = "",
        promised: str | None = None,
    ) -> Verdict:
        if not signed.key or not signed.claim:
            raise Untrusted("claim_missing", name=self.peer)
        if self.peer_key and signed.key != self.peer_key:
            raise Untrusted("claim_other_key", name=self.peer)
        data = self._claim(
            kind,
            self.peer_role,
            generation,
            offer=offer,
            answer=answer,
            signer_key=signed.key,
            other_key=self._key.public if promised is None else "",
            promised=self._commitment if promised is None else promised,
            nonce=signed.nonce,
        )
        if not verify(signed.key, signed.claim, data):
            raise Untrusted("claim_invalid", name=self.peer)
        self._require_pinned(signed.key)
        self.peer_key = signed.key
        return judge(self._pin, signed.key)

    def _claim(
        self,
        kind: Kind,
        role: Role,
        generation: int,
        *,
        offer: str,
        answer: str,
        signer_key: str,
        other_key: str,
        promised: str,
        nonce: str,
    ) -> bytes:
        own = offer if kind == "offer" else answer
        return call_claim(
            call=self.call,
            caller=self.caller,
            callee=self.callee,
            role=role,
            kind=kind,
            generation=generation,
            fingerprint=dtls_fingerprint(own) if own else "",
            offer=offer,
            answer=answer,
            caller_key=signer_key if role == "caller" else other_key,
            callee_key=signer_key if role == "callee" else other_key,
            commitment=promised,
            nonce=nonce,
        )

    def _require_pinned(self, key: str) -> None:
        if self._pin is not None and judge(self._pin, key) is Verdict.CHANGED:
            raise Untrusted(
                "key_changed",
                name=self.peer,
                old=fingerprint(self._pin.key),
                new=fingerprint(key),
            )

    def _make_words(self, answer: str, *, caller_nonce: bytes, callee_nonce: bytes) -> Indices:
        assert self._invited is not None
        mine, theirs = self._key.public, self.peer_key
        return safety_words(
            call=self.call,
            caller_key=mine if self.role == "caller" else theirs,
            callee_key=mine if self.role == "callee" else theirs,
            caller_fingerprint=dtls_fingerprint(self._invited[1]),
            callee_fingerprint=dtls_fingerprint(answer) if answer else "",
            caller_nonce=caller_nonce,
            callee_nonce=callee_nonce,
        )


class CallerHandshake(Handshake):
    """The side that dialled."""

    role: Role = "caller"
    peer_role: Role = "callee"

    def sign_invite(self, generation: int, sdp: str) -> Signed:
        """Return what goes beside the offer in `invite`. Raises ProtocolViolation (`dtls.py`)."""
        promised = commitment(self._nonce, call=self.call, caller_key=self._key.public)
        self._commitment = promised
        signed = self.sign_offer(generation, sdp)
        self._invited = (generation, sdp)
        return Signed(key=signed.key, claim=signed.claim, commitment=promised)

    def check_ringing(self, generation: int, sdp: str, signed: Signed) -> Verdict:
        """Check the description in `ringing`, of any device. Raises as `check_offer`."""
        offer = _of(generation, self._invited)
        return self._check("answer", generation, signed, offer=offer, answer=sdp)

    def check_accept(self, generation: int, sdp: str, signed: Signed) -> Verdict:
        """Check `answer`; `sdp` is what stands in it, perhaps nothing. Raises as `check_offer`.

        The first that passes makes the words. Others, of devices that came too late, are checked
        and change nothing: the nonce is revealed after it, and who knows it could choose theirs.
        """
        offer = _of(generation, self._invited)
        callee_nonce = from_base64url(signed.nonce, NONCE_BYTES)
        if signed.claim and callee_nonce is None:
            raise Untrusted("claim_invalid", name=self.peer)
        verdict = self._check("accept", generation, signed, offer=offer, answer=sdp)
        assert callee_nonce is not None
        if self.words is None:
            self.words = self._make_words(sdp, caller_nonce=self._nonce, callee_nonce=callee_nonce)
        return verdict

    @property
    def reveal(self) -> str:
        """What the commitment was to. To be sent at once, to the device that accepted first.

        Raises RuntimeError before `check_accept` has passed: it must not be said any sooner.
        """
        if self.words is None:
            raise RuntimeError("revealed before the callee has accepted")
        return to_base64url(self._nonce)


class CalleeHandshake(Handshake):
    """The side that is called. `me` is the name that this side has signed in with."""

    role: Role = "callee"
    peer_role: Role = "caller"

    def __init__(
        self,
        *,
        call: str,
        caller: str,
        callee: str,
        me: str,
        key: SigningKey,
        pin: Pin | None,
        nonce: bytes,
    ) -> None:
        super().__init__(call=call, caller=caller, callee=callee, key=key, pin=pin, nonce=nonce)
        self._me = me
        self._accepted: str | None = None

    def check_invite(self, generation: int, sdp: str, signed: Signed) -> Verdict:
        """Check `invite`, before anybody hears it ring.

        Raises as `check_offer`, and Untrusted `claim_wrong_person`: it is for somebody else.
        """
        if fold_name(self.callee) != fold_name(self._me):
            raise Untrusted("claim_wrong_person", name=self.caller)
        if signed.claim and from_base64url(signed.commitment, _COMMITMENT_BYTES) is None:
            raise Untrusted("claim_invalid", name=self.peer)
        if self._invited not in (None, (generation, sdp)):
            raise ProtocolViolation("description_out_of_place")
        verdict = self._check("offer", generation, signed, offer=sdp, promised=signed.commitment)
        self._commitment = signed.commitment
        self._invited = (generation, sdp)
        self._newest_offer.setdefault(self.peer_role, self._invited)
        return verdict

    def sign_ringing(self, sdp: str) -> Signed:
        """Return what goes beside the description in `ringing`."""
        generation, offer = self._invitation()
        return self._sign("answer", generation, offer=offer, answer=sdp)

    def sign_accept(self, sdp: str) -> Signed:
        """Return what goes into `answer`; `sdp` is what stands in it, perhaps nothing. Once."""
        generation, offer = self._invitation()
        if self._accepted is not None:
            raise RuntimeError("accepted twice")
        nonce = to_base64url(self._nonce)
        signed = self._sign("accept", generation, offer=offer, answer=sdp, nonce=nonce)
        self._accepted = sdp
        return signed

    def check_reveal(self, revealed: str) -> None:
        """Take the caller's nonce and make the words.

        Raises:
            Untrusted: commitment_mismatch.
            ProtocolViolation: reveal_out_of_place, before we have accepted.
        """
        if self._accepted is None:
            raise ProtocolViolation("reveal_out_of_place")
        nonce = from_base64url(revealed, NONCE_BYTES)
        if nonce is None or not check_commitment(
            self._commitment, nonce, call=self.call, caller_key=self.peer_key
        ):
            raise Untrusted("commitment_mismatch", name=self.peer)
        self.words = self._make_words(self._accepted, caller_nonce=nonce, callee_nonce=self._nonce)

    def _invitation(self) -> Description:
        if self._invited is None:
            raise RuntimeError("nothing to answer: no invitation has passed")
        return self._invited


def _of(generation: int, offer: Description | None) -> str:
    if offer is None or offer[0] != generation:
        raise ProtocolViolation("description_out_of_place")
    return offer[1]
