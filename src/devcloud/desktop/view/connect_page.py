"""The first page: who one is, where the server is, Connect. Checks nothing; the form model does.

An error stands under its field, is tied to it for screen readers and read out; what went wrong on
the way stands in a banner over the button.
"""

from functools import partial
from typing import Final

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QKeyEvent, QResizeEvent, QShowEvent
from PySide6.QtWidgets import (
    QCheckBox,
    QFrame,
    QHBoxLayout,
    QLineEdit,
    QMenu,
    QVBoxLayout,
    QWidget,
)

from devcloud.desktop.theme.theme import theme
from devcloud.desktop.view.busy_button import BusyButton
from devcloud.desktop.view.buttons import text_button
from devcloud.desktop.view.connect_fields import ErrorLine, LabelledEdit
from devcloud.desktop.view.connect_mark import BrandMark
from devcloud.desktop.view.menu_button import MenuButton
from devcloud.desktop.view.scrolling import scrolling_column
from devcloud.desktop.view.widgets.banner import Banner
from devcloud.desktop.view.widgets.labels import Label, muted_label, note_label
from devcloud.desktop.viewmodel.app import AppModel
from devcloud.desktop.viewmodel.texts import T

LANGUAGES: Final = {"fr": "Français", "en": "English"}
FIELDS: Final = ("name", "host", "port")


class ConnectPage(QFrame):
    """The form. `settings_wanted` names the page of the settings to open."""

    settings_wanted = Signal(str)

    def __init__(self, app: AppModel, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._app = app
        self._form = app.connect_form
        self._text = T(app)
        self.setProperty("role", "content")
        self.mark = BrandMark()
        self.title = Label("DevCloud", "hero")
        self.tagline = muted_label()
        self.fields = {field: LabelledEdit() for field in FIELDS}
        self.lines = {field: ErrorLine() for field in FIELDS}
        self.hint = note_label()
        self.at_startup = QCheckBox()
        self.banner = Banner("danger", rounded=True)
        self.button = BusyButton()
        self.cancel_button = text_button(self._form.cancel)
        self.audio_button = text_button(
            lambda: self.settings_wanted.emit("audio"), kind="flat", icon="headset", size="small"
        )
        self.language_button = MenuButton("globe")
        self._lay_out()
        self._wire()
        self.retranslate()
        self._show_fields()
        self._show_errors()
        self._show_banner()
        self._show_busy()

    # What it says

    def retranslate(self) -> None:
        """Say everything in the language of the moment."""
        text = self._text
        self.tagline.setText(text("connect_tagline"))
        self.fields["name"].set_label(text("connect_name"))
        self.fields["host"].set_label(text("connect_address"))
        self.fields["port"].set_label(text("connect_port"))
        self.hint.setText(text("connect_hint"))
        self.at_startup.setText(text("connect_at_startup"))
        self.at_startup.setAccessibleName(text("connect_at_startup"))
        self.cancel_button.setText(text("connect_cancel"))
        self.audio_button.setText(text("connect_audio"))
        chosen = LANGUAGES[str(self._app.language)]
        self.language_button.setText(chosen)
        self.language_button.setAccessibleName(f"{text('connect_language')}: {chosen}")
        self._fit_foot()
        self._show_busy()
        self._show_errors()
        self._show_banner()

    def _show_fields(self) -> None:
        for field, labelled in self.fields.items():
            wanted = getattr(self._form, field)
            if labelled.edit.text() != wanted:
                labelled.edit.setText(wanted)
        if self.at_startup.isChecked() != self._form.at_startup:
            self.at_startup.setChecked(self._form.at_startup)

    def _show_errors(self) -> None:
        for field, line in self.lines.items():
            key = self._form.errors.get(field)
            message = self._text(key) if key else ""
            line.set_message(message)
            described = message or (self.hint.text() if field == "host" else "")
            self.fields[field].set_error(bool(message), described)

    def _show_banner(self) -> None:
        banner = self._form.banner
        if banner is not None:
            self.banner.show_message(banner.text, banner.action_text or None)
        self.banner.setVisible(banner is not None)

    def _show_busy(self) -> None:
        busy = self._form.busy
        words = self._text("connect_busy" if busy else "connect_button")
        self.button.show_state(words, busy)
        self.cancel_button.setVisible(busy)
        for labelled in self.fields.values():
            labelled.edit.setReadOnly(busy)
        self.at_startup.setEnabled(not busy)

    # What it does

    def _wire(self) -> None:
        for field, labelled in self.fields.items():
            labelled.edit.textEdited.connect(partial(self._form.set_field, field))
        self.fields["host"].edit.editingFinished.connect(self._form.leave_host)
        self.at_startup.toggled.connect(self._set_at_startup)
        self.banner.triggered.connect(self._form.banner_action)
        self.button.clicked.connect(self._form.submit)
        self.language_button.clicked.connect(self._choose_language)
        self._form.fields_changed.connect(self._show_fields)
        self._form.errors_changed.connect(self._show_errors)
        self._form.banner_changed.connect(self._show_banner)
        self._form.busy_changed.connect(self._show_busy)
        self._form.focus_field.connect(self._focus)

    def _set_at_startup(self, on: bool) -> None:
        self._form.at_startup = on

    def _focus(self, field: str) -> None:
        self.fields[field].edit.setFocus(Qt.FocusReason.OtherFocusReason)

    def _choose_language(self) -> None:
        menu = QMenu(self)
        menu.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        for key, name in LANGUAGES.items():
            action = menu.addAction(name)
            action.setCheckable(True)
            action.setChecked(key == str(self._app.language))
            action.triggered.connect(partial(self._app.settings.set, "language", key))
        menu.popup(self.language_button.mapToGlobal(self.language_button.rect().bottomLeft()))

    def keyPressEvent(self, event: QKeyEvent) -> None:  # noqa: N802
        """Esc cancels; Enter connects from anywhere in the form (Qt)."""
        if event.key() == Qt.Key.Key_Escape and self._form.busy:
            self._form.cancel()
        elif event.key() in {Qt.Key.Key_Return, Qt.Key.Key_Enter}:
            self._form.submit()
        else:
            super().keyPressEvent(event)

    def resizeEvent(self, event: QResizeEvent) -> None:  # noqa: N802
        """Where both do not fit beside each other the foot's buttons stand in a column (Qt)."""
        super().resizeEvent(event)
        self._fit_foot()

    def _fit_foot(self) -> None:
        beside, below = QHBoxLayout.Direction.LeftToRight, QHBoxLayout.Direction.TopToBottom
        buttons = (self.audio_button, self.language_button)
        needed = sum(button.sizeHint().width() for button in buttons) + theme().length("space.3")
        room = self.width() - 4 * theme().length("space.3")  # the edges, and a scroll bar
        self._foot_row.setDirection(beside if needed <= room else below)

    def showEvent(self, event: QShowEvent) -> None:  # noqa: N802
        """The first empty field has the focus, else the button (Qt)."""
        super().showEvent(event)
        first = self._form.first_field
        widget: QWidget = self.fields[first].edit if first else self.button
        widget.setFocus(Qt.FocusReason.OtherFocusReason)

    # Where everything is

    def _lay_out(self) -> None:
        look = theme()
        column = QWidget()
        whole = QVBoxLayout(column)
        whole.setContentsMargins(0, 0, 0, 0)
        whole.setSpacing(look.length("space.3"))
        box = QVBoxLayout()
        # The words of the foot, not the invisible edges of its buttons, line up with the fields.
        box.setContentsMargins(look.length("space.3"), 0, look.length("space.3"), 0)
        box.setSpacing(0)
        self._add_head(box)
        self._add_fields(box)
        box.addWidget(self.at_startup)
        box.addSpacing(look.length("space.5"))
        box.addWidget(self.banner)
        box.addWidget(self._gap_of(self.banner))
        box.addLayout(self._button_row())
        whole.addLayout(box)
        whole.addLayout(self._foot())
        self._column = column
        self._limit()
        look.changed.connect(self._limit)
        look.changed.connect(self._fit_foot)
        page = QVBoxLayout(self)
        page.setContentsMargins(0, 0, 0, 0)
        side, top = look.length("space.2"), look.length("space.6")
        page.addWidget(scrolling_column(column, side=side, top=top, centred=True))

    def _limit(self) -> None:
        wide = theme().length("size.form") + 2 * theme().length("space.3")
        self._column.setMaximumWidth(wide)

    def _add_fields(self, box: QVBoxLayout) -> None:
        look = theme()
        box.addWidget(self.fields["name"])
        box.addWidget(self.lines["name"])
        box.addSpacing(look.length("space.5"))
        box.addLayout(self._address_row())
        box.addWidget(self.lines["host"])
        box.addWidget(self.lines["port"])
        box.addSpacing(look.length("space.2"))
        box.addWidget(self.hint)
        box.addSpacing(look.length("space.5"))

    def _add_head(self, box: QVBoxLayout) -> None:
        look = theme()
        centred = Qt.AlignmentFlag.AlignHCenter
        box.addWidget(self.mark, 0, centred)
        box.addSpacing(look.length("space.4"))
        box.addWidget(self.title, 0, centred)
        box.addSpacing(look.length("space.2"))
        self.tagline.setAlignment(Qt.AlignmentFlag.AlignCenter)
        box.addWidget(self.tagline)
        box.addSpacing(look.length("space.5"))

    def _address_row(self) -> QHBoxLayout:
        row = QHBoxLayout()
        row.setSpacing(theme().length("space.3"))
        row.addWidget(self.fields["host"], 1)
        row.addWidget(self.fields["port"])
        self._port_width()
        theme().changed.connect(self._port_width)
        return row

    def _port_width(self) -> None:
        self.fields["port"].setFixedWidth(theme().length("size.portField"))

    def _button_row(self) -> QHBoxLayout:
        row = QHBoxLayout()
        row.setSpacing(theme().length("space.2"))
        self.cancel_button.setProperty("large", True)
        row.addWidget(self.button, 1)
        row.addWidget(self.cancel_button)
        return row

    def _foot(self) -> QHBoxLayout:
        row = self._foot_row = QHBoxLayout()
        self.audio_button.setProperty("compact", True)
        row.addWidget(self.audio_button)
        row.addStretch(1)
        row.addWidget(self.language_button)
        return row

    def _gap_of(self, banner: QWidget) -> QWidget:
        gap = QWidget(banner.parentWidget())
        gap.setFixedHeight(theme().length("space.3"))
        gap.setVisible(False)
        self._form.banner_changed.connect(lambda: gap.setVisible(self._form.banner is not None))
        return gap

    def edit(self, field: str) -> QLineEdit:
        """Return the edit of a field: `name`, `host`, `port`."""
        return self.fields[field].edit
