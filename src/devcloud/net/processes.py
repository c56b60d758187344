"""The end of a program that this one has started."""

import asyncio
from asyncio.subprocess import Process


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
