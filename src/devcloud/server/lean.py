"""Scripts and style sheets without what only their readers need: comments and indentation.

They are served as they are written, but for that: it is a third of their weight. No names and no
code change, so there is nothing to build, and nothing that could be built wrongly: whole lines of
comment go, comments about types within a line, blanks at the beginning, and empty lines. Refuses
text in which a line might stand inside of something longer (`Unlean`).
"""

import re
from collections.abc import Iterable

# Up to the first end of a comment, which must end its line too.
_BLOCK = re.compile(r"^[ \t]*/\*(?:(?!\*/).)*\*/[ \t]*$\n?", re.MULTILINE | re.DOTALL)
_WITHIN = re.compile(r"/\*\* @(?:type|template|param) .*?\*/ ?")
_LINE = re.compile(r"^//.*$")


class Unlean(ValueError):
    """A template runs over several lines: what looks like a comment in it is not one."""


def lean_script(text: str) -> str:
    """Return a module without its comments. Raises Unlean."""
    text = _BLOCK.sub("", text)
    for line in text.splitlines():
        code = line.strip()
        if not code.startswith("//") and code.replace(r"\`", "").count("`") % 2:
            raise Unlean(code)
    lines = (_WITHIN.sub("", line.strip()) for line in text.splitlines())
    return _join(line for line in lines if not _LINE.match(line))


def lean_style(text: str) -> str:
    """Return a style sheet without its comments."""
    return _join(line.strip() for line in _BLOCK.sub("", text).splitlines())


def _join(lines: Iterable[str]) -> str:
    return "".join(f"{line}\n" for line in lines if line)
