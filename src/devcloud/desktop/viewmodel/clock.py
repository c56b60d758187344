"""The one clock of the windows: what time it is, and what to do later.

Everything that waits waits here, so that tests advance time by hand, and so that nothing ticks when
nothing happens: a timer fires once and has to be asked for again.
"""

import time
from collections.abc import Callable
from typing import Protocol

from PySide6.QtCore import QObject, Qt, QTimer


class Later(Protocol):
    """Something that will happen, unless it is cancelled."""

    def cancel(self) -> None:
        """It shall not happen. Harmless when it has."""


class Clock(Protocol):
    """Time, in seconds."""

    def wall(self) -> float:
        """Return the seconds since 1970 (UTC)."""

    def now(self) -> float:
        """Return the seconds of a clock that never jumps."""

    def after(self, seconds: float, then: Callable[[], None]) -> Later:
        """Call `then` once, so many seconds from now."""


class _QtLater:
    def __init__(self, timer: QTimer) -> None:
        self._timer = timer

    def cancel(self) -> None:
        self._timer.stop()


class QtClock(QObject):
    """The real one, on Qt's event loop."""

    def wall(self) -> float:
        """Return the seconds since 1970 (UTC)."""
        return time.time()

    def now(self) -> float:
        """Return the seconds of the monotonic clock."""
        return time.monotonic()

    def after(self, seconds: float, then: Callable[[], None]) -> Later:
        """Call `then` once, so many seconds from now."""
        timer = QTimer(self)
        timer.setSingleShot(True)
        timer.setTimerType(Qt.TimerType.PreciseTimer if seconds < 2 else Qt.TimerType.CoarseTimer)
        timer.timeout.connect(then)
        timer.timeout.connect(timer.deleteLater)
        timer.start(max(0, round(seconds * 1000)))
        return _QtLater(timer)


class Alarm:
    """One thing that happens later; setting it again replaces it."""

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._later: Later | None = None

    @property
    def is_set(self) -> bool:
        """Whether it will happen."""
        return self._later is not None

    def set(self, seconds: float, then: Callable[[], None]) -> None:
        """Call `then` so many seconds from now, and nothing that was asked for earlier."""
        self.stop()

        def ring() -> None:
            self._later = None
            then()

        self._later = self._clock.after(seconds, ring)

    def stop(self) -> None:
        """Nothing shall happen."""
        if self._later is not None:
            self._later.cancel()
            self._later = None
