"""One end of this machine's sound: the device that is wanted, the one that is open, and who has a
share in it. What becomes of it is the business of `card`.
"""

from collections.abc import Callable
from typing import Final

from devcloud.media.control import DeviceKind
from devcloud.media.devices import OpenStream
from devcloud.media.playout import SteadyQueue
from devcloud.media.sources import SILENT_BLOCK

MOST_WAITING: Final = 12

Said = Callable[[str, str], None]
"""Told of trouble: a code of the catalogue and what fills its sentence. On a worker's thread."""


class End:
    """One device, in one direction. A `strict` one takes no other device for the wanted one."""

    def __init__(
        self, kind: DeviceKind, make: Callable[[str], OpenStream], *, strict: bool = False
    ) -> None:
        self.kind = kind
        self.make = make
        self.strict = strict
        self.users: tuple[Share, ...] = ()
        self.wanted = ""
        self.stream: OpenStream | None = None
        self.retry_at = 0.0
        self.better_at = 0.0
        self.busy_since: float | None = None
        self.said: set[str] = set()

    @property
    def choices(self) -> tuple[str, ...]:
        """The devices to try, in this order."""
        return (self.wanted,) if self.strict else tuple(dict.fromkeys((self.wanted, "")))

    @property
    def has_another(self) -> bool:
        """Whether a device stands in for the one that is wanted."""
        stream = self.stream
        return stream is not None and self.wanted not in ("", stream.device)


class Share:
    """A part in an end, of a call by its name, or of somebody who is told of trouble."""

    def __init__(
        self, end: End, release: Callable[["Share"], None], call: str = "", said: Said | None = None
    ) -> None:
        self.end = end
        self.call = call
        self.said = said
        self.device: str | None = None
        """The device that this call has been told of."""
        self._release = release

    @property
    def open(self) -> bool:
        """Whether there is a device behind it."""
        return self.end.stream is not None

    def close(self) -> None:
        """Give it back."""
        self._release(self)


class MicrophoneSource(Share):
    """A call's share of the microphone. `present` returns the block of this tick."""

    live = True

    def __init__(
        self, end: End, release: Callable[[Share], None], call: str, present: Callable[[], bytes]
    ) -> None:
        super().__init__(end, release, call)
        self._present = present

    def take(self) -> bytes:
        """Return the microphone's present block."""
        return self._present()


class Inlet(Share):
    """A microphone to oneself."""

    _begun = False

    def take(self) -> bytes | None:
        """Return the next 10 ms, None until the device gives its first."""
        stream = self.end.stream
        self._begun = self._begun or (stream is not None and len(stream.queue) > 0)
        return stream.queue.take() if stream is not None and self._begun else None


class SpeakerFeed(Share):
    """A share of a speaker."""

    def __init__(
        self, end: End, release: Callable[[Share], None], call: str = "", said: Said | None = None
    ) -> None:
        super().__init__(end, release, call, said)
        self.queue = SteadyQueue(SILENT_BLOCK, MOST_WAITING, trim=True)

    def hear(self, block: bytes) -> None:
        """Play 10 ms."""
        self.queue.put(block)
