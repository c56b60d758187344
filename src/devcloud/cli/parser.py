"""The command line as `argparse` reads it, in the language of the person who typed it.

`argparse` speaks English; what a person meets of it (headings, the help of `--help`, what is wrong
with what was typed) is said here from the catalogue. Knows nothing of the commands.
"""

import argparse
import re
from collections.abc import Callable, Iterable
from typing import Any, NoReturn

from devcloud.model.errors import BadSettings
from devcloud.model.texts import Language, say

Text = Callable[[str], str]

# What `argparse` complains of, and the group that names what it is about.
_COMPLAINTS = (
    (re.compile(r"the following arguments are required: (.+)"), "arguments_missing"),
    (re.compile(r"unrecognized arguments: (.+)"), "arguments_unknown"),
    (re.compile(r"argument (.+): expected one argument"), "arguments_without_value"),
    (re.compile(r"argument (.+): (?:invalid choice|ignored explicit argument).+"),
     "arguments_invalid"),
    (re.compile(r"ambiguous option: (\S+) could match .+"), "arguments_ambiguous"),
)  # fmt: skip


class Parser(argparse.ArgumentParser):
    """A parser that speaks `language`. What cannot be understood raises BadSettings."""

    language = Language.ENGLISH

    def __init__(
        self,
        *,
        language: Language | None = None,
        prog: str | None = None,
        description: str = "",
        **more: Any,
    ) -> None:
        # Sub-parsers are made by `argparse`, which passes no language (they inherit the class's)
        # and, in newer versions of Python, things of its own.
        self._speaks = language or type(self).language
        super().__init__(
            prog=prog,
            description=description,
            add_help=False,
            allow_abbrev=False,
            formatter_class=self._formatter,
            **more,
        )
        self._given = self.add_argument_group(self.text("heading_arguments"))
        self._options = self.add_argument_group(self.text("heading_options"))
        self.add_argument("-h", "--help", action="help", help=self.text("help_help"))

    def add_argument(self, *names: str, **settings: Any) -> argparse.Action:
        """Add an argument or an option, as `argparse` does, under a heading in that language."""
        group = self._options if names[0].startswith("-") else self._given
        return group.add_argument(*names, **settings)

    def text(self, key: str) -> str:
        """Return a text of the commands' catalogue."""
        return say(f"cli.{key}", self._speaks)

    def error(self, message: str) -> NoReturn:
        """Say in one sentence what is wrong. Raises BadSettings `arguments_*`."""
        for pattern, code in _COMPLAINTS:
            if found := pattern.fullmatch(message):
                raise BadSettings(code, what=found.group(1)[:80], program=self.prog)
        raise BadSettings("arguments_invalid", what=message[:80], program=self.prog)

    def _formatter(self, prog: str) -> argparse.HelpFormatter:
        return _Formatter(prog, f"{self.text('heading_usage')} ")


class _Formatter(argparse.HelpFormatter):
    def __init__(self, prog: str, usage: str) -> None:
        super().__init__(prog, max_help_position=28)
        self._usage_heading = usage

    def add_usage(
        self,
        usage: str | None,
        actions: Iterable[argparse.Action],
        groups: Iterable[argparse._MutuallyExclusiveGroup],
        prefix: str | None = None,
    ) -> None:
        """Write the heading in the person's language."""
        super().add_usage(usage, actions, groups, prefix or self._usage_heading)
