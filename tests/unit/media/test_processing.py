"""Echo, noise and hum, taken away from a microphone that is made of numbers."""

from pathlib import Path

import numpy as np
import pytest
import soundfile
import soxr

from devcloud.media.control import BLOCK_SAMPLES, SAMPLE_RATE, Processing
from devcloud.media.processing import Processor, make_processor

SAMPLES = Path(__file__).parents[3] / "src" / "devcloud" / "media" / "samples"
NOTHING = Processing(
    echo_cancellation=False, noise_suppression=False, gain_control=False, high_pass=False
)
ECHO = Processing(noise_suppression=False, gain_control=False, high_pass=False)
NOISE = Processing(echo_cancellation=False, gain_control=False, high_pass=False)
HUM = Processing(echo_cancellation=False, noise_suppression=False, gain_control=False)
GAIN = Processing(echo_cancellation=False, noise_suppression=False, high_pass=False)


def voice(name: str) -> np.ndarray:
    samples, rate = soundfile.read(SAMPLES / f"{name}.wav", dtype="float32")
    return soxr.resample(samples, rate, SAMPLE_RATE)


def process(
    processor: Processor, microphone: np.ndarray, speaker: np.ndarray | None = None
) -> np.ndarray:
    """Block by block, as the clock does it: what will be played first, then what was heard."""
    out = []
    for at in range(0, len(microphone) - BLOCK_SAMPLES, BLOCK_SAMPLES):
        if speaker is not None:
            processor.played(block(speaker[at : at + BLOCK_SAMPLES]))
        out.append(processor.recorded(block(microphone[at : at + BLOCK_SAMPLES])))
    return np.frombuffer(b"".join(out), "<i2") / 32_768


def block(samples: np.ndarray) -> bytes:
    return (samples * 32_767).astype("<i2").tobytes()


def level(samples: np.ndarray) -> float:
    return float(20 * np.log10(np.sqrt(np.mean(samples**2)) + 1e-9))


def seconds(samples: np.ndarray, begin: float, end: float) -> np.ndarray:
    return samples[int(begin * SAMPLE_RATE) : int(end * SAMPLE_RATE)]


@pytest.mark.parametrize("delay_ms", [30, 120])
def test_an_echo_is_at_least_20_db_quieter(delay_ms: int) -> None:
    played = voice("john")
    room = np.zeros(int(0.08 * SAMPLE_RATE))
    room[0], room[900], room[2_500] = 0.5, -0.2, 0.1
    echo = np.convolve(played, room)[: len(played)]
    echo = np.concatenate([np.zeros(delay_ms * 48), echo])[: len(played)]
    left = process(make_processor(ECHO) or pytest.fail(), echo, played)
    assert level(seconds(echo, 5, 12)) - level(seconds(left, 5, 12)) >= 20


def test_ones_own_voice_is_kept_while_nobody_else_speaks() -> None:
    said = voice("marc")
    kept = process(make_processor(ECHO) or pytest.fail(), said, np.zeros(len(said)))
    assert level(seconds(kept, 2, 10)) == pytest.approx(level(seconds(said, 2, 10)), abs=2)


def test_noise_is_quieter() -> None:
    noise = np.random.default_rng(3).normal(0, 0.01, 8 * SAMPLE_RATE)
    left = process(make_processor(NOISE) or pytest.fail(), noise)
    assert level(seconds(noise, 4, 8)) - level(seconds(left, 4, 7.9)) >= 8


def test_hum_is_quieter() -> None:
    hum = 0.1 * np.sin(2 * np.pi * 30 * np.arange(3 * SAMPLE_RATE) / SAMPLE_RATE)
    left = process(make_processor(HUM) or pytest.fail(), hum)
    assert level(seconds(hum, 1, 3)) - level(seconds(left, 1, 2.9)) >= 10


def test_a_faint_voice_is_louder() -> None:
    faint = 0.03 * voice("marc")
    risen = process(make_processor(GAIN) or pytest.fail(), faint)
    assert level(seconds(risen, 6, 12)) - level(seconds(faint, 6, 12)) >= 3


def test_with_everything_off_nothing_is_loaded() -> None:
    assert make_processor(NOTHING) is None
