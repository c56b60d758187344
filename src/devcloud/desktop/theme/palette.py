"""A QPalette of the tokens, so that the parts no style sheet reaches follow the theme too."""

from typing import Final

from PySide6.QtGui import QColor, QPalette

from devcloud.desktop.theme.tokens import Resolved, channels

_ROLES: Final = {
    QPalette.ColorRole.Window: "background",
    QPalette.ColorRole.WindowText: "text",
    QPalette.ColorRole.Base: "surface",
    QPalette.ColorRole.AlternateBase: "background",
    QPalette.ColorRole.Text: "text",
    QPalette.ColorRole.PlaceholderText: "textMuted",
    QPalette.ColorRole.Button: "sunken",
    QPalette.ColorRole.ButtonText: "text",
    QPalette.ColorRole.BrightText: "onAccent",
    QPalette.ColorRole.ToolTipBase: "inverse",
    QPalette.ColorRole.ToolTipText: "onInverse",
    QPalette.ColorRole.Highlight: "accent",
    QPalette.ColorRole.HighlightedText: "onAccent",
    QPalette.ColorRole.Accent: "accent",
    QPalette.ColorRole.Link: "accentText",
    QPalette.ColorRole.LinkVisited: "accentText",
    QPalette.ColorRole.Light: "raised",
    QPalette.ColorRole.Midlight: "border",
    QPalette.ColorRole.Mid: "borderStrong",
    QPalette.ColorRole.Dark: "borderStrong",
    QPalette.ColorRole.Shadow: "inverse",
}
_DISABLED: Final = (
    QPalette.ColorRole.WindowText,
    QPalette.ColorRole.Text,
    QPalette.ColorRole.ButtonText,
)


def to_qcolor(colour: str) -> QColor:
    """Make a QColor of a token: `#RRGGBB` or `rgba(r, g, b, a)`. Raises ValueError otherwise."""
    red, green, blue, alpha = channels(colour)
    return QColor(red, green, blue, round(alpha * 255))


def make_palette(resolved: Resolved) -> QPalette:
    """Make the palette of a resolved theme."""
    palette = QPalette()
    for role, name in _ROLES.items():
        palette.setColor(role, to_qcolor(resolved.colours[name]))
    for role in _DISABLED:
        disabled = to_qcolor(resolved.colours["textDisabled"])
        palette.setColor(QPalette.ColorGroup.Disabled, role, disabled)
    return palette
