"""`devcloud desktop` where it cannot show a window: a sentence that says what to do, and exit 2."""

import socket
import sys
from importlib.machinery import PathFinder

import pytest

from devcloud.cli.desktop import check_display
from devcloud.cli.main import main

DISPLAYS = ("DISPLAY", "WAYLAND_DISPLAY", "QT_QPA_PLATFORM")


@pytest.fixture(autouse=True)
def no_display(monkeypatch: pytest.MonkeyPatch) -> None:
    for variable in DISPLAYS:
        monkeypatch.delenv(variable, raising=False)


def test_without_qt(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    monkeypatch.setattr(
        "importlib.util.find_spec", lambda name: PathFinder.find_spec(name, ["/nowhere"])
    )
    assert main(["desktop", "--language", "en"]) == 2
    assert 'pip install "devcloud-voice[desktop]"' in capsys.readouterr().err


@pytest.mark.skipif(sys.platform in ("win32", "darwin"), reason="always has a display")
@pytest.mark.parametrize(("language", "words"), [("en", "no display"), ("fr", "pas d’écran")])
def test_without_a_display(
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
    language: str,
    words: str,
) -> None:
    monkeypatch.setattr("devcloud.cli.desktop.check_qt", lambda: None)
    assert main(["desktop", "--language", language]) == 2
    assert words in capsys.readouterr().err


@pytest.mark.skipif(sys.platform in ("win32", "darwin"), reason="always has a display")
@pytest.mark.parametrize("display", [":987654", "unix:987654", "localhost:987654", "nonsense", ":"])
def test_a_display_that_is_not_there_any_more(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], display: str
) -> None:
    monkeypatch.setenv("DISPLAY", display)
    monkeypatch.setattr("devcloud.cli.desktop.check_qt", lambda: None)
    assert main(["desktop", "--language", "en"]) == 2
    assert "no display" in capsys.readouterr().err


@pytest.mark.skipif(sys.platform in ("win32", "darwin"), reason="always has a display")
def test_a_display_that_answers_is_one(monkeypatch: pytest.MonkeyPatch) -> None:
    with socket.create_server(("127.0.0.1", 0)) as server:
        monkeypatch.setattr("devcloud.cli.desktop.FIRST_X_PORT", server.getsockname()[1])
        monkeypatch.setenv("DISPLAY", "127.0.0.1:0.0")
        check_display()


def test_without_a_library_of_the_system(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("QT_QPA_PLATFORM", "offscreen")
    monkeypatch.setattr("devcloud.cli.desktop.check_qt", lambda: None)
    monkeypatch.setitem(sys.modules, "devcloud.desktop.main", None)
    assert main(["desktop", "--language", "en"]) == 2
    assert "scripts/system-packages desktop" in capsys.readouterr().err
