"""A recording: what is heard, as a WAV file that can be played at any moment.

The header is brought up to date about once a second, so that a process that is killed leaves a
whole file behind but for its last second; `append` goes on with it (and finds that second too).
"""

import errno
import os
from collections import deque
from collections.abc import Callable
from pathlib import Path
from typing import BinaryIO, Final

from devcloud.media.control import BLOCK_BYTES
from devcloud.media.wav import HEADER_BYTES, MOST_DATA_BYTES, make_header, read_header
from devcloud.media.worker import Worker
from devcloud.model.errors import BadSound, StorageFailed

FLUSH_BLOCKS: Final = 25
PATCH_BYTES: Final = 100 * BLOCK_BYTES
MOST_WAITING: Final = 3_000
"""Blocks that may wait for a slow disk: 30 s."""

_FULL: Final = (errno.ENOSPC, errno.EDQUOT, errno.EFBIG)


class WavWriter:
    """The file itself. Not for several threads at once.

    Raises StorageFailed with the code recording_not_writable, recording_not_ours (a file to be
    appended to that is no recording), recording_disk_full or recording_too_long.
    """

    def __init__(self, path: str, *, append: bool = False) -> None:
        self._path = path
        self.data_bytes = 0
        goes_on = append and Path(path).exists() and Path(path).stat().st_size > 0
        try:
            # Open for as long as the call lasts; `close` closes it.
            self._file: BinaryIO = Path(path).open("r+b" if goes_on else "w+b", buffering=0)  # noqa: SIM115
        except (OSError, ValueError) as error:
            raise StorageFailed("recording_not_writable", detail=path) from error
        try:
            if goes_on:
                self._go_on()
            self._patch()
        except BaseException:
            self._file.close()
            raise

    def write(self, pcm: bytes) -> None:
        """Write samples, and bring the header up to date when it is a second behind."""
        if self.data_bytes + len(pcm) > MOST_DATA_BYTES:
            raise StorageFailed("recording_too_long", detail=self._path)
        before = self.data_bytes
        self._write(pcm)
        self.data_bytes += len(pcm)
        if before // PATCH_BYTES != self.data_bytes // PATCH_BYTES:
            self._patch()

    def close(self) -> None:
        """Complete the header and close. May be called again."""
        if self._file.closed:
            return
        try:
            self._patch()
        finally:
            self._file.close()

    def _go_on(self) -> None:
        try:
            header = read_header(Path(self._path))
            rest = Path(self._path).stat().st_size - header.data_offset
        except (BadSound, OSError) as error:
            raise StorageFailed("recording_not_ours", detail=self._path) from error
        if not header.is_recording:
            raise StorageFailed("recording_not_ours", detail=self._path)
        # What lies beyond the length in the header came after its last update.
        self.data_bytes = rest - rest % 2
        self._file.seek(HEADER_BYTES + self.data_bytes)
        self._file.truncate()

    def _write(self, data: bytes) -> None:
        view = memoryview(data)
        try:
            while view:
                view = view[self._file.write(view) :]
        except OSError as error:
            self._cut(len(data) - len(view))
            code = "recording_disk_full" if error.errno in _FULL else "recording_not_writable"
            raise StorageFailed(code, detail=self._path) from error

    def _cut(self, written: int) -> None:
        """Keep what went in of the last write, in whole samples, and say so in the header."""
        self.data_bytes += written - written % 2
        try:
            self._file.truncate(HEADER_BYTES + self.data_bytes)
            self._patch()
        except (OSError, StorageFailed):
            # The header of a second ago stands: the file plays up to there.
            return

    def _patch(self) -> None:
        try:
            self._file.seek(0)
            self._file.write(make_header(self.data_bytes))
            self._file.seek(0, os.SEEK_END)
        except OSError as error:
            code = "recording_disk_full" if error.errno in _FULL else "recording_not_writable"
            raise StorageFailed(code, detail=self._path) from error


class Recorder:
    """A recording of a call: blocks come from the clock and are written by the worker.

    `failed` is called on the worker's thread, once, when the recording cannot go on.
    """

    def __init__(
        self, writer: WavWriter, worker: Worker, failed: Callable[[StorageFailed], None]
    ) -> None:
        self._writer = writer
        self._worker = worker
        self._failed = failed
        self._waiting: deque[bytes] = deque()
        self._stopped = False

    def hear(self, block: bytes) -> None:
        """Take 10 ms."""
        if self._stopped:
            return
        self._waiting.append(block)
        if len(self._waiting) > MOST_WAITING:
            self._fail(StorageFailed("recording_disk_slow", detail=self._writer._path))
        elif len(self._waiting) % FLUSH_BLOCKS == 0:
            self._worker.submit(self._flush)

    def close(self) -> None:
        """Write what waits and close. Runs on the worker's thread."""
        self._flush()
        self._stopped = True
        try:
            self._writer.close()
        except StorageFailed as error:
            self._fail(error)

    def _flush(self) -> None:
        waiting = [self._waiting.popleft() for _ in range(len(self._waiting))]
        if self._stopped or not waiting:
            return
        try:
            self._writer.write(b"".join(waiting))
        except StorageFailed as error:
            self._fail(error)

    def _fail(self, error: StorageFailed) -> None:
        if not self._stopped:
            self._stopped = True
            self._failed(error)
