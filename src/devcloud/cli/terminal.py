"""What commands print: tables and sentences for people, one JSON object for programs."""

import os
import shutil
import sys
import unicodedata
from collections.abc import Callable
from typing import Any, TextIO

import msgspec

from devcloud.model.texts import Language, Value, say


class Terminal:
    """Speaks one language, to a person or (`json`) to a program.

    To a program only `result` says something on standard output; the rest goes to standard error.
    When whoever read the output has gone, `gone` is called once and nothing more is printed.
    """

    def __init__(self, language: Language, *, json: bool) -> None:
        self.language = language
        self.json = json
        self.gone: Callable[[], None] = lambda: None
        for stream in (sys.stdout, sys.stderr):
            # A terminal that has no sign for a character of somebody's name shows a question mark.
            getattr(stream, "reconfigure", lambda **_: None)(errors="replace")

    def say(self, key: str, **values: Value) -> str:
        """Return a text of the commands' catalogue."""
        return say(f"cli.{key}", self.language, **values)

    def tell(self, key: str, **values: Value) -> None:
        """Tell a person how things go."""
        self.line(self.say(key, **values))

    def line(self, text: str) -> None:
        """Print a line for a person."""
        if not self.json:
            self._print(printable(text), sys.stdout)

    def complain(self, text: str) -> None:
        """Print what went wrong, on standard error."""
        self._print(printable(text), sys.stderr)

    def result(self, value: Any, rows: list[tuple[str, str]]) -> None:
        """Print the outcome: `value` as one JSON object, or `rows` as a short table."""
        if self.json:
            self._print(msgspec.json.encode(value).decode(), sys.stdout)
            return
        width = max((_width(label) for label, _ in rows), default=0)
        for label, text in rows:
            line = printable(f"  {label}{' ' * (width - _width(label))}   {text}")
            self._print(line, sys.stdout)

    def _print(self, text: str, stream: TextIO) -> None:
        try:
            print(text, file=stream, flush=True)
        except BrokenPipeError:
            # `devcloud call John | head -1`: a call in progress is to be ended in good order.
            os.dup2(os.open(os.devnull, os.O_WRONLY), stream.fileno())
            self.gone()


def command() -> str:
    """Return what to type for this program: its path, where a shell would not find it."""
    started = sys.argv[0]
    if started.endswith("__main__.py"):
        return f"{sys.executable} -m devcloud"
    return "devcloud" if shutil.which("devcloud") else started


def printable(text: str) -> str:
    """Return `text` without what could steer a terminal: a name may come from anybody."""
    return "".join(c if c == "\n" or unicodedata.category(c) != "Cc" else "�" for c in text)


def _width(text: str) -> int:
    wide = sum(unicodedata.east_asian_width(c) in "WF" for c in text)
    return len(text) + wide - sum(unicodedata.combining(c) > 0 for c in text)
