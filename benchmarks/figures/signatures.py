"""What signatures add to the set-up of a call: all of them, of both sides, one after another.

An invitation is signed and checked, then its acceptance, with the safety words of both sides: the
whole of what stands between dialling and the first voice because calls are signed. The two sides
run on two machines; here on one processor, in turn, which is how they would wait for each other.
"""

import os
import statistics
import time

from benchmarks.harness.results import Row, at_most
from devcloud.identity.handshake import CalleeHandshake, CallerHandshake
from devcloud.identity.keys import SigningKey

GOAL_MS = 5
CALLS = 300
_FINGERPRINT = ":".join(["AB"] * 32)
_SDP = (
    "v=0\r\no=- 1 2 IN IP4 127.0.0.1\r\ns=-\r\nt=0 0\r\nm=audio 9 UDP/TLS/RTP/SAVPF 63 111\r\n"
    f"c=IN IP4 0.0.0.0\r\na=fingerprint:sha-256 {_FINGERPRINT}\r\na=setup:actpass\r\n"
)
_ANSWER = _SDP.replace("actpass", "active")


async def measure(quick: bool) -> list[Row]:
    """Time the handshakes of many calls."""
    calls = CALLS // 10 if quick else CALLS
    took = statistics.median(_handshake_s(number) for number in range(calls)) * 1000
    return [at_most(f"Signatures of a call, median of {calls}", took, GOAL_MS, unit=" ms")]


def _handshake_s(number: int) -> float:
    marc, john = (SigningKey.from_seed(os.urandom(32)) for _ in range(2))
    names = {"call": f"{number:032x}", "caller": "Marc", "callee": "John", "pin": None}
    caller = CallerHandshake(**names, key=marc, nonce=os.urandom(32))
    callee = CalleeHandshake(**names, me="John", key=john, nonce=os.urandom(32))
    began = time.perf_counter()
    callee.check_invite(1, _SDP, caller.sign_invite(1, _SDP))
    caller.check_accept(1, _ANSWER, callee.sign_accept(_ANSWER))
    callee.check_reveal(caller.reveal)
    took = time.perf_counter() - began
    assert caller.words == callee.words is not None
    return took
