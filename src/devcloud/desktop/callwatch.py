"""One call, watched in the core thread until it is over: its state, its levels, its devices."""

import asyncio
from collections.abc import Callable

from devcloud.call.states import State
from devcloud.client.api import ClientCall, Levels
from devcloud.client.notices import Notice
from devcloud.client.tasks import Tasks
from devcloud.desktop import happenings as on
from devcloud.desktop.device_news import DeviceNews
from devcloud.desktop.translation import call_is, measured
from devcloud.media.control import Quality
from devcloud.model.records import CallKind

RING_2023_S = 7.0
"""So long a program of 2023 waits for an answer."""
TOGETHER_S = 1.0
"""What happens to devices within this time is told as one thing: to find out takes the system some
tenths of a second for each device."""


class CallWatch:
    """Tells the windows of one call."""

    def __init__(
        self,
        call: ClientCall,
        tell: Callable[[on.Happening], None],
        ring_s: float,
        pins_may_differ: Callable[[], None],
    ) -> None:
        self.call = call
        self._tell = tell
        self._ring_s = ring_s
        self._pins_may_differ = pins_may_differ
        self._id = call.id
        self._previous = ""
        self._quality: Quality | None = None
        self._figures: on.Measured | None = None
        self._listening = False
        self._news = DeviceNews()
        self._together: list[Notice] = []

    async def run(self, tasks: Tasks) -> None:
        """Tell each change, until the call is over."""
        # What lacks is said when the devices are opened, which is before anybody can talk.
        tasks.spawn(self._notices(), name=f"notices-{self._id}")
        async for status in self.call.events():
            if status.id != self._id:
                self._previous, self._id = self._id, status.id
            if status.quality is not self._quality:
                self._quality = status.quality
                self._figures = None if status.quality is None else measured(status.quality)
            legacy = status.kind is CallKind.LEGACY_2023
            self._tell(
                call_is(
                    status,
                    previous_id=self._previous,
                    ring_s=min(self._ring_s, RING_2023_S) if legacy else self._ring_s,
                    device=self.call.device,
                    trouble=self.call.trouble,
                    figures=self._figures,
                )
            )
            if status.state is State.ACTIVE and not self._listening:
                self._listening = True
                tasks.spawn(self._levels(), name=f"levels-{self._id}")
                self._pins_may_differ()
        self._pins_may_differ()

    async def _levels(self) -> None:
        async for levels in self.call.levels():
            self._tell_levels(levels)

    def _tell_levels(self, levels: Levels) -> None:
        self._tell(on.LevelsAre(self._id, levels.input_dbfs, levels.output_dbfs))

    async def _notices(self) -> None:
        telling: asyncio.TimerHandle | None = None
        try:
            async for notice in self.call.notices():
                self._together.append(notice)
                if len(self._together) == 1:
                    later = asyncio.get_running_loop().call_later
                    telling = later(TOGETHER_S, self._tell_devices)
        finally:
            if telling is not None:
                telling.cancel()

    def _tell_devices(self) -> None:
        together, self._together = self._together, []
        for code, values in self._news.told(together):
            self._tell(on.CallNotice(self._id, code, values))
