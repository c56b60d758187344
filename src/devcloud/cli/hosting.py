"""`devcloud server users`, `release`, `block`, `unblock`: what a host does to a server, at once.

Works on the data directory, whether the server runs or not.
"""

import argparse
import datetime
from collections.abc import Callable
from pathlib import Path

import msgspec

from devcloud.cli.terminal import Terminal
from devcloud.model.errors import BadSettings
from devcloud.model.texts import say
from devcloud.server import hosting


def run(flags: argparse.Namespace, data: Path, terminal: Terminal) -> int:
    """Do what `flags.action` says. Raises DevCloudError."""
    action = ACTIONS[flags.action]
    # A name, and a fingerprint as people read it, may hold blanks.
    action(data, " ".join(flags.what), terminal)
    return 0


def _users(data: Path, what: str, terminal: Terminal) -> None:
    if what:
        raise BadSettings("arguments_unknown", what=what[:80], program="devcloud server users")
    found = hosting.users(data)
    rows = [(user.name, _words(user, terminal)) for user in found.users]
    rows += [(_say(terminal, f"blocked_{block['kind']}"), block["value"]) for block in found.blocks]
    if not rows:
        terminal.line(_say(terminal, "nobody"))
    terminal.result({"outcome": "users", **msgspec.to_builtins(found)}, rows)


def _words(user: hosting.User, terminal: Terminal) -> str:
    since = datetime.datetime.fromtimestamp(user.since, datetime.UTC).date().isoformat()
    words = [user.fingerprint, _say(terminal, "since", day=since)]
    words += [_say(terminal, "online")] if user.online else []
    words += [_say(terminal, "blocked")] if user.blocked else []
    return ", ".join(words)


def _change(do: str, change: Callable[[Path, str], dict[str, object]]) -> "Action":
    def act(data: Path, what: str, terminal: Terminal) -> None:
        if not what:
            raise BadSettings("host_argument_needed", what=do)
        told = change(data, what)
        closed = int(str(told.get("closed", 0)))
        terminal.line(_say(terminal, f"did_{do}", what=what, closed=closed))
        terminal.result({"outcome": do, "what": what, **told}, [])

    return act


def _say(terminal: Terminal, key: str, **values: str | int) -> str:
    return say(f"hosting.{key}", terminal.language, **values)


Action = Callable[[Path, str, Terminal], None]
ACTIONS: dict[str, Action] = {
    "users": _users,
    "release": _change("release", hosting.release),
    "block": _change("block", hosting.block),
    "unblock": _change("unblock", hosting.unblock),
}
