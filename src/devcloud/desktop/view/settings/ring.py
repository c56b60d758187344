"""What one hears when somebody calls, how long, and when not."""

from PySide6.QtWidgets import QComboBox, QHBoxLayout, QWidget

from devcloud.desktop.theme.theme import theme
from devcloud.desktop.view.buttons import text_button
from devcloud.desktop.view.settings.audio import fill_devices, side_button, side_by_side, widened
from devcloud.desktop.view.settings.page import WIDEST, SettingsPage, make_combo
from devcloud.desktop.view.widgets.boxed import BoxedList
from devcloud.desktop.view.widgets.labels import Label
from devcloud.desktop.view.widgets.switch import Switch

TONES = tuple((tone, f"settings_tone_{tone}") for tone in ("clearing", "drops", "classic"))
LENGTHS_S = (15, 30, 45)
USUAL_HOURS = ("22:00", "07:00")


class RingPage(SettingsPage):
    """A tone is heard when it is chosen, and on Listen."""

    TITLE = "settings_ring"
    ICON = "bell"

    def fill(self) -> None:
        """Add the rows."""
        box = self.group("settings_incoming")
        self.tone = self.add_choice(box, "ring_tone", "settings_tone", TONES)
        self.tone.activated.connect(lambda _index: self._preview())
        self.volume = self.make_slider("ring_volume", 0, 100, "settings_percent")
        self.listen = side_button(text_button(self._preview, icon="volume", size="small"))
        self.add_row(box, "settings_volume", "", side_by_side(self.volume, self.listen))
        self.says(lambda: self.volume.setAccessibleName(self.t("settings_volume")))
        self.says(lambda: self.listen.setText(self.t("settings_listen")))
        self.says(lambda: self.listen.setAccessibleName(self.t("settings_listen_tone")))
        self._add_device(box)
        self._add_length(box)
        self._add_silence()
        sounds = self.group("settings_interface")
        self.interface = self.add_switch(
            sounds, "interface_sounds", "settings_interface_sounds",
            "settings_interface_sounds_hint",
        )  # fmt: skip

    def _add_device(self, box: BoxedList) -> None:
        self.device = make_combo()
        self.device.activated.connect(
            lambda index: self.app.settings.set("ring_device", self.device.itemData(index))
        )
        self.add_row(box, "settings_device", "", self.device)
        self.app.audio.devices_changed.connect(self._show_devices)
        self.shows("ring_device", lambda _value: self._show_devices())
        self.says(self._show_devices)

    def _add_length(self, box: BoxedList) -> None:
        self.length = make_combo()
        for seconds in LENGTHS_S:
            self.length.addItem("", seconds)

        def say() -> None:
            for index, seconds in enumerate(LENGTHS_S):
                self.length.setItemText(index, self.t("settings_seconds", n=seconds))

        self.says(say)
        self.shows("ring_s", lambda value: self.length.setCurrentIndex(self.length.findData(value)))
        self.length.activated.connect(
            lambda index: self.app.settings.set("ring_s", self.length.itemData(index))
        )
        self.add_row(box, "settings_ring_for", "", self.length)

    def _add_silence(self) -> None:
        box = self.group()
        self.silent = Switch()
        self.silent.clicked.connect(self._silence)
        self.add_row(box, "settings_silent_hours", "settings_silent_hours_hint", self.silent)
        self.starts, self.ends = _hours(), _hours()
        self.starts.activated.connect(lambda _index: self._hour("silent_from", self.starts))
        self.ends.activated.connect(lambda _index: self._hour("silent_to", self.ends))
        between = QWidget()
        row = QHBoxLayout(between)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(theme().length("space.2"))
        to = Label("", "body", "muted")
        row.addWidget(self.starts, 1)
        row.addWidget(to)
        row.addWidget(self.ends, 1)
        self.hours = self.add_row(box, "settings_from", "", widened(between))
        self.says(lambda: to.setText(self.t("settings_to")))
        self.says(lambda: self.starts.setAccessibleName(self.t("settings_from")))
        self.says(lambda: self.ends.setAccessibleName(self.t("settings_to")))
        for key in ("silent_from", "silent_to"):
            self.shows(key, lambda _value: self._show_hours())

    def _show_hours(self) -> None:
        value = self.app.settings.value
        on = bool(value("silent_from") and value("silent_to"))
        self.silent.setChecked(on)
        self.hours.setEnabled(on)
        for edit, key, usual in zip(
            (self.starts, self.ends), ("silent_from", "silent_to"), USUAL_HOURS, strict=True
        ):
            hour = value(key) or usual
            if edit.findText(hour) < 0:
                edit.addItem(hour)
            edit.setCurrentText(hour)

    def _silence(self, on: bool) -> None:
        for key, usual in zip(("silent_from", "silent_to"), USUAL_HOURS, strict=True):
            self.app.settings.set(key, usual if on else "")

    def _hour(self, key: str, chosen: QComboBox) -> None:
        if self.silent.isChecked():
            self.app.settings.set(key, chosen.currentText())

    def _preview(self) -> None:
        self.app.sounds.preview(self.app.settings.value("ring_tone"))

    def _show_devices(self) -> None:
        fill_devices(self.device, self.app.audio.speakers, self.app.settings.value("ring_device"))


def _hours() -> QComboBox:
    """Every half hour; an hour of the settings that lies between is added to them."""
    combo = make_combo()
    combo.setProperty("wide", False)
    combo.setMinimumContentsLength(3)
    combo.setMinimumWidth(0)
    combo.setMaximumWidth(WIDEST)
    combo.addItems([f"{hour:02d}:{minute:02d}" for hour in range(24) for minute in (0, 30)])
    return combo
