"""Every page of the program as people see it, with an invented team and time by hand.

with shown("in-call", directory, Language.FRENCH) as scene:
    scene.window        # the window that shows it
    scene.pane          # what Tab stays in: the window, or the sheet or popover over it

The same pages are photographed (`scripts/screenshots`), walked by Tab, and looked at for clipping.
"""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path

from PySide6.QtCore import QCoreApplication, QEvent, QObject, QSize, Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QWidget
from tests.unit.desktop.fakes import (
    FINGERPRINT,
    NOON,
    FakeClock,
    app_model,
    clock,
    core,
    past,
    somebody,
    talking,
)

from devcloud.desktop import happenings as on
from devcloud.desktop.serving import Listening, Serving, Snapshot
from devcloud.desktop.store.records import PastCall
from devcloud.desktop.view.call_page import CallPage
from devcloud.desktop.view.main_window import MainWindow
from devcloud.desktop.view.server_window import ServerWindow
from devcloud.desktop.view.settings_dialog import PAGES as SETTINGS
from devcloud.desktop.view.settings_dialog import SettingsDialog
from devcloud.desktop.view.sidebar import HISTORY
from devcloud.desktop.viewmodel.app import AppModel
from devcloud.desktop.viewmodel.server import ServerModel
from devcloud.model.presence import Status
from devcloud.model.records import CallKind
from devcloud.model.texts import Language
from devcloud.server import happenings as seen
from devcloud.server.settings import ServerSettings

SIZE = QSize(1200, 724)
LONG_NAMES = (
    "Équipe de la salle de réunion 20",  # 32 characters, the longest name there is
    "غرفة الاجتماعات الكبيرة",
    "🎸🎹 Studio 🥁🎤",
)
MYSELF = "Équipe de la salle de réunion 21"
RTT_MS = (38, 41, 37, 44, 39, 47, 41, 72, 61, 43, 40, 46, 41, 43, 38)
ADDRESS = "192.168.35.145:10000"


@dataclass(frozen=True)
class Scene:
    """A page that shows. `pane` is what Tab stays in, of `window`."""

    app: AppModel | None
    window: QWidget
    pane: QWidget


def team(language: Language) -> dict[str, str]:
    """Return the teams and rooms of the pictures, by what they are."""
    french = language is Language.FRENCH
    return {
        "sound": "Équipe son" if french else "Sound team",
        "desk": "Accueil" if french else "Front desk",
        "workshop": "Atelier" if french else "Workshop",
        "room": "Salle 204" if french else "Room 204",
        "support": "Support",
        "studio": "Studio",
    }


def world(directory: Path, language: Language, *, online: bool = True) -> AppModel:
    """Return the program of Marc, whose team is partly there, and who has called before."""
    names = team(language)
    app = app_model(
        directory,
        people=(
            replace(somebody("John"), address="192.168.35.22"),
            somebody(names["sound"], status="busy"),
            somebody(names["room"], legacy=True),
            names["workshop"],
        ),
        offline=(names["desk"], names["support"], names["studio"]),
        calls=past_calls(names),
        pins=[
            on.Pinned(name, FINGERPRINT, True, NOON - 9e5)
            for name in ("John", names["sound"], names["workshop"], names["desk"])
        ],
        language=language,
        online=online,
    )
    core(app).devices("Casque USB" if language is Language.FRENCH else "USB headset", "Micro")
    return app


def past_calls(names: dict[str, str]) -> tuple[PastCall, ...]:
    """Return a few days of calls, two of them missed and not seen yet."""
    return (
        past(1, "John", "out", 0.05, talked_s=724.0),
        past(2, "John", "missed", 0.75),
        past(3, "John", "in", 2.9, talked_s=3840.0, mos=4.1),
        past(4, names["desk"], "missed", 0.1, seen=False),
        past(5, names["desk"], "missed", 0.11, seen=False),
        past(6, names["sound"], "in", 0.8, talked_s=95.0),
        past(7, names["room"], "out", 1.1, talked_s=250.0, kind="legacy_2023", mos=None),
        past(8, names["workshop"], "declined", 3.2),
    )


def crowd(directory: Path, language: Language) -> AppModel:
    """Return a program whose people have the longest and strangest names."""
    calls = tuple(past(n, name, "missed", n / 9) for n, name in enumerate(LONG_NAMES, start=1))
    app = app_model(
        directory, people=LONG_NAMES, offline=(), calls=calls, name=MYSELF, language=language
    )
    core(app).devices(LONG_NAMES[0] + " " + LONG_NAMES[0])
    return app


# ── the pages ────────────────────────────────────────────────────────────────────────────────────


def _open_contact(window: MainWindow, app: AppModel, name: str = "John") -> None:
    row = app.contacts.find_row(name)
    assert row is not None
    app.contacts.open(row)
    window.home.sidebar.opened.emit()


def _history(window: MainWindow, app: AppModel) -> None:
    window.show_tab(HISTORY)
    rows = window.home.sidebar.history
    row = rows.first_row()
    assert row is not None
    rows.show_row(row)
    rows.opened.emit(row)
    window.home.go_back()


def _outgoing(window: MainWindow, app: AppModel) -> None:
    app.calls.call(_somebody(app))
    assert app.calls.current is not None
    core(app).it_rings(app.calls.current.id)
    clock(app).advance(7)


def _ended(window: MainWindow, app: AppModel) -> None:
    _outgoing(window, app)
    assert app.calls.current is not None
    core(app).becomes(app.calls.current.id, text="")
    app.calls.current.hang_up()


def _talk(window: MainWindow, app: AppModel) -> None:
    call = talking(app, _somebody(app), 212.0)
    for second in range(60):
        core(app).measured(call, rtt_ms=RTT_MS[second // 4], mos=4.3, jitter_ms=6.0)
        clock(app).advance(1.0)
    core(app).levels(call, -22.0, -18.0)


def _words(window: MainWindow, app: AppModel) -> None:
    _talk(window, app)
    _page(window).show_words()


def _quality(window: MainWindow, app: AppModel) -> None:
    _talk(window, app)
    _page(window).show_quality()


def _devices(window: MainWindow, app: AppModel) -> None:
    _talk(window, app)
    _page(window).show_devices()


def _details(window: MainWindow, app: AppModel) -> None:
    _talk(window, app)
    _page(window).show_details()


def _encryption(window: MainWindow, app: AppModel) -> None:
    _talk(window, app)
    _page(window).show_encryption()


def _more(window: MainWindow, app: AppModel) -> None:
    _talk(window, app)
    _page(window).show_more()


def _minimised(window: MainWindow, app: AppModel) -> None:
    _talk(window, app)
    app.minimise()


def _dropped(window: MainWindow, app: AppModel) -> None:
    _open_contact(window, app, _somebody(app))
    core(app).link(online=False, next_try_s=4.0)


def _incoming(window: MainWindow, app: AppModel) -> None:
    _open_contact(window, app, _somebody(app))
    core(app).rings(_somebody(app), verified=True)
    clock(app).advance(7)


def _incoming_2023(window: MainWindow, app: AppModel) -> None:
    core(app).rings(team(app.language)["room"], legacy=True)
    clock(app).advance(2)


def _key_changed(window: MainWindow, app: AppModel) -> None:
    core(app).rings(_somebody(app), key_changed=True)
    clock(app).advance(7)


def _waiting(window: MainWindow, app: AppModel) -> None:
    _talk(window, app)
    core(app).rings(team(app.language)["workshop"])


def _log(window: MainWindow, app: AppModel) -> None:
    _open_contact(window, app, _somebody(app))
    talking(app, _somebody(app), 12.0)
    assert app.calls.current is not None
    app.calls.current.hang_up()
    clock(app).advance(20)
    window.toggle_log()


def _quit(window: MainWindow, app: AppModel) -> None:
    _talk(window, app)
    window.ask_to_quit()


def _wrong(window: MainWindow, app: AppModel) -> None:
    app.connect_form.set_field("name", "")
    app.connect_form.set_field("port", "80")
    app.connect_form.submit()


def _filled(window: MainWindow, app: AppModel) -> None:
    app.connect_form.set_field("name", "Marc")
    app.connect_form.set_field("host", "192.168.35.145")


def _page(window: MainWindow) -> CallPage:
    assert window.call_page is not None
    return window.call_page


def _somebody(app: AppModel) -> str:
    return "John" if app.contacts.find_row("John") is not None else LONG_NAMES[0]


Act = Callable[[MainWindow, AppModel], None]
PAGES: dict[str, Act] = {
    "connect": _filled,
    "connect-wrong": _wrong,
    "main": lambda window, app: _open_contact(window, app, _somebody(app)),
    "history": _history,
    "outgoing": _outgoing,
    "ended": _ended,
    "in-call": _talk,
    "words": _words,
    "quality": _quality,
    "devices": _devices,
    "details": _details,
    "encryption": _encryption,
    "minimised": _minimised,
    "reconnecting": _dropped,
    "reconnecting-list": lambda _window, app: core(app).link(online=False, next_try_s=4.0),
    "incoming": _incoming,
    "incoming-2023": _incoming_2023,
    "key-changed": _key_changed,
    "waiting": _waiting,
    "log": _log,
    "shortcuts": lambda window, _app: window.show_shortcuts(),
    "quit": _quit,
}
NARROW_ONLY: dict[str, Act] = {"more": _more}
WANTED = (MainWindow, SettingsDialog, ServerWindow)
OTHERS = ("server", *(f"settings-{key}" for key in SETTINGS))
EVERY = (*PAGES, *OTHERS)


class Strays(QObject):
    """Notes windows that were shown without being wanted, if only for a moment."""

    def __init__(self) -> None:
        super().__init__()
        self.windows: list[str] = []
        QCoreApplication.instance().installEventFilter(self)

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        shows = event.type() == QEvent.Type.Show and isinstance(watched, QWidget)
        if shows and watched.isWindow() and not isinstance(watched, WANTED):
            self.windows.append(f"{type(watched).__name__} «{watched.accessibleName()}»")
        return False


@contextmanager
def shown(
    page: str,
    directory: Path,
    language: Language,
    size: QSize | None = None,
    *,
    people: Callable[[Path, Language], AppModel] = world,
) -> Iterator[Scene]:
    """Show a page in its window; close everything afterwards. No other window shows, ever."""
    strays = Strays()
    yield from _shown(page, directory, language, size, people)
    QCoreApplication.instance().removeEventFilter(strays)
    assert strays.windows == [], strays.windows


def _shown(
    page: str,
    directory: Path,
    language: Language,
    size: QSize | None,
    people: Callable[[Path, Language], AppModel],
) -> Iterator[Scene]:
    if page == "server":
        with _server(directory, language, size) as scene:
            yield scene
    elif page.startswith("settings-"):
        with _settings(page.removeprefix("settings-"), people(directory, language), size) as scene:
            yield scene
    else:
        with _main(page, directory, language, size or SIZE, people) as scene:
            yield scene


@contextmanager
def _main(
    page: str,
    directory: Path,
    language: Language,
    size: QSize,
    people: Callable[[Path, Language], AppModel],
) -> Iterator[Scene]:
    begins = page.startswith("connect")
    app = world(directory, language, online=False) if begins else people(directory, language)
    window = MainWindow(app)
    window.resize(size)
    _show(window)
    app.window_active = True
    _focus_quietly(window)
    (PAGES | NARROW_ONLY)[page](window, app)
    settle()
    try:
        yield Scene(app, window, _pane(window))
    finally:
        window._leaving = True
        window.notices.close_all()
        window.incoming_window.hide()
        _discard(window.incoming_window, window)


@contextmanager
def _settings(key: str, app: AppModel, size: QSize | None) -> Iterator[Scene]:
    dialog = SettingsDialog(app)
    if size is not None:
        dialog.resize(size)
    dialog.open_page(key)
    _show(dialog)
    _focus_quietly(dialog)
    try:
        yield Scene(app, dialog, dialog)
    finally:
        _discard(dialog)


@contextmanager
def _server(directory: Path, language: Language, size: QSize | None) -> Iterator[Scene]:
    time = FakeClock(NOON)
    settings = ServerSettings(data=directory, host="192.168.35.145", port=10000, language=language)
    serving = Serving()
    model = ServerModel(settings, serving, time)
    window = ServerWindow(model)
    if size is not None:
        window.resize(size)
    _show(window)
    _serve(serving, time, team(language))
    _focus_quietly(window)
    settle()
    try:
        yield Scene(None, window, window)
    finally:
        window._may_close = True
        _discard(window)


def _serve(serving: Serving, time: FakeClock, names: dict[str, str]) -> None:
    new, old = CallKind.DEVCLOUD, CallKind.LEGACY_2023
    serving.started.emit(Listening(ADDRESS, 10000, f"devcloud://{ADDRESS}/"))
    there = (
        ("Marc", "192.168.35.18", new, False),
        ("John", "192.168.35.22", new, True),
        (names["sound"], "192.168.35.31", new, True),
        (names["room"], "192.168.35.204", old, False),
    )
    for name, address, kind, _ in there:
        time.advance(97)
        serving.happened.emit(seen.Came(name, address, kind))
    time.advance(41)
    serving.happened.emit(seen.Called(names["sound"], "John"))
    time.advance(6)
    serving.happened.emit(seen.Answered(names["sound"], "John"))
    time.advance(7400)
    people = tuple(
        seen.Here(name, address, kind, Status.AVAILABLE, busy)
        for name, address, kind, busy in there
    )
    serving.seen.emit(Snapshot(people, 1))


# ── windows ──────────────────────────────────────────────────────────────────────────────────────


def settle() -> None:
    """Let layouts inside layouts have their say."""
    for _ in range(6):
        QApplication.sendPostedEvents()
        QApplication.processEvents()


def _show(window: QWidget) -> None:
    window.show()
    window.activateWindow()
    assert QTest.qWaitForWindowActive(window)
    settle()


def _focus_quietly(window: QWidget) -> None:
    """The focus comes as by the mouse, whatever was pressed in the window before."""
    focused = window.focusWidget() or window.nextInFocusChain()
    window.setFocus(Qt.FocusReason.OtherFocusReason)
    focused.setFocus(Qt.FocusReason.MouseFocusReason)


def _pane(window: MainWindow) -> QWidget:
    page = window.call_page
    popover = None if page is None else page.popover
    over = (
        window._sheet,
        window.incoming if window.incoming.is_open else None,
        popover,
        None if page is None else page._more,
    )
    return next((each for each in over if each is not None and each.isVisible()), window)


def _discard(*windows: QWidget) -> None:
    for window in windows:
        window.close()
        window.deleteLater()
    QApplication.sendPostedEvents(None, QEvent.Type.DeferredDelete)
