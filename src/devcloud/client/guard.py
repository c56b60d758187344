"""Who the other side is: signs what a call says, and lets nothing in that is not signed by the
person it claims to be from.

Between the desk and `identity.handshake`, which knows what to sign and to check; this module knows
which message of which call that is. Without input or output: the pin book goes out as a value.
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import TypeVar

from devcloud.call import commands as do
from devcloud.call import events as on
from devcloud.call.machine import Call
from devcloud.client.translate import Reveal, Said
from devcloud.identity import pins
from devcloud.identity.handshake import CalleeHandshake, CallerHandshake, Handshake
from devcloud.identity.keys import SigningKey, fingerprint, is_public_key
from devcloud.identity.pins import PinBook, Verdict
from devcloud.identity.words import NONCE_BYTES, Indices
from devcloud.model.errors import ProtocolViolation, Untrusted
from devcloud.model.signed import Signed
from devcloud.wire.signalling import messages
from devcloud.wire.signalling.codec import type_of
from devcloud.wire.signalling.messages import CallMessage

H = TypeVar("H", bound=Handshake)


@dataclass(frozen=True)
class Trust:
    """What is known of the other side of a call. `verdict` is None until it has shown its key."""

    key: str = ""
    verdict: Verdict | None = None
    words: Indices | None = None
    changed_key: str = ""
    """The key it showed, where that is not the one it had before: nothing goes on until the person
    says so."""


class Guard:
    """The handshakes of all calls of one device, over one pin book.

    `randomness` returns so many random bytes.
    """

    def __init__(
        self, me: str, key: SigningKey, book: PinBook, randomness: Callable[[int], bytes]
    ) -> None:
        self.book = book
        self._me = me
        self._key = key
        self._randomness = randomness
        self._handshakes: dict[str, Handshake] = {}
        self._changed: dict[str, str] = {}

    def knows(self, name: str) -> bool:
        """Whether there is a key for this name already."""
        return self.book.find(name) is not None

    def trust(self, call: str) -> Trust:
        """Return what is known of the other side of a call."""
        handshake = self._handshakes.get(call)
        if handshake is None:
            return Trust()
        changed = self._changed.get(call, "")
        verdict = None
        if handshake.peer_key:
            verdict = pins.judge(self.book.find(handshake.peer), handshake.peer_key)
            if verdict is Verdict.CHANGED:
                # Two strangers have called under one name: the other one was taken.
                changed = handshake.peer_key
        return Trust(handshake.peer_key, verdict, handshake.words, changed)

    def require_trust(self, call: str) -> None:
        """Raise Untrusted `key_changed_ask` where a changed key waits for the person's word."""
        if self.trust(call).changed_key:
            raise Untrusted("key_changed_ask", name=self._handshakes[call].peer)

    def require_same(self, name: str, key: str) -> None:
        """Compare the key that the server shows for `name` with the one we know. One that is no
        key at all is left to the call itself, where it has to be proved.

        Raises:
            Untrusted: `key_changed`.
        """
        pin = self.book.find(name)
        if pin is not None and is_public_key(key) and pin.key != key:
            old, new = fingerprint(pin.key), fingerprint(key)
            raise Untrusted("key_changed", name=name, old=old, new=new)

    # ── what goes out ────────────────────────────────────────────────────────────────────────────

    def sign(self, call: Call, command: do.Command) -> Signed:
        """Return what stands beside a description. Raises ProtocolViolation for one of our own
        that nobody could rely on."""
        match command:
            case do.SendInvite(generation, sdp):
                return self._dial(call).sign_invite(generation, sdp)
            case do.SendRinging(sdp):
                return self._callee(call.id).sign_ringing(sdp) if sdp else Signed()
            case do.SendAnswer(_, sdp):
                return self._callee(call.id).sign_accept(sdp)
            case do.SendOffer(generation, sdp):
                return self._handshakes[call.id].sign_offer(generation, sdp)
            case do.SendOfferAnswer(generation, sdp):
                return self._handshakes[call.id].sign_answer(generation, sdp)
            case _:
                return Signed()

    def reveal(self, call: str) -> str:
        """Return the nonce to reveal, once the callee has accepted."""
        return self._caller(call).reveal

    # ── what comes in ────────────────────────────────────────────────────────────────────────────

    def check(self, message: CallMessage, said: Said) -> None:
        """Let a message in, or not.

        Raises:
            Untrusted: `key_changed` waits for the person; anything else ends the call.
            ProtocolViolation: old news (`…_out_of_place`), or a description nobody could rely on.
        """
        handshake = self._handshakes.get(message.call)
        if handshake is None and isinstance(message, messages.Invite):
            handshake = self._be_called(message)
        if handshake is None:
            if said.needs_trust:
                # Our own invitation has not left: this answers nothing.
                raise ProtocolViolation("message_out_of_place", type=type_of(message))
            return
        pin = self.book.find(handshake.peer)
        if pin is not None:
            # Another call of the same person may have changed what is known of them.
            handshake.trust(pin)
        try:
            self._check(handshake, message, said)
        except Untrusted as error:
            if error.code == "key_changed":
                self._changed[message.call] = said.signed.key
            raise

    def _check(self, handshake: Handshake, message: CallMessage, said: Said) -> None:
        generation, signed = said.generation, said.signed
        match handshake, said.event:
            case CalleeHandshake(), on.OfferReceived(_, sdp) if isinstance(
                message, messages.Invite
            ):
                handshake.check_invite(generation, sdp, signed)
            case CallerHandshake(), on.RingingReceived(_, sdp) if sdp:
                handshake.check_ringing(generation, sdp, signed)
            case CallerHandshake(), on.AnswerReceived(_, sdp):
                handshake.check_accept(generation, sdp, signed)
            case CalleeHandshake(), Reveal(nonce):
                handshake.check_reveal(nonce)
            case CallerHandshake(), Reveal():
                raise ProtocolViolation("reveal_out_of_place")
            case _, on.OfferReceived(_, sdp):
                handshake.check_offer(generation, sdp, signed)
            case _, on.OfferAnswered(_, sdp):
                handshake.check_answer(generation, sdp, signed)
            case _:
                pass

    # ── what the person says ─────────────────────────────────────────────────────────────────────

    def accept_change(self, call: str, now: float) -> None:
        """The person says that the changed key is right. `now` is the time of day."""
        handshake = self._handshakes[call]
        key = self.trust(call).changed_key
        self._changed.pop(call, None)
        self.accept_key_of(handshake.peer, key, now)

    def accept_key_of(self, name: str, key: str, now: float) -> None:
        """The person says that `key` is the right one for `name`, outside any call."""
        self.book = pins.accept_change(self.book, name, key, now)

    def remember(self, call: str, now: float) -> bool:
        """Both have agreed to talk: keep the other side's key. Whether the book has changed."""
        handshake = self._handshakes[call]
        before = self.book
        self.book = pins.remember(self.book, handshake.peer, handshake.peer_key, now)
        return self.book is not before

    def confirm_words(self, call: str, *, match: bool) -> None:
        """The person has compared the safety words.

        Raises:
            Untrusted: `words_not_there`, before there are any; `key_changed_ask`, when another key
                has been accepted for this name since.
        """
        handshake = self._handshakes.get(call)
        if handshake is None or handshake.words is None:
            raise Untrusted("words_not_there")
        self.require_trust(call)
        self.book = pins.confirm_words(self.book, handshake.peer, handshake.peer_key, match=match)

    def change_book(self, change: Callable[[PinBook], PinBook]) -> None:
        """The person changes what is known, outside any call."""
        self.book = change(self.book)

    def forget(self, call: str) -> None:
        """The call is over, and what was known of it has been told."""
        self._handshakes.pop(call, None)
        self._changed.pop(call, None)

    # ── the handshakes ───────────────────────────────────────────────────────────────────────────

    def _dial(self, call: Call) -> CallerHandshake:
        return self._add(
            CallerHandshake(
                call=call.id,
                caller=call.me,
                callee=call.peer,
                key=self._key,
                pin=self.book.find(call.peer),
                nonce=self._randomness(NONCE_BYTES),
            )
        )

    def _be_called(self, invite: messages.Invite) -> CalleeHandshake:
        return self._add(
            CalleeHandshake(
                call=invite.call,
                caller=invite.from_,
                callee=invite.to,
                me=self._me,
                key=self._key,
                pin=self.book.find(invite.from_),
                nonce=self._randomness(NONCE_BYTES),
            )
        )

    def _add(self, handshake: H) -> H:
        self._handshakes[handshake.call] = handshake
        return handshake

    def _callee(self, call: str) -> CalleeHandshake:
        handshake = self._handshakes[call]
        assert isinstance(handshake, CalleeHandshake)
        return handshake

    def _caller(self, call: str) -> CallerHandshake:
        handshake = self._handshakes[call]
        assert isinstance(handshake, CallerHandshake)
        return handshake
