"""Messages passed on from one WebSocket to another, per CPU second of the server.

50 connections, each with 8 messages on the way to its partner, against an aiohttp echo of the same
bytes with as many; one after the other, several times, the median of the ratios.
"""

import asyncio
import sys
import tempfile
from collections.abc import Callable

import msgspec

from benchmarks.harness import server
from benchmarks.harness.load import DRAIN_S, Load, in_turns, rounds, run_load
from benchmarks.harness.results import Row
from benchmarks.harness.socket import (
    LoadSocket,
    masked,
    new_device,
    new_key,
    open_socket,
    sign_in,
)
from devcloud.wire.signalling import bodies, messages
from devcloud.wire.signalling.codec import encode, encode_body

CONNECTIONS = 50
ON_THE_WAY = 8
GOAL = 0.6
MURMUR, PROSODY = 61_000, 19_000
_VARIANTS = 16


async def measure(quick: bool) -> list[Row]:
    """Compare the relay with the echo."""
    seconds, pairs = (1.0, 3) if quick else (2.0, 7)
    with tempfile.TemporaryDirectory() as data:
        async with (
            server.run("devcloud", data) as (ours, port, _),
            server.run("echo") as (theirs, echo_port, _),
            rounds(__name__, ours, str(port), "relay") as relay,
            rounds(__name__, theirs, str(echo_port), "echo") as echo,
        ):
            await relay.per_cpu_second(0.5)
            await echo.per_cpu_second(0.5)
            compared = await in_turns(relay, echo, pairs, seconds)
    per_s, limit, ratio = compared.ours, compared.limit, compared.ratio
    measured = f"{per_s:,.0f} messages per CPU s"
    return [
        Row("Relay", measured, f"aiohttp echo {limit:,.0f}", ratio, f"≥ {GOAL}", ratio >= GOAL),
        Row("Relay, beside murmur", measured, f"{MURMUR:,} texts", per_s / MURMUR),
        Row("Relay, beside Prosody", measured, f"{PROSODY:,} stanzas", per_s / PROSODY),
    ]


class Talker:
    """One connection that keeps so many messages on the way to its partner."""

    def __init__(self, socket: LoadSocket, frames: list[bytes]) -> None:
        self._frames = frames
        self._write: Callable[[bytes], None] = socket.transport.write
        self._next = 0
        self.partner = self
        self.running = False
        self.on_the_way = 0
        self.received = 0
        socket.on_message = self._took

    def begin(self) -> None:
        """Put the first messages on the way."""
        for _ in range(ON_THE_WAY):
            self._send()

    def _took(self, _message: bytes) -> None:
        self.received += 1
        partner = self.partner
        partner.on_the_way -= 1
        if partner.running:
            partner._send()

    def _send(self) -> None:
        self.on_the_way += 1
        self._next = (self._next + 1) % _VARIANTS
        self._write(self._frames[self._next])


def frames_to(name: str) -> list[bytes]:
    """Return candidates for a partner, as two clients exchange them."""
    found = "candidate:842163049 1 udp 1677729535 203.0.113.77 46154 typ srflx raddr 192.168.1.17"
    body = encode_body(
        bodies.CandidatesBody(
            candidates=[bodies.IceCandidate(candidate=f"{found} rport 46154 generation 0", mid="0")]
        )
    )
    message = messages.Candidate(call="0" * 32, seq=1, to=name, to_device="0" * 16, body=body)
    return [
        masked(encode(msgspec.structs.replace(message, call=f"{n:032x}", to_device=None, seq=n)))
        for n in range(1, _VARIANTS + 1)
    ]


async def prepare(port: int, kind: str) -> Load:
    """Connect everybody, and in pairs if the server passes messages on."""
    names = [f"Talker {index}" for index in range(CONNECTIONS)]
    talkers = []
    for index, name in enumerate(names):
        socket = await open_socket(port)
        if kind == "relay":
            await sign_in(socket, name, new_key(), new_device())
        talkers.append(Talker(socket, frames_to(names[index ^ 1])))
    if kind == "relay":
        for index, talker in enumerate(talkers):
            talker.partner = talkers[index ^ 1]
    # What the server says of the others' coming must not count as a message passed on.
    await asyncio.sleep(0.5)

    async def load(seconds: float) -> int:
        return await _run(talkers, seconds)

    return load


async def _run(talkers: list[Talker], seconds: float) -> int:
    for talker in talkers:
        talker.received = talker.on_the_way = 0
        talker.running = True
    for talker in talkers:
        talker.begin()
    await asyncio.sleep(seconds)
    for talker in talkers:
        talker.running = False
    async with asyncio.timeout(DRAIN_S):
        while any(talker.on_the_way for talker in talkers):
            await asyncio.sleep(0.01)
    return sum(talker.received for talker in talkers)


if __name__ == "__main__":
    run_load(lambda: prepare(int(sys.argv[1]), sys.argv[2]))
