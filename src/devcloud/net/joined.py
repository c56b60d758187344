"""Writes of one turn of the loop, joined into one.

Whoever has something to send is noted once and flushed at the turn's end: a system call (and with
TLS a record) per turn instead of one per message.
"""

import asyncio
from typing import Protocol


class Flushed(Protocol):
    """Somebody who has gathered something to write."""

    def flush(self) -> None:
        """Write it."""


class TurnEnd:
    """Calls `flush` once, at the end of the turn, for each that was noted in it.

    `soon` and `time` are the loop's own: nobody here needs more of a loop than these.
    """

    __slots__ = ("_loop", "_noted", "soon", "time")

    def __init__(self, loop: asyncio.AbstractEventLoop) -> None:
        self._loop = loop
        self.soon = loop.call_soon
        self.time = loop.time
        self._noted: list[Flushed] = []

    def note(self, flushed: Flushed) -> None:
        """Remember this one; it notes itself once until it is flushed."""
        if not self._noted:
            self._loop.call_soon(self._flush)
        self._noted.append(flushed)

    def _flush(self) -> None:
        noted, self._noted = self._noted, []
        for each in noted:
            each.flush()
