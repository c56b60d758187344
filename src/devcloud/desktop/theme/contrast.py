"""Contrast of two colours as WCAG 2 defines it. Knows no Qt and judges nothing.

Source: Web Content Accessibility Guidelines 2.2, definitions of «relative luminance» and
«contrast ratio»; the linearisation is that of sRGB (IEC 61966-2-1), with the threshold 0.04045
of the standard's later editions (the guidelines' 0.03928 gives the same for 8-bit channels).
"""

from devcloud.desktop.theme.tokens import Mode, Tokens, channels


def relative_luminance(colour: str) -> float:
    """Return the relative luminance of `#RRGGBB`, from 0 (black) to 1 (white)."""
    red, green, blue, _ = channels(colour)
    return 0.2126 * _linear(red) + 0.7152 * _linear(green) + 0.0722 * _linear(blue)


def ratio(first: str, second: str) -> float:
    """Return the contrast ratio of two opaque colours, from 1 to 21; their order is free."""
    light, dark = sorted((relative_luminance(first), relative_luminance(second)), reverse=True)
    return (light + 0.05) / (dark + 0.05)


def over(above: str, below: str) -> str:
    """Return the opaque colour `#RRGGBB` seen when `above`, maybe translucent, lies on `below`."""
    *top, alpha = channels(above)
    *bottom, _ = channels(below)
    mixed = (round(t * alpha + b * (1 - alpha)) for t, b in zip(top, bottom, strict=True))
    return "#" + "".join(f"{channel:02X}" for channel in mixed)


def colour_of(tokens: Tokens, mode: Mode, role: str) -> str:
    """Return the colour of a role as the contrast list names it.

    `text`, `surface+hover` (an overlay on a surface), `avatar3.text`, `teal.accent`.
    Raises KeyError for an unknown role.
    """
    base, _, overlay = role.partition("+")
    if overlay:
        return over(tokens.overlays[mode][overlay], colour_of(tokens, mode, base))
    group, _, key = base.partition(".")
    if not key:
        return tokens.colours[mode][base]
    if group in tokens.accent_colours:
        return tokens.accent_colours[group][mode][key]
    pair = tokens.avatars[mode][int(group.removeprefix("avatar")) - 1]
    return {"background": pair.background, "text": pair.text}[key]


def _linear(channel: int) -> float:
    share = channel / 255
    return share / 12.92 if share <= 0.04045 else float(((share + 0.055) / 1.055) ** 2.4)
