"""Sound that goes in mid-call and comes back, sound that was never there, and a window that stands
still while people talk."""

import re
import sys
from collections.abc import Callable

import numpy as np
from tests.e2e.desktop.conftest import Make
from tests.e2e.desktop.person import RATE, Person
from tests.e2e.desktop.screen import needs_screen, until
from tests.e2e.soundserver import TONE_HZ, has_tone, needs_pulseaudio

pytestmark = [needs_screen, needs_pulseaudio]
Talking = Callable[..., tuple[Person, Person]]
LONGEST_GAP_MS = 40


def test_a_microphone_goes_and_then_the_whole_sound_server(person: Make, talking: Talking) -> None:
    marc = person("Marc")
    marc.settings(microphone="mic")
    marc, john = talking(marc)
    assert marc.sound is not None
    with john.speaker as there:
        with marc.microphone:
            until(lambda: has_tone(there.pcm), "Marc's tone in John's speaker")
        marc.sound.exchange_microphone("other")
        gone = re.compile("mic was unplugged, using (?!mic)")
        until(lambda: gone.search(marc.log()), "the log says which microphone is used now")
        assert marc.log().count("mic was unplugged") == 1 and "is gone" not in marc.log()
        with marc.tone_into("other"):
            until(lambda: has_tone(there.pcm), "Marc's tone by the other microphone")

        marc.sound.stop()
        marc.sound.start_server()
        with marc.microphone, john.microphone, marc.speaker as here:
            until(lambda: has_tone(there.pcm), "Marc's tone after the sound server's restart")
            until(lambda: has_tone(here.pcm), "John's tone after it")
    assert "John – DevCloud" in marc.screen.titles


def test_without_any_sound_a_call_connects_and_says_what_is_missing(
    person: Make, talking: Talking
) -> None:
    marc = person("Marc", sound=False)
    marc, john = talking(marc)
    # A busy machine may find out about the one more than a second before the other.
    neither = "No microphone and no speaker found"
    until(lambda: neither in marc.log(), "what the log says")
    assert marc.log().count(neither) == 1
    marc.screen.press("ctrl+shift+h")
    john.screen.window("DevCloud")
    assert [call.answered for call in until(marc.history, "the history")] == [True]
    assert marc.quit()[0] == 0


STANDS_STILL = """
import ctypes
import sys
from pathlib import Path

from PySide6.QtCore import QTimer
from PySide6.QtWidgets import QApplication

from devcloud.desktop.options import DesktopOptions
from devcloud.desktop.program import Desktop

# A call that keeps Python to itself: no other thread of the program runs meanwhile.
libc = ctypes.PyDLL(None)


def stand_still() -> None:
    libc.usleep(300_000)
    with (data / "stood-still").open("a") as times:
        times.write(".")


program = QApplication([])
program.setQuitOnLastWindowClosed(False)
data = Path(sys.argv[1])
desktop = Desktop(DesktopOptions(data, server=sys.argv[2], name=sys.argv[3]), program)
desktop.show()
timer = QTimer(interval=700)
timer.timeout.connect(stand_still)
timer.start()
program.exec()
"""


def longest_gap_ms(pcm: bytes) -> float:
    """For how long at most the tone was not there: less than a tenth of what it is mostly."""
    samples = np.frombuffer(pcm[: len(pcm) - len(pcm) % 2], "<i2").astype(float)
    at = np.arange(len(samples)) / RATE
    carrier = samples * np.exp(-2j * np.pi * TONE_HZ * at)
    per_ms = np.abs(carrier[: len(samples) // 48 * 48].reshape(-1, 48).mean(axis=1))
    missing = per_ms < 0.1 * np.median(per_ms)
    edges = np.flatnonzero(np.diff(np.concatenate([[0], missing.view(np.int8), [0]])))
    return float(max(edges[1::2] - edges[::2], default=0))


def test_a_window_that_stands_still_for_300_ms_leaves_no_gap_in_the_voice(
    person: Make, talking: Talking, address: str
) -> None:
    marc = person("Marc")
    marc.run([sys.executable, "-c", STANDS_STILL, str(marc.data), address, "Marc"])
    marc, john = talking(marc)
    with marc.microphone, john.speaker as there:
        until(lambda: has_tone(there.pcm), "Marc's tone in John's speaker")
        # A busy machine leaves gaps of its own; a window that did would leave one each time.
        gaps, times = [], marc.data / "stood-still"
        for _ in range(12):
            begun, before = len(there.pcm), times.stat().st_size
            until(lambda b=before: times.stat().st_size >= b + 3, "three more times")
            gaps.append(longest_gap_ms(there.pcm[begun:]))
            if gaps[-1] <= LONGEST_GAP_MS:
                return
    raise AssertionError(f"gaps of {gaps} ms")
