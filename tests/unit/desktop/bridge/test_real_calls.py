"""Two programs without their windows, and a real server: real clients behind real bridges, with
their media processes, contacts and history on disk. Without a sound device they send silence.
"""

import json
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from pytestqt.qtbot import QtBot
from tests.ports import free_port

from devcloud.desktop.bridge import Bridge, board_of
from devcloud.desktop.store.keeper import Keeper
from devcloud.desktop.viewmodel.app import AppModel
from devcloud.desktop.viewmodel.call import CallModel
from devcloud.desktop.viewmodel.clock import QtClock
from devcloud.desktop.viewmodel.settings import SettingsModel
from devcloud.model.errors import LocalError

WAIT_MS = 60_000
"""How long anything may take before a test gives up: no test is about time."""


class Program:
    """Everything but the windows."""

    def __init__(self, data: Path, name: str = "", server: str = "") -> None:
        settings = SettingsModel(data)
        settings.set("takes_2023", False)  # two on one machine cannot both hold its port
        settings.set("interface_sounds", False)
        self.bridge = Bridge(board_of(data / "sounds"))
        self.keeper = Keeper(data)
        self.app = AppModel(data, settings, self.bridge, self.keeper, QtClock())
        self.bridge.start()
        self.keeper.start()
        if name:
            self.sign_in(name, server)

    def sign_in(self, name: str, server: str) -> None:
        self.app.connect_form.set_field("name", name)
        self.app.connect_form.set_field("host", server)
        self.app.connect_form.submit()

    @property
    def call(self) -> CallModel:
        assert self.app.calls.current is not None
        return self.app.calls.current

    @property
    def phase(self) -> str:
        current = self.app.calls.current
        return "" if current is None else current.state.phase

    def stop(self) -> tuple[bool, bool]:
        return self.bridge.stop(60), self.keeper.stop(60)

    def history(self) -> list[str]:
        return [row.direction for row in self.app.history.rows if row.kind == "call"]


class Server:
    """A server in a process of its own."""

    def __init__(self, data: Path, port: int = 0) -> None:
        command = [sys.executable, "-m", "devcloud", "server", "--json", "--no-2023"]
        self._process = subprocess.Popen(
            [*command, "--host", "127.0.0.1", "--port", str(port), "--data", str(data)],
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            text=True,
        )
        assert self._process.stdout is not None
        self.port = int(json.loads(self._process.stdout.readline())["port"])

    @property
    def address(self) -> str:
        return f"127.0.0.1:{self.port}"

    def stop(self) -> None:
        self._process.terminate()
        self._process.communicate()


@pytest.fixture
def server(tmp_path: Path) -> Iterator[str]:
    """The address of a server."""
    server = Server(tmp_path / "server")
    yield server.address
    server.stop()


@pytest.fixture
def pair(tmp_path: Path, server: str, qtbot: QtBot) -> Iterator[tuple[Program, Program]]:
    marc = Program(tmp_path / "marc", "Marc", server)
    john = Program(tmp_path / "john", "John", server)
    qtbot.waitUntil(
        lambda: marc.app.people.card("John").is_here and john.app.people.card("Marc").is_here,
        timeout=WAIT_MS,
    )
    yield marc, john
    assert (*marc.stop(), *john.stop()) == (True, True, True, True)


def test_two_talk_hold_and_hang_up(
    pair: tuple[Program, Program], qtbot: QtBot, tmp_path: Path, server: str
) -> None:
    marc, john = pair

    def until(condition: object) -> None:
        assert callable(condition)
        qtbot.waitUntil(condition, timeout=WAIT_MS)

    marc.app.calls.call("John")
    until(lambda: john.app.calls.incoming is not None and marc.phase == "ringing_out")
    assert john.app.calls.incoming is not None
    john.app.calls.incoming.accept()
    until(lambda: marc.phase == john.phase == "active")
    until(lambda: len(marc.call.state.words) == len(john.call.state.words) == 4)
    assert marc.call.state.words == john.call.state.words
    john.call.words_in("fr")
    assert john.call.state.words != marc.call.state.words
    assert marc.call.state.encryption_chip.icon == "lock"

    until(lambda: marc.call.state.quality is not None)
    assert marc.call.state.quality is not None
    assert marc.call.state.quality.codec_text.startswith("Opus")
    levels: list[float] = []
    marc.call.levels.connect(lambda here, _there: levels.append(here))
    until(lambda: len(levels) >= 3)

    john.call.words_identical()
    until(lambda: any(row.name == "Marc" and row.verified for row in john.app.pins.rows))
    assert john.app.people.card("Marc").verified

    marc.call.toggle_hold()
    until(lambda: john.phase == "held" and john.call.state.held_there)
    marc.call.toggle_hold()
    until(lambda: marc.phase == john.phase == "active")
    marc.call.toggle_mute()
    until(lambda: marc.call.now.muted)
    marc.call.hang_up()
    until(lambda: marc.app.calls.current is None and john.app.calls.current is None)
    assert (marc.history(), john.history()) == (["out"], ["in"])

    # Declined with a word; then not to be disturbed at all.
    marc.app.calls.call("John")
    until(lambda: john.app.calls.incoming is not None)
    john.app.calls.incoming.decline_with("In 5 minutes")
    until(lambda: "In 5 minutes" in marc.call.state.state_text)
    marc.call.close()
    john.app.set_status("do_not_disturb")
    until(lambda: marc.app.people.card("John").presence == "dnd")
    marc.app.calls.call("John")
    until(lambda: john.history() == ["missed", "declined", "in"])
    assert (john.app.calls.incoming, john.app.history.unseen) == (None, 1)

    # What was is there the next time.
    assert john.stop() == (True, True)
    until(lambda: not marc.app.people.card("John").is_here)
    again = Program(tmp_path / "john", "John", server)
    until(lambda: again.history() == ["missed", "declined", "in"])
    until(lambda: again.app.people.card("Marc").verified)
    assert again.stop() == (True, True)


def test_a_name_that_is_taken_and_a_server_that_is_gone(
    pair: tuple[Program, Program], qtbot: QtBot, tmp_path: Path, server: str
) -> None:
    other = Program(tmp_path / "other", "John", server)
    form = other.app.connect_form
    qtbot.waitUntil(lambda: form.banner is not None, timeout=WAIT_MS)
    assert form.banner is not None
    assert form.banner.text == "That name is already used on this server. Choose another."
    form.set_field("name", "Studio")
    form.submit()
    qtbot.waitUntil(lambda: other.app.page == "home", timeout=WAIT_MS)
    other.app.disconnect_from_server()
    assert other.app.page == "connect"
    qtbot.waitUntil(lambda: not pair[0].app.people.card("Studio").is_here, timeout=WAIT_MS)
    form.set_field("host", "127.0.0.1:1025")
    form.submit()
    qtbot.waitUntil(lambda: not form.busy, timeout=WAIT_MS)
    assert form.banner is not None
    assert form.banner.text.startswith("The server does not answer at 127.0.0.1:1025.")
    assert other.stop() == (True, True)


def test_a_server_that_comes_back_and_one_with_another_certificate(
    qtbot: QtBot, tmp_path: Path
) -> None:
    server = Server(tmp_path / "server", free_port())
    marc = Program(tmp_path / "marc", "Marc", server.address)
    app, form = marc.app, marc.app.connect_form
    toasts: list[str] = []
    app.toast.connect(lambda text, _action, _then: toasts.append(text))
    qtbot.waitUntil(lambda: app.link.state == "online", timeout=WAIT_MS)

    server.stop()
    qtbot.waitUntil(lambda: app.link.state == "reconnecting", timeout=WAIT_MS)
    assert app.page == "home"
    server = Server(tmp_path / "server", server.port)
    app.retry()
    qtbot.waitUntil(lambda: app.link.state == "online", timeout=WAIT_MS)
    assert toasts == ["Back online"]

    server.stop()
    other = Server(tmp_path / "other", server.port)
    app.retry()
    qtbot.waitUntil(lambda: form.banner is not None, timeout=WAIT_MS)
    assert form.banner is not None
    assert (app.page, form.banner.action) == ("connect", "show_fingerprint")
    question = app.server_key_question
    assert question is not None
    assert question.old != question.new
    app.accept_server_key()
    qtbot.waitUntil(lambda: app.link.state == "online", timeout=WAIT_MS)
    assert app.page == "home"
    assert marc.stop() == (True, True)
    other.stop()


def test_devices_are_tried_before_signing_in_and_after(
    tmp_path: Path, qtbot: QtBot, server: str
) -> None:
    """Here perhaps none is found; that, too, is an answer, and no «you are not connected»."""
    marc = Program(tmp_path / "marc")
    told: list[None] = []
    marc.app.audio.devices_changed.connect(lambda: told.append(None))
    marc.app.audio.error_changed.connect(lambda: told.append(None))
    marc.app.audio.look()
    qtbot.waitUntil(lambda: told != [], timeout=WAIT_MS)
    unconnected = LocalError("windows_not_connected").text(marc.app.language)
    assert marc.app.audio.error_text != unconnected

    marc.sign_in("Marc", server)
    qtbot.waitUntil(lambda: marc.app.link.state == "online", timeout=WAIT_MS)
    told.clear()
    marc.app.audio.look()
    qtbot.waitUntil(lambda: told != [], timeout=WAIT_MS)
    assert marc.app.audio.error_text != unconnected
    assert marc.stop() == (True, True)
