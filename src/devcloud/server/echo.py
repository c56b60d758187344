"""The echo person's process: started with the server, ended with it, started again when it dies.

The process is a client like any other and knows nothing that others do not. What is said here is
that nobody else may claim its name: a token, new at each start, lets it in. Knows nothing of calls.
"""

import asyncio
import secrets
import sys
from asyncio.subprocess import DEVNULL, PIPE, Process
from collections.abc import Callable
from pathlib import Path

import msgspec

from devcloud.directory.joining import Reservation
from devcloud.net.processes import see_end
from devcloud.net.tasks import Tasks
from devcloud.server.logs import get_log

ECHO_NAME = "echo"
DIRECTORY = "echo"
_PROGRAM = ("-P", "-m", "devcloud.cli.echo")
_GOOD_FOR_NOTHING = 3
_TOKEN_BYTES = 24
_MOST_FAILURES = 6
_LONGEST_PAUSE_S = 30.0
_LIVED_S = 60.0
"""Whoever has lived so long has not failed to start."""
_TO_END_S = 5.0

_log = get_log(__name__)


def reserve_echo() -> Reservation:
    """Return the reservation of the echo person's name."""
    return Reservation(ECHO_NAME, secrets.token_urlsafe(_TOKEN_BYTES))


class EchoPerson:
    """Keeps the process running. `link` says how to reach the server and get in, `data` is a
    directory of its own."""

    def __init__(self, link: Callable[[], str], data: Path) -> None:
        self._link = link
        self._data = data
        self._tasks = Tasks("echo")
        self._process: Process | None = None

    @property
    def process(self) -> int | None:
        """The id of the process that runs now."""
        process = self._process
        return None if process is None or process.returncode is not None else process.pid

    def start(self) -> None:
        """Start it, and go on doing so."""
        self._tasks.spawn(self._keep(), name="keeper")

    async def aclose(self) -> None:
        """End it, and wait until it has."""
        await self._tasks.aclose()

    async def _keep(self) -> None:
        loop, failures = asyncio.get_running_loop(), 0
        while True:
            begun = loop.time()
            code = await self._run()
            failures = 1 if loop.time() - begun >= _LIVED_S else failures + 1
            if code == _GOOD_FOR_NOTHING or failures >= _MOST_FAILURES:
                _log.error("echo.given_up", code=code, failures=failures)
                return
            pause = min(2.0 ** (failures - 1), _LONGEST_PAUSE_S)
            _log.warning("echo.ended", code=code, again_in_s=pause)
            await asyncio.sleep(pause)

    async def _run(self) -> int:
        """Run one process to its end and return its exit code."""
        try:
            # Of its own session: Ctrl+C is for the server, which ends it in good order.
            process = await asyncio.create_subprocess_exec(
                sys.executable, *_PROGRAM, stdin=PIPE, stdout=DEVNULL, start_new_session=True
            )
        except OSError as failure:
            _log.error("echo.not_started", why=str(failure))
            return 1
        self._process = process
        try:
            assert process.stdin is not None
            # Not among the arguments, which everybody on the machine can read.
            process.stdin.write(self._order())
            return await process.wait()
        finally:
            await _end(process)

    def _order(self) -> bytes:
        order = {"name": ECHO_NAME, "server": self._link(), "data": str(self._data.absolute())}
        return msgspec.json.encode(order) + b"\n"


async def _end(process: Process) -> None:
    """Ask it to end, by closing what it reads; then make it."""
    if process.returncode is not None:
        return
    assert process.stdin is not None
    process.stdin.close()
    await see_end(process, _TO_END_S)
