"""What two clients say to each other inside `body`, unread by the server.

`generation` counts the paths of a call: the first offer is generation 1; whenever a side loses its
media (a crashed media process, a changed network), a new offer of the next generation replaces the
whole path. Of two offers of one generation the caller's wins.
"""

from typing import Annotated, dataclass_transform

import msgspec
from msgspec import Meta

from devcloud.model.signed import Signed

Generation = Annotated[int, Meta(ge=1, le=10_000)]
Sdp = Annotated[str, Meta(max_length=32_768)]
Nonce = Annotated[str, Meta(max_length=128)]
UNSIGNED = Signed()


@dataclass_transform(frozen_default=True, kw_only_default=True, field_specifiers=(msgspec.field,))
class Body(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """Base of every body. `signed` is the sender's claim to the description beside it
    (docs/security.md); a description without one is refused."""


class InviteBody(Body):
    """In `invite`: the offer."""

    sdp: Sdp
    generation: Generation = 1
    signed: Signed = UNSIGNED


class DescriptionBody(Body):
    """In `ringing` and `answer`: the answer to the offer, once; `sdp` is empty otherwise."""

    sdp: Sdp = ""
    generation: Generation = 1
    signed: Signed = UNSIGNED


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
    """In `update`: one of the four.

    `offer` asks for a new path, `answer` gives it (both of `generation`, with `signed`); `held`
    says whether the sender has put the call on hold; `reveal` is the caller's nonce, which makes
    the safety words.
    """

    generation: Generation = 1
    offer: Sdp = ""
    answer: Sdp = ""
    held: bool | None = None
    reveal: Nonce = ""
    signed: Signed = UNSIGNED
