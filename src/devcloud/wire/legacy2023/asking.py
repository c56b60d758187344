"""The client's end of one connection to a 2023 server: questions in, bytes out, answers out.

Calling order: `ask`, write what it returns; `receive` what arrives and write `.data` of what it
returns; call `tick` at `deadline`. After an error the connection must be closed: answers carry no
number, so nothing on it can be trusted any more.

A 2023 server reads one request with one `recv` and would not understand two glued together, so the
next question waits for the answer to the last.
"""

from collections import deque

import msgspec

from devcloud.model.errors import ProtocolViolation, Unreachable
from devcloud.wire.legacy2023.framing import ObjectFramer
from devcloud.wire.legacy2023.replies import Acknowledged, Address, Reply, decode_reply
from devcloud.wire.legacy2023.requests import GET, REG, Request, encode_request

ANSWER_S = 1.0
"""How long a server may take to answer. The 2023 programs waited as long."""

MOST_QUESTIONS = 64


class Answer(msgspec.Struct, frozen=True):
    """What the server says to a question: `Acknowledged` to REG, `Address` to GET, or a fault."""

    question: Request
    reply: Reply


class Answers(msgspec.Struct, frozen=True):
    """What came of received bytes: answers, and the bytes of the next question."""

    answers: list[Answer]
    data: bytes


class Asking:
    """The questions of one connection, one after another."""

    def __init__(self) -> None:
        self._framer = ObjectFramer()
        self._questions: deque[Request] = deque()
        self._asked_at = 0.0

    @property
    def deadline(self) -> float | None:
        """When `tick` must be called, while a question is open."""
        return self._asked_at + ANSWER_S if self._questions else None

    def ask(self, command: str, name: str, now: float) -> bytes:
        """Return the bytes of REG or GET, or nothing where an earlier question is still open."""
        if command not in (REG, GET):
            raise ValueError(f"{command} has no answer: send it with encode_request")
        if len(self._questions) >= MOST_QUESTIONS:
            raise RuntimeError(f"more than {MOST_QUESTIONS} questions are open")
        self._questions.append(Request(command, name))
        return self._next(now) if len(self._questions) == 1 else b""

    def receive(self, data: bytes, now: float) -> Answers:
        """Take what arrived.

        Raises:
            ProtocolViolation: not a reply of a 2023 server, or one to no question.
        """
        answers: list[Answer] = []
        out = b""
        for frame in self._framer.feed(data):
            answers.append(self._match(decode_reply(frame)))
            if self._questions:
                out = self._next(now)
        return Answers(answers, out)

    def tick(self, now: float) -> None:
        """Let time pass.

        Raises:
            Unreachable: `server_2023_silent`.
        """
        deadline = self.deadline
        if deadline is not None and now >= deadline:
            raise Unreachable("server_2023_silent", seconds=f"{ANSWER_S:g}")

    def _match(self, reply: Reply) -> Answer:
        if not self._questions:
            raise ProtocolViolation("message_wrong_shape", detail="an answer to no question")
        question = self._questions.popleft()
        fault = isinstance(reply, Acknowledged) and reply.fault
        expected = Acknowledged if question.command == REG else Address
        if not fault and not isinstance(reply, expected):
            raise ProtocolViolation(
                "message_wrong_shape", detail=f"no answer to {question.command}"
            )
        return Answer(question, reply)

    def _next(self, now: float) -> bytes:
        self._asked_at = now
        question = self._questions[0]
        return encode_request(question.command, question.name)
