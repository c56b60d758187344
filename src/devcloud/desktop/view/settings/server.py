"""Which server, and leaving it."""

from PySide6.QtGui import QIntValidator
from PySide6.QtWidgets import QLineEdit

from devcloud.desktop.theme.theme import theme
from devcloud.desktop.view.buttons import text_button
from devcloud.desktop.view.settings.audio import widened
from devcloud.desktop.view.settings.page import SettingsPage
from devcloud.desktop.view.widgets.announce import announce

PORTS = range(1024, 65_536)


class ServerPage(SettingsPage):
    """Address and port are those of the next connection."""

    TITLE = "settings_server"
    ICON = "server"

    def fill(self) -> None:
        """Add the rows."""
        now = self.group("settings_connection")
        self.leave = text_button(self.app.disconnect_from_server, icon="power")
        self.status = self.add_row(now, "settings_disconnected", "", self.leave)
        self.says(lambda: self.leave.setText(self.t("settings_disconnect")))
        box = self.group("settings_server")
        self.host, self.port = QLineEdit(), QLineEdit()
        self.port.setValidator(QIntValidator(0, 99_999, self.port))
        self.port.setFixedWidth(theme().length("size.portField"))
        self.add_row(box, "settings_address", "settings_server_hint", widened(self.host))
        self.port_row = self.add_row(box, "settings_port", "", self.port)
        self.host.editingFinished.connect(self._set_host)
        self.port.editingFinished.connect(self._set_port)
        self.shows("host", self.host.setText)
        self.shows("port", lambda value: self.port.setText(str(value)))
        self.at_startup = self.add_switch(box, "connect_at_startup", "settings_connect_at_startup")
        self.says(self._show_link)
        self.app.link_changed.connect(self._show_link)

    def _show_link(self) -> None:
        link = self.app.link
        key = {"online": "connected", "reconnecting": "reconnecting", "connecting": "reconnecting"}
        text = self.t(f"settings_{key.get(link.state, 'disconnected')}", address=link.address)
        self.status.set_texts(text)
        self.leave.setEnabled(link.state != "offline")

    def _set_host(self) -> None:
        text = self.host.text().strip()
        if text:
            self.app.connect_form.set_field("host", text)
            self.app.settings.set("host", self.app.connect_form.host)
        self.host.setText(self.app.settings.value("host"))

    def _set_port(self) -> None:
        text = self.port.text()
        right = text.isdecimal() and int(text) in PORTS
        self.port.setProperty("error", not right)
        theme().repolish(self.port)
        wrong = "" if right else self.t("settings_port_wrong")
        self.port_row.set_texts(self.t("settings_port"), wrong)
        self.port_row.subtitle.set_tone("muted" if right else "danger")
        self.port.setAccessibleDescription(wrong)
        if right:
            self.app.settings.set("port", int(text))
            self.app.connect_form.set_field("port", text)
        else:
            announce(self.port, wrong, assertive=True)
