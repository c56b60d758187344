"""Programs that this one starts, in a way that may be cancelled at any moment."""

import asyncio
from asyncio.subprocess import Process
from typing import Any


async def start_process(*command: str, **settings: Any) -> Process:
    """Start a program: `asyncio.create_subprocess_exec`, whose arguments these are.

    That one, cancelled while it connects the pipes, may wait for ever for them to close. Here a
    cancellation waits until the program runs, which takes as long as a fork, and kills it.

    Raises OSError: there is no such program, or too many are running.
    """
    starting = asyncio.create_task(
        asyncio.create_subprocess_exec(*command, **settings), name="process.start"
    )
    cut = await _wait_out(starting)
    if cut is None:
        return starting.result()
    if not starting.cancelled() and starting.exception() is None:
        process = starting.result()
        close(process)
        # It is killed: asyncio hears of it at once, and must before its loop is closed.
        await _wait_out(asyncio.create_task(process.wait(), name="process.end"))
    raise cut


def close(process: Process) -> None:
    """Kill it where it still runs, and let go of its pipes, which what it has started may hold."""
    process._transport.close()  # type: ignore[attr-defined]


async def see_end(process: Process, within_s: float) -> None:
    """Wait until it has ended, as it was asked to; kill it where it does not."""
    try:
        async with asyncio.timeout(within_s):
            await process.wait()
    except TimeoutError:
        process.kill()
        await process.wait()


async def _wait_out(task: "asyncio.Task[Any]") -> asyncio.CancelledError | None:
    """Wait until it is done, whoever is cancelled meanwhile, and return that cancellation."""
    cut: asyncio.CancelledError | None = None
    while not task.done():
        try:
            await asyncio.wait({task})
        except asyncio.CancelledError as cancelled:
            cut = cancelled
    return cut
