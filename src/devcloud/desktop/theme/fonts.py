"""Fonts by role: Inter when it is there, else the platform's; figures of one width on demand."""

from functools import cache
from typing import Final

from PySide6.QtGui import QFont, QFontDatabase

from devcloud.desktop.theme.tokens import TypeRole, load

# CSS names for «whatever the platform has», which are no families that Qt could look for.
GENERIC: Final = frozenset({"system-ui", "sans-serif", "monospace"})


def interface_family() -> str:
    """Return the family of the interface: the first of the tokens that is installed."""
    return _first_installed(load().families, QFontDatabase.SystemFont.GeneralFont)


def mono_family() -> str:
    """Return the family for logs, fingerprints and code."""
    return _first_installed(load().mono_families, QFontDatabase.SystemFont.FixedFont)


def make_font(role: TypeRole, *, tabular: bool = False, mono: bool = False) -> QFont:
    """Make the font of a role. `tabular` gives all figures one width (OpenType `tnum`)."""
    made = QFont(mono_family() if mono else interface_family())
    made.setPixelSize(role.size)
    made.setWeight(QFont.Weight(role.weight))
    return tabular_figures(made) if tabular else made


def tabular_figures(font: QFont) -> QFont:
    """Return the font with figures of one width, so that a timer does not tremble."""
    even = QFont(font)
    even.setFeature(QFont.Tag.fromString("tnum"), 1)
    return even


@cache  # asked for each text that is measured or painted, and some systems have a thousand fonts
def _first_installed(names: tuple[str, ...], otherwise: QFontDatabase.SystemFont) -> str:
    installed = set(QFontDatabase.families())
    for name in names:
        if name not in GENERIC and name in installed:
            return name
    return QFontDatabase.systemFont(otherwise).family()
