"""A person's page: who they are and whether they are there, one green button, calls, identity.

Opened from History it lists all calls with them. It shows what the model says and asks once before
something is forgotten.
"""

from functools import partial

from PySide6.QtCore import Qt
from PySide6.QtWidgets import (
    QFrame,
    QHBoxLayout,
    QMenu,
    QPushButton,
    QStackedLayout,
    QVBoxLayout,
    QWidget,
)

from devcloud.desktop.theme.icons import set_icon
from devcloud.desktop.theme.theme import theme
from devcloud.desktop.view.buttons import name_button, text_button
from devcloud.desktop.view.contact_sections import CallsSection, ChipRow, IdentitySection
from devcloud.desktop.view.people import shown_presence
from devcloud.desktop.view.questions import ask_name, ask_once
from devcloud.desktop.view.scrolling import scrolling_column
from devcloud.desktop.view.widgets.avatar import Avatar
from devcloud.desktop.view.widgets.empty_state import EmptyState
from devcloud.desktop.view.widgets.labels import WrapLabel, muted_label
from devcloud.desktop.viewmodel.app import AppModel
from devcloud.desktop.viewmodel.texts import T
from devcloud.desktop.viewmodel.values import Contact


class ContactPage(QFrame):
    """The content beside the lists: a person, or an invitation to choose one."""

    def __init__(self, app: AppModel, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._app = app
        self._model = app.contact
        self._text = T(app)
        self.setProperty("role", "content")
        self.nothing = EmptyState("user", "", "")
        self.nobody = EmptyState("users", "", "", "")
        self.avatar = Avatar("avatarLarge", "surface")
        self.name = WrapLabel("", "hero")
        self.presence = muted_label()
        self.chips = ChipRow(self._text)
        self.call = text_button(self._press, kind="call", icon="phone-fill")
        self.more = QPushButton()
        self.calls = CallsSection(self._text)
        self.identity = IdentitySection(self._text, self._model.copy_fingerprint)
        self._lay_out()
        self.more.clicked.connect(self._show_menu)
        self.nobody.triggered.connect(self._copy_address)
        self._model.changed.connect(self.refresh)
        app.contacts.state_changed.connect(self.refresh)
        self.retranslate()

    def retranslate(self) -> None:
        """Say everything in the language of the moment."""
        text = self._text
        self.nothing.set_texts(text("home_choose"), "")
        self.nobody.set_texts(
            text("home_nobody"), text("home_nobody_text"), text("home_copy_address")
        )
        name_button(self.more, text("contact_more"))
        self.calls.retranslate()
        self.identity.retranslate()
        self.refresh()

    def refresh(self) -> None:
        """Show what the model says now."""
        shown = self._model.shown
        if shown is None:
            contacts = self._app.contacts
            nobody = contacts.empty and not contacts.loading
            self._pages.setCurrentWidget(self.nobody if nobody else self.nothing)
            return
        self._show(shown)
        self._pages.setCurrentWidget(self.area)

    def _show(self, shown: Contact) -> None:
        self.avatar.set_person(shown.shown_name, shown_presence(shown.presence))
        self.name.setText(shown.shown_name)
        self.presence.setText(shown.presence_text)
        self.presence.setVisible(bool(shown.presence_text))
        self.chips.show_chips(shown.chips)
        self._show_button(shown)
        history = self._model.history_shown
        self.calls.show_calls(self._model.all_calls if history else shown.recent, history)
        self.identity.show_contact(shown)

    def _show_button(self, shown: Contact) -> None:
        """Call; or, for who is away, be told when they are back, which is no call."""
        away = shown.offline_watch != "none"
        waiting = shown.offline_watch == "on"
        if away:
            key = "contact_telling" if waiting else "contact_tell_me"
        else:
            key = "contact_call_back" if self._model.history_shown else "contact_call"
        self.call.setText(self._text(key))
        self.call.setAccessibleName(f"{self._text(key)}: {shown.shown_name}")
        kind, icon, role = ("", "bell", "text") if away else ("call", "phone-fill", "onSuccess")
        if waiting:
            icon = "check"
        self.call.setEnabled(away or shown.can_call)
        self.call.setProperty("kind", kind)
        set_icon(self.call, icon, role)
        theme().repolish(self.call)

    # What it does

    def _press(self) -> None:
        shown = self._model.shown
        if shown is None:
            return
        if shown.offline_watch == "none":
            self._model.call()
        else:
            self._model.tell_me_when_back(shown.offline_watch == "off")

    def _show_menu(self) -> None:
        shown = self._model.shown
        if shown is None:
            return
        menu = QMenu(self)
        menu.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self.fill_menu(menu, shown)
        menu.popup(self.more.mapToGlobal(self.more.rect().bottomLeft()))

    def fill_menu(self, menu: QMenu, shown: Contact) -> None:
        """Put what can be done about a person into a menu."""
        text = self._text
        menu.addAction(text("contact_rename")).triggered.connect(partial(self._rename, shown))
        muted = shown.muted_calls
        mute = menu.addAction(text("contact_unmute" if muted else "contact_mute"))
        mute.triggered.connect(lambda: self._model.mute_calls(not muted))
        forget = menu.addAction(text("contact_forget"))
        forget.setEnabled(bool(shown.fingerprint))
        forget.triggered.connect(self._forget)
        menu.addSeparator()
        menu.addAction(text("contact_remove")).triggered.connect(partial(self._remove, shown))

    def _rename(self, shown: Contact) -> None:
        text = self._text
        ask_name(
            self.window(),
            title=text("contact_rename"),
            hint=text("contact_rename_hint", name=shown.name),
            value=shown.shown_name if shown.shown_name != shown.name else "",
            placeholder=shown.name,
            yes=text("contact_rename_save"),
            no=text("contact_cancel"),
            then=self._model.rename,
        )

    def _forget(self) -> None:
        text = self._text
        ask_once(
            self.window(),
            question=text("contact_forget_question"),
            yes=text("contact_forget"),
            no=text("contact_cancel"),
            then=self._model.forget_key,
        )

    def _remove(self, shown: Contact) -> None:
        text = self._text
        ask_once(
            self.window(),
            question=text("contact_remove_question", name=shown.shown_name),
            yes=text("contact_remove"),
            no=text("contact_cancel"),
            then=self._model.remove,
        )

    def _copy_address(self) -> None:
        self._app.copy(self._app.link.address, "home_address_copied")

    # Where everything is

    def _lay_out(self) -> None:
        look = theme()
        column = QWidget()
        box = QVBoxLayout(column)
        box.setContentsMargins(0, 0, 0, 0)
        box.setSpacing(0)
        self._add_identity(box)
        box.addSpacing(look.length("space.6"))
        sections = QVBoxLayout()
        sections.setSpacing(look.length("space.6"))
        sections.addWidget(self.calls)
        sections.addWidget(self.identity)
        box.addLayout(sections)
        box.addStretch(1)
        self._column = column
        self._limit()
        look.changed.connect(self._limit)
        side, top = look.length("space.6"), look.length("space.8")
        self.area = scrolling_column(column, side=side, top=top)
        self._pages = QStackedLayout(self)
        for page in (self.nothing, self.nobody, self.area):
            self._pages.addWidget(page)

    def _add_identity(self, box: QVBoxLayout) -> None:
        look = theme()
        box.addWidget(self.avatar, 0, Qt.AlignmentFlag.AlignHCenter)
        box.addSpacing(look.length("space.4") - 2)
        for label in (self.name, self.presence):
            label.setAlignment(Qt.AlignmentFlag.AlignCenter)
        box.addWidget(self.name)
        box.addSpacing(look.length("space.2"))
        box.addWidget(self.presence)
        box.addSpacing(look.length("space.4"))
        box.addWidget(self.chips)
        box.addSpacing(look.length("space.6"))
        box.addLayout(self._actions())

    def _actions(self) -> QHBoxLayout:
        row = QHBoxLayout()
        row.setSpacing(theme().length("space.2"))
        self.call.setProperty("large", True)
        self.more.setProperty("kind", "icon")
        self.more.setProperty("boxed", True)
        self.more.setProperty("large", True)
        set_icon(self.more, "more")
        row.addStretch(1)
        row.addWidget(self.call)
        row.addWidget(self.more)
        row.addStretch(1)
        return row

    def _limit(self) -> None:
        self._column.setMaximumWidth(theme().length("size.content"))
