"""Whole sign-ins per CPU second of the server, over TLS, against bare TLS handshakes.

TCP, TLS 1.3, WebSocket, challenge, proof, welcome; with nobody else there, and with 500 people.
The limit is a uvloop server that shakes hands with the same certificate and does nothing else.
Names are claimed once, beforehand: it is people coming back that is measured.
"""

import asyncio
import sys
import tempfile

from benchmarks.harness import server
from benchmarks.harness.load import Load, in_turns, rounds, run_load
from benchmarks.harness.results import Row
from benchmarks.harness.socket import (
    LoadSocket,
    new_device,
    new_key,
    open_socket,
    sign_in,
    tls_context,
)

AT_ONCE = 8
PRESENT = 500
GOAL_EMPTY, GOAL_FULL = 0.4, 0.3


async def measure(quick: bool) -> list[Row]:
    """Compare signing in with shaking hands, in turns."""
    times, seconds = (2, 1.0) if quick else (5, 2.0)
    return [
        await _compare("Sign-ins, nobody there", GOAL_EMPTY, 0, times, seconds),
        await _compare(f"Sign-ins, {PRESENT} people there", GOAL_FULL, PRESENT, times, seconds),
    ]


async def _compare(figure: str, goal: float, present: int, times: int, seconds: float) -> Row:
    with tempfile.TemporaryDirectory() as data:
        async with (
            server.run("devcloud", data) as (ours, port, _),
            server.run("handshakes", data) as (theirs, bare_port, _),
            rounds(__name__, ours, str(port), "sign-ins", str(present)) as signing_in,
            rounds(__name__, theirs, str(bare_port), "handshakes", "0") as bare,
        ):
            compared = await in_turns(signing_in, bare, times, seconds)
    measured, limit = f"{compared.ours:,.0f} per CPU s", f"TLS handshakes {compared.limit:,.0f}"
    return Row(figure, measured, limit, compared.ratio, f"≥ {goal}", compared.ratio >= goal)


async def prepare(port: int, kind: str, present: int) -> Load:
    """Let those sign in who are there all the time, and claim the names of the others."""
    tls = tls_context()
    stay: list[LoadSocket] = []
    people = [(f"Guest {n}", new_key(), new_device()) for n in range(AT_ONCE)]

    async def visit(guest: int) -> None:
        socket = await open_socket(port, tls=tls)
        await sign_in(socket, *people[guest])
        socket.close()

    async def shake_hands(_guest: int) -> None:
        loop = asyncio.get_running_loop()
        transport, _ = await loop.create_connection(asyncio.Protocol, "127.0.0.1", port, ssl=tls)
        transport.abort()

    come = visit if kind == "sign-ins" else shake_hands
    for n in range(present):
        socket = await open_socket(port, tls=tls)
        await sign_in(socket, f"Resident {n}", new_key(), new_device())
        socket.on_message = lambda _message: None
        stay.append(socket)
    for guest in range(AT_ONCE):
        await come(guest)

    async def load(seconds: float) -> int:
        until = asyncio.get_running_loop().time() + seconds

        async def again_and_again(guest: int) -> int:
            done = 0
            while asyncio.get_running_loop().time() < until:
                await come(guest)
                done += 1
            return done

        return sum(await asyncio.gather(*map(again_and_again, range(AT_ONCE))))

    return load


if __name__ == "__main__":
    run_load(lambda: prepare(int(sys.argv[1]), sys.argv[2], int(sys.argv[3])))
