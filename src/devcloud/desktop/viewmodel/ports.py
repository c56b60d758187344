"""What view-models need of the world: the core behind a bridge, and the person's files.

The real ones are `desktop.bridge.Bridge` and `desktop.store.keeper.Keeper`; tests have their own.
"""

from collections.abc import Callable
from typing import Any, Protocol

from devcloud.desktop.orders import Order
from devcloud.desktop.store.records import Kept, KnownPerson, PastCall
from devcloud.model.errors import DevCloudError

Done = Callable[[Any], None]
Failed = Callable[[DevCloudError], None]


class Core(Protocol):
    """The client core, in another thread."""

    happened: Any
    """Qt signal with one `Happening`, in the Qt thread."""

    def ask(self, order: Order, done: Done | None = None, failed: Failed | None = None) -> None:
        """Have the core do it; one of the two is called in the Qt thread, sooner or later. What
        fails without `failed` is told as `Warned`."""


class Shelf(Protocol):
    """Contacts and history, kept. Everything returns at once."""

    failed: Any
    """Qt signal with a `StorageFailed`."""

    def load(self, server: str, then: Callable[[Kept], None]) -> None:
        """Read what is kept of a server, and hand it over in the Qt thread."""

    def keep_people(self, server: str, people: tuple[KnownPerson, ...]) -> None:
        """Write these people down, in place of what was known of them."""

    def keep_call(self, server: str, call: PastCall) -> None:
        """Write a call down."""

    def delete_calls(self, server: str, ids: tuple[int, ...]) -> None:
        """Take calls away."""

    def delete_before(self, moment: float) -> None:
        """Take the calls away that began earlier, of all servers."""

    def mark_seen(self, server: str) -> None:
        """Missed calls have been seen."""

    def erase(self) -> None:
        """Take everything away, of all servers."""
