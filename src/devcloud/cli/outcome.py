"""How a call went: one object for programs, a short table for people, an exit code for scripts."""

import msgspec

from devcloud.cli.terminal import Terminal
from devcloud.client.status import CallStatus
from devcloud.media.control import Quality
from devcloud.model.records import EndReason

_EXIT_CODES = {
    EndReason.COMPLETED: 0,
    EndReason.UNTRUSTED: 2,
    EndReason.CONNECTION_LOST: 2,
    EndReason.MEDIA_FAILED: 2,
    EndReason.ERROR: 3,
}


NOT_MEASURED = Quality(call="", generation=0)


class Outcome(msgspec.Struct, frozen=True, kw_only=True):
    """How a call went, for programs. None where nothing was measured."""

    outcome: str
    peer: str
    setup_ms: float | None
    duration_s: float
    encrypted: bool
    verified: bool
    safety_words: tuple[str, ...]
    codec: str
    rtt_ms: float | None
    loss: float | None
    jitter_ms: float | None
    mos: float | None
    path: str
    recording: str | None


def exit_code_of(outcome: str) -> int:
    """Return a command's exit code for an end of a call: 1, a warning, for what is not listed."""
    return _EXIT_CODES.get(outcome, 1)  # type: ignore[call-overload, no-any-return]


def outcome_of(status: CallStatus, recording: str | None) -> Outcome:
    """Return how a call went."""
    # Nothing has been measured in a call that nobody took.
    quality = status.quality or NOT_MEASURED
    return Outcome(
        outcome=str(status.reason or status.state),
        peer=status.peer,
        setup_ms=_rounded(status.setup_s, 1, 1000.0),
        duration_s=round(status.duration_s, 2),
        encrypted=status.encrypted,
        verified=status.verified,
        safety_words=status.safety_words,
        codec=quality.codec,
        rtt_ms=_rounded(quality.rtt_ms, 1),
        loss=_rounded(quality.loss, 4),
        jitter_ms=_rounded(quality.jitter_ms, 1),
        mos=_rounded(quality.mos, 2),
        path=quality.path,
        recording=recording,
    )


def rows_of(terminal: Terminal, outcome: Outcome, *, text: str = "") -> list[tuple[str, str]]:
    """Return the same for people: a label and a value each, without what was not measured.

    `text` is what the other person said when declining.
    """
    point = terminal.say("decimal_point")

    def measured(value: float | None, unit: str, digits: int = 0) -> str:
        return "" if value is None else f"{value:.{digits}f}".replace(".", point) + unit

    loss = None if outcome.loss is None else 100 * outcome.loss
    talked = outcome.duration_s > 0
    encrypted = terminal.say("yes" if outcome.encrypted else "no")
    rows = [
        ("row_outcome", terminal.say(f"end_{outcome.outcome}", name=outcome.peer)),
        ("row_text", text),
        ("row_setup", measured(outcome.setup_ms, " ms")),
        ("row_duration", measured(outcome.duration_s, " s", 1) if talked else ""),
        ("row_codec", outcome.codec),
        ("row_path", terminal.say(f"path_{outcome.path}") if outcome.path else ""),
        ("row_rtt", measured(outcome.rtt_ms, " ms", 1)),
        ("row_loss", measured(loss, " %", 1)),
        ("row_jitter", measured(outcome.jitter_ms, " ms", 1)),
        ("row_mos", measured(outcome.mos, "", 2)),
        ("row_encrypted", encrypted if talked else ""),
        ("row_words", " ".join(outcome.safety_words)),
        ("row_recording", (outcome.recording or "") if talked else ""),
    ]
    return [(terminal.say(label), value) for label, value in rows if value]


def _rounded(value: float | None, digits: int, factor: float = 1.0) -> float | None:
    return None if value is None else round(factor * value, digits)
