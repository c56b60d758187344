"""Starting a program, and thinking better of it at any moment."""

import asyncio
import sys
from asyncio.subprocess import PIPE

import psutil
import pytest

from devcloud.net.processes import close, start_process

ENDLESS = (sys.executable, "-c", "import sys; sys.stdin.read()")


async def test_a_program_runs_and_is_closed() -> None:
    process = await start_process(sys.executable, "-c", "print(6 * 7)", stdout=PIPE)
    out, _ = await process.communicate()
    assert (out.strip(), process.returncode) == (b"42", 0)
    close(process)

    process = await start_process(*ENDLESS, stdin=PIPE)
    close(process)
    async with asyncio.timeout(60):
        assert await process.wait() != 0


async def test_a_program_that_is_not_there() -> None:
    with pytest.raises(FileNotFoundError):
        await start_process("/nowhere/at-all")


@pytest.mark.parametrize("turns", range(12))
@pytest.mark.parametrize("times", [1, 2])
async def test_cancelled_at_any_moment_it_leaves_nothing_behind(turns: int, times: int) -> None:
    starting = asyncio.create_task(start_process(*ENDLESS, stdin=PIPE, stdout=PIPE, stderr=PIPE))
    for _ in range(turns):
        await asyncio.sleep(0)
    was_done = starting.done()
    for _ in range(times):
        starting.cancel()
        await asyncio.sleep(0)
    async with asyncio.timeout(60):
        await asyncio.wait({starting})
        if was_done:
            close(starting.result())
            await starting.result().wait()
        else:
            assert starting.cancelled()
        while any(_is_ours(child) for child in psutil.Process().children()):
            await asyncio.sleep(0.01)


def _is_ours(child: psutil.Process) -> bool:
    try:
        return ENDLESS[2] in child.cmdline()
    except psutil.Error:
        return False
