"""What all calls of a client share of the media process: devices, processing, gains, sounds, and
the test of a microphone. What was chosen is kept, and said again to a new media process.

    await client.devices()
    async for devices in client.devices_changed(): …

Knows nothing of calls.
"""

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import aclosing
from dataclasses import dataclass

from devcloud.client.feed import Feed
from devcloud.client.sounds import Sounds
from devcloud.media import control
from devcloud.model.errors import MediaFailed

LIST_S = 15.0
"""How long the media process may take to list the devices."""
LONGEST_TEST_S = 30.0
_TEST_MARGIN_S = 15.0
_LIST_CODES = frozenset({"device_list", "device_library_missing"})


@dataclass(frozen=True)
class AudioDefaults:
    """What a call uses whose microphone or speaker was not chosen otherwise. Names are of
    `devices`, the system's own where empty."""

    microphone: str = ""
    speaker: str = ""


class Equipment:
    """The devices of one client. `order` tells the media process, if there is one."""

    def __init__(self, order: Callable[[control.Order], None]) -> None:
        self.sounds = Sounds(order)
        self.defaults: AudioDefaults | None = None
        """None: a call that nobody chose anything for sends silence and plays nothing."""
        self._order = order
        self._up = False
        self._processing: control.Processing | None = None
        self._gains: control.Gains | None = None
        self._lists: Feed[tuple[control.Device, ...]] = Feed(1, self._watch)
        self._asked: set[asyncio.Future[tuple[control.Device, ...]]] = set()
        self._test: asyncio.Queue[control.TestLevel | control.TestEnded] | None = None

    async def devices(self) -> tuple[control.Device, ...]:
        """Return the devices there are now.

        Raises:
            MediaFailed: `device_list`, `device_library_missing`, `media_ended`.
        """
        if not self._up:
            raise MediaFailed("media_ended")
        answer: asyncio.Future[tuple[control.Device, ...]]
        answer = asyncio.get_running_loop().create_future()
        self._asked.add(answer)
        self._order(control.ListDevices())
        try:
            async with asyncio.timeout(LIST_S):
                return await answer
        except TimeoutError:
            raise MediaFailed("device_list") from None
        finally:
            self._asked.discard(answer)

    async def devices_changed(self) -> AsyncIterator[tuple[control.Device, ...]]:
        """Yield the devices there are, each time that they are not as before; only the newest
        wait."""
        told: tuple[control.Device, ...] | None = None
        async with aclosing(self._lists.read()) as lists:
            async for devices in lists:
                if devices != told:
                    told = devices
                    yield devices

    def process(self, wanted: control.Processing) -> None:
        """Use this processing from now on."""
        self._processing = wanted
        self._order(wanted)

    def set_gains(self, input_db: float, output_db: float) -> None:
        """Amplify the microphone and what is heard."""
        self._gains = control.Gains(
            input_db=control.bounded_gain(input_db), output_db=control.bounded_gain(output_db)
        )
        self._order(self._gains)

    async def test_microphone(
        self, device: str, seconds: float, speaker: str
    ) -> AsyncIterator[float]:
        """See `Client.test_microphone`."""
        if not self._up:
            raise MediaFailed("media_ended")
        if self._test is not None:
            raise MediaFailed("device_test_running")
        seconds = min(max(seconds, 0.1), LONGEST_TEST_S)
        news = self._test = asyncio.Queue(maxsize=2_000)
        self._order(
            control.TestMicrophone(device=device, speaker=speaker, seconds=seconds),
        )
        try:
            async with asyncio.timeout(2 * seconds + _TEST_MARGIN_S):
                while isinstance(heard := await news.get(), control.TestLevel):
                    yield heard.level_dbfs
            if heard.code:
                raise MediaFailed(heard.code, detail=heard.detail)
        except TimeoutError:
            raise MediaFailed("device_stuck") from None
        finally:
            self._test = None
            self._order(control.StopTest())

    # ── for the client ───────────────────────────────────────────────────────────────────────────

    def media_up(self) -> None:
        """A media process is up and knows nothing yet."""
        self._up = True
        if self._processing is not None:
            self._order(self._processing)
        if self._gains is not None:
            self._order(self._gains)
        if self._lists.wanted:
            self._watch(True)
        if self._asked:
            self._order(control.ListDevices())
        self.sounds.media_back()

    def media_gone(self) -> None:
        """The media process has died."""
        self._up = False
        self._end_test("media_ended")

    def closed(self) -> None:
        """There will be no media process any more."""
        self.media_gone()
        self.sounds.stop_all()
        self._lists.close()
        for answer in self._asked:
            if not answer.done():
                answer.set_exception(MediaFailed("media_ended"))

    def reported(self, report: control.Report) -> None:
        """The media has news."""
        match report:
            case control.Devices(devices=found):
                devices = tuple(found)
                for answer in self._asked:
                    if not answer.done():
                        answer.set_result(devices)
                self._lists.put(devices)
            case control.Trouble(call="", code=code, detail=detail) if code in _LIST_CODES:
                for answer in self._asked:
                    if not answer.done():
                        answer.set_exception(MediaFailed(code, detail=detail))
            case control.TestLevel() | control.TestEnded():
                if self._test is not None and not self._test.full():
                    self._test.put_nowait(report)
            case _:
                self.sounds.reported(report)

    def _end_test(self, code: str) -> None:
        if self._test is not None and not self._test.full():
            self._test.put_nowait(control.TestEnded(code=code))

    def _watch(self, on: bool) -> None:
        self._order(control.WatchDevices(on=on))
