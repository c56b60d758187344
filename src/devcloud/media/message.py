"""What every order and report is made of, and the form of sound in them."""

from math import isnan
from typing import Annotated, dataclass_transform

import msgspec
from msgspec import Meta

SAMPLE_RATE = 48_000
BLOCK_SAMPLES = 480
"""10 ms of mono at 48 kHz."""
BLOCK_BYTES = 2 * BLOCK_SAMPLES
"""The same as 16-bit little-endian samples."""
MOST_RINGS = 8

LOWEST_GAIN_DB, HIGHEST_GAIN_DB = -60.0, 30.0
Decibels = Annotated[float, Meta(ge=LOWEST_GAIN_DB, le=HIGHEST_GAIN_DB)]


def bounded_gain(gain_db: float) -> float:
    """Return the nearest gain that an order may have; 0 for what is no number."""
    return min(max(gain_db, LOWEST_GAIN_DB), HIGHEST_GAIN_DB) if not isnan(gain_db) else 0.0


@dataclass_transform(frozen_default=True, kw_only_default=True, field_specifiers=(msgspec.field,))
class ControlMessage(
    msgspec.Struct, frozen=True, kw_only=True, tag_field="type", omit_defaults=True
):
    """Base of every order and report."""
