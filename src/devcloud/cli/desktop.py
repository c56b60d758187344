"""`devcloud desktop`: the window. Qt is imported only here; what it lacks is said in a sentence.

A second start on one data directory brings the first window to the front.
"""

import argparse
import importlib.util
import os
import socket
import sys
from collections.abc import Callable

from devcloud.cli.parser import Parser
from devcloud.cli.settings import Settings
from devcloud.cli.terminal import Terminal
from devcloud.model.errors import AlreadyRunning, LocalError
from devcloud.model.texts import Language

Text = Callable[[str], str]
FIRST_X_PORT = 6000
_ANSWERS_WITHIN_S = 3.0


def add_arguments(parser: Parser, text: Text) -> None:
    """Add what this command takes."""
    parser.add_argument("--server", metavar="ADDRESS", help=text("help_desktop_server"))
    parser.add_argument("--name", metavar="NAME", help=text("help_name"))
    parser.add_argument("--data", metavar="DIR", help=text("help_data"))


def run(flags: argparse.Namespace, terminal: Terminal) -> int:
    """Show the window until it is closed.

    Raises:
        LocalError: `windows_not_installed`, `windows_library_missing`, `windows_no_display`.
        StorageFailed: the data directory.
    """
    check_qt()
    check_display()
    given = Settings(flags)
    try:
        from devcloud.desktop.main import DesktopOptions  # noqa: PLC0415 - Qt is an extra
        from devcloud.desktop.main import run as show  # noqa: PLC0415
    except ImportError as failure:
        raise LocalError("windows_library_missing", detail=str(failure)[:200]) from None
    chosen = flags.language or os.environ.get("DEVCLOUD_LANGUAGE", "")
    options = DesktopOptions(
        data=given.data,
        language=Language(chosen[:2].lower()) if chosen[:2].lower() in set(Language) else None,
        server=given.text("server"),
        name=given.text("name"),
    )
    try:
        return show(options)
    except AlreadyRunning as failure:
        # Whoever started it looks at standard output, where nothing else ever comes.
        terminal.line(failure.text(terminal.language))
        return failure.exit_code


def check_qt() -> None:
    """Raise LocalError `windows_not_installed` where Qt is not."""
    try:
        found = importlib.util.find_spec("PySide6.QtWidgets")
    except ImportError:
        found = None
    if found is None:
        raise LocalError("windows_not_installed")


def check_display() -> None:
    """Raise LocalError `windows_no_display` where there is nothing to show a window on: Qt itself
    would abort the process."""
    if sys.platform in ("win32", "darwin") or os.environ.get("QT_QPA_PLATFORM"):
        return
    if os.environ.get("WAYLAND_DISPLAY"):
        return
    display = os.environ.get("DISPLAY", "")
    if not display or not _answers(display):
        raise LocalError("windows_no_display")


def _answers(display: str) -> bool:
    """Whether an X server takes connections at `HOST:N.SCREEN`: a session that has ended leaves its
    name behind. (X(7), DISPLAY NAMES)"""
    host, _, rest = display.rpartition(":")
    number = rest.partition(".")[0]
    if not number.isascii() or not number.isdigit():
        return False
    try:
        if host not in ("", "unix"):
            socket.create_connection((host, FIRST_X_PORT + int(number)), _ANSWERS_WITHIN_S).close()
            return True
        local = f"/tmp/.X11-unix/X{number}"
        return any(_connects(path) for path in (local, f"\0{local}"))
    except (OSError, OverflowError):
        return False


def _connects(path: str) -> bool:
    with socket.socket(socket.AF_UNIX) as display:
        display.settimeout(_ANSWERS_WITHIN_S)
        return display.connect_ex(path) == 0
