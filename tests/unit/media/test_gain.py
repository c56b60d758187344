"""Louder, mixed, and how loud."""

import pytest

from devcloud.media.control import BLOCK_BYTES
from devcloud.media.gain import LevelMeter, amplify, factor, mix
from devcloud.media.sources import SILENT_BLOCK


def block(sample: int) -> bytes:
    return sample.to_bytes(2, "little", signed=True) * (BLOCK_BYTES // 2)


@pytest.mark.parametrize(
    ("gain_db", "sample", "heard"),
    [(0, 100, 100), (20, 100, 1_000), (-20, -1_000, -100), (20, 30_000, 32_767),
     (20, -30_000, -32_768), (-60, 32_767, 33)],
)  # fmt: skip
def test_louder(gain_db: float, sample: int, heard: int) -> None:
    assert amplify(block(sample), factor(gain_db)) == block(heard)


def test_silence_costs_nothing() -> None:
    assert amplify(SILENT_BLOCK, 2.0) is SILENT_BLOCK
    assert mix([SILENT_BLOCK, SILENT_BLOCK]) is SILENT_BLOCK
    assert mix([]) is SILENT_BLOCK


def test_how_loud() -> None:
    meter = LevelMeter()
    assert meter.level() == -96.0
    meter.add(block(32_767))
    meter.add(SILENT_BLOCK)
    assert meter.level() == pytest.approx(-3.0, abs=0.05)
    meter.add(SILENT_BLOCK)
    assert meter.level() == -96.0
