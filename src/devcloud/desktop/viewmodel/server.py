"""What the server window tells: where it listens, who is there, the log, and what may be done.

state: starting → running → stopping → stopped     or failed, with its reason
"""

from dataclasses import replace
from datetime import datetime
from typing import Final, Literal

from PySide6.QtCore import QObject, Signal

from devcloud.desktop.serving import Listening, Serving, Snapshot
from devcloud.desktop.viewmodel.clock import Alarm, Clock
from devcloud.desktop.viewmodel.server_people import ServerPeople
from devcloud.desktop.viewmodel.wording import clock_time_s, length, local
from devcloud.model.errors import DevCloudError
from devcloud.model.records import CallKind
from devcloud.model.texts import Language, Value, knows, say
from devcloud.server import happenings as seen
from devcloud.server.settings import ServerSettings

State = Literal["starting", "running", "stopping", "stopped", "failed"]
MOST_LINES: Final = 5_000
LOWEST_PORT, HIGHEST_PORT = 1024, 65_535


class ServerModel(QObject):
    """The window's one model. `changed` after anything but the log and the table."""

    changed = Signal()
    logged = Signal(str)
    """A line: «HH:MM:SS sentence»."""
    clipboard = Signal(str)
    toast = Signal(str)
    closing = Signal()
    """The window may close."""

    def __init__(
        self,
        settings: ServerSettings,
        serving: Serving,
        clock: Clock,
        parent: QObject | None = None,
    ) -> None:
        super().__init__(parent)
        self.language: Language = settings.language
        self.people = ServerPeople(settings.language, self)
        self.state: State = "stopped"
        self.takes_2023 = settings.legacy_2023
        self.port = settings.port
        self.problem: DevCloudError | None = None
        self._settings = settings
        self._serving = serving
        self._clock = clock
        self._minute = Alarm(clock)
        self._listening: Listening | None = None
        self._since = 0.0
        self._snapshot = Snapshot((), 0)
        self._closes = False
        serving.started.connect(self._started)
        serving.happened.connect(self._happened)
        serving.seen.connect(self._seen)
        serving.stopped.connect(self._stopped)

    def text(self, key: str, /, **values: Value) -> str:
        """Return `window.<key>`."""
        return say(f"window.{key}", self.language, **values)

    # ── what is shown ────────────────────────────────────────────────────────────────────────────

    @property
    def title(self) -> str:
        """The first line: where it listens, or why it does not."""
        if self.state == "running" and self._listening is not None:
            return self.text("listening", address=self._listening.place)
        if self.state == "failed" and self.problem is not None:
            taken = self.problem.code == "port_taken"
            return self.text("port_taken", port=self.port) if taken else self.text("not_started")
        return self.text(self.state)

    @property
    def subtitle(self) -> str:
        """The line under it: people, calls, running time; or what to do."""
        if self.state == "failed" and self.problem is not None:
            # The button beside it says what to do about a port.
            return "" if self.problem.code == "port_taken" else self.problem.text(self.language)
        if self.state != "running":
            return ""
        people, calls = len(self._snapshot.people), self._snapshot.calls
        parts = (
            self.text(f"people_{_many(people)}", n=people),
            self.text(f"calls_{_many(calls)}", n=calls),
            self.text("running_for", time=length(self._clock.now() - self._since)),
        )
        return " · ".join(parts)

    @property
    def stop_question(self) -> str:
        """What to ask before stopping; nothing where nobody would notice."""
        people = len(self._snapshot.people) if self.state == "running" else 0
        return self.text(f"stop_question_{_many(people)}", n=people) if people else ""

    # ── what the host does ───────────────────────────────────────────────────────────────────────

    def start(self, port: int | None = None) -> None:
        """Start, perhaps on another port."""
        if self.state in ("starting", "running"):
            return
        if port is not None:
            self.port = max(LOWEST_PORT, min(HIGHEST_PORT, port))
        self.state, self.problem = "starting", None
        self.changed.emit()
        self._serving.start(replace(self._settings, port=self.port, legacy_2023=self.takes_2023))

    def close(self) -> None:
        """Stop; `closing` follows when everybody has been told goodbye."""
        self._closes = True
        if self.state in ("stopped", "failed"):
            self.closing.emit()
            return
        self.state = "stopping"
        self.changed.emit()
        # The window shows «Stopping…» before it waits.
        self._clock.after(0, self._serving.stop)

    def copy_address(self) -> None:
        """Put the address on the clipboard."""
        if self._listening is not None:
            self._copy(self._listening.place, "address_copied")

    def copy_ip(self, row: int) -> None:
        """Put a person's address on the clipboard."""
        self._copy(self.people.people[row].address, "ip_copied")

    def copy_log(self, text: str) -> None:
        """Put the log on the clipboard."""
        self._copy(text, "log_copied")

    def disconnect_person(self, row: int) -> None:
        """Close a person's connections."""
        self._serving.disconnect_person(self.people.people[row].name)

    def take_2023(self, taking: bool) -> None:
        """Take clients of 2023, or none any more."""
        if taking == self.takes_2023:
            return
        self.takes_2023 = taking
        self._serving.take_2023(taking)
        self._log("2023_on" if taking else "2023_off")
        self.changed.emit()

    # ── what the server tells ────────────────────────────────────────────────────────────────────

    def _started(self, listening: Listening) -> None:
        self._listening, self._since = listening, self._clock.now()
        self.port = listening.port
        self.state = "stopping" if self._closes else "running"
        self._write(self.text("listening", address=listening.place))
        self._minute.set(60, self._each_minute)
        self.changed.emit()

    def _each_minute(self) -> None:
        self._minute.set(60, self._each_minute)
        self.changed.emit()

    def _seen(self, snapshot: Snapshot) -> None:
        self._snapshot = snapshot
        self.people.show_people(snapshot.people)
        self.changed.emit()

    def _stopped(self, failure: DevCloudError | None) -> None:
        self._minute.stop()
        self.state, self.problem = ("stopped" if failure is None else "failed"), failure
        self._snapshot = Snapshot((), 0)
        self.people.show_people(())
        self._write(" ".join(filter(None, (self.title, self.subtitle))))
        self.changed.emit()
        if self._closes:
            self.closing.emit()

    def _happened(self, happening: seen.Happening) -> None:
        match happening:
            case seen.Came(name, address, kind):
                legacy = kind is CallKind.LEGACY_2023
                self._log("came_2023" if legacy else "came", name=name, address=address)
            case seen.Went(name):
                self._log("went", name=name)
            case seen.Called(caller, callee):
                self._log("called", caller=caller, callee=callee)
            case seen.Answered(caller, callee):
                self._log("answered", caller=caller, callee=callee)
            case seen.CallOver(caller, callee, reason):
                how = f"over_{reason.value}"
                how = how if knows(f"window.{how}") else "over_other"
                self._log("over", caller=caller, callee=callee, how=self.text(how))

    def _log(self, key: str, **values: Value) -> None:
        self._write(self.text(f"log_{key}", **values))

    def _write(self, sentence: str) -> None:
        at: datetime = local(self._clock.wall())
        self.logged.emit(f"{clock_time_s(at)}  {' '.join(sentence.splitlines())}")

    def _copy(self, text: str, toast: str) -> None:
        self.clipboard.emit(text)
        self.toast.emit(self.text(toast))


def _many(count: int) -> str:
    return {0: "none", 1: "one"}.get(count, "many")
