"""The server window, with a real server behind it on loopback, and people who come and go."""

import asyncio
import threading
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from PySide6.QtCore import Qt
from PySide6.QtGui import QGuiApplication
from PySide6.QtTest import QAbstractItemModelTester
from tests.ports import free_port

import devcloud
from devcloud.desktop.serving import Serving, Snapshot
from devcloud.desktop.view.server_window import ServerWindow
from devcloud.desktop.viewmodel.clock import QtClock
from devcloud.desktop.viewmodel.server import ServerModel
from devcloud.desktop.viewmodel.server_people import Column, ServerPeople
from devcloud.model.presence import Status
from devcloud.model.records import CallKind
from devcloud.model.texts import Language
from devcloud.server.happenings import Here
from devcloud.server.settings import ServerSettings

PATIENCE_MS = 60_000
NNBSP = "\u202f"


@pytest.fixture
def settings(tmp_path: Path) -> ServerSettings:
    return ServerSettings(
        data=tmp_path / "server", host="127.0.0.1", port=0, language=Language.FRENCH
    )


@pytest.fixture
def opened(qtbot: Any, theme: Any) -> Iterator[Callable[[ServerSettings], ServerWindow]]:
    """Open windows; whatever is left of them at the end is stopped."""
    servings: list[Serving] = []

    def open_window(settings: ServerSettings) -> ServerWindow:
        serving = Serving()
        servings.append(serving)
        window = ServerWindow(ServerModel(settings, serving, QtClock()))
        window._may_close = True
        qtbot.addWidget(window)
        window._may_close = False
        window.show()
        window._model.start()
        return window

    yield open_window
    for serving in servings:
        serving.stop()


@pytest.fixture
def person(tmp_path: Path) -> Iterator[Callable[[int, str], Callable[[], None]]]:
    """Sign in with the library, in a thread; returns what signs out again."""
    ends: list[Callable[[], None]] = []

    def come(port: int, name: str) -> Callable[[], None]:
        leave, loops = threading.Event(), []

        async def stay() -> None:
            loops.append(asyncio.get_running_loop())
            gone = asyncio.Event()
            ends_here.append(gone)
            data = tmp_path / name
            async with devcloud.connect(f"ws://127.0.0.1:{port}", name=name, data=data):
                await gone.wait()

        ends_here: list[asyncio.Event] = []
        thread = threading.Thread(target=lambda: asyncio.run(stay()), name=name)
        thread.start()

        def end() -> None:
            if not leave.is_set():
                leave.set()
                loops[0].call_soon_threadsafe(ends_here[0].set)
                thread.join()

        ends.append(end)
        return end

    yield come
    for end in ends:
        end()


def table_of(window: ServerWindow) -> list[list[str]]:
    model = window.table.model()
    return [
        [str(model.index(row, column).data()) for column in range(model.columnCount())]
        for row in range(model.rowCount())
    ]


@pytest.mark.parametrize("language", list(Language))
def test_a_long_name_leaves_every_column_in_sight(
    qtbot: Any, settings: Any, theme: Any, language: Language
) -> None:
    model = ServerModel(replace(settings, language=language), Serving(), QtClock())
    window = ServerWindow(model)
    qtbot.addWidget(window)
    window.show()
    table = window.table
    model.people.show_people((here("W" * 32, "192.168.100.100", in_call=True), here("Marc", "h")))
    model.changed.emit()
    qtbot.waitUntil(table.isVisible, timeout=PATIENCE_MS)
    assert table.horizontalScrollBar().maximum() == 0
    assert all(
        table.columnWidth(column) >= table.sizeHintForColumn(column) for column in list(Column)[1:]
    )
    name = table.model().index(0, Column.NAME)
    assert name.data(Qt.ItemDataRole.ToolTipRole) == "W" * 32


def test_somebody_comes_and_goes(qtbot: Any, opened: Any, settings: Any, person: Any) -> None:
    window = opened(settings)
    assert window.title.text() == "Démarrage…"
    qtbot.waitUntil(lambda: window.title.text().startswith("En écoute sur"), timeout=PATIENCE_MS)
    place = f"127.0.0.1:{window._model.port}"
    assert window.title.text() == f"En écoute sur {place}"
    assert window.subtitle.text().startswith("Personne n’est connecté · aucun appel")
    assert window.nobody.isVisible()

    window.copy_button.click()
    assert QGuiApplication.clipboard().text() == place
    assert window.toast.text == "Adresse copiée"

    leave = person(window._model.port, "Marc")
    qtbot.waitUntil(lambda: table_of(window) != [], timeout=PATIENCE_MS)
    assert table_of(window) == [["Marc", "127.0.0.1", "Chiffré", "Disponible"]]
    assert window.subtitle.text().startswith("1 personne connectée")
    leave()
    qtbot.waitUntil(lambda: table_of(window) == [], timeout=PATIENCE_MS)
    log = [line[10:] for line in window.log.toPlainText().splitlines()]
    assert log == [
        f"En écoute sur {place}",
        f"Marc{NNBSP}: connexion depuis 127.0.0.1",
        f"Marc{NNBSP}: déconnexion",
    ]


def test_closing_asks_when_somebody_would_notice(
    qtbot: Any, opened: Any, settings: Any, person: Any
) -> None:
    window = opened(settings)
    qtbot.waitUntil(lambda: window._model.state == "running", timeout=PATIENCE_MS)
    person(window._model.port, "Marc")
    qtbot.waitUntil(lambda: table_of(window) != [], timeout=PATIENCE_MS)

    window.close()
    assert window.isVisible()
    sheet = window._question
    assert sheet is not None and sheet.isVisible()
    assert window._model.stop_question == (
        f"Arrêter le serveur{NNBSP}? 1 personne sera déconnectée."
    )
    sheet.dismiss()
    assert window._model.state == "running"

    window.close_button.click()
    window._model.close()
    qtbot.waitUntil(lambda: not window.isVisible(), timeout=PATIENCE_MS)
    assert window._model.state == "stopped"


def test_a_row_can_be_disconnected(qtbot: Any, opened: Any, settings: Any, person: Any) -> None:
    window = opened(settings)
    qtbot.waitUntil(lambda: window._model.state == "running", timeout=PATIENCE_MS)
    person(window._model.port, "Marc")
    qtbot.waitUntil(lambda: table_of(window) != [], timeout=PATIENCE_MS)
    copy_ip, disconnect = window.menu_for(0).actions()
    copy_ip.trigger()
    assert QGuiApplication.clipboard().text() == "127.0.0.1"
    disconnect.trigger()
    qtbot.waitUntil(lambda: table_of(window) == [], timeout=PATIENCE_MS)


def test_a_port_that_is_taken_and_another(qtbot: Any, opened: Any, settings: Any) -> None:
    port = free_port()
    first = opened(replace(settings, port=port))
    qtbot.waitUntil(lambda: first._model.state == "running", timeout=PATIENCE_MS)
    second = opened(replace(settings, data=settings.data / "other", port=port))
    qtbot.waitUntil(lambda: second._model.state == "failed", timeout=PATIENCE_MS)
    assert second.title.text() == f"Le port {port} est déjà utilisé"
    assert (second.port_button.isVisible(), second.start_button.isVisible()) == (True, False)

    second.port_button.click()
    assert second.port_field.text() == str(port + 1)
    second.port_field.setText("80")
    second.start_button.click()
    assert second._model.state == "failed"
    second.port_field.setText(str(free_port()))
    qtbot.keyClick(second.port_field, Qt.Key.Key_Return)
    assert second._model.state == "starting"
    qtbot.waitUntil(lambda: second._model.state == "running", timeout=PATIENCE_MS)


def test_the_door_of_2023(qtbot: Any, opened: Any, settings: Any) -> None:
    window = opened(settings)
    qtbot.waitUntil(lambda: window._model.state == "running", timeout=PATIENCE_MS)
    assert window.switch.isChecked()
    window.switch.click()
    assert not window._model.takes_2023
    assert window.log.toPlainText().endswith("Les clients 2023 ne sont plus acceptés")


def test_the_log_follows_its_end_unless_scrolled_up(qtbot: Any, opened: Any, settings: Any) -> None:
    window = opened(settings)
    for number in range(200):
        window._add_line(f"12:00:00  {number}")
    bar = window.log.verticalScrollBar()
    assert bar.value() == bar.maximum() and window.to_end_button.isHidden()
    bar.setValue(0)
    window._add_line("12:00:01  more")
    assert bar.value() == 0 and not window.to_end_button.isHidden()
    window.to_end_button.click()
    assert bar.value() == bar.maximum() and window.to_end_button.isHidden()


def here(name: str, address: str = "10.0.0.9", **more: Any) -> Here:
    given = {"kind": CallKind.DEVCLOUD, "status": Status.AVAILABLE, "in_call": False, **more}
    return Here(name=name, address=address, **given)


def test_the_table_keeps_what_stays(qtbot: Any) -> None:
    model = ServerPeople(Language.ENGLISH)
    tester = QAbstractItemModelTester(model, QAbstractItemModelTester.FailureReportingMode.Fatal)
    model.show_people((here("Marc"), here("John")))
    model.show_people((here("John", in_call=True), here("Salle 204", kind=CallKind.LEGACY_2023)))
    shown = [
        [model.index(row, column).data() for column in Column] for row in range(model.rowCount())
    ]
    assert shown == [
        ["John", "10.0.0.9", "Encrypted", "In a call"],
        ["Salle 204", "10.0.0.9", "2023 client", "Available"],
    ]
    del tester


def test_addresses_sort_as_numbers(qtbot: Any, opened: Any, settings: Any) -> None:
    window = opened(settings)
    people = tuple(here(name, f"10.0.0.{n}") for name, n in (("a", 10), ("b", 9), ("c", 100)))
    window._model._seen(Snapshot(people, 0))
    window.table.sortByColumn(Column.IP, Qt.SortOrder.AscendingOrder)
    assert [row[0] for row in table_of(window)] == ["b", "a", "c"]
