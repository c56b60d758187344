"""What a host sees happen: who comes and goes, who calls whom. Values for a window and its log.

Knows nothing of windows. `Hall.tell` hands each to whoever watches.
"""

from dataclasses import dataclass

from devcloud.model.presence import Status
from devcloud.model.records import CallKind, EndReason


@dataclass(frozen=True)
class Here:
    """Somebody who is connected. `address` is where from."""

    name: str
    address: str
    kind: CallKind
    status: Status
    in_call: bool


@dataclass(frozen=True)
class Happening:
    """Base of all."""


@dataclass(frozen=True)
class Came(Happening):
    """Somebody signed in."""

    name: str
    address: str
    kind: CallKind


@dataclass(frozen=True)
class Went(Happening):
    """Somebody's connection ended."""

    name: str


@dataclass(frozen=True)
class StatusChanged(Happening):
    """Somebody is available, or does not want to be disturbed."""

    name: str


@dataclass(frozen=True)
class Called(Happening):
    """A call rings, or was tried."""

    caller: str
    callee: str


@dataclass(frozen=True)
class Answered(Happening):
    """A call was taken."""

    caller: str
    callee: str


@dataclass(frozen=True)
class CallOver(Happening):
    """A call ended."""

    caller: str
    callee: str
    reason: EndReason
