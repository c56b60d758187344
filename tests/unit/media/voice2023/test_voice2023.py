"""Voice of 2023 over bad networks: what is heard against what was said, on a virtual clock."""

from importlib import resources

import numpy as np
import pytest
import soundfile
import soxr
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.unit.media.voice2023.link2023 import (
    Network,
    Sound,
    arrivals,
    blocks_of,
    delay_s,
    largest_step,
    listen,
)

from devcloud.media.voice2023.conceal import HISTORY, Concealment
from devcloud.media.voice2023.incoming import Incoming
from devcloud.media.voice2023.lateness import Lateness
from devcloud.media.voice2023.outgoing import Outgoing
from devcloud.media.voice2023.playout import EXCESS_S, MOST_RESERVE_S, Playout
from devcloud.wire.legacy2023.datagrams import BLOCK_BYTES, BLOCK_S, is_text

pesq = pytest.importorskip("pesq").pesq

CLEAN = Network()
JITTER = Network(jitter_s=0.030)
LOSSES = [
    Network(loss=0.05),
    Network(loss=0.20),
    Network(loss=0.05, jitter_s=0.050, seed=2),
    Network(loss=0.02, jitter_s=0.100, drift_ppm=-200, seed=3),
    Network(stall_at=3.0, stall_s=0.400),
    Network(loss=0.60, seed=4),
]


@pytest.fixture(scope="module")
def speech48() -> Sound:
    """Eight seconds of the speech that the project ships, at 48 kHz."""
    with resources.as_file(resources.files("devcloud.media") / "samples" / "marc.wav") as path:
        sound, rate = soundfile.read(path, dtype="float32")
    sound48 = soxr.resample(sound[: 8 * rate], rate, 48000)
    return np.rint(sound48 * 32767 * 0.7).astype(np.int16)


@pytest.fixture(scope="module")
def speech8(speech48: Sound) -> Sound:
    return np.rint(soxr.resample(speech48.astype(np.float32), 48000, 8000)).astype(np.int16)


@pytest.fixture(scope="module")
def spoken(speech48: Sound) -> list[bytes]:
    """The datagrams of that speech, and of a second of silence behind it."""
    outgoing = Outgoing()
    sound = np.concatenate([speech48, np.zeros(48000, np.int16)])
    sent: list[bytes] = []
    for at in range(0, len(sound) - 479, 480):
        sent += outgoing.push(sound[at : at + 480].tobytes())
    return sent


def score(said: Sound, heard: Sound) -> float:
    """PESQ narrow-band (ITU-T P.862) of what was heard, aligned with what was said."""
    heard8 = soxr.resample(heard.astype(np.float32), 48000, 8000)
    at = round(delay_s(said, heard8.astype(np.int16)) * 8000)
    heard8 = heard8[at : at + len(said)]
    return float(pesq(8000, said[: len(heard8)].astype(np.float32), heard8, "nb"))


# ── out ──────────────────────────────────────────────────────────────────────────────────────────


def test_what_is_sent_is_what_a_2023_program_plays(spoken: list[bytes]) -> None:
    assert {len(datagram) for datagram in spoken} == {BLOCK_BYTES}
    assert not any(map(is_text, spoken))


def test_ten_seconds_of_blocks_give_a_datagram_every_64_ms() -> None:
    outgoing = Outgoing()
    sent = [len(outgoing.push(bytes(960))) for _ in range(1000)]
    assert max(sent) == 1
    assert sum(sent) == pytest.approx(10 / BLOCK_S, abs=2)


def test_a_loud_sound_does_not_wrap_around() -> None:
    square = np.repeat(np.array([32767, -32768] * 500, np.int16), 60)
    datagrams = Outgoing().push(square.tobytes())
    sound = np.frombuffer(b"".join(datagrams[1:]), "<i2")
    # At 8 kHz the square is its 400 Hz fundamental and overtones: long runs at full scale.
    assert np.sum(np.abs(np.diff(sound.astype(np.int32))) > 50000) < len(sound) / 8


# ── in ───────────────────────────────────────────────────────────────────────────────────────────


def test_speech_without_loss_is_heard_as_it_was(spoken: list[bytes], speech8: Sound) -> None:
    assert score(speech8, listen(spoken, CLEAN).sound) >= 4.2


def test_speech_with_jitter_is_heard_as_it_was(spoken: list[bytes], speech8: Sound) -> None:
    assert score(speech8, listen(spoken, JITTER).sound) >= 3.8


@pytest.mark.parametrize("network", [CLEAN, JITTER, *LOSSES], ids=str)
def test_no_clicks(spoken: list[bytes], speech48: Sound, network: Network) -> None:
    assert largest_step(listen(spoken, network).sound) <= 1.1 * largest_step(speech48)


@pytest.mark.parametrize("network", LOSSES, ids=str)
def test_a_steady_tone_shows_the_slightest_click(network: Network) -> None:
    time = np.arange(8 * 8000) / 8000
    tone = np.rint(8000 * np.sin(2 * np.pi * 437 * time)).astype(np.int16)
    own_step = 8000 * 2 * np.pi * 437 / 48000
    assert largest_step(listen(blocks_of(tone), network).sound) <= 1.5 * own_step


def test_a_lost_block_is_filled_and_the_delay_stays(spoken: list[bytes]) -> None:
    whole, lossy = listen(spoken, CLEAN), listen(spoken, Network(loss=0.05))
    assert lossy.concealed_s > whole.concealed_s
    settled = slice(100, 800)
    assert np.mean(lossy.levels[settled]) == pytest.approx(np.mean(whole.levels[settled]), abs=0.02)


def test_after_a_stall_the_delay_comes_down_again(spoken: list[bytes]) -> None:
    heard = listen(spoken, Network(stall_at=3.0, stall_s=0.400))
    assert max(heard.levels) <= BLOCK_S + MOST_RESERVE_S + EXCESS_S + 0.001
    assert heard.levels[-60] < BLOCK_S + MOST_RESERVE_S


@pytest.mark.slow
@pytest.mark.parametrize("ppm", [200.0, -200.0])
def test_ten_minutes_end_with_the_delay_they_began_with(spoken: list[bytes], ppm: float) -> None:
    network = Network(jitter_s=0.010, drift_ppm=ppm)
    blocks = spoken * (600 * 8000 // (512 * len(spoken)) + 1)
    said = np.frombuffer(b"".join(blocks), "<i2")
    heard = soxr.resample(listen(blocks, network).sound.astype(np.float32), 48000, 8000)

    def delay_at(second: int) -> float:
        """The delay by the listener's clock, of the two seconds from there on."""
        spoken_at, heard_at = second * 8000, round(second * 8000 / (1 + ppm * 1e-6))
        part = slice(heard_at, heard_at + 3 * 8000)
        return delay_s(said[spoken_at : spoken_at + 2 * 8000], heard[part].astype(np.int16))

    def delay_around(second: int) -> float:
        return float(np.median([delay_at(second + more) for more in range(0, 20, 2)]))

    delays = [delay_around(second) for second in (2, 200, 400, 578)]
    # Without correction: 120 ms more at the end, or 120 ms less and two gaps.
    assert delays == pytest.approx([delays[0]] * 4, abs=0.010)


def test_datagrams_of_any_size_do_no_harm(spoken: list[bytes], speech48: Sound) -> None:
    cut = [block[: (7 * number) % 1025] or b"\xff" for number, block in enumerate(spoken)]
    odd = [block for block in cut if len(block) > 140]
    heard = listen(odd + [block + b"more" for block in spoken], CLEAN)
    assert largest_step(heard.sound) <= 1.1 * largest_step(speech48)


def test_doubled_datagrams_do_not_make_the_delay_grow(spoken: list[bytes]) -> None:
    incoming = Incoming()
    levels = []
    for tick, (at, block) in enumerate(arrivals(spoken, CLEAN)):
        incoming.push(block, at)
        if tick % 10 == 0:
            incoming.push(block, at)
        for _ in range(6 + tick % 2):
            incoming.pull()
        levels.append(incoming.playout.level_s)
    assert max(levels) <= BLOCK_S + MOST_RESERVE_S + EXCESS_S


def test_nothing_came_yet_is_silence() -> None:
    incoming = Incoming()
    assert b"".join(incoming.pull() for _ in range(50)) == bytes(50 * 960)
    assert incoming.playout.concealed <= 480


@settings(max_examples=40)
@given(st.lists(st.tuples(st.binary(max_size=1100), st.floats(0, 0.3)), max_size=40))
def test_any_voice_at_any_time_gives_ten_milliseconds(pieces: list[tuple[bytes, float]]) -> None:
    incoming = Incoming()
    now = 0.0
    for data, pause in pieces:
        now += pause
        incoming.push(data[: min(len(data), BLOCK_BYTES) & ~1], now)
        assert len(incoming.pull()) == 960
        assert incoming.playout.level_s <= BLOCK_S + MOST_RESERVE_S + EXCESS_S


# ── parts ────────────────────────────────────────────────────────────────────────────────────────


def test_lateness_counts_what_is_caught_up_on_and_not_what_is_lost() -> None:
    late = Lateness(0.064)
    for at in (0.0, 0.064, 0.128, 0.218, 0.256):
        late.arrived(at)
    assert late.peak == pytest.approx(0.026)
    lost = Lateness(0.064)
    for at in (0.0, 0.064, 0.192, 0.256, 0.320):
        lost.arrived(at)
    assert lost.peak == 0.0


def test_lateness_is_forgotten_in_time() -> None:
    late = Lateness(0.064)
    late.arrived(0.0)
    late.arrived(0.164)
    late.arrived(0.164 + 0.001)
    assert late.peak == pytest.approx(0.063)
    for number in range(1000):
        late.arrived(0.165 + 0.064 * (number + 1))
    assert late.peak < 0.001


def test_a_gap_goes_on_with_the_voice_and_falls_to_silence() -> None:
    time = np.arange(HISTORY) / 8000
    history = (8000 * np.sin(2 * np.pi * 200 * time)).astype(np.float32)
    gap = Concealment(history)
    sound = gap.take(480)
    onward = np.arange(HISTORY, HISTORY + 80) / 8000
    assert sound[:80] == pytest.approx(8000 * np.sin(2 * np.pi * 200 * onward), abs=400)
    assert gap.silent
    assert not gap.take(80).any()


def test_the_rate_follows_the_reserve_and_is_never_far_from_one() -> None:
    playout = Playout()
    rates = []
    for number in range(300):
        playout.push(np.zeros(512, np.float32), number * 0.064)
        playout.take(508 if number < 150 else 516)
        rates.append(playout.rate)
    assert 1.0005 < max(rates[:150]) <= 1.005
    assert 0.995 <= min(rates[150:]) < 1.0
