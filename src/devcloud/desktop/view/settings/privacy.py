"""What is kept, who may call, whose keys are known, and how to forget it all."""

from functools import partial

from PySide6.QtCore import QTimer
from PySide6.QtWidgets import QWidget

from devcloud.desktop.view.buttons import name_button, text_button
from devcloud.desktop.view.questions import ask_once
from devcloud.desktop.view.settings.page import SettingsPage
from devcloud.desktop.view.widgets.boxed import BoxedRow
from devcloud.desktop.viewmodel.pins import Role

KEEPING = tuple((v, f"settings_keep_{v}") for v in ("forever", "30_days", "never"))
WARMING = tuple((v, f"settings_warm_up_{v}") for v in ("known", "always", "never"))
MOST_KEYS = 200
"""Rows are widgets: beyond these the list would be slow to no use."""


class PrivacyPage(SettingsPage):
    """Erasing asks once; everything else applies at once."""

    TITLE = "settings_privacy"
    ICON = "lock"

    def fill(self) -> None:
        """Add the rows."""
        calls = self.group("settings_calls")
        self.only_encrypted = self.add_switch(
            calls, "only_encrypted", "settings_only_encrypted", "settings_only_encrypted_hint"
        )
        self.hide_names = self.add_switch(calls, "hide_names", "settings_hide_names")
        self.warm_up = self.add_choice(
            calls, "warm_up", "settings_warm_up", WARMING, "settings_warm_up_hint"
        )
        history = self.group("settings_history")
        self.keep = self.add_choice(history, "keep_history", "settings_keep_history", KEEPING)
        self.keys = self.group("settings_keys")
        self.says(self._show_keys)
        self._soon = QTimer(self)
        self._soon.setSingleShot(True)
        self._soon.setInterval(0)
        self._soon.timeout.connect(self._show_keys)
        for signal in ("modelReset", "rowsInserted", "rowsRemoved", "dataChanged"):
            getattr(self.app.pins, signal).connect(lambda *_: self._soon.start())
        erasing = self.group()
        self.erase = text_button(self._ask, kind="danger-flat", icon="trash", role="dangerText")
        self.says(lambda: self.erase.setText(self.t("settings_erase_action")))
        self.says(lambda: self.erase.setAccessibleName(self.t("settings_erase")))
        self.add_row(erasing, "settings_erase", "settings_erase_hint", self.erase)

    def _show_keys(self) -> None:
        self.keys.clear()
        pins = self.app.pins
        before: QWidget = self.keep
        for number in range(min(pins.rowCount(), MOST_KEYS)):
            index = pins.index(number, 0)
            name, verified = index.data(Role.NAME), index.data(Role.VERIFIED)
            state = self.t(f"settings_key_{'verified' if verified else 'not_verified'}")
            forget = text_button(partial(self._forget, name))
            forget.setProperty("compact", True)
            forget.setText(self.t("settings_forget"))
            name_button(forget, self.t("settings_forget_key", name=name))
            self.keys.add_row(
                BoxedRow(
                    name,
                    f"{state} · {index.data(Role.SINCE)}\n{index.data(Role.FINGERPRINT)}",
                    forget,
                    icon="shield-check" if verified else "shield-ask",
                    icon_role="successText" if verified else "textMuted",
                )
            )
            self.setTabOrder(before, forget)
            before = forget
        if not pins.rowCount():
            self.keys.add_row(BoxedRow(self.t("settings_keys_empty")))

    def _forget(self, name: str) -> None:
        pins = self.app.pins
        for number in range(pins.rowCount()):
            if pins.index(number, 0).data(Role.NAME) == name:
                pins.forget(number)
                return

    def _ask(self) -> None:
        ask_once(
            self.window(),
            question=self.t("settings_erase_question"),
            yes=self.t("settings_erase"),
            no=self.t("settings_cancel"),
            then=self.app.erase_everything,
        )
