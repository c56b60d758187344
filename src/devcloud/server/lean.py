"""Scripts and style sheets without what only their readers need: comments and indentation.

They are served as they are written, but for that: it is a third of their weight. No names and no
code change, so there is nothing to build, and nothing that could be built wrongly. Of a script,
whole lines of comment go, comments about types within a line, comments after code that has no
quote and no slash, blanks at the beginning, and empty lines; of a style sheet also the blanks
beside braces and commas. Refuses text in which a line might stand inside of something longer
(`Unlean`).
"""

import re
from collections.abc import Iterable

# Up to the first end of a comment, which must end its line too.
_BLOCK = re.compile(r"^[ \t]*/\*(?:(?!\*/).)*\*/[ \t]*$\n?", re.MULTILINE | re.DOTALL)
_WITHIN = re.compile(r"/\*\* @(?:type|template|param) .*?\*/ ?")
# Nothing before it in which it could stand: no string, no template, no regular expression.
_COMMENT = re.compile(r"^([^'\"`/]*?)[ \t]*//.*$")
# A string, which stays, or a mark and the blanks that mean nothing beside it. Not `+`, nor what is
# before a colon: `1px + 2px` and `a :hover` are not what they would be without.
_MARK = re.compile(r"(\"[^\"]*\"|'[^']*')|[ \t]*([{},;>])[ \t]*|(:)[ \t]+")

_BLANK = " \t\r"


class Unlean(ValueError):
    """Something goes on in the next line (a template, a comment after code, a string): what looks
    like a comment or a blank there may not be one."""


def lean_script(text: str) -> str:
    """Return a module without its comments. Raises Unlean."""
    lines = _lines(_BLOCK.sub("", text))
    for code in lines:
        if code.startswith("//"):
            continue
        if code.replace(r"\`", "").count("`") % 2 or _goes_on(code):
            raise Unlean(code)
    return _join(_COMMENT.sub(r"\1", _WITHIN.sub("", line)) for line in lines)


def lean_style(text: str) -> str:
    """Return a style sheet without its comments. Raises Unlean, also where one is not a line of
    its own."""
    lines = _lines(_BLOCK.sub("", text))
    for line in lines:
        if line.endswith("\\") or "/*" in line or line.count('"') % 2 or line.count("'") % 2:
            raise Unlean(line)
    return _join(_MARK.sub(r"\1\2\3", line) for line in lines)


def _goes_on(line: str) -> bool:
    return line.endswith("\\") or line.rfind("/*") > line.rfind("*/")


def _lines(text: str) -> list[str]:
    # Not `splitlines`, which also ends a line where a string of JavaScript may go on (U+2028).
    return [line.strip(_BLANK) for line in text.split("\n")]


def _join(lines: Iterable[str]) -> str:
    return "".join(f"{line}\n" for line in lines if line)
