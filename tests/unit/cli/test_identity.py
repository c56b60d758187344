"""`devcloud identity`: one's own key on its way to another machine, and the keys of others."""

import io
import json
import os
import sys
from pathlib import Path
from typing import Any

import pytest

from devcloud.client.datadir import DataDirectory
from devcloud.client.keyfile import load_or_create
from devcloud.identity.keys import SigningKey, fingerprint
from devcloud.identity.pins import PinBook, confirm_words, remember

SERVER = "127.0.0.1:10000"
JOHN = SigningKey.from_seed(bytes(range(32)))
PAUL = SigningKey.from_seed(bytes(range(32, 64)))


@pytest.fixture
def passphrase(tmp_path: Path) -> Path:
    path = tmp_path / "passphrase"
    path.write_text("cheval batterie agrafe correct\n", "utf-8")
    return path


@pytest.fixture
def known(tmp_path: Path) -> Path:
    """A data directory that knows Paul, and John, who is verified."""
    book = remember(PinBook(), "John", JOHN.public, 1_700_000_000.0)
    book = confirm_words(book, "John", JOHN.public, match=True)
    book = remember(book, "Paul", PAUL.public, 1_700_000_000.0)
    data = tmp_path / "known"
    DataDirectory(data).keep_book(SERVER, book)
    return data


def book(data: Path) -> dict[str, bool]:
    return {pin.name: pin.verified for pin in DataDirectory(data).book(SERVER).pins.values()}


# ── one's own key ────────────────────────────────────────────────────────────────────────────────


def test_the_fingerprint(run: Any, tmp_path: Path) -> None:
    shown = fingerprint(load_or_create(tmp_path).public)
    code, out, err = run("identity", "--data", tmp_path)
    assert (code, err) == (0, "")
    assert shown in out and str(tmp_path) in out
    code, out, _ = run("identity", "show", "--data", tmp_path, "--json")
    assert json.loads(out)["fingerprint"] == shown


def test_to_another_machine(run: Any, tmp_path: Path, passphrase: Path) -> None:
    here, there, line = tmp_path / "here", tmp_path / "there", tmp_path / "key"
    code, out, _ = run("identity", "export", line, "--data", here, "--passphrase-file", passphrase)
    assert code == 0 and str(line) in out
    assert line.stat().st_mode & 0o777 == 0o600
    code, out, _ = run("identity", "import", line, "--data", there, "--passphrase-file", passphrase)
    assert code == 0
    assert load_or_create(here).seed() == load_or_create(there).seed()
    assert fingerprint(load_or_create(here).public) in out


def test_through_a_pipe(
    run: Any, tmp_path: Path, passphrase: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    here, there = tmp_path / "here", tmp_path / "there"
    code, line, _ = run("identity", "export", "-", "--data", here, "--passphrase-file", passphrase)
    assert code == 0 and line.startswith("devcloud-key-1.") and line.count("\n") == 1
    monkeypatch.setattr(sys, "stdin", io.StringIO(line))
    code, _, _ = run("identity", "import", "-", "--data", there, "--passphrase-file", passphrase)
    assert code == 0
    assert load_or_create(here).seed() == load_or_create(there).seed()


def test_another_key_is_never_replaced(run: Any, tmp_path: Path, passphrase: Path) -> None:
    line = tmp_path / "key"
    run("identity", "export", line, "--data", tmp_path / "a", "--passphrase-file", passphrase)
    mine = load_or_create(tmp_path / "b")
    code, _, err = run(
        "identity", "import", line, "--data", tmp_path / "b", "--passphrase-file", passphrase
    )
    assert code == 2 and "another key" in err
    assert load_or_create(tmp_path / "b").seed() == mine.seed()


def test_an_export_never_overwrites(run: Any, tmp_path: Path, passphrase: Path) -> None:
    taken = tmp_path / "taken"
    taken.write_text("something else", "utf-8")
    code, _, err = run(
        "identity", "export", taken, "--data", tmp_path, "--passphrase-file", passphrase
    )
    assert code == 2 and "exists already" in err
    assert taken.read_text("utf-8") == "something else"


@pytest.mark.parametrize(
    ("secret", "complaint"), [("short", "at least 8"), ("not the right one", "not the passphrase")]
)
def test_a_passphrase_that_will_not_do(
    run: Any, tmp_path: Path, passphrase: Path, secret: str, complaint: str
) -> None:
    other = tmp_path / "other"
    other.write_text(secret, "utf-8")
    line = tmp_path / "key"
    if complaint.startswith("not"):
        run("identity", "export", line, "--data", tmp_path, "--passphrase-file", passphrase)
        command = ("identity", "import", line, "--data", tmp_path / "new")
    else:
        command = ("identity", "export", line, "--data", tmp_path)
    code, _, err = run(*command, "--passphrase-file", other)
    assert code == 2 and complaint in err
    assert not (tmp_path / "new" / "identity.key").exists()


def test_nobody_to_type_a_passphrase(
    run: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("devcloud.cli.asking._has_terminal", lambda: False)
    code, _, err = run("identity", "export", tmp_path / "key", "--data", tmp_path)
    assert code == 2 and "--passphrase-file" in err


@pytest.mark.parametrize(("second", "code"), [("a good passphrase", 0), ("another", 2)])
def test_a_passphrase_is_typed_twice(
    run: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, second: str, code: int
) -> None:
    typed = iter(["a good passphrase", second])
    monkeypatch.setattr("devcloud.cli.asking._has_terminal", lambda: True)
    monkeypatch.setattr("getpass.getpass", lambda _prompt: next(typed))
    line = tmp_path / "key"
    assert run("identity", "export", line, "--data", tmp_path)[0] == code
    assert line.exists() == (code == 0)


@pytest.mark.parametrize("source", ["missing", "."])
def test_a_file_that_cannot_be_read(
    run: Any, tmp_path: Path, passphrase: Path, source: str
) -> None:
    path = tmp_path / source
    for command in (
        ("identity", "import", path, "--passphrase-file", passphrase),
        ("identity", "import", passphrase, "--passphrase-file", path),
    ):
        code, _, err = run(*command, "--data", tmp_path / "new")
        assert code == 2 and "cannot be read" in err


def test_an_export_that_cannot_be_written(run: Any, tmp_path: Path, passphrase: Path) -> None:
    code, _, err = run(
        "identity", "export", tmp_path / "no" / "key", "--data", tmp_path,
        "--passphrase-file", passphrase,
    )  # fmt: skip
    assert code == 2 and "cannot be written" in err


def test_while_another_program_uses_the_directory(run: Any, tmp_path: Path, known: Path) -> None:
    with DataDirectory(known) as data:
        data.lock("Marc")
        code, _, err = run("identity", "forget", "John", "--data", known)
    assert code == 2 and "Marc" in err
    assert book(known) == {"John": True, "Paul": False}


# ── the keys of others ───────────────────────────────────────────────────────────────────────────


def test_the_people_whose_keys_are_known(run: Any, known: Path) -> None:
    code, out, _ = run("identity", "people", "--data", known)
    assert code == 0
    john, paul = out.splitlines()
    assert fingerprint(JOHN.public) in john and " verified" in john and "2023-11-14" in john
    assert fingerprint(PAUL.public) in paul and "not verified" in paul
    code, out, _ = run("identity", "people", "--data", known, "--json")
    told = json.loads(out)
    assert told["server"] == SERVER
    assert [(each["name"], each["verified"]) for each in told["people"]] == [
        ("John", True),
        ("Paul", False),
    ]


def test_of_another_server_nobody_is_known(run: Any, known: Path) -> None:
    code, out, _ = run("identity", "people", "--data", known, "--server", "10.0.0.1")
    assert code == 0 and "No keys are known on 10.0.0.1:10000" in out


def test_forgetting(run: Any, known: Path) -> None:
    code, out, _ = run("identity", "forget", "JOHN", "--data", known)
    assert code == 0 and "John" in out
    assert book(known) == {"Paul": False}
    code, _, err = run("identity", "forget", "John", "--data", known)
    assert code == 2 and "No key is known for John" in err


def test_a_fingerprint_read_on_the_other_screen(run: Any, known: Path) -> None:
    shown = fingerprint(PAUL.public)
    code, out, _ = run("identity", "verify", "Paul", *shown.lower().split(), "--data", known)
    assert code == 0 and "Paul is verified" in out
    assert book(known)["Paul"]


def test_another_fingerprint_takes_the_verification_back(run: Any, known: Path) -> None:
    other = fingerprint(PAUL.public)
    code, _, err = run("identity", "verify", "John", other, "--data", known)
    assert code == 2 and fingerprint(JOHN.public) in err
    assert not book(known)["John"]


def test_comparing_needs_somebody(run: Any, known: Path) -> None:
    """Nobody types here, so nothing is confirmed, and nothing is taken back."""
    code, _, err = run("identity", "verify", "John", "--data", known)
    assert code == 2 and "nobody is here" in err
    assert book(known)["John"]


@pytest.mark.parametrize("action", ["export", "import", "forget", "verify"])
def test_a_word_is_missing(run: Any, tmp_path: Path, action: str) -> None:
    code, _, err = run("identity", action, "--data", tmp_path)
    assert code == 2 and f"devcloud identity {action} needs" in err


def test_an_action_that_there_is_not(run: Any, tmp_path: Path) -> None:
    code, _, err = run("identity", "sell", "--data", tmp_path)
    assert code == 2 and err


@pytest.mark.skipif(os.geteuid() == 0, reason="root may write everywhere")
def test_a_directory_that_cannot_be_used(run: Any, tmp_path: Path) -> None:
    tmp_path.chmod(0o500)
    assert run("identity", "--data", tmp_path / "new")[0] == 2
