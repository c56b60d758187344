"""`devcloud server`: run a server until told to stop, and say how to reach it.

What people need is printed on standard output; what happens is logged on standard error.
"""

import argparse
import asyncio
import contextlib
import ipaddress
import logging
import signal
from collections.abc import Callable
from pathlib import Path

import platformdirs
import psutil

from devcloud.cli.settings import Settings
from devcloud.cli.terminal import Terminal, command
from devcloud.model.errors import BadSettings
from devcloud.model.texts import Language, say
from devcloud.net.tls import fingerprint_of
from devcloud.server.app import DevCloudServer
from devcloud.server.logs import set_up_logs
from devcloud.server.settings import DEFAULT_PORT, ServerSettings

Text = Callable[[str], str]

_MOST_ADDRESSES = 8


def add_arguments(parser: argparse.ArgumentParser, text: Text) -> None:
    """Add the flags of this command."""
    parser.add_argument("--host", metavar="ADDRESS", help=text("help_server_host"))
    parser.add_argument("--port", metavar="PORT", help=text("help_server_port"))
    parser.add_argument("--data", metavar="DIR", help=text("help_server_data"))
    parser.add_argument(
        "--proxy-certificate", metavar="PEM", help=text("help_server_proxy_certificate")
    )
    for flag in ("behind-proxy", "json-logs", "no-records", "metrics-open", "no-2023"):
        key = f"help_server_{flag.replace('-', '_')}"
        parser.add_argument(f"--{flag}", action="store_true", help=text(key))


def run(flags: argparse.Namespace, terminal: Terminal) -> int:
    """Run a server until Ctrl+C or SIGTERM. Raises what DevCloudServer raises at start."""
    set_up_logs(json=flags.json_logs, level=logging.DEBUG if flags.verbose else logging.INFO)
    # Windows, where a loop has no signal handlers: Ctrl+C leaves the server in good order too.
    with contextlib.suppress(KeyboardInterrupt), asyncio.Runner(loop_factory=_loop()) as runner:
        runner.run(_serve(_settings(flags, terminal.language), terminal))
    return 0


def _settings(flags: argparse.Namespace, language: Language) -> ServerSettings:
    given = Settings(flags)
    return ServerSettings(
        data=Path(flags.data or given.text("server_data", str(default_data()))),
        host=flags.host or None,
        port=_port(given.text("port", str(DEFAULT_PORT))),
        behind_proxy=flags.behind_proxy,
        proxy_certificate=Path(flags.proxy_certificate) if flags.proxy_certificate else None,
        records=not flags.no_records,
        metrics_open=flags.metrics_open,
        legacy_2023=not flags.no_2023,
        language=language,
    )


def default_data() -> Path:
    """Return where a server keeps its files unless told otherwise."""
    return Path(platformdirs.user_data_dir("devcloud", appauthor=False)) / "server"


def _port(text: str) -> int:
    """0 finds a free one. Raises BadSettings `port_invalid`."""
    if not text.isascii() or not text.isdigit() or int(text) > 65_535:
        raise BadSettings("port_invalid")
    return int(text)


def _loop() -> Callable[[], asyncio.AbstractEventLoop] | None:
    """uvloop where there is one (not on Windows)."""
    try:
        import uvloop  # noqa: PLC0415
    except ImportError:
        return None
    return uvloop.new_event_loop


async def _serve(settings: ServerSettings, terminal: Terminal) -> None:
    stop = asyncio.Event()
    loop = asyncio.get_running_loop()
    for number in (signal.SIGINT, signal.SIGTERM):
        try:
            loop.add_signal_handler(number, stop.set)
        except NotImplementedError:
            break
    async with DevCloudServer(settings) as server:
        _tell(server, terminal)
        await stop.wait()


def _tell(server: DevCloudServer, terminal: Terminal) -> None:
    """Say what the host gives to the team."""
    language = terminal.language
    hosts = [server.settings.host] if server.settings.host else _addresses()
    places = [
        f"[{host}]:{server.port}" if ":" in host else f"{host}:{server.port}" for host in hosts
    ]
    pin = server.proxy_pin or server.certificate.pin
    link = f"devcloud://{places[0]}/?pin={pin}"
    value = {
        "outcome": "running",
        "port": server.port,
        "addresses": places,
        "fingerprint": fingerprint_of(pin),
        "pin": pin,
        "link": link,
        "data": str(server.settings.data),
    }
    rows = [
        (say("server.row_address", language), "  ".join(places)),
        (say("server.row_link", language), link),
        (say("server.row_fingerprint", language), fingerprint_of(pin)),
        (say("server.row_data", language), str(server.settings.data)),
    ]
    terminal.line(say("server.running", language))
    terminal.result(value, rows)
    terminal.line(say("server.next", language, link=link, devcloud=command()))


def _addresses() -> list[str]:
    """The addresses others may reach this machine at, those of a local network first."""
    found = []
    for interface in psutil.net_if_addrs().values():
        for each in interface:
            try:
                address = ipaddress.ip_address(each.address)
            except ValueError:
                continue  # of another kind: an Ethernet address
            if not (address.is_loopback or address.is_link_local or address.is_multicast):
                found.append(address)
    found.sort(key=lambda address: (address.version, not address.is_private))
    return [str(address) for address in found[:_MOST_ADDRESSES]] or ["127.0.0.1"]
