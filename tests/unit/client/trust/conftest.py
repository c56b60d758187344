"""Marc and John: two desks with their guards, a wire one can hold, and media that only pretends."""

import hashlib
from collections.abc import Callable
from dataclasses import dataclass, field
from types import SimpleNamespace
from typing import Any

import msgspec
import pytest

from devcloud.call import events as on
from devcloud.call.machine import Call
from devcloud.call.states import Timers
from devcloud.client import actions
from devcloud.client.desk import Desk
from devcloud.client.guard import Guard
from devcloud.client.policy import Policy, WarmUp
from devcloud.identity.keys import SigningKey
from devcloud.identity.pins import PinBook, remember
from devcloud.media import control
from devcloud.wire.signalling.messages import CallMessage

TIMERS = Timers(ring=45.0, connect=15.0, close=0.0)


def key_of(name: str) -> SigningKey:
    return SigningKey.from_seed(hashlib.sha256(name.encode()).digest())


def description(certificate: str) -> str:
    """A description whose sender will show this certificate."""
    digest = hashlib.sha256(certificate.encode()).hexdigest().upper()
    fingerprint = ":".join(digest[at : at + 2] for at in range(0, 64, 2))
    return (
        "v=0\r\no=- 1 1 IN IP4 127.0.0.1\r\ns=-\r\nt=0 0\r\n"
        "m=audio 9 UDP/TLS/RTP/SAVPF 111\r\n"
        f"a=fingerprint:sha-256 {fingerprint}\r\na=setup:actpass\r\n"
    )


@dataclass
class Side:
    """One device: what it says is in `out`, what its person is told in `told`."""

    name: str
    device: str
    world: "World"
    key: SigningKey
    policy: Policy
    book: PinBook
    waiting: bool = False
    out: list[CallMessage] = field(default_factory=list)
    told: list[actions.Action] = field(default_factory=list)
    orders: list[control.Order] = field(default_factory=list)
    made: list[str] = field(default_factory=list)
    known_words: dict[str, Any] = field(default_factory=dict)
    agreed: set[str] = field(default_factory=set)
    numbers: int = 0

    def __post_init__(self) -> None:
        self.guard = Guard(self.name, self.key, self.book, self.randomness)
        self.desk = Desk(
            self.name, self.device, timers=TIMERS, guard=self.guard, policy=self.policy,
            waiting=self.waiting,
        )  # fmt: skip
        self.desk.signed_in(self.world.now)

    def randomness(self, size: int) -> bytes:
        self.numbers += 1
        return hashlib.sha256(f"{self.device} {self.numbers}".encode()).digest()[:size]

    # ── the person ───────────────────────────────────────────────────────────────────────────────

    def call(self, peer: str, number: int = 1, **known: Any) -> str:
        id = f"{number:032x}"
        self.desk.place(id, peer, self.world.now, 1e9 + self.world.now, **known)
        self.carry()
        return id

    def accept(self, id: str) -> None:
        self.desk.act(id, on.Accept(), self.world.now)
        self.carry()

    def hang_up(self, id: str) -> None:
        self.desk.act(id, on.HangUp(), self.world.now)
        self.carry()

    def accept_key(self, id: str) -> None:
        self.desk.accept_key(id, self.world.now, 1e9 + self.world.now)
        self.carry()

    def confirm(self, id: str, *, match: bool) -> None:
        self.desk.confirm_words(id, match=match)
        self.carry()

    @property
    def calls(self) -> dict[str, Call]:
        return self.desk.line.calls

    # ── the machinery ────────────────────────────────────────────────────────────────────────────

    def hear(self, message: CallMessage) -> None:
        self.desk.received(message, self.world.now, 1e9 + self.world.now)
        self.carry()

    def tick(self) -> None:
        self.desk.tick(self.world.now)
        self.carry()

    def report(self, report: control.Report) -> None:
        self.desk.reported(report, self.world.now)
        self.carry()

    def carry(self) -> None:
        for action in self.desk.drain():
            if isinstance(action, actions.Say):
                self.world.say(self, action.message)
            elif isinstance(action, actions.Order):
                self.orders.append(action.order)
                self._media(action.order)
            else:
                self.told.append(action)
                self._note(action)

    def _media(self, order: control.Order) -> None:
        call = getattr(order, "call", "")
        match order:
            case control.MakeOffer(generation=generation):
                made = control.OfferMade(
                    call=call, generation=generation, sdp=self._sdp(generation)
                )
                self.report(made)
            case control.TakeOffer(generation=generation):
                sdp = self._sdp(generation)
                self.report(control.AnswerMade(call=call, generation=generation, sdp=sdp))
                self._up(call, generation)
            case control.TakeAnswer(generation=generation):
                self._up(call, generation)
            case control.CloseCall():
                self.report(control.CallClosed(call=call))

    def _up(self, call: str, generation: int) -> None:
        state = control.PathState.CONNECTED
        self.report(control.PathChanged(call=call, generation=generation, state=state))

    def _sdp(self, generation: int) -> str:
        self.made.append(description(f"{self.device} {generation}"))
        return self.made[-1]

    def _note(self, action: actions.Action) -> None:
        if isinstance(action, actions.Changed):
            id = action.call.id
            self.known_words[id] = self.desk.trust(id).words or self.known_words.get(id)
            if action.call.accepted:
                self.agreed.add(id)

    # ── what the person knows ────────────────────────────────────────────────────────────────────

    @property
    def doubts(self) -> list[str]:
        return [each.error.code for each in self.told if isinstance(each, actions.Distrusted)]

    @property
    def dropped(self) -> list[str]:
        return [each.error.code for each in self.told if isinstance(each, actions.Dropped)]

    @property
    def ends(self) -> list[str]:
        return [
            str(each.record.reason) for each in self.told if isinstance(each, actions.Remembered)
        ]

    @property
    def pins(self) -> list[str]:
        return sorted(pin.name for pin in self.desk._gate.book.pins.values())

    def words(self, id: str) -> Any:
        return self.known_words.get(id)

    def accepted(self, id: str) -> bool:
        """Whether this side has ever agreed to talk in this call."""
        return id in self.agreed

    def spoke(self, id: str) -> bool:
        return any(
            isinstance(order, control.SetVoice) and order.call == id and order.sending
            for order in self.orders
        )

    @property
    def voice(self) -> list[bool]:
        return [order.sending for order in self.orders if isinstance(order, control.SetVoice)]


class World:
    """The wire: messages wait until `flow` delivers them, each through `twist`."""

    def __init__(self) -> None:
        self.now = 100.0
        self.sides: list[Side] = []
        self.wire: list[CallMessage] = []
        self.said: list[CallMessage] = []
        self.twist: Callable[[CallMessage], list[CallMessage]] = lambda message: [message]

    def side(
        self, name: str, number: int = 1, *, key: str = "", knows: tuple[str, ...] = (),
        policy: Policy | None = None, waiting: bool = False, warm: bool = True,
    ) -> Side:  # fmt: skip
        book = PinBook()
        for each in knows:
            book = remember(book, each, key_of(each).public, 1.0)
        side = Side(
            name=name,
            device=f"{name.lower().encode().hex():0<12}{number:04x}"[:16],
            world=self,
            key=key_of(key or name),
            policy=policy or Policy(warm_up=WarmUp.ALWAYS if warm else WarmUp.NEVER),
            book=book,
            waiting=waiting,
        )
        self.sides.append(side)
        return side

    def say(self, side: Side, message: CallMessage) -> None:
        stamped = msgspec.structs.replace(message, from_=side.name, device=side.device)
        side.out.append(stamped)
        self.wire.append(stamped)

    def flow(self) -> None:
        """Deliver everything, and what follows from it."""
        while self.wire:
            message = self.wire.pop(0)
            self.said.append(message)
            for each in self.twist(message):
                self.deliver(each)

    def deliver(self, message: CallMessage) -> None:
        for side in self.sides:
            device = message.to_device in (None, side.device)
            if side.name == message.to and device and message.device != side.device:
                side.hear(message)

    def wait(self, seconds: float) -> None:
        """Let time pass, as often as anybody has something to do."""
        until = self.now + seconds
        while True:
            due = [side.desk.deadline for side in self.sides if side.desk.deadline is not None]
            at = min(due, default=until)
            if at > until:
                break
            self.now = max(self.now, at)
            for side in self.sides:
                side.tick()
            self.flow()
            if self.now >= until:
                break
        self.now = until


@pytest.fixture
def world() -> World:
    return World()


@pytest.fixture(scope="session")
def make() -> SimpleNamespace:
    return SimpleNamespace(sdp=description, key_of=key_of, world=World)
