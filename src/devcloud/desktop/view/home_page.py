"""The page between calls: the sidebar and a person beside it; one at a time where narrow."""

from PySide6.QtCore import QByteArray, Qt, Signal
from PySide6.QtGui import QKeyEvent, QKeySequence, QPixmap, QShortcut
from PySide6.QtWidgets import QFrame, QHBoxLayout, QSplitter, QVBoxLayout, QWidget

from devcloud.desktop.theme.theme import theme
from devcloud.desktop.view.buttons import name_button, text_button
from devcloud.desktop.view.contact_page import ContactPage
from devcloud.desktop.view.row_list import RowList
from devcloud.desktop.view.sidebar import Sidebar
from devcloud.desktop.view.slide import slide_out
from devcloud.desktop.view.width_class import WidthClass
from devcloud.desktop.viewmodel.app import AppModel
from devcloud.desktop.viewmodel.texts import T

WIDEST = 16_777_215
"""What Qt means by no limit (QWIDGETSIZE_MAX)."""


class HomePage(QWidget):
    """Sidebar and person. `settings_wanted` and `log_wanted` come from the sidebar's buttons."""

    settings_wanted = Signal(str)
    log_wanted = Signal()

    def __init__(self, app: AppModel, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._app = app
        self._text = T(app)
        self._narrow = False
        self._showing_person = False
        self._side = theme().length("size.sidebar")
        self.sidebar = Sidebar(app)
        self.person = ContactPage(app)
        self.back = text_button(self.go_back, kind="flat", icon="left", role="text")
        self.head = self._make_head()
        self.splitter = self._make_splitter()
        whole = QHBoxLayout(self)
        whole.setContentsMargins(0, 0, 0, 0)
        whole.addWidget(self.splitter)
        self.sidebar.opened.connect(self._opened)
        self.sidebar.settings_wanted.connect(lambda: self.settings_wanted.emit(""))
        self.sidebar.log_wanted.connect(self.log_wanted)
        app.contact.changed.connect(self._person_changed)
        self._keys = {"back": QShortcut(self), "call": QShortcut(self)}
        for keys, then in zip(self._keys.values(), (self.go_back, self.call_chosen), strict=True):
            keys.setContext(Qt.ShortcutContext.WidgetWithChildrenShortcut)
            keys.activated.connect(then)
        app.shortcuts.changed.connect(self.retranslate)
        theme().changed.connect(self._restyle)
        self.retranslate()
        self._arrange()

    def retranslate(self) -> None:
        """Say everything in the language of the moment."""
        self.back.setText(self._text("home_back"))
        name_button(self.back, self._text("home_back"), self._app.shortcuts.keys("back"))
        for action, keys in self._keys.items():
            keys.setKey(QKeySequence(self._app.shortcuts.keys(action)))
        self.sidebar.retranslate()
        self.person.retranslate()

    def set_width_class(self, width: WidthClass) -> None:
        """Side by side, or one at a time."""
        narrow = width == "narrow"
        if narrow != self._narrow:
            self._narrow = narrow
            self._showing_person = False
            self.sidebar.set_narrow(narrow)
            self._arrange()

    def go_back(self) -> None:
        """From a person back to the list, in a narrow window."""
        if self._narrow and self._showing_person:
            self._slide(to_person=False)
            self._list().setFocus(Qt.FocusReason.ShortcutFocusReason)

    def call_chosen(self) -> None:
        """Call whoever the row with the focus is; from anywhere else, whose page shows."""
        rows = self._list()
        if rows.hasFocus() and rows.currentIndex().isValid():
            rows.called.emit(rows.currentIndex().row())
        else:
            self._app.contact.call()

    def keyPressEvent(self, event: QKeyEvent) -> None:  # noqa: N802
        """Esc goes back (Qt)."""
        if event.key() == Qt.Key.Key_Escape and self._narrow and self._showing_person:
            self.go_back()
        else:
            super().keyPressEvent(event)

    def restore(self, state: str) -> None:
        """Put the line between both where it was."""
        if state:
            self.splitter.restoreState(QByteArray.fromBase64(state.encode()))

    def state(self) -> str:
        """Where the line between both is; empty in a narrow window, which has none."""
        return "" if self._narrow else bytes(self.splitter.saveState().toBase64().data()).decode()

    def _opened(self) -> None:
        if self._narrow and self._app.contact.shown is not None:
            self._slide(to_person=True)
            self.back.setFocus(Qt.FocusReason.OtherFocusReason)

    def _slide(self, *, to_person: bool) -> None:
        old = self.grab() if theme().duration("slow") else QPixmap()
        self._showing_person = to_person
        self._arrange()
        slide_out(self, old, to_left=to_person)

    def _person_changed(self) -> None:
        if self._app.contact.shown is None:
            self.go_back()

    def focus_list(self) -> None:
        """The list has the focus, where arrow keys and letters mean something."""
        rows = self._list()
        place = rows if rows.isVisibleTo(self) else self.sidebar.search
        place.setFocus(Qt.FocusReason.OtherFocusReason)

    def _list(self) -> RowList:
        return self.sidebar.history if self.sidebar.tab else self.sidebar.contacts

    def _arrange(self) -> None:
        self.sidebar.setVisible(not self._narrow or not self._showing_person)
        self._content.setVisible(not self._narrow or self._showing_person)
        self.head.setVisible(self._narrow)
        # Alone, it fills the window.
        side = theme().length("size.sidebar")
        self.sidebar.setMinimumWidth(0 if self._narrow else round(0.8 * side))
        self.sidebar.setMaximumWidth(WIDEST if self._narrow else round(1.5 * side))

    def _make_head(self) -> QFrame:
        head = QFrame()
        head.setProperty("role", "header")
        box = QHBoxLayout(head)
        edge = theme().length("space.1")
        box.setContentsMargins(edge, edge, edge, edge)
        box.addWidget(self.back)
        box.addStretch(1)
        return head

    def _make_splitter(self) -> QSplitter:
        self._content = QFrame()
        self._content.setProperty("role", "content")
        box = QVBoxLayout(self._content)
        box.setContentsMargins(0, 0, 0, 0)
        box.setSpacing(0)
        box.addWidget(self.head)
        box.addWidget(self.person, 1)
        splitter = QSplitter(Qt.Orientation.Horizontal)
        splitter.setHandleWidth(0)
        splitter.setChildrenCollapsible(False)
        splitter.addWidget(self.sidebar)
        splitter.addWidget(self._content)
        splitter.setStretchFactor(0, 0)
        splitter.setStretchFactor(1, 1)
        side = theme().length("size.sidebar")
        splitter.setSizes([side, 3 * side])
        return splitter

    def _restyle(self) -> None:
        """Another font size: the sidebar keeps its share."""
        if not self._narrow:
            before, side = self.splitter.sizes()[0], theme().length("size.sidebar")
            width = round(before * side / self._side)
            self._side = side
            self._arrange()
            self.splitter.setSizes([width, max(1, self.splitter.width() - width)])
        else:
            self._arrange()
