"""What a call wants done. Commands are verbs; their order matters."""

from dataclasses import dataclass
from typing import Any

from devcloud.model.records import CallRecord, EndReason


@dataclass(frozen=True)
class Command:
    """Base of all."""


# ── say to the other side ────────────────────────────────────────────────────────────────────────


@dataclass(frozen=True)
class SendInvite(Command):
    """Ring every device of the callee."""

    generation: int
    sdp: str


@dataclass(frozen=True)
class SendRinging(Command):
    """Tell the caller that it rings; with `sdp`, media warms up meanwhile."""

    sdp: str


@dataclass(frozen=True)
class SendAnswer(Command):
    """Tell the caller that the call is accepted."""

    generation: int
    sdp: str


@dataclass(frozen=True)
class SendDecline(Command):
    """Tell the caller no."""

    reason: EndReason
    text: str = ""


@dataclass(frozen=True)
class SendCancel(Command):
    """Stop the ringing on `device`, or on all of the callee's when it is None."""

    reason: EndReason
    device: str | None = None


@dataclass(frozen=True)
class SendHangup(Command):
    """End the call at the other side, or on the `device` that was not chosen."""

    reason: EndReason


@dataclass(frozen=True)
class SendOffer(Command):
    """Offer a new path."""

    generation: int
    sdp: str


@dataclass(frozen=True)
class SendOfferAnswer(Command):
    """Agree to the other side's new path."""

    generation: int
    sdp: str


@dataclass(frozen=True)
class SendHold(Command):
    """Tell the other side of our hold."""

    on: bool


# ── do with the media ────────────────────────────────────────────────────────────────────────────


@dataclass(frozen=True)
class OpenMedia(Command):
    """Make this call known to the media."""


@dataclass(frozen=True)
class MakeOffer(Command):
    """Make a path and report `OfferMade`."""

    generation: int


@dataclass(frozen=True)
class TakeOffer(Command):
    """Make a path for this offer and report `AnswerMade`."""

    generation: int
    sdp: str


@dataclass(frozen=True)
class TakeAnswer(Command):
    """This is the answer to our offer."""

    generation: int
    sdp: str


@dataclass(frozen=True)
class AddCandidates(Command):
    """Try these ways to the other side. Comes after the description they belong to."""

    generation: int
    candidates: tuple[Any, ...]


@dataclass(frozen=True)
class SetVoice(Command):
    """Whether our voice goes out, and whether theirs is heard."""

    sending: bool
    hearing: bool


@dataclass(frozen=True)
class CloseMedia(Command):
    """Close path and files and report `MediaClosed`."""


# ── tell ─────────────────────────────────────────────────────────────────────────────────────────


@dataclass(frozen=True)
class Remember(Command):
    """The call is over: keep this."""

    record: CallRecord


@dataclass(frozen=True)
class Announce(Command):
    """The call's status has changed."""
