"""Microphone, speaker and sounds with nobody signed in: a media process, and no client.

    async with SoundCheck() as check:
        print(await check.devices())
        async for level_dbfs in check.test_microphone(): …

What a person tries before the first call. There is one media process a person, so that it ends
before a client begins.
"""

import asyncio
from types import TracebackType

from devcloud.client.equipment import Equipment
from devcloud.client.shared_audio import SharedAudio
from devcloud.media import control
from devcloud.media.process import MediaProcess
from devcloud.model.errors import MediaFailed
from devcloud.net.tasks import Tasks


class SoundCheck(SharedAudio):
    """Devices, sounds, and the test of a microphone. Raises MediaFailed on entering, where the
    media process does not start."""

    def __init__(self) -> None:
        self.equipment = Equipment(self._order)
        self.ended = asyncio.Event()
        """The media process has ended, by itself or since this was left."""
        self._calls = {}
        self._media: MediaProcess | None = None
        self._tasks = Tasks("sound-check")

    async def __aenter__(self) -> "SoundCheck":
        self._media = await MediaProcess.start()
        self._tasks.spawn(self._listen(self._media), name="reports")
        self.equipment.media_up()
        return self

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        media, self._media = self._media, None
        self.equipment.closed()
        if media is not None:
            await media.stop()
        await self._tasks.aclose()
        self.ended.set()

    async def _listen(self, media: MediaProcess) -> None:
        async for report in media.reports():
            self.equipment.reported(report)
        self.ended.set()
        self.equipment.closed()

    def _order(self, order: control.Order) -> None:
        if self._media is None:
            return
        try:
            self._media.send(order)
        except MediaFailed:
            # It has just ended: whoever waits hears `media_ended`.
            self.ended.set()
