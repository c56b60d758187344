"""Names of people: what may be one, and when two of them are the same person's.

A name is 1 to 32 characters, in NFC, without control characters and without a blank at either
end. Two names are the same when they fold alike: «Zoé» and «ZOÉ» are one person.
"""

import unicodedata

from devcloud.model.errors import BadName

LONGEST_NAME = 32

# Cc: control, Cs: surrogate, Cn: unassigned, Zl and Zp: separators of lines and paragraphs.
_FORBIDDEN = frozenset({"Cc", "Cs", "Cn", "Zl", "Zp"})

# Marks that turn the direction of the text around them: a name that holds one could dress up as
# another in a list or a log. Right-to-left *letters* are welcome. (Unicode UAX #9, section 2)
_BIDI_CONTROLS = frozenset(
    "\u061c\u200e\u200f\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069"
)


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
    if any(unicodedata.category(c) in _FORBIDDEN or c in _BIDI_CONTROLS for c in name):
        raise BadName("name_unprintable")
    return name


def fold_name(name: str) -> str:
    """Return the key under which `name` is unique. (Unicode Standard 3.13, D145: caseless match)"""
    return unicodedata.normalize("NFC", unicodedata.normalize("NFD", name).casefold())
