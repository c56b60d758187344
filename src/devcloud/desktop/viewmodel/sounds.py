"""Which of the program's sounds is heard when: the ring tone, the ringback, and short ones.

Makes no sound itself: files are synthesised elsewhere, and played beside the calls by the core.
"""

from typing import TYPE_CHECKING

from PySide6.QtCore import QObject

from devcloud.desktop.orders import PlaySound, StopSound
from devcloud.desktop.viewmodel.clock import Alarm

if TYPE_CHECKING:
    from devcloud.desktop.viewmodel.app import AppModel

BUSY_S = 3.0
WAITING_EVERY_S = 4.0
QUIETEST_DB = -40.0


def gain_of(volume: int) -> float:
    """Return the gain in dB of a volume from 0 (which is not played at all) to 100 (as it is)."""
    return QUIETEST_DB * (1 - volume / 100)


class SoundsModel(QObject):
    """At most one long sound at a time, and short ones beside it."""

    def __init__(self, app: "AppModel") -> None:
        super().__init__(app)
        self._app = app
        self._long = ""
        self._again = Alarm(app.clock)
        self._busy = Alarm(app.clock)

    @property
    def long(self) -> str:
        """The long sound that is heard now: `ring`, `waiting`, `ringback`, `busy`, or nothing."""
        return self._long

    def ring(self) -> None:
        """Somebody calls: the ring tone, over and over."""
        volume = self._app.settings.value("ring_volume")
        if volume > 0 and self._begin("ring"):
            self._play(
                "ring", self._app.settings.value("ring_tone"), self._ring_device(),
                gain_of(volume), loop=True,
            )  # fmt: skip

    def wait(self) -> None:
        """Somebody calls while one talks: two soft notes every 4 s."""
        if self._begin("waiting"):
            self._note()

    def ringback(self) -> None:
        """It rings on the other side."""
        if self._begin("ringback"):
            self._play("ringback", "ringback", self._speaker(), 0.0, loop=True)

    def busy(self) -> None:
        """They are on another call: 3 s of it."""
        if self._begin("busy"):
            self._play("busy", "busy", self._speaker(), 0.0, loop=False)
            self._busy.set(BUSY_S, self.stop)

    def stop(self) -> None:
        """No long sound any more."""
        if self._long:
            self._app.core.ask(StopSound(self._long))
            self._long = ""
        self._again.stop()
        self._busy.stop()

    def short(self, sound: str) -> None:
        """A short sound of the interface, where the person wants them: `joined`, `ended`, `mute`,
        `unmute`, `talk_down`, `talk_up`, `reconnecting`, `message`."""
        if self._app.settings.value("interface_sounds"):
            self._play("short", sound, self._speaker(), 0.0, loop=False)

    def preview(self, tone: str) -> None:
        """Let a ring tone be heard once, as loud as it would ring."""
        volume = self._app.settings.value("ring_volume")
        self._play("preview", f"{tone}_once", self._ring_device(), gain_of(volume), loop=False)

    def _begin(self, what: str) -> bool:
        if self._long == what:
            return False
        self.stop()
        self._long = what
        return True

    def _note(self) -> None:
        self._play("waiting", "waiting", self._speaker(), 0.0, loop=False)
        self._again.set(WAITING_EVERY_S, self._note)

    def _play(self, key: str, sound: str, device: str, gain_db: float, *, loop: bool) -> None:
        # A sound that cannot be played is no reason to interrupt anybody: the log has it.
        self._app.core.ask(
            PlaySound(key, sound, device=device, gain_db=gain_db, loop=loop),
            None,
            lambda error: self._app.log.add_text(error.text(self._app.language)),
        )

    def _ring_device(self) -> str:
        return str(self._app.settings.value("ring_device")) or self._speaker()

    def _speaker(self) -> str:
        return str(self._app.settings.value("speaker"))
