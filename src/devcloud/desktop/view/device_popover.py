"""Microphones and outputs to choose from, from the call bar. Knows no settings page."""

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QButtonGroup, QFrame, QRadioButton, QScrollArea, QVBoxLayout, QWidget

from devcloud.desktop.theme.theme import theme
from devcloud.desktop.view.buttons import text_button
from devcloud.desktop.view.widgets.labels import WrapLabel, caption_label
from devcloud.desktop.view.widgets.popover import Popover
from devcloud.desktop.viewmodel.app import AppModel
from devcloud.desktop.viewmodel.texts import T
from devcloud.desktop.viewmodel.values import DeviceItem


class DeviceChoice(QWidget):
    """Radio buttons, one per device; the chosen one is in use at once."""

    chosen = Signal(str)

    def __init__(self, parent: QWidget | None = None) -> None:
        """Empty until `show_devices`."""
        super().__init__(parent)
        self.buttons: list[QRadioButton] = []
        self._group: QButtonGroup | None = None
        self._column = QVBoxLayout(self)
        self._column.setContentsMargins(0, 0, 0, 0)
        self._column.setSpacing(theme().length("space.1"))

    def show_devices(self, devices: tuple[DeviceItem, ...], current: str) -> None:
        """Show these, one of them chosen."""
        for button in self.buttons:
            self._column.removeWidget(button)
            button.deleteLater()
        if self._group is not None:
            self._group.deleteLater()
        self._group = QButtonGroup(self)
        self.buttons = []
        for device in devices:
            button = QRadioButton(self._shortened(device.text))
            button.setAccessibleName(device.text)
            button.setMinimumHeight(theme().length("size.controlCompact"))
            button.setToolTip(device.text)
            button.setChecked(device.id == current)
            button.clicked.connect(lambda _on=False, id=device.id: self.chosen.emit(id))
            self._group.addButton(button)
            self._column.addWidget(button)
            self.buttons.append(button)

    def _shortened(self, text: str) -> str:
        """A device may have a longer name than the popover is wide; its tooltip has the whole."""
        widest = min(theme().length("size.popover"), self.window().width()) - theme().px(88)
        return self.fontMetrics().elidedText(text, Qt.TextElideMode.ElideMiddle, widest)


class DevicePopover(Popover):
    """Both lists, and the way to the audio settings."""

    settings_asked = Signal()

    def __init__(self, app: AppModel, anchor: QWidget) -> None:
        """Belongs to `anchor`."""
        super().__init__(anchor)
        self._app = app
        self._t = T(app)
        self.error = WrapLabel("", "small", "danger")
        self.titles = (caption_label(), caption_label())
        self.microphones, self.speakers = DeviceChoice(), DeviceChoice()
        self.microphones.chosen.connect(lambda id: app.settings.set("microphone", id))
        self.speakers.chosen.connect(lambda id: app.settings.set("speaker", id))
        self.settings = text_button(self._settings, kind="flat", icon="settings", size="small")
        self.settings.setProperty("compact", True)
        inside = QWidget()
        column = QVBoxLayout(inside)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(theme().length("space.2"))
        for title, choice in zip(self.titles, (self.microphones, self.speakers), strict=True):
            title.setProperty("groupTitle", True)
            column.addWidget(title)
            column.addWidget(choice)
        area = QScrollArea()
        area.setWidgetResizable(True)
        area.setFrameShape(QFrame.Shape.NoFrame)
        area.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        area.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        area.setWidget(inside)
        area.viewport().setAutoFillBackground(False)
        inside.setAutoFillBackground(False)
        self._area, self._inside = area, inside
        self.body.addWidget(self.error)
        self.body.addWidget(area)
        self.body.addWidget(self.settings, 0, Qt.AlignmentFlag.AlignLeft)
        app.audio.devices_changed.connect(self.retranslate)
        app.audio.error_changed.connect(self.retranslate)
        self.retranslate()

    def retranslate(self) -> None:
        """Show the devices there are, in the language of the moment."""
        audio = self._app.audio
        self.setAccessibleName(self._t("call_devices"))
        self.error.setText(audio.error_text)
        self.error.setVisible(bool(audio.error_text))
        self.titles[0].setText(self._t("settings_microphone"))
        self.titles[1].setText(self._t("settings_output"))
        self.microphones.show_devices(audio.microphones, audio.current_microphone)
        self.speakers.show_devices(audio.speakers, audio.current_speaker)
        self.settings.setText(self._t("call_audio_settings"))
        for box in (self.microphones, self.speakers, self._inside):
            layout = box.layout()
            if layout is not None:
                layout.activate()
        needed = self._inside.sizeHint().height() + 4
        self._area.setFixedHeight(min(needed, theme().px(320)))

    def _settings(self) -> None:
        self.dismiss()
        self.settings_asked.emit()
