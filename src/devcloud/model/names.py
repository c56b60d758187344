"""Names of people: what may be one, and when two of them are the same person's.

A name is 1 to 32 characters that can be seen, in NFC, without a blank at either end. Two names are
the same when they fold alike: «Zoé» and «ZOÉ» are one person, and so are two between which nobody
sees a difference because one holds a joiner.
"""

import unicodedata

from devcloud.model.errors import BadName

LONGEST_NAME = 32

# Cc: control, Cf: format, Cs: surrogate, Cn: unassigned, Zl and Zp: separators of lines and
# paragraphs. Format characters turn the direction of the text around them, or show nothing at all:
# a name that holds one could dress up as another in a list or a log. Right-to-left *letters* are
# welcome. (Unicode UAX #9, section 2; Default_Ignorable_Code_Point, UAX #44)
_FORBIDDEN = frozenset({"Cc", "Cf", "Cs", "Cn", "Zl", "Zp"})

# Letters and marks by their category, blanks or nothing to the eye.
_UNSEEN = frozenset("\u034f\u115f\u1160\u17b4\u17b5\u180b\u180c\u180d\u180f\u3164\uffa0")

# Some languages and emoji need these two; they choose how others look, as variation selectors do.
_JOINERS = frozenset("\u200c\u200d")
_LEFT_OUT = dict.fromkeys([*map(ord, _JOINERS), *range(0xFE00, 0xFE10), *range(0xE0100, 0xE01F0)])


def parse_name(text: str) -> str:
    """Return `text` as a name in NFC.

    Raises:
        BadName: empty, longer than 32 characters, a blank at an end, or a character that cannot
            be seen. `code` says which.
    """
    name = unicodedata.normalize("NFC", text)
    if not name.strip():
        raise BadName("name_empty")
    if len(name) > LONGEST_NAME:
        raise BadName("name_too_long", length=len(name), longest=LONGEST_NAME)
    if name != name.strip():
        raise BadName("name_blank_at_end")
    if name.isascii() and name.isprintable():
        return name
    if not all(_is_seen(c) for c in name):
        raise BadName("name_unprintable")
    folded = fold_name(name)
    if not folded.strip():
        raise BadName("name_empty")
    if folded != folded.strip():
        # A joiner hides a blank at the end.
        raise BadName("name_blank_at_end")
    return name


def _is_seen(c: str) -> bool:
    return c in _JOINERS or (unicodedata.category(c) not in _FORBIDDEN and c not in _UNSEEN)


def fold_name(name: str) -> str:
    """Return the key under which `name` is unique. (Unicode Standard 3.13, D145: caseless match)"""
    seen = unicodedata.normalize("NFD", name).translate(_LEFT_OUT)
    return unicodedata.normalize("NFC", seen.casefold())
