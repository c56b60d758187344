"""A sealed key: opened by its passphrase, and otherwise refused for the right reason."""

import base64

import pytest
from hypothesis import given
from hypothesis import strategies as st

from devcloud.identity.box import open_key, seal_key
from devcloud.identity.keys import SigningKey
from devcloud.model.errors import BadKey

KEY = SigningKey.from_seed(bytes(range(32)))
PASSPHRASE = "un café très serré"
RANDOM = bytes(range(100, 128))


@pytest.fixture(scope="module")
def sealed() -> str:
    return seal_key(KEY, PASSPHRASE, RANDOM)


def code_of(text: str, passphrase: str = PASSPHRASE) -> str:
    with pytest.raises(BadKey) as refusal:
        open_key(text, passphrase)
    assert refusal.value.text() != refusal.value.code
    return refusal.value.code


def test_the_passphrase_opens_it(sealed: str) -> None:
    assert open_key(sealed, PASSPHRASE).seed() == KEY.seed()


def test_however_it_was_copied_and_typed(sealed: str) -> None:
    wrapped = " \n".join(sealed[n : n + 40] for n in range(0, len(sealed), 40)) + "\r\n"
    decomposed = PASSPHRASE.replace("é", "e\u0301").replace("è", "e\u0300")
    assert open_key(wrapped, decomposed).public == KEY.public


def test_it_does_not_show_the_secret(sealed: str) -> None:
    body = base64.urlsafe_b64decode(sealed.removeprefix("devcloud-key-1.") + "=")
    assert KEY.seed() not in body
    assert sealed.isascii()
    assert seal_key(KEY, PASSPHRASE, RANDOM[::-1]) != sealed


def test_another_passphrase(sealed: str) -> None:
    assert code_of(sealed, PASSPHRASE.upper()) == "sealed_key_wrong_passphrase"
    assert code_of(sealed, "\udc80" * 8) == "sealed_key_wrong_passphrase"  # bytes of no encoding


@pytest.mark.parametrize("text", ["", "Marc", "-----BEGIN PRIVATE KEY-----", "devcloud-key-"])
def test_something_else(text: str) -> None:
    assert code_of(text) == "sealed_key_foreign"


def test_of_a_later_version(sealed: str) -> None:
    assert code_of(sealed.replace("-1.", "-2.")) == "sealed_key_newer"


@given(st.data())
def test_damaged_anywhere(sealed: str, data: st.DataObject) -> None:
    place = data.draw(st.integers(len("devcloud-key-1."), len(sealed) - 1))
    wrong = data.draw(st.sampled_from("ABCxyz019-_=é").filter(lambda c: c != sealed[place]))
    assert code_of(sealed[:place] + wrong + sealed[place + 1 :]) == "sealed_key_damaged"
    assert code_of(sealed[:place]) == "sealed_key_damaged"


def test_a_passphrase_has_some_length() -> None:
    with pytest.raises(BadKey) as refusal:
        seal_key(KEY, "1234567", RANDOM)
    assert refusal.value.code == "passphrase_too_short"
    assert "8" in refusal.value.text()


def test_sealing_takes_its_randomness() -> None:
    with pytest.raises(ValueError, match="28 random bytes"):
        seal_key(KEY, PASSPHRASE, RANDOM[:-1])
