"""What every order and report is made of, and the form of sound in them."""

from typing import Annotated, dataclass_transform

import msgspec
from msgspec import Meta

SAMPLE_RATE = 48_000
BLOCK_SAMPLES = 480
"""10 ms of mono at 48 kHz."""
BLOCK_BYTES = 2 * BLOCK_SAMPLES
"""The same as 16-bit little-endian samples."""
MOST_RINGS = 8

Decibels = Annotated[float, Meta(ge=-60.0, le=30.0)]


@dataclass_transform(frozen_default=True, kw_only_default=True, field_specifiers=(msgspec.field,))
class ControlMessage(
    msgspec.Struct, frozen=True, kw_only=True, tag_field="type", omit_defaults=True
):
    """Base of every order and report."""
