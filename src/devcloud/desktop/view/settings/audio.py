"""Microphone, output and what is done to the voice."""

from PySide6.QtGui import QShowEvent
from PySide6.QtWidgets import QComboBox, QHBoxLayout, QPushButton, QWidget

from devcloud.desktop.theme.theme import theme
from devcloud.desktop.view.buttons import text_button
from devcloud.desktop.view.settings.page import SettingsPage, make_combo
from devcloud.desktop.view.widgets.banner import Banner
from devcloud.desktop.view.widgets.meters import LevelMeter
from devcloud.desktop.viewmodel.values import DeviceItem

STATES = {"": "settings_test", "recording": "settings_test_recording",
          "playing": "settings_test_playing"}  # fmt: skip


class AudioPage(SettingsPage):
    """Changes apply to a call that is going on."""

    TITLE = "settings_audio"
    ICON = "headset"

    def fill(self) -> None:
        """Add the rows."""
        self.error = Banner("danger", rounded=True)
        self.column.addWidget(self.error)
        self._add_microphone()
        self._add_output()
        voice = self.group("settings_voice")
        self.noise = self.add_switch(
            voice, "noise_suppression", "settings_noise", "settings_noise_hint"
        )
        self.echo = self.add_switch(voice, "echo_cancellation", "settings_echo")
        self.push_to_talk = self.add_switch(
            voice, "push_to_talk", "settings_push_to_talk", "settings_push_to_talk_hint"
        )
        audio = self.app.audio
        audio.devices_changed.connect(self._show_devices)
        audio.error_changed.connect(self._show_error)
        audio.test_changed.connect(self._show_test)
        audio.test_level.connect(self.meter.set_level)
        self.says(self._show_devices)
        self.says(self._show_test)
        self.says(self._show_error)

    def showEvent(self, event: QShowEvent) -> None:  # noqa: N802
        """Whoever looks at devices sees those of now (Qt)."""
        super().showEvent(event)
        self.app.audio.look()

    def _add_microphone(self) -> None:
        box = self.group("settings_microphone")
        self.microphone = self._device_combo("microphone")
        self.add_row(box, "settings_device", "", self.microphone)
        self.says(lambda: self.microphone.setAccessibleName(self.t("settings_microphone_device")))
        self.input_volume = self.make_slider("input_gain_db", -20, 20, "settings_decibels")
        self.add_row(box, "settings_input_volume", "", widened(self.input_volume))
        self.says(lambda: self.input_volume.setAccessibleName(self.t("settings_input_volume")))
        self.meter = LevelMeter()
        self.test = side_button(text_button(
            self.app.audio.test_microphone, icon="mic", size="small"
        ))  # fmt: skip
        self.add_row(box, "settings_mic_test", "settings_mic_test_hint", side_by_side(
            self.meter, self.test
        ))  # fmt: skip
        self.says(lambda: self.meter.setAccessibleName(self.t("call_meter")))

    def _add_output(self) -> None:
        box = self.group("settings_output")
        self.speaker = self._device_combo("speaker")
        self.add_row(box, "settings_device", "", self.speaker)
        self.says(lambda: self.speaker.setAccessibleName(self.t("settings_output_device")))
        self.output_volume = self.make_slider("output_gain_db", -40, 6, "settings_decibels")
        self.listen = side_button(text_button(
            self.app.audio.play_sample, icon="volume", size="small"
        ))  # fmt: skip
        self.add_row(box, "settings_volume", "", side_by_side(self.output_volume, self.listen))
        self.says(lambda: self.output_volume.setAccessibleName(self.t("settings_volume")))
        self.says(lambda: self.listen.setText(self.t("settings_listen")))
        self.says(lambda: self.listen.setAccessibleName(self.t("settings_listen_output")))

    def _device_combo(self, key: str) -> QComboBox:
        combo = make_combo()
        combo.activated.connect(lambda index: self.app.settings.set(key, combo.itemData(index)))
        return combo

    def _show_devices(self) -> None:
        audio = self.app.audio
        fill_devices(self.microphone, audio.microphones, audio.current_microphone)
        fill_devices(self.speaker, audio.speakers, audio.current_speaker)

    def _show_test(self) -> None:
        state = self.app.audio.test_state
        self.test.setText(self.t(STATES[state]))
        self.test.setEnabled(not state)
        self.test.setAccessibleName(f"{self.t('settings_mic_test')}, {self.t(STATES[state])}")
        if not state:
            self.meter.set_level(-120.0)

    def _show_error(self) -> None:
        if self.app.audio.error_text:
            self.error.show_message(self.app.audio.error_text, said=False)
        else:
            self.error.hide()


def fill_devices(combo: QComboBox, devices: tuple[DeviceItem, ...], current: str) -> None:
    """List devices. One that is chosen but not there any more stays listed, by its name."""
    combo.clear()
    for device in devices:
        combo.addItem(device.text, device.id)
    if combo.findData(current) < 0:
        combo.addItem(current, current)
    combo.setCurrentIndex(combo.findData(current))
    combo.setToolTip(combo.currentText())


def side_by_side(stretching: QWidget, button: QPushButton) -> QWidget:
    """Put a meter or slider and its button into the width of a field."""
    both = QWidget()
    row = QHBoxLayout(both)
    row.setContentsMargins(0, 0, 0, 0)
    row.setSpacing(theme().length("space.3"))
    row.addWidget(stretching, 1)
    row.addWidget(button)
    return widened(both)


def widened(control: QWidget) -> QWidget:
    """Give a control the width of the fields of the settings."""
    control.setProperty("wide", True)
    control.setFixedWidth(theme().length("size.settingField"))
    return control


def side_button(button: QPushButton) -> QPushButton:
    """Make a button small enough to stand beside a slider."""
    button.setProperty("compact", True)
    button.setMinimumWidth(theme().length("size.settingButton"))
    return button
