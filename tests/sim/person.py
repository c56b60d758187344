"""A person at a device: the real desk, a fake media process, a connection that comes and goes, and
the whims of whoever sits there. What must hold at every moment is checked after every step.
"""

import re
from collections import Counter
from functools import cache
from hashlib import sha256

from tests.sim.media import Ether, FakeMedia
from tests.sim.network import Connection, Server
from tests.sim.world import Violation, World

from devcloud.call import events as on
from devcloud.call.line import Busy
from devcloud.call.machine import Call
from devcloud.call.mailbox import MOST_MESSAGES
from devcloud.call.states import UNANSWERED, Role, State
from devcloud.client import actions
from devcloud.client.desk import Desk
from devcloud.client.guard import Guard
from devcloud.client.people import People
from devcloud.directory.members import Member
from devcloud.identity.keys import SigningKey
from devcloud.identity.pins import PinBook
from devcloud.media import control
from devcloud.model.names import fold_name
from devcloud.model.records import CallRecord
from devcloud.wire.signalling import messages
from devcloud.wire.signalling.codec import encode, type_of
from devcloud.wire.signalling.messages import CallMessage, FromServer

PAUSES_S = (1.0, 2.0, 4.0, 8.0, 15.0)
SLACK_S = 0.001

_PHASES = dict.fromkeys(UNANSWERED, "ring") | {
    State.CONNECTING_AFTER_ACCEPTED: "connect",
    State.RECONNECTING: "reconnect",
    State.ENDING: "close",
}


class Device:
    """One device of one person."""

    def __init__(
        self, world: World, server: Server, ether: Ether, name: str, number: int, *, warm: bool,
        waiting: bool, guarded: bool,
    ) -> None:  # fmt: skip
        self.world = world
        self.server = server
        self.name = name
        self.id = f"{number:016x}"
        self.who = f"{name}{number}"
        key = key_of(name)
        guard = Guard(name, key, PinBook(), world.rng.randbytes) if guarded else None
        self.desk = Desk(name, self.id, warm=lambda _: warm, waiting=waiting, guard=guard)
        self.media = FakeMedia(world, ether, self.who, self.reported)
        self.connection: Connection | None = None
        self.alive = True
        self.reacts = True
        """Whether somebody is there when it rings."""
        self.people = People()
        self.known: set[str] = set()
        """The calls that must leave a record here."""
        self.records: dict[str, CallRecord] = {}
        self.voices: dict[str, tuple[bool, bool]] = {}
        self.dropped: Counter[str] = Counter()
        self._alarm_at: float | None = None
        self._attempt = 0
        self._since: dict[str, tuple[str, float]] = {}

    # ── the connection ───────────────────────────────────────────────────────────────────────────

    def connect(self) -> None:
        """Try to sign in; again a while later if that fails."""
        self.world.after(self.world.between(0.01, 0.2), self._sign_in)

    def _sign_in(self) -> None:
        if not self.alive or self.connection is not None:
            return
        member = Member(name=self.name, key=fold_name(self.name), device=self.id)
        connection = Connection(member, self._received)
        welcome = self.server.sign_in(connection)
        if welcome is None:
            self._try_again()
            return
        self.connection = connection
        connection.down_at = self.world.now + self.world.between(0.001, 0.1)
        self.world.at(connection.down_at, self._welcomed, connection, welcome)

    def _welcomed(self, connection: Connection, welcome: messages.Welcome) -> None:
        if connection is self.connection and not connection.cut:
            self._attempt = 0
            self.people.welcomed(welcome)
            self.note("signed in")
            self.desk.signed_in(self.world.now)
            self.carry()

    def _try_again(self) -> None:
        pause = PAUSES_S[min(self._attempt, len(PAUSES_S) - 1)]
        self._attempt += 1
        self.world.after(pause * self.world.between(0.8, 1.2), self.connect)

    def lost(self, connection: Connection) -> None:
        """The client notices that its connection is gone."""
        connection.at_client = False
        if self.alive and connection is self.connection:
            self.connection = None
            self.note("signed out")
            self.desk.signed_out()
            self._try_again()

    def _received(self, message: FromServer) -> None:
        if not self.alive:
            return
        if isinstance(message, messages.Presence):
            self.people.changed(message)
            return
        assert isinstance(message, CallMessage | messages.Undeliverable)
        if self.world.verbose:
            self.note(f"← {_brief(message)}")
        self.desk.received(message, self.world.now, self.world.now)
        self.carry()

    # ── the person ───────────────────────────────────────────────────────────────────────────────

    def call(self, peer: str) -> None:
        """Call somebody, if this device is free to."""
        if not self.alive or fold_name(peer) == fold_name(self.name):
            return
        call = f"{self.world.rng.getrandbits(128):032x}"
        self.note(f"calls {peer}: {call[:4]}")
        try:
            self.desk.place(call, peer, self.world.now, self.world.now)
        except Busy:
            self.note("is busy")
            return
        self.known.add(call)
        self.carry()

    def act(self, call: Call, event: on.Event) -> None:
        """Do something about a call, if that still makes sense."""
        if not self.alive or call.over:
            return
        if isinstance(event, on.Accept):
            if call.role is Role.CALLER:
                return
            self.world.accepted.add(call.id)
        if isinstance(event, on.Hold) and not call.accepted:
            return
        self.note(f"{event} {call.id[:4]}")
        self.desk.act(call.id, event, self.world.now)
        self.carry()

    def any_call(self) -> Call | None:
        """Return one of the calls that are not over."""
        live = [call for call in self.desk.line.calls.values() if not call.over]
        return self.world.rng.choice(live) if live else None

    def vanish(self) -> None:
        """The client is killed: nobody says goodbye."""
        if not self.alive:
            return
        self.note("vanishes")
        self.alive = False
        self.media.kill()
        if self.connection is not None:
            self.connection.cut = True
            silence = self.world.between(0.0, 0.1) if self.world.chance(0.7) else 45.0
            self.world.after(silence, self.server.lost, self.connection)

    def _react(self, call: Call) -> None:
        world = self.world
        whim = world.rng.random()
        if whim < 0.6:
            world.after(world.rng.expovariate(0.5), self.act, call, on.Accept())
        elif whim < 0.7:
            world.after(world.between(44.0, 46.0), self.act, call, on.Accept())
        elif whim < 0.8:
            world.after(world.rng.expovariate(0.3), self.act, call, on.HangUp())
        elif whim < 0.85:
            world.after(0.0, self.act, call, on.Accept())

    # ── the media ────────────────────────────────────────────────────────────────────────────────

    def reported(self, report: control.Report) -> None:
        """The media process says something."""
        if self.alive:
            if self.world.verbose:
                self.note(f"⇐ {_brief(report)}")
            self.desk.reported(report, self.world.now)
            self.carry()

    def kill_media(self) -> None:
        """The media process dies; the client notices, and starts another."""
        if self.alive and self.media.alive:
            self.note("media dies")
            self.media.kill()
            self.world.after(self.world.between(0.01, 0.9), self._media_gone)

    def _media_gone(self) -> None:
        if self.alive:
            self.note("media gone")
            self.voices.clear()
            self.desk.media_gone(self.world.now)
            self.carry()
            self.world.after(self.world.between(0.2, 3.0), self._media_back)

    def _media_back(self) -> None:
        if self.alive:
            self.note("media back")
            self.media.start()
            self.desk.media_back(self.world.now)
            self.carry()

    # ── carrying ─────────────────────────────────────────────────────────────────────────────────

    def carry(self) -> None:
        """Do what the desk says, see that all is well, and set the alarm."""
        for action in self.desk.drain():
            self._carry_one(action)
        self._check()
        deadline = self.desk.deadline
        if deadline is not None and (self._alarm_at is None or deadline < self._alarm_at):
            self._alarm_at = deadline
            self.world.at(max(deadline, self.world.now), self._alarm, deadline)

    def _alarm(self, at: float) -> None:
        if not self.alive or at != self._alarm_at:
            return
        self._alarm_at = None
        self.desk.tick(self.world.now)
        self.carry()

    def _carry_one(self, action: actions.Action) -> None:
        if isinstance(action, actions.Say):
            self._say(action.message)
        elif isinstance(action, actions.Order):
            self._order(action.order)
        elif isinstance(action, actions.Changed):
            self._changed(action.call)
        elif isinstance(action, actions.Rang):
            self.note(f"rings {action.call.id[:4]}")
            self.known.add(action.call.id)
            if self.reacts:
                self._react(action.call)
        elif isinstance(action, actions.Became):
            self.note(f"{action.old[:4]} becomes {action.new[:4]}")
            self.known.discard(action.old)
            self._since.pop(action.old, None)
            self.known.add(action.new)
            self.world.accepted.add(action.new)
        elif isinstance(action, actions.Remembered):
            self._remember(action.record)
        elif isinstance(action, actions.Distrusted):
            self._distrust(action)
        elif isinstance(action, actions.Dropped):
            self.note(f"drops {action.error.code} {action.error.values} from {action.sender}")
            if action.error.code not in _OLD_NEWS:
                self.dropped[action.error.code] += 1

    def _say(self, message: CallMessage) -> None:
        if self.connection is None:
            raise Violation(f"{self.who} says something without a connection")
        if self.world.verbose:
            self.note(f"→ {_brief(message)}")
        self.server.send_up(self.connection, encode(message))

    def _order(self, order: control.Order) -> None:
        if self.world.verbose:
            self.note(f"⇒ {_brief(order)}")
        call: str = order.call  # type: ignore[union-attr]
        if isinstance(order, control.OpenCall | control.CloseCall):
            self.voices[call] = (False, False)
        elif isinstance(order, control.SetVoice):
            self.voices[call] = (order.sending, order.hearing)
            if sum(sending for sending, _ in self.voices.values()) > 1:
                raise Violation(f"{self.who} speaks in two calls at once")
        self.media.order(order)

    def _changed(self, call: Call) -> None:
        self.note(f"{call.id[:4]} is {call.state} {call.reason or ''}")
        phase, since = self._since.get(call.id, ("", 0.0))
        now = _PHASES.get(call.state, "")
        if phase and now != phase:
            allowed = getattr(self.desk.line.timers, phase)
            if phase == "connect":
                allowed = min(allowed, self.world.connects_within)
            if self.world.now - since > allowed + SLACK_S:
                raise Violation(f"{self.who}: {call.id[:4]} spent more than {allowed} s in {phase}")
        if now != phase:
            self._since[call.id] = (now, self.world.now)

    def _distrust(self, action: actions.Distrusted) -> None:
        """Nobody lies here; but who is cut off at the wrong moment is late to show who they are."""
        self.note(f"does not believe {action.sender}: {action.error.code}")
        if action.error.code != "reveal_missing":
            raise Violation(f"{self.who} does not believe {action.sender}: {action.error.code}")

    def _remember(self, record: CallRecord) -> None:
        self.note(f"remembers {record.call[:4]}: {record.reason}")
        if record.call in self.records:
            raise Violation(f"{self.who} remembers {record.call[:4]} twice")
        self.known.add(record.call)
        self.records[record.call] = record

    def _check(self) -> None:
        """What holds at every moment."""
        calls = self.desk.line.calls
        speaking = 0
        for call in calls.values():
            speaking += call.accepted and not call.held_here
            if self.voices.get(call.id, _SILENT)[0]:
                silent = call.muted or call.held_here or call.held_there
                if silent or not call.accepted or call.id not in self.world.accepted:
                    raise Violation(f"{self.who}: {call.id[:4]} is sent a voice it must not have")
        if speaking > 1:
            raise Violation(f"{self.who} is in two calls at once")
        if self.desk.unacknowledged > MOST_MESSAGES // 4:
            raise Violation(f"{self.who} has {self.desk.unacknowledged} messages waiting")

    def note(self, what: str) -> None:
        """Add to the transcript."""
        if self.world.verbose:
            self.world.log(self.who, what)


_SILENT = (False, False)
# An older path's description that was long on its way: signed, and of no use any more.
_OLD_NEWS = frozenset({"description_out_of_place", "reveal_out_of_place"})


@cache
def key_of(name: str) -> SigningKey:
    """Return the key of a person, which all their devices have."""
    return SigningKey.from_seed(sha256(name.encode()).digest())


# A description is told by its name, and a claim not at all.
_END = r"(?:\r\n|\\r\\n)"
_NAMED = re.compile(f"v=0{_END}s=(.*?){_END}m=.*?{_END}a=.*?{_END}")
_SIGNED = re.compile(r',?"signed":{.*?}')


def _brief(message: object) -> str:
    """Return a message on one short line."""
    call = getattr(message, "call", " ")
    parts = []
    for name in message.__struct_fields__:  # type: ignore[attr-defined]
        value = getattr(message, name)
        if name == "call":
            value = call[:4]
        elif name in ("device", "to_device"):
            value = value and value[-1]
        elif name in ("body", "sdp"):
            text = value if name == "sdp" else bytes(value).decode()
            value = _SIGNED.sub("", _NAMED.sub(r"\1", text)).replace(call, "…")
        if value not in ("", None, "{}"):
            parts.append(f"{name.rstrip('_')}={value}")
    return f"{type_of(message)} {' '.join(parts)}"  # type: ignore[arg-type]
