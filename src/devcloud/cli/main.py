"""`devcloud`: reads the command line and hands over to the command."""

import argparse
import asyncio
import logging
import sys
from collections.abc import Sequence

import structlog

from devcloud import __version__
from devcloud.cli import answer, call, demo, server, users
from devcloud.cli.settings import language_of
from devcloud.cli.terminal import Terminal
from devcloud.model.errors import DevCloudError
from devcloud.model.texts import Language, say

INTERRUPTED = 130


def run() -> None:
    """The command `devcloud`."""
    sys.exit(main(sys.argv[1:]))


def main(arguments: Sequence[str]) -> int:
    """Run a command and return its exit code: 0 done, 1 warning, 2 critical, 3 unknown error."""
    language = language_of(list(arguments))
    flags = parser(language).parse_args(arguments)
    terminal = Terminal(language, json=getattr(flags, "json", False))
    if flags.run is not server.run:
        _log_to_stderr(flags.verbose)
    try:
        return int(flags.run(flags, terminal))
    except DevCloudError as error:
        terminal.complain(f"devcloud: {error.text(language)}")
        if terminal.json:
            terminal.result({"outcome": error.code, "text": error.text(language)}, [])
        return error.exit_code
    except (KeyboardInterrupt, asyncio.CancelledError):
        return INTERRUPTED
    except BrokenPipeError:
        # Whoever read our output has gone; Python must not complain of it at exit.
        sys.stderr.close()
        return 3


def parser(language: Language) -> argparse.ArgumentParser:
    """Return the whole command line."""

    def text(key: str) -> str:
        return say(f"cli.{key}", language)

    top = argparse.ArgumentParser(prog="devcloud", description=text("about"))
    top.add_argument("--version", action="version", version=f"devcloud {__version__}")
    commands = top.add_subparsers(title=text("commands"), metavar="COMMAND", required=True)

    def add(name: str, run: object) -> argparse.ArgumentParser:
        made = commands.add_parser(
            name, help=text(f"help_{name}"), description=text(f"help_{name}")
        )
        made.add_argument("--language", choices=["fr", "en"], help=text("help_language"))
        made.add_argument("--json", action="store_true", help=text("help_json"))
        made.add_argument("--verbose", action="store_true", help=text("help_verbose"))
        made.set_defaults(run=run)
        return made

    call.add_arguments(add("call", call.run), text)
    answer.add_arguments(add("answer", answer.run), text)
    users.add_arguments(add("users", users.run), text)
    demo.add_arguments(add("demo", demo.run), text)
    server.add_arguments(add("server", server.run), text)
    return top


def _log_to_stderr(verbose: bool) -> None:
    level = logging.DEBUG if verbose else logging.ERROR
    logging.basicConfig(stream=sys.stderr, level=level, format="%(asctime)s %(name)s: %(message)s")
    structlog.configure(
        wrapper_class=structlog.make_filtering_bound_logger(level),
        logger_factory=structlog.PrintLoggerFactory(sys.stderr),
    )
