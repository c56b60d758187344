"""Calls with programs of 2023 at the desk: the orders, the datagrams and the records, on a virtual
clock; the other side is played by the test, datagram by datagram."""

from itertools import pairwise

import pytest

from devcloud.call import events as on
from devcloud.call.line import Busy
from devcloud.call.states import State
from devcloud.client import actions
from devcloud.client.desk import Desk
from devcloud.client.policy import Policy
from devcloud.media import control
from devcloud.model.errors import BadName, LocalError, Refused, Untrusted
from devcloud.model.records import CallKind, CallRecord, EndReason
from devcloud.wire.legacy2023 import exchange as limits
from devcloud.wire.legacy2023.happenings import Ignored, TurnedAway, Why

MARC, JOHN, EVE = "10.0.0.1", "10.0.0.2", "10.0.0.66"
VOICE = b"\x10\x80" * 512
OURS, THEIRS = "0" * 32, "1" * 32
WALL = 1_000_000.0


class Marc:
    """Marc's desk, its media process and its clock."""

    def __init__(self, name: str = "Marc", policy: Policy | None = None) -> None:
        self.desk = Desk(name, "0" * 16, policy=policy or Policy())
        self.desk.calls_2023.open = True
        self.now = 0.0
        self.told: list[actions.Action] = []
        self.sent: list[tuple[float, str, str]] = []
        self.orders: list[control.Order] = []
        self.records: list[CallRecord] = []
        self.asked: list[actions.Locate] = []
        self.media = True

    @property
    def state(self) -> State | None:
        """Of the only call there is."""
        return next((call.state for call in self.desk.line.calls.values()), None)

    def names_of_orders(self) -> list[str]:
        names = [type(order).__name__ for order in self.orders]
        self.orders.clear()
        return names

    def carry(self) -> None:
        """Do what the desk wants; the media process answers at once."""
        while due := self.desk.drain():
            for action in due:
                match action:
                    case actions.Order(control.Send2023(data=data, to=to)):
                        self.sent.append((round(self.now, 3), data.decode(), to))
                    case actions.Order(order) if self.media:
                        self.order(order)
                    case actions.Remembered(record):
                        self.records.append(record)
                    case actions.Locate():
                        self.asked.append(action)
                    case actions.Noted2023() | actions.Distrusted() | actions.Rang():
                        self.told.append(action)

    def order(self, order: control.Order) -> None:
        self.orders.append(order)
        connected = control.PathState.CONNECTED
        match order:
            case control.Talk2023(call=call, generation=generation):
                report: control.Report = control.PathChanged(
                    call=call, generation=generation, state=connected
                )
            case control.CloseCall(call=call):
                report = control.CallClosed(call=call)
            case _:
                return
        self.desk.reported(report, self.now)

    def at(self, now: float) -> None:
        """Let time pass, alarm by alarm."""
        while (deadline := self.desk.deadline) is not None and deadline <= now:
            self.now = max(self.now, deadline)
            self.desk.tick(self.now)
            self.carry()
        self.now = now

    def call(self, peer: str = "John", address: str = JOHN) -> None:
        kind = CallKind.LEGACY_2023
        self.desk.place(OURS, peer, self.now, WALL, kind=kind, address=address)
        self.carry()

    def hears(self, data: bytes, source: str = JOHN) -> None:
        self.desk.calls_2023.received(data, source, self.now)
        self.carry()

    def is_told(self, address: str | None) -> None:
        """The directory answers the oldest question."""
        asked = self.asked.pop(0)
        self.desk.calls_2023.located(asked, address, call=THEIRS, now=self.now, wall=WALL)
        self.carry()

    def wants(self, event: on.Event, call: str = OURS) -> None:
        self.desk.act(call, event, self.now)
        self.carry()

    def words(self) -> list[str]:
        said = [word for _, word, _ in self.sent]
        self.sent.clear()
        return said

    def reason(self) -> EndReason:
        assert self.desk.line.calls == {}
        assert [record.kind for record in self.records] == [CallKind.LEGACY_2023]
        return self.records[0].reason


@pytest.fixture
def marc() -> Marc:
    return Marc()


@pytest.fixture
def talking(marc: Marc) -> Marc:
    """Marc has called John, who has accepted."""
    marc.call()
    for _ in range(10):
        marc.hears(b"ACCEPT")
    assert marc.state is State.ACTIVE
    marc.sent.clear()
    marc.orders.clear()
    return marc


@pytest.fixture
def rung(marc: Marc) -> Marc:
    """John calls Marc, and is where the directory says."""
    marc.hears(b"START John")
    assert marc.asked == [actions.Locate("John", JOHN)]
    marc.is_told(JOHN)
    assert marc.state is State.RINGING_IN
    return marc


# ── calling ──────────────────────────────────────────────────────────────────────────────────────


def test_a_call_is_answered_and_hung_up(marc: Marc) -> None:
    marc.call()
    assert marc.sent == [(0.0, "START Marc", JOHN)]
    assert marc.state is State.DIALLING
    marc.now = 2.0
    for _ in range(10):
        marc.hears(b"ACCEPT")
    assert marc.state is State.ACTIVE
    assert marc.orders == [
        control.OpenCall(call=OURS),
        control.Talk2023(call=OURS, generation=1, address=JOHN, speaking=False),
        control.Talk2023(call=OURS, generation=1, address=JOHN),
        control.SetVoice(call=OURS, sending=True, hearing=True),
    ]
    marc.at(8.0)
    marc.hears(VOICE)
    marc.at(10.0)
    marc.sent.clear()
    marc.wants(on.HangUp())
    marc.at(20.0)
    assert marc.words() == ["CLOSE"] * 5
    assert marc.reason() is EndReason.COMPLETED
    assert (marc.records[0].answered_at, marc.records[0].ended_at) == (WALL + 2, WALL + 10)


def test_a_call_is_refused(marc: Marc) -> None:
    marc.call()
    marc.hears(b"REJECT")
    assert marc.reason() is EndReason.DECLINED
    assert marc.words() == ["START Marc"]


def test_nobody_answers_for_seven_seconds(marc: Marc) -> None:
    marc.call()
    marc.at(6.9)
    assert marc.state is State.DIALLING
    marc.at(7.0)
    assert marc.reason() is EndReason.NO_ANSWER
    marc.hears(b"ACCEPT")
    marc.at(9.0)
    assert marc.words() == ["START Marc", *["CLOSE"] * 5]


def test_a_caller_who_thinks_again_says_nothing(marc: Marc) -> None:
    marc.call()
    marc.wants(on.HangUp())
    marc.at(60.0)
    assert marc.reason() is EndReason.CANCELLED
    assert marc.words() == ["START Marc"]


def test_both_call_each_other_at_once(marc: Marc) -> None:
    marc.call()
    marc.hears(b"START John")
    assert marc.state is State.ACTIVE
    # Heard at once; spoken behind the last ACCEPT.
    assert marc.orders[-1] == control.SetVoice(call=OURS, sending=False, hearing=True)
    marc.at(1.0)
    assert marc.words() == ["START Marc", *["ACCEPT"] * 10]
    assert marc.orders[-2:] == [
        control.Talk2023(call=OURS, generation=1, address=JOHN),
        control.SetVoice(call=OURS, sending=True, hearing=True),
    ]


def test_what_keeps_somebody_from_calling(marc: Marc) -> None:
    with pytest.raises(Refused, match="unknown"):
        marc.call(address="")
    with pytest.raises(BadName, match="blank"):
        Marc("Marc Dupont").call()
    with pytest.raises(Untrusted):
        Marc(policy=Policy(only_encrypted=True)).call()
    marc.call()
    with pytest.raises(Busy):
        marc.desk.place(THEIRS, "Eve", 0.0, WALL, kind=CallKind.LEGACY_2023, address=EVE)
    marc.desk.calls_2023.open = False
    with pytest.raises(LocalError, match="switched off"):
        marc.desk.place(THEIRS, "Eve", 0.0, WALL, kind=CallKind.LEGACY_2023, address=EVE)


# ── being called ─────────────────────────────────────────────────────────────────────────────────


def test_a_call_is_taken_and_closed_by_the_caller(rung: Marc) -> None:
    assert rung.names_of_orders() == []
    rung.now = 1.0
    rung.wants(on.Accept(), THEIRS)
    assert rung.names_of_orders() == ["OpenCall", "Talk2023", "SetVoice"]
    assert rung.state is State.ACTIVE
    rung.at(1.5)
    times = [at for at, word, _ in rung.sent if word == "ACCEPT"]
    assert len(times) == limits.ACCEPTS
    assert all(b - a >= limits.SPACING_S - 1e-6 for a, b in pairwise(times))
    # The beginning of what is played is not lost: it begins with the voice.
    assert rung.names_of_orders() == ["Talk2023", "SetVoice"]
    rung.sent.clear()
    for _ in range(5):
        rung.hears(b"CLOSE")
    rung.at(2.0)
    assert rung.words() == ["CLOSE"] * 5
    assert rung.reason() is EndReason.COMPLETED


def test_it_rings_until_the_caller_has_given_up(rung: Marc) -> None:
    rung.at(7.0)
    assert rung.reason() is EndReason.NO_ANSWER
    assert rung.words() == []


def test_a_caller_who_closes_rings_no_longer(rung: Marc) -> None:
    rung.hears(b"CLOSE")
    assert rung.reason() is EndReason.CANCELLED


def test_declining_says_reject_once(rung: Marc) -> None:
    rung.wants(on.HangUp(), THEIRS)
    rung.at(5.0)
    assert rung.words() == ["REJECT"]
    assert rung.reason() is EndReason.DECLINED


def test_calling_who_rings_is_taking_their_call(rung: Marc) -> None:
    rung.call()
    rung.at(1.0)
    assert rung.state is State.ACTIVE
    assert rung.words() == ["ACCEPT"] * 10


@pytest.mark.parametrize("address", [MARC, None])
def test_an_impostor_does_not_ring(marc: Marc, address: str | None) -> None:
    marc.hears(b"START John", EVE)
    marc.is_told(address)
    assert marc.told == [actions.Noted2023(Ignored(EVE, Why.IMPOSTOR, "John"))]
    assert (marc.state, marc.sent) == (None, [])


def test_only_encrypted_calls_are_wanted() -> None:
    marc = Marc(policy=Policy(only_encrypted=True))
    marc.hears(b"START John")
    marc.is_told(JOHN)
    assert marc.words() == ["REJECT"]
    assert [type(action) for action in marc.told] == [actions.Distrusted]
    assert [(it.caller, it.reason) for it in marc.records] == [
        ("John", EndReason.REJECTED_BY_POLICY)
    ]


def test_who_is_not_to_be_disturbed_misses_the_call(marc: Marc) -> None:
    marc.desk.line.quiet = True
    marc.hears(b"START John")
    marc.is_told(JOHN)
    assert marc.words() == ["REJECT"]
    assert [(it.caller, it.reason) for it in marc.records] == [("John", EndReason.BUSY)]
    assert marc.state is None


def test_a_call_of_today_makes_busy(marc: Marc) -> None:
    marc.desk.place(OURS, "John", 0.0, WALL)
    marc.carry()
    marc.hears(b"START Eve", EVE)
    assert marc.sent == [(0.0, "REJECT", EVE)]
    assert marc.told == [actions.Noted2023(TurnedAway("Eve", EVE))]


def test_who_only_calls_others_is_not_called(marc: Marc) -> None:
    marc.desk.calls_2023.taking = False
    marc.hears(b"START Eve", EVE)
    assert marc.sent == [(0.0, "REJECT", EVE)]
    marc.call()
    marc.hears(b"ACCEPT")
    assert marc.state is State.ACTIVE


def test_a_call_of_today_begun_during_the_look_up_makes_busy(marc: Marc) -> None:
    marc.hears(b"START Eve", EVE)
    marc.desk.place(OURS, "John", 0.0, WALL)
    marc.carry()
    marc.is_told(EVE)
    assert marc.sent == [(0.0, "REJECT", EVE)]


# ── in a call ────────────────────────────────────────────────────────────────────────────────────


def test_echoes_of_a_call_do_not_end_the_next(talking: Marc) -> None:
    talking.wants(on.HangUp())
    talking.call()
    for _ in range(5):
        talking.hears(b"CLOSE")
    assert talking.state is State.DIALLING
    talking.at(0.1)
    assert talking.words() == ["CLOSE"] * 5 + ["START Marc"]


def test_doubled_words_change_nothing(talking: Marc) -> None:
    for word in (b"ACCEPT", b"REJECT", b"ACCEPT"):
        talking.hears(word)
    assert talking.state is State.ACTIVE
    assert (talking.sent, talking.orders) == ([], [])


def test_a_third_caller_and_a_stranger(talking: Marc) -> None:
    talking.hears(b"START Eve", EVE)
    talking.hears(b"CLOSE", "10.0.0.67")
    talking.hears(VOICE, "10.0.0.68")
    assert talking.words() == ["REJECT"]
    assert talking.state is State.ACTIVE
    assert talking.told == [
        actions.Noted2023(TurnedAway("Eve", EVE)),
        actions.Noted2023(Ignored("10.0.0.67", Why.STRANGER)),
        actions.Noted2023(Ignored("10.0.0.68", Why.STRANGER)),
    ]


def test_silence_is_the_end(talking: Marc) -> None:
    talking.at(9.0)
    talking.hears(VOICE)
    talking.at(18.9)
    assert talking.state is State.ACTIVE
    talking.at(20.0)
    assert talking.reason() is EndReason.CONNECTION_LOST
    assert talking.words() == ["CLOSE"] * 5


def test_hold_and_mute_have_no_word_and_are_silence(talking: Marc) -> None:
    talking.wants(on.Hold(True))
    assert talking.state is State.HELD
    assert talking.orders == [control.SetVoice(call=OURS, sending=False, hearing=False)]
    talking.wants(on.Hold(False))
    talking.wants(on.Mute(True))
    assert talking.orders[1:] == [
        control.SetVoice(call=OURS, sending=True, hearing=True),
        control.SetVoice(call=OURS, sending=False, hearing=True),
    ]
    assert talking.sent == []


def test_the_media_process_dies_and_comes_back_without_a_word(talking: Marc) -> None:
    talking.media = False
    talking.desk.media_gone(0.0)
    talking.carry()
    assert talking.state is State.RECONNECTING
    talking.at(2.0)
    talking.media = True
    talking.desk.media_back(2.0)
    talking.carry()
    assert talking.state is State.ACTIVE
    assert talking.sent == []
    assert control.Talk2023(call=OURS, generation=2, address=JOHN) in talking.orders


def test_the_media_process_dies_while_it_rings_there(marc: Marc) -> None:
    marc.call()
    marc.media = False
    marc.desk.media_gone(0.0)
    marc.hears(b"ACCEPT")
    assert marc.state is State.CONNECTING_AFTER_ACCEPTED
    marc.media = True
    marc.desk.media_back(1.0)
    marc.carry()
    assert marc.state is State.ACTIVE


def test_the_media_cannot_carry_it(talking: Marc) -> None:
    failed = control.Trouble(call=OURS, code="port_2023_closed", fatal=True)
    talking.desk.reported(failed, 0.0)
    talking.carry()
    talking.at(1.0)
    assert talking.words() == ["CLOSE"] * 5
    assert talking.reason() is EndReason.MEDIA_FAILED
