"""Questions at a terminal, with a terminal: a pair of pseudo-terminals."""

import os
import sys
from collections.abc import Iterator

import pytest

from devcloud.cli.asking import Keyboard, ask_yes_no, read_answer, somebody_there
from devcloud.cli.terminal import Terminal
from devcloud.model.texts import Language


@pytest.fixture
def keyboard(monkeypatch: pytest.MonkeyPatch) -> Iterator[int]:
    """Somebody's keyboard; what is written to it is typed."""
    ours, theirs = os.openpty()
    with os.fdopen(theirs, "r", encoding="utf-8") as stdin:
        monkeypatch.setattr(sys, "stdin", stdin)
        yield ours
    os.close(ours)


@pytest.fixture
def terminal() -> Terminal:
    return Terminal(Language.ENGLISH, json=False)


@pytest.mark.parametrize(
    ("typed", "answer"),
    [
        ("y", True), ("YES\n", True), (" oui ", True), ("o", True),
        ("n", False), ("No", False), ("non\n", False),
        ("", None), ("maybe", None), ("yn", None),
    ],
)  # fmt: skip
def test_what_counts_as_an_answer(typed: str, answer: bool | None) -> None:
    assert read_answer(typed) is answer


def test_nobody_is_asked_by_a_program(keyboard: int) -> None:
    assert somebody_there(Terminal(Language.ENGLISH, json=False))
    assert not somebody_there(Terminal(Language.ENGLISH, json=True))


def test_asked_until_there_is_an_answer(
    keyboard: int, terminal: Terminal, capsys: pytest.CaptureFixture[str]
) -> None:
    os.write(keyboard, b"perhaps\ny\n")
    assert ask_yes_no("Well?", terminal) is True
    assert capsys.readouterr().err.count("Well?") == 2


def test_whoever_leaves_has_not_answered(keyboard: int, terminal: Terminal) -> None:
    os.write(keyboard, b"\x04")  # Ctrl+D
    assert ask_yes_no("Well?", terminal) is None


async def test_asked_while_a_loop_runs(keyboard: int, terminal: Terminal) -> None:
    asking = Keyboard()
    os.write(keyboard, b"perhaps\nn\n")
    assert await asking.ask("Well?", terminal) is False
    os.write(keyboard, b"\x04")
    assert await asking.ask("Well?", terminal) is None


async def test_a_program_is_not_waited_for(keyboard: int) -> None:
    assert await Keyboard().ask("Well?", Terminal(Language.ENGLISH, json=True)) is None


def test_a_name_cannot_steer_the_terminal(
    keyboard: int, terminal: Terminal, capsys: pytest.CaptureFixture[str]
) -> None:
    os.write(keyboard, b"y\n")
    ask_yes_no("Is it \x1b[2J?", terminal)
    assert "\x1b" not in capsys.readouterr().err
