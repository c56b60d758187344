"""A person's page: who they are, whether they are there, and the calls with them."""

from typing import TYPE_CHECKING, Literal

from PySide6.QtCore import QObject, Signal

from devcloud.desktop.orders import ForgetKey
from devcloud.desktop.viewmodel.chips import encryption_chip, identity_chip
from devcloud.desktop.viewmodel.people import Card
from devcloud.desktop.viewmodel.texts import T
from devcloud.desktop.viewmodel.values import CallLine, Contact

if TYPE_CHECKING:
    from devcloud.desktop.viewmodel.app import AppModel

RECENT = 3


class ContactModel(QObject):
    """The person shown, or nobody."""

    changed = Signal()

    def __init__(self, app: "AppModel") -> None:
        super().__init__(app)
        self._app = app
        self._text = T(app)
        self._name = ""
        self.shown: Contact | None = None
        self.history_shown = False
        """Opened from History: all calls are listed."""
        self.all_calls: tuple[CallLine, ...] = ()

    def show(self, name: str, *, history: bool = False) -> None:
        """Show somebody."""
        self._name = name
        self.history_shown = history
        self.update()

    def clear(self) -> None:
        """Show nobody."""
        self._name = ""
        self.history_shown = False
        self.update()

    def update(self) -> None:
        """Something about people, calls or the language is new."""
        before = (self.shown, self.all_calls)
        if not self._name:
            self.shown, self.all_calls = None, ()
        else:
            calls = self._app.history.with_person(self._name)
            lines = tuple(map(self._app.history.line, calls if self.history_shown else calls[:3]))
            self.shown = self._contact(self._app.people.card(self._name), lines[:RECENT])
            self.all_calls = lines if self.history_shown else ()
        if (self.shown, self.all_calls) != before:
            self.changed.emit()

    def _contact(self, card: Card, recent: tuple[CallLine, ...]) -> Contact:
        watch: Literal["off", "on", "none"] = "none"
        if card.presence == "offline":
            watch = "on" if card.watch else "off"
        language = self._app.language
        return Contact(
            name=card.name,
            shown_name=card.shown,
            presence=card.presence,
            presence_text=self._presence_text(card),
            chips=()
            if not card.legacy and not card.fingerprint
            else (
                (encryption_chip(not card.legacy, language),)
                if card.legacy
                else (
                    identity_chip(card.verified, language),
                    encryption_chip(True, language),
                )
            ),
            address=card.address,
            fingerprint=card.fingerprint,
            can_call=card.is_here,
            offline_watch=watch,
            muted_calls=card.muted,
            legacy=card.legacy,
            recent=recent,
        )

    def _presence_text(self, card: Card) -> str:
        if card.presence == "offline" and card.last_seen:
            return self._text("presence_last_seen", when=self._app.contacts.last_seen(card))
        return self._text(f"presence_{card.presence}")

    # ── doing ────────────────────────────────────────────────────────────────────────────────────

    def call(self) -> None:
        """Call them."""
        if self.shown is not None and self.shown.can_call:
            self._app.calls.call(self.shown.name)

    def tell_me_when_back(self, on: bool = True) -> None:
        """Notify when they are online again, once."""
        if self._name:
            self._app.people.update(self._name, watch=on)

    def rename(self, text: str) -> None:
        """Show another name; an empty one is their own again."""
        if self._name:
            self._app.people.update(self._name, given=text.strip()[:64])

    def mute_calls(self, on: bool) -> None:
        """Let their calls ring silently: they go to History as missed."""
        if self._name:
            self._app.people.update(self._name, muted=on)

    def forget_key(self) -> None:
        """As if their key had never been seen."""
        if self._name:
            self._app.core.ask(ForgetKey(self._name))

    def remove(self) -> None:
        """Take them out of the list, until they are online again."""
        if self._name:
            name, self._name = self._name, ""
            self._app.people.remove(name)
            self.update()

    def copy_fingerprint(self) -> None:
        """Put the key's fingerprint on the clipboard."""
        if self.shown is not None and self.shown.fingerprint:
            self._app.copy(self.shown.fingerprint, "toast_fingerprint_copied")
