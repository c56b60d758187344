"""Asking the server for one person by name: fresher than the list of who is there, and the only way
on a server that does not tell of everybody.

The server answers in order, so an answer also says that it has taken note of what was sent before.
"""

import asyncio
from collections import deque
from collections.abc import Callable

from devcloud.model.names import fold_name
from devcloud.model.presence import Person
from devcloud.wire.signalling.messages import Presence, Watch

ANSWER_S = 2.0
MOST_AT_ONCE = 16


class Search:
    """The questions of one connection, and who waits for their answers."""

    def __init__(self, send: Callable[[Watch], None]) -> None:
        self._send = send
        self._waiting: deque[asyncio.Future[Presence | None]] = deque()

    async def find(self, name: str) -> Person | None:
        """Return the person of that name as the server sees them now; None where they are not
        there, or where no answer comes."""
        if len(self._waiting) >= MOST_AT_ONCE:
            return None
        answer: asyncio.Future[Presence | None] = asyncio.get_running_loop().create_future()
        self._waiting.append(answer)
        self._send(Watch(names=[name], search=name))
        try:
            async with asyncio.timeout(ANSWER_S):
                presence = await answer
        except TimeoutError:
            # It keeps its place in the queue: the answer may still come, and is not the next one's.
            return None
        people = [] if presence is None else [*presence.people, *(presence.found or [])]
        return next((p for p in people if fold_name(p.name) == fold_name(name)), None)

    def received(self, presence: Presence) -> None:
        """Something came from the server; an answer is what says what was found."""
        if presence.found is not None and self._waiting:
            answer = self._waiting.popleft()
            if not answer.done():
                answer.set_result(presence)

    def lost(self) -> None:
        """The connection is gone, and with it all answers."""
        for answer in self._waiting:
            if not answer.done():
                answer.set_result(None)
        self._waiting.clear()
