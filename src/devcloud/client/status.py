"""How a call is, as programs and windows see it: one frozen value per moment."""

import msgspec

from devcloud.call.machine import Call
from devcloud.call.states import Role, State
from devcloud.media.control import Quality
from devcloud.model.records import CallKind, EndReason


class CallStatus(msgspec.Struct, frozen=True, kw_only=True):
    """A call at one moment.

    `setup_s` is the time from dialling (or accepting) to the first voice heard; `duration_s` the
    time since acceptance, to the end where there is one. `encrypted` is said of the path that
    carries the voice now, or carried it last. `quality` is None until something has been measured.
    `trouble` is the code of what last went wrong without ending the call, and
    `trouble_detail` the value its sentence needs.
    """

    id: str
    peer: str
    role: Role
    kind: CallKind
    state: State
    reason: EndReason | None
    text: str
    muted: bool
    held_here: bool
    held_there: bool
    encrypted: bool
    verified: bool
    safety_words: tuple[str, ...]
    setup_s: float | None
    duration_s: float
    generation: int
    quality: Quality | None
    trouble: str
    trouble_detail: str


class Stopwatch:
    """The moments of one call, in seconds of the monotonic clock."""

    def __init__(self, begun: float) -> None:
        self.begun = begun
        self.ended: float | None = None
        self.first_voice: float | None = None

    def setup_s(self, accepted_at: float | None, role: Role) -> float | None:
        """From dialling, or from accepting, to the first voice."""
        since = self.begun if role is Role.CALLER else accepted_at
        if self.first_voice is None or since is None:
            return None
        return max(0.0, self.first_voice - since)

    def duration_s(self, accepted_at: float | None, now: float) -> float:
        """How long both have been talking."""
        return 0.0 if accepted_at is None else max(0.0, (self.ended or now) - accepted_at)


def status_of(
    call: Call,
    watch: Stopwatch,
    quality: Quality | None,
    *,
    secured: bool,
    trouble: tuple[str, str],
    now: float,
) -> CallStatus:
    """Return how `call` is at `now`. `secured`: an encrypted path has been up."""
    return CallStatus(
        id=call.id,
        peer=call.peer,
        role=call.role,
        kind=call.kind,
        state=call.state,
        reason=call.reason,
        text=call.text,
        muted=call.muted,
        held_here=call.held_here,
        held_there=call.held_there,
        encrypted=secured and call.kind is CallKind.DEVCLOUD,
        verified=False,
        safety_words=(),
        setup_s=watch.setup_s(call.accepted_at, call.role),
        duration_s=watch.duration_s(call.accepted_at, now),
        generation=call.generation,
        quality=quality,
        trouble=trouble[0],
        trouble_detail=trouble[1],
    )
