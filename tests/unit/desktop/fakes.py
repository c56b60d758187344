"""A whole program without a network: a core of people and calls in memory, and time by hand.

app = app_model(tmp_path, people=("John", "Salle 204"), online=True)
core(app).rings("John")              # somebody calls
app.calls.incoming.accept()          # the fake core does what is ordered, at once
clock(app).advance(3)                # and time passes
"""

from collections.abc import Callable, Iterable
from dataclasses import replace
from pathlib import Path
from typing import Any, cast

from PySide6.QtCore import QObject, Signal

from devcloud.call.states import ACCEPTED, Role, State
from devcloud.desktop import happenings as on
from devcloud.desktop import orders
from devcloud.desktop.store.records import Kept, KnownPerson, PastCall
from devcloud.desktop.viewmodel.app import AppModel
from devcloud.desktop.viewmodel.settings import SettingsModel
from devcloud.model.errors import DevCloudError
from devcloud.model.records import CallKind, EndReason
from devcloud.model.texts import Language

NOON = 1_760_000_400.0
"""2025-10-09, 09:00 UTC."""
FINGERPRINT = "3F2A 91C4 0B7E D582 66A1 F09C 48D3 7E15"
WORDS_EN = ("ocean", "maple", "violin", "amber")
WORDS_FR = ("citron", "galaxie", "pluie", "violon")


class FakeLater:
    def __init__(self, at: float, then: Callable[[], None]) -> None:
        self.at = at
        self.then: Callable[[], None] | None = then

    def cancel(self) -> None:
        self.then = None


class FakeClock:
    """Time stands still until it is advanced."""

    def __init__(self, wall: float = NOON) -> None:
        self._wall = wall
        self._now = 0.0
        self.waiting: list[FakeLater] = []

    def wall(self) -> float:
        return self._wall + self._now

    def now(self) -> float:
        return self._now

    def after(self, seconds: float, then: Callable[[], None]) -> FakeLater:
        later = FakeLater(self._now + max(0.0, seconds), then)
        self.waiting.append(later)
        return later

    @property
    def timers(self) -> int:
        """How many things will happen by themselves."""
        return sum(1 for later in self.waiting if later.then is not None)

    def advance(self, seconds: float) -> None:
        """Let time pass, and happen what is due, in order."""
        until = self._now + seconds
        while True:
            self.waiting = [later for later in self.waiting if later.then is not None]
            due = min(self.waiting, key=lambda later: later.at, default=None)
            if due is None or due.at > until:
                break
            self._now = max(self._now, due.at)
            then, due.then = due.then, None
            assert then is not None
            then()
        self._now = until


class FakeShelf(QObject):
    """What is kept, in memory."""

    failed = Signal(object)

    def __init__(self, kept: Kept) -> None:
        super().__init__()
        self.people = {person.name: person for person in kept.people}
        self.calls = {call.id: call for call in kept.calls}

    def load(self, server: str, then: Callable[[Kept], None]) -> None:
        then(Kept(tuple(self.people.values()), tuple(self.calls.values())))

    def keep_people(self, server: str, people: tuple[KnownPerson, ...]) -> None:
        self.people |= {person.name: person for person in people}

    def keep_call(self, server: str, call: PastCall) -> None:
        self.calls[call.id] = call

    def delete_calls(self, server: str, ids: tuple[int, ...]) -> None:
        for id in ids:
            self.calls.pop(id, None)

    def delete_before(self, moment: float) -> None:
        self.calls = {id: c for id, c in self.calls.items() if c.begun_at >= moment}

    def mark_seen(self, server: str) -> None:
        self.calls = {id: replace(call, seen=True) for id, call in self.calls.items()}

    def erase(self) -> None:
        self.people, self.calls = {}, {}


class FakeCore(QObject):
    """Does what is ordered, at once; the other side does what the test says."""

    happened = Signal(object)

    def __init__(self) -> None:
        super().__init__()
        self.asked: list[orders.Order] = []
        self.failing: dict[type, DevCloudError] = {}
        """Orders of these kinds fail."""
        self.slow: set[type] = set()
        """Orders of these kinds are never answered."""
        self.calls: dict[str, on.CallIs] = {}
        self.people: tuple[on.Somebody, ...] = ()
        self.me = ""
        self._count = 0
        self.path_found = True
        """Whether a call that is accepted connects at once; otherwise it goes on looking."""

    def ask(
        self,
        order: orders.Order,
        done: Callable[[Any], None] | None = None,
        failed: Callable[[DevCloudError], None] | None = None,
    ) -> None:
        self.asked.append(order)
        if type(order) in self.slow:
            return
        if type(order) in self.failing:
            error = self.failing[type(order)]
            if failed is not None:
                failed(error)
            else:
                self.happened.emit(on.Warned(error))
            return
        answer = self._do(order)
        if done is not None:
            done(answer)

    def asked_for(self, kind: type) -> list[Any]:
        """Return the orders of a kind, oldest first."""
        return [order for order in self.asked if type(order) is kind]

    def _do(self, order: orders.Order) -> object:
        match order:
            case orders.SignIn(address=address, name=name):
                self.me = name
                self.happened.emit(on.SignedIn(name, _authority(address), FINGERPRINT))
                self.happened.emit(on.PeopleAre(self.people))
            case orders.PlaceCall(name):
                return self.dials(name)
            case orders.Accept(call) if self.path_found:
                self.connects(call)
            case orders.Accept(call):
                self.becomes(call, state=State.CONNECTING_AFTER_ACCEPTED)
            case orders.Decline(call):
                self.ends(call, EndReason.DECLINED)
            case orders.HangUp(call):
                answered = self.calls[call].state in (State.ACTIVE, State.HELD, State.RECONNECTING)
                self.ends(call, EndReason.COMPLETED if answered else EndReason.CANCELLED)
            case orders.Hold(call, held):
                there = self.calls[call].held_there
                state = State.HELD if held or there else State.ACTIVE
                self.becomes(call, held_here=held, state=state)
            case orders.Mute(call, muted):
                self.becomes(call, muted=muted)
            case orders.ConfirmWords(call, match):
                self.becomes(call, verified=match)
            case orders.AcceptKey(call) if call:
                self.becomes(call, key_changed=False)
            case orders.TestMicrophone():
                return -20.0
        return None

    # ── what happens on the other side ───────────────────────────────────────────────────────────

    def come(self, *names: str, legacy: bool = False, status: str = "available") -> None:
        """These come online."""
        new = tuple(somebody(name, legacy=legacy, status=status) for name in names)
        stay = tuple(p for p in self.people if p.name not in names)
        self.people = (*stay, *new)
        self.happened.emit(on.PeopleAre(self.people))

    def go(self, *names: str) -> None:
        """These go offline."""
        self.people = tuple(p for p in self.people if p.name not in names)
        self.happened.emit(on.PeopleAre(self.people))

    def rings(
        self, name: str, *, legacy: bool = False, key_changed: bool = False, verified: bool = False
    ) -> str:
        """Somebody calls. Return the call's id."""
        self._count += 1
        id = f"call-{self._count}"
        self._put(
            on.CallIs(
                id=id,
                peer=name,
                role=Role.CALLEE,
                kind=CallKind.LEGACY_2023 if legacy else CallKind.DEVCLOUD,
                state=State.RINGING_IN,
                key_changed=key_changed,
                verified=verified,
                ring_s=7.0 if legacy else 45.0,
            )
        )
        return id

    def dials(self, name: str) -> str:
        """We call; nothing rings yet."""
        self._count += 1
        id = f"call-{self._count}"
        person = next((p for p in self.people if p.name == name), None)
        legacy = person is not None and person.legacy
        kind = CallKind.LEGACY_2023 if legacy else CallKind.DEVCLOUD
        self._put(on.CallIs(id=id, peer=name, role=Role.CALLER, kind=kind, state=State.DIALLING))
        return id

    def it_rings(self, id: str) -> None:
        """It rings on the other side."""
        self.becomes(id, state=State.RINGING_OUT)

    def connects(self, id: str) -> None:
        """Both talk."""
        legacy = self.calls[id].kind is CallKind.LEGACY_2023
        self.becomes(
            id,
            state=State.ACTIVE,
            encrypted=not legacy,
            words_en=() if legacy else WORDS_EN,
            words_fr=() if legacy else WORDS_FR,
        )

    def ends(self, id: str, reason: EndReason, text: str = "") -> None:
        """The call is over."""
        self.becomes(id, state=State.ENDED, reason=reason, text=text)

    def becomes(self, id: str, **changes: Any) -> None:
        """The call is another one now."""
        changes.setdefault("answered", changes.get("state") in ACCEPTED or self.calls[id].answered)
        self._put(replace(self.calls[id], **changes))

    def measured(
        self, id: str, *, mos: float = 4.3, rtt_ms: float = 38.0, loss: float = 0.003,
        remote_loss: float = 0.001, jitter_ms: float = 3.0,
    ) -> None:  # fmt: skip
        """The figures of a second."""
        figures = on.Measured(
            mos=mos, rtt_ms=rtt_ms, loss=loss, remote_loss=remote_loss, jitter_ms=jitter_ms,
            path="direct", codec="Opus", bitrate_bps=32_000.0,
        )  # fmt: skip
        self.becomes(id, measured=figures)

    def levels(self, id: str, input_dbfs: float, output_dbfs: float = -96.0) -> None:
        """How loud it is."""
        self.happened.emit(on.LevelsAre(id, input_dbfs, output_dbfs))

    def link(self, *, online: bool, next_try_s: float | None = None) -> None:
        """The connection comes or goes."""
        self.happened.emit(on.LinkIs(online, next_try_s))
        if not online:
            self.happened.emit(on.PeopleAre(()))

    def devices(self, *names: str) -> None:
        """These are the sound devices."""
        listed = tuple(
            on.DeviceIs(name, 1, 2, is_default_input=at == 0, is_default_output=at == 0)
            for at, name in enumerate(names)
        )
        self.happened.emit(on.DevicesAre(listed))

    def _put(self, call: on.CallIs) -> None:
        self.calls[call.id] = call
        self.happened.emit(call)


def somebody(name: str, *, legacy: bool = False, status: str = "available") -> on.Somebody:
    """Return a person who is online."""
    return on.Somebody(
        name,
        status=status,
        legacy=legacy,
        fingerprint="" if legacy else FINGERPRINT,
        address="192.168.35.20" if legacy else "",
    )


def past(id: int, peer: str, direction: str, days_ago: float = 0.0, **more: Any) -> PastCall:
    """Return a call that was; answered for 272 s when it is `in` or `out`."""
    begun = NOON - days_ago * 24 * 3600 - 600
    talked = 272.0 if direction in ("in", "out") else 0.0
    made = PastCall(
        id=id,
        peer=peer,
        direction=cast(Any, direction),
        begun_at=begun,
        ended_at=begun + 8 + talked,
        reason="completed" if talked else "cancelled",
        answered_at=begun + 8 if talked else None,
        talked_s=talked,
        rang_s=8.0,
        mos=4.3 if talked else None,
    )
    return replace(made, **more)


def app_model(
    tmp_path: Path,
    *,
    people: Iterable[str | on.Somebody] = ("John", "Salle 204", "Accueil", "Atelier"),
    offline: Iterable[str] = ("Support", "Studio"),
    calls: Iterable[PastCall] = (),
    pins: Iterable[on.Pinned] = (),
    name: str = "Marc",
    online: bool = True,
    language: Language = Language.FRENCH,
    settings: dict[str, Any] | None = None,
) -> AppModel:
    """Return a program. `online`: signed in as `name` to 192.168.35.145:10000 already."""
    kept = Kept(tuple(KnownPerson(n, NOON - 9e6, NOON - 56_000.0) for n in offline), tuple(calls))
    made = SettingsModel(tmp_path)
    for key, value in (settings or {}).items():
        made.set(key, value)
    fake = FakeCore()
    fake.people = tuple(p if isinstance(p, on.Somebody) else somebody(p) for p in people)
    app = AppModel(tmp_path, made, fake, FakeShelf(kept), FakeClock(), language=language)
    app.window_active = True
    if online:
        app.connect_form.set_field("name", name)
        app.connect_form.set_field("host", "192.168.35.145")
        app.connect_form.submit()
        fake.happened.emit(on.PinsAre(tuple(pins)))
    return app


def core(app: AppModel) -> FakeCore:
    """Return the fake core of a program."""
    return cast(FakeCore, app.core)


def clock(app: AppModel) -> FakeClock:
    """Return the time of a program."""
    return cast(FakeClock, app.clock)


def talking(app: AppModel, name: str = "John", seconds: float = 0.0) -> str:
    """We call, they accept, and time passes. Return the call's id."""
    app.calls.call(name)
    assert app.calls.current is not None
    id = app.calls.current.id
    core(app).it_rings(id)
    clock(app).advance(2)
    core(app).connects(id)
    clock(app).advance(seconds)
    return id


def _authority(address: str) -> str:
    return address.removeprefix("devcloud://").split("/")[0]
