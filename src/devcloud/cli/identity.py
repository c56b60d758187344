"""`devcloud identity`: this installation's key, and the keys it knows others by.

Needs no server: what it shows and changes is in the data directory.
"""

import argparse
import datetime
import os
import secrets
import sys
from pathlib import Path

import msgspec

from devcloud.cli import common
from devcloud.cli.asking import ask_passphrase, ask_yes_no, read_passphrase
from devcloud.cli.parser import Parser, Text
from devcloud.cli.settings import Settings
from devcloud.cli.terminal import Terminal
from devcloud.client.address import parse_address
from devcloud.client.datadir import DataDirectory
from devcloud.identity import pins
from devcloud.identity.box import RANDOM_BYTES, SHORTEST_PASSPHRASE, open_key, seal_key
from devcloud.identity.keys import fingerprint
from devcloud.identity.pins import Pin, PinBook
from devcloud.model.errors import BadKey, BadSettings, StorageFailed, Untrusted
from devcloud.model.names import parse_name

HOLDER = "devcloud identity"
LONGEST_FILE = 16 * 1024


class Identity(msgspec.Struct, frozen=True, kw_only=True):
    """This installation's key, for programs. `key` is the public one."""

    fingerprint: str
    key: str
    data: str


class Known(msgspec.Struct, frozen=True, kw_only=True):
    """Somebody whose key is known. `since` is the day it was first seen, in ISO 8601 (UTC)."""

    name: str
    fingerprint: str
    verified: bool
    since: str


class Everybody(msgspec.Struct, frozen=True, kw_only=True):
    """All keys known of one server's people."""

    server: str
    people: tuple[Known, ...]


def add_arguments(parser: Parser, text: Text) -> None:
    """Add what `devcloud identity` takes."""
    parser.add_argument(
        "action", nargs="?", default="show", choices=tuple(_ACTIONS), help=text("help_action")
    )
    parser.add_argument("words", nargs="*", metavar=text("meta_words"), help=text("help_words"))
    parser.add_argument("--server", metavar="HOST[:PORT]", help=text("help_identity_server"))
    parser.add_argument("--data", metavar=text("meta_directory"), help=text("help_data"))
    parser.add_argument(
        "--passphrase-file", metavar=text("meta_file"), help=text("help_passphrase_file")
    )
    common.add_keyring_argument(parser, text)


def run(flags: argparse.Namespace, terminal: Terminal) -> int:
    """Show, move or change keys. Raises DevCloudError."""
    settings = Settings(flags)
    data = DataDirectory(settings.data, keyring=settings.flag("keyring"))
    action, least = _ACTIONS[flags.action]
    if len(flags.words) < least:
        raise BadSettings("argument_needed", what=flags.action)
    return action(data, settings, flags, terminal)


# ── our own key ──────────────────────────────────────────────────────────────────────────────────


def _show(data: DataDirectory, _: Settings, __: argparse.Namespace, terminal: Terminal) -> int:
    key = data.key()
    shown = Identity(fingerprint=fingerprint(key.public), key=key.public, data=str(data.path))
    rows = [
        (terminal.say("row_fingerprint"), shown.fingerprint),
        (terminal.say("row_data"), shown.data),
    ]
    terminal.result(shown, rows)
    return 0


def _export(data: DataDirectory, _: Settings, flags: argparse.Namespace, terminal: Terminal) -> int:
    key = data.key()
    target = flags.words[0]
    if target != "-" and Path(target).exists():
        raise StorageFailed("file_exists", path=target)
    passphrase = _passphrase(flags, terminal, twice=True)
    if len(passphrase) < SHORTEST_PASSPHRASE:
        raise BadKey("passphrase_too_short", shortest=SHORTEST_PASSPHRASE)
    line = seal_key(key, passphrase, secrets.token_bytes(RANDOM_BYTES)) + "\n"
    if target == "-":
        # To a pipe or a file of the person's: nothing but the line, whatever `--json` says.
        sys.stdout.write(line)
        return 0
    _write_new(Path(target), line)
    shown = Identity(fingerprint=fingerprint(key.public), key=key.public, data=target)
    terminal.tell("exported", path=target)
    terminal.result(shown, [(terminal.say("row_fingerprint"), shown.fingerprint)])
    return 0


def _import(
    data: DataDirectory, settings: Settings, flags: argparse.Namespace, terminal: Terminal
) -> int:
    line = _read(flags.words[0])
    key = open_key(line, _passphrase(flags, terminal, twice=False))
    with data:
        data.lock(HOLDER)
        data.install_key(key)
    return _show(data, settings, flags, terminal)


def _passphrase(flags: argparse.Namespace, terminal: Terminal, *, twice: bool) -> str:
    if flags.passphrase_file:
        return read_passphrase(Path(flags.passphrase_file))
    return ask_passphrase(terminal, twice=twice)


def _write_new(path: Path, line: str) -> None:
    try:
        descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        with os.fdopen(descriptor, "w", encoding="ascii") as file:
            file.write(line)
    except FileExistsError:
        raise StorageFailed("file_exists", path=str(path)) from None
    except OSError:
        raise StorageFailed("not_writable", path=str(path)) from None


def _read(source: str) -> str:
    if source == "-":
        return sys.stdin.read(LONGEST_FILE)
    try:
        with Path(source).open(encoding="utf-8", errors="replace") as file:
            return file.read(LONGEST_FILE)
    except OSError:
        raise StorageFailed("not_readable", path=source) from None


# ── the keys of others ───────────────────────────────────────────────────────────────────────────


def _people(
    data: DataDirectory, settings: Settings, _: argparse.Namespace, terminal: Terminal
) -> int:
    server = parse_address(settings.server).authority
    book = data.book(server)
    known = tuple(_known(pin) for _, pin in sorted(book.pins.items()))
    if not known:
        terminal.tell("nobody_known", server=server)
    rows = [(each.name, _words(each, terminal)) for each in known]
    terminal.result(Everybody(server=server, people=known), rows)
    return 0


def _known(pin: Pin) -> Known:
    since = datetime.datetime.fromtimestamp(pin.first_seen, datetime.UTC).date().isoformat()
    return Known(
        name=pin.name, fingerprint=fingerprint(pin.key), verified=pin.verified, since=since
    )


def _words(known: Known, terminal: Terminal) -> str:
    state = terminal.say("verified" if known.verified else "not_verified")
    return f"{known.fingerprint}   {state}   {terminal.say('since', day=known.since)}"


def _forget(
    data: DataDirectory, settings: Settings, flags: argparse.Namespace, terminal: Terminal
) -> int:
    server = parse_address(settings.server).authority
    with data:
        data.lock(HOLDER)
        book, pin = _find(data, server, flags.words[0])
        data.keep_book(server, pins.forget(book, pin.name))
    terminal.tell("forgotten", name=pin.name)
    terminal.result(_known(pin), [])
    return 0


def _verify(
    data: DataDirectory, settings: Settings, flags: argparse.Namespace, terminal: Terminal
) -> int:
    """Somebody's fingerprint, read on their screen, typed here or compared by eye."""
    server = parse_address(settings.server).authority
    with data:
        data.lock(HOLDER)
        book, pin = _find(data, server, flags.words[0])
        shown = fingerprint(pin.key)
        typed = "".join(flags.words[1:]).replace(" ", "").upper()
        if typed:
            match = typed == shown.replace(" ", "")
        else:
            question = terminal.say("ask_fingerprint", name=pin.name, fingerprint=shown)
            answer = ask_yes_no(question, terminal)
            if answer is None:
                raise BadSettings("fingerprint_missing_here", name=pin.name)
            match = answer
        book = pins.confirm_words(book, pin.name, pin.key, match=match)
        data.keep_book(server, book)
    if not match:
        raise Untrusted("fingerprint_differs", name=pin.name, expected=shown)
    terminal.tell("now_verified", name=pin.name)
    pin = book.pins[next(folded for folded, each in book.pins.items() if each.name == pin.name)]
    terminal.result(_known(pin), [])
    return 0


def _find(data: DataDirectory, server: str, name: str) -> tuple[PinBook, Pin]:
    book = data.book(server)
    pin = book.find(parse_name(name))
    if pin is None:
        raise BadSettings("person_unknown", name=name, server=server)
    return book, pin


_ACTIONS = {
    "show": (_show, 0),
    "export": (_export, 1),
    "import": (_import, 1),
    "people": (_people, 0),
    "verify": (_verify, 1),
    "forget": (_forget, 1),
}
"""What each action does, and how many words it needs."""
