"""What the desk decides: what to say to the server, to order from the media, to tell the person.

Values only; `core` carries them out.
"""

from dataclasses import dataclass

from devcloud.call.machine import Call
from devcloud.identity.pins import PinBook
from devcloud.media import control
from devcloud.model.errors import DevCloudError
from devcloud.model.records import CallRecord
from devcloud.wire.legacy2023.happenings import Happening
from devcloud.wire.signalling.messages import CallMessage


@dataclass(frozen=True)
class Say:
    """Send this to the server, if there is a connection; it comes again if it must."""

    message: CallMessage


@dataclass(frozen=True)
class Order:
    """Tell the media process."""

    order: control.Order


@dataclass(frozen=True)
class Rang:
    """A call has come in."""

    call: Call


@dataclass(frozen=True)
class Changed:
    """A call is not as it was."""

    call: Call


@dataclass(frozen=True)
class Became:
    """The call `old` goes on as `new`."""

    old: str
    new: str


@dataclass(frozen=True)
class Remembered:
    """A call is over."""

    record: CallRecord


@dataclass(frozen=True)
class Dropped:
    """Something from the other side was not as it should be, and is dropped."""

    error: DevCloudError
    sender: str


@dataclass(frozen=True)
class Pinned:
    """Keep this pin book."""

    book: PinBook


@dataclass(frozen=True)
class Distrusted:
    """The other side is not who it says, or has another key than before. `call` is None where it
    never came to one: an invitation that was refused before it rang."""

    call: Call | None
    error: DevCloudError
    sender: str


@dataclass(frozen=True)
class Locate:
    """Ask the directory where `caller` is, who says by 2023 to call from `source`; tell
    `Calls2023.located`."""

    caller: str
    source: str


@dataclass(frozen=True)
class Noted2023:
    """Something for the log."""

    happening: Happening


Action = (
    Say | Order | Rang | Changed | Became | Remembered | Dropped | Pinned | Distrusted
    | Locate | Noted2023
)  # fmt: skip
