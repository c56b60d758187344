"""The bar under a call: microphone level, the controls, a hint. It decides nothing.

The controls are one tab stop with arrow keys inside. Where there is little room only Mute, More
and Hang up stay; More opens the rest.
"""

from collections.abc import Callable

from PySide6.QtCore import QSize, Qt, Signal
from PySide6.QtWidgets import QFrame, QGridLayout, QHBoxLayout, QVBoxLayout, QWidget

from devcloud.desktop.theme.theme import theme
from devcloud.desktop.view.buttons import text_button
from devcloud.desktop.view.plain_button import PlainButton
from devcloud.desktop.view.roving import RovingFocus
from devcloud.desktop.view.widgets.call_control import CallControl, HangUpControl
from devcloud.desktop.view.widgets.labels import ElidedLabel, IconLabel, WrapLabel
from devcloud.desktop.view.widgets.meters import LevelMeter
from devcloud.desktop.viewmodel.app import AppModel
from devcloud.desktop.viewmodel.call import CallModel
from devcloud.desktop.viewmodel.texts import T
from devcloud.desktop.viewmodel.values import CallView

NARROW_SEGMENTS = 32
WIDEST = 16_777_215  # Qt's own, for no limit
OUTGOING = ("dialling", "ringing_out")


class DeviceMeter(PlainButton):
    """The level of the microphone with the device's name; a click chooses devices."""

    def __init__(self, parent: QWidget | None = None) -> None:
        """Nothing to hear at first."""
        super().__init__(parent)
        self._device = ElidedLabel("", "caption", "muted")
        self.meter = LevelMeter()
        words = QWidget()
        column = QVBoxLayout(words)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(6)
        column.addWidget(self._device)
        column.addWidget(self.meter)
        self.row.setSpacing(theme().length("space.3"))
        self._words = words
        self.hold(IconLabel("headset", "textMuted"), words)
        self._resize()
        theme().changed.connect(self._resize)

    def show_device(self, device: str, name: str) -> None:
        """Show a device under an accessible name."""
        self._device.setText(device)
        self.setAccessibleName(name)

    def _resize(self) -> None:
        self._words.setFixedWidth(theme().length("size.settingMeter"))
        self.updateGeometry()


class CallControls(QFrame):
    """The bar. It tells the call what was pressed, and the page what only the page can do."""

    devices_asked = Signal()
    more_asked = Signal()

    def __init__(self, app: AppModel, page: QWidget) -> None:
        """`page` takes the focus after a click, so that Space talks."""
        super().__init__(page)
        self._app = app
        self._t = T(app)
        self._call: CallModel | None = None
        self._narrow = False
        self.setProperty("role", "controls")
        self.device = DeviceMeter()
        self.device.clicked.connect(self.devices_asked)
        self.wide_meter = LevelMeter(NARROW_SEGMENTS)
        self.mute = CallControl("mic", "", checkable=True)
        self.output = CallControl("volume", "")
        self.talk = CallControl("talk", "", checkable=True)
        self.hold = CallControl("pause", "", checkable=True)
        self.more = CallControl("more", "")
        self.hang_up = HangUpControl("")
        self.hint = WrapLabel("", "caption", "muted", tabular=True)
        self._connect()
        self._lay_out()
        self.roving = RovingFocus(self, self.controls, page)
        self.retranslate()

    @property
    def controls(self) -> tuple[QWidget, ...]:
        """The controls, in their order."""
        return (self.mute, self.output, self.talk, self.hold, self.more, self.hang_up)

    def minimumSizeHint(self) -> QSize:  # noqa: N802
        """Any width: the narrow arrangement comes with it, not before."""
        return QSize(0, super().minimumSizeHint().height())

    def adopt(self, call: CallModel | None) -> None:
        """Steer another call."""
        if self._call is not None:
            self._call.levels.disconnect(self._show_level)
        self._call = call
        if call is not None:
            call.levels.connect(self._show_level)
            self.show_call(call.state)
        self._show_level(-120.0, -120.0)

    def show_call(self, view: CallView) -> None:
        """Show a call's state."""
        outgoing = view.phase in OUTGOING
        self.device.show_device(
            view.device_text, self._t("call_devices_action", device=view.device_text)
        )
        for meter in (self.device.meter, self.wide_meter):
            meter.set_muted(view.muted or view.held_here)
        self.hint.setText(view.no_answer_text if outgoing else view.hint_text)
        self._show_mute(view)
        self._show_talk(view)
        held = view.held_here
        self.hold.set_text(self._t("call_held" if held else "call_hold"))
        self._name(self.hold, "call_resume_action" if held else "call_hold_action", "hold", held)
        self.hold.setEnabled(view.can_hold)
        self.output.setVisible(outgoing and not self._narrow)
        self.talk.setVisible(not outgoing and not self._narrow)
        self.hold.setVisible(not outgoing and not self._narrow)
        self.more.setVisible(self._narrow)
        self.roving.settle()

    def set_narrow(self, narrow: bool) -> None:
        """Use the arrangement for little room."""
        if narrow == self._narrow:
            return
        self._narrow = narrow
        self._arrange()
        if self._call is not None:
            self.show_call(self._call.state)

    def retranslate(self) -> None:
        """Say everything in the language of the moment."""
        self._row_frame.setAccessibleName(self._t("call_toolbar"))
        self.wide_meter.setAccessibleName(self._t("call_meter"))
        self.output.set_text(self._t("call_output"))
        self.talk.set_text(self._t("call_talk"))
        self.more.set_text(self._t("call_more_short"))
        self.hang_up.set_text(self._t("call_hang_up"))
        self._name(self.output, "call_output_action", "")
        self._name(self.more, "call_more", "")
        self._name(self.hang_up, "call_hang_up", "hang_up")
        if self._call is not None:
            self.show_call(self._call.state)

    def _show_mute(self, view: CallView) -> None:
        closed = view.muted or (view.push_to_talk and not view.talking)
        self.mute.set_danger(view.muted)
        self.mute.set_icon("mic-off" if closed else "mic")
        self.mute.set_text(view.mic_text)
        action = "call_unmute_action" if view.muted else "call_mute_action"
        self._name(self.mute, action, "mute", view.muted or view.talking)
        self.mute.setEnabled(view.can_mute)

    def _show_talk(self, view: CallView) -> None:
        on = view.push_to_talk
        self._name(
            self.talk, "call_talk_off_action" if on else "call_talk_on_action", "push_to_talk", on
        )

    def _name(self, control: CallControl, key: str, action: str, pressed: bool = False) -> None:
        name = self._t(key)
        keys = self._app.shortcuts.keys(action) if action else ""
        control.setAccessibleName(name)
        control.setToolTip(f"{name} ({keys})" if keys else name)
        if control.isCheckable():
            control.setChecked(pressed)

    def _connect(self) -> None:
        self.mute.clicked.connect(self._telling("toggle_mute"))
        self.talk.clicked.connect(self._telling("toggle_push_to_talk"))
        self.hold.clicked.connect(self._telling("toggle_hold"))
        self.hang_up.clicked.connect(self._telling("hang_up"))
        self.output.clicked.connect(self.devices_asked)
        self.more.clicked.connect(self.more_asked)

    def _telling(self, what: str) -> Callable[[], None]:
        def tell() -> None:
            if self._call is not None:
                getattr(self._call, what)()
                # A press that changed nothing must not leave the control pressed.
                self.show_call(self._call.state)

        return tell

    def _show_level(self, input_dbfs: float, _output_dbfs: float) -> None:
        self.device.meter.set_level(input_dbfs)
        self.wide_meter.set_level(input_dbfs)

    def _lay_out(self) -> None:
        self._row_frame = QWidget()
        row = QHBoxLayout(self._row_frame)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(theme().length("space.1"))
        for control in self.controls:
            if control is self.hang_up:
                row.addSpacing(theme().length("space.3"))
            row.addWidget(control, 0, Qt.AlignmentFlag.AlignTop)
        # Two sides of the same width, so that the controls stand in the middle.
        # They are shown before they have a place: without a parent they would be windows.
        self._left, self._right = QWidget(self), QWidget(self)
        self.wide_meter.setParent(self)
        left, self._hint_row = QHBoxLayout(self._left), QHBoxLayout(self._right)
        for box in (left, self._hint_row):
            box.setContentsMargins(0, 0, 0, 0)
            box.setSpacing(0)
        left.addWidget(self.device)
        left.addStretch(1)
        self._hint_row.addStretch(1)
        self._hint_row.addWidget(self.hint)
        self._hint_row.addStretch(0)
        self._grid = QGridLayout(self)
        self._grid.setHorizontalSpacing(12)
        self._grid.setColumnStretch(0, 1)
        self._grid.setColumnStretch(2, 1)
        self._arrange()

    def _arrange(self) -> None:
        for widget in (self._left, self.wide_meter, self._row_frame, self._right):
            self._grid.removeWidget(widget)
        centre, right = Qt.AlignmentFlag.AlignHCenter, Qt.AlignmentFlag.AlignRight
        self._left.setVisible(not self._narrow)
        self.wide_meter.setVisible(self._narrow)
        if self._narrow:
            self._grid.setContentsMargins(16, 12, 16, 16)
            self._grid.setVerticalSpacing(12)
            self._grid.addWidget(self.wide_meter, 0, 0, 1, 3)
            self._grid.addWidget(self._row_frame, 1, 0, 1, 3, centre)
            self._grid.addWidget(self._right, 2, 0, 1, 3)
            self.hint.setAlignment(centre)
            self.hint.setMaximumWidth(WIDEST)
            self._hint_row.setStretch(2, 1)
        else:
            self._grid.setContentsMargins(8, 12, 16, 12)
            self._grid.addWidget(self._left, 0, 0)
            self._grid.addWidget(self._row_frame, 0, 1)
            self._grid.addWidget(self._right, 0, 2)
            self.hint.setAlignment(right | Qt.AlignmentFlag.AlignVCenter)
            self.hint.setMaximumWidth(theme().px(170))
            self._hint_row.setStretch(2, 0)


class EndedBar(QFrame):
    """What can be done after a call that did not come about, or broke off."""

    again_asked = Signal()
    close_asked = Signal()

    def __init__(self, app: AppModel, parent: QWidget | None = None) -> None:
        """`app` knows the language."""
        super().__init__(parent)
        self._t = T(app)
        self.setProperty("role", "controls")
        self.again = text_button(self.again_asked.emit, kind="call", icon="phone-fill")
        self.close_page = text_button(self.close_asked.emit)
        for button in (self.again, self.close_page):
            button.setProperty("large", True)
        row = QHBoxLayout(self)
        row.setSpacing(theme().length("space.2"))
        row.addStretch(1)
        row.addWidget(self.close_page)
        row.addWidget(self.again)
        row.addStretch(1)
        self._resize()
        theme().changed.connect(self._resize)
        self.retranslate()

    def show_call(self, view: CallView) -> None:
        """Offer to call again where that makes sense."""
        self.again.setVisible(view.can_call_again)

    def retranslate(self) -> None:
        """Say everything in the language of the moment."""
        self.again.setText(self._t("call_again"))
        self.close_page.setText(self._t("call_close"))

    def _resize(self) -> None:
        self.setMinimumHeight(theme().length("size.callControl") + theme().px(46))
