"""Tasks with a name and an owner.

`Tasks` is an owner: what it spawns is logged when it fails, and cancelled and awaited when the
owner closes. No task of this program floats: `spawn` is the only way to start one. Knows nothing
of what the tasks do.

    async with Tasks("session") as tasks:
        tasks.spawn(read_messages(), name="reader")
        ...
    # here every one of them has ended
"""

import asyncio
import logging
from collections.abc import Callable, Coroutine
from types import TracebackType
from typing import Any, TypeVar

_T = TypeVar("_T")

_log = logging.getLogger(__name__)


class Tasks:
    """The tasks of one owner.

    `on_failure` is called with a task that ended with an exception (cancelling is none), after it
    was logged: for an owner that cannot go on without it.
    """

    def __init__(
        self, owner: str, *, on_failure: Callable[[asyncio.Task[Any]], None] | None = None
    ) -> None:
        self.owner = owner
        self._on_failure = on_failure
        self._running: set[asyncio.Task[Any]] = set()
        self._closed = False

    def spawn(self, coro: Coroutine[Any, Any, _T], *, name: str) -> asyncio.Task[_T]:
        """Start `coro` as the task `<owner>.<name>` and return it.

        Raises RuntimeError after `aclose`: an owner that has gone starts nothing.
        """
        if self._closed:
            coro.close()
            raise RuntimeError(f"{self.owner} is closed and cannot start {name}")
        task = asyncio.get_running_loop().create_task(coro, name=f"{self.owner}.{name}")
        self._running.add(task)
        task.add_done_callback(self._ended)
        return task

    def __len__(self) -> int:
        """Return how many are running."""
        return len(self._running)

    def _ended(self, task: asyncio.Task[Any]) -> None:
        self._running.discard(task)
        if task.cancelled():
            return
        failure = task.exception()
        if failure is None:
            return
        _log.error("task %s failed", task.get_name(), exc_info=failure)
        if self._on_failure is not None:
            self._on_failure(task)

    async def aclose(self) -> None:
        """Cancel every task and wait until each has ended. May be called again, and from one of
        the tasks themselves (which is then left to end on its own)."""
        self._closed = True
        current = asyncio.current_task()
        # In rounds: a task that swallows a cancellation gets the next one a second later.
        while rest := {task for task in self._running if task is not current}:
            for task in rest:
                task.cancel()
            ended, _ = await asyncio.wait(rest, timeout=1.0)
            self._running -= ended

    async def __aenter__(self) -> "Tasks":
        return self

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        failure: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        await self.aclose()


def spawn(coro: Coroutine[Any, Any, _T], *, name: str, owner: Tasks) -> asyncio.Task[_T]:
    """Start `coro` as a task of `owner`: the same as `owner.spawn`."""
    return owner.spawn(coro, name=name)
