"""Settings: kept for their owner only, checked, and never a reason not to start."""

import json
import stat
from pathlib import Path

import pytest
from pytestqt.qtbot import QtBot

from devcloud.desktop.viewmodel.settings import SETTINGS, SettingsModel


def test_what_is_set_is_there_the_next_time(tmp_path: Path, qtbot: QtBot) -> None:
    settings = SettingsModel(tmp_path)
    told: list[str] = []
    settings.changed.connect(told.append)
    settings.set("theme", "dark")
    settings.set("theme", "dark")
    settings.set("shortcuts", {"mute": "Ctrl+M"})
    assert told == ["theme", "shortcuts"]
    again = SettingsModel(tmp_path)
    assert (again.value("theme"), again.value("shortcuts")) == ("dark", {"mute": "Ctrl+M"})
    assert stat.S_IMODE(settings.path.stat().st_mode) == 0o600
    assert [path.name for path in tmp_path.iterdir()] == ["desktop.json"]


@pytest.mark.parametrize(
    ("key", "wrong"),
    [
        ("theme", "pink"),
        ("port", 0),
        ("port", "10000"),
        ("ring_volume", 101),
        ("ring_s", 20),
        ("noise_suppression", 1),
        ("silent_from", "25:00"),
        ("silent_from", "2:00"),
        ("shortcuts", {"mute": 1}),
        ("name", "x" * 5000),
    ],
)
def test_what_makes_no_sense_is_refused(tmp_path: Path, key: str, wrong: object) -> None:
    settings = SettingsModel(tmp_path)
    with pytest.raises(ValueError, match=key):
        settings.set(key, wrong)
    settings.path.write_text(json.dumps({key: wrong, "accent": "teal"}), "utf-8")
    read = SettingsModel(tmp_path)
    assert (read.value(key), read.value("accent")) == (SETTINGS[key][0], "teal")


@pytest.mark.parametrize("content", [b"{", b"[]", b"\xff\xfe", b""])
def test_a_damaged_file_is_kept_aside(tmp_path: Path, content: bytes) -> None:
    (tmp_path / "desktop.json").write_bytes(content)
    settings = SettingsModel(tmp_path)
    assert settings.damaged is not None
    assert settings.damaged.read_bytes() == content
    settings.set("accent", "rose")
    assert SettingsModel(tmp_path).value("accent") == "rose"


def test_a_directory_that_takes_nothing_is_told(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("", "utf-8")
    settings = SettingsModel(tmp_path / "file" / "below")
    told: list[str] = []
    settings.failed.connect(told.append)
    settings.set("accent", "rose")
    assert len(told) == 1
    assert settings.value("accent") == "rose"


def test_everything_as_at_first(tmp_path: Path) -> None:
    settings = SettingsModel(tmp_path)
    settings.set("accent", "rose")
    settings.reset_all()
    assert json.loads(settings.path.read_text("utf-8")) == {}


def test_every_default_passes_its_own_check() -> None:
    assert [key for key, (default, check) in SETTINGS.items() if not check(default)] == []
