"""One call inside the media process: its sound, and the path that carries it now.

Runs on the loop. A new generation is a new path that takes over the sound; the old one is closed
first, and whatever it may still say is not heard.
"""

import asyncio
import time
from collections.abc import Callable
from typing import TYPE_CHECKING, Final

from devcloud.media.clock import Clock
from devcloud.media.control import (
    AnswerMade,
    CandidatesFound,
    FirstVoice,
    Heard,
    Levels,
    OfferMade,
    PathChanged,
    PathState,
    Quality,
    Report,
    SourceAt,
    SourceEnded,
    Talk2023,
)
from devcloud.media.path2023 import CODEC, Path2023, Port2023
from devcloud.media.quality import Meter, buffer_floor, dbfs
from devcloud.media.sound import LOUD, Sound
from devcloud.media.sources import FileSource
from devcloud.wire.signalling.bodies import IceCandidate

if TYPE_CHECKING:
    from devcloud.media.engine import Engine, Path

CANDIDATE_WAIT_S: Final = 0.003
"""How long candidates are gathered into one report: they come within a millisecond."""
MOST_EARLY_CANDIDATES: Final = 64
LONGEST_COUNT_S: Final = 2.0

Tell = Callable[[Report], None]


class PathEvents:
    """What the engine says of one path, turned into reports."""

    def __init__(self, call: "Call", generation: int) -> None:
        self._call = call
        self._generation = generation
        self._found: list[IceCandidate] = []
        self._voice = False

    def candidate_found(self, candidate: IceCandidate) -> None:
        """Report it together with those that come at once after it."""
        self._found.append(candidate)
        if len(self._found) == 1:
            asyncio.get_running_loop().call_later(CANDIDATE_WAIT_S, self._flush)

    def gathering_ended(self) -> None:
        """Report what is still held."""
        self._flush()

    def state_changed(self, state: PathState) -> None:
        """Tell the call."""
        self._call.path_changed(self._generation, state)

    def block_arrived(self, block: bytes) -> None:
        """Queue it for the clock, and report the first voice at once. On the engine's thread."""
        sound = self._call.sound
        sound.playout.arrive(block)
        self._call.clock.arrived = time.monotonic()
        if not self._voice and sound.hearing and _is_voice(block):
            self._voice = True
            self._call.tell(FirstVoice(call=self._call.name, generation=self._generation))

    def _flush(self) -> None:
        if self._found and self._call.generation == self._generation:
            found, self._found = self._found, []
            self._call.tell(
                CandidatesFound(call=self._call.name, generation=self._generation, candidates=found)
            )


def _is_voice(block: bytes) -> bool:
    samples = memoryview(block).cast("h")
    return max(samples) >= LOUD or min(samples) <= -LOUD


class Call:
    """The sound of a call and its present path."""

    def __init__(
        self, name: str, engine: "Engine", clock: Clock, tell: Tell, stun: list[str]
    ) -> None:
        self.name = name
        self.tell = tell
        self.generation = 0
        self.sound = Sound(self._heard)
        self._early: list[tuple[int, IceCandidate]] = []
        self._engine = engine
        self.clock = clock
        self._stun = stun
        self._path: Path | None = None
        self._path_2023: Path2023 | None = None
        self._leave_2023: Callable[[], None] | None = None
        self._meter: Meter | None = None
        self._floor: float | None = None
        self._played: FileSource | None = None
        self._measured_at = time.monotonic()

    async def make_offer(self, generation: int) -> None:
        """Replace the path by a new one and report its offer."""
        sdp = await self._new_path(generation).offer()
        self.tell(OfferMade(call=self.name, generation=generation, sdp=sdp))

    async def take_offer(self, generation: int, sdp: str) -> None:
        """Replace the path by one that answers the offer, and report the answer."""
        path = self._new_path(generation)
        answer = await path.answer(sdp)
        self.tell(AnswerMade(call=self.name, generation=generation, sdp=answer))
        early, self._early = self._early, []
        await path.add_candidates([each for number, each in early if number == generation])

    async def take_answer(self, generation: int, sdp: str) -> None:
        """Give the answer to the path, unless a newer one has taken its place."""
        if self._path is not None and generation == self.generation:
            await self._path.take_answer(sdp)

    async def add_candidates(self, generation: int, candidates: list[IceCandidate]) -> None:
        """Give candidates to the path, unless a newer one has taken its place.

        Those of a path that is still to be made wait for it: they may overtake its offer, or the
        offer may be held back until the person has accepted.
        """
        if self._path is not None and generation == self.generation:
            await self._path.add_candidates(candidates)
        elif generation > self.generation:
            room = MOST_EARLY_CANDIDATES - len(self._early)
            self._early += [(generation, each) for each in candidates[:room]]

    def path_changed(self, generation: int, state: PathState) -> None:
        """Send the sound through the path as soon as it is up."""
        if generation != self.generation or self._path is None:
            return
        if state is PathState.CONNECTED:
            with self.clock.lock:
                self.sound.path = self._path
        self.tell(PathChanged(call=self.name, generation=generation, state=state))

    def talk_2023(self, order: Talk2023, port: Port2023) -> None:
        """Replace the path by voice of 2023, or let this one speak."""
        generation, address = order.generation, order.address
        if self._path_2023 is not None and generation == self.generation:
            self._path_2023.speaking = order.speaking
            self._tell_connected()
            return
        self.drop_path()
        self.generation = generation
        events = PathEvents(self, generation)
        path = Path2023(address, port.send, events.block_arrived)
        path.speaking = order.speaking
        port.paths[address] = self._path_2023 = path
        self._leave_2023 = lambda: port.leave(address, path)
        with self.clock.lock:
            self.sound.path = path
        self._tell_connected()

    def _tell_connected(self) -> None:
        state = PathState.CONNECTED
        self.tell(PathChanged(call=self.name, generation=self.generation, state=state))

    async def measure(self) -> None:
        """Report how far the file is that is played, and the quality of the path."""
        self._tell_source()
        now = time.monotonic()
        with self.clock.lock:
            sent, heard = self.sound.levels()
        samples = round((now - self._measured_at) * 48_000)
        self._measured_at = now
        if self._leave_2023 is not None:
            # Voice of 2023 carries neither numbers nor times: nothing tells loss, delay or jitter.
            self.tell(
                Quality(
                    call=self.name,
                    generation=self.generation,
                    codec=CODEC,
                    path="direct",
                    input_level_dbfs=_level(sent, samples),
                    output_level_dbfs=_level(heard, samples),
                )
            )
        if self._path is None or self._meter is None or self.sound.path is None:
            return
        try:
            async with asyncio.timeout(LONGEST_COUNT_S):
                counters = await self._path.counters()
        except TimeoutError:
            # The numbers of one second are worth no call: the orders go on.
            return
        quality = self._meter.measure(now, counters, _level(sent, samples), _level(heard, samples))
        self.tell(quality)
        floor = buffer_floor(quality.loss, self._floor)
        if floor != self._floor:
            self._floor = floor
            await self._path.hold_at_least(floor)

    def _tell_source(self) -> None:
        source = self.sound.source
        if not isinstance(source, FileSource) or source is self._played:
            return
        if source.ended:
            self._played = source
            self.tell(SourceEnded(call=self.name))
        else:
            self.tell(SourceAt(call=self.name, at_s=source.at_s))

    def drop_path(self) -> None:
        """Close the path, if there is one."""
        with self.clock.lock:
            self.sound.path = None
        leave, self._leave_2023 = self._leave_2023, None
        self._path_2023 = None
        if leave is not None:
            leave()
        path, self._path = self._path, None
        if path is not None:
            path.close()

    def _new_path(self, generation: int) -> "Path":
        self.drop_path()
        self.generation = generation
        self._path = self._engine.make_path(PathEvents(self, generation), self._stun)
        self._meter = Meter(self.name, generation)
        self._floor = None
        return self._path

    def tell_levels(self, sent_dbfs: float, heard_dbfs: float) -> None:
        """Report how loud it is: on the clock's thread."""
        self.tell(Levels(call=self.name, input_dbfs=sent_dbfs, output_dbfs=heard_dbfs))

    def _heard(self, block: bytes) -> None:
        self.tell(Heard(call=self.name, pcm=block))


def _level(pcm: bytes, samples: int) -> float:
    import numpy as np  # noqa: PLC0415 (imported while the process waits for its first call)

    values = np.frombuffer(pcm, dtype="<i2").astype(np.float32)
    return dbfs(float(np.dot(values, values)), max(samples, len(values)))
