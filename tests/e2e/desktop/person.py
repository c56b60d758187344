"""Somebody with the real program in front of them: a screen, a microphone and a speaker."""

import json
import os
import signal
import sqlite3
import subprocess
import sys
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from tests.e2e.desktop.screen import Screen, Window, until
from tests.e2e.soundserver import Player, Recorder, SoundServer

RATE = 48_000
_DOT = 40
"""So many pixels of its colour has a dot of presence, at least."""
COMMAND = (sys.executable, "-m", "devcloud")
_PLAIN = {
    "theme": "light",
    "noise_suppression": False,
    "echo_cancellation": False,
    "interface_sounds": False,
    "takes_2023": False,
}
"""A tone is no voice: what makes voices clearer would take it away. The port of 2023 calls is one
for the whole machine, and other tests want it."""


_CLIPBOARD = """
from PySide6.QtGui import QGuiApplication
program = QGuiApplication([])
print(program.clipboard().text())
"""


@dataclass(frozen=True)
class Kept:
    """A call as the history file has it."""

    peer: str
    direction: str
    answered: bool
    talked_s: float


class Person:
    """Marc or John. The context manager that ends everything is `people` in conftest."""

    def __init__(self, name: str, folder: Path, *, sound: bool = True) -> None:
        self.name = name
        self.data = folder / "data"
        self.folder = folder
        self.data.mkdir(parents=True)
        self.settings()
        self.screen = Screen(folder / "screen")
        self.sound: SoundServer | None = None
        self.environment = _without_settings() | {
            "DISPLAY": self.screen.display,
            "DEVCLOUD_LANGUAGE": "en",
            "QT_QPA_PLATFORM": "xcb",
            "HOME": str(folder),
        }
        if sound:
            self.connect_sound()
        else:
            self.environment["PULSE_SERVER"] = f"unix:{folder / 'nobody'}"
        self.programs: list[subprocess.Popen[str]] = []

    def connect_sound(self) -> None:
        """A sound server of their own."""
        pulse = self.folder / "p"
        pulse.mkdir(mode=0o700)
        self.sound = SoundServer(pulse)
        self.environment |= self.sound.environment

    def settings(self, **more: object) -> None:
        """Write down what this person has chosen in Settings."""
        (self.data / "desktop.json").write_text(json.dumps(_PLAIN | more))

    # ── the program ──────────────────────────────────────────────────────────────────────────────

    def start(self, *arguments: object, inside: str = "") -> "subprocess.Popen[str]":
        """Start the window; `inside` names a network namespace."""
        within = ("ip", "netns", "exec", inside) if inside else ()
        return self.run(
            [*within, *COMMAND, "desktop", "--data", str(self.data), *map(str, arguments)]
        )

    def run(self, command: Sequence[str]) -> "subprocess.Popen[str]":
        """Start a program on this person's screen."""
        program = subprocess.Popen(
            command,
            env=self.environment,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        )
        self.programs.append(program)
        return program

    def open(self, *arguments: object, inside: str = "") -> Window:
        """Start the program and give its window the focus."""
        self.start(*arguments, inside=inside)
        window = self.screen.window("DevCloud")
        self.screen.focus(window)
        return window

    def signed_in(self, window: Window) -> None:
        """Wait for the contacts: one's own dot is green."""
        until(lambda: self.screen.spot("presenceOnline", window, _DOT), f"{self.name} signed in")

    def dial(self, name: str) -> None:
        """Call with the keyboard alone somebody who may answer at once."""
        self.screen.press("ctrl+k")
        self.screen.type(name)
        self.screen.press("Return")

    def call(self, name: str) -> None:
        """Call somebody who answers only after this, and see it ring there."""
        self.dial(name)
        self.screen.window(f"Calling {name} – DevCloud")

    def accept(self) -> None:
        """Accept with the mouse, in the sheet over the window or in the window of its own."""

        def green_button() -> tuple[int, int] | None:
            windows = self.screen.windows
            rings = [window for window in windows if window.title.startswith("Incoming call: ")]
            return next(
                (spot for each in rings or windows if (spot := self.screen.spot("success", each))),
                None,
            )

        self.screen.click(*until(green_button, "the green button of an incoming call"))

    def log(self) -> str:
        """Open the activity log, copy all of it, close it: all by keyboard."""
        self.screen.press("ctrl+l", "ctrl+a", "ctrl+c", "ctrl+l")
        shown = subprocess.run(
            [sys.executable, "-c", _CLIPBOARD],
            env=self.environment,
            stdout=subprocess.PIPE,
            text=True,
            check=True,
            timeout=60,
        )
        return shown.stdout

    def quit(self) -> tuple[int, str]:
        """Have the program end in good order; return its exit code and its complaints."""
        program = self.programs[-1]
        program.send_signal(signal.SIGTERM)
        _, complaints = program.communicate(timeout=60)
        return program.returncode, complaints

    def stop(self) -> None:
        """End everything of this person's by its id."""
        for program in self.programs:
            if program.poll() is None:
                program.kill()
            out, err = program.communicate()
            print(f"── {self.name}: {out}{err}", end="")  # noqa: T201 - shown with a failure
        self.screen.stop()
        if self.sound is not None:
            self.sound.stop()

    # ── sound and memory ─────────────────────────────────────────────────────────────────────────

    @property
    def microphone(self) -> Player:
        """A tone at the microphone, while entered."""
        return self.tone_into("mic")

    def tone_into(self, sink: str) -> Player:
        """A tone at another microphone."""
        assert self.sound is not None
        return Player(self.sound, sink)

    @property
    def speaker(self) -> Recorder:
        """What the speaker plays, while entered."""
        assert self.sound is not None
        return Recorder(self.sound, "ears")

    def history(self) -> list[Kept]:
        """The calls written down, oldest first."""
        file = self.data / "contacts.sqlite3"
        try:
            with sqlite3.connect(f"file:{file}?mode=ro", uri=True) as database:
                rows: list[Any] = database.execute(
                    "select peer, direction, answered_at, talked_s from calls order by begun_at"
                ).fetchall()
        except sqlite3.OperationalError:
            return []  # not written yet
        return [Kept(peer, way, at is not None, talked) for peer, way, at, talked in rows]


def quiet(pcm: bytes) -> bool:
    """Whether the last second has no sound to speak of: below −50 dBFS."""
    samples = np.frombuffer(pcm[: len(pcm) - len(pcm) % 2], "<i2")[-RATE:]
    return len(samples) == RATE and float(np.sqrt(np.mean(samples.astype(float) ** 2))) < 100


def _without_settings() -> dict[str, str]:
    """The person who runs the tests may have settings, a screen and a sound server of their own."""
    return {
        name: value
        for name, value in os.environ.items()
        if not name.startswith(("DEVCLOUD_", "QT_", "WAYLAND", "PULSE_", "XDG_", "LC_"))
    } | {"LC_ALL": "C.UTF-8"}
