"""Between the windows and the core: one thread with the core's event loop; coroutines in, Qt
signals out, and only frozen values across.

The core never waits for the windows: what it tells goes into a mailbox, in which of each place only
the newest is kept, and a queued signal has the Qt thread empty it. The windows never wait for the
core: an order is put down, and its answer is a call in the Qt thread. Knows nothing of calls.
"""

import itertools
import logging
import threading
from collections.abc import Callable, Coroutine
from pathlib import Path
from typing import TYPE_CHECKING, Any, Protocol

from PySide6.QtCore import QObject, Qt, Signal

from devcloud.desktop.happenings import Happening, Warned
from devcloud.desktop.orders import Order
from devcloud.model.errors import DevCloudError, LocalError

if TYPE_CHECKING:
    import asyncio

    from devcloud.client.tasks import Tasks

MOST_ORDERS = 1_000
"""So many orders may wait for their answers."""
STOP_S = 12.0
"""Hanging up, saying goodbye and ending the media process take a few seconds at most."""

_log = logging.getLogger(__name__)

Done = Callable[[Any], None]
Failed = Callable[[DevCloudError], None]


class Board(Protocol):
    """What does orders in the core thread. See `switchboard.Switchboard`."""

    async def do(self, order: Order) -> object:
        """Do it, and return the answer. Raises DevCloudError."""

    async def close(self) -> None:
        """Hang up, say goodbye."""


class Mailbox:
    """What waits to be delivered in the Qt thread, by place: the newest of each, oldest first."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._waiting: dict[str, Callable[[], None]] = {}
        self._called = False

    def put(self, place: str, deliver: Callable[[], None]) -> bool:
        """Put something down; say whether the Qt thread has to be called."""
        with self._lock:
            self._waiting[place] = deliver
            call, self._called = not self._called, True
            return call

    def empty(self) -> list[Callable[[], None]]:
        """Take everything out."""
        with self._lock:
            waiting, self._waiting = self._waiting, {}
            self._called = False
            return list(waiting.values())


class Bridge(QObject):
    """The core thread. `start` first (orders given earlier wait for it), `stop` last."""

    happened = Signal(object)
    _called = Signal()

    def __init__(
        self, make: Callable[[Callable[[Happening], None]], Board], parent: QObject | None = None
    ) -> None:
        """`make` is called in the core thread, with what it tells its news to: whatever it has to
        import is imported there, beside the windows."""
        super().__init__(parent)
        self._make = make
        self._mailbox = Mailbox()
        self._numbers = itertools.count()
        self._orders = 0
        self._early: list[Callable[[], None]] | None = []
        self._loop: asyncio.AbstractEventLoop | None = None
        self._closing: asyncio.Event | None = None
        self._board: Board | None = None
        self._tasks: Tasks | None = None
        self._lock = threading.Lock()
        self._thread: threading.Thread | None = None
        self._stopped = False
        self._called.connect(self._deliver, Qt.ConnectionType.QueuedConnection)

    # ── in the Qt thread ─────────────────────────────────────────────────────────────────────────

    def start(self) -> None:
        """Begin. Returns at once."""
        if self._thread is None and not self._stopped:
            self._thread = threading.Thread(target=self._main, name="devcloud-core", daemon=True)
            self._thread.start()

    def ask(self, order: Order, done: Done | None = None, failed: Failed | None = None) -> None:
        """Have the board do an order; `done` gets the answer, `failed` the error, in the Qt thread.
        What fails without `failed` is told as `Warned`."""

        async def do() -> object:
            assert self._board is not None
            return await self._board.do(order)

        self.run(do, done=done, failed=failed)

    def run(
        self,
        function: Callable[..., Coroutine[Any, Any, object]],
        *arguments: object,
        done: Done | None = None,
        failed: Failed | None = None,
    ) -> None:
        """Run `function(*arguments)` in the core thread. One of the two is called in the Qt thread,
        unless the core is stopped before. Too many that wait fail at once (`windows_busy`)."""
        if self._orders >= MOST_ORDERS or self._stopped:
            self._fail(LocalError("windows_busy"), failed)
            return
        self._orders += 1
        number = next(self._numbers)

        def begin() -> None:
            assert self._tasks is not None
            work = self._work(number, function, arguments, done, failed)
            self._tasks.spawn(work, name=f"order-{number}")

        with self._lock:
            if self._early is not None:
                self._early.append(begin)
                return
        if self._loop is not None and not self._loop.is_closed():
            self._loop.call_soon_threadsafe(begin)

    def stop(self, timeout: float = STOP_S) -> bool:
        """Cancel what runs, hang up, say goodbye, and wait for the thread. Nothing is delivered any
        more. Say whether it ended in time."""
        self._stopped = True
        thread, self._thread = self._thread, None
        if thread is None:
            return True
        with self._lock:
            loop, closing = self._loop, self._closing
        if loop is not None and closing is not None and not loop.is_closed():
            loop.call_soon_threadsafe(closing.set)
        thread.join(timeout)
        if thread.is_alive():
            _log.error("the core did not end within %s s", timeout)
        return not thread.is_alive()

    def _deliver(self) -> None:
        for deliver in self._mailbox.empty():
            if not self._stopped:
                deliver()

    def _fail(self, error: DevCloudError, failed: Failed | None) -> None:
        if failed is not None:
            failed(error)
        else:
            self.happened.emit(Warned(error))

    # ── in the core thread ───────────────────────────────────────────────────────────────────────

    def _main(self) -> None:
        import asyncio  # noqa: PLC0415 - here and below: beside the windows, not before them

        from devcloud.client.tasks import fast_loop  # noqa: PLC0415

        with asyncio.Runner(loop_factory=fast_loop()) as runner:
            runner.run(self._serve())

    async def _serve(self) -> None:
        import asyncio  # noqa: PLC0415

        from devcloud.client.tasks import Tasks  # noqa: PLC0415

        closing = asyncio.Event()
        self._board = self._make(self._tell)
        async with Tasks("bridge") as self._tasks:
            with self._lock:
                self._loop, self._closing = asyncio.get_running_loop(), closing
                early, self._early = self._early or [], None
            for begin in early:
                begin()
            if self._stopped:
                closing.set()
            await closing.wait()
            await self._tasks.aclose()
            await self._board.close()

    async def _work(
        self,
        number: int,
        function: Callable[..., Coroutine[Any, Any, object]],
        arguments: tuple[object, ...],
        done: Done | None,
        failed: Failed | None,
    ) -> None:
        from asyncio import CancelledError  # noqa: PLC0415

        place = f"answer {number}"
        try:
            answer = await function(*arguments)
        except DevCloudError as error:
            told = error
            self._post(place, lambda: self._answered(lambda: self._fail(told, failed)))
        except CancelledError:
            self._post(place, lambda: self._answered(None))
            raise
        except Exception as error:  # noqa: BLE001
            # The boundary of the core: the person reads a sentence, the log has the trace.
            _log.exception("an order failed")
            wrong = LocalError("unexpected", detail=f"{type(error).__name__}: {error}"[:200])
            self._post(place, lambda: self._answered(lambda: self._fail(wrong, failed)))
        else:
            tell = None if done is None else lambda: done(answer)
            self._post(place, lambda: self._answered(tell))

    def _answered(self, then: Callable[[], None] | None) -> None:
        self._orders -= 1
        if then is not None:
            then()

    def _tell(self, happening: Happening) -> None:
        self._post(happening.place, lambda: self.happened.emit(happening))

    def _post(self, place: str, deliver: Callable[[], None]) -> None:
        if self._mailbox.put(place, deliver) and not self._stopped:
            self._called.emit()


def board_of(sounds: Path) -> Callable[[Callable[[Happening], None]], Board]:
    """Return what makes the real board; its sounds are kept in the directory `sounds`."""

    def make(tell: Callable[[Happening], None]) -> Board:
        from devcloud.desktop.switchboard import Switchboard  # noqa: PLC0415 - it is the client

        return Switchboard(tell, sounds)

    return make
