"""What people and programs read: tables, one object, and nothing that steers a terminal."""

import json
import os
import subprocess
import sys
import unicodedata

import pytest

from devcloud.cli.outcome import Outcome, exit_code_of, rows_of
from devcloud.cli.terminal import Terminal, printable
from devcloud.model.records import EndReason
from devcloud.model.texts import Language, knows

ENGLISH = Terminal(Language.ENGLISH, json=False)


def outcome(**fields: object) -> Outcome:
    nothing: dict[str, object] = dict.fromkeys(Outcome.__struct_fields__)
    values = nothing | {
        "outcome": "completed", "peer": "John", "duration_s": 0.0, "encrypted": False,
        "safety_words": (), "codec": "", "path": "",
    }  # fmt: skip
    return Outcome(**(values | fields))  # type: ignore[arg-type]


def test_a_table_lines_up_whatever_the_letters(capsys: pytest.CaptureFixture[str]) -> None:
    names = ["John", "Zoe\u0301", "日本", "שלום"]
    ENGLISH.result(None, [(name, "|") for name in names])
    lines = capsys.readouterr().out.splitlines()

    def columns(line: str) -> int:
        wide = sum(unicodedata.east_asian_width(c) in "WF" for c in line)
        return len(line) + wide - sum(unicodedata.combining(c) > 0 for c in line)

    assert len({columns(line) for line in lines}) == 1


def test_a_program_reads_one_object_and_nothing_else(capsys: pytest.CaptureFixture[str]) -> None:
    terminal = Terminal(Language.FRENCH, json=True)
    terminal.tell("nobody")
    terminal.line("…")
    terminal.complain("Oh.")
    terminal.result(outcome(peer="שלום\n"), [("not", "this")])
    out, err = capsys.readouterr()
    assert json.loads(out)["peer"] == "שלום\n" and out.count("\n") == 1
    assert err == "Oh.\n"


def test_what_could_steer_a_terminal_is_not_printed() -> None:
    assert printable("a\x1b[2Jb\x07\r\x9bc\n") == "a�[2Jb���c\n"


def test_a_call_that_nobody_took_is_one_row() -> None:
    rows = rows_of(ENGLISH, outcome(outcome="no_answer", recording="a.wav"))
    assert rows == [("Call", "John is not answering")]


def test_a_call_with_everything_in_french() -> None:
    whole = outcome(
        setup_ms=123.4, duration_s=61.25, encrypted=True, codec="opus+red", path="direct",
        rtt_ms=1.25, loss=0.0123, jitter_ms=0.5, mos=4.41, safety_words=("un", "deux"),
        recording="a.wav",
    )  # fmt: skip
    rows = dict(rows_of(Terminal(Language.FRENCH, json=False), whole, text="À bientôt"))
    assert rows["Établissement"] == "123 ms"
    assert rows["Conversation"] == "61,2 s"
    assert rows["Pertes"] == "1,2 %"
    assert rows["Note MOS"] == "4,41"
    assert rows["Chiffré"] == "oui, de bout en bout"
    assert rows["Mots de sécurité"] == "un deux"
    assert rows["Message"] == "À bientôt"


@pytest.mark.parametrize("reason", list(EndReason))
def test_every_end_has_its_words_and_its_code(reason: EndReason) -> None:
    assert knows(f"cli.end_{reason}")
    assert exit_code_of(str(reason)) in (0, 1, 2, 3)
    assert (exit_code_of(str(reason)) == 0) == (reason is EndReason.COMPLETED)


@pytest.mark.skipif(not hasattr(os, "fork"), reason="closes a pipe as POSIX does")
def test_a_pipe_that_is_closed_is_told_once_and_no_trace_is_shown() -> None:
    program = (
        "import sys\n"
        "from devcloud.cli.terminal import Terminal\n"
        "from devcloud.model.texts import Language\n"
        "sys.stdin.readline()\n"
        "terminal, gone = Terminal(Language.ENGLISH, json=False), []\n"
        "terminal.gone = lambda: gone.append(1)\n"
        "for _ in range(3): terminal.line('x')\n"
        "print(len(gone), file=sys.stderr)\n"
    )
    process = subprocess.Popen(
        [sys.executable, "-c", program],
        stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.PIPE,
    )  # fmt: skip
    assert process.stdout is not None and process.stdin is not None and process.stderr is not None
    process.stdout.close()
    process.stdin.write(b"\n")
    process.stdin.close()
    assert process.stderr.read() == b"1\n"
    process.stderr.close()
    assert process.wait() == 0
