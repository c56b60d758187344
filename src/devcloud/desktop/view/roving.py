"""A toolbar that is one tab stop: arrow keys move inside it. Knows nothing of what it holds."""

from collections.abc import Sequence

from PySide6.QtCore import QEvent, QObject, Qt
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import QWidget

_STEPS = {Qt.Key.Key_Right: 1, Qt.Key.Key_Down: 1, Qt.Key.Key_Left: -1, Qt.Key.Key_Up: -1}
_ENDS = {Qt.Key.Key_Home: 0, Qt.Key.Key_End: -1}


class RovingFocus(QObject):
    """Makes `members` one tab stop (WAI-ARIA's roving tabindex, for widgets).

    A click takes the focus of none of them, because Space then belongs to the page; it goes to
    `page` when given.
    """

    def __init__(
        self, owner: QWidget, members: Sequence[QWidget], page: QWidget | None = None
    ) -> None:
        """Watch `members`; those hidden or disabled are passed over."""
        super().__init__(owner)
        self._members = tuple(members)
        self._page = page
        for member in self._members:
            member.installEventFilter(self)
        self.settle()

    @property
    def reachable(self) -> tuple[QWidget, ...]:
        """The members that can take the focus, in order."""
        return tuple(m for m in self._members if m.isEnabled() and not m.isHidden())

    def settle(self, chosen: QWidget | None = None) -> None:
        """Give the tab stop to `chosen`, to whoever has it, or to the first that can take it."""
        can = self.reachable
        having = [m for m in can if m.focusPolicy() == Qt.FocusPolicy.TabFocus]
        stop = chosen if chosen in can else next(iter(having or can), None)
        for member in self._members:
            tab = member is stop
            member.setFocusPolicy(Qt.FocusPolicy.TabFocus if tab else Qt.FocusPolicy.NoFocus)

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:  # noqa: N802
        """Move on arrow keys; send the focus to the page after a click."""
        kind = event.type()
        if kind == QEvent.Type.KeyPress and isinstance(event, QKeyEvent):
            return self._key(watched, Qt.Key(event.key()))
        if kind == QEvent.Type.MouseButtonRelease and self._page is not None:
            self._page.setFocus(Qt.FocusReason.MouseFocusReason)
        elif kind in (
            QEvent.Type.EnabledChange,
            QEvent.Type.ShowToParent,
            QEvent.Type.HideToParent,
        ):
            self.settle()
        return False

    def _key(self, watched: QObject, key: Qt.Key) -> bool:
        can = self.reachable
        if watched not in can or (key not in _STEPS and key not in _ENDS):
            return False
        at = can.index(watched) if isinstance(watched, QWidget) else 0
        chosen = can[_ENDS[key]] if key in _ENDS else can[(at + _STEPS[key]) % len(can)]
        self.settle(chosen)
        chosen.setFocus(Qt.FocusReason.TabFocusReason)
        return True
