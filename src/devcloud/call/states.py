"""The states of a call and its timers.

A call has two axes, **accepted?** and **connected?**: a person may press Accept before the path is
up, and the path may come up before anyone presses anything.

                        no path yet                  path coming               path up
    not accepted   dialling, ringing_out,   connecting_before_accepted   connected_before_accepted
                        ringing_in
    accepted                        connecting_after_accepted              active, held
                                                                           reconnecting
    over                                     ending → ended
"""

from dataclasses import dataclass
from enum import StrEnum


class State(StrEnum):
    """Where a call is."""

    DIALLING = "dialling"
    RINGING_OUT = "ringing_out"
    RINGING_IN = "ringing_in"
    CONNECTING_BEFORE_ACCEPTED = "connecting_before_accepted"
    CONNECTED_BEFORE_ACCEPTED = "connected_before_accepted"
    CONNECTING_AFTER_ACCEPTED = "connecting_after_accepted"
    ACTIVE = "active"
    HELD = "held"
    RECONNECTING = "reconnecting"
    ENDING = "ending"
    ENDED = "ended"


class Role(StrEnum):
    """Who called whom."""

    CALLER = "caller"
    CALLEE = "callee"


UNANSWERED = frozenset(
    {
        State.DIALLING,
        State.RINGING_OUT,
        State.RINGING_IN,
        State.CONNECTING_BEFORE_ACCEPTED,
        State.CONNECTED_BEFORE_ACCEPTED,
    }
)
EARLY_PATH = frozenset({State.CONNECTING_BEFORE_ACCEPTED, State.CONNECTED_BEFORE_ACCEPTED})
ACCEPTED = frozenset(
    {State.CONNECTING_AFTER_ACCEPTED, State.ACTIVE, State.HELD, State.RECONNECTING}
)
OVER = frozenset({State.ENDING, State.ENDED})


@dataclass(frozen=True)
class Timers:
    """How long a call waits for what, in seconds."""

    ring: float = 45.0
    connect: float = 15.0
    reconnect: float = 30.0
    waver: float = 1.0
    """A wavering path is given this long to recover before the caller offers a new one."""
    repair: float = 4.0
    """The callee waits this much longer than the caller before it offers one, too."""
    repair_again: float = 8.0
    """And a new path this long to come up before the next one is tried."""
    others: float = 0.5
    """When the only device known is busy, others of that person have this long to show up."""
    close: float = 2.0
    """The media has this long to close its files before the call counts as ended."""
