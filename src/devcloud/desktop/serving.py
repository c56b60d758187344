"""A server in a thread of its own, for a window: orders in, Qt signals out.

`start`, then whatever it tells; `stop` last, which says goodbye to everybody and joins the thread.
Only frozen values cross.
"""

import asyncio
import contextlib
import threading
from collections.abc import Callable
from dataclasses import dataclass

from PySide6.QtCore import QObject, Signal

from devcloud.client.tasks import fast_loop
from devcloud.model.errors import DevCloudError, LocalError
from devcloud.server.app import DevCloudServer
from devcloud.server.happenings import Happening, Here
from devcloud.server.settings import ServerSettings

SNAPSHOT_EVERY_S = 0.1
"""However much happens, a window is told who is there ten times a second at most."""
LONGEST_STOP_S = 10.0


@dataclass(frozen=True)
class Listening:
    """The server is up. `place` is its first `host:port`, `link` what a team is given."""

    place: str
    port: int
    link: str


@dataclass(frozen=True)
class Snapshot:
    """Who is connected, and how many calls were answered and go on."""

    people: tuple[Here, ...]
    calls: int


class Serving(QObject):
    """One server at a time."""

    started = Signal(object)
    """`Listening`."""
    happened = Signal(object)
    """A `Happening`."""
    seen = Signal(object)
    """A `Snapshot`."""
    stopped = Signal(object)
    """None, or the DevCloudError that ended it or kept it from starting."""

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._thread: threading.Thread | None = None
        self._loop: asyncio.AbstractEventLoop | None = None
        self._end: asyncio.Event | None = None
        self._server: DevCloudServer | None = None
        self._snapshot: asyncio.TimerHandle | None = None
        self._ready = threading.Event()

    def start(self, settings: ServerSettings) -> None:
        """Start; `started` or `stopped` follows."""
        self.stop()
        self._ready.clear()
        self._thread = threading.Thread(
            target=self._run, args=(settings,), name="server", daemon=True
        )
        self._thread.start()

    def stop(self) -> None:
        """Stop and wait until it has; harmless when there is none."""
        thread, self._thread = self._thread, None
        if thread is None:
            return
        self._ready.wait(LONGEST_STOP_S)
        self._do(lambda: None if self._end is None else self._end.set())
        thread.join(LONGEST_STOP_S)

    def disconnect_person(self, name: str) -> None:
        """Close the connections of a name."""
        self._do_with(lambda server: server.host.disconnect(name))

    def take_2023(self, taking: bool) -> None:
        """Take programs of 2023, or none any more."""
        self._do_with(lambda server: server.host.take_2023(taking))

    def _do_with(self, act: Callable[[DevCloudServer], object]) -> None:
        def if_there() -> None:
            if self._server is not None:
                act(self._server)

        self._do(if_there)

    def _do(self, act: Callable[[], object]) -> None:
        if self._loop is not None:
            # A loop that has just ended has nothing left to be told.
            with contextlib.suppress(RuntimeError):
                self._loop.call_soon_threadsafe(act)

    # ── in the thread ────────────────────────────────────────────────────────────────────────────

    def _run(self, settings: ServerSettings) -> None:
        failure: DevCloudError | None = None
        try:
            with asyncio.Runner(loop_factory=fast_loop()) as runner:
                runner.run(self._serve(settings))
        except DevCloudError as error:
            failure = error
        except Exception as error:  # noqa: BLE001 - the thread's last boundary: told, not lost
            failure = LocalError("unexpected", detail=f"{type(error).__name__}: {error}"[:200])
        finally:
            self._ready.set()
            self._loop = self._server = self._end = None
        self.stopped.emit(failure)

    async def _serve(self, settings: ServerSettings) -> None:
        self._end = asyncio.Event()
        self._loop = asyncio.get_running_loop()
        async with DevCloudServer(settings) as server:
            self._server = server
            server.host.watch(self._happened)
            here = server.announcement
            self.started.emit(Listening(here.places()[0], server.port, here.link()))
            self._tell()
            self._ready.set()
            await self._end.wait()
            server.host.watch(lambda _: None)
            if self._snapshot is not None:
                self._snapshot.cancel()
                self._snapshot = None

    def _happened(self, happening: Happening) -> None:
        self.happened.emit(happening)
        if self._snapshot is None and self._loop is not None:
            self._snapshot = self._loop.call_later(SNAPSHOT_EVERY_S, self._tell)

    def _tell(self) -> None:
        self._snapshot = None
        if self._server is not None:
            host = self._server.host
            self.seen.emit(Snapshot(host.everyone(), host.calls))
