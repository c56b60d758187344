"""A server that lies, and Marc, John and Paul, who do not: real programs, real media processes.

The server is the real one; where it would pass a call message on, it asks `lie` what to deliver
instead: other messages, none, several, or some of them later.
"""

import asyncio
import json
from collections.abc import AsyncIterator, Callable, Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import msgspec
import numpy as np
import pytest
import pytest_asyncio
import soundfile

import devcloud
from devcloud.call.states import OVER, Timers
from devcloud.directory.members import Member
from devcloud.net.http import Peer
from devcloud.net.websocket import WebSocket
from devcloud.server.app import DevCloudServer
from devcloud.server.session import Session
from devcloud.server.settings import ServerSettings
from devcloud.wire.signalling.codec import encode
from devcloud.wire.signalling.messages import LONGEST_MESSAGE, CallMessage
from devcloud.wire.websocket.frames import text_frame

SAMPLES = Path(__file__).parents[3] / "src" / "devcloud" / "media" / "samples"
WAIT_S = 60.0
"""How long anything may take before a test gives up: no test is about time."""
LOUDEST_SILENCE = 4
"""What Opus makes of digital silence, of 32768; speech is in the thousands."""
TIMERS = Timers(ring=30.0, connect=4.0, others=0.2)

Lie = Callable[[CallMessage], Iterable[CallMessage]]
Body = dict[str, Any]


class LyingSession(Session):
    """Passes on what the server makes of it."""

    __slots__ = ()

    def _relay(self, member: Member, message: CallMessage) -> None:
        server = self._hall.liar
        server.calls.add(message.call)
        if server.lie is None:
            super()._relay(member, message)
            return
        stamped = msgspec.structs.replace(message, from_=member.name, device=member.device)
        server.said.append(stamped)
        server.heard.set()
        for each in server.lie(stamped):
            server.deliver(each)


class LyingServer(DevCloudServer):
    """Delivers what `lie` returns for each message; all that was really said is in `said`."""

    def __init__(self, settings: ServerSettings) -> None:
        super().__init__(settings)
        self.lie: Lie | None = None
        self.said: list[CallMessage] = []
        self.calls: set[str] = set()
        """All there has ever been a word of."""
        self.heard = asyncio.Event()

    def deliver(self, message: CallMessage) -> None:
        """Deliver a message as it is, whoever it says it is from."""
        frame = text_frame(encode(message))
        people = self.hall.people
        for each in people.reach(message.to, message.to_device, message.not_device):
            each.handle.send_frame(frame)

    @contextmanager
    def letting_in(self, *names: str) -> Iterator[None]:
        """Anybody may sign in with one of these names, whoever it belongs to."""
        accounts = self.hall.accounts
        check, claim = accounts.check, accounts.claim
        accounts.check = lambda name, key: None if name in names else check(name, key)
        accounts.claim = lambda name, key: (
            (accounts.find(name), False) if name in names else claim(name, key)
        )
        yield
        accounts.check, accounts.claim = check, claim

    def _open_websocket(
        self, transport: asyncio.Transport, peer: Peer, answer: bytes
    ) -> WebSocket | None:
        self.hall.liar = self
        transport.write(answer)
        ws = WebSocket(transport, self._turn_end, longest=LONGEST_MESSAGE, now=self.hall.now())
        LyingSession(self.hall, ws, peer)
        return ws


def edit(kind: type[CallMessage], change: Callable[[Body], None]) -> Lie:
    """Change the body of each message of this kind; the rest goes through."""

    def lie(message: CallMessage) -> Iterable[CallMessage]:
        if isinstance(message, kind):
            body = json.loads(bytes(message.body))
            change(body)
            message = msgspec.structs.replace(message, body=msgspec.Raw(json.dumps(body).encode()))
        yield message

    return lie


def body_of(message: CallMessage) -> Body:
    return json.loads(bytes(message.body))


@dataclass
class Scene:
    """The lying server and its victims."""

    server: LyingServer
    marc: devcloud.Client
    john: devcloud.Client
    paul: devcloud.Client
    data: Path
    timers: Timers = TIMERS
    recordings: list[Path] = field(default_factory=list)

    @property
    def address(self) -> str:
        return f"devcloud://127.0.0.1:{self.server.port}/?pin={self.server.certificate.pin}"

    async def call(self) -> devcloud.ClientCall:
        """Marc calls John, speaks, and records what he hears."""
        return self.wire(await self.marc.call("John"))

    async def rings(self, who: devcloud.Client) -> devcloud.ClientCall:
        """The call that rings there; its person would speak, and records."""
        async with asyncio.timeout(WAIT_S):
            return self.wire(await anext(who.incoming()))

    def wire(self, call: devcloud.ClientCall) -> devcloud.ClientCall:
        path = self.data / f"heard-{len(self.recordings)}.wav"
        self.recordings.append(path)
        call.audio.play(SAMPLES / "marc.wav", loop=True)
        call.audio.record(path)
        return call

    async def end(self, call: devcloud.ClientCall) -> tuple[str, str]:
        """How the call ended, and what was wrong with it."""
        async with asyncio.timeout(WAIT_S):
            reason = await call.ended()
        return str(reason), call.status.trouble

    async def refusal(self, who: devcloud.Client) -> str:
        """Why an invitation never rang there."""
        async with asyncio.timeout(WAIT_S):
            return (await anext(who.warnings())).code

    async def until(
        self, call: devcloud.ClientCall, holds: Callable[[devcloud.CallStatus], bool]
    ) -> devcloud.CallStatus:
        async with asyncio.timeout(WAIT_S):
            async for status in call.events():
                if holds(status):
                    return status
        raise AssertionError(f"it never came to that: {call.status}")

    async def said(self, kind: type[CallMessage], by: str = "") -> CallMessage:
        """The first message of this kind that somebody, or `by`, really says. On a busy machine
        messages are said again, before their receipt comes."""
        async with asyncio.timeout(WAIT_S):
            while True:
                for each in self.server.said:
                    if isinstance(each, kind) and by in ("", each.from_):
                        return each
                self.server.heard.clear()
                await self.server.heard.wait()

    def nobody_heard_anything(self, *calls: devcloud.ClientCall) -> None:
        """No voice has come, and what was recorded is silence from end to end."""
        assert [call.status.setup_s for call in calls] == [None] * len(calls)
        for path in self.recordings:
            if path.exists():
                samples, _ = soundfile.read(path, dtype="int16")
                loudest = int(np.max(np.abs(samples), initial=0))
                assert loudest <= LOUDEST_SILENCE, f"{path} holds a voice ({loudest})"

    async def clear(self) -> None:
        self.server.lie = None
        async with asyncio.timeout(WAIT_S):
            for who in (self.marc, self.john, self.paul):
                for call in who.calls:
                    if call.status.state not in OVER:
                        await call.hang_up()
                for call in who.calls:
                    await call.ended()
        for who in (self.marc, self.john, self.paul):
            who._warnings.clear()
            who._ringing.clear()
        self.server.said.clear()
        for path in self.recordings:
            path.unlink(missing_ok=True)


@pytest_asyncio.fixture(scope="session", loop_scope="session")
async def stage(tmp_path_factory: Any) -> AsyncIterator[Scene]:
    """Everybody is signed in, and Marc and John have talked: each knows the other's key."""
    data = tmp_path_factory.mktemp("attacks")
    async with LyingServer(
        ServerSettings(data=data / "server", host="127.0.0.1", port=0)
    ) as server:
        address = f"devcloud://127.0.0.1:{server.port}/?pin={server.certificate.pin}"

        def person(name: str) -> devcloud.connect:
            return devcloud.connect(address, name=name, data=data / name.lower(), timers=TIMERS)

        async with person("Marc") as marc, person("John") as john, person("Paul") as paul:
            scene = Scene(server, marc, john, paul, data)
            ours = await marc.call("John")
            theirs = await anext(john.incoming())
            await theirs.accept()
            await asyncio.gather(ours.connected(), theirs.connected())
            await scene.until(theirs, lambda status: bool(status.safety_words))
            assert ours.status.safety_words == theirs.status.safety_words
            await ours.hang_up()
            await theirs.ended()
            yield scene


@pytest_asyncio.fixture(loop_scope="session")
async def scene(stage: Scene) -> AsyncIterator[Scene]:
    """The stage, with nothing left of the scene before."""
    stage.recordings.clear()
    yield stage
    await stage.clear()


@pytest.fixture(scope="session")
def lying() -> SimpleNamespace:
    """How to lie."""
    return SimpleNamespace(edit=edit, body_of=body_of, sound=SAMPLES / "marc.wav")
