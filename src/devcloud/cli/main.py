"""`devcloud`: reads the command line and hands over to the command.

Whatever happens, a person reads a sentence: 0 done, 1 warning, 2 critical, 3 unknown error.
"""

import argparse
import logging
import os
import sys
from collections.abc import Sequence
from importlib import import_module
from typing import TYPE_CHECKING, Any

import devcloud
from devcloud.cli.parser import Parser, Text
from devcloud.cli.settings import language_of
from devcloud.cli.terminal import Terminal
from devcloud.model.errors import BadSettings, DevCloudError, LocalError
from devcloud.model.texts import Language, say

if TYPE_CHECKING:
    from types import ModuleType

COMMANDS = ("desktop", "call", "answer", "users", "identity", "demo", "server", "invite")
INTERRUPTED = 1


def run() -> None:
    """The command `devcloud`."""
    code = main(sys.argv[1:])
    try:
        sys.stdout.flush()
    except BrokenPipeError:
        # Whoever read our output has gone; Python must not complain of it at exit.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
    sys.exit(code)


def main(arguments: Sequence[str]) -> int:
    """Run a command and return its exit code."""
    language = language_of(list(arguments))
    terminal = Terminal(language, json="--json" in arguments)
    try:
        chosen = _chosen(arguments)
        command = None if chosen is None else import_module(f"devcloud.cli.{chosen}")
        flags = parser(language, chosen, command).parse_args(arguments)
        if command is None:
            raise BadSettings("command_missing")
        if chosen != "server":
            _log_to_stderr(flags.verbose)
        return int(command.run(flags, terminal))
    except DevCloudError as error:
        return _tell(error, terminal)
    except KeyboardInterrupt:
        return INTERRUPTED
    except Exception as error:
        # The last boundary: a person reads a sentence, the log has the trace.
        logging.getLogger(__name__).debug("unexpected", exc_info=True)
        return _tell(
            LocalError("unexpected", detail=f"{type(error).__name__}: {error}"[:200]), terminal, 3
        )


def parser(language: Language, chosen: str | None, command: "ModuleType | None") -> Parser:
    """Return the command line: every command by name, the chosen one with what it takes (the
    others would have to be imported for it)."""

    def text(key: str) -> str:
        return say(f"cli.{key}", language)

    speaking = type("SpeakingParser", (Parser,), {"language": language})
    top: Parser = speaking(prog="devcloud", description=text("about"))
    version = f"devcloud {devcloud.__version__}"
    top.add_argument("--version", action="version", version=version, help=text("help_version"))
    _add_flags_of_all(top, text)
    commands: argparse._SubParsersAction[Parser] = top.add_subparsers(
        title=text("commands"), metavar=text("command"), prog="devcloud", parser_class=speaking
    )
    for name in COMMANDS:
        made = commands.add_parser(
            name, help=text(f"help_{name}"), description=text(f"help_{name}")
        )
        if name == chosen and command is not None:
            command.add_arguments(made, text)
            # What has been said before the command stays, unless it is said again.
            _add_flags_of_all(made, text, default=argparse.SUPPRESS)
    return top


def _add_flags_of_all(made: Parser, text: Text, **settings: Any) -> None:
    """Add the flags that stand before the command or after it."""
    made.add_argument("--language", choices=["fr", "en"], help=text("help_language"), **settings)
    for flag in ("json", "verbose"):
        made.add_argument(f"--{flag}", action="store_true", help=text(f"help_{flag}"), **settings)


def _chosen(arguments: Sequence[str]) -> str | None:
    """Return the command. Raises BadSettings `command_unknown`."""
    words = iter(arguments)
    first = None
    for word in words:
        if word == "--language":
            next(words, None)
        elif not word.startswith("-"):
            first = word
            break
    if first is None or first in COMMANDS:
        return first
    raise BadSettings("command_unknown", what=first[:80], commands=", ".join(COMMANDS))


def _tell(error: DevCloudError, terminal: Terminal, code: int | None = None) -> int:
    text = error.text(terminal.language)
    terminal.complain(f"devcloud: {text}")
    if terminal.json:
        terminal.result({"outcome": error.code, "text": text}, [])
    return error.exit_code if code is None else code


def _log_to_stderr(verbose: bool) -> None:
    """What a person should know is said in a sentence; the log is for who asks for it."""
    level = logging.DEBUG if verbose else logging.CRITICAL
    logging.basicConfig(stream=sys.stderr, level=level, format="%(asctime)s %(name)s: %(message)s")
