"""Who calls, how far to trust it, and the answers: the same in a sheet and in a small window."""

import html

from PySide6.QtCore import QPoint, Qt, Signal
from PySide6.QtWidgets import QFrame, QHBoxLayout, QLabel, QMenu, QPushButton, QVBoxLayout, QWidget

from devcloud.desktop.theme.theme import theme
from devcloud.desktop.view.buttons import icon_button, name_button, text_button, with_keys
from devcloud.desktop.view.chip_row import ChipRow, avatar_for
from devcloud.desktop.view.widgets.announce import announce
from devcloud.desktop.view.widgets.labels import IconLabel, Label, WrapLabel, muted_label
from devcloud.desktop.view.widgets.rings import CountdownRing
from devcloud.desktop.viewmodel.app import AppModel
from devcloud.desktop.viewmodel.call import CallModel
from devcloud.desktop.viewmodel.texts import T
from devcloud.desktop.viewmodel.values import CallView, ChipInfo

BLOCK_ICONS = {"warning": ("unlock", "warningText"), "danger": ("alert", "dangerText")}


class WarningBlock(QFrame):
    """A block that says, before one answers, what is wrong with a call. Its lead is in bold."""

    def __init__(self, parent: QWidget | None = None) -> None:
        """Hidden until `show_warning`."""
        super().__init__(parent)
        self.setProperty("rounded", True)
        self.icon = IconLabel("unlock", "warningText")
        self.text = QLabel()
        self.text.setWordWrap(True)
        self.text.setTextFormat(Qt.TextFormat.RichText)
        self.text.setProperty("type", "small")
        row = QHBoxLayout(self)
        row.setContentsMargins(12, 10, 12, 10)
        row.setSpacing(10)
        row.addWidget(self.icon, 0, Qt.AlignmentFlag.AlignTop)
        row.addWidget(self.text, 1)
        self.hide()

    def show_warning(self, text: str, tone: str) -> None:
        """Show a sentence or two in `warning` or `danger`; no text hides the block."""
        self.setVisible(bool(text))
        if not text or tone not in BLOCK_ICONS:
            return
        icon, role = BLOCK_ICONS[tone]
        self.icon.set_icon(icon, role)
        self.setProperty("role", f"banner-{tone}")
        theme().repolish(self)
        lead, dot, rest = text.partition(". ")
        colour = theme().colour(role).name()
        bold = f'<b style="color:{colour}">{html.escape(lead + dot.strip())}</b>'
        self.text.setText(f"{bold} {html.escape(rest)}")
        self.text.setAccessibleName(text)
        self.setAccessibleName(text)


class IncomingCard(QWidget):
    """The content. `adopt` a call; every answer goes to it."""

    resized = Signal()
    """What is shown takes another height now."""

    def __init__(self, app: AppModel, parent: QWidget | None = None) -> None:
        """Empty until `adopt`."""
        super().__init__(parent)
        self._app = app
        self._t = T(app)
        self._call: CallModel | None = None
        self.heading = Label("", "small", "muted")
        self.silence = icon_button("bell-off", lambda: self._tell("silence"))
        self.ring = CountdownRing()
        self.name = WrapLabel("", "title")
        self.rings_for = muted_label(tabular=True)
        self.chips = ChipRow()
        self.warning = WarningBlock()
        self.decline = text_button(lambda: self._tell("decline"), kind="danger", icon="hang-up")
        self.accept = text_button(lambda: self._tell("accept"), kind="call", icon="phone-fill")
        self.hold_answer = text_button(lambda: self._answer_after("hold"), kind="call")
        self.hang_up_answer = text_button(lambda: self._answer_after("hang_up"))
        self.with_message = text_button(self._open_menu, kind="flat", icon="down", size="small")
        self.menu = QMenu(self)
        self._lay_out()
        theme().changed.connect(self._refresh)

    @property
    def call(self) -> CallModel | None:
        """The call that rings."""
        return self._call

    def adopt(self, call: CallModel | None) -> None:
        """Show another call, or none."""
        if self._call is call:
            return
        if self._call is not None:
            self._call.changed.disconnect(self._refresh)
        self._call = call
        self.menu.close()
        if call is not None:
            call.changed.connect(self._refresh)
        self.retranslate()

    def fit(self, width: int, height: int) -> None:
        """Take at most `height` pixels at `width`, if a smaller avatar (or none) can do it."""
        column = self.layout()
        assert column is not None
        shown = 0 if self.ring.isHidden() else self.ring.height()
        room = height - (column.heightForWidth(width) - shown)
        most = theme().length("size.avatarLarge") + 2 * self.ring.REACH
        role = avatar_for(min(room, most), self.ring.REACH)
        self.ring.setVisible(bool(role))
        if role:
            self.ring.set_size_role(role)

    def say_once(self) -> None:
        """Tell screen readers who calls and for how long, once."""
        if self._call is not None:
            view = self._call.state
            text = self._t("incoming_announce", name=view.shown_name, rings=view.rings_text)
            announce(self, text, assertive=True)

    def retranslate(self) -> None:
        """Say everything in the language of the moment."""
        t, keys = self._t, self._app.shortcuts.keys
        self.heading.setText(t("incoming_heading"))
        for button, key, action in (
            (self.decline, "incoming_decline", "decline"),
            (self.accept, "incoming_accept", "accept"),
            (self.hold_answer, "incoming_hold_answer", "accept"),
            (self.hang_up_answer, "incoming_hang_up_answer", ""),
            (self.with_message, "incoming_decline_with", ""),
        ):
            button.setText(t(key))
            button.setAccessibleName(t(key))
            button.setToolTip(with_keys(t(key), keys(action)) if action else "")
        self._fill_menu()
        self._refresh()

    def _refresh(self) -> None:
        if self._call is None:
            return
        view = self._call.state
        self.ring.set_person(view.shown_name)
        self.ring.set_fraction(view.ring_fraction)
        self.name.setText(view.shown_name)
        self.rings_for.setText(view.rings_text)
        key = "incoming_silenced" if view.silenced else "incoming_silence"
        name_button(self.silence, self._t(key), "Esc")
        self.silence.setEnabled(not view.silenced)
        self._show_trust(view)
        waiting = view.waiting_choices
        self.accept.setVisible(not waiting)
        self.hold_answer.setVisible(waiting)
        self.hang_up_answer.setVisible(waiting)
        self.with_message.setVisible(not view.legacy)
        self.resized.emit()

    def _show_trust(self, view: CallView) -> None:
        warned = bool(view.warning_text) and view.warning_tone in BLOCK_ICONS
        self.warning.show_warning(view.warning_text if warned else "", view.warning_tone)
        lock = view.encryption_chip
        if view.encrypted:
            lock = ChipInfo(self._t("call_encrypted"), lock.icon, lock.tone)
        self.chips.show_chips(() if warned else (view.identity_chip, lock))
        self.chips.setVisible(not warned)

    def _fill_menu(self) -> None:
        self.menu.clear()
        call = self._call
        for text in call.decline_messages if call is not None else ():
            action = self.menu.addAction(text)
            action.triggered.connect(lambda _on=False, text=text: self._decline_with(text))

    def _open_menu(self) -> None:
        button = self.with_message
        self.menu.popup(button.mapToGlobal(QPoint(0, button.height() + 4)))

    def _tell(self, what: str) -> None:
        if self._call is not None:
            getattr(self._call, what)()

    def _answer_after(self, what: str) -> None:
        if self._call is not None:
            self._call.accept_after("hold" if what == "hold" else "hang_up")

    def _decline_with(self, text: str) -> None:
        if self._call is not None:
            self._call.decline_with(text)

    def _lay_out(self) -> None:
        centre = Qt.AlignmentFlag.AlignHCenter
        for label in (self.name, self.rings_for):
            label.setAlignment(centre)
        answers: tuple[QPushButton, ...] = (
            self.decline, self.accept, self.hold_answer, self.hang_up_answer,
        )  # fmt: skip
        for button in answers:
            button.setProperty("large", True)
            # They fill their place: the padding of a large button would only cut the words.
            button.setStyleSheet("padding: 0 8px;")
        self.with_message.setProperty("compact", True)
        # The arrow stands after the words.
        self.with_message.setLayoutDirection(Qt.LayoutDirection.RightToLeft)
        head = QHBoxLayout()
        head.setContentsMargins(0, 0, -8, 0)
        head.addWidget(self.heading)
        head.addStretch(1)
        head.addWidget(self.silence)
        two = QHBoxLayout()
        two.setSpacing(12)
        two.addWidget(self.decline, 1)
        two.addWidget(self.accept, 1)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(0)
        column.addLayout(head)
        column.addWidget(self.ring, 0, centre)
        column.addSpacing(16)
        column.addWidget(self.name)
        column.addSpacing(6)
        column.addWidget(self.rings_for)
        column.addSpacing(14)
        column.addWidget(self.chips)
        column.addWidget(self.warning)
        column.addSpacing(20)
        buttons = QVBoxLayout()
        buttons.setSpacing(8)
        buttons.addWidget(self.hold_answer)
        buttons.addWidget(self.hang_up_answer)
        buttons.addLayout(two)
        column.addLayout(buttons)
        column.addSpacing(12)
        column.addWidget(self.with_message, 0, centre)
