"""Two ends, a fake wire and fake media, for calls that are told as a transcript.

    stage = Stage()                      Marc calls John
    stage.do("John", on.Accept())        something happens, and all that follows from it
    stage.said()                         what each said, and which states they went through

And for single ends, a call in each of the situations that tests begin with.
"""

from collections import deque
from collections.abc import Callable
from typing import Any

from devcloud.call import commands as do
from devcloud.call import events as on
from devcloud.call.commands import Command
from devcloud.call.events import Event
from devcloud.call.machine import Call
from devcloud.call.states import State, Timers
from devcloud.model.records import CallRecord

CALL = "c" * 32
MARC, JOHN = "marc-desk", "john-desk"
WALL = 1_000_000.0


def placed(now: float = 0.0) -> Call:
    """Return Marc's call to John, dialling since `now`, its invitation on the way."""
    call = Call.place(id=CALL, me="Marc", peer="John", wall=WALL, timers=Timers())
    call.begin(now)
    call.handle(on.OfferMade(1, "offer 1"), now)
    return call


def received(*, warm: bool = True, now: float = 0.0) -> Call:
    """Return Marc's call as it rings at John's."""
    call = Call.receive(
        id=CALL,
        me="John",
        peer="Marc",
        device=MARC,
        offer=on.OfferReceived(1, "offer 1"),
        warm=warm,
        wall=WALL,
        timers=Timers(),
    )
    call.begin(now)
    return call


def after(call: Call, *events: Event, now: float = 0.0) -> Call:
    """Return the call after these events."""
    for event in events:
        call.handle(event, now)
    return call


def ringing_out() -> Call:
    """Return Marc's call while it rings at John's, without a path."""
    return after(placed(), on.RingingReceived(JOHN, ""))


def warming_out() -> Call:
    """Return Marc's call while it rings at John's, and its path is coming."""
    return after(placed(), on.RingingReceived(JOHN, "answer 1"))


def talking_out() -> Call:
    """Return Marc's call while both talk."""
    return after(warming_out(), on.PathUp(1), on.AnswerReceived(JOHN, "answer 1"))


def talking_in() -> Call:
    """Return the same call at John's."""
    return after(received(), on.AnswerMade(1, "answer 1"), on.PathUp(1), on.Accept())


class Stage:
    """Marc's end and John's: what is said arrives, in order, before anything else happens."""

    def __init__(self, *, warm: bool = True) -> None:
        self.now = 0.0
        self.warm = warm
        self.transcript: list[str] = []
        self.records: list[CallRecord] = []
        marc = Call.place(id=CALL, me="Marc", peer="John", wall=WALL, timers=Timers())
        self.calls = {"Marc": marc}
        self._told: dict[str, State] = {}
        self._coming: deque[tuple[str, Event]] = deque()
        self._carry_out("Marc", marc.begin(self.now))
        self._settle()

    def do(self, who: str, event: Event) -> None:
        """Let something happen at one end, and all that follows from it."""
        self._coming.append((who, event))
        self._settle()

    def wait(self, seconds: float) -> None:
        """Let time pass for both."""
        end = self.now + seconds
        while (soonest := min(self._deadlines(), default=end + 1.0)) <= end:
            self.now = soonest
            for who, call in self.calls.items():
                self._carry_out(who, call.tick(self.now))
            self._settle()
        self.now = end

    def said(self) -> list[str]:
        """Return the transcript since this was asked last."""
        transcript, self.transcript = self.transcript, []
        return transcript

    def _deadlines(self) -> list[float]:
        return [c.deadline for c in self.calls.values() if c.deadline is not None]

    def _settle(self) -> None:
        while self._coming:
            who, event = self._coming.popleft()
            self._carry_out(who, self.calls[who].handle(event, self.now))

    def _carry_out(self, who: str, commands: list[Command]) -> None:
        for command in commands:
            if isinstance(command, do.Announce):
                state = self.calls[who].state
                if state is not self._told.get(who):
                    self.transcript.append(f"{who} is {state}")
                    self._told[who] = state
            elif isinstance(command, do.Remember):
                self.records.append(command.record)
            elif type(command) in _MEDIA:
                self._coming += [(who, event) for event in _MEDIA[type(command)](command)]
            elif isinstance(command, do.SetVoice):
                self.transcript.append(f"{who} {_voice(command)}")
            elif not isinstance(command, do.OpenMedia | do.AddCandidates):
                self._say(who, command)

    def _say(self, who: str, command: Command) -> None:
        self.transcript.append(f"{who} → {type(command).__name__.removeprefix('Send').lower()}")
        other, device = ("John", MARC) if who == "Marc" else ("Marc", JOHN)
        if isinstance(command, do.SendInvite):
            offer = on.OfferReceived(command.generation, command.sdp)
            self.calls["John"] = john = Call.receive(
                id=CALL, me="John", peer="Marc", device=MARC, offer=offer, warm=self.warm,
                wall=WALL, timers=Timers(),
            )  # fmt: skip
            self._carry_out("John", john.begin(self.now))
        else:
            self._coming.append((other, _WIRE[type(command)](device, command)))


def _voice(command: do.SetVoice) -> str:
    return {
        (True, True): "talks and hears",
        (False, True): "is mute and hears",
        (False, False): "is silent",
    }[(command.sending, command.hearing)]


_WIRE: dict[type[Command], Callable[[str, Any], Event]] = {
    do.SendRinging: lambda device, c: on.RingingReceived(device, c.sdp),
    do.SendAnswer: lambda device, c: on.AnswerReceived(device, c.sdp),
    do.SendDecline: lambda device, c: on.DeclineReceived(device, c.reason, c.text),
    do.SendCancel: lambda _, c: on.CancelReceived(c.reason),
    do.SendHangup: lambda device, c: on.HangupReceived(device, c.reason),
    do.SendOffer: lambda _, c: on.OfferReceived(c.generation, c.sdp),
    do.SendOfferAnswer: lambda _, c: on.OfferAnswered(c.generation, c.sdp),
    do.SendHold: lambda _, c: on.HoldReceived(c.on, order=1 if c.on else 2),
}

_MEDIA: dict[type[Command], Callable[[Any], list[Event]]] = {
    do.MakeOffer: lambda c: [on.OfferMade(c.generation, f"offer {c.generation}")],
    do.TakeOffer: lambda c: [on.AnswerMade(c.generation, f"answer {c.generation}")],
    do.TakeAnswer: lambda _: [],
    do.CloseMedia: lambda _: [on.MediaClosed()],
}
