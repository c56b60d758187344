"""`devcloud invite` on a data directory whose server is stopped."""

import json
import sqlite3
from pathlib import Path

import pytest
import segno

from devcloud.cli.invite import qr_code
from devcloud.cli.main import main
from devcloud.client.address import parse_address
from devcloud.directory.joining import Join
from devcloud.server import announcement
from devcloud.server.announcement import Announcement
from devcloud.server.store import DATABASE_FILE, open_database

PIN = "8QPDdi9bk5jBfBI_3KFLAAHTya3_7OUdYL9DLY5l4Vo"


@pytest.fixture
def data(tmp_path: Path) -> Path:
    open_database(tmp_path / DATABASE_FILE).dispose()
    announce(tmp_path)
    return tmp_path


def announce(
    data: Path, *, host: str = "192.0.2.7", pin: str = PIN, join: Join = Join.INVITE
) -> None:
    announcement.write(data, Announcement(host=host, port=10_000, pin=pin, join=join))


def told(capsys: pytest.CaptureFixture[str], *words: str, data: Path) -> dict[str, object]:
    main(["invite", *words, "--data", str(data), "--json"])
    value: dict[str, object] = json.loads(capsys.readouterr().out)
    return value


def test_a_link_that_a_client_reads(capsys: pytest.CaptureFixture[str], data: Path) -> None:
    made = told(capsys, "--for", "Marc", "--uses", "3", "--days", "2", data=data)
    address = parse_address(str(made["link"]))
    assert (address.host, address.port, address.pin) == ("192.0.2.7", 10_000, PIN)
    assert len(address.invite) == 22
    assert (made["for"], made["uses"], made["used"], made["state"]) == ("Marc", 3, 0, "good")
    assert address.invite.encode() not in (data / DATABASE_FILE).read_bytes()


@pytest.mark.parametrize(
    ("given", "place"),
    [
        ("calls.example.org", "calls.example.org:10000"),
        ("calls.example.org:443", "calls.example.org:443"),
        ("fd00::7", "[fd00::7]:10000"),
    ],
)
def test_the_address_as_others_know_it(
    capsys: pytest.CaptureFixture[str], data: Path, given: str, place: str
) -> None:
    made = told(capsys, "--address", given, data=data)
    assert str(made["link"]).startswith(f"devcloud://{place}/?pin=")


def test_behind_a_proxy_an_address_without_a_port_is_the_proxys(
    capsys: pytest.CaptureFixture[str], data: Path
) -> None:
    where = Announcement(host="", port=10_000, pin=PIN, join=Join.INVITE, proxied=True)
    announcement.write(data, where)
    made = told(capsys, "--address", "calls.example.org", data=data)
    assert str(made["link"]).startswith("devcloud://calls.example.org:443/?")
    assert str(made["page"]).startswith("https://calls.example.org/#invite=")


def test_where_a_proxy_shows_a_certificate_of_its_own(
    capsys: pytest.CaptureFixture[str], data: Path
) -> None:
    announce(data, pin="")
    assert "/?invite=" in str(told(capsys, data=data)["link"])
    assert announcement.read(data).link() == "devcloud://192.0.2.7:10000/"


def test_listed_and_revoked(capsys: pytest.CaptureFixture[str], data: Path) -> None:
    main(["invite", "list", "--data", str(data)])
    assert capsys.readouterr().out == "There are no invitations.\n"
    made = str(told(capsys, data=data)["id"])
    expired = str(told(capsys, "--for", "John", data=data)["id"])
    with sqlite3.connect(data / DATABASE_FILE) as database:
        database.execute("UPDATE invitations SET expires_at = 0 WHERE id = ?", (expired,))
    database.close()
    assert told(capsys, "revoke", made, data=data) == {"outcome": "revoked", "id": made}
    main(["invite", "list", "--data", str(data)])
    lines = {line.split()[0]: line for line in capsys.readouterr().out.splitlines()}
    assert "revoked, 0 of 1 used" in lines[made]
    assert "expired, 0 of 1 used, for John, until 1970-01-01" in lines[expired]


@pytest.mark.parametrize(
    ("words", "code"),
    [
        (["--uses", "0"], "number_invalid"),
        (["--uses", "10001"], "number_invalid"),
        (["--days", "many"], "number_invalid"),
        (["--days", "3651"], "number_invalid"),
        (["--for", ""], "name_empty"),
        (["--address", "no address"], "address_invalid"),
        (["revoke"], "invite_id_missing"),
        (["revoke", "nine"], "invite_id_unknown"),
    ],
)
def test_what_makes_no_sense(
    capsys: pytest.CaptureFixture[str], data: Path, words: list[str], code: str
) -> None:
    assert told(capsys, *words, data=data)["outcome"] == code


@pytest.mark.parametrize("join", [Join.OPEN, Join.CLOSED])
def test_where_it_changes_nothing_it_says_so(
    capsys: pytest.CaptureFixture[str], data: Path, join: Join
) -> None:
    announce(data, join=join)
    main(["invite", "--data", str(data)])
    assert f"This server is {join}" in capsys.readouterr().err


def test_a_damaged_announcement(capsys: pytest.CaptureFixture[str], data: Path) -> None:
    (data / "server.json").write_text("{}")
    assert told(capsys, data=data)["outcome"] == "file_damaged"
    (data / "server.json").unlink()
    (data / "server.json").mkdir()
    assert told(capsys, data=data)["outcome"] == "not_readable"


def test_all_interfaces_are_the_machines_addresses() -> None:
    places = Announcement(host="", port=1, pin=PIN, join=Join.OPEN).places()
    assert places
    assert all(place.endswith(":1") for place in places)


def test_the_code_is_the_page_for_browsers(capsys: pytest.CaptureFixture[str], data: Path) -> None:
    main(["invite", "--data", str(data)])
    out = capsys.readouterr().out
    link = next(word for word in out.split() if word.startswith("https://"))
    drawn = [line for line in out.splitlines() if line and set(line) <= set("█▀▄ ")]
    assert "\n".join(drawn) == qr_code(link)
    rows = [[sign in lit for sign in line] for line in drawn for lit in ("█▀", "█▄")]
    matrix = [
        [not dark for dark in row] for row in segno.make(link, error="l").matrix_iter(border=2)
    ]
    assert rows[: len(matrix)] == matrix


def test_its_files_are_private(data: Path) -> None:
    assert (data / "server.json").stat().st_mode & 0o077 == 0
