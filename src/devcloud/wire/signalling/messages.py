"""One class per message of the signalling protocol `devcloud.v2` (docs/protocol.md).

A message is a JSON object with a `type`. Unknown fields are ignored, so that a newer program can
say more; unknown types are an error that names them. What two clients say to each other travels in
`body`, which the server forwards as the bytes it received and never reads.

    session    hello → challenge → proof → welcome            bye, error
    presence   watch →, status →                              presence
    call       invite ringing answer candidate update         (both ways, stamped with `from`)
               decline cancel hangup ack                      undeliverable
"""

from typing import Annotated, dataclass_transform

import msgspec
from msgspec import Meta, Raw

from devcloud.model.ids import CALL_ID_BYTES, DEVICE_ID_BYTES
from devcloud.model.presence import Person, Status
from devcloud.model.records import EndReason

PROTOCOL_VERSION = 2
SUBPROTOCOL = "devcloud.v2"
LONGEST_MESSAGE = 64 * 1024
MOST_WATCHED = 500

Name = Annotated[str, Meta(min_length=1, max_length=128)]
"""A name as it arrives: `model.names.parse_name` has the last word on it."""
CallId = Annotated[str, Meta(min_length=2 * CALL_ID_BYTES, max_length=2 * CALL_ID_BYTES)]
DeviceId = Annotated[str, Meta(min_length=2 * DEVICE_ID_BYTES, max_length=2 * DEVICE_ID_BYTES)]
"""Ids, of the right length: that they are hexadecimal is checked by the codec, for less."""
SequenceNumber = Annotated[int, Meta(ge=1, le=0x7FFF_FFFF)]
Base64Url = Annotated[str, Meta(max_length=1024, pattern=r"^[A-Za-z0-9_-]*\Z")]
NO_BODY = Raw(b"{}")


@dataclass_transform(frozen_default=True, kw_only_default=True, field_specifiers=(msgspec.field,))
class Message(msgspec.Struct, frozen=True, kw_only=True, tag_field="type", omit_defaults=True):
    """Base of every message."""


# ── session ──────────────────────────────────────────────────────────────────────────────────────


class Hello(Message, tag="hello"):
    """Client → server, first of all: who I am and which versions I speak.

    `key` is the Ed25519 public key; `device` tells this device from the same person's others and
    stays the same when it signs in again. An `observer` sees people but is not seen or called.
    `invite` is an invitation's token, where the server asks for one.
    """

    versions: Annotated[list[int], Meta(min_length=1, max_length=16)]
    name: Name
    key: Base64Url
    device: DeviceId
    program: Annotated[str, Meta(max_length=64)] = ""
    status: Status = Status.AVAILABLE
    observer: bool = False
    takes_2023: bool = False
    invite: Annotated[str, Meta(max_length=128)] = ""


class Challenge(Message, tag="challenge"):
    """Server → client: sign this. `version` is the one of `hello.versions` that the server chose;
    `certificate` is the SHA-256 of its TLS certificate (empty over plain HTTP)."""

    version: int
    nonce: Base64Url
    certificate: Base64Url = ""


class Proof(Message, tag="proof"):
    """Client → server: the challenge, signed (docs/protocol.md, «Signing in»)."""

    signature: Base64Url


class Welcome(Message, tag="welcome"):
    """Server → client: signed in. `everyone` says that presence is of everybody; otherwise only of
    the people that `watch` names. `silence_s` is how long a side may be silent (WebSocket pings
    count as speech)."""

    name: str
    server: str
    people: list[Person]
    everyone: bool
    silence_s: float


class Bye(Message, tag="bye"):
    """Either side: I am going, and this is why (`leaving`, `server_stopping`, `replaced`, …).
    `last` is for a page, which cannot know whether it is closed or loaded again: what the server is
    to say for it unless the same device signs in again within some seconds."""

    code: str
    last: Annotated[list["Hangup"], Meta(max_length=16)] = []


class Error(Message, tag="error"):
    """Server → client: your message was refused. `text` is English, `code` is stable; `call` and
    `seq` name the message where it had them."""

    code: str
    text: str
    call: str = ""
    seq: int = 0


# ── presence ─────────────────────────────────────────────────────────────────────────────────────


class Watch(Message, tag="watch"):
    """Client → server: tell me of these people, and find those whose name contains `search`.

    Replaces what was watched before. Needed only where `welcome.everyone` is false.
    """

    names: Annotated[list[Name], Meta(max_length=MOST_WATCHED)] = []
    search: Annotated[str, Meta(max_length=128)] = ""


class SetStatus(Message, tag="status"):
    """Client → server: this is how I am now."""

    status: Status
    takes_2023: bool = False


class Presence(Message, tag="presence"):
    """Server → client: what changed. `people` came or changed, `gone` are the names that left;
    `found` answers a search."""

    people: list[Person] = []
    gone: list[str] = []
    found: list[Person] | None = None


# ── call ─────────────────────────────────────────────────────────────────────────────────────────


class CallMessage(Message):
    """What one client says to another about a call.

    The sender writes `to` and, after it knows which device answered, `to_device`; `not_device`
    leaves one device out. The server stamps `from` and `device` over whatever stood there and
    forwards the rest. `seq` counts this sender's messages of this call from 1; the receiver
    acknowledges each with an `ack` of the same number and drops repeats.
    """

    call: CallId
    seq: SequenceNumber
    to: Name
    to_device: DeviceId | None = None
    not_device: DeviceId | None = None
    from_: str = msgspec.field(name="from", default="")
    device: str = ""
    body: Raw = NO_BODY


class Invite(CallMessage, tag="invite"):
    """Caller → callee: may I talk with you? Body: `InviteBody`. Rings every device."""


class Ringing(CallMessage, tag="ringing"):
    """Callee → caller: it rings. Body: `DescriptionBody`, empty when media waits for Accept."""


class Answer(CallMessage, tag="answer"):
    """Callee → caller: accepted. Body: `DescriptionBody`, what `ringing` had again, so that either
    may be lost; empty where this device has lost its path and is about to offer another."""


class Candidate(CallMessage, tag="candidate"):
    """Either → other: ways to reach me. Body: `CandidatesBody`."""


class Update(CallMessage, tag="update"):
    """Either → other: hold, or a new path for the same call. Body: `UpdateBody`."""


class Decline(CallMessage, tag="decline"):
    """Callee → caller: no. `reason`: declined, busy, no_answer, untrusted, error…"""

    reason: EndReason = EndReason.DECLINED
    text: Annotated[str, Meta(max_length=200)] = ""


class Cancel(CallMessage, tag="cancel"):
    """Caller → callee: never mind. `reason`: cancelled, no_answer, answered_elsewhere, error…"""

    reason: EndReason = EndReason.CANCELLED


class Hangup(CallMessage, tag="hangup"):
    """Either → other: the call is over."""

    reason: EndReason = EndReason.COMPLETED


class Ack(CallMessage, tag="ack"):
    """Receiver → sender: your message `seq` of this call is here. Never acknowledged itself."""


class Undeliverable(Message, tag="undeliverable"):
    """Server → client: message `seq` of this call reached nobody.

    `code`: `offline` (known here, not there now) or `unknown_name`.
    """

    call: CallId
    seq: SequenceNumber
    to: str
    code: str


FromClient = (
    Hello | Proof | Bye | Watch | SetStatus
    | Invite | Ringing | Answer | Candidate | Update | Decline | Cancel | Hangup | Ack
)  # fmt: skip

FromServer = (
    Challenge | Welcome | Bye | Error | Presence | Undeliverable
    | Invite | Ringing | Answer | Candidate | Update | Decline | Cancel | Hangup | Ack
)  # fmt: skip
