"""A page's texts, in the language of the moment. Knows no sentence."""

from typing import Protocol

from devcloud.model.texts import Language, Value, say


class Speaks(Protocol):
    """Whoever knows the language: the `AppModel`."""

    @property
    def language(self) -> Language:
        """The language of the interface."""


class T:
    """`T(app)("connect_name")`: the text `desktop.connect_name`, with values filled in by name."""

    def __init__(self, app: Speaks) -> None:
        self._app = app

    def __call__(self, key: str, /, **values: Value) -> str:
        """Return the text under `desktop.<key>`."""
        return say(f"desktop.{key}", self._app.language, **values)
