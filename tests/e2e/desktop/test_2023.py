"""Calls between the window and a program of 2023, each on a host of its own: heard both ways, and
said to be not encrypted."""

import wave
from contextlib import ExitStack
from pathlib import Path

import numpy as np
import pytest
from tests.e2e.desktop.conftest import Make
from tests.e2e.desktop.person import Kept
from tests.e2e.desktop.screen import needs_screen, until
from tests.e2e.soundserver import TONE_HZ, has_tone, needs_pulseaudio
from tests.interop.legacy2023.hosts import Network, why_not
from tests.interop.legacy2023.programs import client, todays_server

RATE_2023 = 8_000
TRIES = 3
pytestmark = [
    needs_screen,
    needs_pulseaudio,
    pytest.mark.needs_root,
    pytest.mark.skipif(bool(why_not()), reason=why_not() or "namespaces can be made"),
]


def tone_of_2023(path: Path) -> Path:
    """What the program of 2023 says, until it is told to hang up."""
    at = np.arange(120 * RATE_2023) / RATE_2023
    with wave.open(str(path), "wb") as file:
        file.setparams((1, 2, RATE_2023, 0, "NONE", ""))
        file.writeframes((9_000 * np.sin(2 * np.pi * TONE_HZ * at)).astype("<i2").tobytes())
    return path


def share_of_tone(path: Path) -> float:
    """How much of what a program of 2023 has heard is the tone, in its best second."""
    with wave.open(str(path)) as file:
        heard = np.frombuffer(file.readframes(file.getnframes()), "<i2").astype(float)
    best = 0.0
    for at in range(0, len(heard) - RATE_2023, RATE_2023 // 4):
        second = heard[at : at + RATE_2023]
        if np.sqrt(np.mean(second**2)) > 300:
            spectrum = np.abs(np.fft.rfft(second * np.hanning(len(second)))) ** 2
            best = max(best, spectrum[TONE_HZ - 40 : TONE_HZ + 41].sum() / spectrum.sum())
    return float(best)


def test_a_call_to_a_program_of_2023_and_one_from_it(
    person: Make, ending: ExitStack, tmp_path: Path
) -> None:
    network = ending.enter_context(Network())
    first, second, third = (network.host() for _ in range(3))
    server = ending.enter_context(todays_server(first, tmp_path / "server"))
    heard = tmp_path / "heard.wav"
    john = ending.enter_context(
        client(third, first.address, "John", play=tone_of_2023(tmp_path / "t.wav"), record=heard)
    )
    john.expect("registered")
    marc = person("Marc")
    marc.settings(takes_2023=True)
    window = marc.open("--server", first.address, "--name", "Marc", inside=second.namespace)
    marc.signed_in(window)

    marc.dial("John")
    assert john.expect("ringing")["name"] == "Marc"
    john.expect("in_call")
    window = marc.screen.window("John – DevCloud")
    until(lambda: marc.screen.spot("warningSoft", window, 800), "the amber chip: not encrypted")
    with marc.microphone, marc.speaker as here:
        until(lambda: has_tone(here.pcm), "John's tone in Marc's speaker")
        marc.screen.press("ctrl+shift+m")
        until(lambda: marc.screen.spot("dangerSoft", window, 300), "the muted microphone in red")
        marc.screen.press("ctrl+shift+m")
        until(lambda: not marc.screen.spot("dangerSoft", window, 300), "it is open again")
        begun = len(here.pcm)
        until(lambda: len(here.pcm) > begun + 3 * 96_000, "three seconds more")
    marc.screen.press("ctrl+shift+h")
    john.expect("closed_by_peer")
    assert share_of_tone(heard) > 0.5
    marc.screen.window("DevCloud")

    # A program of 2023 rings for 7 s, which may be too short for a machine that does other things.
    rings = "the sheet of a call from 2023, with its amber block"
    ends: list[str] = []
    while "accepted" not in ends and len(ends) < TRIES:
        john.order("call Marc")
        until(lambda: marc.screen.spot("warningSoft", window, 8_000), rings)
        marc.screen.press("ctrl+shift+a")
        ends.append(str(john.expect_one_of("accepted", "no_answer")["event"]))
        until(lambda: not marc.screen.spot("warningSoft", window, 8_000), "the sheet to go")
    marc.screen.window("John – DevCloud")
    john.order("close")
    john.expect("closed")
    marc.screen.window("DevCloud")
    until(lambda: len(marc.history()) == 1 + len(ends), "all of them")
    out, *too_short, last = marc.history()
    assert out == Kept("John", "out", True, out.talked_s) and out.talked_s > 2
    assert all(each.direction in ("missed", "in") for each in too_short)
    assert last == Kept("John", "in", True, last.talked_s)
    assert server.host is first
