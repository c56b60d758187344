"""The language of everything. It changes at once, and each is called by its own name."""

from PySide6.QtWidgets import QButtonGroup, QRadioButton

from devcloud.desktop.view.settings.page import SettingsPage

CHOICES = (("fr", "settings_french"), ("en", "settings_english"), ("system", "settings_system"))


class LanguagePage(SettingsPage):
    """Three radio buttons."""

    TITLE = "settings_language"
    ICON = "globe"

    def fill(self) -> None:
        """Add the rows."""
        box = self.group()
        self.buttons: dict[str, QRadioButton] = {}
        together = QButtonGroup(self)
        for value, key in CHOICES:
            button = QRadioButton()
            button.clicked.connect(
                lambda _on=False, value=value: self.app.settings.set("language", value)
            )
            self.add_row(box, key, "", button)
            together.addButton(button)
            self.buttons[value] = button
        self.shows("language", self._show)

    def _show(self, chosen: str) -> None:
        self.buttons[chosen].setChecked(True)
