"""Flags beat variables, which beat the file; and which language to speak."""

from argparse import Namespace
from pathlib import Path

import pytest

from devcloud.cli.settings import DEFAULT_SERVER, Settings, language_of
from devcloud.model.errors import BadSettings
from devcloud.model.texts import Language


def settings(
    tmp_path: Path, file: str = "", environment: dict[str, str] | None = None, **flags: str | None
) -> Settings:
    if file:
        (tmp_path / "config.toml").write_text(file)
    return Settings(Namespace(data=str(tmp_path), **flags), environment or {})


def test_without_anything_there_is_the_server_of_this_machine(tmp_path: Path) -> None:
    assert settings(tmp_path).server == DEFAULT_SERVER


def test_each_beats_the_next(tmp_path: Path) -> None:
    file, variable = 'server = "file"\nname = "File"', {"DEVCLOUD_SERVER": "variable"}
    assert settings(tmp_path, file).server == "file"
    assert settings(tmp_path, file, variable).server == "variable"
    assert settings(tmp_path, file, variable, server="flag").server == "flag"
    assert settings(tmp_path, file, variable, server=None).server == "variable"
    assert settings(tmp_path, file, name=None).name == "File"
    assert settings(tmp_path, file, {"DEVCLOUD_NAME": "Variable"}, name=None).name == "Variable"
    assert settings(tmp_path, file, name="Flag").name == "Flag"


def test_the_directory_may_come_from_the_environment(tmp_path: Path) -> None:
    (tmp_path / "config.toml").write_text('name = "Marc"')
    found = Settings(Namespace(data=None), {"DEVCLOUD_DATA": str(tmp_path)})
    assert (found.data, found.name) == (tmp_path, "Marc")


def test_an_empty_name_is_a_mistake_and_a_missing_one_is_asked_for(tmp_path: Path) -> None:
    assert settings(tmp_path, name="").name == ""
    with pytest.raises(BadSettings) as needed:
        assert settings(tmp_path, name=None).name
    assert needed.value.code == "name_needed"


@pytest.mark.parametrize("value", ["5", "true", '["a"]'])
def test_a_setting_of_another_kind_is_named(tmp_path: Path, value: str) -> None:
    with pytest.raises(BadSettings) as wrong:
        assert settings(tmp_path, f"server = {value}").server
    assert wrong.value.code == "config_wrong"
    assert "server" in wrong.value.text() and "config.toml" in wrong.value.text()


def test_a_directory_that_is_a_file_is_told_where_it_is_used(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    assert Settings(Namespace(data=str(tmp_path / "file")), {}).server == DEFAULT_SERVER


@pytest.mark.parametrize(
    ("arguments", "environment", "language"),
    [
        ([], {}, "en"),
        ([], {"LANG": "fr_FR.UTF-8"}, "fr"),
        ([], {"LANG": "de_DE.UTF-8"}, "en"),
        ([], {"LC_ALL": "fr_CA", "LANG": "en_US"}, "fr"),
        ([], {"LC_ALL": "", "LANG": "fr"}, "fr"),
        ([], {"DEVCLOUD_LANGUAGE": "en", "LANG": "fr"}, "en"),
        (["users", "--language", "fr"], {"LANG": "en_US"}, "fr"),
        (["users", "--language=en"], {"LANG": "fr"}, "en"),
        (["users", "--language"], {"LANG": "fr"}, "fr"),
    ],
)
def test_the_language(arguments: list[str], environment: dict[str, str], language: str) -> None:
    assert language_of(arguments, environment) is Language(language)
