"""The catalogue of texts: everything a person reads, in French and English.

Each `.toml` file beside this one holds an area: `[errors]`, `[cli]`, `[server]`… A key has both
languages or the tests fail. Values go in by name: `say("errors.port_taken", Language.FRENCH,
port=10000)`.
"""

import tomllib
from enum import StrEnum
from functools import cache
from importlib import resources

Value = str | int | float


class Language(StrEnum):
    """A language of the interface, as its ISO 639-1 code."""

    ENGLISH = "en"
    FRENCH = "fr"


@cache
def catalogue() -> dict[str, dict[str, str]]:
    """Return every text by its full key (`area.key`), as a mapping from language to sentence."""
    texts: dict[str, dict[str, str]] = {}
    for file in resources.files(__name__).iterdir():
        if file.name.endswith(".toml"):
            area = file.name.removesuffix(".toml")
            for key, languages in tomllib.loads(file.read_text("utf-8")).items():
                texts[f"{area}.{key}"] = languages
    return texts


def knows(key: str) -> bool:
    """Say whether there is a text under `key`."""
    return key in catalogue()


def say(key: str, language: Language = Language.ENGLISH, /, **values: Value) -> str:
    """Return the text under `key` with its values filled in.

    A key that came over the wire from a newer program may be unknown: then the key itself is the
    best there is to say.
    """
    languages = catalogue().get(key)
    if languages is None:
        return key
    return languages[language].format_map(_Forgiving(values))


class _Forgiving(dict[str, Value]):
    """A missing value shows as its name instead of hiding the sentence it stands in."""

    def __missing__(self, key: str) -> str:
        return f"{{{key}}}"
