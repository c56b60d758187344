"""The key in the platform's key store, with a store registered through keyring's own interface."""

import sys
from collections.abc import Iterator
from pathlib import Path

import keyring
import keyring.backend
import keyring.errors
import pytest

from devcloud.client.keyfile import KEY_FILE, install, load_or_create
from devcloud.client.keystore import SERVICE
from devcloud.identity.encoding import to_base64url
from devcloud.identity.keys import SigningKey
from devcloud.model.errors import StorageFailed


class Store(keyring.backend.KeyringBackend):
    """Keeps secrets in memory, unless it is locked or forgetful."""

    priority = 1

    def __init__(self) -> None:
        super().__init__()
        self.secrets: dict[tuple[str, str], str] = {}
        self.locked = self.forgetful = False

    def get_password(self, service: str, username: str) -> str | None:
        self._check()
        return self.secrets.get((service, username))

    def set_password(self, service: str, username: str, password: str) -> None:
        self._check()
        if not self.forgetful:
            self.secrets[(service, username)] = password

    def _check(self) -> None:
        if self.locked:
            raise keyring.errors.KeyringLocked("the store is locked")


@pytest.fixture
def store() -> Iterator[Store]:
    before = keyring.get_keyring()
    store = Store()
    keyring.set_keyring(store)
    yield store
    keyring.set_keyring(before)


def test_a_new_key_is_made_in_the_store(store: Store, tmp_path: Path) -> None:
    key = load_or_create(tmp_path, keyring=True)
    assert store.secrets == {(SERVICE, key.public): to_base64url(key.seed())}
    text = (tmp_path / KEY_FILE).read_text()
    assert text == f"devcloud-identity 1\nkeyring\n{key.public}\n"
    assert to_base64url(key.seed()) not in text


def test_the_file_moves_to_the_store_and_stays_there(store: Store, tmp_path: Path) -> None:
    """Once asked for is for good: another start does not make another key."""
    before = load_or_create(tmp_path)
    moved = load_or_create(tmp_path, keyring=True)
    later = load_or_create(tmp_path)
    assert before.seed() == moved.seed() == later.seed()
    assert to_base64url(before.seed()) not in (tmp_path / KEY_FILE).read_text()


def test_an_imported_key_goes_to_the_store(store: Store, tmp_path: Path) -> None:
    key = SigningKey.from_seed(bytes(range(32)))
    install(tmp_path, key, keyring=True)
    install(tmp_path, key, keyring=True)
    assert load_or_create(tmp_path).public == key.public
    with pytest.raises(StorageFailed) as failed:
        install(tmp_path, SigningKey.from_seed(bytes(32)), keyring=True)
    assert failed.value.code == "key_file_exists"


def test_a_store_that_is_locked(store: Store, tmp_path: Path) -> None:
    key = load_or_create(tmp_path, keyring=True)
    store.locked = True
    with pytest.raises(StorageFailed, match="the store is locked"):
        load_or_create(tmp_path)
    store.locked = False
    assert load_or_create(tmp_path).public == key.public


@pytest.mark.parametrize("how", ["forgetful", "locked"])
def test_the_file_is_not_touched_before_the_key_is_in_the_store(
    store: Store, tmp_path: Path, how: str
) -> None:
    load_or_create(tmp_path)
    text = (tmp_path / KEY_FILE).read_text()
    setattr(store, how, True)
    with pytest.raises(StorageFailed) as failed:
        load_or_create(tmp_path, keyring=True)
    assert failed.value.code == "keyring_failed"
    assert (tmp_path / KEY_FILE).read_text() == text


@pytest.mark.parametrize("instead", [None, "nonsense", to_base64url(bytes(32))])
def test_a_store_that_has_lost_the_key(store: Store, tmp_path: Path, instead: str | None) -> None:
    """Never a new key in its place: that would look like an attack to everybody else."""
    key = load_or_create(tmp_path, keyring=True)
    if instead is None:
        store.secrets.clear()
    else:
        store.secrets[(SERVICE, key.public)] = instead
    with pytest.raises(StorageFailed) as failed:
        load_or_create(tmp_path)
    assert failed.value.code == "keyring_empty"
    assert "keyring" in (tmp_path / KEY_FILE).read_text()


def test_without_the_extra(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "keyring", None)
    with pytest.raises(StorageFailed) as failed:
        load_or_create(tmp_path, keyring=True)
    assert failed.value.code == "keyring_missing"
    assert not (tmp_path / KEY_FILE).exists()
    load_or_create(tmp_path)
