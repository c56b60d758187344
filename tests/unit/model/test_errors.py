"""An error is a stable code and a sentence in either language."""

import pytest

from devcloud.model.errors import (
    BadName,
    DevCloudError,
    LocalError,
    ProtocolViolation,
    Refused,
    RemoteError,
)
from devcloud.model.texts import Language, catalogue, say


def test_an_error_speaks_both_languages() -> None:
    error = BadName("name_too_long", length=33, longest=32)
    assert error.code == "name_too_long"
    assert str(error) == (
        "That name has 33 characters; it may have 32 at most. Choose a shorter one."
    )
    assert error.text(Language.FRENCH).startswith("Ce nom a 33 caractères")


def test_an_unknown_code_of_a_newer_server_is_still_said() -> None:
    assert str(Refused("moon_too_full")) == "errors.moon_too_full"


def test_the_sentence_of_a_newer_server_is_better_than_a_code() -> None:
    assert str(Refused("moon_too_full", text="The moon is full.")) == "The moon is full."
    assert str(Refused("name_taken", text="Taken.")) == say("errors.name_taken")


def test_a_value_that_lacks_shows_its_name() -> None:
    assert "{length}" in str(BadName("name_too_long", longest=32))


@pytest.mark.parametrize(
    ("error", "exit_code"),
    [(DevCloudError, 3), (LocalError, 2), (RemoteError, 2), (ProtocolViolation, 2)],
)
def test_what_a_command_ends_with(error: type[DevCloudError], exit_code: int) -> None:
    assert error("x").exit_code == exit_code


def test_the_catalogue_is_read_once() -> None:
    assert catalogue() is catalogue()
    assert say("errors.name_empty") == "You must enter a name."
