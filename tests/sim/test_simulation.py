"""Thousands of people call each other over bad networks, and all of them agree at the end.

    make sim SEEDS=100000     more of them
    make sim SEED=4711        one of them, with its transcript

A seed that fails is named, with the end of its transcript.
"""

import hashlib
import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest
from tests.sim.scenario import Outcome, play

from devcloud.call import commands as do
from devcloud.call.line import Line
from devcloud.call.machine import Call
from devcloud.call.mailbox import Outbox
from devcloud.call.paths import Paths
from devcloud.call.talking import Talking
from devcloud.client.desk import Desk

SEEDS = int(os.environ.get("DEVCLOUD_SIM_SEEDS") or 10_000)
SEED = os.environ.get("SEED", "")
CHUNKS = 41  # prime, so that each chunk has its share of the costly scenarios
LINES_SHOWN = 80
ROOT = Path(__file__).parents[2]


def explain(outcome: Outcome) -> str:
    """Return what went wrong, and how it came to it."""
    again = play(outcome.seed, transcript=True)
    shown = again.transcript[-LINES_SHOWN:]
    return "\n".join([f"make sim SEED={outcome.seed}", *shown, outcome.violation])


@pytest.mark.parametrize("chunk", range(CHUNKS) if not SEED else [])
def test_everybody_agrees_at_the_end(chunk: int) -> None:
    talked = 0
    for seed in range(chunk, SEEDS, CHUNKS):
        outcome = play(seed)
        if outcome.violation:
            pytest.fail(explain(outcome), pytrace=False)
        talked += outcome.talked
    # A simulation in which nobody ever talks would agree with itself, too.
    assert talked >= SEEDS // CHUNKS // 4


@pytest.mark.skipif(not SEED, reason="SEED=n replays one scenario")
def test_one_seed(capsys: pytest.CaptureFixture[str]) -> None:
    outcome = play(int(SEED), transcript=True)
    with capsys.disabled():
        sys.stdout.write("\n".join(["", *outcome.transcript, outcome.violation, ""]))
    assert not outcome.violation


def digest(seeds: range) -> str:
    """Return one number for the transcripts of many seeds."""
    lines = (line for seed in seeds for line in play(seed, transcript=True).transcript)
    return hashlib.sha256("\n".join(lines).encode()).hexdigest()


def test_a_seed_always_tells_the_same_story() -> None:
    script = "from tests.sim.test_simulation import digest; print(digest(range(50)))"
    elsewhere = subprocess.run(
        [sys.executable, "-c", script],
        cwd=ROOT,
        # Where sets and dictionaries of names have another order.
        env=os.environ | {"PYTHONHASHSEED": "4711"},
        capture_output=True,
        text=True,
        check=True,
    )
    assert elsewhere.stdout.strip() == digest(range(50))


# ── the simulation sees what it is there to see ──────────────────────────────────────────────────


def nothing(*_: object, **__: object) -> None:
    """Do nothing."""


def no_outputs(*_: object, **__: object) -> list[object]:
    """Do nothing, either."""
    return []


def always_speak(paths: Paths, **_: object) -> None:
    """Let the voice out as soon as anybody asks for anything."""
    paths._say(do.SetVoice(True, True))


SABOTAGE: dict[str, tuple[type, str, Callable[..., object]]] = {
    "candidates that come too early are lost": (Paths, "_try", nothing),
    "two calls are spoken on at once": (Line, "_hold_all_but", no_outputs),
    "nothing is said twice": (Outbox, "due", no_outputs),
    "a hold stays on one side": (Talking, "_rest_or_talk", nothing),
    "no path is ever mended": (Talking, "_repair", nothing),
    "a dead media process is not replaced": (Desk, "media_back", nothing),
    "a closed microphone is open": (Paths, "set_voice", always_speak),
    "what comes too early is taken": (Call, "is_too_early", lambda *_: False),
}


@pytest.mark.skipif(bool(SEED), reason="one scenario is replayed")
@pytest.mark.parametrize("broken", SABOTAGE)
def test_it_notices_when(broken: str, monkeypatch: pytest.MonkeyPatch) -> None:
    where, what, instead = SABOTAGE[broken]
    monkeypatch.setattr(where, what, instead)
    assert any(play(seed).violation for seed in range(1000))
