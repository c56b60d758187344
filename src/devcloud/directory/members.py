"""A device that is signed in. Knows nothing of the others."""

from typing import Any

from devcloud.model.names import fold_name
from devcloud.model.presence import Status
from devcloud.model.records import CallKind


class Member:
    """A device that is signed in. `handle` is the shell's own and is never looked at.

    `everyone`: is told of all people, not only of those watched. Fixed at sign-in.
    """

    __slots__ = (
        "address", "device", "everyone", "folded", "handle", "key", "kind", "name", "observer",
        "status", "takes_2023", "watched",
    )  # fmt: skip

    def __init__(
        self,
        *,
        name: str,
        key: str,
        device: str,
        handle: Any = None,
        observer: bool = False,
        status: Status = Status.AVAILABLE,
        takes_2023: bool = False,
        kind: CallKind = CallKind.DEVCLOUD,
        address: str = "",
    ) -> None:
        self.name = name
        self.folded = fold_name(name)
        self.key = key
        self.device = device
        self.handle = handle
        self.observer = observer
        self.status = status
        self.takes_2023 = takes_2023
        self.kind = kind
        self.address = address
        self.everyone = False
        self.watched: tuple[str, ...] = ()
