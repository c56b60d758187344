"""What the other person hears: each source gives one block of 10 ms whenever the clock asks.

`take` runs on the clock's thread and never waits. `live` says whether a source goes on while it is
not sent (a microphone does) or is held (a file is, so that nothing of it is missed).
"""

from collections import deque
from collections.abc import Callable
from typing import Final, Protocol

from devcloud.media.control import BLOCK_BYTES
from devcloud.media.files import SoundReader
from devcloud.media.playout import SteadyQueue
from devcloud.media.worker import Worker
from devcloud.model.errors import BadSound

SILENT_BLOCK: Final = bytes(BLOCK_BYTES)
MOST_PROGRAM_BLOCKS: Final = 100
_READ_AHEAD: Final = 100
_READ_AT: Final = 50


class BlockSource(Protocol):
    """One source of one call."""

    @property
    def live(self) -> bool:
        """Whether it goes on while it is not sent."""

    def take(self) -> bytes:
        """Return the next 10 ms."""

    def close(self) -> None:
        """Let go of what it holds. `take` is not called after it."""


class SilentSource:
    """Nothing."""

    live = True

    def take(self) -> bytes:
        """Return the next 10 ms."""
        return SILENT_BLOCK

    def close(self) -> None:
        """Nothing to let go of."""


class ProgramSource:
    """Blocks that a program brings. An empty queue is silence, so that the program may be late."""

    live = True

    def __init__(self) -> None:
        self._blocks = SteadyQueue(SILENT_BLOCK, MOST_PROGRAM_BLOCKS, trim=False)

    def give(self, pcm: bytes) -> bool:
        """Queue whole blocks; False, and none is taken, when more than 1 s would wait."""
        if len(self._blocks) + len(pcm) // BLOCK_BYTES > MOST_PROGRAM_BLOCKS:
            return False
        for at in range(0, len(pcm), BLOCK_BYTES):
            self._blocks.put(pcm[at : at + BLOCK_BYTES])
        return True

    def take(self) -> bytes:
        """Return the next 10 ms."""
        return self._blocks.take()

    def close(self) -> None:
        """Forget what waits."""
        self._blocks.clear()


class EchoSource:
    """What is heard, some time later."""

    live = True

    def __init__(self, delay_s: float) -> None:
        delay = round(delay_s * 100)
        # What cannot be sent in time is left out.
        self._blocks = SteadyQueue(SILENT_BLOCK, delay + MOST_PROGRAM_BLOCKS, trim=False)
        for _ in range(delay):
            self._blocks.put(SILENT_BLOCK)

    def hear(self, block: bytes) -> None:
        """Take what was heard."""
        self._blocks.put(block)

    def take(self) -> bytes:
        """Return the next 10 ms."""
        return self._blocks.take()

    def close(self) -> None:
        """Forget what waits."""
        self._blocks.clear()


class FileSource:
    """A sound file, read ahead by the worker. `failed` is called on the worker's thread."""

    live = False

    def __init__(
        self, reader: SoundReader, worker: Worker, failed: Callable[[BadSound], None]
    ) -> None:
        self.cut_off = reader.cut_off
        self._reader = reader
        self._worker = worker
        self._failed = failed
        self._blocks: deque[bytes] = deque()
        self._reading = False
        self._read_all = False
        self._taken = 0

    @property
    def at_s(self) -> float:
        """How far the file has been played, in seconds from its beginning."""
        at, whole = self._reader.from_s + self._taken / 100, self._reader.duration_s
        return at % whole if self._reader.loops else min(at, whole)

    @property
    def ended(self) -> bool:
        """Whether the last block has been taken."""
        return self._read_all and not self._blocks

    def read_ahead(self) -> None:
        """Read some blocks: on the worker's thread, or before the source is used."""
        if not self._read_all:
            try:
                blocks = self._reader.read(_READ_AHEAD)
            except BadSound as error:
                blocks = []
                self._failed(error)
            self._blocks.extend(blocks)
            self._read_all = len(blocks) < _READ_AHEAD
        self._reading = False

    def take(self) -> bytes:
        """Return the next 10 ms; silence after the end, and while the disk is slow."""
        if len(self._blocks) < _READ_AT and not self._read_all and not self._reading:
            self._reading = True
            self._worker.submit(self.read_ahead)
        if not self._blocks:
            return SILENT_BLOCK
        self._taken += 1
        return self._blocks.popleft()

    def close(self) -> None:
        """Close the file, after what the worker may be reading."""
        self._read_all = True
        self._worker.submit(self._reader.close)
