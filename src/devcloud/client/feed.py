"""News for several readers: each has a queue of its own, which forgets the oldest when it is full.

Knows nothing of what the news is.
"""

import asyncio
from collections import deque
from collections.abc import AsyncGenerator, Callable
from typing import Generic, TypeVar

T = TypeVar("T")


class Feed(Generic[T]):
    """What is put in comes out at every reader. `changed` is told when the first one begins to
    read and when the last one has gone."""

    def __init__(self, most: int, changed: Callable[[bool], None] | None = None) -> None:
        self._most = most
        self._changed = changed
        self._readers: dict[object, deque[T]] = {}
        self._news = asyncio.Event()
        self._closed = False

    @property
    def wanted(self) -> bool:
        """Whether anybody reads."""
        return bool(self._readers)

    def put(self, item: T) -> None:
        """Give one more to each reader."""
        for queue in self._readers.values():
            queue.append(item)
        self._news.set()

    def close(self) -> None:
        """There will be no more: whoever reads comes to an end."""
        self._closed = True
        self._news.set()

    async def read(self) -> AsyncGenerator[T]:
        """Yield what is put in from now on."""
        reader = object()
        queue = self._readers[reader] = deque(maxlen=self._most)
        self._tell(len(self._readers) == 1)
        try:
            while True:
                while queue:
                    yield queue.popleft()
                if self._closed:
                    return
                self._news.clear()
                await self._news.wait()
        finally:
            del self._readers[reader]
            self._tell(not self._readers)

    def _tell(self, changed: bool) -> None:
        if changed and self._changed is not None and not self._closed:
            self._changed(self.wanted)
