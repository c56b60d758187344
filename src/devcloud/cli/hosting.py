"""`devcloud server users`, `calls`, `release`, `block`, `unblock`: what a host asks and does.

Works on the data directory, whether the server runs or not.
"""

import argparse
import datetime
from collections.abc import Callable
from pathlib import Path

import msgspec

from devcloud.cli.terminal import Terminal
from devcloud.model.errors import BadSettings
from devcloud.model.records import CallKind, CallRecord
from devcloud.model.texts import knows, say
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


def _calls(data: Path, what: str, terminal: Terminal) -> None:
    if what:
        raise BadSettings("arguments_unknown", what=what[:80], program="devcloud server calls")
    found = hosting.calls(data)
    if not found:
        terminal.line(_say(terminal, "no_calls"))
    value = [msgspec.to_builtins(call) | {"duration_s": call.duration_s} for call in found]
    rows = [(_when(call.begun_at), _call_words(call, terminal)) for call in found]
    terminal.result({"outcome": "calls", "calls": value}, rows)


def _when(at: float) -> str:
    moment = datetime.datetime.fromtimestamp(at).astimezone()
    return moment.isoformat(" ", "minutes")


def _call_words(call: CallRecord, terminal: Terminal) -> str:
    words = [f"{call.caller} → {call.callee}"]
    if call.answered_at is not None:
        minutes, seconds = divmod(round(call.duration_s), 60)
        words.append(f"{minutes}:{seconds:02d}")
    key = f"window.over_{call.reason}"
    words.append(say(key if knows(key) else "window.over_other", terminal.language))
    if call.kind is CallKind.LEGACY_2023:
        words.append("2023")
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
    "calls": _calls,
    "release": _change("release", hosting.release),
    "block": _change("block", hosting.block),
    "unblock": _change("unblock", hosting.unblock),
}
