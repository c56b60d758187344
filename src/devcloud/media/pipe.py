"""The child's ends of the control pipe: a thread that reads orders, a thread that writes reports.

Threads and blocking calls, because that is the same on every system. Reports may be given from any
thread and never wait: when the core does not read, the oldest blocks of sound go first and control
reports are kept. The end of the input is reported once, as the last thing.
"""

import asyncio
import os
import sys
import threading
from collections import deque
from collections.abc import Callable
from typing import Final

from devcloud.media.control import Heard, Levels, Order, Report
from devcloud.media.frames import encode, order_decoder
from devcloud.model.errors import MediaFailed

MOST_ORDERS: Final = 1_000
"""Orders that may wait; beyond it the pipe is read no further."""
MOST_VOICE: Final = 200
MOST_REPORTS: Final = 10_000
_CHUNK: Final = 65_536


def take_standard_streams() -> tuple[int, int]:
    """Return descriptors for orders and reports, and leave standard output to chatter.

    What a native library prints goes to standard error from now on, and cannot break a frame.
    """
    orders, reports = os.dup(0), os.dup(1)
    nothing = os.open(os.devnull, os.O_RDONLY)
    os.dup2(nothing, 0)
    os.close(nothing)
    os.dup2(2, 1)
    return orders, reports


class OrderReader:
    """Reads orders on a thread and hands them to the loop, at most MOST_ORDERS ahead of it.

    `take` is called on the loop with each, and with None at the end; call `done` for each taken.
    """

    def __init__(self, descriptor: int, take: Callable[[Order | None], None]) -> None:
        self._descriptor = descriptor
        self._take = take
        self._loop = asyncio.get_running_loop()
        self._room = threading.Semaphore(MOST_ORDERS)
        threading.Thread(target=self._run, name="orders", daemon=True).start()

    def done(self) -> None:
        """Say that an order has been dealt with."""
        self._room.release()

    def _run(self) -> None:
        decoder = order_decoder()
        try:
            while data := os.read(self._descriptor, _CHUNK):
                for order in decoder.feed(data):
                    self._room.acquire()
                    self._loop.call_soon_threadsafe(self._take, order)
        except (MediaFailed, OSError) as error:
            # Nothing sensible can follow: end as if the core had gone.
            print(f"orders: {error!r}", file=sys.stderr)  # noqa: T201 (the core logs it)
        self._loop.call_soon_threadsafe(self._take, None)


class ReportWriter:
    """Writes reports on a thread."""

    def __init__(self, descriptor: int) -> None:
        self._descriptor = descriptor
        self._waiting: deque[Report] = deque()
        self._voice = 0
        self._levels: dict[str, Levels] = {}
        self._changed = threading.Condition()
        self._ended = False
        self._thread = threading.Thread(target=self._run, name="reports", daemon=True)
        self._thread.start()

    def report(self, report: Report) -> None:
        """Send a report as soon as the pipe takes it."""
        with self._changed:
            if isinstance(report, Levels) and self._put_level(report):
                return
            self._waiting.append(report)
            if isinstance(report, Heard):
                self._voice += 1
                if self._voice > MOST_VOICE:
                    self._drop_oldest_voice()
            elif len(self._waiting) > MOST_REPORTS:
                # A core that has not read for an hour will not read any more.
                os._exit(70)
            self._changed.notify()

    def close(self, wait_s: float) -> None:
        """Write what waits, for so long at most."""
        with self._changed:
            self._ended = True
            self._changed.notify()
        self._thread.join(wait_s)

    def _put_level(self, levels: Levels) -> bool:
        """Keep the newest levels of a call; whether it takes the place of one that waits."""
        waits = levels.call in self._levels
        self._levels[levels.call] = levels
        return waits

    def _drop_oldest_voice(self) -> None:
        for index, report in enumerate(self._waiting):
            if isinstance(report, Heard):
                del self._waiting[index]
                self._voice -= 1
                return

    def _run(self) -> None:
        try:
            while (report := self._next()) is not None:
                frame = memoryview(encode(report))
                while frame:
                    frame = frame[os.write(self._descriptor, frame) :]
        except OSError:
            # The core has gone; the end of the orders says so too and ends the process.
            return

    def _next(self) -> Report | None:
        with self._changed:
            while not self._waiting and not self._ended:
                self._changed.wait()
            if not self._waiting:
                return None
            report = self._waiting.popleft()
            if isinstance(report, Heard):
                self._voice -= 1
            if isinstance(report, Levels):
                return self._levels.pop(report.call)
            return report
