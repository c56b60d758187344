"""Signing in and out: what is ordered, and what changes in all parts when it happened.

Settings of the connection apply by signing in again, which is not done in a call.
"""

from typing import TYPE_CHECKING

from devcloud.desktop import happenings as on
from devcloud.desktop import orders
from devcloud.desktop.store.records import Kept
from devcloud.desktop.viewmodel.clock import Alarm
from devcloud.desktop.viewmodel.contacts import LOADING_S
from devcloud.desktop.viewmodel.values import KeyQuestion, Me
from devcloud.model.errors import BadName, DevCloudError
from devcloud.model.names import parse_name

if TYPE_CHECKING:
    from devcloud.desktop.viewmodel.app import AppModel

SETTLED_S = 1.0
"""After the last change of a setting of the connection."""


class Signing:
    """A part of the `AppModel`."""

    def __init__(self, app: "AppModel") -> None:
        self._app = app
        self._loading = Alarm(app.clock)
        self._again = Alarm(app.clock)

    def sign_in(self, name: str, address: str) -> None:
        """Sign in; the connection page shows what became of it."""
        if self._app.me.status == "offline":
            self._app.me = Me(name=name)
        self._again.stop()
        self._app.connect_form.set_busy(True)
        self._app.links.connecting(self._app.connect_form.place)
        value = self._app.settings.value
        self._app.core.ask(
            orders.SignIn(
                address=address,
                name=name,
                data=self._app.data,
                language=str(self._app.language),
                ring_s=self._app.ring_s,
                legacy_2023="on" if value("takes_2023") else "off",
                only_encrypted=value("only_encrypted"),
                warm_up=value("warm_up"),
                status=self._app.wanted_status,
            ),
            None,
            self._sign_in_failed,
        )

    def _sign_in_again(self) -> None:
        """Settings of the connection apply at once; in a call, when it is over."""
        if self._app.me.status == "offline":
            return
        if self._app.calls.any:
            self._again.set(SETTLED_S, self._sign_in_again)
            return
        name = self._app.settings.value("name")
        try:
            name = parse_name(name.strip())
        except BadName as wrong:
            self._app.went_wrong(wrong.text(self._app.language))
            name = self._app.me.name
        if name != self._app.me.name:
            self._app.connect_form.set_field("name", name)
        self.sign_in(name, self._app.connect_form.address)

    def over(self, why: DevCloudError | None) -> None:
        """Signed out, because the person wanted so or for a reason."""
        if why is not None:
            self._sign_in_failed(why)
        elif not self._app.connect_form.busy:
            self.signed_out(None)

    def again_soon(self) -> None:
        """A setting of the connection has changed: sign in again when it has settled."""
        self._again.set(SETTLED_S, self._sign_in_again)

    def _sign_in_failed(self, error: DevCloudError) -> None:
        if error.code == "certificate_changed":
            self._keep_key_question(error)
        self.signed_out(error)

    def signed_out(self, why: DevCloudError | None) -> None:
        """Nobody is signed in any more."""
        was_in = self._app.me.status != "offline"
        self._app.connect_form.set_busy(False)
        self._app.links.off()
        self._app.people.set_connected(False)
        self._app.calls.all_lost()
        self._app.contacts.set_loading(False)
        self._loading.stop()
        self._app.set_me(Me(self._app.me.name, "offline", self._app.me.fingerprint))
        self._app.connect_form.failed(why)
        if why is None and was_in:
            self._app.log.add("disconnected")
        self._app.update_page()

    def signed_in(self, now: on.SignedIn) -> None:
        """The server knows us."""
        form = self._app.connect_form
        self._app.set_me(Me(now.name, self._app.wanted_status, now.fingerprint))
        self._app.settings.set("name", now.name)
        self._app.settings.set("host", form.host)
        self._app.settings.set("port", int(form.port))
        form.set_busy(False)
        form.failed(None)
        self._app.log.add("connected", address=now.address)
        if now.address != self._app.people.server:
            self._app.history.use_server()
        self._app.people.use_server(now.address, now.name)
        self._app.contacts.set_loading(not self._app.people.loaded)
        self._loading.set(LOADING_S, lambda: self._app.contacts.set_loading(False))
        server = now.address

        def load(kept: Kept) -> None:
            self._loaded(server, kept)

        self._app.shelf.load(server, load)
        self._app.links.up()
        self._app.people.set_connected(True)
        self._app.core.ask(self._app.audio.order())
        if now.trouble is not None:
            self._app.went_wrong(now.trouble.text(self._app.language))
        self._app.update_page()

    def _loaded(self, server: str, kept: Kept) -> None:
        if server == self._app.people.server:
            self._app.people.load(kept.people)
            self._app.history.load(kept.calls)
            self._loading.stop()
            self._app.contacts.set_loading(False)

    def accept_server_key(self) -> None:
        """The server's new certificate is right: connect."""
        question = self._app.server_key_question
        if question is not None:
            self._app.server_key_question = None
            self._app.connect_form.forget_pin()
            self._app.server_key_question_changed.emit()
            self._app.core.ask(
                orders.AcceptServerKey(self._app.data, question.address, question.new),
                lambda _: self._app.connect_form.submit(),
                self._app.connect_form.failed,
            )

    def _keep_key_question(self, error: DevCloudError) -> None:
        self._app.server_key_question = KeyQuestion(
            address=self._app.connect_form.address,
            old=str(error.values.get("expected", "")),
            new=str(error.values.get("seen", "")),
            text=error.text(self._app.language),
        )
