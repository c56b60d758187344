"""The core's side of the media process: start it, give it orders, hear its reports, see it end.

    media = await MediaProcess.start()
    media.send(OpenCall(call="…"))
    async for report in media.reports(): ...      # ends when the process has ended
    await media.stop()

Nothing here waits without a bound and nothing is kept without one: of blocks of sound the oldest
go first when a side does not keep up, orders and control reports never. Refuses to decide what to
do when the process dies; it only says so at once.
"""

import asyncio
import contextlib
import logging
import sys
from collections import deque
from collections.abc import AsyncIterator
from typing import Final

from devcloud.media.control import CONTROL_VERSION, Heard, Levels, Order, Play, Quit, Ready, Report
from devcloud.media.frames import encode, report_decoder
from devcloud.model.errors import MediaFailed
from devcloud.net.processes import close
from devcloud.net.tasks import Tasks

START_S: Final = 15.0
STOP_S: Final = 3.0
GRACE_S: Final = 1.0
MOST_VOICE: Final = 200
"""Blocks of sound that may wait in either direction: 2 s."""
MOST_WAITING: Final = 5_000
"""Other messages that may wait; a process that lets more gather is stuck, and is ended."""
_CHUNK: Final = 65_536
_LONGEST_LINE: Final = 4_096

_log = logging.getLogger(__name__)


class _Outbox:
    """Frames on their way to the child, the oldest voice dropped when it does not read."""

    def __init__(self) -> None:
        self._frames: deque[tuple[bool, bytes]] = deque()
        self._voice = 0
        self._filled = asyncio.Event()

    def put(self, frame: bytes, *, voice: bool) -> bool:
        """Queue a frame; False when far too many wait."""
        self._frames.append((voice, frame))
        self._voice += voice
        if self._voice > MOST_VOICE:
            oldest = next(index for index, each in enumerate(self._frames) if each[0])
            del self._frames[oldest]
            self._voice -= 1
        self._filled.set()
        return len(self._frames) <= MOST_WAITING

    async def take(self) -> bytes:
        """Return everything that waits, in order."""
        while not self._frames:
            self._filled.clear()
            await self._filled.wait()
        frames = b"".join(frame for _, frame in self._frames)
        self._frames.clear()
        self._voice = 0
        return frames


class _Inbox:
    """Reports that nobody has asked for yet."""

    def __init__(self) -> None:
        self._reports: deque[Report] = deque()
        self._levels: dict[str, Levels] = {}
        self._voice = 0
        self._changed = asyncio.Event()
        self._closed = False

    def put(self, report: Report) -> bool:
        """Keep a report; False when far too many wait."""
        if isinstance(report, Levels):
            waits = report.call in self._levels
            self._levels[report.call] = report
            if waits:
                # Only the newest is of interest, and it is in the place of the one before.
                return True
        self._reports.append(report)
        if isinstance(report, Heard):
            self._voice += 1
            if self._voice > MOST_VOICE:
                kinds = enumerate(self._reports)
                oldest = next(index for index, each in kinds if isinstance(each, Heard))
                del self._reports[oldest]
                self._voice -= 1
        self._changed.set()
        return len(self._reports) <= MOST_WAITING

    def close(self) -> None:
        """There will be no more."""
        self._closed = True
        self._changed.set()

    async def take(self) -> Report | None:
        """Return the next report, None after the last."""
        while not self._reports:
            if self._closed:
                return None
            self._changed.clear()
            await self._changed.wait()
        report = self._reports.popleft()
        self._voice -= isinstance(report, Heard)
        return self._levels.pop(report.call) if isinstance(report, Levels) else report


class MediaProcess:
    """A running media process. Make it with `start`; it belongs to the loop it was made on."""

    def __init__(self, process: asyncio.subprocess.Process) -> None:
        self.pid: int = process.pid
        self.engine = ""
        self.ended = asyncio.Event()
        self._process = process
        self._outbox = _Outbox()
        self._inbox = _Inbox()
        self._tasks = Tasks(f"media-{process.pid}")
        self._last_line = ""
        self._tasks.spawn(self._write(), name="orders")
        self._tasks.spawn(self._read(), name="reports")
        self._chatter = self._tasks.spawn(self._log_lines(), name="chatter")

    @classmethod
    async def start(cls) -> "MediaProcess":
        """Start a process and wait until it is ready.

        Raises MediaFailed: media_not_started, or media_version when it is of another version.
        """
        try:
            process = await asyncio.create_subprocess_exec(
                sys.executable, "-P", "-m", "devcloud.media",
                stdin=asyncio.subprocess.PIPE,
                stdout=asyncio.subprocess.PIPE,
                stderr=asyncio.subprocess.PIPE,
            )  # fmt: skip
        except OSError as error:
            raise MediaFailed("media_not_started", detail=str(error)) from error
        media = cls(process)
        try:
            await media._wait_ready()
        except BaseException:
            try:
                await media._kill()
            finally:
                media.let_go()
            raise
        return media

    def send(self, order: Order) -> None:
        """Give an order; they are done in this order.

        Raises MediaFailed: media_ended once the process has ended, media_frame for an order that
        is too long.
        """
        frame = encode(order)
        if self.ended.is_set():
            raise MediaFailed("media_ended")
        if not self._outbox.put(frame, voice=isinstance(order, Play)):
            self._end_it("orders are not read")

    async def reports(self) -> AsyncIterator[Report]:
        """Give the reports as they come; ends when the process has ended. For one reader."""
        while (report := await self._inbox.take()) is not None:
            yield report

    async def stop(self) -> None:
        """End the process: politely, then, after STOP_S, not. May be called again."""
        try:
            with contextlib.suppress(MediaFailed):
                self.send(Quit())
            with contextlib.suppress(TimeoutError):
                async with asyncio.timeout(STOP_S):
                    await self.ended.wait()
            await self._kill()
        finally:
            self.let_go()

    def let_go(self) -> None:
        """End it at once, without waiting for it: all that is left to who is cancelled."""
        # A sound server that was started with it may hold its standard error for ever.
        close(self._process)
        self._over()

    async def _wait_ready(self) -> None:
        try:
            async with asyncio.timeout(START_S):
                first = await self._inbox.take()
        except TimeoutError as error:
            raise MediaFailed("media_not_started", detail="timeout") from error
        if not isinstance(first, Ready):
            raise MediaFailed("media_not_started", detail=await self._why())
        if first.version != CONTROL_VERSION:
            raise MediaFailed("media_version", detail=first.engine)
        self.engine = first.engine

    async def _why(self) -> str:
        """Return the last thing that the child said before it ended."""
        await asyncio.wait([self._chatter], timeout=GRACE_S)
        return self._last_line or "no report"

    async def _kill(self) -> None:
        # Asked to kill a process that has just ended, asyncio loses its exit code, with a warning.
        if not (self.ended.is_set() and await self._exits()):
            self._end_it("")
            await self._exits()
        await self._tasks.aclose()

    async def _exits(self) -> bool:
        """Wait a little; say whether it has exited. asyncio waits for the pipes, too."""
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(GRACE_S):
                await self._process.wait()
        return self._process.returncode is not None

    def _end_it(self, reason: str) -> None:
        if reason:
            _log.error("media process %d is ended by force: %s", self.pid, reason)
        with contextlib.suppress(ProcessLookupError):
            self._process.kill()

    def _over(self) -> None:
        self.ended.set()
        self._inbox.close()

    async def _write(self) -> None:
        stdin = self._process.stdin
        assert stdin is not None
        # A dead child is noticed by the reader.
        with contextlib.suppress(ConnectionError):
            while True:
                stdin.write(await self._outbox.take())
                await stdin.drain()

    async def _read(self) -> None:
        stdout = self._process.stdout
        assert stdout is not None
        decoder = report_decoder()
        try:
            while data := await stdout.read(_CHUNK):
                for report in decoder.feed(data):
                    if not self._inbox.put(report):
                        self._end_it("reports are not taken")
        except MediaFailed:
            self._end_it("a report was broken")
        finally:
            # Without its reports it is of no use, whether it still runs or not.
            self._over()

    async def _log_lines(self) -> None:
        stderr = self._process.stderr
        assert stderr is not None
        while data := await stderr.read(_LONGEST_LINE):
            for line in data.decode(errors="replace").splitlines():
                self._last_line = line.strip() or self._last_line
                _log.debug("media process %d: %s", self.pid, line)
