"""Media without sound: it takes orders and gives reports as the real process does, and its paths
connect when, and only when, both sides hold each other's description.

An offer is named `offer:CALL:GENERATION:NONCE` and its answer `answer:CALL:GENERATION:NONCE:OF`,
so that an answer to another offer never connects. Around the name there is as much of a description
(RFC 8866) as those need who check whom it is from.
"""

from collections.abc import Callable
from hashlib import sha256

from tests.sim.world import Violation, World

from devcloud.media import control
from devcloud.media.control import PathState
from devcloud.wire.signalling.bodies import IceCandidate

_REST = "m=audio 9 UDP/TLS/RTP/SAVPF 111\r\na=fingerprint:sha-256 "
Tell = Callable[[control.Report], None]


def describe(*name: object) -> str:
    """Return a description of this name, with a fingerprint of its own."""
    title = ":".join(map(str, name))
    return f"v=0\r\ns={title}\r\n{_REST}{sha256(title.encode()).digest().hex(':').upper()}\r\n"


def name_of(description: str) -> list[str]:
    """Return the name of a description, in its parts."""
    return description.split("\r\n", 2)[1].removeprefix("s=").split(":")


class Path:
    """One side of a connection."""

    __slots__ = (
        "broken",
        "call",
        "closed",
        "generation",
        "hears",
        "nonce",
        "owner",
        "remote",
        "up",
    )

    def __init__(self, owner: "FakeMedia", call: str, generation: int, nonce: str) -> None:
        self.owner = owner
        self.call = call
        self.generation = generation
        self.nonce = nonce
        self.remote = ""
        """The other side's nonce, once its description is here."""
        self.hears = False
        """Whether the other side's candidates are here."""
        self.up = False
        self.closed = False
        self.broken = False


class Ether:
    """What lies between the paths."""

    def __init__(self, world: World) -> None:
        self.world = world
        self.blocked = False
        self.calm = False
        """Nothing is ever slow."""
        self._paths: dict[str, Path] = {}
        self._nonces = 0

    def make(self, owner: "FakeMedia", call: str, generation: int) -> Path:
        """Return a new path."""
        self._nonces += 1
        path = Path(owner, call, generation, f"n{self._nonces}")
        self._paths[path.nonce] = path
        return path

    def peer(self, path: Path) -> Path | None:
        """Return the other side, where both hold each other's description."""
        other = self._paths.get(path.remote)
        return other if other is not None and other.remote == path.nonce else None

    def same_device(self, nonce: str, other: str) -> bool:
        """Return whether two paths begin at one device."""
        return self._paths[nonce].owner is self._paths[other].owner

    def try_to_connect(self, path: Path) -> None:
        """Connect, in a moment, if all that is needed is there."""
        other = self.peer(path)
        if other is None or path.up or other.up or not (path.hears or other.hears):
            return
        slow = self.world.chance(0.05) and not self.calm
        self.world.after(
            self.world.between(0.02, 12.0 if slow else 0.3), self._connect, path, other
        )

    def _connect(self, path: Path, other: Path) -> None:
        dead = path.closed or other.closed or path.broken or self.blocked
        if dead or path.up:
            return
        for side in (path, other):
            side.up = True
            self.world.after(self.world.between(0.0, 0.1), self._say, side, PathState.CONNECTED)

    def close(self, path: Path) -> None:
        """End one side; the other notices."""
        path.closed = True
        other = self.peer(path)
        if other is not None and not other.closed:
            self._fade(other)

    def waver(self, path: Path) -> None:
        """Let a path that is up be interrupted, for a while or for good."""
        other = self.peer(path)
        if other is None or path.closed or other.closed or not path.up or path.broken:
            return
        sides = (path, other) if self.world.chance(0.7) else (path,)
        recovers = self.world.chance(0.6)
        length = self.world.between(0.3, 10.0)
        if not recovers:
            path.broken = other.broken = True
            sides = (path, other)
        for side in sides:
            begin = self.world.between(0.0, 3.0)
            self.world.after(begin, self._say, side, PathState.DISCONNECTED)
            state = PathState.CONNECTED if recovers else PathState.FAILED
            self.world.after(begin + length, self._recover, side, state)

    def _recover(self, path: Path, state: PathState) -> None:
        other = self.peer(path)
        if state is PathState.FAILED or (not path.broken and other and not other.closed):
            self._say(path, state)

    def _fade(self, path: Path) -> None:
        path.broken = True
        wait = self.world.between(0.5, 5.0)
        if path.up:
            self.world.after(wait, self._say, path, PathState.DISCONNECTED)
        self.world.after(wait + self.world.between(3.0, 15.0), self._say, path, PathState.FAILED)

    def _say(self, path: Path, state: PathState) -> None:
        if not path.closed:
            path.owner.report(
                control.PathChanged(call=path.call, generation=path.generation, state=state)
            )


class _Sound:
    """A call the process knows."""

    __slots__ = ("path",)

    def __init__(self) -> None:
        self.path: Path | None = None


class FakeMedia:
    """The media process of one device. Orders and reports keep their order, and take time."""

    def __init__(self, world: World, ether: Ether, who: str, tell: Tell) -> None:
        self.world = world
        self.ether = ether
        self.who = who
        self.alive = True
        self.sounds: dict[str, _Sound] = {}
        self._tell = tell
        self._life = 0
        self._busy_until = 0.0
        self._told_until = 0.0

    def kill(self) -> None:
        """The process dies, with all its paths and all it was about to say."""
        self.alive = False
        self._life += 1
        sounds, self.sounds = self.sounds, {}
        for sound in sounds.values():
            if sound.path is not None:
                self.ether.close(sound.path)

    def start(self) -> None:
        """Another process, which knows nothing."""
        self.alive = True
        self._busy_until = self._told_until = self.world.now

    def order(self, order: control.Order) -> None:
        """Take an order; a dead process takes none."""
        if self.alive:
            slow = self.world.chance(0.02) and not self.ether.calm
            done = self.world.now + self.world.between(0.001, 4.0 if slow else 0.03)
            self._busy_until = max(self._busy_until, done)
            self.world.at(self._busy_until, self._carry_out, self._life, order)

    def report(self, report: control.Report, delay: float = 0.0) -> None:
        """Say something, after what was said before."""
        self._told_until = max(self._told_until, self.world.now + delay)
        self.world.at(self._told_until, self._arrive, self._life, report)

    def _arrive(self, life: int, report: control.Report) -> None:
        if life == self._life:
            self._tell(report)

    def _carry_out(self, life: int, order: control.Order) -> None:
        if life != self._life:
            return
        call: str = order.call  # type: ignore[union-attr]
        if isinstance(order, control.OpenCall):
            if call in self.sounds:
                raise Violation(f"{self.who}: {call} opened twice")
            self.sounds[call] = _Sound()
        elif call not in self.sounds:
            raise Violation(f"{self.who}: {order} for a call that is not open")
        elif isinstance(order, control.CloseCall):
            self._close(call)
        elif isinstance(order, control.MakeOffer):
            path = self._new_path(call, order.generation)
            sdp = describe("offer", call, order.generation, path.nonce)
            made = control.OfferMade(call=call, generation=order.generation, sdp=sdp)
            self._described(path, made)
        elif isinstance(order, control.TakeOffer):
            self._take_offer(order)
        elif isinstance(order, control.TakeAnswer):
            self._take_answer(order)
        elif isinstance(order, control.AddCandidates):
            self._add_candidates(order)

    def _close(self, call: str) -> None:
        path = self.sounds.pop(call).path
        if path is not None:
            self.ether.close(path)
        late = self.world.chance(0.03) and not self.ether.calm
        self.report(control.CallClosed(call=call), self.world.between(0.0, 4.0 if late else 0.1))

    def _new_path(self, call: str, generation: int) -> Path:
        sound = self.sounds[call]
        if sound.path is not None:
            if sound.path.generation > generation:
                raise Violation(f"{self.who}: {call} goes back to generation {generation}")
            self.ether.close(sound.path)
        sound.path = self.ether.make(self, call, generation)
        return sound.path

    def _described(self, path: Path, made: control.OfferMade | control.AnswerMade) -> None:
        reports: list[control.Report] = [
            control.CandidatesFound(
                call=path.call,
                generation=path.generation,
                candidates=[IceCandidate(candidate=path.nonce)],
            )
            for _ in range(self.world.rng.randint(1, 2))
        ]
        # The first candidates may be found before the description has been told.
        reports.insert(self.world.chance(0.1), made)
        for report in reports:
            self.report(report, self.world.between(0.001, 0.1))

    def _take_offer(self, order: control.TakeOffer) -> None:
        kind, call, generation, nonce = name_of(order.sdp)
        if (kind, call, int(generation)) != ("offer", order.call, order.generation):
            raise Violation(f"{self.who}: {order} is not an offer for this path")
        path = self._new_path(order.call, order.generation)
        path.remote = nonce
        sdp = describe("answer", call, generation, path.nonce, nonce)
        made = control.AnswerMade(call=order.call, generation=order.generation, sdp=sdp)
        self._described(path, made)

    def _take_answer(self, order: control.TakeAnswer) -> None:
        kind, call, generation, nonce, of = name_of(order.sdp)
        path = self.sounds[order.call].path
        if path is None or path.generation != order.generation:
            return
        wanted = ("answer", order.call, order.generation, path.nonce)
        if (kind, call, int(generation), of) != wanted or path.remote:
            raise Violation(f"{self.who}: {order} answers another offer than {path.nonce}")
        path.remote = nonce
        self.ether.try_to_connect(path)

    def _add_candidates(self, order: control.AddCandidates) -> None:
        path = self.sounds[order.call].path
        # As the real process does: what is for another path than the present one is dropped.
        if path is not None and path.generation == order.generation:
            nonce = order.candidates[0].candidate
            if not self.ether.same_device(nonce, path.remote):
                raise Violation(f"{self.who}: {order} comes from another device")
            # Of two offers of one generation only one has become a path.
            path.hears |= nonce == path.remote
            self.ether.try_to_connect(path)
