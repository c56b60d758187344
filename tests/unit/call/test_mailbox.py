"""Messages arrive once: repeated until acknowledged, repeats dropped, everything bounded."""

from hypothesis import given
from hypothesis import strategies as st

from devcloud.call.mailbox import (
    KEPT_S,
    MOST_CALLS,
    MOST_MESSAGES,
    MOST_SENDERS,
    REMEMBERED,
    Inbox,
    Outbox,
)

CALL, OTHER = "c" * 32, "d" * 32


def outbox(*messages: str, now: float = 0.0) -> Outbox[str]:
    """Return an outbox in which these wait."""
    made: Outbox[str] = Outbox()
    for message in messages:
        made.post(CALL, made.next_sequence(CALL), message, now)
    return made


def test_a_message_is_said_again_until_it_is_acknowledged() -> None:
    waiting = outbox("hello")
    said = []
    while waiting.deadline is not None and waiting.deadline < 40.0:
        now = waiting.deadline
        said.append((now, waiting.due(now)))
    assert said == [(t, ["hello"]) for t in (2.0, 6.0, 14.0, 22.0, 30.0, 38.0)]
    assert waiting.find(CALL, 1) == "hello"
    assert waiting.settle(CALL, 1) == "hello"
    assert (waiting.settle(CALL, 1), waiting.find(CALL, 1), waiting.deadline) == (None, None, None)


def test_a_message_is_given_up_after_a_minute() -> None:
    waiting = outbox("hello")
    assert waiting.due(KEPT_S - 0.1) == ["hello"]
    assert waiting.due(KEPT_S) == []
    assert len(waiting) == 0


def test_a_new_connection_says_all_again_in_order_and_nothing_old() -> None:
    waiting = outbox("one", "two")
    waiting.post(CALL, waiting.next_sequence(CALL), "three", 50.0)
    assert waiting.signed_in(55.0) == ["one", "two", "three"]
    assert waiting.deadline == 57.0
    assert waiting.signed_in(70.0) == ["three"]


def test_what_is_said_in_a_live_call_is_kept_until_the_call_is_over() -> None:
    waiting = outbox("tell gone")
    waiting.post(OTHER, waiting.next_sequence(OTHER), "of another call", 0.0, live=True)
    waiting.post(CALL, waiting.next_sequence(CALL), "hold", 0.0, live=True)
    waiting.post(CALL, waiting.next_sequence(CALL), "hang up", 1000.0)
    assert waiting.signed_in(1000.0) == ["of another call", "hold", "hang up"]
    waiting.withdraw(CALL)
    assert waiting.signed_in(1001.0) == ["of another call", "hang up"]


def test_the_oldest_goes_when_there_are_too_many() -> None:
    waiting = outbox(*map(str, range(MOST_MESSAGES + 1)))
    assert len(waiting) == MOST_MESSAGES
    assert waiting.signed_in(0.0)[0] == "1"


def test_numbers_go_on_as_long_as_a_call_is_spoken_of() -> None:
    waiting = outbox("one")
    for number in range(MOST_CALLS - 1):
        waiting.next_sequence(f"{number:032x}")
    assert waiting.next_sequence(CALL) == 2
    waiting.next_sequence(OTHER)
    # The call that nobody has spoken of for longest has made room.
    assert waiting.next_sequence(f"{0:032x}") == 1


def test_a_repeat_is_no_news() -> None:
    inbox = Inbox()
    assert inbox.is_new(CALL, "desk", 1)
    assert not inbox.is_new(CALL, "desk", 1)
    assert inbox.is_new(CALL, "phone", 1)
    assert inbox.is_new(OTHER, "desk", 1)


def test_a_long_call_is_heard_to_its_end() -> None:
    inbox = Inbox()
    assert all(inbox.is_new(CALL, "desk", number) for number in range(1, 5 * REMEMBERED))
    assert not inbox.is_new(CALL, "desk", 5 * REMEMBERED - 1)
    assert not inbox.is_new(CALL, "desk", 1)


def test_senders_are_forgotten_the_oldest_first() -> None:
    inbox = Inbox()
    inbox.is_new(CALL, "desk", 1)
    for number in range(MOST_SENDERS):
        inbox.is_new(CALL, f"{number:016x}", 1)
    assert inbox.is_new(CALL, "desk", 1)


@given(st.lists(st.integers(1, 3 * REMEMBERED), max_size=200))
def test_every_number_is_new_at_most_once(numbers: list[int]) -> None:
    inbox = Inbox()
    new = [number for number in numbers if inbox.is_new(CALL, "desk", number)]
    assert len(new) == len(set(new))
    within = [n for n in set(numbers) if n > max(numbers) - REMEMBERED]
    assert set(within) <= set(new)
