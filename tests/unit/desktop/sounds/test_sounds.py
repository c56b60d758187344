"""Measure every sound: what is heard, how loud, how long, and that nothing clicks."""

import numpy as np
import pytest
import soundfile

from devcloud.desktop import sounds
from devcloud.desktop.sounds import recipes
from devcloud.desktop.sounds.synthesis import RATE, Samples, faded, low_pass, mallet

LOUDEST_DBFS = -9.0


def dbfs(sound: Samples) -> float:
    """The highest sample, in dBFS."""
    return float(20 * np.log10(np.max(np.abs(sound)) + 1e-12))


def pitch(sound: Samples) -> float:
    """The strongest frequency, in Hz."""
    spectrum = np.abs(np.fft.rfft(sound * np.hanning(len(sound)), 8 * RATE))
    return float(np.argmax(spectrum) * RATE / (8 * RATE))


def piece(sound: Samples, start: float, end: float) -> Samples:
    """What sounds between two times, in seconds."""
    return sound[round(start * RATE) : round(end * RATE)]


@pytest.mark.parametrize("name", sounds.NAMES)
def test_no_sound_is_louder_than_it_may_be_nor_begins_or_ends_with_a_click(name: str) -> None:
    sound = sounds.samples(name)
    assert dbfs(sound) <= LOUDEST_DBFS + 0.01
    assert np.max(np.abs(sound)) > 0.01, "there is something to hear"
    for edge in (sound[:5], sound[-5:]):
        assert np.max(np.abs(edge)) < 0.002, "it starts and ends in silence"
    assert np.max(np.abs(sound[: round(0.001 * RATE)])) < 0.15 * np.max(np.abs(sound))


@pytest.mark.parametrize(
    ("name", "seconds", "level"),
    [
        ("ringback", 5.0, -18),
        ("busy", 3.0, -18),
        ("joined", 0.18, -20),
        ("ended", 0.18, -20),
        ("mute", 0.08, -28),
        ("unmute", 0.08, -28),
        ("talk_down", 0.03, -30),
        ("talk_up", 0.03, -30),
        ("waiting", 4.0, -24),
        ("person_joined", 3.0, -24),
        ("person_left", 3.0, -24),
        ("message", 3.0, -24),
        ("reconnecting", 3.0, -26),
        ("clearing", 48.0, -9),
        ("drops", 45.0, -9),
        ("classic", 45.0, -9),
    ],
)
def test_length_and_level(name: str, seconds: float, level: float) -> None:
    sound = sounds.samples(name)
    assert len(sound) / RATE == pytest.approx(seconds, abs=0.001)
    assert dbfs(sound) == pytest.approx(level, abs=0.05)


@pytest.mark.parametrize(
    ("name", "start", "end", "frequency"),
    [
        ("ringback", 0.1, 1.4, 440),
        ("busy", 1.1, 1.4, 440),
        ("joined", 0.0, 0.09, 659.26),
        ("joined", 0.09, 0.18, 880),
        ("ended", 0.0, 0.09, 880),
        ("ended", 0.09, 0.18, 659.26),
        ("mute", 0.0, 0.04, 523.25),
        ("mute", 0.04, 0.08, 392),
        ("unmute", 0.0, 0.04, 392),
        ("unmute", 0.04, 0.08, 523.25),
        ("talk_down", 0.0, 0.03, 880),
        ("talk_up", 0.0, 0.03, 660),
        ("person_joined", 0.0, 1.0, 987.77),
        ("person_left", 0.0, 1.0, 659.26),
        ("message", 0.0, 1.0, 1174.66),
        ("reconnecting", 0.0, 1.0, 392),
        ("clearing_once", 0.0, 0.15, 440),
        ("drops_once", 0.0, 0.24, 1318.51),
        ("classic_once", 0.1, 1.4, 440),
    ],
)
def test_pitch(name: str, start: float, end: float, frequency: float) -> None:
    assert pitch(piece(sounds.samples(name), start, end)) == pytest.approx(frequency, rel=0.01)


@pytest.mark.parametrize(("name", "on"), [("ringback", 1.5), ("classic", 1.5), ("busy", 0.5)])
def test_cadence_is_sound_then_nothing_at_all(name: str, on: float) -> None:
    sound = sounds.samples(name)
    off = {"ringback": 3.5, "classic": 3.5, "busy": 0.5}[name]
    assert np.max(np.abs(piece(sound, on - 0.1, on - 0.01))) > 0.05
    assert not piece(sound, on, on + off).any()


@pytest.mark.parametrize(("name", "loop_s"), [("clearing", 4.0), ("drops", 3.0), ("classic", 5.0)])
def test_a_ring_rises_in_three_steps_and_its_loops_join_without_a_click(
    name: str, loop_s: float
) -> None:
    ring = sounds.samples(name)
    levels = [dbfs(piece(ring, turn * loop_s, (turn + 1) * loop_s)) for turn in range(5)]
    assert levels == pytest.approx([-18, -13, -9, -9, -9], abs=0.05)
    for seam in range(1, int(len(ring) / RATE / loop_s)):
        at = round(seam * loop_s * RATE)
        assert np.max(np.abs(ring[at - 5 : at + 5])) < 0.002
        assert np.max(np.abs(np.diff(ring[at - 240 : at + 10]))) < 0.01


def test_the_five_notes_of_clearing_come_when_they_should() -> None:
    once = recipes.clearing()
    for start, frequency in ((0.0, 440.0), (0.16, 659.26), (0.32, 987.77), (0.96, 1108.73)):
        before = piece(once, start - 0.1, start) if start else np.zeros(4800)
        after = piece(once, start, start + 0.1)
        window = np.exp(-2j * np.pi * frequency * np.arange(len(after)) / RATE)
        assert abs(after @ window) > 3 * abs(before @ window[: len(before)]), (start, frequency)


def test_a_mallet_note_has_its_partials_and_nothing_above_six_kilohertz() -> None:
    note = mallet(440.0)
    spectrum = np.abs(np.fft.rfft(piece(note, 0.0, 0.5), RATE))  # a bin a hertz
    fundamental = spectrum[435:445].max()
    assert 0.02 < spectrum[1755:1765].max() / fundamental < 0.3, "4 f is there"
    assert spectrum[4390:4410].max() / fundamental > 0.001, "10 f is there"
    assert spectrum[8000:].max() / fundamental < 0.001
    decayed = np.max(np.abs(piece(note, 1.0, 1.1))) / np.max(np.abs(piece(note, 0.5, 0.6)))
    assert decayed == pytest.approx(np.exp(-1.0), rel=0.05), "0.5 s of decay"


def test_low_pass_keeps_the_place_and_the_length() -> None:
    impulse = np.zeros(2000)
    impulse[1000] = 1.0
    passed = low_pass(impulse)
    assert len(passed) == 2000
    assert int(np.argmax(passed)) == 1000


def test_a_fade_takes_five_milliseconds() -> None:
    ramp = faded(np.ones(RATE))
    assert ramp[0] == 0.0
    assert ramp[119] == pytest.approx(0.5, abs=0.02), "half of it after 2.5 ms"
    assert ramp[240] == 1.0
    assert np.array_equal(ramp, ramp[::-1])


def test_the_file_is_written_once_and_says_what_was_made(tmp_path) -> None:
    file = sounds.path("mute", tmp_path / "sounds")
    written = file.stat().st_mtime_ns
    heard, rate = soundfile.read(file)
    assert rate == RATE and heard.ndim == 1
    assert heard == pytest.approx(sounds.samples("mute"), abs=1e-4)
    assert sounds.path("mute", tmp_path / "sounds") == file
    assert file.stat().st_mtime_ns == written
    assert list(file.parent.iterdir()) == [file], "nothing half-written stays"


def test_an_unknown_name_writes_nothing(tmp_path) -> None:
    with pytest.raises(KeyError):
        sounds.path("../secret", tmp_path)
    assert not list(tmp_path.iterdir())
