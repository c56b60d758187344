"""Two real media processes and the smallest signalling there can be between them."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from pathlib import Path
from typing import TypeVar

import pytest

from devcloud.media import process
from devcloud.media.control import (
    AddCandidates,
    AnswerMade,
    CallClosed,
    CandidatesFound,
    CloseCall,
    Heard,
    MakeOffer,
    OfferMade,
    OpenCall,
    PathChanged,
    PathState,
    Report,
    SetVoice,
    TakeAnswer,
    TakeOffer,
)
from devcloud.media.process import MediaProcess

SAMPLES = Path(__file__).parents[3] / "src" / "devcloud" / "media" / "samples"
CALL = "call-1"
_R = TypeVar("_R")


class Side:
    """One media process, everything it has said, and the way to the other side."""

    def __init__(self, media: MediaProcess) -> None:
        self.media = media
        self.reports: list[Report] = []
        self.voice: list[bytes] = []
        self.other: Side | None = None
        self._changed = asyncio.Condition()
        self._pump = asyncio.create_task(self._listen(), name="side")

    @classmethod
    async def start(cls) -> "Side":
        return cls(await MediaProcess.start())

    async def stop(self) -> None:
        await self.media.stop()
        await self._pump

    async def until(self, kind: type[_R], where: Callable[[_R], bool] = lambda _: True) -> _R:
        """Wait for a report that has come or will come."""
        async with asyncio.timeout(60), self._changed:
            while True:
                for report in self.reports:
                    if isinstance(report, kind) and where(report):
                        return report
                await self._changed.wait()

    async def connected(self, generation: int = 1, call: str = CALL) -> None:
        await self.until(
            PathChanged,
            lambda it: (
                (it.call, it.generation, it.state) == (call, generation, PathState.CONNECTED)
            ),
        )

    async def _listen(self) -> None:
        async for report in self.media.reports():
            if isinstance(report, Heard):
                self.voice.append(report.pcm)
            self._relay(report)
            async with self._changed:
                self.reports.append(report)
                self._changed.notify_all()

    def _relay(self, report: Report) -> None:
        other = self.other
        if other is None or other.media.ended.is_set():
            return
        if isinstance(report, OfferMade):
            other.media.send(
                TakeOffer(call=report.call, generation=report.generation, sdp=report.sdp)
            )
        elif isinstance(report, AnswerMade):
            other.media.send(
                TakeAnswer(call=report.call, generation=report.generation, sdp=report.sdp)
            )
        elif isinstance(report, CandidatesFound):
            other.media.send(
                AddCandidates(
                    call=report.call, generation=report.generation, candidates=report.candidates
                )
            )


class Pair:
    """Marc and John."""

    def __init__(self, marc: Side, john: Side) -> None:
        self.marc, self.john = marc, john
        self.join()

    def join(self) -> None:
        self.marc.other, self.john.other = self.john, self.marc

    def both(self) -> tuple[Side, Side]:
        return self.marc, self.john

    async def call(self, generation: int = 1, call: str = CALL) -> None:
        """Marc offers, John answers, both hear."""
        for side in self.both():
            side.media.send(OpenCall(call=call))
            side.media.send(SetVoice(call=call, sending=True, hearing=True))
        self.marc.media.send(MakeOffer(call=call, generation=generation))
        for side in self.both():
            await side.connected(generation, call)

    async def close(self, call: str = CALL) -> None:
        for side in self.both():
            side.media.send(CloseCall(call=call))
        for side in self.both():
            await side.until(CallClosed, lambda it: it.call == call)


MakePair = Callable[[], Awaitable[Pair]]


@pytest.fixture(autouse=True)
def patience(monkeypatch: pytest.MonkeyPatch) -> None:
    """How fast a busy machine starts and ends a process is no test's business."""
    for limit in ("START_S", "STOP_S"):
        monkeypatch.setattr(process, limit, 60.0)


@pytest.fixture
async def make_pair() -> AsyncIterator[MakePair]:
    """Start a pair when the test has made the world it is to live in."""
    sides: list[Side] = []

    async def make() -> Pair:
        sides.extend(await asyncio.gather(Side.start(), Side.start()))
        return Pair(sides[-2], sides[-1])

    try:
        yield make
    finally:
        await asyncio.gather(*(side.stop() for side in sides))


@pytest.fixture
async def pair(make_pair: MakePair) -> Pair:
    return await make_pair()
