"""The client's end of a 2023 connection: one question at a time."""

import pytest

from devcloud.model.errors import ProtocolViolation, Unreachable
from devcloud.wire.legacy2023.asking import ANSWER_S, MOST_QUESTIONS, Answer, Answers, Asking
from devcloud.wire.legacy2023.replies import Acknowledged, Address
from devcloud.wire.legacy2023.requests import Request


def test_questions_wait_for_the_answer_to_the_last() -> None:
    asking = Asking()
    assert asking.deadline is None
    asking.tick(0.0)
    assert asking.ask("REG", "Marc", 0.0) == b'{"command": "REG", "name": "Marc"}'
    assert asking.ask("GET", "Zoé", 0.1) == b""
    assert asking.receive(b'{"ack": "Regis', 0.2) == Answers([], b"")
    assert asking.receive(b'tered successfully"}', 0.5) == Answers(
        [Answer(Request("REG", "Marc"), Acknowledged(registered=True))],
        b'{"command": "GET", "name": "Zo\\u00e9"}',
    )
    assert asking.deadline == 0.5 + ANSWER_S
    assert asking.receive(b'{"ip": "None"}', 0.6) == Answers(
        [Answer(Request("GET", "Zoé"), Address(None))], b""
    )
    assert asking.deadline is None


def test_a_fault_answers_any_question() -> None:
    asking = Asking()
    asking.ask("GET", "John", 0.0)
    [answer] = asking.receive(b'{"ack": "Error"}', 0.1).answers
    assert answer.reply == Acknowledged(registered=False, fault=True)


def test_a_silent_server_is_given_up_after_a_second() -> None:
    asking = Asking()
    asking.ask("GET", "John", 3.0)
    asking.tick(3.9)
    with pytest.raises(Unreachable) as silent:
        asking.tick(4.0)
    assert silent.value.code == "server_2023_silent"
    assert "within 1 s" in str(silent.value)


@pytest.mark.parametrize("data", [b'{"ip": "None"}', b'{"ack": "Fine"}', b"HTTP/1.1 400", b"{1}"])
def test_what_no_2023_server_answers(data: bytes) -> None:
    asking = Asking()
    asking.ask("REG", "Marc", 0.0)
    with pytest.raises(ProtocolViolation):
        asking.receive(data, 0.1)


def test_an_answer_to_no_question() -> None:
    with pytest.raises(ProtocolViolation):
        Asking().receive(b'{"ip": "None"}', 0.0)


def test_misuse_is_a_bug() -> None:
    asking = Asking()
    with pytest.raises(ValueError, match="DISCONNECT"):
        asking.ask("DISCONNECT", "Marc", 0.0)
    for _ in range(MOST_QUESTIONS):
        asking.ask("GET", "John", 0.0)
    with pytest.raises(RuntimeError):
        asking.ask("GET", "John", 0.0)
