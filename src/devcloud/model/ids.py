"""Ids of calls and devices: random, opaque, told apart by length.

The randomness comes in as bytes, so that a test or a simulation can choose it.
"""

CALL_ID_BYTES = 16
DEVICE_ID_BYTES = 8

# \Z: `$` would let a line end pass behind the last digit.
CALL_ID_PATTERN = r"^[0-9a-f]{32}\Z"
DEVICE_ID_PATTERN = r"^[0-9a-f]{16}\Z"


def call_id(randomness: bytes) -> str:
    """Return a call id (32 hexadecimal digits) from 16 random bytes."""
    if len(randomness) != CALL_ID_BYTES:
        raise ValueError(f"a call id is made of {CALL_ID_BYTES} bytes, not {len(randomness)}")
    return randomness.hex()


def device_id(randomness: bytes) -> str:
    """Return a device id (16 hexadecimal digits) from 8 random bytes."""
    if len(randomness) != DEVICE_ID_BYTES:
        raise ValueError(f"a device id is made of {DEVICE_ID_BYTES} bytes, not {len(randomness)}")
    return randomness.hex()
