"""Whole JSON objects out of a stream that does not say where they end.

The 2023 programs write one JSON object after another with nothing between them, and TCP splits and
glues as it likes. An object ends where its braces balance, braces inside strings left aside; blanks
and newlines between objects mean nothing. What an object says is not looked at here.
"""

import re

from devcloud.model.errors import ProtocolViolation

LONGEST_OBJECT = 64 * 1024
"""Bytes an object may have. The 2023 programs never send more than about a hundred."""

# Searched from C: the only bytes that can change what follows, outside a string and inside one.
_OUTSIDE = re.compile(rb'["{}]')
_INSIDE = re.compile(rb'["\\]')
_NOT_BLANK = re.compile(rb"[^ \t\r\n]")


class ObjectFramer:
    """Cuts a stream into objects. `feed` bytes, take the objects they complete.

    Every byte is looked at once, however the stream is split. After an error the stream has no
    meaning any more: `feed` raises the same error again and the connection must be closed.
    """

    __slots__ = ("_at", "_broken", "_buffer", "_depth", "_in_string", "_start")

    def __init__(self) -> None:
        self._buffer = b""
        self._start = 0
        self._at = 0
        self._depth = 0
        self._in_string = False
        self._broken: ProtocolViolation | None = None

    @property
    def pending(self) -> bytes:
        """The beginning of an object whose end has not come yet."""
        return self._buffer

    @property
    def broken(self) -> ProtocolViolation | None:
        """What `feed` can only raise from now on, or None while all is well."""
        return self._broken

    def feed(self, data: bytes) -> list[bytes]:
        """Return the objects that `data` completes, braces included, in order.

        An error that comes after whole objects is raised by the next call, so that those are not
        lost; `feed(b"")` is enough.

        Raises:
            ProtocolViolation: `message_too_long` when an object has no end within LONGEST_OBJECT
                bytes, `message_not_json` when something other than an object stands between two.
        """
        if self._broken is not None:
            raise self._broken
        self._buffer += data
        whole: list[bytes] = []
        try:
            while self._find_begin() and self._find_end():
                whole.append(self._buffer[self._start : self._at])
                self._start = self._at
        except ProtocolViolation as broken:
            self._broken = broken
            self._buffer = b""
            if not whole:
                raise
        else:
            self._buffer = self._buffer[self._start :]
            self._at -= self._start
        self._start = 0
        return whole

    def _find_begin(self) -> bool:
        """Go to the opening brace of the next object; return whether there is one."""
        if self._depth:
            return True
        first = _NOT_BLANK.search(self._buffer, self._start)
        if first is None:
            self._start = self._at = len(self._buffer)
            return False
        if first[0] != b"{":
            raise ProtocolViolation("message_not_json")
        self._start = self._at = first.start()
        return True

    def _find_end(self) -> bool:
        """Scan on from where the last call stopped; return whether the object ends here."""
        closed = False
        while not closed:
            mark = (_INSIDE if self._in_string else _OUTSIDE).search(self._buffer, self._at)
            if mark is None:
                # An escape may have pointed one byte past the end: that byte is still to come.
                self._at = max(self._at, len(self._buffer))
                break
            self._at = mark.end()
            closed = self._take(mark[0])
        if self._at - self._start > LONGEST_OBJECT:
            raise ProtocolViolation("message_too_long", longest=LONGEST_OBJECT)
        return closed

    def _take(self, mark: bytes) -> bool:
        match mark:
            case b'"':
                self._in_string = not self._in_string
            case b"\\":
                self._at += 1
            case b"{":
                self._depth += 1
            case _:
                self._depth -= 1
        return self._depth == 0
