"""One WebSocket: decodes what comes, lets the hall decide, sends what is to be said.

First hello and proof, then anything. What is outside the protocol is answered with an error; before
signing in, and for what cannot be read any further, the connection is closed after it.
"""

import secrets
from base64 import urlsafe_b64encode

import msgspec

from devcloud.directory.blocks import Blocks
from devcloud.directory.buckets import Bucket
from devcloud.directory.joining import Join, check_may_join
from devcloud.directory.members import Member
from devcloud.identity.keys import fingerprint
from devcloud.model.errors import DevCloudError, ProtocolViolation, Refused
from devcloud.net.http import Peer
from devcloud.net.websocket import WebSocket
from devcloud.server.hall import PEOPLE_PER_MESSAGE, Hall
from devcloud.server.logs import get_log
from devcloud.server.signing_in import SigningIn, check_proof, greet
from devcloud.wire.signalling.codec import decode_from_client, encode
from devcloud.wire.signalling.messages import (
    LONGEST_MESSAGE,
    Ack,
    Bye,
    CallMessage,
    Candidate,
    Error,
    FromClient,
    Hello,
    Invite,
    Message,
    Presence,
    Proof,
    Ringing,
    SetStatus,
    Undeliverable,
    Update,
    Watch,
)
from devcloud.wire.websocket.frames import CloseCode, text_frame

_NONCE_BYTES = 32
_SEARCH_COSTS = 20
_CLOSE_CODES = {
    "frame_broken": CloseCode.PROTOCOL_ERROR,
    "message_not_utf8": CloseCode.NOT_UTF8,
    "message_too_long": CloseCode.TOO_LONG,
}
_UNOBSERVED = frozenset({Ack, Candidate, Ringing, Update})

_log = get_log(__name__)


class Session:
    """A connection, from its first message to its end."""

    __slots__ = (
        "_address_bucket", "_begun_at", "_bucket", "_closing_at", "_hall", "_member", "_peer",
        "_pinged_at", "_signing_in", "_storing", "_ws", "send_frame",
    )  # fmt: skip

    def __init__(self, hall: Hall, ws: WebSocket, peer: Peer) -> None:
        now = hall.now()
        limits = hall.settings.limits
        self._hall = hall
        self._ws = ws
        self._peer = peer
        self._begun_at = self._pinged_at = now
        self._closing_at: float | None = None
        self._bucket = Bucket(limits.session_messages, now)
        self._address_bucket = hall.address_messages.of(peer.address, now)
        self._signing_in: SigningIn | None = None
        self._storing = False
        self._member: Member | None = None
        self.send_frame = ws.send_frame
        ws.receiver = self
        hall.opened(self)

    @property
    def address(self) -> str:
        """Where the client connects from."""
        return self._peer.address

    def is_in(self, blocks: Blocks) -> bool:
        """Return whether one of `blocks` is about whoever is here, or is about to sign in."""
        signing_in, member = self._signing_in, self._member
        if member is not None:
            name, key = member.name, member.key
        elif signing_in is not None:
            name, key = signing_in.name, signing_in.hello.key
        else:
            return blocks.holds(address=self.address)
        return blocks.holds(name=name, fingerprint=fingerprint(key), address=self.address)

    # ── in ───────────────────────────────────────────────────────────────────────────────────────

    def text_received(self, payload: bytes) -> None:
        """(devcloud.net.websocket.Receiver)"""
        if not self._may_speak():
            return
        try:
            message = decode_from_client(payload)
        except ProtocolViolation as violation:
            self._object(violation)
            return
        self._hall.metrics.messages[type(message)] += 1
        member = self._member
        if member is not None and isinstance(message, CallMessage):
            self._relay(member, message)
            return
        try:
            self._act(message)
        except DevCloudError as failure:
            self._turn_away(failure)

    def control_received(self) -> None:
        """(devcloud.net.websocket.Receiver)"""
        self._may_speak()

    def refused(self, violation: ProtocolViolation) -> None:
        """(devcloud.net.websocket.Receiver)"""
        if self._may_speak():
            self._object(violation)

    def _may_speak(self) -> bool:
        """Count one more; whoever says too much is turned away."""
        now = self._ws.heard_at
        if self._bucket.take(now) and self._address_bucket.take(now):
            return True
        self._turn_away(Refused("too_many_messages"))
        return False

    def _object(self, violation: ProtocolViolation) -> None:
        """Someone signed in is told and stays; a stranger is turned away."""
        if self._member is None:
            self._turn_away(violation)
        else:
            self._say_error(violation)

    def _act(self, message: FromClient) -> None:
        """Everything but the messages of a call. What it raises ends the session."""
        match message:
            case Hello():
                self._greet(message)
            case Proof():
                self._prove(message)
            case Bye():
                if self._member is not None:
                    self._hall.farewells.keep(self._member, message.last)
                self._ws.close(CloseCode.NORMAL)
            case _ if self._member is None:
                raise Refused("not_signed_in")
            case SetStatus():
                self._hall.set_status(self._member, message.status, message.takes_2023)
            case Watch():
                self._watch(self._member, message)

    # ── signing in ───────────────────────────────────────────────────────────────────────────────

    def _greet(self, hello: Hello) -> None:
        if self._member is not None or self._signing_in is not None:
            raise Refused("already_signed_in")
        nonce = urlsafe_b64encode(secrets.token_bytes(_NONCE_BYTES)).rstrip(b"=").decode()
        settings, peer = self._hall.settings, self._peer
        pin = settings.proxy_pin if peer.proxied else peer.pin
        greeted = greet(
            hello,
            accounts=self._hall.accounts,
            nonce=nonce,
            certificate=pin,
            origin=peer.origin,
        )
        self._hall.check_blocks(greeted.name, hello.key, self.address)
        if not hello.observer:
            self._hall.check_free(greeted.name)
        if self._hall.accounts.find(greeted.name) is None:
            self._check_may_join(greeted.name, hello.invite)
        self._signing_in = greeted
        self.send(greeted.challenge)

    def _prove(self, proof: Proof) -> None:
        if self._member is not None:
            raise Refused("already_signed_in")
        if self._signing_in is None or self._storing:
            raise Refused("not_signed_in")
        check_proof(self._signing_in, proof)
        hello, name = self._signing_in.hello, self._signing_in.name
        hall = self._hall
        account = hall.accounts.find(name)
        if account is not None:
            hall.accounts.check(name, hello.key)
            self._enter(name if hello.observer else account.name)
        elif hello.observer and hall.settings.join is Join.OPEN:
            self._enter(name)
        else:
            self._join(hello, name)

    def _join(self, hello: Hello, name: str) -> None:
        """Somebody new: write them down; an observer is only looked at."""
        hall = self._hall
        # The name may have been released since the hello.
        self._check_may_join(name, hello.invite)
        if not hall.new_names.take(self.address, hall.now()):
            raise Refused("too_many_names")
        self._storing = True
        if hello.observer:
            hall.store.look_at_invitation(hello.invite, name, self._claimed)
            return
        account, _ = hall.accounts.claim(name, hello.key)
        # Where everybody may join, an invitation is not used up: it may be needed later.
        spends = hall.settings.join is Join.INVITE and not hall.settings.holds_back(name)
        invite = hello.invite if spends else ""
        hall.claim(account, self._claimed, invite=invite)

    def _check_may_join(self, name: str, invite: str) -> None:
        settings = self._hall.settings
        if settings.reserved is not None and settings.holds_back(name):
            settings.reserved.check(invite)
        else:
            check_may_join(settings.join, invite)

    def _claimed(self, failure: DevCloudError | None) -> None:
        """The name is written down, or the invitation is good; or not."""
        self._storing = False
        if self._ws.closing or self._signing_in is None:
            return
        if failure is not None:
            self._turn_away(failure)
            return
        try:
            self._enter(self._signing_in.name)
        except Refused as refusal:
            self._turn_away(refusal)

    def _enter(self, name: str) -> None:
        assert self._signing_in is not None
        hello, self._signing_in = self._signing_in.hello, None
        member = Member(
            name=name,
            key=hello.key,
            device=hello.device,
            handle=self,
            observer=hello.observer,
            status=hello.status,
            takes_2023=hello.takes_2023,
        )
        self._hall.enter(member)
        self._member = member

    # ── signed in ────────────────────────────────────────────────────────────────────────────────

    def _relay(self, member: Member, message: CallMessage) -> None:
        hall = self._hall
        reached = hall.people.reach(message.to, message.to_device, message.not_device)
        if member.observer or (reached and reached[0].folded == member.folded):
            code = "observers_cannot_call" if member.observer else "name_own"
            self._say_error(Refused(code), message)
            return
        if not reached:
            self._not_reached(member, message)
            return
        payload = encode(msgspec.structs.replace(message, from_=member.name, device=member.device))
        if len(payload) > LONGEST_MESSAGE:
            self._say_error(ProtocolViolation("message_too_long", longest=LONGEST_MESSAGE), message)
            return
        frame = text_frame(payload)
        for each in reached:
            each.handle.send_frame(frame)
        if type(message) not in _UNOBSERVED:
            hall.observe(member, message, len(reached))

    def _not_reached(self, member: Member, message: CallMessage) -> None:
        if isinstance(message, Ack) or (
            message.not_device is not None and self._hall.people.devices_of(message.to)
        ):
            return
        known = self._hall.accounts.find(message.to) is not None
        code = "offline" if known else "unknown_name"
        self.send(Undeliverable(call=message.call, seq=message.seq, to=message.to, code=code))
        if isinstance(message, Invite):
            self._hall.not_reached(member, message, code)
        else:
            self._hall.observe(member, message, 0)

    def _watch(self, member: Member, watch: Watch) -> None:
        if watch.search and not self._bucket.take(self._ws.heard_at, _SEARCH_COSTS):
            raise Refused("too_many_messages")
        people = self._hall.people.watch(member, watch.names)
        found = self._hall.people.search(member, watch.search) if watch.search else None
        self.send(Presence(people=people[:PEOPLE_PER_MESSAGE], found=found))
        for start in range(PEOPLE_PER_MESSAGE, len(people), PEOPLE_PER_MESSAGE):
            self.send(Presence(people=people[start : start + PEOPLE_PER_MESSAGE]))

    # ── out ──────────────────────────────────────────────────────────────────────────────────────

    def send(self, message: Message) -> None:
        """Queue a message."""
        self.send_frame(text_frame(encode(message)))

    def say_bye(self, code: str) -> None:
        """Say why it is over, and close."""
        self.send(Bye(code=code))
        going = CloseCode.GOING_AWAY if code == "server_stopping" else CloseCode.NORMAL
        self._ws.close(going, code)

    def throw_out(self, code: str) -> None:
        """Say why, and close. Gone for all others at once: the name may be somebody else's by the
        time that the connection has ended."""
        self._signing_in = None
        member, self._member = self._member, None
        self.say_bye(code)
        if member is not None:
            self._hall.leave(member)

    def _say_error(self, failure: DevCloudError, about: CallMessage | None = None) -> None:
        self._hall.metrics.refused[failure.code] += 1
        call, seq = (about.call, about.seq) if about is not None else ("", 0)
        self.send(Error(code=failure.code, text=failure.text(), call=call, seq=seq))

    def _turn_away(self, failure: DevCloudError) -> None:
        """Say what is wrong, and close."""
        self._say_error(failure)
        self._ws.close(_CLOSE_CODES.get(failure.code, CloseCode.POLICY), failure.code)
        _log.info("turned away", address=self.address, code=failure.code)

    # ── time and the end ─────────────────────────────────────────────────────────────────────────

    def look(self, now: float) -> None:
        """Once a second: is it still there, does it get on?"""
        limits = self._hall.settings.limits
        ws = self._ws
        if ws.closing:
            self._closing_at = self._closing_at or now
            if now - self._closing_at >= limits.closing_s:
                ws.abort()
        elif self._member is None and now - self._begun_at >= limits.sign_in_s:
            self._turn_away(Refused("handshake_timeout"))
        elif now - ws.heard_at >= limits.silence_s:
            self._hall.metrics.refused["silent"] += 1
            self.say_bye("silent")
        elif now - max(ws.heard_at, self._pinged_at) >= limits.ping_s:
            self._pinged_at = now
            ws.ping()

    def abort(self) -> None:
        """Close without waiting for anybody."""
        self._ws.abort()

    def connection_ended(self) -> None:
        """(devcloud.net.websocket.Receiver)"""
        self._hall.closed(self)
        if self._ws.slow:
            self._hall.metrics.refused["slow_reader"] += 1
            _log.info("cut off", address=self.address, code="slow_reader")
        member, self._member = self._member, None
        if member is not None:
            self._hall.leave(member)
