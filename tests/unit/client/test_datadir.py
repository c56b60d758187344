"""A client's directory: one client at a time, and everything that can be wrong with its files."""

import json
import os
from pathlib import Path

import pytest

from devcloud.client.datadir import HOLDER_FILE, SERVERS_FILE, DataDirectory
from devcloud.model.errors import AlreadyRunning, StorageFailed


def test_it_is_made_where_it_is_missing_and_is_nobody_elses(tmp_path: Path) -> None:
    DataDirectory(tmp_path / "a" / "b")
    assert (tmp_path / "a" / "b").stat().st_mode & 0o777 == 0o700


def test_the_second_one_is_told_who_holds_it(tmp_path: Path) -> None:
    with DataDirectory(tmp_path) as first:
        first.lock("Marc")
        with pytest.raises(AlreadyRunning) as held:
            DataDirectory(tmp_path).lock("John")
        assert held.value.values == {"path": str(tmp_path), "name": "Marc", "pid": os.getpid()}
    with DataDirectory(tmp_path) as second:
        second.lock("John")


@pytest.mark.parametrize("content", ["", "[]", "{", '{"name": "Marc"}', '{"name": 1, "pid": "x"}'])
def test_a_holder_that_cannot_be_read_holds_it_all_the_same(tmp_path: Path, content: str) -> None:
    with DataDirectory(tmp_path) as first:
        first.lock("Marc")
        (tmp_path / HOLDER_FILE).write_text(content)
        with pytest.raises(AlreadyRunning) as held:
            DataDirectory(tmp_path).lock("John")
        assert "{" not in held.value.text()


def test_a_holder_that_cannot_be_written_holds_nothing(tmp_path: Path) -> None:
    (tmp_path / HOLDER_FILE).mkdir()
    with pytest.raises(StorageFailed) as failed:
        DataDirectory(tmp_path).lock("Marc")
    assert failed.value.code == "not_writable"
    (tmp_path / HOLDER_FILE).rmdir()
    with DataDirectory(tmp_path) as directory:
        directory.lock("Marc")


def test_certificates_are_remembered_by_server(tmp_path: Path) -> None:
    directory = DataDirectory(tmp_path)
    assert directory.pin("host:10000") == ""
    directory.remember_pin("host:10000", "A" * 43)
    directory.remember_pin("[::1]:10000", "B" * 43)
    again = DataDirectory(tmp_path)
    assert again.pin("host:10000") == "A" * 43
    assert again.pin("[::1]:10000") == "B" * 43
    assert set(json.loads((tmp_path / SERVERS_FILE).read_text())) == {"host:10000", "[::1]:10000"}


def test_a_list_of_servers_that_cannot_be_used_is_named(tmp_path: Path) -> None:
    directory = DataDirectory(tmp_path)
    (tmp_path / SERVERS_FILE).mkdir()
    for attempt in (lambda: directory.pin("host:1"), lambda: directory.remember_pin("host:1", "A")):
        with pytest.raises(StorageFailed) as failed:
            attempt()
        assert failed.value.code == "not_readable"
        assert SERVERS_FILE in failed.value.text()
    (tmp_path / SERVERS_FILE).rmdir()
    (tmp_path / SERVERS_FILE).with_suffix(".new").mkdir()
    with pytest.raises(StorageFailed) as failed:
        directory.remember_pin("host:1", "A" * 43)
    assert failed.value.code == "not_writable"


def test_the_key_is_made_once(tmp_path: Path) -> None:
    assert DataDirectory(tmp_path).key().public == DataDirectory(tmp_path).key().public
