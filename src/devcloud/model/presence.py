"""Who is there, as others may see it."""

from enum import StrEnum

import msgspec

from devcloud.model.records import CallKind


class Status(StrEnum):
    """What a person who is there says of themselves. Someone absent is in no list."""

    AVAILABLE = "available"
    BUSY = "busy"
    DO_NOT_DISTURB = "do_not_disturb"


class Person(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """A person who is online.

    `key` is the Ed25519 public key in base64url without padding, empty for a 2023 client; `kind`
    is the protocol that reaches them best; `takes_2023` says that `GET` gives their address;
    `address` is told of 2023 people only, whose calls go straight to it.
    """

    name: str
    status: Status = Status.AVAILABLE
    kind: CallKind = CallKind.DEVCLOUD
    key: str = ""
    takes_2023: bool = False
    address: str = ""
