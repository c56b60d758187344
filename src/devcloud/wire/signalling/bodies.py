"""What two clients say to each other inside `body`, unread by the server.

`generation` counts the paths of a call: the first offer is generation 1; whenever a side loses its
media (a crashed media process, a changed network), a new offer of the next generation replaces the
whole path. Of two offers of one generation the caller's wins.
"""

from typing import Annotated, dataclass_transform

import msgspec
from msgspec import Meta

Generation = Annotated[int, Meta(ge=1, le=10_000)]
Sdp = Annotated[str, Meta(max_length=32_768)]


@dataclass_transform(frozen_default=True, kw_only_default=True, field_specifiers=(msgspec.field,))
class Body(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """Base of every body."""


class InviteBody(Body):
    """In `invite`: the offer."""

    sdp: Sdp
    generation: Generation = 1


class DescriptionBody(Body):
    """In `ringing` and `answer`: the answer to the offer, once; `sdp` is empty otherwise."""

    sdp: Sdp = ""
    generation: Generation = 1


class IceCandidate(Body):
    """A candidate (RFC 8839, section 5.1) of one media section."""

    candidate: Annotated[str, Meta(max_length=1024)]
    mid: Annotated[str, Meta(max_length=32)] = ""
    index: Annotated[int, Meta(ge=0, le=64)] = 0


class CandidatesBody(Body):
    """In `candidate`: candidates gathered since the last one."""

    candidates: Annotated[list[IceCandidate], Meta(min_length=1, max_length=64)]
    generation: Generation = 1


class UpdateBody(Body):
    """In `update`: at most one of the three.

    `offer` asks for a new path, `answer` gives it (both of `generation`); `held` says whether the
    sender has put the call on hold.
    """

    generation: Generation = 1
    offer: Sdp = ""
    answer: Sdp = ""
    held: bool | None = None
