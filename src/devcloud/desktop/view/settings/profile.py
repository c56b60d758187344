"""Who one is: the name others see, and the fingerprint of the own key."""

from PySide6.QtWidgets import QHBoxLayout, QLineEdit, QWidget

from devcloud.desktop.theme.theme import theme
from devcloud.desktop.view.buttons import icon_button, name_button
from devcloud.desktop.view.settings.audio import widened
from devcloud.desktop.view.settings.page import SettingsPage
from devcloud.desktop.view.widgets.labels import note_label

LONGEST_NAME = 32


class ProfilePage(SettingsPage):
    """The name changes with the next connection: the server knows the old one until then."""

    TITLE = "settings_profile"
    ICON = "user"

    def fill(self) -> None:
        """Add the rows."""
        box = self.group()
        self.name = QLineEdit()
        self.name.setMaxLength(LONGEST_NAME)
        self.add_row(box, "settings_name", "settings_name_hint", widened(self.name))
        self.name.editingFinished.connect(self._rename)
        self.shows("name", self.name.setText)
        self._add_identity()
        self.app.me_changed.connect(self._show_me)
        self.says(self._show_me)

    def _add_identity(self) -> None:
        box = self.group("settings_identity")
        self.fingerprint = note_label(tabular=True)
        self.fingerprint.setFont(theme().font("small", mono=True))
        self.copy = icon_button("copy", self._copy)
        self.copy.setProperty("compact", True)
        both = QWidget()
        row = QHBoxLayout(both)
        row.setContentsMargins(0, 0, 0, 0)
        row.addWidget(self.fingerprint, 1)
        row.addWidget(self.copy)
        self.add_row(box, "settings_fingerprint", "settings_fingerprint_hint", widened(both))

    def _show_me(self) -> None:
        me = self.app.me
        self.fingerprint.setText(me.fingerprint or self.t("settings_fingerprint_none"))
        self.fingerprint.setAccessibleName(
            f"{self.t('settings_fingerprint')}: {self.fingerprint.text()}"
        )
        self.copy.setVisible(bool(me.fingerprint))
        name_button(self.copy, self.t("settings_copy_fingerprint"))

    def _copy(self) -> None:
        self.app.copy(self.app.me.fingerprint, "settings_fingerprint_copied")

    def _rename(self) -> None:
        name = self.name.text().strip()
        if name:
            self.app.settings.set("name", name)
            self.app.connect_form.set_field("name", name)
        else:
            self.name.setText(self.app.settings.value("name"))
