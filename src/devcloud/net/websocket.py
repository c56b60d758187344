"""A WebSocket at the server, after its handshake: the shell over `wire.websocket.frames`.

Messages in are handed to a `Receiver`, at most a few hundred per turn of the loop, so that one that
floods does not starve the others. Messages out wait in a queue of at most 256 and are written once
per turn; whoever does not read them fast enough is cut off. Knows nothing of what they say.
"""

import asyncio
from typing import Protocol, cast

from devcloud.model.errors import ProtocolViolation
from devcloud.net.joined import TurnEnd
from devcloud.wire.websocket.frames import (
    CloseCode,
    FrameReader,
    Message,
    Opcode,
    close_frame,
    control_frame,
    text_frame,
)

MOST_PER_TURN = 256
MOST_QUEUED = 256
MOST_QUEUED_BYTES = 4 * 1024 * 1024
_JOINED_BYTES = 64 * 1024
_PING = control_frame(Opcode.PING)


class Receiver(Protocol):
    """Who reads a WebSocket. May close it in any of these."""

    def text_received(self, payload: bytes) -> None:
        """A whole text message; whether it is UTF-8 has not been checked."""

    def control_received(self) -> None:
        """A ping or a pong; it is answered here, and costs whoever sends it a turn all the same."""

    def refused(self, violation: ProtocolViolation) -> None:
        """Something outside the protocol came. What is sent now still goes out; where nothing more
        can be read the connection is closed after this."""

    def connection_ended(self) -> None:
        """The connection is gone. Called once, and nothing after it."""


class WebSocket(asyncio.Protocol):
    """One connection. Set `receiver` before anything arrives.

    `heard_at` is when the peer was last heard of (loop time), pongs included; `slow` is set when it
    was cut off because it did not read.
    """

    __slots__ = (
        "_closing", "_deaf", "_noted", "_paused", "_queue", "_queued_bytes", "_reader", "_resuming",
        "_transport", "_turn_end", "heard_at", "receiver", "slow",
    )  # fmt: skip

    def __init__(
        self, transport: asyncio.Transport, turn_end: TurnEnd, *, longest: int, now: float
    ) -> None:
        self._transport = transport
        self._turn_end = turn_end
        self._reader = FrameReader(longest)
        self._queue: list[bytes] = []
        self._queued_bytes = 0
        self._noted = False
        self._paused = False
        self._closing = False
        self._deaf = False
        self._resuming = False
        self.receiver: Receiver = _nobody
        self.heard_at = now
        self.slow = False

    # ── in ───────────────────────────────────────────────────────────────────────────────────────

    def data_received(self, data: bytes) -> None:
        """(asyncio.Protocol)"""
        self.heard_at = self._turn_end.time()
        if self._deaf:
            return
        self._reader.feed(data)
        if not self._resuming:
            self._read_some()

    def _read_some(self) -> None:
        """Hand on a few messages; the rest in the next turn, with nothing more read until then."""
        try:
            messages = self._reader.take(MOST_PER_TURN)
        except ProtocolViolation as violation:
            self._give_up(violation)
            return
        if len(messages) == MOST_PER_TURN:
            self._resuming = True
            self._transport.pause_reading()
            self._turn_end.soon(self._resume)
        if self._closing:
            self._wait_for_close(messages)
        else:
            self._hand_on(messages)
        if messages and self._reader.broken:
            self._read_some()

    def _hand_on(self, messages: list[Message]) -> None:
        for opcode, payload in messages:
            if opcode is Opcode.TEXT:
                self.receiver.text_received(payload)
            else:
                self._sort(opcode, payload)
            if self._closing:
                return

    def _resume(self) -> None:
        self._resuming = False
        if self._transport.is_closing():
            return
        if not self._deaf:
            self._read_some()
        if not self._resuming and not self._transport.is_closing():
            self._transport.resume_reading()

    def _wait_for_close(self, messages: list[Message]) -> None:
        """We have said that we close: what the peer says until it has heard that, nobody reads."""
        if any(opcode is Opcode.CLOSE for opcode, _ in messages):
            self._transport.close()

    def _sort(self, opcode: Opcode, payload: bytes) -> None:
        if opcode is Opcode.PING:
            self.receiver.control_received()
            self._put(control_frame(Opcode.PONG, payload))
        elif opcode is Opcode.PONG:
            self.receiver.control_received()
        elif opcode is Opcode.CLOSE:
            self.close(CloseCode.NORMAL)
            self._transport.close()
        elif opcode is Opcode.BINARY:
            self.receiver.refused(ProtocolViolation("message_not_text"))

    def _give_up(self, violation: ProtocolViolation) -> None:
        self._deaf = True
        if self._closing:
            return
        self.receiver.refused(violation)
        too_long = violation.code == "message_too_long"
        self.close(CloseCode.TOO_LONG if too_long else CloseCode.PROTOCOL_ERROR, violation.code)

    # ── out ──────────────────────────────────────────────────────────────────────────────────────

    def send(self, payload: bytes) -> None:
        """Queue a text message. After `close` it is dropped."""
        self._put(text_frame(payload))

    def send_frame(self, frame: bytes) -> None:
        """Queue a frame made by `text_frame`: for one message to many."""
        self._put(frame)

    def ping(self) -> None:
        """Ask whether the peer is there; its pong counts as hearing of it."""
        self._put(_PING)

    def close(self, code: CloseCode, reason: str = "") -> None:
        """Send what is queued and a close frame; the connection ends when the peer has answered it.

        Not at once: closing a socket with unread bytes resets it, and the peer would never read why
        (RFC 6455, section 7.1.1). Whoever closes bounds the wait with `abort`.
        """
        if self._closing:
            return
        self._put(close_frame(code, reason))
        self._closing = True
        self.flush()

    def abort(self) -> None:
        """Close at once; what is queued is lost."""
        self._closing = True
        self._queue.clear()
        self._transport.abort()

    @property
    def closing(self) -> bool:
        """Whether `close` or `abort` was called, or the connection is gone."""
        return self._closing

    def _put(self, frame: bytes) -> None:
        if self._closing:
            return
        self._queue.append(frame)
        self._queued_bytes += len(frame)
        if not self._noted:
            self._noted = True
            self._turn_end.note(self)
        if len(self._queue) >= MOST_QUEUED or self._queued_bytes >= _JOINED_BYTES:
            self._relieve()

    def _relieve(self) -> None:
        """The queue is long: write it now, unless the peer does not read."""
        if not self._paused:
            self._write()
        elif len(self._queue) >= MOST_QUEUED or self._queued_bytes >= MOST_QUEUED_BYTES:
            self.slow = True
            self.abort()

    def flush(self) -> None:
        """Write what was gathered in this turn."""
        self._noted = False
        if not self._paused or self._closing:
            self._write()

    def _write(self) -> None:
        if self._queue:
            queue, self._queue = self._queue, []
            self._queued_bytes = 0
            self._transport.write(queue[0] if len(queue) == 1 else b"".join(queue))

    def pause_writing(self) -> None:
        """(asyncio.BaseProtocol)"""
        self._paused = True

    def resume_writing(self) -> None:
        """(asyncio.BaseProtocol)"""
        self._paused = False
        self._write()

    def connection_lost(self, exc: Exception | None) -> None:
        """(asyncio.BaseProtocol)"""
        self._closing = True
        self._queue.clear()
        receiver, self.receiver = self.receiver, _nobody
        receiver.connection_ended()


class _Nobody:
    """Who reads before there is somebody, and after."""

    def text_received(self, payload: bytes) -> None: ...

    def control_received(self) -> None: ...

    def refused(self, violation: ProtocolViolation) -> None: ...

    def connection_ended(self) -> None: ...


_nobody = cast(Receiver, _Nobody())
