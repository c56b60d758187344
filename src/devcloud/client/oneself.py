"""The part of a client that is about being there: how one is, and whom one wants to know of."""

from collections.abc import Iterable

from devcloud.client.core import Core
from devcloud.model.presence import Person, Status


class Oneself:
    """(a part of `Client`)"""

    core: Core

    @property
    def status(self) -> Status:
        """What one says of oneself. While one talks, others see `busy` instead of `available`."""
        return self.core.status

    async def set_status(self, status: Status) -> None:
        """Say how one is: `available`, or `do_not_disturb`, with which nobody who calls rings here;
        they hear that one is busy, and `missed` tells of them. It holds until it is changed, also
        when the connection comes back. A call that rings already goes on ringing."""
        self.core.set_status(status)

    def retry(self) -> None:
        """Try to connect now, where there is no connection and the next attempt is waited for."""
        if self.core.session is not None:
            self.core.session.retry()

    def watch(self, names: Iterable[str]) -> None:
        """Name the people that `people` is to tell of on a server that has too many to tell of
        all: one's contacts, at most 500. Replaces those named before; those whom `search` found
        last are told of besides. On smaller servers it changes nothing."""
        self.core.whereabouts.watch(names)

    async def search(self, text: str) -> tuple[Person, ...]:
        """Return those who are online and whose name holds `text`, whatever its case: the first 50
        by name. Nobody where there is no connection, or no answer within 2 s."""
        return await self.core.whereabouts.search(text)
