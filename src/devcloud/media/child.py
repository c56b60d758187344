"""The media process: takes orders one after another and does them.

Everything that changes a call happens on the loop, in the order in which the core asked for it.
What an order cannot do is reported as `Trouble` and ends nothing else. Refuses to decide anything:
the core does.
"""

import asyncio
import os
import time
import traceback
from collections.abc import Awaitable, Callable
from functools import partial
from typing import Any, Final

from devcloud.media import control
from devcloud.media.call import Call
from devcloud.media.card import Card
from devcloud.media.clock import Clock
from devcloud.media.control import Order, Report, Trouble
from devcloud.media.engine import Engine
from devcloud.media.files import SoundReader
from devcloud.media.path2023 import Port2023
from devcloud.media.pipe import OrderReader, ReportWriter
from devcloud.media.recorder import Recorder, WavWriter
from devcloud.media.rings import Rings
from devcloud.media.sources import (
    BlockSource,
    EchoSource,
    FileSource,
    ProgramSource,
    SilentSource,
)
from devcloud.media.trial import Trial
from devcloud.media.worker import Worker
from devcloud.model.errors import BadSound, DevCloudError, ProtocolViolation, StorageFailed

MOST_CALLS: Final = 64
LONGEST_ORDER_S: Final = 10.0
_FATAL: Final = (
    control.MakeOffer, control.TakeOffer, control.TakeAnswer, control.Talk2023,
)  # fmt: skip


class Child:
    """The process's only object. `run` ends with the process's work."""

    def __init__(self, orders: int, reports: int) -> None:
        self._writer = ReportWriter(reports)
        self.tell: Callable[[Report], None] = self._writer.report
        self._inbox: asyncio.Queue[Order | None] = asyncio.Queue()
        self._reader = OrderReader(orders, self._inbox.put_nowait)
        self._engine = Engine()
        self._calls: dict[str, Call] = {}
        self._ticked: tuple[Call, ...] = ()
        self._card = Card(self.tell)
        self._files = Worker("files")
        self._rings = Rings(self._card, self._files, self.tell, self._set_clock)
        self._trial = Trial(self._card, self.tell, self._set_clock)
        self._clock = Clock(self._tick)
        self._port_2023: Port2023 | None = None
        self._next_second = time.monotonic() + 1.0
        self._handlers: dict[type[Any], Callable[[Any], Awaitable[None]]] = {
            control.OpenCall: self._open_call,
            control.MakeOffer: self._make_offer,
            control.TakeOffer: self._take_offer,
            control.TakeAnswer: self._take_answer,
            control.AddCandidates: self._add_candidates,
            control.SetVoice: self._set_voice,
            control.UseSource: self._use_source,
            control.Record: self._record,
            control.ReportVoice: self._report_voice,
            control.Play: self._play,
            control.CloseCall: self._close_call,
            control.UseSpeaker: self._use_speaker,
            control.Processing: self._process,
            control.ListDevices: self._list_devices,
            control.Listen2023: self._listen_2023,
            control.Send2023: self._send_2023,
            control.Talk2023: self._talk_2023,
            control.WatchDevices: self._watch_devices,
            control.Gains: self._amplify,
            control.ReportLevels: self._report_levels,
            control.Ring: self._rings.start,
            control.StopRing: self._stop_ring,
            control.TestMicrophone: self._test_microphone,
            control.StopTest: self._stop_test,
        }

    async def run(self) -> None:
        """Work until the core says `Quit` or has gone."""
        self.tell(control.Ready(version=control.CONTROL_VERSION, engine=self._engine.name))
        _warm_up()
        while (order := await self._next_order()) is not None:
            await self._do(order)
        for name in tuple(self._calls):
            await self._close_call(control.CloseCall(call=name))
        self._rings.stop_all()
        self._trial.stop()
        await self._card.close()
        self._writer.close(1.0)

    async def _next_order(self) -> Order | None:
        """Return the next order, and measure once a second meanwhile."""
        while True:
            awake = self._calls or self._card.busy
            wait = self._next_second - time.monotonic() if awake else None
            if wait is not None and wait <= 0:
                await self._second()
                continue
            try:
                async with asyncio.timeout(wait):
                    order = await self._inbox.get()
            except TimeoutError:
                continue
            if order is None or isinstance(order, control.Quit):
                return None
            self._reader.done()
            return order

    async def _second(self) -> None:
        now = time.monotonic()
        self._next_second = max(self._next_second + 1.0, now + 0.5)
        for call in list(self._calls.values()):
            await call.measure()
        self._card.look_after()

    async def _do(self, order: Order) -> None:
        try:
            async with asyncio.timeout(LONGEST_ORDER_S):
                await self._handlers[type(order)](order)
        except (DevCloudError, TimeoutError) as error:
            code = error.code if isinstance(error, DevCloudError) else "path_stuck"
            detail = str(error.values.get("detail", "")) if isinstance(error, DevCloudError) else ""
            name = getattr(order, "call", "")
            # A candidate that makes no sense, queued or not, leaves the other candidates.
            fatal = isinstance(order, _FATAL) and code != "path_candidate"
            self.tell(Trouble(call=name, code=code, detail=detail, fatal=fatal))
            if isinstance(order, control.UseSource):
                self._do_without(order)

    def _tick(self) -> None:
        self._card.begin_tick()
        for call in self._ticked:
            call.sound.tick()
        self._rings.tick()
        self._trial.tick()
        self._card.end_tick()

    def _call(self, name: str) -> Call:
        call = self._calls.get(name)
        if call is None:
            raise ProtocolViolation("path_unknown_call", detail=name)
        return call

    async def _open_call(self, order: control.OpenCall) -> None:
        if order.call in self._calls or len(self._calls) >= MOST_CALLS:
            raise ProtocolViolation("path_call_refused", detail=order.call)
        call = Call(order.call, self._engine, self._clock, self.tell, order.stun)
        if not self._calls:
            self._next_second = time.monotonic() + 1.0
        self._calls[order.call] = call
        self._set_ticked()

    def _set_ticked(self) -> None:
        with self._clock.lock:
            self._ticked = tuple(self._calls.values())
        self._set_clock()

    def _set_clock(self) -> None:
        if self._ticked or self._rings.busy or self._trial.busy:
            self._clock.run()
        else:
            self._clock.rest()

    async def _make_offer(self, order: control.MakeOffer) -> None:
        await self._call(order.call).make_offer(order.generation)

    async def _take_offer(self, order: control.TakeOffer) -> None:
        await self._call(order.call).take_offer(order.generation, order.sdp)

    async def _take_answer(self, order: control.TakeAnswer) -> None:
        await self._call(order.call).take_answer(order.generation, order.sdp)

    async def _add_candidates(self, order: control.AddCandidates) -> None:
        await self._call(order.call).add_candidates(order.generation, order.candidates)

    async def _set_voice(self, order: control.SetVoice) -> None:
        sound = self._call(order.call).sound
        with self._clock.lock:
            sound.sending, sound.hearing = order.sending, order.hearing

    async def _use_source(self, order: control.UseSource) -> None:
        call = self._call(order.call)
        self._swap_source(call, await self._make_source(call, order.source))

    def _do_without(self, order: control.UseSource) -> None:
        """Send nothing instead of what could not be had, least of all what was sent before it."""
        call = self._calls.get(order.call)
        if call is None:
            return
        self._swap_source(call, SilentSource())
        if isinstance(order.source, control.SoundFile):
            self.tell(control.SourceEnded(call=call.name))

    def _swap_source(self, call: Call, source: BlockSource) -> None:
        with self._clock.lock:
            old, call.sound.source = call.sound.source, source
        old.close()

    async def _make_source(self, call: Call, wanted: control.Source) -> BlockSource:
        match wanted:
            case control.SoundFile():
                return await self._open_file(call, wanted)
            case control.Microphone():
                return self._card.microphone(call.name, wanted.device)
            case control.Program():
                return ProgramSource()
            case control.Echo():
                return EchoSource(wanted.delay_s)
            case _:
                return SilentSource()

    async def _open_file(self, call: Call, wanted: control.SoundFile) -> BlockSource:
        failed = partial(self._failed, call.name)

        def open_it() -> FileSource:
            reader = SoundReader(wanted.path, from_s=wanted.from_s, loop=wanted.loop)
            source = FileSource(reader, self._files, failed)
            source.read_ahead()
            return source

        source = await self._files.run(open_it)
        if source.cut_off:
            self.tell(Trouble(call=call.name, code="sound_cut_off", detail=wanted.path))
        return source

    def _failed(self, call: str, error: BadSound | StorageFailed) -> None:
        detail = str(error.values.get("detail", ""))
        self.tell(Trouble(call=call, code=error.code, detail=detail))

    async def _record(self, order: control.Record) -> None:
        call = self._call(order.call)
        await self._stop_recording(call)
        if not order.path:
            return
        writer = await self._files.run(partial(WavWriter, order.path, append=order.append))
        recorder = Recorder(writer, self._files, partial(self._failed, order.call))
        with self._clock.lock:
            call.sound.recorder = recorder

    async def _stop_recording(self, call: Call) -> None:
        with self._clock.lock:
            recorder, call.sound.recorder = call.sound.recorder, None
        if recorder is not None:
            await self._files.run(recorder.close)

    async def _use_speaker(self, order: control.UseSpeaker) -> None:
        call = self._call(order.call)
        self._drop_speaker(call)
        if order.on:
            feed = self._card.speaker(call.name, order.device)
            with self._clock.lock:
                call.sound.speaker = feed

    def _drop_speaker(self, call: Call) -> None:
        with self._clock.lock:
            speaker, call.sound.speaker = call.sound.speaker, None
        if speaker is not None:
            speaker.close()

    async def _process(self, order: control.Processing) -> None:
        self._card.process(order)

    async def _list_devices(self, _order: control.ListDevices) -> None:
        self._card.tell_devices()

    async def _watch_devices(self, order: control.WatchDevices) -> None:
        self._card.watch(order.on)

    async def _amplify(self, order: control.Gains) -> None:
        self._card.amplify(order)

    async def _stop_ring(self, order: control.StopRing) -> None:
        self._rings.stop(order.ring)

    async def _test_microphone(self, order: control.TestMicrophone) -> None:
        self._trial.start(order)

    async def _stop_test(self, _order: control.StopTest) -> None:
        self._trial.stop()

    async def _listen_2023(self, order: control.Listen2023) -> None:
        port, self._port_2023 = self._port_2023, None
        if port is not None:
            port.close()
        if order.address:
            port = await Port2023.open(order.address, order.port, self.tell, self._clock.lock)
            self._port_2023 = port
            address, number = port.bound
            self.tell(control.Listening2023(address=address, port=number))

    async def _send_2023(self, order: control.Send2023) -> None:
        if self._port_2023 is not None:
            self._port_2023.send(order.data, order.to)

    async def _talk_2023(self, order: control.Talk2023) -> None:
        if self._port_2023 is None:
            raise ProtocolViolation("port_2023_closed")
        self._call(order.call).talk_2023(order, self._port_2023)

    async def _report_voice(self, order: control.ReportVoice) -> None:
        sound = self._call(order.call).sound
        with self._clock.lock:
            sound.reporting = order.on

    async def _report_levels(self, order: control.ReportLevels) -> None:
        call = self._call(order.call)
        with self._clock.lock:
            call.sound.tell_levels = call.tell_levels if order.on else None

    async def _play(self, order: control.Play) -> None:
        source = self._call(order.call).sound.source
        if len(order.pcm) % control.BLOCK_BYTES:
            raise BadSound("play_wrong_size")
        with self._clock.lock:
            taken = isinstance(source, ProgramSource) and source.give(order.pcm)
        if not taken:
            raise BadSound("play_overrun")

    async def _close_call(self, order: control.CloseCall) -> None:
        call = self._call(order.call)
        del self._calls[order.call]
        self._set_ticked()
        await self._stop_recording(call)
        call.drop_path()
        self._drop_speaker(call)
        call.sound.source.close()
        self.tell(control.CallClosed(call=order.call))


def _warm_up() -> None:
    """Import what the first call will need, while there is none.

    Before the first order and not beside it: loading a library holds the interpreter for tens of
    milliseconds, which the clock of a call would not survive unheard.
    """
    import numpy  # noqa: F401, PLC0415
    import soundfile  # noqa: F401, PLC0415
    import soxr  # noqa: F401, PLC0415


def main() -> None:
    """Be the child."""
    from devcloud.media.pipe import take_standard_streams  # noqa: PLC0415

    orders, reports = take_standard_streams()

    async def work() -> None:
        await Child(orders, reports).run()

    code = 70
    try:
        asyncio.run(work())
        code = 0
    except BaseException:  # noqa: BLE001 (the process ends with it, and the core starts another)
        traceback.print_exc()
    finally:
        # The interpreter's own end would pull the ground from under the engine's threads.
        os._exit(code)
