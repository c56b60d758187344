"""How a call is, as programs and windows see it: one frozen value per moment."""

import msgspec

from devcloud.call.machine import Call
from devcloud.call.states import Role, State
from devcloud.client.guard import Trust
from devcloud.identity.keys import fingerprint
from devcloud.identity.pins import Verdict
from devcloud.identity.words import words
from devcloud.media.control import Quality
from devcloud.model.records import CallKind, EndReason
from devcloud.model.texts import Language


class CallStatus(msgspec.Struct, frozen=True, kw_only=True):
    """A call at one moment.

    `answered` says that it was accepted, whether or not a voice was heard then.

    `setup_s` is the time from dialling (or accepting) to the first voice heard; `duration_s` the
    time since acceptance, to the end where there is one. `encrypted` is said of the path that
    carries the voice now, or carried it last. `quality` is None until something has been measured.
    `trouble` is the code of what went wrong last.

    `verified` says that the safety words have been compared with this person, now or in an earlier
    call. `peer_key` is the fingerprint of the other side's key, once shown; `key_changed` says that
    it is not the one they had before, and that the call waits for `ClientCall.accept_key`.
    """

    id: str
    peer: str
    role: Role
    kind: CallKind
    state: State
    reason: EndReason | None
    text: str
    answered: bool
    muted: bool
    held_here: bool
    held_there: bool
    encrypted: bool
    verified: bool
    safety_words: tuple[str, ...]
    peer_key: str
    key_changed: bool
    setup_s: float | None
    duration_s: float
    generation: int
    quality: Quality | None
    trouble: str


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
    trouble: str,
    trust: Trust,
    language: Language,
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
        answered=call.accepted_at is not None,
        muted=call.muted,
        held_here=call.held_here,
        held_there=call.held_there,
        encrypted=secured and call.kind is CallKind.DEVCLOUD,
        verified=trust.verdict is Verdict.VERIFIED,
        safety_words=() if trust.words is None else words(trust.words, language),
        peer_key=fingerprint(trust.key or trust.changed_key)
        if trust.key or trust.changed_key
        else "",
        key_changed=bool(trust.changed_key),
        setup_s=watch.setup_s(call.accepted_at, call.role),
        duration_s=watch.duration_s(call.accepted_at, now),
        generation=call.generation,
        quality=quality,
        trouble=trouble,
    )
