"""Asking the server about people: for one by name, fresher than the list of who is there; for those
whose name holds something; and, on a server that does not tell of everybody, to be told of some.

The server answers in order, so an answer also says that it has taken note of what was sent before.
What is watched goes out with every question, since a question replaces what was watched.
"""

import asyncio
from collections import deque
from collections.abc import Callable, Iterable

from devcloud.model.names import fold_name
from devcloud.model.presence import Person
from devcloud.wire.signalling.messages import MOST_WATCHED, Presence, Watch

ANSWER_S = 2.0
MOST_AT_ONCE = 16
MOST_FOUND = 50
"""People of an answer; as many of them stay watched, until the next search."""
LONGEST_SEARCH = 128


class Search:
    """The questions of one connection, and who waits for their answers."""

    def __init__(self, send: Callable[[Watch], None]) -> None:
        self._send = send
        self._waiting: deque[asyncio.Future[Presence | None]] = deque()
        self._watched: list[str] = []
        self._found: list[str] = []

    @property
    def names(self) -> list[str]:
        """Who is watched: those one always wants to know of, then those found last."""
        folded = {fold_name(name): name for name in [*self._watched, *self._found]}
        return list(folded.values())[:MOST_WATCHED]

    def watch(self, names: Iterable[str]) -> None:
        """Be told of these people from now on: the first MOST_WATCHED."""
        self._watched = list(dict.fromkeys(names))[:MOST_WATCHED]
        self.say_watched()

    def say_watched(self) -> None:
        """Tell the server (again) who is watched."""
        self._send(Watch(names=self.names))

    async def find(self, name: str) -> Person | None:
        """Return the person of that name as the server sees them now; None where they are not
        there, or where no answer comes."""
        presence = await self._ask(Watch(names=[name, *self.names][:MOST_WATCHED], search=name))
        people = [] if presence is None else [*presence.people, *(presence.found or [])]
        return next((p for p in people if fold_name(p.name) == fold_name(name)), None)

    async def search(self, text: str) -> tuple[Person, ...]:
        """Return the first MOST_FOUND, by name, whose name holds `text`; nobody where no answer
        comes. They are watched until the next search."""
        presence = await self._ask(Watch(names=self.names, search=text[:LONGEST_SEARCH]))
        found = tuple(() if presence is None else presence.found or ())
        self._found = [person.name for person in found]
        self.say_watched()
        return found

    async def _ask(self, question: Watch) -> Presence | None:
        if len(self._waiting) >= MOST_AT_ONCE:
            return None
        answer: asyncio.Future[Presence | None] = asyncio.get_running_loop().create_future()
        self._waiting.append(answer)
        self._send(question)
        try:
            async with asyncio.timeout(ANSWER_S):
                return await answer
        except TimeoutError:
            # It keeps its place in the queue: the answer may still come, and is not the next one's.
            return None

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
