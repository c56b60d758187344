"""Whole calls per CPU second of the server: every message that two clients exchange for one.

Invite, ringing, answer, two candidates from each side and hang-up, each with its acknowledgement:
16 messages passed on, and a record in the database. 24 pairs call one another over and over.
"""

import asyncio
import os
import statistics
import sys
import tempfile

from benchmarks.harness import server
from benchmarks.harness.load import DRAIN_S, Load, rounds, run_load
from benchmarks.harness.results import Row
from benchmarks.harness.socket import LoadSocket, masked, new_device, new_key, open_socket, sign_in
from devcloud.wire.signalling import bodies, messages
from devcloud.wire.signalling.codec import encode, encode_body
from devcloud.wire.signalling.messages import CallMessage

PAIRS = 24
KAMAILIO = 6_400
MESSAGES = 16
_NO_CALL = b"0" * 32
_SDP = "a=candidate and attribute lines of an offer\r\n" * 30


async def measure(quick: bool) -> list[Row]:
    """Count whole calls."""
    seconds, times = (1.5, 2) if quick else (3.0, 5)
    with tempfile.TemporaryDirectory() as data:
        async with (
            server.run("devcloud", data) as (process, port, _),
            rounds(__name__, process, str(port)) as load,
        ):
            await load.per_cpu_second(0.5)
            counted = [await load.per_cpu_second(seconds) for _ in range(times)]
            lost = (await process.ask(10.0))["records_lost"]
    per_s = statistics.median(counted)
    unwritten = f", {lost} records lost" if lost else ""
    measured = f"{per_s:,.0f} calls per CPU s{unwritten}"
    return [Row("Whole calls, beside Kamailio", measured, f"{KAMAILIO:,} calls", per_s / KAMAILIO)]


# What each side says on hearing what.
_CALLEE = {b"invite": ("ringing", "candidate", "candidate", "answer")}
_CALLER = {b"ringing": ("candidate", "candidate"), b"answer": ("hangup",)}
_BODIES = {
    "invite": bodies.InviteBody(sdp=_SDP),
    "ringing": bodies.DescriptionBody(sdp=_SDP),
    "candidate": bodies.CandidatesBody(
        candidates=[
            bodies.IceCandidate(
                candidate="candidate:842163049 1 udp 1677729535 203.0.113.77 46154 typ srflx",
                mid="0",
            )
        ]
    ),
}
_KINDS: dict[str, type[CallMessage]] = {
    "invite": messages.Invite,
    "ringing": messages.Ringing,
    "answer": messages.Answer,
    "candidate": messages.Candidate,
    "hangup": messages.Hangup,
    "ack": messages.Ack,
}


_WORDS = frozenset(kind.encode() for kind in _KINDS)


class Side:
    """One end of a pair."""

    def __init__(self, socket: LoadSocket, peer: str, script: dict[bytes, tuple[str, ...]]) -> None:
        self._write = socket.transport.write
        self._script = script
        self._says = {kind: _template(kind, peer) for kind in _KINDS}
        self._unacknowledged = 0
        self._hung_up = False
        self.running = False
        self.busy = False
        self.done = 0
        socket.on_message = self._took

    def begin(self) -> None:
        """Call the other one."""
        self.busy, self._hung_up = True, False
        self._say("invite", os.urandom(16).hex().encode())

    def _say(self, kind: str, call: bytes) -> None:
        self._unacknowledged += kind != "ack"
        self._hung_up |= kind == "hangup"
        self._write(masked(self._says[kind].replace(_NO_CALL, call)))

    def _took(self, message: bytes) -> None:
        kind, call = _kind_and_call(message)
        if kind == b"ack":
            self._unacknowledged -= 1
            if self._hung_up and self.busy and not self._unacknowledged:
                self._over()
        elif kind in _WORDS:
            self._say("ack", call)
            for word in self._script.get(kind, ()):
                self._say(word, call)

    def _over(self) -> None:
        self.busy = False
        self.done += 1
        if self.running:
            self.begin()


def _template(kind: str, peer: str) -> bytes:
    body = encode_body(_BODIES[kind]) if kind in _BODIES else messages.NO_BODY
    return encode(_KINDS[kind](call=_NO_CALL.decode(), seq=1, to=peer, body=body))


def _kind_and_call(message: bytes) -> tuple[bytes, bytes]:
    """Return the type and the call id, wherever they stand in what the server sends."""
    at = message.index(b'"type":"') + 8
    kind = message[at : message.index(b'"', at)]
    at = message.find(b'"call":"') + 8
    return kind, message[at : at + len(_NO_CALL)]


async def prepare(port: int) -> Load:
    """Sign everybody in."""
    sides: dict[str, list[Side]] = {"Caller": [], "Callee": []}
    for index in range(PAIRS):
        for role, peer, script in (("Caller", "Callee", _CALLER), ("Callee", "Caller", _CALLEE)):
            socket = await open_socket(port)
            await sign_in(socket, f"{role} {index}", new_key(), new_device())
            sides[role].append(Side(socket, f"{peer} {index}", script))

    async def load(seconds: float) -> int:
        return await _run(sides["Caller"], seconds)

    return load


async def _run(callers: list[Side], seconds: float) -> int:
    for caller in callers:
        caller.done = 0
        caller.running = True
        caller.begin()
    await asyncio.sleep(seconds)
    for caller in callers:
        caller.running = False
    async with asyncio.timeout(DRAIN_S):
        while any(caller.busy for caller in callers):
            await asyncio.sleep(0.01)
    return sum(caller.done for caller in callers)


if __name__ == "__main__":
    run_load(lambda: prepare(int(sys.argv[1])))
