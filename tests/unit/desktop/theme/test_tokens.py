"""The tokens: what is resolved of them, at which scale, and that nothing paints past them."""

import ast
import re
from pathlib import Path

import pytest

from devcloud.desktop.theme import contrast
from devcloud.desktop.theme.rules import CONTROLS, FRAMES, TONES, VIEWS
from devcloud.desktop.theme.stylesheet import make_style_sheet, qss_colour
from devcloud.desktop.theme.tokens import MODES, Mode, channels, load, resolve

ROOT = Path(__file__).parents[4]
DESKTOP = ROOT / "src" / "devcloud" / "desktop"
WEB = ROOT / "src" / "devcloud" / "web"
ACCENTS = [accent.key for accent in load().accents]

# A colour written out: #RGB and longer, rgb(…), hsl(…), and Qt's named ones.
RAW = re.compile(
    r"#[0-9A-Fa-f]{3,8}\b|\b(?:rgb|rgba|hsl|hsla|hwb|lab|oklch)\(\s*[\d.]"
    r"|\bGlobalColor\.(?!transparent\b)|\bQt\.(?:red|green|blue|black|white|gray|yellow|cyan)\b"
    r"|\bQColor\(\s*[\"'\d]"
)


def strings_without_docstrings(path: Path) -> str:
    """The source as it runs: comments and docstrings may speak of colours."""
    tree = ast.parse(path.read_text("utf-8"))
    for node in ast.walk(tree):
        match getattr(node, "body", None):
            case [ast.Expr(value=ast.Constant()), *_] as body:
                body[0] = ast.Pass()
    return ast.unparse(tree)


def test_there_are_as_many_pairs_as_the_design_lists() -> None:
    assert sum(len(pairs) for pairs in load().contrast.values()) == 340
    assert len(ACCENTS) == 6


@pytest.mark.parametrize("mode", MODES)
def test_every_pair_has_the_contrast_it_needs_and_the_file_tells_the_truth(mode: Mode) -> None:
    tokens = load()
    for pair in tokens.contrast[mode]:
        seen = contrast.ratio(
            contrast.colour_of(tokens, mode, pair.foreground),
            contrast.colour_of(tokens, mode, pair.background),
        )
        assert seen >= pair.required, f"{mode}: {pair.foreground} on {pair.background}"
        assert seen == pytest.approx(pair.ratio, abs=0.011), (mode, pair)


@pytest.mark.parametrize("mode", MODES)
def test_every_accent_is_among_the_pairs(mode: Mode) -> None:
    named = {pair.foreground for pair in load().contrast[mode]}
    assert "accentText" in named  # blue, the default
    assert {f"{accent}.accentText" for accent in ACCENTS if accent != "blue"} <= named


def test_the_ratio_is_that_of_the_guidelines() -> None:
    assert contrast.ratio("#000000", "#FFFFFF") == pytest.approx(21)
    assert contrast.ratio("#FFFFFF", "#FFFFFF") == pytest.approx(1)
    assert contrast.ratio("#777777", "#FFFFFF") == pytest.approx(4.48, abs=0.005)
    assert contrast.over("rgba(0, 0, 0, 0.5)", "#FFFFFF") == "#808080"


def test_what_is_no_colour_of_the_tokens_is_refused() -> None:
    for text in ("red", "#FFF", "rgb(1, 2, 3)", ""):
        with pytest.raises(ValueError, match="not a colour"):
            channels(text)


def test_font_size_makes_text_and_controls_larger_and_nothing_else() -> None:
    small, large = resolve("light"), resolve("light", scale=1.3)
    assert (large.types["body"].size, large.types["body"].line) == (18, 26)
    assert large.lengths["size.control"] == 47
    assert large.lengths["icon.medium"] == 26
    for name in ("space.4", "radius.medium", "focus.width", "breakpoint.narrow"):
        assert large.lengths[name] == small.lengths[name]
    assert large.lengths["size.minWindowWidth"] == 360


@pytest.mark.parametrize("mode", MODES)
@pytest.mark.parametrize("accent", ACCENTS)
def test_the_accent_changes_its_seven_colours_alone(mode: Mode, accent: str) -> None:
    plain, chosen = resolve(mode).colours, resolve(mode, accent).colours
    changed = {name for name in plain if plain[name] != chosen[name]}
    assert changed <= set(load().accent_colours[accent][mode])
    assert accent == "blue" or "accent" in changed


def test_an_unknown_accent_is_refused() -> None:
    with pytest.raises(KeyError):
        resolve("light", "gold")


@pytest.mark.parametrize("mode", MODES)
def test_the_style_sheet_holds_no_colour_but_the_tokens(mode: Mode, qapp: object) -> None:
    resolved = resolve(mode, "rose", 1.15)
    sheet = make_style_sheet(resolved)
    assert "@" not in sheet
    allowed = {qss_colour(colour) for colour in resolved.colours.values()}
    found = set(re.findall(r"#[0-9A-Fa-f]{6}|rgba\([^)]*\)", sheet))
    assert found
    assert found <= allowed


def test_braces_of_the_rules_are_even() -> None:
    for rules in (CONTROLS, FRAMES, VIEWS):
        assert rules.count("{") == rules.count("}")
    assert set(TONES.values()) <= set(resolve("dark").colours)


@pytest.mark.parametrize(
    "text", ['"#fff"', "'color: rgb(1, 2, 3)'", "Qt.GlobalColor.red", "QColor(10, 20, 30)"]
)
def test_a_raw_colour_would_be_found(text: str) -> None:
    assert RAW.search(text)


def test_no_file_of_the_windows_holds_a_raw_colour() -> None:
    found = {
        str(path.relative_to(ROOT)): RAW.findall(text)
        for path in sorted(DESKTOP.rglob("*.py"))
        if RAW.search(text := strings_without_docstrings(path))
    }
    assert found == {}


def test_no_style_of_the_browser_holds_a_raw_colour_outside_what_is_generated() -> None:
    found = {
        str(path.relative_to(ROOT)): RAW.findall(text)
        for path in sorted(WEB.rglob("*.css"))
        if RAW.search(text := without_custom_properties(path.read_text("utf-8")))
    }
    assert found == {}


def without_custom_properties(css: str) -> str:
    """The rules without the lines `--name: value;`, which the tokens are written as."""
    return re.sub(r"(?m)^\s*--[a-z0-9-]+:.*;$", "", css)
