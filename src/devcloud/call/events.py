"""What can happen to a call. Intents are verbs, what happened is past tense."""

from dataclasses import dataclass
from typing import Any

from devcloud.model.records import EndReason


@dataclass(frozen=True)
class Event:
    """Base of all."""


# ── what the person wants ────────────────────────────────────────────────────────────────────────


@dataclass(frozen=True)
class Accept(Event):
    """Take the call."""


@dataclass(frozen=True)
class HangUp(Event):
    """End the call, whatever its state: hang up, cancel or decline."""

    reason: EndReason | None = None
    """None: the reason that fits the state."""
    text: str = ""
    """A word for the caller, when declining."""


@dataclass(frozen=True)
class Hold(Event):
    """Put the call on hold, or take it back (`on` is False)."""

    on: bool


@dataclass(frozen=True)
class Mute(Event):
    """Silence the microphone, or open it again (`on` is False)."""

    on: bool


# ── what the other side said ─────────────────────────────────────────────────────────────────────


@dataclass(frozen=True)
class DeviceReached(Event):
    """A device of the callee has the invitation."""

    device: str


@dataclass(frozen=True)
class RingingReceived(Event):
    """It rings there. `sdp` is the answer to the offer, or empty: then it comes on acceptance."""

    device: str
    sdp: str


@dataclass(frozen=True)
class AnswerReceived(Event):
    """Accepted there. `sdp` is empty only where that device has lost its path and will offer."""

    device: str
    sdp: str


@dataclass(frozen=True)
class DeclineReceived(Event):
    """Not accepted on that device."""

    device: str
    reason: EndReason
    text: str = ""


@dataclass(frozen=True)
class CancelReceived(Event):
    """The caller has given up, or another device has answered."""

    reason: EndReason


@dataclass(frozen=True)
class HangupReceived(Event):
    """The other side has ended the call."""

    device: str
    reason: EndReason


@dataclass(frozen=True)
class InviteUndeliverable(Event):
    """The server could not deliver the invitation."""

    reason: EndReason


@dataclass(frozen=True)
class CandidatesReceived(Event):
    """Ways to reach a device of the other side. What one looks like only the media knows."""

    device: str
    generation: int
    candidates: tuple[Any, ...]


@dataclass(frozen=True)
class OfferReceived(Event):
    """The other side wants a new path."""

    generation: int
    sdp: str


@dataclass(frozen=True)
class OfferAnswered(Event):
    """The other side agrees to our new path."""

    generation: int
    sdp: str


@dataclass(frozen=True)
class HoldReceived(Event):
    """The other side has put the call on hold, or taken it back. A lower `order` is older news."""

    on: bool
    order: int


# ── what the media said ──────────────────────────────────────────────────────────────────────────


@dataclass(frozen=True)
class OfferMade(Event):
    """Our offer of a path is ready to be sent."""

    generation: int
    sdp: str


@dataclass(frozen=True)
class AnswerMade(Event):
    """Our answer to the other side's offer is ready to be sent."""

    generation: int
    sdp: str


@dataclass(frozen=True)
class PathUp(Event):
    """Voice can flow."""

    generation: int


@dataclass(frozen=True)
class PathWavered(Event):
    """Nothing has arrived for a while: the path may recover."""

    generation: int


@dataclass(frozen=True)
class PathLost(Event):
    """The path will not recover."""

    generation: int


@dataclass(frozen=True)
class MediaGone(Event):
    """The media process has died; another is being started."""


@dataclass(frozen=True)
class MediaBack(Event):
    """A new media process is up and knows nothing of this call yet."""


@dataclass(frozen=True)
class MediaRefused(Event):
    """The media cannot carry this call."""


@dataclass(frozen=True)
class MediaClosed(Event):
    """Path and files of this call are closed."""
