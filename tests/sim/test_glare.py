"""Two people who call each other at once talk, whatever crosses on the way, and ring for nobody."""

import pytest
from tests.sim.network import Weather
from tests.sim.scenario import Scenario

from devcloud.call.line import Line
from devcloud.call.states import State
from devcloud.model.records import EndReason

SEEDS = 500


def call_each_other(seed: int) -> Scenario:
    """Let Marc call John, and John, who may have two devices, call Marc at nearly that time."""
    scenario = Scenario(seed, weather=Weather())
    world = scenario.world
    scenario.weather.slowest = world.rng.choice((0.002, 0.05, 0.5))
    scenario.ether.calm = True
    marc, *johns = [scenario.add(name) for name in ("Marc", "John", "John")[: 2 + seed % 2]]
    for device in scenario.devices:
        # Nobody takes a call: that both talk is for glare to bring about.
        device.reacts = False
    near = world.rng.choice((0.0, 0.05, 0.5, 1.5))
    world.at(2.0 + world.between(0.0, near), marc.call, "John")
    world.at(2.0 + world.between(0.0, near), world.rng.choice(johns).call, "Marc")
    # Long enough for everything that crosses, and far too short for anybody to give up.
    world.run(until=10.0)
    return scenario


def wrong(scenario: Scenario) -> str:
    """Return what is not as it should be."""
    calls = [(d, c) for d in scenario.devices for c in d.desk.line.calls.values() if not c.over]
    if len(calls) != 2 or len({call.id for _, call in calls}) != 1:
        return f"there are {[(d.who, c.id[:4], str(c.state)) for d, c in calls]}"
    if any(call.state is not State.ACTIVE for _, call in calls):
        return "nobody talks"
    talking = {device for device, _ in calls}
    for device in scenario.devices:
        reasons = {record.reason for record in device.records.values()}
        if reasons and (device in talking or reasons != {EndReason.ANSWERED_ELSEWHERE}):
            return f"{device.who} remembers {reasons}"
    return ""


def test_both_talk() -> None:
    assert {s: w for s in range(SEEDS) if (w := wrong(call_each_other(s)))} == {}


def test_it_would_show(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(Line, "dialling_to", lambda *_: None)
    assert any(wrong(call_each_other(seed)) for seed in range(20))
