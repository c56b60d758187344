"""Buttons as the pages make them: an icon alone with its tooltip, or words with or without icon."""

from collections.abc import Callable

from PySide6.QtWidgets import QPushButton, QWidget

from devcloud.desktop.theme.icons import set_icon

KIND_ICON_ROLES = {
    "call": "onSuccess",
    "primary": "onAccent",
    "danger": "onDanger",
    "icon": "textMuted",
    "live-icon": "onSuccess",
}


def icon_button(
    icon: str, on_click: Callable[[], object], *, kind: str = "icon", parent: QWidget | None = None
) -> QPushButton:
    """Make a button that is an icon. `name_button` says what it does."""
    button = QPushButton(parent)
    button.setProperty("kind", kind)
    set_icon(button, icon, KIND_ICON_ROLES.get(kind, "text"))
    button.clicked.connect(lambda _checked=False: on_click())
    return button


def text_button(
    on_click: Callable[[], object],
    *,
    kind: str = "",
    icon: str = "",
    role: str = "",
    size: str = "medium",
    parent: QWidget | None = None,
) -> QPushButton:
    """Make a button with words, which come with `setText`."""
    button = QPushButton(parent)
    if kind:
        button.setProperty("kind", kind)
    if icon:
        # An icon keeps its distance only from words that are there.
        button.setText("…")
        set_icon(button, icon, role or KIND_ICON_ROLES.get(kind, "text"), size)
    button.clicked.connect(lambda _checked=False: on_click())
    return button


def name_button(button: QPushButton, name: str, keys: str = "") -> None:
    """Say what an icon does: to screen readers, and in the tooltip with its shortcut."""
    button.setAccessibleName(name)
    button.setToolTip(with_keys(name, keys))


def with_keys(text: str, keys: str) -> str:
    """Return what a tooltip says: an action, and its shortcut if it has one."""
    return f"{text} ({keys})" if keys else text
