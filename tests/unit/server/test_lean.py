"""What is served is what is written, without comments and indentation."""

import shutil
import subprocess
from pathlib import Path

import pytest

from devcloud.server.lean import Unlean, lean_script, lean_style

WEB = Path(__file__).parents[3] / "src" / "devcloud" / "web"
SCRIPTS = sorted(WEB.rglob("*.js"))


def test_comments_and_indentation_go_and_code_stays() -> None:
    written = """/**
 * What it is for: 2 * 3.
 */
import { a } from './a.js'; // the rest of a line stays

/** @param {string} x */
export function b(x) {
  // A reason.
  const url = 'https://' + x; /* stays */
  const c = /** @type {string[]} */ (a(x));
  if (!c.length) return null; // it's empty
  return `${url} // ${c}`;
}
/** @type {number} */
/** @type {any} */ (b).c = 1;
"""
    assert lean_script(written) == (
        "import { a } from './a.js'; // the rest of a line stays\n"
        "export function b(x) {\n"
        "const url = 'https://' + x; /* stays */\n"
        "const c = (a(x));\n"
        "if (!c.length) return null;\n"
        "return `${url} // ${c}`;\n"
        "}\n"
        "(b).c = 1;\n"
    )


@pytest.mark.parametrize(
    "text",
    [
        "const a = `one\n  // two\n`;\n",
        "const a = 'one \\\n  // two';\n",
        "a(); /* one\n// two */\n",
    ],
    ids=["template", "string", "comment"],
)
def test_what_goes_on_in_the_next_line_is_refused(text: str) -> None:
    with pytest.raises(Unlean):
        lean_script(text)


def test_only_the_end_of_a_line_ends_it() -> None:
    text = "const a = 'one\u2028// two\x85';\n"
    assert lean_script(text) == text


def test_styles() -> None:
    written = """/* Why. */
a :hover > b, i:not(.c, .d) ~ u {
  margin: calc(1px + 2px) auto;
  --e: "x , y";
}

@media (min-width: 3px) and (hover) { p { q: r !important; } }
"""
    assert lean_style(written) == (
        "a :hover>b,i:not(.c,.d) ~ u{\n"
        "margin:calc(1px + 2px) auto;\n"
        '--e:"x , y";\n'
        "}\n"
        "@media (min-width:3px) and (hover){p{q:r !important;}}\n"
    )


@pytest.mark.parametrize(
    "text",
    ["a::after {\n  content: 'b \\\n  c';\n}\n", "a { /* it's */ }\n", "a { } /* one\n b */\n"],
    ids=["string", "within", "comment"],
)
def test_styles_in_which_a_blank_may_mean_something_are_refused(text: str) -> None:
    with pytest.raises(Unlean):
        lean_style(text)


@pytest.mark.parametrize("path", SCRIPTS, ids=lambda path: path.name)
def test_each_script_still_reads(path: Path, tmp_path: Path) -> None:
    lean = lean_script(path.read_text("utf-8"))
    assert "/**" not in lean
    assert lean_script(lean) == lean
    node = shutil.which("node")
    if node is None:
        pytest.skip("needs Node.js (apt-get install nodejs)")
    served = tmp_path / "served.mjs"
    served.write_text(lean, encoding="utf-8")
    subprocess.run([node, "--check", str(served)], check=True)


def test_they_are_half_as_heavy() -> None:
    written = "".join(path.read_text("utf-8") for path in SCRIPTS)
    served = "".join(lean_script(path.read_text("utf-8")) for path in SCRIPTS)
    assert len(served) < 0.8 * len(written)
