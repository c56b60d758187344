"""Commands run inside the test: for what needs no call."""

import json
import logging
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from devcloud.cli.main import main

Run = Callable[..., tuple[int, str, str]]


@pytest.fixture(autouse=True)
def nothing_set(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Iterator[None]:
    """The person who runs the tests may have settings of their own."""
    for variable in ("SERVER", "NAME", "DATA", "LANGUAGE"):
        monkeypatch.delenv(f"DEVCLOUD_{variable}", raising=False)
    for variable in ("LC_ALL", "LC_MESSAGES", "LANG"):
        monkeypatch.delenv(variable, raising=False)
    monkeypatch.setenv("XDG_DATA_HOME", str(tmp_path / "home"))
    # Nor does what another test has left write to a stream that is closed by now.
    monkeypatch.setattr(logging.root, "handlers", [])
    yield


@pytest.fixture
def run(capsys: pytest.CaptureFixture[str]) -> Run:
    """Run a command; returns exit code, output, complaints."""

    def run(*arguments: object) -> tuple[int, str, str]:
        try:
            code = main([str(argument) for argument in arguments])
        except SystemExit as end:  # --help and --version
            code = int(end.code or 0)
        out, err = capsys.readouterr()
        assert "Traceback" not in err
        if "--json" in arguments and out:
            json.loads(out)
        return code, out, err

    return run
