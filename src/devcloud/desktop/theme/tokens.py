"""The design tokens, read and resolved: one theme, one accent, one scale. Knows no Qt.

`load()` reads `tokens.json` once; `resolve()` makes the flat tables that a style sheet, a palette
and a painter need. Colours are strings as the file has them: `#RRGGBB`, `rgba(r, g, b, a)`.
"""

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from importlib import resources
from typing import Any, Final, Literal

Mode = Literal["light", "dark"]
MODES: Final[tuple[Mode, ...]] = ("light", "dark")

# What the person's font size makes larger. Gaps, corners and outlines stay as they are, and so
# does the smallest window: a larger text must not ask for a larger screen.
SCALED: Final = frozenset({"icon", "size"})
UNSCALED_SIZES: Final = frozenset({"minWindowWidth", "minWindowHeight"})
NOT_LENGTHS: Final = frozenset({"icon.stroke", "icon.grid"})

_RGBA = re.compile(r"rgba\((\d+), (\d+), (\d+), ([0-9.]+)\)")


@dataclass(frozen=True)
class AvatarPair:
    """The two colours of an avatar: the disc and the initials on it."""

    background: str
    text: str


@dataclass(frozen=True)
class TypeRole:
    """A role of text: font size and line height in pixels, weight from 1 to 1000 (CSS)."""

    size: int
    line: int
    weight: int


@dataclass(frozen=True)
class Shadow:
    """A drop shadow: offset downwards and blur radius in pixels, colour as `rgba(…)`."""

    offset: int
    blur: int
    colour: str


@dataclass(frozen=True)
class ContrastPair:
    """Two colour roles that meet on the screen, and the ratio they need (WCAG 2, 1.4.3, 1.4.11)."""

    foreground: str
    background: str
    ratio: float
    required: float
    use: str


@dataclass(frozen=True)
class Accent:
    """A colour of the person's choice: its key and its name in both languages."""

    key: str
    names: Mapping[str, str]


@dataclass(frozen=True)
class Tokens:
    """The whole file, in the groups that it has."""

    colours: Mapping[Mode, Mapping[str, str]]
    overlays: Mapping[Mode, Mapping[str, str]]
    shadows: Mapping[Mode, Mapping[str, Shadow]]
    avatars: Mapping[Mode, tuple[AvatarPair, ...]]
    accents: tuple[Accent, ...]
    accent_colours: Mapping[str, Mapping[Mode, Mapping[str, str]]]
    lengths: Mapping[str, float]
    families: tuple[str, ...]
    mono_families: tuple[str, ...]
    scale_choices: tuple[float, ...]
    types: Mapping[str, TypeRole]
    durations: Mapping[str, int]
    contrast: Mapping[Mode, tuple[ContrastPair, ...]]


@dataclass(frozen=True)
class Resolved:
    """What one theme, one accent and one scale come to. Lengths in whole pixels."""

    mode: Mode
    accent: str
    scale: float
    colours: Mapping[str, str]
    avatars: tuple[AvatarPair, ...]
    lengths: Mapping[str, int]
    types: Mapping[str, TypeRole]
    shadows: Mapping[str, Shadow]


@cache
def load() -> Tokens:
    """Read the tokens that come with the program."""
    text = (resources.files("devcloud.design") / "tokens.json").read_text("utf-8")
    return parse(json.loads(text))


def parse(raw: Mapping[str, Any]) -> Tokens:
    """Make typed tokens of the file's JSON object. Raises KeyError when a group is missing."""
    return Tokens(
        colours={mode: dict(raw["color"][mode]) for mode in MODES},
        overlays={mode: dict(raw["overlay"][mode]) for mode in MODES},
        shadows={
            mode: {name: _shadow(text) for name, text in raw["shadow"][mode].items()}
            for mode in MODES
        },
        avatars={mode: tuple(AvatarPair(**pair) for pair in raw["avatar"][mode]) for mode in MODES},
        accents=tuple(Accent(key, each["name"]) for key, each in raw["accentChoices"].items()),
        accent_colours={
            key: {mode: dict(each[mode]) for mode in MODES}
            for key, each in raw["accentChoices"].items()
        },
        lengths=_lengths(raw),
        families=tuple(raw["font"]["family"]),
        mono_families=tuple(raw["font"]["mono"]),
        scale_choices=tuple(raw["font"]["scaleChoices"]),
        types={name: TypeRole(**each) for name, each in raw["type"].items()},
        durations={name: ms for name, ms in raw["motion"].items() if isinstance(ms, int)},
        contrast={mode: tuple(_pair(each) for each in raw["contrast"][mode]) for mode in MODES},
    )


def resolve(theme: Mode, accent: str = "blue", scale: float = 1.0) -> Resolved:
    """Resolve the tokens. Raises KeyError for an accent that is not among the choices."""
    tokens = load()
    return Resolved(
        mode=theme,
        accent=accent,
        scale=scale,
        colours={
            **tokens.colours[theme],
            **tokens.overlays[theme],
            **tokens.accent_colours[accent][theme],
        },
        avatars=tokens.avatars[theme],
        lengths={name: _scaled(name, value, scale) for name, value in tokens.lengths.items()},
        types={
            name: TypeRole(round(role.size * scale), round(role.line * scale), role.weight)
            for name, role in tokens.types.items()
        },
        shadows=tokens.shadows[theme],
    )


def channels(colour: str) -> tuple[int, int, int, float]:
    """Split `#RRGGBB` or `rgba(r, g, b, a)` into 0-255, 0-255, 0-255 and 0-1.

    Raises ValueError for anything else.
    """
    if colour.startswith("#") and len(colour) == 7:
        red, green, blue = bytes.fromhex(colour[1:])
        return red, green, blue, 1.0
    if found := _RGBA.fullmatch(colour):
        return int(found[1]), int(found[2]), int(found[3]), float(found[4])
    raise ValueError(f"not a colour of the tokens: {colour!r}")


def _lengths(raw: Mapping[str, Any]) -> dict[str, float]:
    groups = ("space", "radius", "border", "focus", "icon", "size", "breakpoint")
    named = {f"{group}.{key}": px for group in groups for key, px in raw[group].items()}
    return {name: px for name, px in named.items() if name not in NOT_LENGTHS}


def _scaled(name: str, value: float, scale: float) -> int:
    group, _, key = name.partition(".")
    return round(value * scale if group in SCALED and key not in UNSCALED_SIZES else value)


def _shadow(text: str) -> Shadow:
    _, offset, blur, colour = text.split(" ", 3)
    return Shadow(int(offset.removesuffix("px")), int(blur.removesuffix("px")), colour)


def _pair(raw: Mapping[str, Any]) -> ContrastPair:
    return ContrastPair(
        raw["foreground"], raw["background"], raw["ratio"], raw["required"], raw["use"]
    )
