"""`devcloud invite`: a link that lets somebody join, for the program and for a browser, and the
latter as a code to point a camera at.

Works on the server's data directory, whether it runs or not: a running one sees an invitation as
soon as it is made, and its end as soon as it is revoked.
"""

import argparse
import datetime
import sys
import time

import segno

from devcloud.cli.parser import Parser, Text
from devcloud.cli.server import data_of
from devcloud.cli.terminal import Terminal
from devcloud.client.address import parse_address
from devcloud.directory.joining import Invitation, Join
from devcloud.model.errors import BadSettings
from devcloud.model.names import parse_name
from devcloud.model.texts import say
from devcloud.server import announcement, invitations
from devcloud.server.hosting import database

DAYS = 7
MOST_DAYS = 3_650
MOST_USES = 10_000
_DAY_S = 86_400.0
_QUIET_ZONE = 2


def add_arguments(parser: Parser, text: Text) -> None:
    """Add what `devcloud invite` takes."""
    parser.add_argument(
        "action", nargs="?", default="make", choices=tuple(_ACTIONS), help=text("help_invite_what")
    )
    parser.add_argument("id", nargs="?", metavar="ID", help=text("help_invite_id"))
    parser.add_argument(
        "--for", dest="for_name", metavar=text("meta_name"), help=text("help_invite_for")
    )
    parser.add_argument("--uses", metavar="N", help=text("help_invite_uses"))
    parser.add_argument("--days", metavar="D", help=text("help_invite_days"))
    parser.add_argument("--address", metavar="HOST[:PORT]", help=text("help_invite_address"))
    parser.add_argument("--data", metavar=text("meta_directory"), help=text("help_invite_data"))


def run(flags: argparse.Namespace, terminal: Terminal) -> int:
    """Make, list or revoke invitations. Raises DevCloudError."""
    _ACTIONS[flags.action](flags, terminal)
    return 0


def _make(flags: argparse.Namespace, terminal: Terminal) -> None:
    data, now = data_of(flags), time.time()
    server = announcement.read(data)
    for_name = parse_name(flags.for_name) if flags.for_name is not None else ""
    uses = _number(flags.uses, 1, MOST_USES, "--uses")
    days = _number(flags.days, DAYS, MOST_DAYS, "--days")
    port = announcement.HTTPS_PORT if server.proxied else server.port
    place = _place(flags.address, port) if flags.address else ""
    with database(data) as connection:
        made = invitations.make(
            connection, now=now, for_name=for_name, uses=uses, expires_at=now + days * _DAY_S
        )
    link = server.link(place=place, invite=made.token)
    page = server.web_link(place=place, invite=made.token)
    if server.join is not Join.INVITE:
        terminal.complain(say(f"hosting.invite_{server.join}", terminal.language))
    terminal.line(_say(terminal, "invite_made", uses=uses, days=days))
    terminal.result(
        {"outcome": "made", "link": link, "page": page, **_shown(made.invitation, now)},
        [
            (_say(terminal, "row_link"), link),
            (_say(terminal, "row_page"), page),
            (_say(terminal, "row_id"), made.invitation.id),
        ],
    )
    if (sys.stdout.encoding or "").lower().startswith("utf"):
        # What points a camera is a telephone, and that has a browser.
        terminal.line("\n" + qr_code(page))


def _list(flags: argparse.Namespace, terminal: Terminal) -> None:
    now = time.time()
    with database(data_of(flags)) as connection:
        found = [_shown(each, now) for each in invitations.all_of(connection)]
    if not found:
        terminal.line(_say(terminal, "invite_none"))
    rows = [(str(each["id"]), _words(each, terminal)) for each in found]
    terminal.result({"outcome": "list", "invitations": found}, rows)


def _revoke(flags: argparse.Namespace, terminal: Terminal) -> None:
    if not flags.id:
        raise BadSettings("invite_id_missing")
    with database(data_of(flags)) as connection:
        invitations.revoke(connection, flags.id, time.time())
    terminal.line(_say(terminal, "invite_revoked", id=flags.id))
    terminal.result({"outcome": "revoked", "id": flags.id}, [])


_ACTIONS = {"make": _make, "list": _list, "revoke": _revoke}


def qr_code(text: str) -> str:
    """Return a QR code (ISO/IEC 18004) for a terminal: two rows of it in a line.

    What is light in the code is drawn, since most terminals are dark; cameras read it either way.
    """
    light = [
        [not dark for dark in row]
        for row in segno.make(text, error="l", micro=False).matrix_iter(border=_QUIET_ZONE)
    ]
    if len(light) % 2:
        light.append([False] * len(light[0]))
    signs = {(True, True): "█", (True, False): "▀", (False, True): "▄", (False, False): " "}
    pairs = zip(light[::2], light[1::2], strict=True)
    return "\n".join(
        "".join(signs[both] for both in zip(upper, lower, strict=True)) for upper, lower in pairs
    )


def _shown(each: Invitation, now: float) -> dict[str, object]:
    """An invitation for programs; `state` is `good` or why it is not."""
    return {
        "id": each.id,
        "for": each.for_name,
        "uses": each.uses,
        "used": each.used,
        "expires_at": each.expires_at,
        "state": each.problem(now).removeprefix("invite_") or "good",
    }


def _words(each: dict[str, object], terminal: Terminal) -> str:
    words = [_say(terminal, f"state_{each['state']}")]
    words.append(_say(terminal, "uses", used=str(each["used"]), uses=str(each["uses"])))
    if each["for"]:
        words.append(_say(terminal, "for_name", name=str(each["for"])))
    until = datetime.datetime.fromtimestamp(float(str(each["expires_at"])), datetime.UTC)
    words.append(_say(terminal, "until", day=until.date().isoformat()))
    return ", ".join(words)


def _place(text: str, port: int) -> str:
    """Return `host:port` as it stands in a link. Raises BadSettings `address_invalid`."""
    address = parse_address(text)
    host = f"[{address.host}]" if ":" in address.host else address.host
    return address.authority if text.endswith(f":{address.port}") else f"{host}:{port}"


def _number(text: str | None, default: int, most: int, flag: str) -> int:
    """Raises BadSettings `number_invalid`."""
    if text is None:
        return default
    if not text.isascii() or not text.isdigit() or not 1 <= int(text[:9]) <= most:
        raise BadSettings("number_invalid", flag=flag, most=most)
    return int(text)


def _say(terminal: Terminal, key: str, **values: str | int) -> str:
    return say(f"hosting.{key}", terminal.language, **values)
