"""The browser's page is made of small files and carries nothing along: each rule of its style and
each of its sentences is one that a script names."""

import re
from pathlib import Path

import pytest

from devcloud.model.texts import catalogue

WEB = Path("src") / "devcloud" / "web"
LONGEST_SCRIPT = 400
WORD = re.compile(r"[\w-]+")
# A word with a gap: `end_${reason}` may be any that begins with `end_`.
GAP = re.compile(r"\$\{[^{}]*\}")


@pytest.fixture(scope="module")
def scripts(root: Path) -> list[str]:
    return [path.read_text("utf-8") for path in sorted((root / WEB).rglob("*.js"))]


@pytest.fixture(scope="module")
def named(scripts: list[str]) -> re.Pattern[str]:
    """What a script writes between quotes, word by word."""
    words: set[str] = set()
    for script in scripts:
        for quoted in re.findall(r"'([^'\n]*)'", script):
            words.update(WORD.findall(quoted))
        for template in re.findall(r"`([^`]*)`", script):
            for word in GAP.sub("\0", template).split():
                for part in re.split(r"[^\w\0-]+", word):
                    if part.strip("\0"):
                        words.add(part)
    return re.compile("|".join(re.escape(word).replace("\0", r"\w+") for word in words))


def test_scripts_stay_small(scripts: list[str]) -> None:
    assert [script[:80] for script in scripts if script.count("\n") > LONGEST_SCRIPT] == []


def test_every_class_that_has_a_style_is_somewhere_on_a_page(
    root: Path, named: re.Pattern[str]
) -> None:
    style = re.sub(r"/\*.*?\*/|\{[^{}]*\}", "", (root / WEB / "style.css").read_text("utf-8"))
    classes = set(re.findall(r"\.([a-z][\w-]*)", style))
    assert "btn" in classes
    assert {name for name in classes if not named.fullmatch(name)} == set()


def test_every_sentence_of_the_page_is_said(named: re.Pattern[str]) -> None:
    keys = {key.removeprefix("web.") for key in catalogue() if key.startswith("web.")}
    assert {key for key in keys if not named.fullmatch(key)} == set()


def test_everything_the_page_says_is_a_sentence(scripts: list[str]) -> None:
    said = {key for script in scripts for key in re.findall(r"\bsay\('(\w+)'", script)}
    assert {key for key in said if f"web.{key}" not in catalogue()} == set()
