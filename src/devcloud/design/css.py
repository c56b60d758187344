"""The design's tokens as CSS custom properties: `tokens.json` in, a style sheet out.

A property per token, in kebab case; a colour has one value for each theme, of which `color-scheme`
picks one (CSS Color Level 5, `light-dark()`). `data-theme` on the root picks the theme (without it
the system's), `data-accent` one of the six accents (also of a part of the page, which shows it),
`data-font-size` a percentage, `data-motion` "reduced" stops what moves. Pure; knows nothing of
pages.
"""

import json
import re
from collections.abc import Iterable, Mapping
from importlib import resources
from typing import Any

Tokens = Mapping[str, Any]

_MOVING = ("instant", "fast", "base", "slow", "ringPulse")
_COLOUR = re.compile(r"(.*?)(#[0-9A-Fa-f]+|rgba?\([^)]*\))")
_STILL = "@media (prefers-reduced-motion: reduce)"


def load_tokens() -> dict[str, Any]:
    """Return the tokens that come with the program."""
    text = (resources.files("devcloud.design") / "tokens.json").read_text("utf-8")
    tokens: dict[str, Any] = json.loads(text)
    return tokens


def tokens_css(tokens: Tokens) -> str:
    """Return the style sheet. Raises ValueError where a colour is not one in both themes."""
    colours = _both(_theme(tokens, "light"), _theme(tokens, "dark"))
    blocks = [
        _block(":root", _lengths(tokens)),
        _block(":root", {"color-scheme": "light dark"} | colours),
        _block('[data-theme="light"]', {"color-scheme": "light"}),
        _block('[data-theme="dark"]', {"color-scheme": "dark"}),
        *_accents(tokens["accentChoices"]),
        *_font_sizes(tokens["font"]["scaleChoices"]),
        *_motion(tokens["motion"]),
    ]
    return "/* Made from tokens.json: change that. */\n" + "\n".join(blocks) + "\n"


def kebab(name: str) -> str:
    """Return `textMuted` as `text-muted`."""
    return re.sub(r"(?<!^)([A-Z])", r"-\1", name).lower()


def _lengths(tokens: Tokens) -> dict[str, str]:
    """Everything that is the same in both themes; what the font size scales is a factor of it."""
    found = {"font-scale": "1"}
    for group in ("space", "radius", "border", "focus"):
        found |= {f"{group}-{kebab(name)}": f"{px}px" for name, px in tokens[group].items()}
    font = tokens["font"]
    found |= {"font": _families(font["family"]), "mono": _families(font["mono"])}
    found |= {f"weight-{name}": str(weight) for name, weight in font["weight"].items()}
    for name, style in tokens["type"].items():
        found[f"type-{kebab(name)}"] = _scaled(style["size"])
        found[f"type-{kebab(name)}-line"] = _scaled(style["line"])
    for name, value in tokens["icon"].items():
        found[f"icon-{name}"] = str(value) if name in ("stroke", "grid") else f"{value}px"
    found |= {f"size-{kebab(name)}": _scaled(px) for name, px in tokens["size"].items()}
    motion = {name: value for name, value in tokens["motion"].items() if name != "reduced"}
    found |= {
        f"motion-{kebab(name)}": value if isinstance(value, str) else f"{value}ms"
        for name, value in motion.items()
    }
    return found


def _theme(tokens: Tokens, theme: str) -> dict[str, str]:
    found = {kebab(name): value for name, value in tokens["color"][theme].items()}
    found |= {kebab(name): value for name, value in tokens["overlay"][theme].items()}
    found |= {f"shadow-{name}": value for name, value in tokens["shadow"][theme].items()}
    for place, avatar in enumerate(tokens["avatar"][theme], 1):
        found |= {f"avatar{place}": avatar["background"], f"avatar{place}-text": avatar["text"]}
    return found


def _both(light: Mapping[str, str], dark: Mapping[str, str]) -> dict[str, str]:
    return {name: _either(value, dark[name]) for name, value in light.items()}


def _either(light: str, dark: str) -> str:
    """Return one value for both themes; what stands before a colour must be the same in both."""
    if light == dark:
        return light
    found = _COLOUR.fullmatch(light), _COLOUR.fullmatch(dark)
    if found[0] is None or found[1] is None or found[0][1] != found[1][1]:
        raise ValueError(f"not a colour in both themes: {light}, {dark}")
    return f"{found[0][1]}light-dark({found[0][2]}, {found[1][2]})"


def _accents(accents: Tokens) -> Iterable[str]:
    for name, accent in accents.items():
        light, dark = (
            {kebab(role): value for role, value in accent[theme].items()}
            for theme in ("light", "dark")
        )
        yield _block(f'[data-accent="{name}"]', _both(light, dark))


def _font_sizes(factors: Iterable[float]) -> Iterable[str]:
    for factor in factors:
        yield _block(f'[data-font-size="{factor * 100:.0f}"]', {"font-scale": f"{factor:g}"})


def _motion(motion: Tokens) -> Iterable[str]:
    none = {f"motion-{kebab(name)}": "0ms" for name in _MOVING if name in motion}
    yield _inside(_STILL, _block(":root", none))
    yield _block('[data-motion="reduced"]', none)


def _families(names: Iterable[str]) -> str:
    return ", ".join(f'"{name}"' if " " in name else name for name in names)


def _scaled(px: float) -> str:
    return f"calc({px}px * var(--font-scale))"


def _block(selector: str, properties: Mapping[str, str]) -> str:
    lines = (
        f"  {'' if name == 'color-scheme' else '--'}{name}: {value};"
        for name, value in properties.items()
    )
    return f"{selector} {{\n" + "\n".join(lines) + "\n}"


def _inside(condition: str, block: str) -> str:
    return f"{condition} {{\n{block}\n}}"
