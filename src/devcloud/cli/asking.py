"""Asking the person at the terminal: a yes or a no, a passphrase. Never where nobody is there.

While a call goes on the loop must not wait for a keyboard, so a thread reads the lines; it lives as
long as the process.
"""

import asyncio
import contextlib
import getpass
import os
import sys
import threading
from pathlib import Path

from devcloud.cli.terminal import Terminal, printable
from devcloud.model.errors import BadKey, BadSettings, StorageFailed

LONGEST_PASSPHRASE = 1024
_YES = frozenset({"y", "yes", "o", "oui"})
_NO = frozenset({"n", "no", "non"})


def somebody_there(terminal: Terminal) -> bool:
    """Whether a person reads and types here."""
    return not terminal.json and sys.stdin.isatty()


# ── while nothing else goes on ───────────────────────────────────────────────────────────────────


def ask_yes_no(question: str, terminal: Terminal) -> bool | None:
    """Return the person's answer; None where nobody is there to give one."""
    line = "\n"
    while line and somebody_there(terminal):
        _show(question)
        line = sys.stdin.readline()
        answer = read_answer(line)
        if answer is not None:
            return answer
    return None


def ask_passphrase(terminal: Terminal, *, twice: bool) -> str:
    """Return what the person types, unseen.

    Raises:
        BadSettings: `passphrase_missing`, nobody is there.
        BadKey: `passphrase_mistyped`, the second time something else.
    """
    if not _has_terminal():
        raise BadSettings("passphrase_missing")
    passphrase = getpass.getpass(terminal.say("ask_passphrase") + " ")
    if twice and getpass.getpass(terminal.say("ask_passphrase_again") + " ") != passphrase:
        raise BadKey("passphrase_mistyped")
    return passphrase


def read_passphrase(path: Path) -> str:
    """Return the first line of a file. Raises StorageFailed `not_readable`."""
    try:
        with path.open(encoding="utf-8") as file:
            return file.readline(LONGEST_PASSPHRASE).rstrip("\r\n")
    except (OSError, UnicodeDecodeError):
        raise StorageFailed("not_readable", path=str(path)) from None


def _has_terminal() -> bool:
    if sys.stdin.isatty():
        return True
    try:
        # `getpass` asks there even where something is piped in.
        os.close(os.open("/dev/tty", os.O_RDWR | os.O_NOCTTY))
    except OSError:
        return False
    return True


# ── during a call ────────────────────────────────────────────────────────────────────────────────


class Keyboard:
    """Lines typed while a loop runs."""

    def __init__(self) -> None:
        self._lines: asyncio.Queue[str] = asyncio.Queue()
        self._reading = False

    async def ask(self, question: str, terminal: Terminal) -> bool | None:
        """Return the person's answer; None where nobody is there to give one."""
        if not somebody_there(terminal):
            return None
        self._start()
        while not self._lines.empty():
            # Typed before there was a question.
            self._lines.get_nowait()
        _show(question)
        while True:
            line = await self._lines.get()
            if not line:
                return None
            answer = read_answer(line)
            if answer is not None:
                return answer
            _show(question)

    def _start(self) -> None:
        if not self._reading:
            self._reading = True
            loop = asyncio.get_running_loop()
            threading.Thread(target=self._read, args=(loop,), name="keyboard", daemon=True).start()

    def _read(self, loop: asyncio.AbstractEventLoop) -> None:
        line = b"\n"
        # The loop is gone when somebody presses Enter after the command is done.
        with contextlib.suppress(RuntimeError):
            while line:
                line = _read_terminal()
                loop.call_soon_threadsafe(self._lines.put_nowait, line.decode(errors="replace"))


def _read_terminal() -> bytes:
    """Return a line, or nothing where the terminal is gone. Not through `sys.stdin`, whose lock an
    interpreter that ends would wait for."""
    try:
        return os.read(sys.stdin.fileno(), 1024)
    except OSError:
        return b""


def read_answer(line: str) -> bool | None:
    """Return what a typed line means; None for neither yes nor no."""
    word = line.strip().casefold()
    if word in _YES:
        return True
    return False if word in _NO else None


def _show(question: str) -> None:
    sys.stderr.write(f"{printable(question)} ")
    sys.stderr.flush()
