"""The browser client's files and the style made of the design's tokens."""

import json
import re
from importlib import resources
from typing import Any

import pytest

from devcloud.design.css import kebab, load_tokens, tokens_css
from devcloud.model.texts import Language, catalogue
from devcloud.server.files import collect

Blocks = list[tuple[str, dict[str, str]]]


@pytest.fixture(scope="module")
def tokens() -> dict[str, Any]:
    return load_tokens()


@pytest.fixture(scope="module")
def blocks(tokens: dict[str, Any]) -> Blocks:
    """Every rule of the sheet: its selector (after the condition it stands in) and properties."""
    found: Blocks = []
    condition = ""
    selector = ""
    for line in tokens_css(tokens).splitlines():
        if line.startswith("@media"):
            condition = line.removesuffix(" {") + " "
        elif line.endswith("{"):
            selector = condition + line.removesuffix(" {")
            found.append((selector, {}))
        elif line == "}":
            condition = condition if selector else ""
            selector = ""
        elif line.startswith("  "):
            name, value = line.strip().removesuffix(";").split(": ", 1)
            found[-1][1][name] = value
    return found


def rule(blocks: Blocks, selector: str) -> dict[str, str]:
    merged: dict[str, str] = {}
    for each, properties in blocks:
        if each == selector:
            merged |= properties
    assert merged, selector
    return merged


@pytest.mark.parametrize(
    ("name", "property_"),
    [("textMuted", "text-muted"), ("callControl", "call-control"), ("on", "on"), ("3", "3")],
)
def test_names_are_kebab_case(name: str, property_: str) -> None:
    assert kebab(name) == property_


def test_every_colour_has_a_value_for_each_theme(tokens: Any, blocks: Blocks) -> None:
    properties = rule(blocks, ":root")
    assert properties["color-scheme"] == "light dark"
    for group in ("color", "overlay"):
        for name, light in tokens[group]["light"].items():
            dark = tokens[group]["dark"][name]
            value = light if light == dark else f"light-dark({light}, {dark})"
            assert properties[f"--{kebab(name)}"] == value
    for theme in ("light", "dark"):
        assert rule(blocks, f'[data-theme="{theme}"]') == {"color-scheme": theme}


def test_a_shadow_is_as_large_in_both_themes(tokens: Any, blocks: Blocks) -> None:
    assert re.fullmatch(r"0 1px 2px light-dark\(rgba.*\)", rule(blocks, ":root")["--shadow-low"])
    other = {**tokens, "shadow": {"light": {"low": "0 1px #000"}, "dark": {"low": "0 2px #111"}}}
    with pytest.raises(ValueError, match="not a colour in both themes"):
        tokens_css(other)


def test_lengths_are_pixels_and_what_the_font_size_scales_is_a_factor(
    tokens: Any, blocks: Blocks
) -> None:
    root = rule(blocks, ":root")
    assert root["--space-3"] == f"{tokens['space']['3']}px"
    assert root["--type-body"] == f"calc({tokens['type']['body']['size']}px * var(--font-scale))"
    assert root["--size-call-control"].startswith("calc(52px *")
    assert root["--motion-fast"] == "120ms"
    for factor in tokens["font"]["scaleChoices"]:
        chosen = rule(blocks, f'[data-font-size="{factor * 100:.0f}"]')
        assert float(chosen["--font-scale"]) == factor


def test_each_accent_has_its_seven_in_each_theme(tokens: Any, blocks: Blocks) -> None:
    assert len(tokens["accentChoices"]) == 6
    for name, accent in tokens["accentChoices"].items():
        chosen = rule(blocks, f'[data-accent="{name}"]')
        assert len(chosen) == 7
        for role, light in accent["light"].items():
            assert light in chosen[f"--{kebab(role)}"]
            assert accent["dark"][role] in chosen[f"--{kebab(role)}"]


def test_what_moves_stands_still_for_whoever_wants_that(blocks: Blocks) -> None:
    for selector in ('[data-motion="reduced"]', "@media (prefers-reduced-motion: reduce) :root"):
        still = rule(blocks, selector)
        assert set(still.values()) == {"0ms"}
        assert "--motion-toast" not in still, "a message must stay long enough to be read"


def test_properties_that_a_style_uses_are_there(blocks: Blocks) -> None:
    known = {name for _, properties in blocks for name in properties}
    for path, file in collect().items():
        if path.endswith(".js"):  # those that the page sets itself, in quotes
            known |= set(re.findall(r"['\"`](--[\w-]+)", file.body.decode()))
    for path, file in collect().items():
        if path.endswith(".css") and path != "/tokens.css":
            text = file.body.decode()
            own = set(re.findall(r"(--[\w-]+)\s*:", text))
            used = set(re.findall(r"var\((--[\w-]+)\)", text))
            assert used - own - known == set(), path


def test_only_what_a_page_needs_is_served() -> None:
    kinds = {file.kind for file in collect().values()}
    assert all(kind.startswith(("text/", "image/", "application/")) for kind in kinds)
    assert not [path for path in collect() if path.endswith((".py", ".toml")) or "/_" in path]


def test_the_tag_is_of_the_bytes() -> None:
    files = collect()
    assert files["/tokens.css"].tag == collect()["/tokens.css"].tag
    assert files["/words/en.txt"].tag != files["/words/fr.txt"].tag
    assert all(re.fullmatch('"[0-9a-f]{32}"', file.tag) for file in files.values())


def test_the_page_announces_every_module() -> None:
    files = collect()
    for path in files:
        assert (f"<{path}>; rel=modulepreload" in files["/"].links) == path.endswith(".js")


ONLY_LOGGED = {
    *("message_too_long", "message_not_utf8", "message_not_json", "message_too_deep"),
    *("message_unknown_type", "message_wrong_shape", "message_not_text", "message_from_stranger"),
    *("message_out_of_place", "description_out_of_place", "reveal_out_of_place"),
}
SAID_BY_A_SERVER = {
    *("handshake_timeout", "too_many_messages", "too_many_connections", "too_many_devices"),
    "server_stopping",
}


def test_the_errors_of_a_page_are_those_that_its_client_names_and_a_server_may_say() -> None:
    scripts = [file.body.decode() for path, file in collect().items() if path.endswith(".js")]
    quoted = {name for script in scripts for name in re.findall(r"'([a-z0-9_]+)'", script)}
    texts: dict[str, str] = json.loads(collect()["/texts/en.json"].body)
    named = {name for name in quoted if f"errors.{name}" in catalogue()} - ONLY_LOGGED
    named -= {"name_needed"}  # the page's own word for a field that is empty
    shown = {key.removeprefix("errors.") for key in texts if key.startswith("errors.")}
    assert shown - SAID_BY_A_SERVER == named


def test_every_code_that_the_client_throws_is_shown_or_logged() -> None:
    thrown: set[str] = set()
    error = re.compile(r"new (?:DevCloudError|Untrusted|ProtocolViolation)\(\s*'([a-z0-9_]+)'")
    for path, file in collect().items():
        if path.endswith(".js"):
            thrown |= set(error.findall(file.body.decode()))
    texts = json.loads(collect()["/texts/en.json"].body)
    assert thrown, "the client throws something"
    assert {code for code in thrown - ONLY_LOGGED if f"errors.{code}" not in texts} == set()


def test_texts_of_each_language_and_every_icon() -> None:
    for language in Language:
        assert f"/texts/{language}.json" in collect()
    icons = resources.files("devcloud.design") / "icons"
    assert all(f"/icons/{icon.name}" in collect() for icon in icons.iterdir())
