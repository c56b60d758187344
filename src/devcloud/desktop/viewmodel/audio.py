"""Microphones and speakers: which there are, which are used, and trying them."""

from typing import TYPE_CHECKING, Literal

from PySide6.QtCore import QObject, Signal

from devcloud.desktop.happenings import DevicesAre
from devcloud.desktop.orders import ListDevices, PlaySound, SetAudio, TestMicrophone
from devcloud.desktop.viewmodel.clock import Alarm
from devcloud.desktop.viewmodel.texts import T
from devcloud.desktop.viewmodel.values import DeviceItem
from devcloud.model.errors import DevCloudError

if TYPE_CHECKING:
    from devcloud.desktop.viewmodel.app import AppModel

TEST_S = 3.0
SYSTEM_DEVICE = "default"
"""What ALSA calls the device that is the system's own choice: no name for people."""
SETTINGS = frozenset(
    {
        "microphone", "speaker", "input_gain_db", "output_gain_db", "noise_suppression",
        "echo_cancellation",
    }
)  # fmt: skip


class AudioModel(QObject):
    """Sound devices, as Settings and the call page show them."""

    devices_changed = Signal()
    test_changed = Signal()
    test_level = Signal(float)
    error_changed = Signal()

    def __init__(self, app: "AppModel") -> None:
        super().__init__(app)
        self._app = app
        self._text = T(app)
        self._devices: DevicesAre | None = None
        self._played = Alarm(app.clock)
        self.microphones: tuple[DeviceItem, ...] = (self._system(),)
        self.speakers: tuple[DeviceItem, ...] = (self._system(),)
        self.test_state: Literal["", "recording", "playing"] = ""
        self.error_text = ""
        app.settings.changed.connect(self._setting)

    @property
    def current_microphone(self) -> str:
        """The id of the one chosen; empty: the system's own."""
        return str(self._app.settings.value("microphone"))

    @current_microphone.setter
    def current_microphone(self, id: str) -> None:
        """Use this one, in a call at once."""
        self._app.settings.set("microphone", id)

    @property
    def current_speaker(self) -> str:
        """The id of the one chosen; empty: the system's own."""
        return str(self._app.settings.value("speaker"))

    @current_speaker.setter
    def current_speaker(self, id: str) -> None:
        """Use this one, in a call at once."""
        self._app.settings.set("speaker", id)

    @property
    def microphone_text(self) -> str:
        """What the microphone in use is called."""
        wanted = self.current_microphone
        devices = self._devices.devices if self._devices else ()
        name = wanted or next((d.name for d in devices if d.is_default_input), "")
        return self._text("device_system") if name in ("", SYSTEM_DEVICE) else name

    def order(self) -> SetAudio:
        """Return what the core has to know."""
        value = self._app.settings.value
        return SetAudio(
            microphone=value("microphone"),
            speaker=value("speaker"),
            input_gain_db=float(value("input_gain_db")),
            output_gain_db=float(value("output_gain_db")),
            noise_suppression=value("noise_suppression"),
            echo_cancellation=value("echo_cancellation"),
        )

    def look(self) -> None:
        """Ask which devices there are: somebody is about to choose one."""
        self._app.core.ask(ListDevices(), None, self.failed)

    # ── trying ───────────────────────────────────────────────────────────────────────────────────

    def test_microphone(self) -> None:
        """Record 3 s, then play them back."""
        if self.test_state:
            return
        self._test_is("recording")
        self._played.set(TEST_S, lambda: self._test_is("playing"))
        self._app.core.ask(
            TestMicrophone(self.current_microphone, TEST_S), self._tested, self._test_failed
        )

    def play_sample(self) -> None:
        """Play a short sound on the speaker chosen."""
        gain = float(self._app.settings.value("output_gain_db"))
        self._app.core.ask(
            PlaySound("sample", "joined", device=self.current_speaker, gain_db=gain),
            None,
            self.failed,
        )

    def _tested(self, level: object) -> None:
        self._played.stop()
        if isinstance(level, float):
            self.test_level.emit(level)
        self._error("")
        self._test_is("")

    def _test_failed(self, error: DevCloudError) -> None:
        self._played.stop()
        self._test_is("")
        self.failed(error)

    def _test_is(self, state: Literal["", "recording", "playing"]) -> None:
        self.test_state = state
        self.test_changed.emit()

    # ── what comes in ────────────────────────────────────────────────────────────────────────────

    def devices_are(self, devices: DevicesAre) -> None:
        """Which devices there are now."""
        self._devices = devices
        self.update()
        none = not any(d.inputs for d in devices.devices)
        self._error(self._text("audio_no_microphone") if none else "")

    def failed(self, error: DevCloudError) -> None:
        """Something about a device did not work."""
        self._error(error.text(self._app.language))

    def update(self) -> None:
        """Devices or the language are new."""
        devices = self._devices.devices if self._devices else ()
        system = self._system()
        chosen = (self.current_microphone, self.current_speaker)
        named = [d for d in devices if d.name != SYSTEM_DEVICE or d.name in chosen]
        self.microphones = (system, *(DeviceItem(d.name, d.name) for d in named if d.inputs))
        self.speakers = (system, *(DeviceItem(d.name, d.name) for d in named if d.outputs))
        self.devices_changed.emit()

    def _system(self) -> DeviceItem:
        return DeviceItem("", self._text("device_system"))

    def _error(self, text: str) -> None:
        if text != self.error_text:
            self.error_text = text
            self.error_changed.emit()
            if text:
                self._app.announce.emit(text, True)

    def _setting(self, key: str) -> None:
        if key in SETTINGS:
            self._app.core.ask(self.order())
            if key in ("microphone", "speaker"):
                self.devices_changed.emit()
