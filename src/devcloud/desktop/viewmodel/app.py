"""The whole program, as its windows see it: who one is, the connection, the pages, and the parts.

Happenings of the core come in here and go to the part they belong to. Knows no widget.
"""

from pathlib import Path
from typing import Literal

from PySide6.QtCore import QObject, Signal

import devcloud
from devcloud.desktop import happenings as on
from devcloud.desktop import orders
from devcloud.desktop.store.records import PastCall
from devcloud.desktop.viewmodel.audio import AudioModel
from devcloud.desktop.viewmodel.calls import CallsModel
from devcloud.desktop.viewmodel.clock import Clock
from devcloud.desktop.viewmodel.connection import ConnectModel
from devcloud.desktop.viewmodel.contact import ContactModel
from devcloud.desktop.viewmodel.contacts import ContactsModel
from devcloud.desktop.viewmodel.history import HistoryModel
from devcloud.desktop.viewmodel.link import LinkKeeper
from devcloud.desktop.viewmodel.log import LogModel
from devcloud.desktop.viewmodel.notices import Notices
from devcloud.desktop.viewmodel.people import PeopleBook
from devcloud.desktop.viewmodel.pins import PinsModel
from devcloud.desktop.viewmodel.ports import Core, Shelf
from devcloud.desktop.viewmodel.settings import SettingsModel
from devcloud.desktop.viewmodel.shortcuts import ShortcutsModel
from devcloud.desktop.viewmodel.signing import Signing
from devcloud.desktop.viewmodel.sounds import SoundsModel
from devcloud.desktop.viewmodel.texts import T
from devcloud.desktop.viewmodel.values import KeyQuestion, Link, Me, Notice, Page, TrayState
from devcloud.model.errors import StorageFailed
from devcloud.model.texts import Language

OF_THE_CONNECTION = frozenset({"name", "only_encrypted", "takes_2023", "warm_up", "ring_s"})

__all__ = ["AppModel", "KeyQuestion", "Link", "Me", "Notice"]


class AppModel(QObject):
    """The program. Beside the contract's signals: `trouble(sentence)` is a toast of what
    went wrong, `notice_over(kind)` takes a notification back, `show_history` and
    `show_audio_settings` ask the main window for a page, `quitting` ends it."""

    language_changed = Signal()
    page_changed = Signal()
    minimised_changed = Signal()
    me_changed = Signal()
    link_changed = Signal()
    toast = Signal(str, str, object)
    trouble = Signal(str)
    announce = Signal(str, bool)
    notify = Signal(object)
    notice_over = Signal(str)
    tray_state_changed = Signal()
    raise_window = Signal()
    show_history = Signal()
    show_audio_settings = Signal()
    quitting = Signal()
    clipboard = Signal(str)
    server_key_question_changed = Signal()

    def __init__(
        self,
        data: Path,
        settings: SettingsModel,
        core: Core,
        shelf: Shelf,
        clock: Clock,
        *,
        system_language: Language = Language.ENGLISH,
        language: Language | None = None,
    ) -> None:
        """`language` is that of the command line, and counts more than the setting until the
        person changes that one; `system_language` is what «system» means."""
        super().__init__()
        self.data = data
        self.settings = settings
        self.core = core
        self.shelf = shelf
        self.clock = clock
        self.version = devcloud.__version__
        self._system_language = system_language
        self._asked_language = language
        self.language = self._language()
        self.window_active = False
        self.minimised = False
        self.server_key_question: KeyQuestion | None = None
        self._text = T(self)
        self.wanted_status: Literal["available", "do_not_disturb"] = "available"
        """What others see whenever one is signed in."""
        self.me = Me(name=settings.value("name"))
        self.page: Page = "connect"
        self.tray_state: TrayState = "offline"
        self._make_parts()
        self._connect_parts()

    def _make_parts(self) -> None:
        self.log = LogModel(self)
        self.people = PeopleBook(self.clock, self.shelf, self)
        self.links = LinkKeeper(self)
        self.signing = Signing(self)
        self.notices = Notices(self)
        self.sounds = SoundsModel(self)
        self.audio = AudioModel(self)
        self.shortcuts = ShortcutsModel(self)
        self.pins = PinsModel(self)
        self.history = HistoryModel(self)
        self.contacts = ContactsModel(self)
        self.contact = ContactModel(self)
        self.calls = CallsModel(self)
        self.connect_form = ConnectModel(self)

    def _connect_parts(self) -> None:
        self.core.happened.connect(self.happened)
        self.shelf.failed.connect(self._shelf_failed)
        self.settings.changed.connect(self._setting_changed)
        self.people.changed.connect(self._people_changed)
        self.people.names_changed.connect(self.history.update)
        self.people.back.connect(self.notices.back)
        self.people.watched_changed.connect(
            lambda: self.core.ask(orders.Watch(self.people.watched))
        )
        self.history.calls_changed.connect(self.contact.update)
        self.history.unseen_changed.connect(self._update_tray)

    # ── the connection ───────────────────────────────────────────────────────────────────────────

    @property
    def link(self) -> Link:
        """How the connection to the server is."""
        return self.links.link

    @property
    def ring_s(self) -> float:
        """How long a call rings."""
        return float(self.settings.value("ring_s"))

    def sign_in(self, name: str, address: str) -> None:
        """Sign in; the connection page shows what became of it."""
        self.signing.sign_in(name, address)

    def start(self) -> None:
        """The window is there: read what is kept, and connect when that is wanted."""
        if self.settings.damaged is not None:
            self.went_wrong(self._text("toast_settings_damaged", path=str(self.settings.damaged)))
        if self.settings.value("connect_at_startup") and self.settings.value("host"):
            self.connect_form.submit()

    def retry(self) -> None:
        """Try the server at once."""
        self.core.ask(orders.RetryNow())

    def disconnect_from_server(self) -> None:
        """Say goodbye, and show the connection page."""
        self.core.ask(orders.SignOut())
        self.signing.signed_out(None)

    # ── the server's certificate ─────────────────────────────────────────────────────────────────

    def ask_about_server_key(self) -> None:
        """The person wants to see the fingerprints."""
        self.server_key_question_changed.emit()

    def accept_server_key(self) -> None:
        """The server's new certificate is right: connect."""
        self.signing.accept_server_key()

    # ── what the core says ───────────────────────────────────────────────────────────────────────

    def happened(self, happening: on.Happening) -> None:
        """Something is new: tell the part that it belongs to."""
        match happening:
            case on.CallIs():
                self.calls.is_now(happening)
                self._update_tray()
            case on.LevelsAre():
                self.calls.levels_are(happening)
            case on.PeopleAre(people):
                self.people.set_online(people)
                self.contacts.set_loading(False)
            case on.LinkIs(online, next_try_s):
                self._link_is(online, next_try_s)
            case on.SignedIn():
                self.signing.signed_in(happening)
            case on.SignedOut(why):
                self.signing.over(why)
            case on.PinsAre(pins):
                self.people.set_pins(pins)
                self.pins.set_pins(pins)
            case on.CallNotice():
                self.calls.noticed(happening)
            case on.Missed():
                self._missed(happening)
            case on.DevicesAre():
                self.audio.devices_are(happening)
                self.calls.update()
            case on.TestLevelIs(level_dbfs):
                self.audio.test_level.emit(level_dbfs)
            case on.Warned(error):
                self.log.add_text(error.text(self.language))

    def _link_is(self, online: bool, next_try_s: float | None) -> None:
        if self.me.status == "offline" and not online:
            return
        before = self.link.state
        if online:
            self.links.up()
        else:
            self.links.down(next_try_s)
        self.people.set_connected(online)
        if online and before == "reconnecting":
            self.toast.emit(self._text("toast_back_online"), "", None)
            self.log.add("back_online")
        elif not online and before == "online":
            self.log.add("connection_lost")
        self._update_tray()

    def _missed(self, missed: on.Missed) -> None:
        kind = "2023" if missed.legacy else "devcloud"
        call = self.history.add(
            PastCall(
                0, missed.peer, "missed", missed.at, missed.at, missed.reason, kind=kind, seen=False
            )
        )
        card = self.people.card(missed.peer)
        self.log.add("missed", name=card.shown)
        quietly = self.me.status == "do_not_disturb" or card.muted
        self.notices.missed(call, card.shown, quietly=quietly)

    def _people_changed(self) -> None:
        self.contacts.update()
        self.contact.update()
        self.calls.update()

    def _shelf_failed(self, error: StorageFailed) -> None:
        self.went_wrong(error.text(self.language))

    # ── who one is, and the language ─────────────────────────────────────────────────────────────

    def set_status(self, status: str) -> None:
        """What others see, and whether one is disturbed: `available` or `do_not_disturb`."""
        self.wanted_status = "do_not_disturb" if status == "do_not_disturb" else "available"
        if self.me.status != "offline":
            self.set_me(Me(self.me.name, self.wanted_status, self.me.fingerprint))
            self.core.ask(orders.SetStatus(self.wanted_status))
        self.log.add(f"status_{self.wanted_status}")

    def set_me(self, me: Me) -> None:
        """Who one is, or is no more."""
        if me != self.me:
            self.me = me
            self.me_changed.emit()
        self._update_tray()

    def _language(self) -> Language:
        wanted = self.settings.value("language")
        if self._asked_language is not None:
            return self._asked_language
        return self._system_language if wanted == "system" else Language(wanted)

    def _setting_changed(self, key: str) -> None:
        if key == "language":
            self._asked_language = None
            language = self._language()
            if language != self.language:
                self.language = language
                self._retranslate()
        elif key == "keep_history":
            self.history.apply_keeping()
        elif key == "name" and self.settings.value("name") == self.me.name:
            return
        elif key in OF_THE_CONNECTION and self.me.status != "offline":
            self.signing.again_soon()

    def _retranslate(self) -> None:
        self.connect_form.retranslate()
        self.history.update()
        self._people_changed()
        self.pins.update()
        self.audio.update()
        self.language_changed.emit()

    def erase_everything(self) -> None:
        """Forget everybody, all calls and all settings; the key and verified keys stay."""
        self.shelf.erase()
        self.history.forget_all()
        self.people.forget_all()
        self.contact.clear()
        self.log.clear()
        name, host, port = (self.settings.value(k) for k in ("name", "host", "port"))
        self.settings.reset_all()
        for key, value in (("name", name), ("host", host), ("port", port)):
            self.settings.set(key, value)
        self.toast.emit(self._text("toast_erased"), "", None)

    # ── pages ────────────────────────────────────────────────────────────────────────────────────

    def update_page(self) -> None:
        """Which page is to be seen now."""
        if self.calls.current is None and self.minimised:
            self._set_minimised(False)
        page: Page = "connect"
        if self.me.status != "offline":
            shown = self.calls.current is not None and not self.minimised
            page = "call" if shown else "home"
        if page != self.page:
            self.page = page
            self.page_changed.emit()
        self._update_tray()

    def minimise(self) -> None:
        """Show the contacts; the call goes on."""
        if self.calls.current is not None:
            self._set_minimised(True)
            self.update_page()

    def restore_call(self) -> None:
        """Show the call again."""
        self._set_minimised(False)
        self.update_page()

    def _set_minimised(self, minimised: bool) -> None:
        if minimised != self.minimised:
            self.minimised = minimised
            self.minimised_changed.emit()

    def _update_tray(self) -> None:
        state: TrayState = "connected"
        if self.calls.talking:
            state = "in_call"
        elif self.history.unseen:
            state = "missed"
        elif self.link.state != "online":
            state = "offline"
        if state != self.tray_state:
            self.tray_state = state
            self.tray_state_changed.emit()

    # ── small services ───────────────────────────────────────────────────────────────────────────

    def notice_action(self, notice: Notice, key: str) -> None:
        """The person pressed a button of a notification."""
        self.notices.act(notice, key)

    def copy(self, text: str, toast_key: str) -> None:
        """Put text on the clipboard, and say so."""
        self.clipboard.emit(text)
        self.toast.emit(self._text(toast_key), "", None)

    def went_wrong(self, sentence: str) -> None:
        """Say that something did not work, and keep it in the log: a toast goes away."""
        self.trouble.emit(sentence)
        self.log.add_text(sentence)

    @property
    def quit_question(self) -> str:
        """What to ask before quitting; empty when nothing would be lost."""
        return self._text("quit_in_call") if self.calls.talking else ""

    def quit(self) -> None:
        """End the program."""
        self.quitting.emit()

    def today_changed(self) -> None:
        """A new day: «Today» is «Yesterday» now. Views call it when a window is shown."""
        self.history.update()
        self._people_changed()
