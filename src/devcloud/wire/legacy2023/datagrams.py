"""What 2023 peers send each other on UDP 5001: text that sets up a call, and bare voice.

Nothing tells the two kinds apart but what the bytes look like, so `parse` guesses as little as it
can and takes any bytes at all. Who sent a datagram is the exchange's business.
"""

import msgspec

from devcloud.model.errors import BadName
from devcloud.model.names import LONGEST_NAME, parse_name

PORT = 5001
SAMPLE_RATE = 8000
BLOCK_SAMPLES = 512
BLOCK_BYTES = 2 * BLOCK_SAMPLES
"""A voice block: 64 ms, 16-bit little-endian, mono."""
BLOCK_S = BLOCK_SAMPLES / SAMPLE_RATE

ACCEPT = b"ACCEPT"
REJECT = b"REJECT"
CLOSE = b"CLOSE"
_START = "START "

_UNDECODABLE_SAMPLE = b"\xff\xff"

# The longest text there is: START, a blank, and a name whose characters have four bytes each.
_LONGEST_TEXT = len(_START) + 4 * LONGEST_NAME

# What a program may leave behind its text: the end of a C string, of a line.
_AFTER_TEXT = " \t\r\n\0"


class Start(msgspec.Struct, frozen=True):
    """`caller` asks to talk. The name may be wrong: compare the source with the directory's."""

    caller: str


class Accept(msgspec.Struct, frozen=True):
    """The callee takes the call. Sent ten times."""


class Reject(msgspec.Struct, frozen=True):
    """The callee does not take the call."""


class Close(msgspec.Struct, frozen=True):
    """The call is over. Sent five times."""


class Voice(msgspec.Struct, frozen=True):
    """At most 512 samples: 16-bit little-endian, mono, 8 kHz. A whole number of samples."""

    pcm: bytes


class Unknown(msgspec.Struct, frozen=True):
    """None of these. `size` in bytes."""

    size: int


Datagram = Start | Accept | Reject | Close | Voice | Unknown

_WORDS: dict[str, Datagram] = {"ACCEPT": Accept(), "REJECT": Reject(), "CLOSE": Close()}


def start(caller: str) -> bytes:
    """Return the datagram by which `caller` asks to talk.

    Raises:
        BadName: no name, or (`name_blank_for_2023`) one that a 2023 program would cut at its
            first blank and then not find in the directory.
    """
    name = parse_name(caller)
    if len(name.split()) > 1:
        raise BadName("name_blank_for_2023", name=name)
    return (_START + name).encode()


def parse(data: bytes) -> Datagram:
    """Return what a datagram says, whatever it holds.

    A datagram of voice may be valid UTF-8 (digital silence is) and is voice all the same, unless
    it is short enough to be text that has been misspelt. One longer than 1024 bytes is cut there,
    as `recvfrom(1024)` does, and half a sample at the end is dropped.
    """
    if len(data) <= _LONGEST_TEXT:
        try:
            text = data.decode()
        except UnicodeDecodeError:
            pass
        else:
            return _parse_text(text, len(data))
    pcm = data[: min(len(data), BLOCK_BYTES) & ~1]
    return Voice(pcm) if pcm else Unknown(len(data))


def is_text(data: bytes) -> bool:
    """Return whether a 2023 program takes a datagram for text, and so does not play it."""
    try:
        data.decode()
    except UnicodeDecodeError:
        return False
    return True


def voice(pcm: bytes) -> bytes:
    """Return the datagram of a block that a 2023 program plays.

    A block that happens to be valid UTF-8 gets −1 for its first sample: no UTF-8 text holds the
    byte 0xFF (RFC 3629, section 1), and a step of one sample below silence is not heard.
    """
    if len(pcm) != BLOCK_BYTES:
        raise ValueError(f"a voice block has {BLOCK_BYTES} bytes, not {len(pcm)}")
    return _UNDECODABLE_SAMPLE + pcm[2:] if is_text(pcm) else pcm


def _parse_text(text: str, size: int) -> Datagram:
    text = text.rstrip(_AFTER_TEXT)
    if not text.startswith(_START):
        return _WORDS.get(text, Unknown(size))
    # The 2023 programs read the caller's name up to the first blank.
    words = text[len(_START) :].split()
    try:
        return Start(parse_name(words[0] if words else ""))
    except BadName:
        return Unknown(size)
