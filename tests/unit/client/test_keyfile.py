"""The key file: made once, whole, for its owner alone; never replaced by itself."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

from devcloud.client import keyfile
from devcloud.client.keyfile import KEY_FILE, install, load_or_create
from devcloud.identity.keys import SigningKey
from devcloud.model.errors import StorageFailed

KEY = SigningKey.from_seed(bytes(range(32)))
OTHER = SigningKey.from_seed(bytes(range(32, 64)))

posix = pytest.mark.skipif(os.name != "posix", reason="who may read is kept elsewhere")


def refusal(directory: Path) -> StorageFailed:
    with pytest.raises(StorageFailed) as failure:
        load_or_create(directory)
    text = failure.value.text()
    assert str(directory / KEY_FILE) in text
    assert "{" not in text
    return failure.value


def test_the_first_use_makes_a_key_that_stays(tmp_path: Path) -> None:
    directory = tmp_path / "new" / "data"
    key = load_or_create(directory)
    assert load_or_create(directory).seed() == key.seed()
    assert load_or_create(tmp_path / "other").public != key.public


@posix
def test_nobody_else_may_read_it(tmp_path: Path) -> None:
    before = os.umask(0)
    try:
        load_or_create(tmp_path / "data")
    finally:
        os.umask(before)
    assert (tmp_path / "data" / KEY_FILE).stat().st_mode & 0o777 == 0o600
    assert (tmp_path / "data").stat().st_mode & 0o777 == 0o700


def test_nothing_else_is_left(tmp_path: Path) -> None:
    (tmp_path / "identity.new").write_text("of a program that was stopped half way", "utf-8")
    load_or_create(tmp_path)
    left = {path.name for path in tmp_path.iterdir()} - {"identity.lock"}
    assert left == {KEY_FILE}


def written(directory: Path) -> str:
    install(directory, KEY)
    return (directory / KEY_FILE).read_text("ascii")


@pytest.mark.parametrize(
    "damage",
    [
        lambda text: "",
        lambda text: text[:-1],
        lambda text: text[:40],
        lambda text: text + "\n",
        lambda text: text.replace("identity 1", "identity 2"),
        lambda text: text.replace(KEY.public, OTHER.public),
        lambda text: text.replace("\n", "\r\n"),
        lambda text: text.replace("A", "é"),
        lambda text: text.split("\n")[1],
        lambda text: text * 100,
    ],
    ids=["empty", "an end", "half", "a line more", "newer", "of two keys", "line ends",
         "not ASCII", "bare", "too long"],
)  # fmt: skip
def test_a_damaged_file_is_said_and_left(tmp_path: Path, damage) -> None:  # type: ignore[no-untyped-def]
    damaged = damage(written(tmp_path)).encode()
    (tmp_path / KEY_FILE).write_bytes(damaged)
    assert refusal(tmp_path).code == "key_file_damaged"
    assert (tmp_path / KEY_FILE).read_bytes() == damaged


@posix
@pytest.mark.parametrize("mode", [0o640, 0o604, 0o660, 0o777])
def test_a_file_that_others_can_read_is_said_and_left(tmp_path: Path, mode: int) -> None:
    written(tmp_path)
    (tmp_path / KEY_FILE).chmod(mode)
    assert refusal(tmp_path).code == "key_file_open_to_others"
    assert (tmp_path / KEY_FILE).stat().st_mode & 0o777 == mode
    (tmp_path / KEY_FILE).chmod(0o600)  # what the sentence says to do
    assert load_or_create(tmp_path).public == KEY.public


@posix
def test_not_a_file(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / KEY_FILE)
    assert refusal(tmp_path).code == "key_file_damaged"  # and not a wait without end
    (tmp_path / KEY_FILE).unlink()
    (tmp_path / KEY_FILE).mkdir(0o700)
    assert refusal(tmp_path).code == "key_file_damaged"


@posix
def test_a_link_to_itself_cannot_be_read(tmp_path: Path) -> None:
    (tmp_path / KEY_FILE).symlink_to(tmp_path / KEY_FILE)
    assert refusal(tmp_path).code == "key_file_unreadable"


def test_a_directory_that_cannot_be_made(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("in the way", "utf-8")
    assert refusal(tmp_path / "file").code == "key_file_unreadable"
    assert refusal(tmp_path / ("n" * 300)).code == "key_file_unreadable"


def test_a_full_disk_leaves_nothing(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def full(_file: int) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(keyfile.os, "fsync", full)
    assert refusal(tmp_path).code == "key_file_unwritable"
    assert {path.name for path in tmp_path.iterdir()} <= {"identity.lock"}


def test_somebody_who_holds_the_lock_for_ever(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(keyfile, "_LOCK_WAIT_S", 0.01)
    with keyfile.FileLock(tmp_path / "identity.lock", is_singleton=False):
        assert refusal(tmp_path).code == "key_file_unwritable"


def test_an_imported_key(tmp_path: Path) -> None:
    install(tmp_path, KEY)
    install(tmp_path, KEY)
    assert load_or_create(tmp_path).seed() == KEY.seed()
    with pytest.raises(StorageFailed) as failure:
        install(tmp_path, OTHER)
    assert failure.value.code == "key_file_exists"
    assert load_or_create(tmp_path).public == KEY.public


def test_many_programs_at_once_get_the_same_key(tmp_path: Path) -> None:
    """Real processes, let go together by a line on their standard input."""
    program = (
        "import sys; from pathlib import Path; from devcloud.client.keyfile import load_or_create\n"
        "print('ready', flush=True); sys.stdin.readline()\n"
        "print(load_or_create(Path(sys.argv[1])).public)"
    )
    programs = [
        subprocess.Popen(
            [sys.executable, "-c", program, tmp_path / "data"],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )
        for _ in range(4)
    ]
    for running in programs:
        assert running.stdout is not None
        assert running.stdout.readline() == "ready\n"
    for running in programs:
        assert running.stdin is not None
        running.stdin.write("go\n")
        running.stdin.flush()
    found = [running.communicate(timeout=60)[0].strip() for running in programs]
    assert [running.returncode for running in programs] == [0] * 4
    assert set(found) == {load_or_create(tmp_path / "data").public}
