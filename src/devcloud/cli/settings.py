"""Where a setting comes from: flags beat `DEVCLOUD_*` variables, which beat `config.toml`.

`config.toml` lies in the data directory and holds the flags' names: `name = "Marc"`.
"""

import os
import tomllib
from argparse import Namespace
from collections.abc import Mapping
from pathlib import Path

from devcloud.client.places import default_directory
from devcloud.model.errors import BadSettings
from devcloud.model.texts import Language

CONFIG_FILE = "config.toml"
DEFAULT_SERVER = "127.0.0.1:10000"


class Settings:
    """The settings of one command, asked for by name."""

    def __init__(self, flags: Namespace, environment: Mapping[str, str] = os.environ) -> None:
        """Raises BadSettings `config_damaged`."""
        self._flags = vars(flags)
        self._environment = environment
        data = self._flags.get("data") or environment.get("DEVCLOUD_DATA")
        self.data = Path(data) if data else default_directory()
        self._file = _read(self.data / CONFIG_FILE)

    def text(self, key: str, default: str = "") -> str:
        """Return a setting, or `default`. Raises BadSettings `config_wrong`."""
        given = self._flags.get(key) or self._environment.get(f"DEVCLOUD_{key.upper()}")
        if given:
            return str(given)
        value = self._file.get(key, default)
        if not isinstance(value, str):
            raise BadSettings("config_wrong", setting=key, path=str(self.data / CONFIG_FILE))
        return value

    def flag(self, key: str) -> bool:
        """Return whether something is switched on. Raises BadSettings `config_not_boolean`."""
        given = self._environment.get(f"DEVCLOUD_{key.upper()}", "")
        if self._flags.get(key) or given:
            return bool(self._flags.get(key)) or given.lower() not in ("0", "no", "false", "off")
        value = self._file.get(key, False)
        if not isinstance(value, bool):
            raise BadSettings("config_not_boolean", setting=key, path=str(self.data / CONFIG_FILE))
        return value

    @property
    def server(self) -> str:
        """The server's address."""
        return self.text("server", DEFAULT_SERVER)

    @property
    def name(self) -> str:
        """Who one is. Raises BadSettings `name_needed`."""
        name = self._flags.get("name")
        # An empty --name is a mistake to be told, not a name that was left out.
        name = name if name is not None else self.text("name")
        if not name and self._flags.get("name") is None:
            raise BadSettings("name_needed")
        return name


def language_of(arguments: list[str], environment: Mapping[str, str] = os.environ) -> Language:
    """Return the language to speak, before anything else has been read: `--language`,
    `DEVCLOUD_LANGUAGE`, then the system's."""
    given = ""
    for argument, value in zip(arguments, [*arguments[1:], ""], strict=False):
        if argument == "--language":
            given = value
        elif argument.startswith("--language="):
            given = argument.partition("=")[2]
    if given:
        return _language(given)
    for variable in ("DEVCLOUD_LANGUAGE", "LC_ALL", "LC_MESSAGES", "LANG"):
        if environment.get(variable):
            return _language(environment[variable])
    return Language.ENGLISH


def _language(text: str) -> Language:
    return Language.FRENCH if text.lower().startswith("fr") else Language.ENGLISH


def _read(path: Path) -> dict[str, object]:
    try:
        return tomllib.loads(path.read_text("utf-8"))
    except (FileNotFoundError, NotADirectoryError, PermissionError):
        # A directory that cannot be used is told where it is used, with what to do.
        return {}
    except (OSError, ValueError) as error:
        raise BadSettings("config_damaged", path=str(path), detail=str(error)) from None
