"""One scenario out of a seed: who is there, how bad the network is, and what they all do.

For the first minute everything may happen. Then the network heals, nobody does anything any more,
and when all is quiet both sides must agree (`verdict`); at last everybody hangs up.
"""

from collections.abc import Callable
from dataclasses import dataclass

from tests.sim.media import Ether
from tests.sim.network import Server, Weather
from tests.sim.person import Device
from tests.sim.verdict import check_all_over, check_quiet
from tests.sim.world import Violation, World

from devcloud.call import events as on

NAMES = ("Marc", "John", "Zoé", "李雷")
TROUBLED_S = 60.0


@dataclass
class Outcome:
    """What became of a seed."""

    seed: int
    violation: str
    transcript: list[str]
    happenings: int
    talked: bool
    """Whether a conversation was still going on when all was quiet."""


class Scenario:
    """A world and the people in it."""

    def __init__(
        self, seed: int, *, transcript: bool = False, weather: Weather | None = None
    ) -> None:
        """Make a world without people; of any weather, where none is given."""
        self.world = World(seed, transcript=transcript)
        self.weather = weather or self._weather()
        self.server = Server(self.world, self.weather)
        self.ether = Ether(self.world)
        self.calm = False
        """Nothing goes wrong but what people do."""
        self.devices: list[Device] = []
        self.names: tuple[str, ...] = ()
        self.guarded = seed % 5 == 0 and self.weather.ordered
        """Whether everybody signs and checks what is said. It breaks off a call whose caller does
        not show its part in time, which a network that loses single messages brings about."""
        self._numbers = 0

    def _weather(self) -> Weather:
        world = self.world
        kind = world.rng.random()
        slowest = world.rng.choice((0.005, 0.05, 0.3, 1.0))
        if kind < 0.7:
            return Weather(slowest=slowest)
        return Weather(ordered=False, loss=world.between(0.0, 0.4), doubles=0.1, slowest=slowest)

    def people_it(self) -> None:
        """Let some people come, one of them perhaps with two devices."""
        world = self.world
        self.calm = self.weather.ordered and world.chance(0.3)
        self.ether.calm = self.calm
        if self.calm:
            # Twice to and fro, where the path was with another device, and a moment for the media.
            world.connects_within = 5 * self.weather.slowest + 0.9
        self.ether.blocked = not self.calm and world.chance(0.02)
        self.names = NAMES[: world.rng.choice((2, 2, 2, 3, 4))]
        for name in self.names:
            self.add(name)
        if world.chance(0.3):
            self.add(world.rng.choice(self.names))

    def add(self, name: str) -> Device:
        """Let a person take up a device."""
        self._numbers += 1
        world = self.world
        warm, waiting = world.chance(0.7), world.chance(0.3)
        device = Device(
            world, self.server, self.ether, name, self._numbers,
            warm=warm, waiting=waiting, guarded=self.guarded,
        )  # fmt: skip
        self.devices.append(device)
        device.connect()
        return device

    # ── what happens ─────────────────────────────────────────────────────────────────────────────

    def plan(self) -> None:
        """Decide what will happen when."""
        world = self.world
        for _ in range(world.rng.randint(1, 4)):
            caller = world.rng.choice(self.devices)
            peer = world.rng.choice([name for name in self.names if name != caller.name])
            begin = world.between(0.5, 2.0) if world.chance(0.6) else world.between(0.5, TROUBLED_S)
            world.at(begin, caller.call, peer)
            if world.chance(0.3):
                other = world.rng.choice([d for d in self.devices if d.name == peer])
                near = world.rng.choice((0.0, 0.02, 0.3, 2.0))
                world.at(begin + world.between(0.0, near), other.call, caller.name)
        whims: list[Callable[[], None]] = [self.hang_up, self.hold, self.hold, self.mute]
        if not self.calm:
            whims += [
                self.drop, self.drop, self.drop, self.restart_server, self.waver, self.waver,
                self.kill_media, self.kill_media, self.vanish,
            ]  # fmt: skip
        for _ in range(world.rng.randint(0, 6)):
            world.at(world.between(0.0, TROUBLED_S), world.rng.choice(whims))
        world.at(TROUBLED_S, self.heal)

    def heal(self) -> None:
        """From now on the network keeps what it is given."""
        self.weather.loss = self.weather.doubles = 0.0

    def anybody(self) -> Device:
        """Return a device at random."""
        return self.world.rng.choice(self.devices)

    def _act(self, event: on.Event) -> None:
        device = self.anybody()
        call = device.any_call()
        if call is not None:
            device.act(call, event)

    def hang_up(self) -> None:
        """Somebody has had enough."""
        self._act(on.HangUp())

    def hold(self) -> None:
        """Somebody puts a call on hold, or takes it back."""
        self._act(on.Hold(self.world.chance(0.6)))

    def mute(self) -> None:
        """Somebody mutes, or unmutes."""
        self._act(on.Mute(self.world.chance(0.6)))

    def drop(self) -> None:
        """A connection breaks; each end notices in its own time."""
        device = self.anybody()
        connection = device.connection
        if connection is not None and not connection.cut:
            device.note("connection breaks")
            connection.cut = True
            world = self.world
            quick = world.chance(0.6)
            world.after(world.between(0.0, 0.1 if quick else 20.0), device.lost, connection)
            world.after(world.between(0.0, 0.1 if quick else 45.0), self.server.lost, connection)

    def restart_server(self) -> None:
        """The server stops and, a while later, is there again."""
        if self.server.up:
            self.world.log("server", "stops")
            for connection in self.server.stop():
                for device in self.devices:
                    if device.connection is connection:
                        self.world.after(self.world.between(0.0, 0.2), device.lost, connection)
            self.world.after(self.world.between(0.1, 10.0), self._start_server)

    def _start_server(self) -> None:
        self.world.log("server", "starts")
        self.server.up = True

    def waver(self) -> None:
        """A path is interrupted."""
        sounds = self.anybody().media.sounds
        paths = [sound.path for sound in sounds.values() if sound.path is not None]
        if paths:
            self.ether.waver(self.world.rng.choice(paths))

    def kill_media(self) -> None:
        """A media process dies."""
        self.anybody().kill_media()

    def vanish(self) -> None:
        """A client is killed, and perhaps started again, as another device."""
        device = self.anybody()
        if device.alive:
            device.vanish()
            if self.world.chance(0.6):
                self.world.after(self.world.between(0.5, 20.0), self.add, device.name)

    def everybody_hangs_up(self) -> None:
        """One side of each call ends it."""
        order = [device for device in self.devices if device.alive]
        self.world.rng.shuffle(order)
        hung_up: set[str] = set()
        for device in order:
            for call in list(device.desk.line.calls.values()):
                if call.id not in hung_up:
                    hung_up.add(call.id)
                    device.act(call, on.HangUp())

    # ── the run ──────────────────────────────────────────────────────────────────────────────────

    def run(self) -> bool:
        """Run it all. Raises Violation. Returns whether there was a conversation at the end."""
        self.people_it()
        self.plan()
        self.world.run()
        talked = check_quiet(self.devices, self.server, self.weather)
        self.world.log("all", "quiet")
        self.everybody_hangs_up()
        self.world.run()
        check_all_over(self.devices, self.server, calm=self.calm)
        return talked


def play(seed: int, *, transcript: bool = False) -> Outcome:
    """Return what becomes of a seed."""
    scenario = Scenario(seed, transcript=transcript)
    world = scenario.world
    violation, talked = "", False
    try:
        talked = scenario.run()
    except Violation as wrong:
        violation = str(wrong)
    except (AssertionError, RuntimeError, KeyError) as bug:
        violation = f"{type(bug).__name__}: {bug}"
        if transcript:
            raise
    return Outcome(seed, violation, world.transcript, world.happenings, talked)
