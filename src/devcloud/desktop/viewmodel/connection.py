"""The connection page: who and where, checked, and what went wrong.

Signing in itself is `AppModel.sign_in`'s; here is the form.
"""

import unicodedata
from typing import TYPE_CHECKING, Literal

from PySide6.QtCore import QObject, Signal

from devcloud.desktop.viewmodel.address import is_host, split_address
from devcloud.desktop.viewmodel.texts import T
from devcloud.desktop.viewmodel.values import Banner
from devcloud.model.errors import BadName, DevCloudError
from devcloud.model.names import parse_name

if TYPE_CHECKING:
    from devcloud.desktop.viewmodel.app import AppModel

FIELDS = ("name", "host", "port")
LONGEST = 2048


class ConnectModel(QObject):
    """The fields `name`, `host`, `port` (text), their errors, and the banner."""

    fields_changed = Signal()
    errors_changed = Signal()
    focus_field = Signal(str)
    busy_changed = Signal()
    banner_changed = Signal()

    def __init__(self, app: "AppModel") -> None:
        super().__init__(app)
        self._app = app
        self._text = T(app)
        value = app.settings.value
        self._fields = {"name": value("name"), "host": value("host"), "port": str(value("port"))}
        self._checked = False
        self._link = ""
        """The rest of an invite link, which goes with the host and port it brought."""
        self._link_of = ("", "")
        self._failure: DevCloudError | None = None
        self._failed_at = ""
        self.errors: dict[str, str] = {}
        self.busy = False
        self.banner: Banner | None = None

    @property
    def name(self) -> str:
        """Who one is."""
        return str(self._fields["name"])

    @property
    def host(self) -> str:
        """Where the server is."""
        return str(self._fields["host"])

    @property
    def port(self) -> str:
        """And its port, as typed."""
        return str(self._fields["port"])

    @property
    def at_startup(self) -> bool:
        """Whether to connect when the program starts."""
        return bool(self._app.settings.value("connect_at_startup"))

    @at_startup.setter
    def at_startup(self, on: bool) -> None:
        """Connect at startup from now on, or no more."""
        self._app.settings.set("connect_at_startup", on)

    @property
    def first_field(self) -> str:
        """Where the focus is at first: the first empty field, or none."""
        return next((field for field in FIELDS if not self._fields[field].strip()), "")

    @property
    def address(self) -> str:
        """What is signed in to: the fields, with the pin and the invitation of a link."""
        if self._link and self._link_of == (self.host, self.port):
            return f"devcloud://{self.place}/?{self._link}"
        return self.place

    @property
    def place(self) -> str:
        """The same without pin and invitation, as a person reads it."""
        host = f"[{self.host.strip()}]" if ":" in self.host else self.host.strip()
        return f"{host}:{self.port.strip()}"

    def forget_pin(self) -> None:
        """The link named another key than the server has, which the person accepts."""
        parts = (part for part in self._link.split("&") if not part.startswith("pin="))
        self._link = "&".join(parts)

    def set_field(self, field: str, text: str) -> None:
        """The person typed or pasted. «host:port» or a link in `host` fills what it brings: pasted
        at once; typed sign by sign, when it is complete, which only `leave_host` tells."""
        text = text[:LONGEST]
        pasted = field == "host" and len(text) - len(self.host) > 1
        self._fields[field] = text
        if pasted:
            self._split()
        self.fields_changed.emit()
        if self._checked:
            self._check()

    def leave_host(self) -> None:
        """The address has been typed to its end."""
        if self._split():
            self.fields_changed.emit()
            if self._checked:
                self._check()

    def _split(self) -> bool:
        found = split_address(self.host)
        if found is None:
            return False
        self._fields["host"], self._fields["port"] = found.host, str(found.port)
        # Two servers may share a host: what a link says is true of its port only.
        self._link, self._link_of = found.query, (self.host, self.port)
        return True

    # ── connecting ───────────────────────────────────────────────────────────────────────────────

    def submit(self) -> None:
        """Connect, when all fields are right; else the first wrong one takes the focus."""
        if self.busy:
            return
        self._checked = True
        self._split()
        self._check()
        self._banner(None)
        wrong = next((field for field in FIELDS if field in self.errors), None)
        if wrong is not None:
            self.focus_field.emit(wrong)
            self._app.announce.emit(self._text(self.errors[wrong]), True)
            return
        self._fields = {field: text.strip() for field, text in self._fields.items()}
        self._failed_at = self.place
        self.fields_changed.emit()
        self._app.sign_in(self.name, self.address)

    def cancel(self) -> None:
        """Stop connecting."""
        if self.busy:
            self._app.disconnect_from_server()

    def banner_action(self) -> None:
        """What the banner's button does."""
        banner = self.banner
        if banner is None:
            return
        if banner.action == "retry":
            self.submit()
        elif banner.action == "show_fingerprint":
            self._app.ask_about_server_key()

    def set_busy(self, busy: bool) -> None:
        """Whether a connection is being made."""
        if busy != self.busy:
            self.busy = busy
            self.busy_changed.emit()

    def failed(self, error: DevCloudError | None) -> None:
        """Connecting did not work, or the connection is over for good."""
        self._failure = error
        if error is None:
            self._banner(None)
            return
        text = self._tell(error)
        self._app.announce.emit(text, True)
        self._app.log.add_text(text)

    def _tell(self, error: DevCloudError) -> str:
        text, action = self._explained(error)
        action_text = self._text(f"connect_{action}") if action else ""
        self._banner(Banner(text, action_text, action))
        return text

    def _explained(
        self, error: DevCloudError
    ) -> tuple[str, Literal["", "retry", "show_fingerprint"]]:
        match error.code:
            case "name_taken":
                return self._text("connect_name_taken"), "retry"
            case "server_unreachable":
                return self._text("connect_no_answer", address=self._failed_at), "retry"
            case "certificate_changed":
                return self._text("connect_key_changed"), "show_fingerprint"
        return error.text(self._app.language), "retry"

    def retranslate(self) -> None:
        """Another language."""
        if self.banner is not None and self._failure is not None:
            self._tell(self._failure)
        self.errors_changed.emit()

    def _banner(self, banner: Banner | None) -> None:
        if banner != self.banner:
            self.banner = banner
            self.banner_changed.emit()

    def _check(self) -> None:
        errors = {
            field: key
            for field, key in (
                ("name", _name_error(self.name)),
                ("host", _host_error(self.host)),
                ("port", _port_error(self.port)),
            )
            if key
        }
        if errors != self.errors:
            self.errors = errors
            self.errors_changed.emit()


def _name_error(text: str) -> str:
    name = unicodedata.normalize("NFC", text.strip())
    if not name:
        return "connect_error_name"
    try:
        parse_name(name)
    except BadName as wrong:
        if wrong.code == "name_too_long":
            return "connect_error_name_long"
        return "connect_error_name_signs"
    return ""


def _host_error(text: str) -> str:
    return "" if is_host(text) or split_address(text) is not None else "connect_error_host"


def _port_error(text: str) -> str:
    text = text.strip()
    right = text.isascii() and text.isdecimal() and len(text) <= 5 and 1024 <= int(text) <= 65535
    return "" if right else "connect_error_port"
