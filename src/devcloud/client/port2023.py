"""The port of 2023 calls, held by the media process on behalf of this client.

`hold` takes it, and it stays held: after the media process had to be started again, and where the
machine has moved to another address. Knows nothing of who calls.
"""

import asyncio
import logging
from collections.abc import Callable
from enum import StrEnum

from devcloud.client.calls2023 import Calls2023
from devcloud.media import control
from devcloud.model.errors import AlreadyRunning, BadSettings, DevCloudError, LocalError

HOLD_S = 10.0
"""How long the media process may take to say whether it has the port."""

_TROUBLES: dict[str, type[LocalError]] = {
    "port_2023_taken": AlreadyRunning,
    "address_2023_not_here": BadSettings,
}

_log = logging.getLogger(__name__)


class Mode2023(StrEnum):
    """Which calls with programs of 2023 a client takes part in."""

    OFF = "off"
    OUT = "out"
    """It can call people of 2023: the port is taken when it first does."""
    ON = "on"
    """It can call them and be called; where the port is taken it goes on without."""
    ONLY = "only"
    """It knows nothing else: the server is spoken to as in 2023, too."""


def parse_mode_2023(text: str) -> Mode2023:
    """Return the mode that `text` names. Raises BadSettings `mode_2023_invalid`."""
    try:
        return Mode2023(text)
    except ValueError:
        raise BadSettings("mode_2023_invalid", mode=text[:40]) from None


class Port2023:
    """The port of one client. `order` tells the media process; `told` hears of each change."""

    def __init__(
        self, calls: Calls2023, order: Callable[[control.Order], None], told: Callable[[], None]
    ) -> None:
        self.trouble: DevCloudError | None = None
        """Why the port is not held, where it should be."""
        self._calls = calls
        self._order = order
        self._told = told
        self._address = ""
        self._news = asyncio.Event()

    @property
    def held(self) -> bool:
        """Whether 2023 calls can be made and taken."""
        return self._calls.open

    async def hold(self, address: str) -> None:
        """Take the port at `address`, unless it is held already.

        Raises:
            AlreadyRunning: `port_2023_taken`.
            BadSettings: `address_2023_not_here`.
            LocalError: `port_2023_closed`: the media process is busy with other things.
        """
        if self.held:
            return
        if not address:
            raise LocalError("port_2023_closed")
        self._listen(address)
        try:
            async with asyncio.timeout(HOLD_S):
                while not self.held and self.trouble is None:
                    self._news.clear()
                    await self._news.wait()
        except TimeoutError:
            self.trouble = LocalError("port_2023_closed")
        if self.trouble is not None:
            raise self.trouble

    def moved(self, address: str) -> None:
        """The server is reached from `address` now: the port follows, unless there is a call."""
        if self._address not in ("", address) and not self._calls.in_call:
            self._change(held=False)
            self._listen(address)

    def reported(self, report: control.Report) -> None:
        """The media process has said something."""
        match report:
            case control.Listening2023():
                self._change(held=True)
            case control.Trouble(code=code, detail=detail) if code in _TROUBLES:
                self.trouble = _TROUBLES[code](code, detail=detail)
                _log.warning("%s", self.trouble)
                self._change(held=False)

    def media_gone(self) -> None:
        """The media process has died, and the port is nobody's."""
        self._change(held=False)

    def media_back(self) -> None:
        """Another one is up: it is to hold the port before calls go on."""
        if self._address:
            self._listen(self._address)

    def _listen(self, address: str) -> None:
        self._address = address
        self.trouble = None
        self._order(control.Listen2023(address=address))

    def _change(self, *, held: bool) -> None:
        changed = held != self._calls.open
        self._calls.open = held
        self._news.set()
        if changed:
            self._told()
