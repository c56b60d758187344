"""Logs: for people, or JSON; ours and the libraries' alike, on standard error."""

import json
import logging
from collections.abc import Iterator

import pytest

from devcloud.server.logs import get_log, set_up_logs


@pytest.fixture(autouse=True)
def restored() -> Iterator[None]:
    root = logging.getLogger()
    handlers, level = root.handlers[:], root.level
    yield
    root.handlers[:], root.level = handlers, level


def test_json(capsys: pytest.CaptureFixture[str]) -> None:
    set_up_logs(json=True)
    get_log("devcloud.test").info("signed in", name="Zoé")
    get_log("devcloud.test").debug("not said")
    logging.getLogger("library").warning("it is %s", "late")
    try:
        raise ValueError("broken")
    except ValueError:
        logging.getLogger("library").exception("failed")
    out, err = capsys.readouterr()
    first, second, third = map(json.loads, err.splitlines())
    assert (first["event"], first["name"], first["level"]) == ("signed in", "Zoé", "info")
    assert first["timestamp"].endswith("Z")
    assert (second["event"], second["level"]) == ("it is late", "warning")
    assert "ValueError: broken" in third["exception"]
    assert out == ""


def test_for_people(capsys: pytest.CaptureFixture[str]) -> None:
    set_up_logs(json=False, level=logging.DEBUG)
    get_log("devcloud.test").debug("signed in", name="Marc")
    logging.getLogger("library").warning("late")
    out, err = capsys.readouterr()
    assert "signed in" in err.splitlines()[0]
    assert "name=Marc" in err.splitlines()[0]
    assert "late" in err.splitlines()[1]
    assert out == ""


def test_a_server_inside_another_program_prints_nothing(
    capsys: pytest.CaptureFixture[str],
) -> None:
    logging.getLogger().handlers[:] = []
    get_log("devcloud.test").info("signed in")
    assert capsys.readouterr() == ("", "")
