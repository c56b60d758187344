"""The shared microphone and speaker, with devices that come and go as the test likes."""

from collections.abc import Callable
from typing import Any

import pytest

from devcloud.media import card as card_module
from devcloud.media.card import STUCK_S, Card
from devcloud.media.control import BLOCK_BYTES, Device, Devices, Processing, Report, Trouble
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
