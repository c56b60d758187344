"""`devcloud` as a process, as a stranger would start it."""

import asyncio
import os
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from subprocess import DEVNULL, PIPE


@asynccontextmanager
async def started(
    *arguments: object, stdin: int = DEVNULL, **environment: str
) -> AsyncIterator[asyncio.subprocess.Process]:
    """A `devcloud` that ends with the block, without the settings of who runs the tests.

    The port of 2023 calls is one for the whole machine: who answers does without it, since the
    tests beside this one may hold it, which would be said.
    """
    first, *others = map(str, arguments)
    port = ("--no-2023",) if first == "answer" else ()
    clean = {k: v for k, v in os.environ.items() if not k.startswith(("DEVCLOUD_", "LC_", "LANG"))}
    process = await asyncio.create_subprocess_exec(
        sys.executable, "-m", "devcloud", first, *port, *others,
        stdin=stdin,
        stdout=PIPE,
        stderr=PIPE,
        env=clean | {"PYTHONUTF8": "1"} | environment,
    )  # fmt: skip
    try:
        yield process
    finally:
        if process.returncode is None:
            process.kill()
            await process.communicate()
