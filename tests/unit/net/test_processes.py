"""The end of a program: by itself, by force, and with its pipes in another's hands."""

import asyncio
import sys
from asyncio.subprocess import PIPE, Process

from devcloud.net.processes import close, see_end

OBEDIENT = "import sys; sys.stdin.read()"
STUBBORN = "import time; time.sleep(600)"
PARENT = "import subprocess, sys; subprocess.Popen([sys.executable, '-c', sys.argv[1]]).wait()"


async def start(*program: str) -> Process:
    return await asyncio.create_subprocess_exec(sys.executable, "-c", *program, stdin=PIPE)


async def test_what_ends_when_it_is_asked_is_waited_for() -> None:
    process = await start(OBEDIENT)
    assert process.stdin is not None
    process.stdin.close()
    await see_end(process, 60.0)
    assert process.returncode == 0


async def test_what_does_not_is_killed() -> None:
    process = await start(STUBBORN)
    await see_end(process, 0.05)
    assert process.returncode not in (0, None)


async def test_what_holds_its_pipes_is_not_waited_for() -> None:
    """asyncio counts a program as ended only when its pipes are, too."""
    process = await asyncio.create_subprocess_exec(
        sys.executable, "-c", PARENT, "print(flush=True); input()", stdin=PIPE, stdout=PIPE
    )
    assert process.stdout is not None
    assert await process.stdout.readline() == b"\n"
    close(process)
    async with asyncio.timeout(60):
        assert await process.wait() != 0
