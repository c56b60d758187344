"""One window per data directory, with two processes."""

import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from PySide6.QtCore import QLockFile
from pytestqt.qtbot import QtBot

from devcloud.desktop.instance import LOCK_FILE, SingleInstance
from devcloud.model.errors import AlreadyRunning, StorageFailed

WAIT_MS = 60_000
BEGIN = """
import sys
from pathlib import Path
from PySide6.QtCore import QCoreApplication
from devcloud.desktop.instance import SingleInstance
from devcloud.model.errors import DevCloudError
app = QCoreApplication([])
instance = SingleInstance(Path(sys.argv[1]))
try:
    first = instance.begin()
except DevCloudError as error:
    print(error.code, flush=True)
    sys.exit(2)
print("first" if first else "second", flush=True)
if first:
    instance.asked.connect(lambda: print("asked", flush=True))
    sys.exit(app.exec())
"""


def start(directory: Path) -> subprocess.Popen[str]:
    return subprocess.Popen(
        [sys.executable, "-c", BEGIN, str(directory)], stdout=subprocess.PIPE, text=True
    )


def said(process: subprocess.Popen[str]) -> str:
    assert process.stdout is not None
    return process.stdout.readline().strip()


def end(process: subprocess.Popen[str]) -> None:
    process.kill()
    process.communicate()


@pytest.fixture
def first(tmp_path: Path, qtbot: QtBot) -> Iterator[SingleInstance]:
    first = SingleInstance(tmp_path)
    assert first.begin()
    yield first
    first.end()


def test_the_second_brings_the_first_to_the_front(
    first: SingleInstance, tmp_path: Path, qtbot: QtBot
) -> None:
    asked: list[None] = []
    first.asked.connect(lambda: asked.append(None))
    second = start(tmp_path)
    qtbot.waitUntil(lambda: second.poll() is not None, timeout=WAIT_MS)
    assert (said(second), second.returncode) == ("second", 0)
    assert len(asked) == 1
    end(second)


def test_a_first_that_does_not_answer_is_told(tmp_path: Path, qtbot: QtBot) -> None:
    lock = QLockFile(str(tmp_path / LOCK_FILE))
    assert lock.tryLock(0)  # it holds the directory and listens to nobody
    with pytest.raises(AlreadyRunning) as refused:
        SingleInstance(tmp_path).begin()
    assert refused.value.code == "windows_first_unreachable"
    lock.unlock()


def test_what_a_killed_one_left_is_no_hindrance(tmp_path: Path, qtbot: QtBot) -> None:
    killed = start(tmp_path)
    assert said(killed) == "first"
    end(killed)
    instance = SingleInstance(tmp_path)
    assert instance.begin()
    other = start(tmp_path / "elsewhere")
    assert said(other) == "first"
    end(other)
    instance.end()


def test_a_long_path_has_its_place(tmp_path: Path, qtbot: QtBot) -> None:
    deep = tmp_path / ("x" * 100) / ("y" * 100)
    instance, second = SingleInstance(deep), None
    assert instance.begin()
    second = start(deep)
    qtbot.waitUntil(lambda: second.poll() is not None, timeout=WAIT_MS)
    assert said(second) == "second"
    end(second)
    instance.end()


def test_a_directory_that_cannot_be_used(tmp_path: Path, qtbot: QtBot) -> None:
    (tmp_path / "file").write_text("", "utf-8")
    with pytest.raises(StorageFailed):
        SingleInstance(tmp_path / "file").begin()
