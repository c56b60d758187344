"""The person's settings, kept in `desktop.json` in the data directory. Knows no page.

Every key has a default and a check; a value that does not pass is the default again, so that an
edited or damaged file starts the program all the same (a damaged file is moved aside).
"""

import json
import os
from collections.abc import Callable
from pathlib import Path
from typing import Any

from PySide6.QtCore import QObject, Signal

FILE = "desktop.json"
LONGEST_TEXT = 4096


def _one_of(*values: object) -> Callable[[object], bool]:
    return lambda value: any(value == v and type(value) is type(v) for v in values)


def _text(value: object) -> bool:
    return isinstance(value, str) and len(value) <= LONGEST_TEXT


def _switch(value: object) -> bool:
    return isinstance(value, bool)


def _between(low: float, high: float) -> Callable[[object], bool]:
    return lambda value: (
        isinstance(value, int | float) and not isinstance(value, bool) and low <= value <= high
    )


def _keys(value: object) -> bool:
    return isinstance(value, dict) and all(_text(k) and _text(v) for k, v in value.items())


def _moment(value: object) -> bool:
    """«22:00», or nothing."""
    if not isinstance(value, str):
        return False
    hours, _, minutes = value.partition(":")
    return not value or (
        len(value) == 5
        and hours.isdecimal()
        and minutes.isdecimal()
        and int(hours) < 24
        and int(minutes) < 60
    )


SETTINGS: dict[str, tuple[Any, Callable[[object], bool]]] = {
    "name": ("", _text),
    "host": ("", _text),
    "port": (10_000, _between(1, 65535)),
    "connect_at_startup": (False, _switch),
    "language": ("system", _one_of("system", "fr", "en")),
    "theme": ("system", _one_of("system", "light", "dark")),
    "accent": ("blue", _one_of("blue", "teal", "violet", "rose", "ochre", "graphite")),
    "font_scale": (1.0, _one_of(0.9, 1.0, 1.15, 1.3)),
    "reduced_motion": ("system", _one_of("system", True, False)),
    "microphone": ("", _text),
    "speaker": ("", _text),
    "input_gain_db": (0.0, _between(-60, 20)),
    "output_gain_db": (0.0, _between(-60, 20)),
    "noise_suppression": (True, _switch),
    "echo_cancellation": (True, _switch),
    "push_to_talk": (False, _switch),
    "ring_tone": ("clearing", _one_of("clearing", "drops", "classic")),
    "ring_volume": (80, _between(0, 100)),
    "ring_device": ("", _text),
    "ring_s": (45, _one_of(15, 30, 45)),
    "silent_from": ("", _moment),
    "silent_to": ("", _moment),
    "interface_sounds": (True, _switch),
    "keep_history": ("forever", _one_of("forever", "30_days", "never")),
    "only_encrypted": (False, _switch),
    "hide_names": (False, _switch),
    "warm_up": ("known", _one_of("known", "always", "never")),
    "takes_2023": (True, _switch),
    "shortcuts": ({}, _keys),
    "told_tray": (False, _switch),
    "geometry": ("", _text),
    "splitter": ("", _text),
    "invite": ("", _text),
}
"""Each key with its default and its check."""


class SettingsModel(QObject):
    """Settings by key. Changes apply and are written down at once."""

    changed = Signal(str)
    failed = Signal(str)
    """The path of a file that could not be written; what was set stays until the program ends."""

    def __init__(self, directory: Path, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self.path = directory / FILE
        self.damaged: Path | None = None
        """Where a file that made no sense has been moved to."""
        self._values = {key: default for key, (default, _) in SETTINGS.items()}
        self._read()

    def value(self, key: str) -> Any:
        """Return what is set. KeyError for a key that there is not."""
        return self._values[key]

    def set(self, key: str, value: Any) -> None:
        """Set, tell and write down. ValueError for a value that the key does not take."""
        if not SETTINGS[key][1](value):
            raise ValueError(f"{value!r} is no {key}")
        if self._values[key] == value and type(self._values[key]) is type(value):
            return
        self._values[key] = value
        self._write()
        self.changed.emit(key)

    def reset_all(self) -> None:
        """Everything as at first."""
        for key, (default, _) in SETTINGS.items():
            self.set(key, default)

    def _read(self) -> None:
        try:
            kept = json.loads(self.path.read_text("utf-8"))
        except FileNotFoundError:
            return
        except (OSError, ValueError):
            self._move_aside()
            return
        if not isinstance(kept, dict):
            self._move_aside()
            return
        for key, value in kept.items():
            if key in SETTINGS and SETTINGS[key][1](value):
                self._values[key] = value

    def _move_aside(self) -> None:
        aside = self.path.with_suffix(".damaged")
        try:
            self.path.replace(aside)
            self.damaged = aside
        except OSError:
            self.damaged = self.path

    def _write(self) -> None:
        kept = {k: v for k, v in self._values.items() if v != SETTINGS[k][0]}
        unfinished = self.path.with_suffix(".new")
        try:
            self.path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
            file = os.open(unfinished, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
            with os.fdopen(file, "w", encoding="utf-8") as out:
                json.dump(kept, out, ensure_ascii=False, indent=2, sort_keys=True)
            unfinished.replace(self.path)
        except OSError:
            self.failed.emit(str(self.path))
