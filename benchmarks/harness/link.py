"""An impairing link: two network namespaces whose only way to each other is this process.

    python -m benchmarks.harness.link NAMESPACE_A NAMESPACE_B

Each namespace has a TUN device; what one sends is read here, perhaps lost, perhaps delayed, and
written to the other. UDP alone is impaired, which is the voice and all that sets its path up;
TCP passes, since signalling is not what is measured. Loss is independent per packet; with a jitter
of J seconds each packet is delayed by 0 to 2 J, evenly (so J ± J, as netem's `delay J J`), and
packets overtake one another. The same seed draws the same dice for the same packets.

A line on standard input sets `loss`, `jitter_s` and `seed`; the answer counts packets until then.
Needs root, `ip` and /dev/net/tun. The namespaces belong to whoever starts this: see `two_hosts`.
"""

import asyncio
import fcntl
import heapq
import json
import os
import random
import select
import shutil
import struct
import subprocess
import sys
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from pathlib import Path
from typing import Any

from benchmarks.harness.processes import Process, hurry, keep_output, say, start

TUN = Path("/dev/net/tun")
ADDRESSES = ("10.77.0.1", "10.77.0.2")
_DEVICE = "link0"
_TUNSETIFF, _IFF_TUN, _IFF_NO_PI = 0x400454CA, 0x0001, 0x1000
_CLONE_NEWNET = 0x40000000
_UDP = 17
_LONGEST = 65_536
_MOST_WAITING = 10_000


def lacking() -> str:
    """Return what is missing to make a link, or nothing."""
    if os.name != "posix" or os.geteuid() != 0:
        return "needs root, for network namespaces"
    if not TUN.exists():
        return "there is no /dev/net/tun"
    return "" if shutil.which("ip") else "the command ip (iproute2) is not installed"


@asynccontextmanager
async def two_hosts() -> AsyncIterator[tuple[Process, str, str]]:
    """Make two namespaces and the link between them, for as long as the block lasts."""
    names = [f"devcloud-bench-{os.getpid()}-{side}" for side in "ab"]
    try:
        for name in names:
            await _ip("netns", "add", name)
            await _ip("-n", name, "link", "set", "lo", "up")
        async with start("benchmarks.harness.link", *names) as link:
            await link.hear(10.0)
            yield link, names[0], names[1]
    finally:
        for name in names:
            with suppress(subprocess.CalledProcessError):
                await _ip("netns", "delete", name)


async def _ip(*arguments: str) -> None:
    command = ["ip", *arguments]
    await asyncio.to_thread(subprocess.run, command, check=True, capture_output=True, timeout=10)


class Link:
    """The two ends, and what happens in between."""

    def __init__(self, ends: tuple[int, int]) -> None:
        self._other = {ends[0]: ends[1], ends[1]: ends[0]}
        self._waiting: list[tuple[float, int, int, bytes]] = []
        self._dice = {end: random.Random(0) for end in ends}
        self._loss = 0.0
        self._jitter_s = 0.0
        self._count = 0
        self.passed = 0
        self.lost = 0

    def impair(self, *, loss: float, jitter_s: float, seed: int) -> None:
        """Impair what comes from now on."""
        self._loss, self._jitter_s = loss, jitter_s
        for number, dice in enumerate(self._dice.values()):
            dice.seed(2 * seed + number)

    def run(self) -> None:
        """Carry packets until standard input ends."""
        ends = list(self._other)
        while True:
            wait = max(0.0, self._waiting[0][0] - time.monotonic()) if self._waiting else None
            ready, _, _ = select.select([*ends, sys.stdin], [], [], wait)
            for each in ready:
                if each is not sys.stdin:
                    self._take(each, os.read(each, _LONGEST))
                elif line := sys.stdin.readline():
                    say(passed=self.passed, lost=self.lost)
                    self.passed = self.lost = 0
                    self.impair(**json.loads(line))
                else:
                    return
            self._give()

    def _take(self, end: int, packet: bytes) -> None:
        due = time.monotonic()
        if len(packet) > 9 and packet[0] >> 4 == 4 and packet[9] == _UDP:
            dice = self._dice[end]
            lost, delay = dice.random() < self._loss, dice.random() * 2 * self._jitter_s
            if lost or len(self._waiting) >= _MOST_WAITING:
                self.lost += 1
                return
            self.passed += 1
            due += delay
        self._count += 1
        heapq.heappush(self._waiting, (due, self._count, self._other[end], packet))

    def _give(self) -> None:
        now = time.monotonic()
        while self._waiting and self._waiting[0][0] <= now:
            _, _, end, packet = heapq.heappop(self._waiting)
            # A device without room loses the packet, as a network would.
            with suppress(BlockingIOError, OSError):
                os.write(end, packet)


def open_end(namespace: str, address: str, other: str) -> int:
    """Make the device of one namespace and return its descriptor. Raises OSError."""
    here = os.open("/proc/self/ns/net", os.O_RDONLY)
    there = os.open(f"/run/netns/{namespace}", os.O_RDONLY)
    try:
        _enter(there)
        end = os.open(TUN, os.O_RDWR)
        fcntl.ioctl(
            end, _TUNSETIFF, struct.pack("16sH22x", _DEVICE.encode(), _IFF_TUN | _IFF_NO_PI)
        )
        for command in (
            ("addr", "add", address, "peer", other, "dev", _DEVICE),
            ("link", "set", _DEVICE, "up"),
        ):
            subprocess.run(["ip", *command], check=True, capture_output=True, timeout=10)
    finally:
        _enter(here)
        os.close(here)
        os.close(there)
    os.set_blocking(end, False)
    return end


def _enter(namespace: int) -> None:
    import ctypes  # noqa: PLC0415 (os.setns came with Python 3.12)

    libc: Any = ctypes.CDLL(None, use_errno=True)
    if libc.setns(namespace, _CLONE_NEWNET) != 0:
        raise OSError(ctypes.get_errno(), "setns")


def main() -> None:
    """Be the link."""
    keep_output()
    hurry()
    first, second = sys.argv[1:]
    ends = open_end(first, *ADDRESSES), open_end(second, *reversed(ADDRESSES))
    say(ready=True)
    Link(ends).run()


if __name__ == "__main__":
    main()
