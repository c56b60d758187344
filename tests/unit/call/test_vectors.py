"""The machine as data, for whoever writes another one: its whole table, and calls step by step.

    tests/vectors/call/table.json         role → state → event → the rule that meets it
    tests/vectors/call/transcripts.json   events in, state, deadline and commands out

UPDATE=1 writes both anew.
"""

import json
import os
from collections.abc import Iterable
from pathlib import Path
from typing import Any

import msgspec
import pytest
from tests.unit.call.stage import CALL, JOHN, MARC, WALL

from devcloud.call import commands as do
from devcloud.call import events as on
from devcloud.call.events import Event
from devcloud.call.machine import Call
from devcloud.call.states import OVER, Role, State, Timers
from devcloud.call.table import ROWS, TABLE
from devcloud.model.records import EndReason

VECTORS = Path(__file__).parents[2] / "vectors" / "call"
UPDATE = bool(os.environ.get("UPDATE"))
PHONE = "john-phone"

Steps = list[tuple[float, Event | None]]
"""What happens when; None is the passing of time."""


def compare(name: str, now: dict[str, Any]) -> None:
    """Compare what is with what is written down."""
    path = VECTORS / name
    if UPDATE:
        path.write_text(json.dumps(now, indent=1, ensure_ascii=False) + "\n", encoding="utf-8")
    assert json.loads(path.read_text(encoding="utf-8")) == now


def test_the_table() -> None:
    table: dict[str, dict[str, dict[str, str]]] = {}
    for role in Role:
        for state in State:
            row = {e.__name__: rule for (r, s, e), rule in TABLE.items() if (r, s) == (role, state)}
            if row:
                table.setdefault(role, {})[state] = dict(sorted(row.items()))
    compare("table.json", table)


def test_the_table_is_whole() -> None:
    # An end is handled before the table, and nothing happens any more when a call is over.
    assert not any(state in OVER for _, state, _ in TABLE)
    events = {cls for cls in vars(on).values() if isinstance(cls, type) and issubclass(cls, Event)}
    assert {row[0] for row in ROWS} == events - {Event, on.HangUp, on.MediaClosed}
    assert all(callable(getattr(Call, f"_{rule}")) for rule in TABLE.values())


@pytest.mark.parametrize(
    "role, unreachable",
    [
        (Role.CALLER, {State.RINGING_IN}),
        (Role.CALLEE, {State.DIALLING, State.RINGING_OUT}),
    ],
)
def test_each_role_has_states_of_its_own(role: Role, unreachable: set[State]) -> None:
    assert {state for r, state, _ in TABLE if r is role} == set(State) - OVER - unreachable


def marc() -> Call:
    """Return a call that Marc places."""
    return Call.place(id=CALL, me="Marc", peer="John", wall=WALL, timers=Timers())


def john(*, warm: bool = True) -> Call:
    """Return the same call as it comes in at John's."""
    return Call.receive(
        id=CALL, me="John", peer="Marc", device=MARC, offer=on.OfferReceived(1, "offer 1"),
        warm=warm, wall=WALL, timers=Timers(),
    )  # fmt: skip


STORIES: dict[str, tuple[Call, Steps]] = {
    "caller, answered, hung up": (
        marc(),
        [
            (0.1, on.OfferMade(1, "offer 1")),
            (0.2, on.DeviceReached(JOHN)),
            (0.3, on.RingingReceived(JOHN, "answer 1")),
            (0.4, on.CandidatesReceived(JOHN, 1, ("a", "b"))),
            (0.5, on.PathUp(1)),
            (6.0, on.AnswerReceived(JOHN, "answer 1")),
            (7.0, on.Mute(True)),
            (8.0, on.Mute(False)),
            (60.0, on.HangUp()),
            (60.1, on.MediaClosed()),
        ],
    ),
    "callee, answered, hung up there": (
        john(),
        [
            (0.1, on.CandidatesReceived(MARC, 1, ("a",))),
            (0.2, on.AnswerMade(1, "answer 1")),
            (0.5, on.PathUp(1)),
            (6.0, on.Accept()),
            (60.0, on.HangupReceived(MARC, EndReason.COMPLETED)),
            (62.0, None),
        ],
    ),
    "callee, cold, accepted before there is a path": (
        john(warm=False),
        [
            (1.0, on.CandidatesReceived(MARC, 1, ("a",))),
            (3.0, on.Accept()),
            (3.1, on.AnswerMade(1, "answer 1")),
            (3.5, on.PathUp(1)),
            (4.0, on.Hold(True)),
            (5.0, on.HoldReceived(True, 4)),
            (6.0, on.Hold(False)),
            (7.0, on.HoldReceived(False, 5)),
            (9.0, on.HangUp()),
            (9.1, on.MediaClosed()),
        ],
    ),
    "caller, nobody answers": (
        marc(),
        [
            (0.1, on.OfferMade(1, "offer 1")),
            (0.3, on.RingingReceived(JOHN, "")),
            (45.0, None),
            (45.1, on.MediaClosed()),
        ],
    ),
    "caller, two devices, the second answers": (
        marc(),
        [
            (0.1, on.OfferMade(1, "offer 1")),
            (0.3, on.RingingReceived(JOHN, "answer of the desk")),
            (0.4, on.RingingReceived(PHONE, "answer of the phone")),
            (0.5, on.PathUp(1)),
            (3.0, on.AnswerReceived(PHONE, "answer of the phone")),
            (3.1, on.AnswerReceived(JOHN, "answer of the desk")),
            (3.2, on.OfferMade(2, "offer 2")),
            (3.3, on.OfferAnswered(2, "answer 2")),
            (3.5, on.PathUp(2)),
            (9.0, on.HangupReceived(PHONE, EndReason.COMPLETED)),
            (9.1, on.MediaClosed()),
        ],
    ),
    "caller, busy on one device and declined on another": (
        marc(),
        [
            (0.1, on.OfferMade(1, "offer 1")),
            (0.2, on.DeclineReceived(JOHN, EndReason.BUSY)),
            (0.4, on.DeviceReached(PHONE)),
            (0.5, on.RingingReceived(PHONE, "answer 1")),
            (2.0, on.DeclineReceived(PHONE, EndReason.DECLINED, "Later.")),
            (2.1, on.MediaClosed()),
        ],
    ),
    "caller, the path is lost and mended": (
        marc(),
        [
            (0.1, on.OfferMade(1, "offer 1")),
            (0.2, on.AnswerReceived(JOHN, "answer 1")),
            (0.4, on.PathUp(1)),
            (10.0, on.PathWavered(1)),
            (11.0, None),
            (11.1, on.OfferMade(2, "offer 2")),
            (11.2, on.OfferReceived(2, "their offer 2")),
            (11.3, on.OfferAnswered(2, "answer 2")),
            (11.5, on.PathUp(2)),
            (20.0, on.HangUp()),
            (20.1, on.MediaClosed()),
        ],
    ),
    "callee, both have offered the next path": (
        john(),
        [
            (0.2, on.AnswerMade(1, "answer 1")),
            (0.3, on.Accept()),
            (0.5, on.PathUp(1)),
            (10.0, on.PathLost(1)),
            (15.0, None),
            (15.1, on.OfferMade(2, "offer 2")),
            (15.2, on.OfferReceived(2, "their offer 2")),
            (15.3, on.AnswerMade(2, "answer 2")),
            (15.5, on.PathUp(2)),
            (20.0, on.HangUp()),
            (20.1, on.MediaClosed()),
        ],
    ),
    "callee, the media process dies in mid-call": (
        john(),
        [
            (0.2, on.AnswerMade(1, "answer 1")),
            (0.3, on.Accept()),
            (0.5, on.PathUp(1)),
            (10.0, on.MediaGone()),
            (11.0, on.MediaBack()),
            (11.1, on.OfferMade(2, "offer 2")),
            (11.3, on.OfferAnswered(2, "answer 2")),
            (11.5, on.PathUp(2)),
            (20.0, on.HangUp()),
            (20.1, on.MediaClosed()),
        ],
    ),
    "caller, the path never comes back": (
        marc(),
        [
            (0.1, on.OfferMade(1, "offer 1")),
            (0.2, on.AnswerReceived(JOHN, "answer 1")),
            (0.4, on.PathUp(1)),
            (10.0, on.PathLost(1)),
            (11.0, None),
            (19.0, None),
            (27.0, None),
            (35.0, None),
            (40.0, None),
            (40.1, on.MediaClosed()),
        ],
    ),
}


def as_data(value: Event | do.Command) -> dict[str, Any]:
    """Return an event or a command as JSON would have it."""
    fields = {
        name: msgspec.to_builtins(getattr(value, name)) for name in value.__dataclass_fields__
    }
    return {"type": type(value).__name__, **fields}


def told(call: Call, steps: Iterable[tuple[float, Event | None]]) -> dict[str, Any]:
    """Return a story: what came in and what came out of it."""
    story: dict[str, Any] = {"role": call.role, "begin": _step(call, 0.0, None, call.begin(0.0))}
    story["steps"] = []
    for at, event in steps:
        out = call.tick(at) if event is None else call.handle(event, at)
        story["steps"].append(_step(call, at, event, out))
    return story


def _step(call: Call, at: float, event: Event | None, out: list[do.Command]) -> dict[str, Any]:
    return {
        "at": at,
        "event": None if event is None else as_data(event),
        "commands": [as_data(command) for command in out],
        "state": call.state,
        "deadline": None if call.deadline is None else round(call.deadline, 3),
    }


def test_the_transcripts() -> None:
    stories = {name: told(call, steps) for name, (call, steps) in STORIES.items()}
    assert all(story["steps"][-1]["state"] == "ended" for story in stories.values())
    compare("transcripts.json", json.loads(json.dumps(stories)))
