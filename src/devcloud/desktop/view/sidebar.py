"""The sidebar: oneself, search, contacts and history in tabs, how the connection is.

Search and lists belong together: typing filters, Up and Down in the field choose a row without
leaving it, Enter calls the only match or the chosen one.
"""

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QFrame, QHBoxLayout, QStackedWidget, QVBoxLayout, QWidget

from devcloud.desktop.theme.theme import theme
from devcloud.desktop.view.contact_list import ContactList
from devcloud.desktop.view.history_list import HistoryList
from devcloud.desktop.view.own_status import OwnStatus
from devcloud.desktop.view.skeleton import Skeleton
from devcloud.desktop.view.status_line import StatusLine
from devcloud.desktop.view.widgets.chip import Chip
from devcloud.desktop.view.widgets.empty_state import EmptyState
from devcloud.desktop.view.widgets.search_field import SearchField
from devcloud.desktop.view.widgets.tabs import SegmentedTabs
from devcloud.desktop.viewmodel.app import AppModel
from devcloud.desktop.viewmodel.texts import T

CONTACTS, HISTORY = 0, 1
FILTERS = ("all", "missed")


class Sidebar(QFrame):
    """`opened`: a row was opened. `settings_wanted`, `log_wanted`: their buttons."""

    opened = Signal()
    settings_wanted = Signal()
    log_wanted = Signal()

    def __init__(self, app: AppModel, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._app = app
        self._text = T(app)
        self._narrow = False
        self.setProperty("role", "sidebar")
        self.me = OwnStatus(app)
        self.search = SearchField("", "")
        self.tabs = SegmentedTabs(("", ""))
        self.filters = tuple(Chip("", None, "neutral", True) for _ in FILTERS)
        self.contacts = ContactList(app)
        self.history = HistoryList(app)
        self.loading = Skeleton()
        self.nobody = EmptyState("users", "", "", "")
        self.no_calls = EmptyState("history", "", "")
        self.blank = QWidget()
        self.lists = QStackedWidget()
        self.status = StatusLine(app)
        self._lay_out()
        self._wire()
        self.retranslate()

    # What it says

    def retranslate(self) -> None:
        """Say everything in the language of the moment."""
        text, keys = self._text, self._app.shortcuts.keys
        self.search.set_texts(text("home_search"), keys("search"), text("home_clear_search"))
        self.tabs.set_labels((text("home_tab_contacts"), text("home_tab_history")))
        self.tabs.setAccessibleName(text("home_tabs"))
        for chip, which in zip(self.filters, FILTERS, strict=True):
            chip.setText(text(f"history_filter_{which}"))
        self.nobody.set_texts(
            text("home_nobody"), text("home_nobody_text"), text("home_copy_address")
        )
        self.loading.setAccessibleName(text("home_loading"))
        for part in (self.me, self.status, self.contacts, self.history):
            part.retranslate()
        self._show_filter()
        self._show_badge()
        self.refresh()

    def refresh(self) -> None:
        """Show the list of the tab, or what stands in its place."""
        self._filter_row.setVisible(self.tab == HISTORY)
        self.lists.setCurrentWidget(self._wanted())

    def set_narrow(self, narrow: bool) -> None:
        """Alone in the window, the sidebar must say itself that there is nobody."""
        self._narrow = narrow
        self.refresh()

    @property
    def tab(self) -> int:
        """`CONTACTS` or `HISTORY`."""
        return self.tabs.currentIndex()

    # What it does

    def show_tab(self, tab: int) -> None:
        """Show contacts or history, with the focus on the list."""
        self.tabs.setCurrentIndex(tab)
        self._tab_chosen(tab)
        (self.contacts if tab == CONTACTS else self.history).setFocus(
            Qt.FocusReason.ShortcutFocusReason
        )

    def focus_search(self) -> None:
        """Search or call: the field, with what is in it selected."""
        self.search.setFocus(Qt.FocusReason.ShortcutFocusReason)
        self.search.edit.selectAll()

    def _move(self, by: int) -> None:
        (self.contacts if self.tab == CONTACTS else self.history).step(by)

    def _searched(self, words: str) -> None:
        if words and self.tab != CONTACTS:
            self.tabs.setCurrentIndex(CONTACTS)
        self.contacts.show_row(None)
        self._app.contacts.set_search(words)
        if not words:
            self._select_shown()
        self.refresh()

    def _enter(self) -> None:
        chosen = self.contacts.selected_row() if self.search.text() else None
        self._app.contacts.enter(chosen)

    def _page_changed(self) -> None:
        # Found and called: who comes back from the call wants to see everybody.
        if self._app.page == "call":
            self.search.clear()

    def _tab_chosen(self, tab: int) -> None:
        if tab == HISTORY:
            self._app.history.opened()
        self.refresh()

    def _choose_filter(self, place: int) -> None:
        self._app.history.set_filter(FILTERS[place])
        self._show_filter()
        self.refresh()

    def _select_shown(self) -> None:
        """The row of the person whose page shows is the selected one."""
        shown = self._app.contact.shown
        if self.search.text():
            return
        self.contacts.show_row(self._app.contacts.find_row(shown.name) if shown else None)

    def _missed(self) -> None:
        if self._app.history.unseen and self.tab == HISTORY and self.isVisible():
            self._app.history.opened()
        self._show_badge()

    def _show_badge(self) -> None:
        unseen = self._app.history.unseen
        self.tabs.set_badge(HISTORY, unseen, self._text("home_unseen", n=unseen))

    def _show_filter(self) -> None:
        for chip, which in zip(self.filters, FILTERS, strict=True):
            chosen = which == self._app.history.filter
            chip.set_chip(chip.text(), None, "selected" if chosen else "neutral")
            chip.setChecked(chosen)
        self.no_calls.set_texts(self._app.history.empty_text, "")

    def _wanted(self) -> QWidget:
        if self.tab == HISTORY:
            return self.history if self._app.history.rowCount() else self.no_calls
        contacts = self._app.contacts
        if contacts.rowCount():
            return self.contacts
        if contacts.loading:
            return self.loading
        return self.nobody if self._narrow else self.blank

    def _wire(self) -> None:
        app = self._app
        self.search.text_changed.connect(self._searched)
        self.search.submitted.connect(lambda _words: self._enter())
        self.search.moved.connect(self._move)
        self.tabs.selected.connect(self._tab_chosen)
        for place, chip in enumerate(self.filters):
            chip.setCheckable(True)
            chip.clicked.connect(lambda _on=False, place=place: self._choose_filter(place))
        for rows in (self.contacts, self.history):
            rows.opened.connect(self.opened)
        self.me.settings_wanted.connect(self.settings_wanted)
        self.status.log_wanted.connect(self.log_wanted)
        self.nobody.triggered.connect(lambda: app.copy(app.link.address, "home_address_copied"))
        app.page_changed.connect(self._page_changed)
        app.contacts.state_changed.connect(self.refresh)
        app.contact.changed.connect(self._select_shown)
        app.history.unseen_changed.connect(self._missed)
        for model in (app.contacts, app.history):
            for changed in (model.modelReset, model.rowsInserted, model.rowsRemoved):
                changed.connect(self.refresh)
        app.contacts.modelReset.connect(self._select_shown)

    # Where everything is

    def _lay_out(self) -> None:
        look = theme()
        box = QVBoxLayout(self)
        box.setContentsMargins(0, 0, 1, 0)  # the right border
        box.setSpacing(0)
        box.addWidget(self.me)
        tools = QVBoxLayout()
        side = look.length("space.3")
        tools.setContentsMargins(side, look.length("space.1"), side, look.length("space.2"))
        tools.setSpacing(side)
        tools.addWidget(self.search)
        tools.addWidget(self.tabs)
        box.addLayout(tools)
        self._filter_row = self._make_filter_row()
        box.addWidget(self._filter_row)
        for page in (
            self.contacts, self.history, self.loading, self.nobody, self.no_calls, self.blank
        ):  # fmt: skip
            self.lists.addWidget(page)
        box.addWidget(self.lists, 1)
        box.addWidget(self.status)

    def _make_filter_row(self) -> QWidget:
        row = QWidget()
        box = QHBoxLayout(row)
        side = theme().length("space.3")
        box.setContentsMargins(side, 0, side, theme().length("space.1"))
        box.setSpacing(theme().length("space.2"))
        for chip in self.filters:
            box.addWidget(chip)
        box.addStretch(1)
        return row
