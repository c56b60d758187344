"""A screen of a test's own: an X server that shows its picture in a file, a keyboard and a mouse.

No window manager: a test gives the focus itself, as a click would. Who has a screen each sees no
window of the other.
"""

import os
import shutil
import subprocess
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any, TypeVar

import numpy as np
import pytest

from devcloud.desktop.theme.tokens import Mode, load

SIZE = (1280, 800)
WAIT_S = 60.0
"""How long anything may take before a test gives up: no test is about time."""
_LOOK_S = 0.05
_XWD_WORDS = 25

Picture = np.ndarray[Any, np.dtype[np.uint8]]
Found = TypeVar("Found")

needs_screen = pytest.mark.skipif(
    not (shutil.which("Xvfb") and shutil.which("xdotool")), reason="needs Xvfb and xdotool"
)


def until(look: Callable[[], Found], what: str, within_s: float = WAIT_S) -> Found:
    """Look again and again, and return the first thing seen that is true."""
    deadline = time.monotonic() + within_s
    while not (found := look()):
        assert time.monotonic() < deadline, f"not seen in {within_s:g} s: {what}"
        time.sleep(_LOOK_S)
    return found


def colour(token: str, theme: Mode = "light") -> tuple[int, int, int]:
    """The colour of the design that bears this name."""
    value = load().colours[theme][token]
    return int(value[1:3], 16), int(value[3:5], 16), int(value[5:7], 16)


@dataclass(frozen=True)
class Window:
    """A window on the screen: its title, and where it is."""

    id: str
    title: str
    x: int
    y: int
    width: int
    height: int


class Screen:
    """A running X server."""

    def __init__(self, folder: Path) -> None:
        folder.mkdir(parents=True, exist_ok=True)
        self._file = folder / "Xvfb_screen0"
        says, told = os.pipe()
        width, height = SIZE
        self._process = subprocess.Popen(
            [
                *("Xvfb", "-displayfd", str(told), "-screen", "0", f"{width}x{height}x24"),
                *("-fbdir", str(folder), "-nolisten", "tcp", "-noreset"),
            ],
            pass_fds=[told],
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
        )
        os.close(told)
        with os.fdopen(says) as number:
            self.display = f":{number.readline().strip()}"

    def stop(self) -> None:
        self._process.kill()
        self._process.wait()

    # ── the keyboard and the mouse ───────────────────────────────────────────────────────────────

    def press(self, *keys: str) -> None:
        """Press keys together, one combination after the other: `ctrl+shift+m`."""
        self._xdotool("key", "--delay", "30", *keys)

    def type(self, text: str) -> None:
        self._xdotool("type", "--delay", "20", text)

    def click(self, x: int, y: int) -> None:
        self._xdotool("mousemove", str(x), str(y), "click", "1")

    def focus(self, window: Window) -> None:
        """What the window manager would do for a window in front."""
        self._xdotool("windowraise", window.id, "windowfocus", "--sync", window.id)

    # ── what is to be seen ───────────────────────────────────────────────────────────────────────

    @property
    def windows(self) -> list[Window]:
        """Those with a title, the one in front last."""
        shown = self._xdotool("search", "--onlyvisible", "--name", ".").split()
        return [window for id in shown if (window := self._window(id))]

    @property
    def focused(self) -> str:
        """The title of the window with the focus."""
        return self._xdotool("getwindowfocus", "getwindowname").strip()

    @property
    def titles(self) -> list[str]:
        return [window.title for window in self.windows]

    def window(self, title: str, within_s: float = WAIT_S) -> Window:
        """Wait for a window with this title."""

        def look() -> list[Window]:
            return [window for window in self.windows if window.title == title]

        return until(look, f"a window “{title}” on {self.display}", within_s)[0]

    def gone(self, title: str) -> None:
        """Wait until there is no window with this title."""
        until(lambda: title not in self.titles, f"“{title}” going away")

    def picture(self) -> Picture:
        """What is shown now: rows of red, green, blue."""
        raw = self._file.read_bytes()
        head = np.frombuffer(raw, ">u4", _XWD_WORDS)
        start, width, height, line, colours = (int(head[at]) for at in (0, 4, 5, 12, 19))
        start += 12 * colours
        pixels = np.frombuffer(raw, np.uint8, line * height, start).reshape(height, line // 4, 4)
        return pixels[:, :width, 2::-1]

    def spot(self, token: str, window: Window, least: int = 1_000) -> tuple[int, int] | None:
        """The middle of what has this colour in a window, where there are so many pixels of it."""
        top, left = max(0, window.y), max(0, window.x)
        part = self.picture()[top : window.y + window.height, left : window.x + window.width]
        rows, columns = np.nonzero((part == colour(token)).all(axis=2))
        if len(rows) < least:
            return None
        return left + int(np.median(columns)), top + int(np.median(rows))

    def click_colour(self, token: str, window: Window, least: int = 1_000) -> None:
        """Wait for something of this colour, and click it."""
        spot = until(lambda: self.spot(token, window, least), f"{token} in “{window.title}”")
        self.click(*spot)

    def lines(self, window: Window) -> list[int]:
        """How wide each line in the middle of a call's page is, from the face downwards."""
        picture = self.picture()[window.y : window.y + window.height]
        bar = int(0.15 * window.height)
        left, right = window.x + window.width // 4, window.x + 3 * window.width // 4
        inked = (picture[bar : -2 * bar, left:right] != colour("surface")).any(axis=2)
        widths, band = [], np.zeros(right - left, bool)
        for row in [*inked, band]:
            if row.any():
                band = band | row
            elif band.any():
                columns = np.flatnonzero(band)
                widths.append(int(columns[-1] - columns[0]))
                band = np.zeros_like(band)
        return widths

    def _window(self, id: str) -> Window | None:
        title = self._xdotool("getwindowname", id).strip()
        shape = dict(
            line.split("=", 1)
            for line in self._xdotool("getwindowgeometry", "--shell", id).splitlines()
            if "=" in line
        )
        if not shape:
            return None  # It went while being looked at.
        x, y, width, height = (int(shape[key]) for key in ("X", "Y", "WIDTH", "HEIGHT"))
        return Window(id, title, x, y, width, height)

    def _xdotool(self, *words: str) -> str:
        done = subprocess.run(
            ["xdotool", *words],
            env=os.environ | {"DISPLAY": self.display},
            capture_output=True,
            text=True,
            check=False,
            timeout=WAIT_S,
        )
        return done.stdout
