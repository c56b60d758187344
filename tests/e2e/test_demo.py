"""The whole thing as one command: a server and two people in processes of their own."""

import asyncio
import json
import os
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import soundfile
import soxr

RATE = 48_000


async def test_the_demonstration(sound: Any, tmp_path: Path) -> None:
    clean = {k: v for k, v in os.environ.items() if not k.startswith("DEVCLOUD_")}
    process = await asyncio.create_subprocess_exec(
        sys.executable, "-m", "devcloud", "demo", "--json", "--out", str(tmp_path),
        stdout=asyncio.subprocess.PIPE, stderr=asyncio.subprocess.PIPE, env=clean,
    )  # fmt: skip
    out, err = await process.communicate()
    assert (process.returncode, err.decode()) == (0, "")
    told = json.loads(out)
    assert set(told) == {"outcome", "server", "caller", "callee"}
    assert told["outcome"] == "completed"
    for side in ("caller", "callee"):
        assert told[side]["encrypted"] is True
        assert told[side]["setup_ms"] > 0
    assert told["caller"]["safety_words"] == told["callee"]["safety_words"] != []
    same_as_said(sound, sound.john, tmp_path / "marc-heard.wav")
    same_as_said(sound, sound.marc, tmp_path / "john-heard.wav")


def same_as_said(sound: Any, said_file: Path, heard_file: Path) -> None:
    """What was heard is what was said. How well is measured on a machine that has the time, by
    `python -m benchmarks quality`: a busy one loses some."""
    said, heard, _ = sound.aligned(wide(said_file), sound.read(heard_file))
    assert len(heard) > 8 * RATE
    assert np.sqrt(np.mean(heard**2)) > 0.01
    # Opus keeps how speech sounds more than its waveform, and strangers are near 0.
    assert np.quantile(list(likenesses(said, heard)), 0.75) > 0.6


def likenesses(said: Any, heard: Any) -> Iterator[float]:
    """The correlation of each second with what was heard about then: a jitter buffer stretches
    and squeezes, so that there is no one delay."""
    for at in range(RATE // 4, len(said) - RATE - RATE // 4, RATE):
        part, around = said[at : at + RATE], heard[at - RATE // 4 : at + RATE + RATE // 4]
        if np.sqrt(np.mean(part**2)) > 0.01:
            product = np.correlate(around[::8], part[::8], "valid")
            lag = 8 * int(np.argmax(np.abs(product)))
            close = (around[lag + fine : lag + fine + RATE] for fine in range(-7, 8))
            yield max(np.corrcoef(part, piece)[0, 1] for piece in close if len(piece) == RATE)


def wide(path: Path) -> Any:
    """A sample of the program's own, at 48 kHz."""
    samples, rate = soundfile.read(path, dtype="float64")
    return soxr.resample(samples, rate, 48_000)
