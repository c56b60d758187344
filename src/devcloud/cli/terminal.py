"""What commands print: tables and sentences for people, one JSON object for programs."""

import sys
import unicodedata
from typing import Any

import msgspec

from devcloud.model.texts import Language, Value, say


class Terminal:
    """Speaks one language, to a person or (`json`) to a program.

    To a program only `result` says something on standard output; the rest goes to standard error.
    """

    def __init__(self, language: Language, *, json: bool) -> None:
        self.language = language
        self.json = json

    def say(self, key: str, **values: Value) -> str:
        """Return a text of the commands' catalogue."""
        return say(f"cli.{key}", self.language, **values)

    def tell(self, key: str, **values: Value) -> None:
        """Tell a person how things go."""
        self.line(self.say(key, **values))

    def line(self, text: str) -> None:
        """Print a line for a person."""
        if not self.json:
            print(printable(text), flush=True)

    def complain(self, text: str) -> None:
        """Print what went wrong, on standard error."""
        print(printable(text), file=sys.stderr, flush=True)

    def result(self, value: Any, rows: list[tuple[str, str]]) -> None:
        """Print the outcome: `value` as one JSON object, or `rows` as a short table."""
        if self.json:
            print(msgspec.json.encode(value).decode(), flush=True)
            return
        width = max((_width(label) for label, _ in rows), default=0)
        for label, text in rows:
            print(printable(f"  {label}{' ' * (width - _width(label))}   {text}"), flush=True)


def printable(text: str) -> str:
    """Return `text` without what could steer a terminal: a name may come from anybody."""
    return "".join(c if c == "\n" or unicodedata.category(c) != "Cc" else "�" for c in text)


def _width(text: str) -> int:
    wide = sum(unicodedata.east_asian_width(c) in "WF" for c in text)
    return len(text) + wide - sum(unicodedata.combining(c) > 0 for c in text)
