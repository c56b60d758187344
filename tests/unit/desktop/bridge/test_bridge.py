"""The core thread: orders in, happenings out, and neither waits for the other."""

import asyncio
import threading
import time
from collections.abc import Callable, Iterator

import pytest
from pytestqt.qtbot import QtBot

from devcloud.desktop import happenings as on
from devcloud.desktop import orders
from devcloud.desktop.bridge import MOST_ORDERS, Bridge, Mailbox
from devcloud.model.errors import DevCloudError, LocalError

WAIT_MS = 60_000


class Board:
    """A board that does what its test says."""

    def __init__(self, tell: Callable[[on.Happening], None]) -> None:
        self.tell = tell
        self.thread = threading.current_thread()
        self.closed = False
        self.forever = asyncio.Event()

    async def do(self, order: orders.Order) -> object:
        match order:
            case orders.PlaceCall("nobody"):
                raise LocalError("name_own")
            case orders.PlaceCall("bug"):
                raise ZeroDivisionError("a bug")
            case orders.PlaceCall("forever"):
                await self.forever.wait()
            case orders.PlaceCall(name):
                return f"call {name} in {threading.current_thread().name}"
        return None

    async def close(self) -> None:
        self.closed = True


class Made:
    """A bridge, and the board that it made."""

    def __init__(self) -> None:
        self.board: Board | None = None
        self.bridge = Bridge(self._make)
        self.answers: list[object] = []
        self.happened: list[on.Happening] = []
        self.bridge.happened.connect(self.happened.append)

    def _make(self, tell: Callable[[on.Happening], None]) -> Board:
        self.board = Board(tell)
        return self.board

    def call(self, name: str) -> None:
        self.bridge.ask(orders.PlaceCall(name), self.answers.append, self.answers.append)


@pytest.fixture
def made(qtbot: QtBot) -> Iterator[Made]:
    made = Made()
    yield made
    assert made.bridge.stop(60)


def test_orders_wait_for_the_core_and_are_answered_in_the_qt_thread(
    made: Made, qtbot: QtBot
) -> None:
    threads: list[threading.Thread] = []
    made.bridge.ask(orders.PlaceCall("John"), lambda _: threads.append(threading.current_thread()))
    made.call("John")
    made.bridge.start()
    qtbot.waitUntil(lambda: bool(made.answers), timeout=WAIT_MS)
    assert made.answers == ["call John in devcloud-core"]
    assert threads == [threading.main_thread()]
    assert made.board is not None
    assert made.board.thread is not threading.main_thread()


def test_what_fails_is_told(made: Made, qtbot: QtBot) -> None:
    made.bridge.start()
    made.call("nobody")
    made.call("bug")
    made.bridge.ask(orders.PlaceCall("nobody"))
    qtbot.waitUntil(lambda: len(made.answers) == 2 and bool(made.happened), timeout=WAIT_MS)
    codes = {error.code for error in made.answers if isinstance(error, DevCloudError)}
    assert codes == {"name_own", "unexpected"}
    (warned,) = made.happened
    assert isinstance(warned, on.Warned)


def test_orders_that_wait_are_bounded(made: Made, qtbot: QtBot) -> None:
    for _ in range(MOST_ORDERS):
        made.bridge.ask(orders.SignOut())
    made.call("John")
    (refused,) = made.answers
    assert isinstance(refused, LocalError)
    assert refused.code == "windows_busy"
    made.bridge.start()
    qtbot.waitUntil(lambda: made.bridge._orders == 0, timeout=WAIT_MS)
    made.call("John")
    qtbot.waitUntil(lambda: len(made.answers) == 2, timeout=WAIT_MS)


def test_stopping_cancels_closes_and_joins(qtbot: QtBot) -> None:
    made = Made()
    made.bridge.start()
    made.call("forever")
    made.call("John")
    qtbot.waitUntil(lambda: bool(made.answers), timeout=WAIT_MS)
    assert made.board is not None
    assert made.bridge.stop(60)
    assert made.board.closed
    assert not made.board.thread.is_alive()
    assert made.bridge.stop()
    made.call("John")
    assert isinstance(made.answers[-1], LocalError)


def test_stopped_before_it_began(qtbot: QtBot) -> None:
    made = Made()
    made.call("John")
    assert made.bridge.stop()
    again = Made()
    again.bridge.start()
    assert again.bridge.stop(60)


def test_a_qt_thread_that_stands_still_does_not_hold_up_the_core(made: Made, qtbot: QtBot) -> None:
    """While the windows are blocked for 300 ms the core goes on, and of its news the newest of
    each place is delivered afterwards."""
    ticks: list[float] = []

    async def tick() -> int:
        assert made.board is not None
        for n in range(1000):
            made.board.tell(on.LevelsAre("call", -n, 0.0))
            made.board.tell(on.LinkIs(online=True))
            ticks.append(time.monotonic())
            await asyncio.sleep(0.005)
        return len(ticks)

    made.bridge.start()
    made.bridge.run(tick)
    qtbot.waitUntil(lambda: len(made.happened) > 4, timeout=WAIT_MS)
    before, delivered = len(ticks), len(made.happened)
    begun = time.monotonic()
    # What a window does that computes, or a modal dialog of the platform; longer where the machine
    # is so busy that the core hardly comes to anything.
    while (passed := time.monotonic() - begun) < 0.3 or (len(ticks) - before < 10 and passed < 60):
        pass
    during = len(ticks) - before
    assert during >= 10, "the core stood still, too"
    assert len(made.happened) == delivered
    qtbot.waitUntil(lambda: len(made.happened) > delivered, timeout=WAIT_MS)
    levels = [h for h in made.happened[delivered:] if isinstance(h, on.LevelsAre)]
    assert -levels[0].input_dbfs >= before + during - 2


def test_the_mailbox_keeps_the_newest_of_each_place() -> None:
    mailbox, seen = Mailbox(), []
    assert mailbox.put("a", lambda: seen.append("a1"))
    assert not mailbox.put("b", lambda: seen.append("b1"))
    assert not mailbox.put("a", lambda: seen.append("a2"))
    for deliver in mailbox.empty():
        deliver()
    assert seen == ["a2", "b1"]
    assert mailbox.empty() == []
    assert mailbox.put("a", lambda: None)
