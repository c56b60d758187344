"""What the client's commands share: flags, the way to a server, and seeing a call through."""

import argparse
import asyncio
from collections.abc import Coroutine
from pathlib import Path
from typing import Any

import devcloud
from devcloud.call.states import State
from devcloud.cli.outcome import outcome_of, rows_of
from devcloud.cli.parser import Parser, Text
from devcloud.cli.settings import Settings
from devcloud.cli.terminal import Terminal
from devcloud.cli.trusting import Trusting
from devcloud.client.api import ClientCall, connect
from devcloud.client.policy import WarmUp
from devcloud.client.port2023 import Mode2023
from devcloud.media.files import check_sound
from devcloud.model.errors import BadSettings, BadSound
from devcloud.model.records import CallKind
from devcloud.model.texts import say

LONGEST_CALL_S = 86_400.0

# Ringing is told where a call comes in, and ending takes a moment only.
_UNTOLD = frozenset({State.RINGING_IN, State.ENDING})


def add_server_arguments(parser: Parser, text: Text) -> None:
    """Add the flags that say which server, and as whom."""
    parser.add_argument("--server", metavar="HOST[:PORT]", help=text("help_to_server"))
    parser.add_argument("--name", metavar=text("meta_name"), help=text("help_name"))
    parser.add_argument("--data", metavar=text("meta_directory"), help=text("help_data"))
    parser.add_argument("--no-2023", action="store_true", help=text("help_no_2023"))
    parser.add_argument("--only-2023", action="store_true", help=text("help_only_2023"))


def add_trust_arguments(parser: Parser, text: Text) -> None:
    """Add the flags that say who is trusted, and with what."""
    parser.add_argument("--accept-new-key", action="store_true", help=text("help_accept_new_key"))
    parser.add_argument("--only-encrypted", action="store_true", help=text("help_only_encrypted"))
    parser.add_argument("--warm-up", metavar="always|known|never", help=text("help_warm_up"))
    add_keyring_argument(parser, text)


def add_keyring_argument(parser: Parser, text: Text) -> None:
    """Add the flag that moves the key to the platform's key store."""
    parser.add_argument("--keyring", action="store_true", help=text("help_keyring"))


def add_sound_arguments(parser: Parser, text: Text) -> None:
    """Add the flags that say what is played and recorded, and for how long."""
    parser.add_argument("--play", metavar="WAV", help=text("help_play"))
    parser.add_argument("--record", metavar="WAV", help=text("help_record"))
    parser.add_argument(
        "--for", dest="seconds", metavar=text("meta_seconds"), help=text("help_for")
    )


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


def client_of(
    flags: argparse.Namespace,
    terminal: Terminal,
    *,
    observer: bool = False,
    legacy_2023: Mode2023 = Mode2023.OFF,
) -> connect:
    """Return the connection that the flags ask for; `legacy_2023` is what becomes of calls with
    programs of 2023 unless somebody wants it otherwise. Raises BadSettings, BadName."""
    settings = Settings(flags)
    return devcloud.connect(
        settings.server,
        name=settings.name,
        data=settings.data,
        observer=observer,
        language=terminal.language,
        warm_up=settings.text("warm_up", WarmUp.KNOWN),
        only_encrypted=settings.flag("only_encrypted"),
        keyring=settings.flag("keyring"),
        legacy_2023=_mode_2023(flags, settings, legacy_2023),
    )


def _mode_2023(flags: argparse.Namespace, settings: Settings, default: Mode2023) -> str:
    if flags.no_2023 and flags.only_2023:
        raise BadSettings("mode_2023_twice")
    if flags.no_2023:
        return Mode2023.OFF
    if settings.flag("only_encrypted"):
        # Nothing listens for what would only be refused.
        default = Mode2023.OFF
    return Mode2023.ONLY if flags.only_2023 else settings.text("legacy_2023", default)


def start_sound(call: ClientCall, flags: argparse.Namespace, recording: str | None) -> None:
    """Play and record as told: a file takes the place of the microphone, a recording that of the
    speaker, so that a script needs neither."""
    echo = getattr(flags, "echo", False)
    if echo:
        call.audio.echo()
    elif flags.play:
        call.audio.play(flags.play)
    else:
        call.audio.microphone()
    if recording:
        call.audio.record(recording)
    elif not echo:
        call.audio.speaker()


async def see_through(
    call: ClientCall,
    terminal: Terminal,
    *,
    trusting: Trusting,
    stop: asyncio.Event,
    enough: Coroutine[Any, Any, None],
    recording: str | None,
) -> str:
    """Follow a call to its end, hang up when `enough` returns or `stop` is set, and tell how it
    went. Returns the outcome."""
    following = asyncio.create_task(_follow(call, terminal), name="command.follow")
    ending = asyncio.create_task(_hang_up_when(call, stop, enough), name="command.end")
    watching = asyncio.create_task(trusting.watch(call), name="command.trust")
    try:
        await asyncio.wait({following, ending}, return_when=asyncio.FIRST_COMPLETED)
        if ending.done():
            ending.result()
        await following
        if watching.done():
            watching.result()
    finally:
        for task in (following, ending, watching):
            task.cancel()
        await asyncio.gather(following, ending, watching, return_exceptions=True)
    status = call.status
    outcome = outcome_of(status, recording)
    terminal.result(outcome, rows_of(terminal, outcome, text=status.text))
    return outcome.outcome


async def _hang_up_when(
    call: ClientCall, stop: asyncio.Event, enough: Coroutine[Any, Any, None]
) -> None:
    stopping = asyncio.create_task(stop.wait(), name="command.stop")
    waiting = asyncio.create_task(enough, name="command.enough")
    try:
        done, _ = await asyncio.wait({stopping, waiting}, return_when=asyncio.FIRST_COMPLETED)
        for task in done:
            task.result()
    finally:
        for each in (stopping, waiting):
            each.cancel()
        await asyncio.gather(stopping, waiting, return_exceptions=True)
    await call.hang_up()


async def _follow(call: ClientCall, terminal: Terminal) -> None:
    """Tell a person how a call goes, to its end."""
    told = ""
    told_words: tuple[str, ...] = ()
    troubles: set[str] = set()
    if call.status.kind is CallKind.LEGACY_2023:
        terminal.complain(say("legacy2023.not_encrypted", terminal.language, name=call.peer))
    async for status in call.events():
        if call.trouble is not None and call.trouble.code not in troubles:
            troubles.add(call.trouble.code)
            terminal.complain(call.trouble.text(terminal.language))
        line = terminal.say(f"state_{status.state}", name=status.peer)
        if line != told and status.state not in _UNTOLD:
            told = line
            terminal.line(line)
        if status.safety_words != told_words:
            told_words = status.safety_words
            terminal.tell(
                "words_verified" if status.verified else "words",
                name=status.peer,
                words=" ".join(told_words),
            )
