"""The beat, and the queues between clocks, on a time of the test's own."""

from hypothesis import given
from hypothesis import strategies as st

from devcloud.media.clock import BLOCK_S, MOST_LATE, SETTLE_S, Beat
from devcloud.media.playout import LONGEST, MOST_OWED, PATIENCE, Playout, SteadyQueue

QUIET = b"-"


def drive(arrivals: str) -> str:
    """A tick per letter: a digit is how many blocks arrive before it, numbered in turn."""
    playout, number, out = Playout(QUIET), 0, []
    for letter in arrivals:
        for _ in range(int(letter)):
            playout.arrive(chr(ord("a") + number % 26).encode())
            number += 1
        out.append(b"".join(playout.tick()).decode())
    return " ".join(out)


def test_a_steady_stream_leaves_as_it_comes() -> None:
    assert drive("11111") == "a b c d e"


def test_a_late_block_is_waited_for_and_nothing_is_torn() -> None:
    assert drive("1102111") == "a b  cd e f g"


def test_after_a_while_of_nothing_the_time_is_silence() -> None:
    assert drive("1000000") == "a    ---- - -"


def test_voice_after_silence_is_played_at_once() -> None:
    assert drive("00000111") == "   ---- - a b c"


def test_a_faster_other_clock_loses_a_block_now_and_then_and_delay_does_not_grow() -> None:
    playout, waited = Playout(QUIET), []
    for turn in range(5_000):
        playout.arrive(b"x")
        if turn % 500 == 0:
            playout.arrive(b"x")
        playout.tick()
        waited.append(len(playout._waiting))
    assert max(waited) <= LONGEST
    assert waited[-1] <= 3


@given(st.lists(st.integers(0, 4), max_size=300))
def test_over_time_a_block_leaves_per_tick(arrivals: list[int]) -> None:
    playout, left = Playout(QUIET), 0
    for ticks, count in enumerate(arrivals, start=1):
        for _ in range(count):
            playout.arrive(b"x")
        left += len(playout.tick())
        assert ticks - max(MOST_OWED, PATIENCE) <= left <= ticks


def test_the_beat_is_on_absolute_deadlines() -> None:
    beat = Beat(100.0)
    assert beat.due(100.0) == 1
    assert beat.due(100.004) == 0
    assert abs(beat.wait_s(100.004) - 0.006) < 1e-9
    # Half a tick late is not passed on to the next.
    assert beat.due(100.015) == 1
    assert abs(beat.wait_s(100.015) - 0.005) < 1e-9


def test_a_late_beat_makes_up_for_a_little_and_leaves_out_the_rest() -> None:
    beat = Beat(0.0)
    assert beat.due(0.0) == 1
    assert beat.due(0.0301) == 3
    assert beat.due(10.0) == MOST_LATE
    assert beat.due(10.0) == 0
    assert beat.wait_s(10.0) <= BLOCK_S


@given(st.floats(0, 0.01), st.lists(st.floats(-0.002, 0.002), min_size=400, max_size=400))
def test_ticks_come_soon_after_what_arrives_regularly(
    phase: float, unevenness: list[float]
) -> None:
    beat, now = Beat(0.0), 0.0
    for number, uneven in enumerate(unevenness):
        now += beat.wait_s(now) + 1e-6
        assert beat.due(now) == 1
        beat.align(phase + number * BLOCK_S + uneven)
    wait = (now - phase) % BLOCK_S
    assert abs(wait - SETTLE_S) < 0.0025


@given(st.lists(st.floats(0.0, 0.04), max_size=200))
def test_the_beat_never_runs_ahead_and_never_drifts(sleeps: list[float]) -> None:
    beat, now, ticks = Beat(0.0), 0.0, 0
    for sleep in sleeps:
        now += sleep
        ticks += beat.due(now)
        assert abs(ticks - (int(now / BLOCK_S + 1e-6) + 1)) <= 1


def test_a_queue_that_ran_empty_is_one_deeper_afterwards() -> None:
    queue = SteadyQueue(QUIET, 10, trim=False)
    queue.put(b"a")
    assert [queue.take(), queue.take()] == [b"a", QUIET]
    queue.put(b"b")
    queue.put(b"c")
    assert [queue.take(), len(queue)] == [b"b", 1]


def test_a_queue_that_stays_too_deep_is_trimmed_if_so_wished() -> None:
    depths = {}
    for trim in (True, False):
        queue = SteadyQueue(QUIET, 20, trim=trim)
        for _ in range(5):
            queue.put(b"x")
        for _ in range(2_000):
            queue.put(b"x")
            queue.take()
        depths[trim] = len(queue)
    assert depths == {True: 0, False: 5}


def test_lateness_is_made_good_and_being_ahead_is_not() -> None:
    queue = SteadyQueue(QUIET, 50, trim=False)
    for _ in range(20):
        queue.put(b"x")
    for _ in range(1_000):
        queue.put(b"x")
        queue.take()
    assert len(queue) == 20
    # Late by five, then all of them at once, as a program on a busy machine does it.
    for _ in range(25):
        queue.take()
    for _ in range(5):
        queue.put(b"x")
    for _ in range(2_000):
        queue.put(b"x")
        queue.take()
    assert len(queue) == 0


def test_after_a_pause_that_was_meant_nothing_is_dropped() -> None:
    queue = SteadyQueue(QUIET, 50, trim=False)
    for _ in range(30):
        queue.take()
    for _ in range(10):
        queue.put(b"x")
    for _ in range(2_000):
        queue.put(b"x")
        queue.take()
    assert len(queue) == 10


def test_a_full_queue_loses_its_oldest() -> None:
    queue = SteadyQueue(QUIET, 2, trim=False)
    for block in (b"a", b"b", b"c"):
        queue.put(block)
    assert [queue.take(), queue.take(), queue.take()] == [b"b", b"c", QUIET]
