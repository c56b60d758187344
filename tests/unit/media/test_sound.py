"""What is sent and what becomes of what is heard, tick by tick."""

import pytest

from devcloud.media.control import BLOCK_BYTES
from devcloud.media.sound import Sound
from devcloud.media.sources import (
    MOST_PROGRAM_BLOCKS,
    SILENT_BLOCK,
    EchoSource,
    ProgramSource,
    SilentSource,
)


def block(number: int) -> bytes:
    return bytes([number]) * BLOCK_BYTES


class Line:
    """A path that only remembers."""

    def __init__(self) -> None:
        self.sent: list[bytes] = []

    def push(self, block: bytes) -> None:
        self.sent.append(block)


class Tape:
    """A source that is held while it is not sent."""

    live = False

    def __init__(self) -> None:
        self.at = 0

    def take(self) -> bytes:
        self.at += 1
        return block(self.at)

    def close(self) -> None:
        """Nothing to let go of."""


@pytest.fixture
def line() -> Line:
    return Line()


@pytest.fixture
def heard() -> list[bytes]:
    return []


@pytest.fixture
def sound(line: Line, heard: list[bytes]) -> Sound:
    sound = Sound(heard.append)
    sound.path = line
    sound.sending = sound.hearing = sound.reporting = True
    return sound


def test_a_block_goes_out_with_every_tick(sound: Sound, line: Line) -> None:
    sound.source = Tape()
    for _ in range(3):
        sound.tick()
    assert line.sent == [block(1), block(2), block(3)]


def test_mute_is_silence_from_the_next_block_on_and_holds_a_file(sound: Sound, line: Line) -> None:
    sound.source = Tape()
    sound.tick()
    sound.sending = False
    sound.tick()
    sound.tick()
    sound.sending = True
    sound.tick()
    assert line.sent == [block(1), SILENT_BLOCK, SILENT_BLOCK, block(2)]


def test_mute_does_not_hold_a_program(sound: Sound, line: Line) -> None:
    sound.source = program = ProgramSource()
    program.give(block(1) + block(2) + block(3))
    sound.sending = False
    sound.tick()
    sound.tick()
    sound.sending = True
    sound.tick()
    sound.tick()
    assert line.sent == [SILENT_BLOCK, SILENT_BLOCK, block(3), SILENT_BLOCK]


def test_without_a_path_nothing_is_taken(sound: Sound) -> None:
    sound.source = tape = Tape()
    sound.path = None
    sound.tick()
    assert tape.at == 0


def test_what_is_not_to_be_heard_is_silence_in_every_sink(sound: Sound, heard: list[bytes]) -> None:
    sound.playout.arrive(block(1))
    sound.tick()
    sound.hearing = False
    sound.playout.arrive(block(2))
    sound.tick()
    assert heard == [block(1), SILENT_BLOCK]


def test_an_echo_is_what_was_heard_later(sound: Sound, line: Line) -> None:
    sound.source = EchoSource(delay_s=0.02)
    for number in range(1, 6):
        sound.playout.arrive(block(number))
        sound.tick()
    assert line.sent == [SILENT_BLOCK, SILENT_BLOCK, block(1), block(2), block(3)]


def test_a_program_may_be_a_second_ahead_and_no_more() -> None:
    program = ProgramSource()
    assert program.give(block(1) * MOST_PROGRAM_BLOCKS)
    assert not program.give(block(2))
    program.take()
    assert program.give(block(2))


def test_levels_are_of_what_was_sent_and_heard_since_the_last_time(sound: Sound) -> None:
    sound.source = Tape()
    sound.playout.arrive(block(9))
    sound.tick()
    assert sound.levels() == (block(1), block(9))
    assert sound.levels() == (b"", b"")


def test_levels_nobody_asks_for_do_not_gather(sound: Sound) -> None:
    sound.source = SilentSource()
    for _ in range(1_000):
        sound.playout.arrive(block(1))
        sound.tick()
    sent, heard = sound.levels()
    assert (len(sent), len(heard) <= 200 * BLOCK_BYTES) == (0, True)


# ── levels ───────────────────────────────────────────────────────────────────────────────────────


def test_levels_are_told_twenty_times_a_second_and_before_muting(line: Line) -> None:
    told: list[tuple[float, float]] = []
    sound = Sound(lambda _block: None)
    sound.path = line
    sound.source = program = ProgramSource()
    sound.hearing = True
    sound.tell_levels = lambda *levels: told.append(levels)
    full = (32_767).to_bytes(2, "little") * (BLOCK_BYTES // 2)
    for _ in range(10):
        assert program.give(full)
        sound.playout.arrive(full)
        sound.tick()
    assert told == [pytest.approx((0.0, 0.0), abs=0.01)] * 2
    assert line.sent == [SILENT_BLOCK] * 10
    for _ in range(5):
        sound.tick()
    assert told[2][0] == -96.0


def test_a_file_that_is_held_is_silent_in_the_levels(sound: Sound) -> None:
    told: list[tuple[float, float]] = []
    sound.tell_levels = lambda *levels: told.append(levels)
    sound.source, sound.sending = Tape(), False
    for _ in range(5):
        sound.tick()
    assert told == [(-96.0, -96.0)]
