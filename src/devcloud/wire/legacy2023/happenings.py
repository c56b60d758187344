"""What one end of the 2023 call protocol tells its owner: past tense, frozen, addresses as text."""

from enum import StrEnum

import msgspec


class Why(StrEnum):
    """Why a datagram was left aside."""

    IMPOSTOR = "impostor"
    """START under a name that the directory has at another address, or not at all."""
    STRANGER = "stranger"
    """Part of a call, from somebody who is not in it."""
    NOISE = "noise"
    """Neither a word of the protocol nor voice."""
    FLOOD = "flood"
    """More callers at once than can be looked up."""


class Happening(msgspec.Struct, frozen=True):
    """Base of all."""


class CallerToCheck(Happening, frozen=True):
    """Somebody calls: ask the directory where `caller` is and say so with `Exchange.identify`."""

    caller: str
    source: str


class Rang(Happening, frozen=True):
    """`caller` calls, and is where the directory says. Accept or reject within 7 s."""

    caller: str
    source: str


class TurnedAway(Happening, frozen=True):
    """`caller`, or somebody who says so, was answered REJECT: there is a call already."""

    caller: str
    source: str


class CallerGaveUp(Happening, frozen=True):
    """It rings no longer: 7 s have passed, or the caller `closed`."""

    peer: str
    closed: bool = False


class Answered(Happening, frozen=True):
    """The callee accepted: speak."""

    peer: str


class Rejected(Happening, frozen=True):
    """The callee said no: declined or busy, the protocol does not say which."""

    peer: str


class NoAnswer(Happening, frozen=True):
    """No word from the callee in 7 s: absent, busy with another 2023 call, or not listening."""

    peer: str


class Closed(Happening, frozen=True):
    """The other side ended the call."""

    peer: str


class Lost(Happening, frozen=True):
    """Nothing has come from the other side for LOST_S: the call is over."""

    peer: str


class Ignored(Happening, frozen=True):
    """A datagram from `source` was left aside; told at most once in 10 s for each source."""

    source: str
    why: Why
    caller: str = ""
