"""One thread for what may wait for a disk or a device, so that neither the clock nor the loop does.

Jobs run in the order given. A job that raises is a bug, since jobs handle their own errors: it
ends the process, and the core starts another.
"""

import asyncio
import os
import queue
import threading
import traceback
from collections.abc import Callable
from typing import TypeVar

_T = TypeVar("_T")


class Worker:
    """The thread; started with the first job."""

    def __init__(self, name: str) -> None:
        self._name = name
        self._jobs: queue.SimpleQueue[Callable[[], object]] = queue.SimpleQueue()
        self._thread: threading.Thread | None = None

    def submit(self, job: Callable[[], object]) -> None:
        """Run `job` after those before it. The one who submits bounds how many there are."""
        self._jobs.put(job)
        if self._thread is None:
            self._thread = threading.Thread(target=self._run, name=self._name, daemon=True)
            self._thread.start()

    async def run(self, job: Callable[[], _T]) -> _T:
        """Run `job` and return what it returns or raise what it raises."""
        loop = asyncio.get_running_loop()
        future: asyncio.Future[_T] = loop.create_future()

        def settle(result: _T | None, error: BaseException | None) -> None:
            if future.cancelled():
                return
            if error is not None:
                future.set_exception(error)
            else:
                future.set_result(result)  # type: ignore[arg-type]

        def work() -> None:
            result: _T | None = None
            failure: Exception | None = None
            try:
                result = job()
            except Exception as error:  # noqa: BLE001 (carried to the one who waits)
                failure = error
            loop.call_soon_threadsafe(settle, result, failure)

        self.submit(work)
        return await future

    def _run(self) -> None:
        try:
            while True:
                self._jobs.get()()
        except BaseException:  # noqa: BLE001 (the process ends with it)
            traceback.print_exc()
            os._exit(70)
