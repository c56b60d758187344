"""The activity log: what happened, one sentence a line. Never a message, never a key."""

from collections import deque
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, Signal

from devcloud.desktop.viewmodel.texts import T
from devcloud.desktop.viewmodel.wording import clock_time_s, local
from devcloud.model.texts import Value

if TYPE_CHECKING:
    from devcloud.desktop.viewmodel.app import AppModel

MOST_LINES = 5_000


class LogModel(QObject):
    """The newest lines, «HH:MM:SS sentence»."""

    added = Signal(str)
    cleared = Signal()

    def __init__(self, app: "AppModel") -> None:
        super().__init__(app)
        self._app = app
        self._text = T(app)
        self._lines: deque[str] = deque(maxlen=MOST_LINES)

    @property
    def lines(self) -> tuple[str, ...]:
        """What there is, oldest first."""
        return tuple(self._lines)

    def add(self, key: str, **values: Value) -> None:
        """Add the sentence `desktop.log_<key>`, in the language of the moment."""
        self.add_text(self._text(f"log_{key}", **values))

    def add_text(self, sentence: str) -> None:
        """Add a sentence that is ready."""
        time = clock_time_s(local(self._app.clock.wall()))
        line = f"{time} {' '.join(sentence.splitlines())}"
        self._lines.append(line)
        self.added.emit(line)

    def clear(self) -> None:
        """Take all lines away."""
        self._lines.clear()
        self.cleared.emit()

    def text(self) -> str:
        """Return all lines, as they are copied."""
        return "\n".join(self._lines)
