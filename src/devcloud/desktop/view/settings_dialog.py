"""The settings, in a window of their own: categories, pages, and a search over all of them.

Nothing is confirmed: a change applies at once. The theme itself follows the settings elsewhere.
"""

from collections.abc import Callable

from PySide6.QtCore import QSize, Qt
from PySide6.QtGui import QKeyEvent, QKeySequence, QResizeEvent, QShortcut
from PySide6.QtWidgets import (
    QComboBox,
    QDialog,
    QFrame,
    QHBoxLayout,
    QListWidget,
    QListWidgetItem,
    QStackedWidget,
    QVBoxLayout,
    QWidget,
)

from devcloud.desktop.theme.icons import icon
from devcloud.desktop.theme.theme import theme
from devcloud.desktop.view.settings.about import AboutPage
from devcloud.desktop.view.settings.appearance import AppearancePage
from devcloud.desktop.view.settings.audio import AudioPage
from devcloud.desktop.view.settings.language import LanguagePage
from devcloud.desktop.view.settings.page import Found, SettingsPage
from devcloud.desktop.view.settings.privacy import PrivacyPage
from devcloud.desktop.view.settings.profile import ProfilePage
from devcloud.desktop.view.settings.ring import RingPage
from devcloud.desktop.view.settings.server import ServerPage
from devcloud.desktop.view.settings.shortcuts import ShortcutsPage
from devcloud.desktop.view.widgets.search_field import SearchField
from devcloud.desktop.viewmodel.app import AppModel
from devcloud.desktop.viewmodel.texts import T
from devcloud.desktop.viewmodel.wording import search_key

PAGES: dict[str, type[SettingsPage]] = {
    "profile": ProfilePage,
    "audio": AudioPage,
    "ring": RingPage,
    "appearance": AppearancePage,
    "shortcuts": ShortcutsPage,
    "privacy": PrivacyPage,
    "server": ServerPage,
    "language": LanguagePage,
    "about": AboutPage,
}
SIZE = QSize(920, 724)
MOST_RESULTS = 50


class SettingsDialog(QDialog):
    """Open it with `open_page("audio")`, or as it was left."""

    def __init__(self, app: AppModel, parent: QWidget | None = None) -> None:
        """Make all pages of `app`'s settings."""
        super().__init__(parent)
        self.app = app
        self._t = T(app)
        self._results: list[tuple[str, Found]] = []
        self._narrow: bool | None = None
        self.setSizeGripEnabled(False)
        self.setModal(False)
        self.stack = QStackedWidget()
        self.pages = _Pages(self._make_page)
        self.nav, self.list = QFrame(), QListWidget()
        self.search, self.results = SearchField(""), QListWidget()
        for rows in (self.list, self.results):
            rows.setProperty("focusRing", True)
        self.narrow_list = QComboBox()
        self._make_lists()
        self._lay_out()
        self._find = QShortcut(QKeySequence(QKeySequence.StandardKey.Find), self)
        self._find.activated.connect(self.open_search)
        app.language_changed.connect(self.retranslate)
        theme().changed.connect(self._restyle)
        self.retranslate()
        self._restyle()
        self.open_page("profile")
        self.resize(SIZE)

    @property
    def page(self) -> str:
        """The page that shows."""
        return next(key for key, page in self.pages.items() if page is self.stack.currentWidget())

    def open_page(self, key: str = "") -> None:
        """Show a page of `PAGES`; without a key, the one that was shown last."""
        if key in PAGES:
            self._choose(list(PAGES).index(key))

    def open_search(self) -> None:
        """Show the search field, ready to type."""
        self.search.show()
        self.search.setFocus(Qt.FocusReason.ShortcutFocusReason)
        self._arrange()

    def close_search(self) -> None:
        """Hide the search field and what it found."""
        self.search.clear()
        self.search.hide()
        self.results.hide()
        self._arrange()
        self.list.setFocus(Qt.FocusReason.ShortcutFocusReason)

    def retranslate(self) -> None:
        """Say everything in the language of the moment."""
        t = self._t
        self.setWindowTitle(t("settings_window"))
        for page in self.pages.values():
            page.retranslate()
        for index, key in enumerate(PAGES):
            words = t(f"settings_{key}")
            self.list.item(index).setText(words)
            self.narrow_list.setItemText(index, words)
        for chooser in (self.list, self.narrow_list):
            chooser.setAccessibleName(t("settings_categories"))
        self.search.set_texts(t("settings_search"), "")
        self.results.setAccessibleName(t("settings_search"))
        self._search(self.search.text())

    def resizeEvent(self, event: QResizeEvent) -> None:  # noqa: N802
        """Change the arrangement where there is little room."""
        super().resizeEvent(event)
        narrow = self.width() < theme().length("breakpoint.narrow")
        if narrow != self._narrow:
            self._narrow = narrow
            for page in self.pages.values():
                page.set_narrow(narrow)
            self._arrange()

    def keyPressEvent(self, event: QKeyEvent) -> None:  # noqa: N802
        """Esc closes the search first, then the window; Enter in a field closes nothing."""
        if event.key() == Qt.Key.Key_Escape and not self.search.isHidden():
            self.close_search()
        elif event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter):
            event.accept()
        else:
            super().keyPressEvent(event)

    # ── categories ───────────────────────────────────────────────────────────────────────────────

    def _make_lists(self) -> None:
        for _ in PAGES:
            QListWidgetItem("", self.list)
            self.narrow_list.addItem("")
        self.list.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.list.setSpacing(1)
        self.list.currentRowChanged.connect(self._choose)
        self.narrow_list.activated.connect(self._choose)
        self.search.text_changed.connect(self._search)
        self.search.submitted.connect(lambda _text: self._open_result(self.results.currentRow()))
        self.search.moved.connect(self._move)
        self.results.itemClicked.connect(lambda item: self._open_result(self.results.row(item)))
        self.results.itemActivated.connect(lambda item: self._open_result(self.results.row(item)))
        self.results.setWordWrap(True)

    def _make_page(self, key: str) -> SettingsPage:
        page = PAGES[key](self.app)
        page.set_narrow(bool(self._narrow))
        self.stack.addWidget(page)
        return page

    def _choose(self, index: int) -> None:
        if index < 0:
            return
        for chooser, choose in (
            (self.list, self.list.setCurrentRow),
            (self.narrow_list, self.narrow_list.setCurrentIndex),
        ):
            chooser.blockSignals(True)
            choose(index)
            chooser.blockSignals(False)
        self.stack.setCurrentWidget(self.pages[list(PAGES)[index]])
        self._show_icons()

    def _show_icons(self) -> None:
        for index, page in enumerate(PAGES.values()):
            chosen = index == self.list.currentRow()
            item = self.list.item(index)
            item.setIcon(icon(page.ICON, "accentText" if chosen else "textMuted"))
            font = theme().font("bodyStrong" if chosen else "body")
            if not chosen:
                font.setWeight(font.Weight.Medium)
            item.setFont(font)

    # ── search ───────────────────────────────────────────────────────────────────────────────────

    def _search(self, text: str) -> None:
        wanted = search_key(text.strip())
        self.results.clear()
        self._results = []
        if wanted:
            for key, page in ((key, self.pages[key]) for key in PAGES):
                category = self._t(f"settings_{key}")
                for found in page.found:
                    if wanted in search_key(f"{category} {found.text}"):
                        self._results.append((key, found))
        for key, found in self._results[:MOST_RESULTS]:
            item = QListWidgetItem(found.text, self.results)
            item.setIcon(icon(PAGES[key].ICON, "textMuted", "small"))
            item.setToolTip(self._t(f"settings_{key}"))
        if wanted and not self._results:
            nothing = QListWidgetItem(self._t("settings_nothing"), self.results)
            nothing.setFlags(Qt.ItemFlag.NoItemFlags)
        elif wanted:
            self.results.setCurrentRow(0)
        self.results.setVisible(bool(wanted))
        self._arrange()

    def _move(self, step: int) -> None:
        row = self.results.currentRow() + step
        if 0 <= row < self.results.count():
            self.results.setCurrentRow(row)

    def _open_result(self, number: int) -> None:
        if not 0 <= number < len(self._results):
            return
        key, found = self._results[number]
        self.close_search()
        self.open_page(key)
        page = self.pages[key]
        page.ensureWidgetVisible(found.row, 0, theme().length("space.6"))
        control = next((w for w in found.row.findChildren(QWidget) if _takes_tab(w)), None)
        if control is not None:
            control.setFocus(Qt.FocusReason.ShortcutFocusReason)

    # ── arrangement ──────────────────────────────────────────────────────────────────────────────

    def _lay_out(self) -> None:
        self.nav.setProperty("role", "sidebar")
        self.search.hide()
        self.results.hide()
        column = QVBoxLayout(self.nav)
        column.setContentsMargins(8, 12, 8, 12)
        column.setSpacing(8)
        column.addWidget(self.search)
        column.addWidget(self.results, 1)
        column.addWidget(self.list, 1)
        self._above = QWidget()
        self._above_column = QVBoxLayout(self._above)
        self._above_column.setContentsMargins(16, 12, 16, 0)
        self._above_column.addWidget(self.narrow_list)
        right = QVBoxLayout()
        right.setSpacing(0)
        right.addWidget(self._above)
        right.addWidget(self.stack, 1)
        whole = QHBoxLayout(self)
        whole.setContentsMargins(0, 0, 0, 0)
        whole.setSpacing(0)
        whole.addWidget(self.nav)
        whole.addLayout(right, 1)

    def _arrange(self) -> None:
        narrow, searching = bool(self._narrow), not self.search.isHidden()
        found = searching and bool(self.search.text().strip())
        self.nav.setVisible(not narrow)
        self._above.setVisible(narrow)
        target = self._above_column if narrow else self.nav.layout()
        for place, widget in enumerate((self.search, self.results)):
            if target is not None and widget.parentWidget() is not target.parentWidget():
                target.insertWidget(place, widget)  # type: ignore[attr-defined]
        self.narrow_list.setVisible(not found)
        self.stack.setVisible(not (narrow and found))
        self.list.setVisible(not found)
        self.results.setVisible(found)

    def _restyle(self) -> None:
        self.nav.setFixedWidth(theme().length("size.settingsNav"))
        side = theme().length("icon.medium")
        self.list.setIconSize(QSize(side, side))
        self.narrow_list.setMinimumHeight(theme().length("size.control"))
        self._show_icons()


class _Pages(dict[str, SettingsPage]):
    """Pages by key, each made when it is first wanted: the window opens with one of nine."""

    def __init__(self, make: Callable[[str], SettingsPage]) -> None:
        super().__init__()
        self._make = make

    def __missing__(self, key: str) -> SettingsPage:
        page = self[key] = self._make(key)
        return page


def _takes_tab(widget: QWidget) -> bool:
    reachable = bool(widget.focusPolicy() & Qt.FocusPolicy.TabFocus)
    return reachable and widget.isEnabled() and not widget.isHidden()
