"""The connection to the server, as the status line and the banner show it, with its countdown."""

import math
from typing import TYPE_CHECKING

from devcloud.desktop.viewmodel.clock import Alarm
from devcloud.desktop.viewmodel.values import Link

if TYPE_CHECKING:
    from devcloud.desktop.viewmodel.app import AppModel


class LinkKeeper:
    """Keeps the `Link`, and counts down while there is an attempt to wait for."""

    def __init__(self, app: "AppModel") -> None:
        self._app = app
        self._tick = Alarm(app.clock)
        self._next_at = 0.0
        self.link = Link()

    def connecting(self, address: str) -> None:
        """A first attempt is being made."""
        self._set(Link("connecting", address))

    def up(self) -> None:
        """It is there."""
        self._set(Link("online", self.link.address))

    def off(self) -> None:
        """It is not wanted any more."""
        self._set(Link("offline", self.link.address))

    def down(self, next_try_s: float | None) -> None:
        """It is lost; the next attempt is made in so many seconds, or now."""
        self._next_at = self._app.clock.now() + (next_try_s or 0.0)
        self._count()

    def _count(self) -> None:
        left = self._next_at - self._app.clock.now()
        if left <= 0:
            self._set(Link("reconnecting", self.link.address))
            return
        self._set(Link("reconnecting", self.link.address, math.ceil(left)))
        self._tick.set(left - math.ceil(left) + 1.001, self._count)

    def _set(self, link: Link) -> None:
        self._tick.stop()
        if link != self.link:
            self.link = link
            self._app.link_changed.emit()
