"""The 2023 machines' events as lines of a log, in the words that the 2023 server used.

Names and addresses were written by strangers: a control character in them is shown as an escape,
so that nobody writes lines of their own into a log.
"""

import msgspec

from devcloud.model.texts import Language, Value, say
from devcloud.wire.legacy2023 import happenings
from devcloud.wire.legacy2023.connection import (
    Claim,
    Disconnected,
    DisconnectRefused,
    Ending,
    Event,
    LookedUp,
    Misunderstood,
    Registered,
    RegistrationRefused,
    UnknownName,
    Unreported,
)

_KEYS: dict[type[Event], str] = {
    LookedUp: "wants_to_reach",
    UnknownName: "unknown_name",
    DisconnectRefused: "disconnect_refused",
    Misunderstood: "misunderstood",
    Unreported: "unreported",
}
_REFUSALS: dict[str, str] = {Claim.TAKEN: "name_taken", Claim.FAULT: "name_not_kept"}
_ENDINGS = {Ending.ASKED: "disconnected", Ending.LOST: "connection_lost"}


def sentence(event: Event, language: Language) -> str:
    """Return what a server's log says of `event`."""
    values: dict[str, Value] = {
        name: _visible(value) for name, value in msgspec.structs.asdict(event).items()
    }
    if not isinstance(event, RegistrationRefused):
        for name in ("asker", "name"):
            values[name] = values.get(name) or say("legacy2023.somebody", language)
    if isinstance(event, Disconnected):
        values["ending"] = say(f"legacy2023.{event.ending.value}", language)
    return say(f"legacy2023.{_key(event)}", language, **values)


def told(happening: happenings.Happening, language: Language) -> str:
    """Return what a client's log says of calls that rang, were turned away or left aside."""
    match happening:
        case happenings.Ignored(why=why):
            key = why.value
        case happenings.TurnedAway():
            key = "turned_away"
        case happenings.Rang():
            key = "rings"
        case _:
            raise ValueError(f"nobody is told of {type(happening).__name__}")
    values = msgspec.structs.asdict(happening).items()
    return say(f"legacy2023.{key}", language, **{name: _visible(value) for name, value in values})


def _key(event: Event) -> str:
    match event:
        case Registered():
            return "renamed" if event.formerly else "registered"
        case RegistrationRefused():
            return _REFUSALS.get(event.claim, "name_refused")
        case Disconnected():
            return _ENDINGS.get(event.ending, "connection_cut")
    return _KEYS[type(event)]


def _visible(value: Value) -> Value:
    if not isinstance(value, str):
        return value
    return "".join(c if c.isprintable() else ascii(c)[1:-1] for c in value)
