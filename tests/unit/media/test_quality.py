"""The estimate of opinion, and a second's numbers from running totals."""

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from devcloud.media.quality import SILENCE_DBFS, Counters, Meter, buffer_floor, dbfs, mos

SHARES = st.floats(0, 1)
DELAYS = st.floats(0, 2_000)


def test_a_perfect_call_has_the_best_score_of_the_scale() -> None:
    # G.107, table of annex B: R = 93.2 is 4.41.
    assert mos(one_way_ms=50, loss=0, red=False) == pytest.approx(4.41, abs=0.005)


def test_delay_costs_what_the_e_model_says() -> None:
    # Idd at 400 ms is 24.8 by equation 7-27: R = 68.4, MOS 3.5.
    assert mos(one_way_ms=400, loss=0, red=False) == pytest.approx(3.5, abs=0.1)
    assert mos(one_way_ms=100, loss=0, red=False) == mos(one_way_ms=0, loss=0, red=False)


@pytest.mark.parametrize(("loss", "pesq"), [(0.05, 3.8), (0.10, 3.1), (0.20, 2.7)])
def test_loss_follows_what_was_measured(loss: float, pesq: float) -> None:
    assert mos(one_way_ms=60, loss=loss, red=False) == pytest.approx(pesq, abs=0.35)


@given(SHARES, SHARES, DELAYS, st.booleans())
def test_more_loss_is_never_better(one: float, other: float, delay: float, red: bool) -> None:
    few, many = sorted((one, other))
    assert mos(one_way_ms=delay, loss=many, red=red) <= mos(one_way_ms=delay, loss=few, red=red)


@given(SHARES, DELAYS, DELAYS)
def test_more_delay_is_never_better(loss: float, one: float, other: float) -> None:
    short, long = sorted((one, other))
    slow = mos(one_way_ms=long, loss=loss, red=True)
    assert 1.0 <= slow <= mos(one_way_ms=short, loss=loss, red=True) + 1e-9 <= 4.5


@given(SHARES, DELAYS)
def test_sending_everything_twice_never_hurts(loss: float, delay: float) -> None:
    once = mos(one_way_ms=delay, loss=loss, red=False)
    assert mos(one_way_ms=delay, loss=loss, red=True) >= once - 1e-9


def test_a_line_that_loses_much_gets_a_longer_buffer_and_keeps_it_for_a_while() -> None:
    floor, seen = None, []
    for loss in (None, 0.0, 0.03, 0.05, 0.03, None, 0.01, 0.03):
        floor = buffer_floor(loss, floor)
        seen.append(floor)
    assert seen == [None, None, None, 0.1, 0.1, 0.1, None, None]


def test_levels() -> None:
    assert dbfs(480 * 32_768.0**2, 480) == 0.0
    assert dbfs(480 * 3_276.8**2, 480) == pytest.approx(-20)
    assert dbfs(0, 480) == dbfs(0, 0) == SILENCE_DBFS
    assert dbfs(1e-9, 48_000) == SILENCE_DBFS


def at(second: int, **changes: object) -> Counters:
    """A path without a fault, so many seconds old."""
    counters = Counters(
        codec="opus+red",
        path="direct",
        packets_received=50 * second,
        bytes_received=10_000 * second,
        jitter_s=0.002,
        jitter_buffer_delay_s=0.040 * 48_000 * second,
        jitter_buffer_emitted=48_000 * second,
        packets_sent=50 * second,
        bytes_sent=8_000 * second,
        rtt_s=0.080,
    )
    return replace(counters, **changes)  # type: ignore[arg-type]


def test_a_second_is_the_difference_of_two_totals() -> None:
    meter = Meter("call", 3)
    meter.measure(100.0, at(1), -96, -96)
    quality = meter.measure(101.0, at(2), -20, -30)
    assert (quality.call, quality.generation) == ("call", 3)
    assert (quality.rtt_ms, quality.jitter_ms) == (80, 2)
    assert (quality.bitrate_in_bps, quality.bitrate_out_bps) == (80_000, 64_000)
    assert quality.jitter_buffer_ms == pytest.approx(40)
    assert (quality.loss, quality.remote_loss) == (0, 0)
    assert (quality.input_level_dbfs, quality.output_level_dbfs) == (-20, -30)
    assert quality.mos == pytest.approx(mos(one_way_ms=115, loss=0, red=True))


def test_before_anything_was_measured_there_is_nothing_to_say() -> None:
    quality = Meter("call", 1).measure(0.0, Counters(), -96, -96)
    assert [
        quality.rtt_ms, quality.loss, quality.remote_loss, quality.jitter_ms,
        quality.jitter_buffer_ms, quality.bitrate_in_bps, quality.bitrate_out_bps, quality.mos,
    ] == [None] * 8  # fmt: skip


def test_loss_is_of_the_last_ten_seconds() -> None:
    meter, seen = Meter("call", 1), []
    for second in range(1, 31):
        lost = 50 if second >= 10 else 0
        quality = meter.measure(
            float(second), at(second, packets_lost=lost, remote_packets_lost=lost), 0, 0
        )
        seen.append((quality.loss, quality.remote_loss))
    assert seen[5] == (0, 0)
    assert seen[14] == (pytest.approx(50 / 550), pytest.approx(50 / 500))
    assert seen[29] == (0, 0)


def test_late_packets_that_make_the_count_fall_are_no_negative_loss() -> None:
    meter = Meter("call", 1)
    meter.measure(1.0, at(1, packets_lost=5), 0, 0)
    assert meter.measure(2.0, at(2, packets_lost=3), 0, 0).loss == 0
