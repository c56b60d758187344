"""How wide the window is, in the three classes that pages arrange themselves by."""

from typing import Literal

from devcloud.desktop.theme.theme import theme

WidthClass = Literal["narrow", "medium", "wide"]


def width_class(width: int) -> WidthClass:
    """Return the class of a width in pixels."""
    if width < theme().length("breakpoint.narrow"):
        return "narrow"
    return "medium" if width < theme().length("breakpoint.wide") else "wide"
