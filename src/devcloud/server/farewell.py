"""Last words: what a page that goes leaves with the server, to be said unless it is back in time.

A page that is closed and one that is loaded again go in the same way. So it says, with its `bye`,
what the server is to say for it: that it has hung up. The same device signing in again takes that
back, and its calls go on. Knows of calls only what each hang-up says of itself.
"""

import asyncio
from collections.abc import Callable, Sequence

import msgspec

from devcloud.directory.members import Member
from devcloud.directory.people import People
from devcloud.wire.signalling.codec import encode
from devcloud.wire.signalling.messages import CallMessage, Hangup
from devcloud.wire.websocket.frames import text_frame

GRACE_S = 4.0
"""A page is loaded again in less; and whoever talks to somebody who has gone knows it soon."""
MOST_WAITING = 10_000

_Device = tuple[str, str]


class Farewells:
    """The last words that wait, by device.

    `said` is told of each that is said, with the number of devices that it reached.
    """

    def __init__(
        self,
        people: People,
        said: Callable[[Member, CallMessage, int], None],
        *,
        grace_s: float = GRACE_S,
    ) -> None:
        self._people = people
        self._said = said
        self._grace_s = grace_s
        self._waiting: dict[_Device, asyncio.TimerHandle] = {}

    def __len__(self) -> int:
        return len(self._waiting)

    def keep(self, member: Member, last: Sequence[Hangup]) -> None:
        """Say these for `member` in a moment. With too many waiting, nothing is kept: the others
        then find out by themselves."""
        if not last or member.observer or len(self._waiting) >= MOST_WAITING:
            return
        device = (member.folded, member.device)
        self.back(member)
        timer = asyncio.get_running_loop().call_later(self._grace_s, self._say, member, last)
        self._waiting[device] = timer

    def back(self, member: Member) -> None:
        """This device is here again: it can speak for itself."""
        timer = self._waiting.pop((member.folded, member.device), None)
        if timer is not None:
            timer.cancel()

    def forget(self) -> None:
        """The server stops."""
        for timer in self._waiting.values():
            timer.cancel()
        self._waiting.clear()

    def _say(self, member: Member, last: Sequence[Hangup]) -> None:
        del self._waiting[(member.folded, member.device)]
        for hangup in last:
            message = msgspec.structs.replace(hangup, from_=member.name, device=member.device)
            reached = self._people.reach(message.to, message.to_device, message.not_device)
            others = [each for each in reached if each.folded != member.folded]
            frame = text_frame(encode(message))
            for each in others:
                each.handle.send_frame(frame)
            self._said(member, message, len(others))
