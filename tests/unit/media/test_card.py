"""The shared microphone and speaker, with devices that come and go as the test likes."""

from collections.abc import Callable
from typing import Any

import pytest

from devcloud.media import card as card_module
from devcloud.media.card import BETTER_S, LOOK_IN_CALL_S, LOOK_S, STUCK_S, Card
from devcloud.media.control import (
    BLOCK_BYTES,
    Device,
    Devices,
    DeviceUsed,
    Gains,
    Processing,
    Report,
    Trouble,
)
from devcloud.media.playout import SteadyQueue
from devcloud.media.sources import SILENT_BLOCK
from devcloud.model.errors import MediaFailed


def block(sample: int) -> bytes:
    return sample.to_bytes(2, "little", signed=True) * (BLOCK_BYTES // 2)


class Machine:
    """The devices that are connected, and the streams that are open."""

    def __init__(self) -> None:
        self.inputs = ["built-in", "headset"]
        self.outputs = ["built-in", "headset"]
        self.open: list[Stream] = []
        self.refreshed = 0

    def make(self, kind: str) -> "Callable[[str], Stream]":
        def make(name: str) -> Stream:
            there = self.inputs if kind == "input" else self.outputs
            if not there:
                raise MediaFailed(
                    "device_no_microphone" if kind == "input" else "device_no_speaker"
                )
            if name and name not in there:
                raise MediaFailed("device_not_found", detail=name)
            return Stream(self, name or there[0], kind)

        return make

    def refresh(self) -> None:
        assert not self.open
        self.refreshed += 1

    def list(self) -> list[Device]:
        return [Device(name=name, inputs=1, outputs=1) for name in self.inputs]


class Stream:
    def __init__(self, machine: Machine, device: str, kind: str) -> None:
        self.queue = SteadyQueue(SILENT_BLOCK, 20, trim=True)
        self.device, self.kind = device, kind
        self.alive = True
        self._machine = machine
        machine.open.append(self)

    def close(self) -> None:
        self._machine.open.remove(self)


class Here:
    """A worker that does its jobs at once, or later."""

    def __init__(self, _name: str) -> None:
        self.held: list[Callable[[], object]] | None = None

    def submit(self, job: Callable[[], object]) -> None:
        if self.held is None:
            job()
        else:
            self.held.append(job)

    async def run(self, job: Callable[[], object]) -> object:
        return job()


class Clock:
    def __init__(self) -> None:
        self.now = 100.0

    def monotonic(self) -> float:
        return self.now


@pytest.fixture
def machine() -> Machine:
    return Machine()


@pytest.fixture
def clock(monkeypatch: pytest.MonkeyPatch) -> Clock:
    clock = Clock()
    monkeypatch.setattr(card_module, "time", clock)
    return clock


@pytest.fixture
def said() -> list[Report]:
    return []


@pytest.fixture
def card(
    machine: Machine, clock: Clock, said: list[Report], monkeypatch: pytest.MonkeyPatch
) -> Card:
    monkeypatch.setattr(card_module, "Worker", Here)
    monkeypatch.setattr(card_module, "Microphone", machine.make("input"))
    monkeypatch.setattr(card_module, "Speaker", machine.make("output"))
    monkeypatch.setattr(card_module, "refresh", machine.refresh)
    monkeypatch.setattr(card_module, "list_afresh", machine.list)
    monkeypatch.setattr(card_module, "list_devices", machine.list)
    monkeypatch.setattr(card_module, "devices_hint", lambda: None)
    monkeypatch.setattr(card_module, "make_processor", lambda _wanted: None)
    return Card(said.append)


def troubles(said: list[Report]) -> list[tuple[str, str, str]]:
    return [(it.call, it.code, it.detail) for it in said if isinstance(it, Trouble)]


def opened(machine: Machine) -> dict[str, str]:
    return {stream.kind: stream.device for stream in machine.open}


def test_a_device_is_open_as_long_as_somebody_uses_it(card: Card, machine: Machine) -> None:
    first, second = card.microphone("1", ""), card.microphone("2", "")
    assert opened(machine) == {"input": "built-in"}
    first.close()
    assert opened(machine) == {"input": "built-in"}
    second.close()
    second.close()
    assert opened(machine) == {}


def test_every_call_hears_the_same_microphone(card: Card, machine: Machine) -> None:
    sources = [card.microphone("1", "headset"), card.microphone("2", "headset")]
    machine.open[0].queue.put(block(7))
    card.begin_tick()
    assert [source.take() for source in sources] == [block(7)] * 2


def test_the_speaker_plays_the_sum_and_stops_at_full_scale(card: Card, machine: Machine) -> None:
    feeds = [card.speaker(call, "") for call in "123"]
    for feed, samples in zip(
        feeds, [(1_000, 30_000, -30_000), (200, 30_000, -30_000)], strict=False
    ):
        for sample in samples:
            feed.hear(block(sample))
    for _ in range(4):
        card.end_tick()
    queue = machine.open[0].queue
    assert [queue.take() for _ in range(4)] == [
        block(1_200), block(32_767), block(-32_768), SILENT_BLOCK
    ]  # fmt: skip


def test_a_headset_that_is_pulled_out_is_said_and_another_takes_over(
    card: Card, machine: Machine, said: list[Report]
) -> None:
    card.microphone("1", "headset")
    card.speaker("1", "headset")
    machine.inputs = machine.outputs = ["built-in"]
    for stream in machine.open:
        stream.alive = False
    card.look_after()
    assert opened(machine) == {"input": "built-in", "output": "built-in"}
    assert ("1", "device_gone", "headset") in troubles(said)
    assert [it for it in said if isinstance(it, Devices)][-1].devices == machine.list()


def test_without_any_device_it_is_said_once_and_tried_again(
    card: Card, machine: Machine, clock: Clock, said: list[Report]
) -> None:
    machine.inputs = []
    source = card.microphone("1", "")
    for _ in range(20):
        clock.now += 1
        card.look_after()
    assert troubles(said) == [("1", "device_no_microphone", "")]
    card.begin_tick()
    assert source.take() == SILENT_BLOCK
    machine.inputs = ["new"]
    clock.now += 10
    card.look_after()
    assert opened(machine) == {"input": "new"}


def test_a_name_that_is_not_there_is_said_and_the_systems_own_is_used(
    card: Card, machine: Machine, said: list[Report]
) -> None:
    card.speaker("1", "Marc’s old headset")
    assert troubles(said) == [("1", "device_not_found", "Marc’s old headset")]
    assert opened(machine) == {"output": "built-in"}


def test_a_device_connected_in_mid_call_can_be_chosen(
    card: Card, machine: Machine, said: list[Report]
) -> None:
    card.speaker("1", "")
    machine.inputs.append("new")
    before, card_make = machine.refreshed, machine.make("input")

    # PortAudio sees it only after it has looked again, for which all must be closed.
    def make(name: str) -> Any:
        if machine.refreshed == before:
            raise MediaFailed("device_not_found", detail=name)
        return card_make(name)

    card._microphone.make = make
    card.microphone("1", "new")
    assert opened(machine) == {"input": "new", "output": "built-in"}
    assert troubles(said) == []


def test_a_missing_library_is_said_and_not_asked_twice_in_a_row(
    card: Card, said: list[Report]
) -> None:
    asked: list[str] = []

    def make(name: str) -> Any:
        asked.append(name)
        raise MediaFailed("device_library_missing")

    card._microphone.make = make
    card.microphone("1", "headset")
    assert troubles(said) == [("1", "device_library_missing", "")]


def test_a_sound_system_that_hangs_is_said_once(
    card: Card, clock: Clock, said: list[Report]
) -> None:
    card._worker.held = []  # type: ignore[attr-defined]
    card.microphone("1", "")
    for _ in range(30):
        clock.now += 1
        card.look_after()
    assert STUCK_S < 30
    assert troubles(said) == [("1", "device_stuck", "")]


def test_processing_is_made_for_an_open_microphone_only(
    card: Card, monkeypatch: pytest.MonkeyPatch
) -> None:
    made: list[Processing] = []
    monkeypatch.setattr(card_module, "make_processor", made.append)
    wanted = Processing(gain_control=False)
    card.process(wanted)
    card.speaker("1", "")
    assert made == []
    source = card.microphone("1", "")
    assert made == [wanted]
    card.process(wanted)
    assert made == [wanted]
    card.process(Processing())
    assert made == [wanted, Processing()]
    source.close()
    card.microphone("1", "")
    assert len(made) == 3


async def test_closing_closes_both(card: Card, machine: Machine) -> None:
    card.microphone("1", "")
    card.speaker("1", "")
    await card.close()
    assert machine.open == []


# ── which device is used ─────────────────────────────────────────────────────────────────────────


def used(said: list[Report]) -> list[tuple[str, str, str]]:
    return [(it.call, it.kind.value, it.device) for it in said if isinstance(it, DeviceUsed)]


def test_each_call_is_told_which_device_it_has(
    card: Card, machine: Machine, said: list[Report]
) -> None:
    card.microphone("1", "headset")
    card.microphone("2", "headset")
    assert used(said) == [("1", "input", "headset"), ("2", "input", "headset")]
    machine.inputs = []
    machine.open[0].alive = False
    card.look_after()
    assert used(said)[2:] == [("1", "input", ""), ("2", "input", "")]


def test_a_device_that_is_connected_again_is_taken_again(
    card: Card, machine: Machine, clock: Clock, said: list[Report]
) -> None:
    machine.inputs = ["built-in"]
    card.microphone("1", "headset")
    for _ in range(40):
        clock.now += 1
        card.look_after()
    assert opened(machine) == {"input": "built-in"}
    machine.inputs = ["built-in", "headset"]
    clock.now += BETTER_S
    card.look_after()
    assert opened(machine) == {"input": "headset"}
    assert used(said) == [("1", "input", "built-in"), ("1", "input", "headset")]
    # That is looked for now and then, and only while there is something to look for.
    listed = sum(isinstance(it, Devices) for it in said)
    clock.now += BETTER_S
    card.look_after()
    assert sum(isinstance(it, Devices) for it in said) == listed <= 4


# ── devices besides those of the calls ───────────────────────────────────────────────────────────


def test_sounds_share_a_device_and_have_it_to_themselves(
    card: Card, machine: Machine, said: list[Report]
) -> None:
    assert not card.busy
    call = card.speaker("1", "headset")
    first, second = (card.outlet("headset", trouble) for trouble in (nobody, nobody))
    other = card.outlet("", nobody)
    assert card.busy and len(machine.open) == 3
    for feed, sample in ((call, 1), (first, 20), (second, 300), (other, 4_000)):
        feed.hear(block(sample))
    card.end_tick()
    assert [stream.queue.take() for stream in machine.open] == [
        block(1), block(320), block(4_000)
    ]  # fmt: skip
    for feed in (call, first, second, other):
        feed.close()
    assert machine.open == [] and not card.busy
    assert {call for call, _, _ in used(said)} == {"1"}


def nobody(code: str, detail: str) -> None:
    raise AssertionError((code, detail))


def test_whoever_has_a_sound_is_told_of_trouble(card: Card, machine: Machine) -> None:
    troubles: list[tuple[str, str]] = []
    card.outlet("old", lambda *trouble: troubles.append(trouble))
    assert troubles == [("device_not_found", "old")]
    assert opened(machine) == {"output": "built-in"}
    # A microphone under test is that one or none.
    inlet = card.inlet("old", lambda *trouble: troubles.append(trouble))
    assert troubles[1:] == [("device_not_found", "old")]
    assert inlet.take() is None and not inlet.open


def test_a_microphone_under_test_begins_with_its_first_block(card: Card, machine: Machine) -> None:
    card.microphone("1", "")
    inlet = card.inlet("headset", nobody)
    assert inlet.take() is None
    machine.open[1].queue.put(block(7))
    assert [inlet.take(), inlet.take()] == [block(7), SILENT_BLOCK]
    assert card.block == SILENT_BLOCK


def test_ring_tones_are_known_to_the_echo_canceller(
    card: Card, machine: Machine, monkeypatch: pytest.MonkeyPatch
) -> None:
    played: list[bytes] = []

    class Canceller:
        def played(self, block: bytes) -> None:
            played.append(block)

        def recorded(self, block: bytes) -> bytes:
            return block

    monkeypatch.setattr(card_module, "make_processor", lambda _wanted: Canceller())
    card.microphone("1", "")
    card.speaker("1", "").hear(block(1))
    card.outlet("headset", nobody).hear(block(20))
    card.end_tick()
    assert played == [block(21)]


def test_all_streams_are_closed_to_look_for_a_new_device(card: Card, machine: Machine) -> None:
    card.speaker("1", "headset")
    card.outlet("built-in", nobody)
    card.microphone("1", "new")
    # `Machine.refresh` asserts that none is open.
    assert machine.refreshed == 1
    assert sorted((it.kind, it.device) for it in machine.open) == [
        ("input", "built-in"), ("output", "built-in"), ("output", "headset")
    ]  # fmt: skip


def test_gains_hold_for_calls_and_stop_at_full_scale(card: Card, machine: Machine) -> None:
    card.amplify(Gains(input_db=20.0, output_db=-20.0))
    source, feed = card.microphone("1", ""), card.speaker("1", "")
    ring = card.outlet("headset", nobody)
    for sample in (100, 30_000):
        machine.open[0].queue.put(block(sample))
    feed.hear(block(1_000))
    ring.hear(block(1_000))
    card.begin_tick()
    assert source.take() == block(1_000)
    card.end_tick()
    assert [stream.queue.take() for stream in machine.open[1:]] == [block(100), block(1_000)]
    card.begin_tick()
    assert source.take() == block(32_767)


# ── looking for devices ──────────────────────────────────────────────────────────────────────────


def test_devices_are_told_when_they_change(
    card: Card, machine: Machine, clock: Clock, said: list[Report]
) -> None:
    card.watch(True)
    assert card.busy
    for _ in range(20):
        clock.now += 1
        card.look_after()
    assert said == [Devices(devices=machine.list())]
    machine.inputs = ["built-in"]
    clock.now += LOOK_S
    card.look_after()
    assert said[1:] == [Devices(devices=machine.list())]
    card.watch(False)
    machine.inputs = []
    clock.now += LOOK_S
    card.look_after()
    assert len(said) == 2 and not card.busy


def test_a_sign_of_the_system_is_followed_at_once(
    card: Card, machine: Machine, said: list[Report], monkeypatch: pytest.MonkeyPatch
) -> None:
    card.watch(True)
    machine.inputs = ["built-in"]
    card.look_after()
    assert len(said) == 1
    monkeypatch.setattr(card_module, "devices_hint", lambda: "another")
    card.look_after()
    assert len(said) == 2


def test_in_a_call_it_is_looked_without_disturbing_it(
    card: Card, machine: Machine, clock: Clock, said: list[Report]
) -> None:
    card.speaker("1", "")
    before = machine.refreshed
    card.watch(True)
    clock.now += LOOK_IN_CALL_S
    card.look_after()
    assert machine.refreshed == before
    assert [it for it in said if isinstance(it, Devices)] == [Devices(devices=machine.list())]


def test_a_list_that_cannot_be_had_is_no_news(
    card: Card, said: list[Report], monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail() -> None:
        raise MediaFailed("device_list")

    monkeypatch.setattr(card_module, "refresh", fail)
    card.watch(True)
    assert said == []
    monkeypatch.setattr(card_module, "list_afresh", fail)
    card.tell_devices()
    assert said == [Trouble(call="", code="device_list")]
