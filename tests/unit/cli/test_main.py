"""The command line as a stranger types it: help, mistakes, and both languages."""

import json
from pathlib import Path
from typing import Any

import pytest

from devcloud.cli import main as mains
from devcloud.cli.main import COMMANDS

FLAGS = {
    "call": ["--play", "--record", "--for", "--server", "--name", "--data"],
    "answer": ["--play", "--record", "--for", "--echo", "--once", "--reject", "--server"],
    "users": ["--server", "--name", "--data"],
    "demo": ["--out"],
    "server": ["--host", "--port", "--data", "--behind-proxy", "--json-logs"],
}


def test_help_names_every_command(run: Any) -> None:
    code, out, err = run("--help")
    assert (code, err) == (0, "")
    assert all(f"\n    {command}" in out for command in COMMANDS)
    assert out.startswith("usage: devcloud")


@pytest.mark.parametrize("command", COMMANDS)
def test_help_of_each_command_in_both_languages(run: Any, command: str) -> None:
    code, english, err = run(command, "--help")
    assert (code, err) == (0, "")
    assert all(flag in english for flag in [*FLAGS.get(command, []), "--json", "--verbose"])
    code, french, err = run(command, "--language", "fr", "--help")
    assert (code, err) == (0, "")
    assert french.startswith("usage\u202f: devcloud")
    # Nothing of the one is left in the other.
    for sentence in ("show this", "usage: ", "positional", "optional", "print one JSON"):
        assert sentence not in french
    lines = {line.split("  ")[-1].strip() for line in english.splitlines() if "  " in line}
    sentences = {line for line in lines if len(line) > 25 and line[0] not in "-[{"}
    shared = {line for line in sentences if line in french}
    assert shared == set()


@pytest.mark.parametrize(
    ("arguments", "code", "says"),
    [
        ([], "command_missing", "devcloud --help"),
        (["dance"], "command_unknown", "dance"),
        (["call"], "arguments_missing", "devcloud call --help"),
        (["call", "John", "Anna"], "arguments_unknown", "Anna"),
        (["call", "John", "--loud"], "arguments_unknown", "--loud"),
        (["call", "John", "--play"], "arguments_without_value", "--play"),
        (["call", "John", "--once=yes"], "arguments_unknown", "--once"),
        (["answer", "--once=yes"], "arguments_invalid", "--once"),
        (["users", "--language", "de"], "arguments_invalid", "--language"),
        (["--language", "de", "users"], "arguments_invalid", "--language"),
        (["--language"], "arguments_without_value", "--language"),
        (["--language", "fr"], "command_missing", "devcloud --help"),
        (["--language", "fr", "dance"], "command_unknown", "dance"),
        (["--data", "x", "users"], "command_unknown", "x"),
        (["users"], "name_needed", "--name"),
        (["users", "--name", ""], "name_empty", "name"),
        (["call", "John", "--name", "Marc", "--for", "-1"], "seconds_invalid", "-1"),
        (["call", "John", "--name", "Marc", "--for", "soon"], "seconds_invalid", "soon"),
        (["call", "John", "--name", "Marc", "--for", "nan"], "seconds_invalid", "nan"),
        (["call", "John", "--name", "Marc", "--for", "inf"], "seconds_invalid", "inf"),
        (["call", "marc", "--name", "Marc"], "name_own", "your own"),
        (["users", "--name", "Marc", "--server", "a b"], "address_invalid", "a b"),
        (["users", "--name", "Marc", "--server", "a:0"], "port_invalid", "65535"),
        (["answer", "--name", "Marc", "--play", "/nowhere.wav"], "sound_not_found", "/nowhere.wav"),
        (["answer", "--name", "Marc", "--record", "/no/w.wav"], "recording_not_writable", "/no"),
        (["server", "--port", "x"], "port_invalid", "port"),
        (["demo", "--out", "/dev/null/x"], "directory_unusable", "/dev/null/x"),
    ],
)
def test_what_cannot_be_done_is_one_sentence(
    run: Any, arguments: list[str], code: str, says: str
) -> None:
    ended, out, err = run(*arguments)
    assert (ended, out) == (2, "")
    assert err.startswith("devcloud: ") and err.count("\n") == 1
    assert says in err and "{" not in err
    if not arguments:
        return
    ended, out, err = run(*arguments, "--json")
    told = json.loads(out)
    assert (ended, told["outcome"], err) == (2, code, f"devcloud: {told['text']}\n")


def test_mistakes_are_told_in_the_persons_language(
    run: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("LANG", "fr_FR.UTF-8")
    assert "Il manque quelque chose\u202f: NOM" in run("call")[2]
    assert "Dites qui vous êtes" in run("users")[2]
    assert "Say who you are" in run("users", "--language", "en")[2]
    assert "Say who you are" in run("users", "--language=en")[2]


def test_what_every_command_takes_stands_before_it_or_after_it(run: Any) -> None:
    assert "Dites qui vous êtes" in run("--language", "fr", "users")[2]
    assert "Dites qui vous êtes" in run("--language=fr", "users")[2]
    code, out, _ = run("--language", "en", "--json", "--verbose", "users", "--language", "fr")
    assert "Dites qui vous êtes" in json.loads(out)["text"], "the last word counts"
    assert code == 2
    for before, after in (("--json", "--verbose"), ("--verbose", "--json")):
        assert json.loads(run(before, "users", after)[1])["outcome"] == "name_needed"
    assert run("--language", "fr", "call", "--help")[1].startswith("usage\u202f: devcloud call")


def test_the_help_says_once_what_every_command_takes(run: Any) -> None:
    for arguments in (["--help"], ["call", "--help"], ["--language", "fr", "--help"]):
        _, out, _ = run(*arguments)
        lines = [line.strip() for line in out.splitlines()]
        for flag in ("--language", "--json", "--verbose"):
            assert sum(line.startswith(flag) for line in lines) == 1, (arguments, flag)


def test_a_fault_of_the_program_is_a_sentence_too(
    run: Any, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    def fail(_name: str) -> None:
        raise ZeroDivisionError("by zero")

    monkeypatch.setattr(mains, "import_module", fail)
    with caplog.at_level("DEBUG"):
        code, out, err = run("users", "--json")
    assert code == 3
    assert json.loads(out)["outcome"] == "unexpected"
    assert "ZeroDivisionError: by zero" in err and "--verbose" in err
    assert "unexpected" in caplog.text


def test_the_version(run: Any) -> None:
    code, out, _ = run("--version")
    assert code == 0 and out.startswith("devcloud ")


@pytest.mark.parametrize("damaged", ["name = ", "\x00", "name = 5"])
def test_a_damaged_file_of_settings(run: Any, tmp_path: Path, damaged: str) -> None:
    (tmp_path / "config.toml").write_text(damaged)
    code, _, err = run("users", "--data", tmp_path)
    assert code == 2 and str(tmp_path / "config.toml") in err


def test_a_file_of_settings_that_is_no_text(run: Any, tmp_path: Path) -> None:
    (tmp_path / "config.toml").write_bytes(b"\xff\xfe")
    code, _, err = run("users", "--data", tmp_path)
    assert code == 2 and "config.toml" in err
