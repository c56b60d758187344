"""One 2023 connection at the server: what is said, what is answered, what the log learns."""

import json
from pathlib import Path

import pytest
from tests.unit.legacy2023.directory2023 import FakeDirectory

from devcloud.wire.legacy2023 import replies
from devcloud.wire.legacy2023.connection import (
    MOST_FAULTS,
    MOST_WAITING,
    REPORTS_PER_S,
    UNFINISHED_S,
    Claim,
    Connection,
    Disconnected,
    DisconnectRefused,
    Ending,
    LookedUp,
    Misunderstood,
    Registered,
    RegistrationRefused,
    UnknownName,
    Unreported,
)
from devcloud.wire.legacy2023.framing import LONGEST_OBJECT
from devcloud.wire.legacy2023.requests import encode_request

VECTORS = Path(__file__).parents[2] / "vectors" / "legacy2023"
CONVERSATIONS = json.loads((VECTORS / "conversations.json").read_text("utf-8"))
HERE = "10.0.0.1"


def reg(name: str) -> bytes:
    return encode_request("REG", name)


def get(name: str) -> bytes:
    return encode_request("GET", name)


def disconnect(name: str) -> bytes:
    return encode_request("DISCONNECT", name)


def step_bytes(step: dict[str, str]) -> bytes:
    return bytes.fromhex(step["hex"]) if "hex" in step else step["in"].encode()


def registered(name: str = "Marc", **there: str) -> tuple[Connection, FakeDirectory]:
    directory = FakeDirectory(there)
    connection = Connection(directory, HERE)
    assert connection.receive(reg(name), 0.0) == replies.REGISTERED
    connection.take_events()
    return connection, directory


@pytest.mark.parametrize("case", CONVERSATIONS, ids=[case["about"] for case in CONVERSATIONS])
def test_conversation(case: dict) -> None:
    directory = FakeDirectory(case.get("there"), case.get("claims"))
    connection = Connection(directory, HERE)
    for step in case["steps"]:
        assert connection.receive(step_bytes(step), 0.0).decode() == step["out"]
        assert connection.closing is step.get("closing", False)
    assert directory.released == case.get("released", [])


@pytest.mark.parametrize("case", CONVERSATIONS, ids=[case["about"] for case in CONVERSATIONS])
def test_the_same_conversation_byte_by_byte(case: dict) -> None:
    directory = FakeDirectory(case.get("there"), case.get("claims"))
    connection = Connection(directory, HERE)
    for step in case["steps"]:
        out = b"".join(connection.receive(bytes([byte]), 0.0) for byte in step_bytes(step))
        assert out.decode() == step["out"]
        assert connection.closing is step.get("closing", False)
    assert directory.released == case.get("released", [])


def test_what_the_log_learns() -> None:
    connection = Connection(FakeDirectory({"John": "10.0.0.2"}), HERE)
    connection.receive(get("John"), 0.0)
    connection.receive(reg("Marc") + get("John") + get("Nobody") + disconnect("John"), 1.0)
    connection.receive(reg("John") + reg("") + b"{}" + reg("Max"), 2.0)
    connection.receive(disconnect("Max"), 3.0)
    assert connection.take_events() == [
        LookedUp(address=HERE, asker="", wanted="John", found="10.0.0.2"),
        Registered(address=HERE, name="Marc"),
        LookedUp(address=HERE, asker="Marc", wanted="John", found="10.0.0.2"),
        UnknownName(address=HERE, asker="Marc", wanted="Nobody"),
        DisconnectRefused(address=HERE, asker="Marc", name="John"),
        RegistrationRefused(address=HERE, name="John", claim="taken"),
        RegistrationRefused(address=HERE, name="", claim="name_empty"),
        Misunderstood(address=HERE, asker="Marc", code="message_wrong_shape"),
        Registered(address=HERE, name="Max", formerly="Marc"),
        Disconnected(address=HERE, name="Max", ending=Ending.ASKED),
    ]
    assert connection.take_events() == []


def test_a_closed_connection_deletes_the_entry_once() -> None:
    connection, directory = registered()
    connection.lost()
    connection.lost()
    assert directory.released == ["Marc"]
    assert connection.take_events() == [
        Disconnected(address=HERE, name="Marc", ending=Ending.LOST),
    ]


def test_closing_after_disconnect_deletes_nothing_more() -> None:
    connection, directory = registered()
    connection.receive(disconnect("marc"), 0.0)
    connection.lost()
    assert directory.released == ["Marc"]


def test_a_connection_that_never_registered_ends_without_a_name() -> None:
    connection = Connection(FakeDirectory(), HERE)
    connection.lost()
    assert connection.take_events() == [Disconnected(address=HERE, name="", ending=Ending.LOST)]


def test_a_mebibyte_without_a_closing_brace() -> None:
    connection, directory = registered()
    out = b"".join(connection.receive(b"{" * 4096, 0.0) for _ in range(256))
    assert out == replies.ERROR
    assert connection.closing
    assert directory.released == ["Marc"]
    assert connection.take_events() == [
        Misunderstood(address=HERE, asker="Marc", code="message_too_long"),
        Disconnected(address=HERE, name="Marc", ending=Ending.NOT_2023),
    ]


def test_an_object_of_the_longest_size_is_understood_and_one_byte_more_is_not() -> None:
    short = get("John")
    for extra, expected in ((0, replies.NO_ADDRESS), (1, replies.ERROR)):
        long = short[:-1] + b" " * (LONGEST_OBJECT - len(short) + extra) + b"}"
        whole = Connection(FakeDirectory(), HERE)
        assert whole.receive(long, 0.0) == expected
        halves = Connection(FakeDirectory(), HERE)
        assert halves.receive(long[:9000], 0.0) + halves.receive(long[9000:], 0.0) == expected


def test_ten_thousand_levels_are_a_fault_and_nothing_worse() -> None:
    deep = b'{"x":' * 10_000 + b"1" + b"}" * 10_000
    connection = Connection(FakeDirectory(), HERE)
    assert connection.receive(deep, 0.0) == replies.ERROR
    assert connection.take_events() == [
        Misunderstood(address=HERE, asker="", code="message_too_deep")
    ]


def test_a_request_must_end_within_ten_seconds() -> None:
    connection, directory = registered()
    assert connection.deadline is None
    connection.receive(b'{"command": ', 5.0)
    assert connection.deadline == 5.0 + UNFINISHED_S
    connection.receive(b'"GET, ', 9.0)
    assert connection.tick(14.9) == b""
    assert connection.tick(15.0) == replies.ERROR
    assert connection.closing
    assert connection.deadline is None
    assert connection.tick(16.0) == b""
    assert directory.released == ["Marc"]
    assert connection.take_events()[-1] == Disconnected(
        address=HERE, name="Marc", ending=Ending.TOO_SLOW
    )


def test_requests_that_never_end_with_a_read_are_not_slow() -> None:
    connection = Connection(FakeDirectory(), HERE)
    whole = get("John")
    connection.receive(whole[:5], 0.0)
    for second in range(1, 30):
        assert connection.receive(whole[5:] + whole[:5], float(second)) == replies.NO_ADDRESS
        assert connection.tick(float(second)) == b""
        assert connection.deadline == second + UNFINISHED_S
    connection.receive(whole[5:], 30.0)
    assert connection.deadline is None


def test_nothing_but_faults_ends_the_connection() -> None:
    connection = Connection(FakeDirectory(), HERE)
    assert connection.receive(b"{}" * (MOST_FAULTS - 1) + get("x"), 0.0).endswith(b'"None"}')
    assert not connection.closing
    assert connection.receive(b"{}" * (MOST_FAULTS + 5), 0.0) == replies.ERROR * MOST_FAULTS
    assert connection.closing


def test_many_look_ups_are_all_answered_and_counted_in_the_log() -> None:
    connection, _ = registered(John="10.0.0.2")
    assert connection.receive(get("John") * 100, 5.0) == b'{"ip": "10.0.0.2"}' * 100
    events = connection.take_events()
    assert [type(event) for event in events] == [LookedUp] * REPORTS_PER_S
    connection.receive(b"{}" + reg("John") + disconnect("John"), 5.5)
    assert connection.take_events() == []
    connection.receive(get("John"), 6.0)
    assert connection.take_events() == [
        Unreported(address=HERE, asker="Marc", count=98),
        LookedUp(address=HERE, asker="Marc", wanted="John", found="10.0.0.2"),
    ]


def test_a_log_holds_the_beginning_of_a_long_name() -> None:
    connection = Connection(FakeDirectory(), HERE)
    connection.receive(get("x" * 5000), 0.0)
    assert connection.take_events() == [
        UnknownName(address=HERE, asker="", wanted="x" * 64 + "…"),
    ]


# ── a claim that is decided elsewhere ────────────────────────────────────────────────────────────


def pending() -> tuple[Connection, FakeDirectory]:
    directory = FakeDirectory({"John": "10.0.0.2"}, {"Marc": Claim.PENDING})
    connection = Connection(directory, HERE)
    assert connection.receive(reg("Marc") + get("John"), 0.0) == b""
    assert connection.paused
    return connection, directory


def test_answers_wait_for_the_claim_in_order() -> None:
    connection, directory = pending()
    assert connection.receive(get("Nobody"), 0.5) == b""
    directory.there["marc"] = HERE
    assert connection.settle(Claim.GRANTED, 1.0) == (
        replies.REGISTERED + b'{"ip": "10.0.0.2"}' + replies.NO_ADDRESS
    )
    assert not connection.paused
    assert connection.name == "Marc"


def test_a_claim_that_is_refused_late() -> None:
    connection, _ = pending()
    assert connection.settle(Claim.REFUSED, 1.0) == replies.NOT_REGISTERED + b'{"ip": "10.0.0.2"}'
    assert connection.name == ""


@pytest.mark.parametrize(("claim", "released"), [(Claim.GRANTED, ["Marc"]), (Claim.TAKEN, [])])
def test_a_claim_granted_after_the_connection_is_lost_is_given_back(
    claim: Claim, released: list[str]
) -> None:
    connection, directory = pending()
    connection.lost()
    directory.there["marc"] = HERE
    assert connection.settle(claim, 1.0) == b""
    assert directory.released == released


def test_a_flood_behind_a_claim_ends_the_connection() -> None:
    connection, _ = pending()
    assert connection.receive(get("John") * MOST_WAITING, 0.1) == b""
    assert connection.closing
    assert connection.take_events() == [
        Disconnected(address=HERE, name="", ending=Ending.TOO_MUCH),
    ]
