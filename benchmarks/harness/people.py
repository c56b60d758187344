"""Marc and John: two real clients in processes of their own, each with its media process.

The parent tells a person what to do, a line of JSON each, and hears how it went; what a person can
do is in `harness/person.py`. Times are of the clock that all processes of a machine share.
"""

import tempfile
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass
from pathlib import Path

from benchmarks.harness import server
from benchmarks.harness.processes import Process, cpu_s, start

SIGN_IN_S = 20.0


@dataclass(frozen=True)
class Person:
    """A client that is signed in. `media_pid` is its media process."""

    name: str
    process: Process
    media_pid: int

    def cpu_s(self) -> float:
        """Return the CPU time of the client and its media process, in seconds."""
        return self.process.cpu_s() + cpu_s(self.media_pid)


@dataclass(frozen=True)
class Pair:
    """Marc, who calls, and John, who answers. `directory` is for files, and goes with them."""

    marc: Person
    john: Person
    directory: Path


@asynccontextmanager
async def marc_and_john(
    *, host: str = "127.0.0.1", inside: tuple[str, str] = ("", "")
) -> AsyncIterator[Pair]:
    """Run a server and both people for as long as the block lasts.

    `inside` names the network namespaces of Marc (and the server) and of John.
    """
    async with AsyncExitStack() as stack:
        directory = Path(stack.enter_context(tempfile.TemporaryDirectory()))
        _, port, pin = await stack.enter_async_context(
            server.run("devcloud", str(directory / "server"), host, inside=inside[0])
        )
        address = f"devcloud://{host}:{port}/?pin={pin}"
        people = [
            await come(stack, name, address, directory, where)
            for name, where in zip(("Marc", "John"), inside, strict=True)
        ]
        yield Pair(*people, directory)


async def come(
    stack: AsyncExitStack, name: str, address: str, directory: Path, where: str
) -> Person:
    """Start somebody, `where` (the name of a network namespace) or here."""
    process = await stack.enter_async_context(
        start(
            "benchmarks.harness.person", name, address, str(directory / name.lower()), inside=where
        )
    )
    here = await process.hear(SIGN_IN_S)
    return Person(name, process, here["media_pid"])
