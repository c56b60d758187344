"""Memory of the server per person who is signed in and says nothing: 4,000 of them.

Resident memory after all have signed in, with keys of their own, less that with the first 50: what
a server costs that serves nobody is not counted. In plain, and over TLS.
"""

import asyncio
import sys
import tempfile

from benchmarks.harness import server
from benchmarks.harness.load import CONNECT_S, Load, run_load
from benchmarks.harness.processes import start
from benchmarks.harness.results import Row, at_most
from benchmarks.harness.socket import (
    LoadSocket,
    new_device,
    new_key,
    open_socket,
    sign_in,
    tls_context,
)

PEOPLE = 4_000
FIRST = 50
GOAL_KIB = 20
PROSODY_KIB, MURMUR_KIB = 32, 106
SETTLE_S = 2.0
_AT_ONCE = 16
_ROUND_S = 10 * CONNECT_S


async def measure(quick: bool) -> list[Row]:
    """Fill a server with people, and another."""
    people = 1_000 if quick else PEOPLE
    plain = await _kib_per_person(people, "plain")
    encrypted = await _kib_per_person(people, "tls")
    name = f"Idle, {people:,} people"
    return [
        at_most(name, plain, GOAL_KIB, unit=" KiB"),
        Row(f"{name}, TLS", f"{encrypted:.1f} KiB", f"plain {plain:.1f} KiB", encrypted / plain),
        Row("Idle, beside Prosody", f"{plain:.1f} KiB", f"{PROSODY_KIB} KiB", plain / PROSODY_KIB),
        Row("Idle, beside murmur", f"{plain:.1f} KiB", f"{MURMUR_KIB} KiB", plain / MURMUR_KIB),
    ]


async def _kib_per_person(people: int, kind: str) -> float:
    with tempfile.TemporaryDirectory() as data:
        async with (
            server.run("devcloud", data) as (process, port, _),
            start(__name__, str(port), kind, str(people)) as crowd,
        ):
            await crowd.hear(CONNECT_S)
            await asyncio.sleep(SETTLE_S)
            before = process.resident_bytes()
            await crowd.ask(_ROUND_S, seconds=0)
            await asyncio.sleep(SETTLE_S)
            return (process.resident_bytes() - before) / people / 1024


async def prepare(port: int, kind: str, people: int) -> Load:
    """Sign the first people in; the rest come with the first round, and stay."""
    tls = tls_context() if kind == "tls" else None
    here: list[LoadSocket] = []
    limit = asyncio.Semaphore(_AT_ONCE)

    async def come(index: int) -> None:
        async with limit:
            socket = await open_socket(port, tls=tls)
            await sign_in(socket, f"Person {index}", new_key(), new_device())
        # What the server says of the others is of no interest, and must not gather here.
        socket.on_message = lambda _message: None
        here.append(socket)

    async def all_come(first: int, last: int) -> None:
        async with asyncio.TaskGroup() as coming:
            for index in range(first, last):
                coming.create_task(come(index))

    async def load(_seconds: float) -> int:
        await all_come(FIRST, FIRST + people)
        return len(here)

    await all_come(0, FIRST)
    return load


if __name__ == "__main__":
    run_load(lambda: prepare(int(sys.argv[1]), sys.argv[2], int(sys.argv[3])))
