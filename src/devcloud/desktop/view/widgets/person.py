"""How a person is pictured: initials and a colour, from the name alone. Knows no Qt.

Lists, tiles and avatars share it, so that a person looks the same everywhere.
"""

import unicodedata
from typing import Final, Literal

from devcloud.model.names import fold_name

Presence = Literal["online", "busy", "dnd", "offline"]
AVATAR_COLOURS: Final = 8

# FNV-1a, 32 bits (draft-eastlake-fnv, section 5): short, stable, and the same in any language.
_FNV_OFFSET: Final = 0x811C9DC5
_FNV_PRIME: Final = 0x01000193


def initials(name: str) -> str:
    """Return up to two letters or figures: the first of the first two words that have one.

    A name without any (only emoji, say) is pictured by its first visible character.
    """
    firsts = [first for word in name.split() if (first := _first_of(word))]
    if firsts:
        return "".join(firsts[:2])
    return next((character for character in name if not character.isspace()), "?")


def colour_index(name: str) -> int:
    """Return the number of the person's avatar colour, 0 to 7; capitals make no difference."""
    digest = _FNV_OFFSET
    for byte in fold_name(name).encode("utf-8", "replace"):
        digest = ((digest ^ byte) * _FNV_PRIME) & 0xFFFFFFFF
    # The low bits of FNV depend on the low bits of the letters alone: fold the high ones in.
    return (digest ^ digest >> 16) % AVATAR_COLOURS


def _first_of(word: str) -> str:
    for character in unicodedata.normalize("NFC", word):
        if character.isalnum():
            # «ß».upper() has two letters; one is enough for an initial.
            return character.upper()[:1]
    return ""
