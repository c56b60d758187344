"""The style sheet (QSS) of a resolved theme, filled in from the templates of `rules`.

A template names tokens as `@accent@`, `@radius.medium@`, `@type.body.size@`; `@size.control-2@`
takes pixels away, for heights that do not count the border.
"""

import re

from devcloud.desktop.theme.fonts import mono_family
from devcloud.desktop.theme.rules import CONTROLS, FRAMES, TONES, VIEWS
from devcloud.desktop.theme.tokens import Resolved, channels

_NAME = re.compile(r"@([A-Za-z]+(?:\.[A-Za-z0-9]+)*)([+-]\d+)?@")


def make_style_sheet(resolved: Resolved) -> str:
    """Return the whole style sheet. Raises KeyError when a rule names a token that is not there."""
    rules = [_text_rules(resolved), CONTROLS, FRAMES, VIEWS, _tone_rules()]
    return _NAME.sub(lambda found: _value(resolved, found[1], int(found[2] or 0)), "\n".join(rules))


def qss_colour(colour: str) -> str:
    """Write a token's colour for QSS, whose `rgba()` counts alpha from 0 to 255."""
    if colour.startswith("#"):
        return colour
    red, green, blue, alpha = channels(colour)
    return f"rgba({red}, {green}, {blue}, {round(alpha * 255)})"


def _value(resolved: Resolved, name: str, more: int) -> str:
    if name == "mono":
        return f'"{mono_family()}"'
    if name in resolved.colours:
        return qss_colour(resolved.colours[name])
    if name.startswith("type."):
        _, role, part = name.split(".")
        return str(getattr(resolved.types[role], part) + more)
    if name.startswith("px."):
        return str(round(int(name.removeprefix("px.")) * resolved.scale) + more)
    return str(resolved.lengths[name] + more)


def _text_rules(resolved: Resolved) -> str:
    return "\n".join(
        f'QLabel[type="{name}"] {{ font-size: {role.size}px; font-weight: {role.weight}; }}'
        for name, role in resolved.types.items()
    )


def _tone_rules() -> str:
    return "\n".join(
        f'QLabel[tone="{tone}"] {{ color: @{role}@; }}' for tone, role in TONES.items()
    )
