"""What this program is, and whose fonts and icons it uses."""

from PySide6.QtWidgets import QHBoxLayout, QLabel, QVBoxLayout

from devcloud.desktop.theme.icons import set_icon
from devcloud.desktop.theme.theme import theme
from devcloud.desktop.view.settings.page import SettingsPage
from devcloud.desktop.view.widgets.labels import Label, muted_label

LICENCE = "MIT"


class AboutPage(SettingsPage):
    """Facts, nothing to change."""

    TITLE = "settings_about"
    ICON = "info"

    def fill(self) -> None:
        """Add the rows."""
        mark = QLabel()
        set_icon(mark, "brand", "accent", theme().px(40))
        line = muted_label()
        self.says(lambda: line.setText(self.t("settings_about_line")))
        words = QVBoxLayout()
        words.setSpacing(2)
        words.addWidget(Label("DevCloud", "heading"))
        words.addWidget(line)
        head = QHBoxLayout()
        head.setSpacing(theme().length("space.4"))
        head.addWidget(mark)
        head.addLayout(words, 1)
        self.column.addLayout(head)
        box = self.group()
        version = Label(self.app.version, "body", "muted", tabular=True)
        licence, font, icons = (muted_label() for _ in range(3))
        licence.setText(LICENCE)
        self.add_row(box, "settings_version", "", version)
        self.add_row(box, "settings_licence", "", licence)
        self.add_row(box, "settings_fonts", "", font)
        self.add_row(box, "settings_icons", "", icons)
        self.says(lambda: font.setText(self.t("settings_fonts_value")))
        self.says(lambda: icons.setText(self.t("settings_icons_value")))
