"""What the client's commands share: their flags, their way to a server, and how a call went."""

import argparse
import asyncio
import signal
from collections.abc import Callable, Coroutine
from pathlib import Path
from typing import Any, TypeVar

import msgspec

import devcloud
from devcloud.cli.settings import Settings
from devcloud.cli.terminal import Terminal
from devcloud.client.api import ClientCall, connect
from devcloud.client.status import CallStatus
from devcloud.media.files import check_sound
from devcloud.model.errors import BadSettings, BadSound
from devcloud.model.records import EndReason

_T = TypeVar("_T")

Text = Callable[[str], str]

LONGEST_CALL_S = 86_400.0

EXIT_CODES = {
    EndReason.COMPLETED: 0,
    EndReason.CONNECTION_LOST: 2,
    EndReason.MEDIA_FAILED: 2,
    EndReason.ERROR: 3,
}
"""Every other reason is a warning: 1."""


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


def add_server_arguments(parser: argparse.ArgumentParser, text: Text) -> None:
    """Add the flags that say which server, and as whom."""
    parser.add_argument("--server", metavar="HOST[:PORT]", help=text("help_to_server"))
    parser.add_argument("--name", help=text("help_name"))
    parser.add_argument("--data", metavar="DIR", help=text("help_data"))


def add_sound_arguments(parser: argparse.ArgumentParser, text: Text) -> None:
    """Add the flags that say what is played and recorded, and for how long."""
    parser.add_argument("--play", metavar="WAV", help=text("help_play"))
    parser.add_argument("--record", metavar="WAV", help=text("help_record"))
    parser.add_argument("--for", dest="seconds", metavar="SECONDS", help=text("help_for"))


def seconds_of(flags: argparse.Namespace) -> float | None:
    """Return `--for`. Raises BadSettings `seconds_invalid`."""
    if flags.seconds is None:
        return None
    try:
        seconds = float(flags.seconds)
    except ValueError:
        seconds = -1.0
    if not 0.0 < seconds <= LONGEST_CALL_S:
        raise BadSettings("seconds_invalid", seconds=str(flags.seconds)[:40])
    return seconds


def check_files(flags: argparse.Namespace) -> None:
    """Find out about files before anybody's telephone rings. Raises BadSound."""
    if flags.play:
        check_sound(flags.play)
    if flags.record:
        target = Path(flags.record)
        if target.is_dir() or not target.absolute().parent.is_dir():
            raise BadSound("recording_not_writable", detail=flags.record)


def client_of(flags: argparse.Namespace, terminal: Terminal, *, observer: bool = False) -> connect:
    """Return the connection that the flags ask for. Raises BadSettings, BadName."""
    settings = Settings(flags)
    return devcloud.connect(
        settings.server,
        name=settings.name,
        data=settings.data,
        observer=observer,
        language=terminal.language,
    )


def start_sound(call: ClientCall, flags: argparse.Namespace, recording: str | None) -> None:
    """Play and record as told: a file takes the place of the microphone, a recording that of the
    speaker, so that a script needs neither."""
    if getattr(flags, "echo", False):
        call.audio.echo()
    elif flags.play:
        call.audio.play(flags.play)
    else:
        call.audio.microphone()
    if recording:
        call.audio.record(recording)
    elif not getattr(flags, "echo", False):
        call.audio.speaker()


def outcome_of(status: CallStatus, recording: str | None) -> Outcome:
    """Return how a call went."""
    quality = status.quality
    return Outcome(
        outcome=str(status.reason or status.state),
        peer=status.peer,
        setup_ms=None if status.setup_s is None else round(status.setup_s * 1000, 1),
        duration_s=round(status.duration_s, 2),
        encrypted=status.encrypted,
        verified=status.verified,
        safety_words=status.safety_words,
        codec=quality.codec if quality else "",
        rtt_ms=quality.rtt_ms if quality else None,
        loss=quality.loss if quality else None,
        jitter_ms=quality.jitter_ms if quality else None,
        mos=quality.mos if quality else None,
        path=quality.path if quality else "",
        recording=recording,
    )


def rows_of(terminal: Terminal, outcome: Outcome) -> list[tuple[str, str]]:
    """Return the same for people: a label and a value each, without what was not measured."""

    def measured(value: float | None, unit: str, digits: int = 0) -> str:
        return "" if value is None else f"{value:.{digits}f}{unit}"

    loss = None if outcome.loss is None else 100 * outcome.loss
    yes_no = terminal.say("yes" if outcome.encrypted else "no")
    rows = [
        (terminal.say("row_outcome"), terminal.say(f"end_{outcome.outcome}", name=outcome.peer)),
        (terminal.say("row_setup"), measured(outcome.setup_ms, " ms")),
        (terminal.say("row_duration"), measured(outcome.duration_s, " s", 1)),
        (terminal.say("row_codec"), outcome.codec),
        (terminal.say("row_path"), terminal.say(f"path_{outcome.path}") if outcome.path else ""),
        (terminal.say("row_rtt"), measured(outcome.rtt_ms, " ms", 1)),
        (terminal.say("row_loss"), measured(loss, " %", 1)),
        (terminal.say("row_jitter"), measured(outcome.jitter_ms, " ms", 1)),
        (terminal.say("row_mos"), measured(outcome.mos, "", 2)),
        (terminal.say("row_encrypted"), yes_no if outcome.duration_s else ""),
        (terminal.say("row_recording"), outcome.recording or ""),
    ]
    return [(label, value) for label, value in rows if value]


async def follow(call: ClientCall, terminal: Terminal) -> None:
    """Tell a person how a call goes, to its end."""
    told = ""
    told_trouble = ""
    told_words: tuple[str, ...] = ()
    async for status in call.events():
        if call.trouble is not None and status.trouble != told_trouble:
            told_trouble = status.trouble
            terminal.complain(call.trouble.text(terminal.language))
        if status.safety_words != told_words:
            told_words = status.safety_words
            terminal.tell(
                "words_verified" if status.verified else "words",
                name=status.peer,
                words=" ".join(told_words),
            )
        key = f"state_{status.state}"
        if key != told:
            told = key
            terminal.tell(key, name=status.peer)


def run_until_interrupted(work: Callable[[asyncio.Event], Coroutine[Any, Any, _T]]) -> _T:
    """Run a command whose event is set by Ctrl+C and SIGTERM: it then ends in good order."""

    async def run() -> _T:
        stop = asyncio.Event()
        loop = asyncio.get_running_loop()
        for number in (signal.SIGINT, signal.SIGTERM):
            try:
                loop.add_signal_handler(number, stop.set)
            except NotImplementedError:  # Windows: Ctrl+C raises KeyboardInterrupt instead
                break
        return await work(stop)

    return asyncio.run(run())
