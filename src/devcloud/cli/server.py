"""`devcloud server`: run a server until told to stop, and say how to reach it.

What people need is printed on standard output; what happens is logged on standard error.
"""

import argparse
import asyncio
import contextlib
import logging
import signal
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING

import platformdirs

from devcloud.cli import hosting
from devcloud.cli.desktop import check_display, check_qt
from devcloud.cli.parser import Parser
from devcloud.cli.settings import Settings
from devcloud.cli.terminal import Terminal, command
from devcloud.directory.joining import Join
from devcloud.model.errors import BadSettings, LocalError
from devcloud.model.texts import Language, say
from devcloud.net.addresses import is_loopback
from devcloud.net.loops import fast_loop
from devcloud.net.tls import fingerprint_of
from devcloud.server.echo import ECHO_NAME
from devcloud.server.logs import set_up_logs
from devcloud.server.origins import parse_origin
from devcloud.server.settings import DEFAULT_PORT, ServerSettings

if TYPE_CHECKING:
    from devcloud.server.app import DevCloudServer

Text = Callable[[str], str]


def add_arguments(parser: Parser, text: Text) -> None:
    """Add what this command takes."""
    parser.add_argument(
        "action", nargs="?", choices=tuple(hosting.ACTIONS), help=text("help_server_action")
    )
    parser.add_argument("what", nargs="*", help=text("help_server_what"))
    parser.add_argument("--host", metavar="ADDRESS", help=text("help_server_host"))
    parser.add_argument("--port", metavar="PORT", help=text("help_server_port"))
    parser.add_argument("--data", metavar="DIR", help=text("help_server_data"))
    parser.add_argument("--join", metavar="open|invite|closed", help=text("help_server_join"))
    parser.add_argument("--cert", metavar="PEM", help=text("help_server_cert"))
    parser.add_argument("--key", metavar="PEM", help=text("help_server_key"))
    parser.add_argument(
        "--origin", dest="origins", metavar="URL", action="append", help=text("help_server_origin")
    )
    parser.add_argument(
        "--proxy-certificate", metavar="PEM", help=text("help_server_proxy_certificate")
    )
    parser.add_argument("--window", action="store_true", help=text("help_server_window"))
    parser.add_argument("--echo", action="store_true", help=text("help_server_echo"))
    for flag in ("behind-proxy", "json-logs", "no-records", "metrics-open", "no-2023"):
        key = f"help_server_{flag.replace('-', '_')}"
        parser.add_argument(f"--{flag}", action="store_true", help=text(key))


def run(flags: argparse.Namespace, terminal: Terminal) -> int:
    """Run a server until Ctrl+C or SIGTERM, or do what its host asks. Raises DevCloudError."""
    if flags.action is not None:
        return hosting.run(flags, data_of(flags), terminal)
    set_up_logs(json=flags.json_logs, level=logging.DEBUG if flags.verbose else logging.INFO)
    if flags.window and _can_show(terminal):
        from devcloud.desktop import server_main  # noqa: PLC0415 - Qt is an extra

        return server_main.run(_settings(flags, terminal.language))
    # Windows, where a loop has no signal handlers: Ctrl+C leaves the server in good order too.
    with contextlib.suppress(KeyboardInterrupt), asyncio.Runner(loop_factory=fast_loop()) as runner:
        runner.run(_serve(_settings(flags, terminal.language), terminal))
    return 0


def _can_show(terminal: Terminal) -> bool:
    """Without a display the same facts go to standard output. Raises LocalError: no Qt."""
    check_qt()
    try:
        check_display()
    except LocalError:
        terminal.complain(say("window.no_display", terminal.language))
        return False
    return True


def _settings(flags: argparse.Namespace, language: Language) -> ServerSettings:
    given = Settings(flags)
    if (flags.cert is None) != (flags.key is None):
        raise BadSettings("certificate_half")
    if flags.proxy_certificate and not flags.behind_proxy:
        raise BadSettings("proxy_certificate_alone")
    return ServerSettings(
        data=data_of(flags),
        host=flags.host or None,
        port=_port(given.text("port", str(DEFAULT_PORT))),
        behind_proxy=flags.behind_proxy,
        proxy_certificate=Path(flags.proxy_certificate) if flags.proxy_certificate else None,
        records=not flags.no_records,
        metrics_open=flags.metrics_open,
        legacy_2023=not flags.no_2023,
        join=_join(given.text("join")),
        certificate=Path(flags.cert) if flags.cert else None,
        key=Path(flags.key) if flags.key else None,
        language=language,
        echo=given.flag("echo"),
        origins=_origins(flags.origins, given.text("origin")),
    )


def data_of(flags: argparse.Namespace) -> Path:
    """Return the server's data directory."""
    return Path(flags.data or Settings(flags).text("server_data", str(default_data())))


def default_data() -> Path:
    """Return where a server keeps its files unless told otherwise."""
    return Path(platformdirs.user_data_dir("devcloud", appauthor=False)) / "server"


def _join(text: str) -> Join | None:
    """Raises BadSettings `join_invalid`."""
    try:
        return Join(text) if text else None
    except ValueError:
        raise BadSettings("join_invalid", what=text[:40]) from None


def _origins(flags: list[str] | None, setting: str) -> tuple[str, ...]:
    """Raises BadSettings `origin_invalid`."""
    return tuple(parse_origin(each) for each in flags or setting.replace(",", " ").split())


def _port(text: str) -> int:
    """0 finds a free one. Raises BadSettings `port_invalid`."""
    if not text.isascii() or not text.isdigit() or int(text) > 65_535:
        raise BadSettings("port_invalid")
    return int(text)


async def _serve(settings: ServerSettings, terminal: Terminal) -> None:
    from devcloud.server.app import DevCloudServer  # noqa: PLC0415 - what a host asks needs no HTTP

    stop = asyncio.Event()
    loop = asyncio.get_running_loop()
    for number in (signal.SIGINT, signal.SIGTERM):
        try:
            loop.add_signal_handler(number, stop.set)
        except NotImplementedError:
            break
    async with DevCloudServer(settings) as server:
        if hasattr(signal, "SIGHUP"):
            loop.add_signal_handler(signal.SIGHUP, server.reload_certificate)
        _tell(server, terminal)
        await stop.wait()


def _tell(server: "DevCloudServer", terminal: Terminal) -> None:
    """Say what the host gives to the team."""
    language, data = terminal.language, str(server.settings.data)
    here = server.announcement
    places, link, page = here.places(), here.link(), here.web_link()
    # None where a proxy shows a certificate that the server was not told of.
    shown = fingerprint_of(here.pin) if here.pin else ""
    join = say(f"hosting.join_{server.join}", language, devcloud=command(), data=data)
    value = {
        "outcome": "running",
        "port": server.port,
        "addresses": places,
        "fingerprint": shown,
        "pin": here.pin,
        "link": link,
        "page": page,
        "join": server.join,
        "data": data,
    }
    rows = [
        (say("server.row_address", language), "  ".join(places)),
        (say("server.row_link", language), (link if here.pin else page) if here.reached else ""),
        (say("server.row_fingerprint", language), shown),
        (say("hosting.row_join", language), join),
        (say("server.row_data", language), data),
    ]
    terminal.line(say("server.running", language))
    terminal.result(value, [row for row in rows if row[1]])
    if server.echo is not None:
        terminal.line(say("server.echo_there", language, name=ECHO_NAME))
    for sentence in _how_to_come(server, link, page, language):
        terminal.line(sentence)
    terminal.line(say("server.stop", language))


def _how_to_come(
    server: "DevCloudServer", link: str, page: str, language: Language
) -> Iterator[str]:
    """The way for browsers, then for programs, or what is still missing on it."""
    if server.announcement.reached:
        yield say("server.open_page", language, page=page)
    else:
        yield say("server.origin_unknown", language)
    if server.browsers_warn:
        yield say("server.page_warned", language)
    if not server.announcement.pin:
        yield say("server.browsers_only", language)
    elif server.announcement.reached:
        # Elsewhere the program does not lie where it does here.
        here = is_loopback(server.announcement.host) and not server.settings.origins
        where = say("server.here" if here else "server.elsewhere", language)
        program = command() if here else "devcloud"
        yield say("server.next", language, where=where, link=link, devcloud=program)
