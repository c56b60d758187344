"""The connection to a real server on this machine: lost, made again, refused, closed."""

import asyncio
import os
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from pathlib import Path

import pytest
from tests.ports import free_port

from devcloud.client import session as sessions
from devcloud.client.address import parse_address
from devcloud.client.datadir import DataDirectory
from devcloud.client.session import PAUSES_S, Listener, Session, SignIn
from devcloud.model.errors import ProtocolViolation, Refused
from devcloud.model.ids import DEVICE_ID_BYTES, device_id
from devcloud.server.app import DevCloudServer
from devcloud.server.settings import ServerSettings
from devcloud.wire.signalling.messages import Bye, Watch, Welcome


class Heard:
    """Everything a session has told."""

    def __init__(self) -> None:
        self.welcomes: list[Welcome] = []
        self.pauses: list[float | None] = []
        self.received: list[object] = []
        self.dropped: list[ProtocolViolation] = []
        self._news = asyncio.Event()
        self.listener = Listener(
            self._note(self.welcomes), self._note(self.received),
            self._note(self.pauses), self._note(self.dropped),
        )  # fmt: skip

    def _note(self, notes: list) -> Callable[[object], None]:
        def note(what: object) -> None:
            notes.append(what)
            self._news.set()

        return note

    async def until(self, happened: Callable[[], bool]) -> None:
        async with asyncio.timeout(60):
            while not happened():
                self._news.clear()
                await self._news.wait()


def server(data: Path, port: int = 0) -> DevCloudServer:
    return DevCloudServer(ServerSettings(data=data, host="127.0.0.1", port=port))


@asynccontextmanager
async def signed_in(port: int, data: Path, heard: Heard) -> AsyncIterator[Session]:
    directory = DataDirectory(data)
    me = SignIn(name="Marc", device=device_id(os.urandom(DEVICE_ID_BYTES)), key=directory.key())
    session = Session(parse_address(f"127.0.0.1:{port}"), me, directory, heard.listener)
    await session.open()
    running = asyncio.ensure_future(session.run())
    try:
        yield session
    finally:
        await session.close()
        async with asyncio.timeout(60):
            await running


@pytest.fixture
def impatient(monkeypatch: pytest.MonkeyPatch) -> None:
    """Nobody waits between attempts; what would have been waited is told all the same."""

    async def at_once(_self: Session, _pause: float) -> None:
        await asyncio.sleep(0)

    monkeypatch.setattr(Session, "_wait", at_once)


@pytest.mark.usefixtures("impatient")
async def test_attempts_come_after_1_2_4_8_then_every_15_seconds(tmp_path: Path) -> None:
    heard = Heard()
    port = free_port()
    async with (
        server(tmp_path / "server", port) as first,
        signed_in(port, tmp_path / "data", heard),
    ):
        await first.__aexit__(None, None, None)
        await heard.until(lambda: len(heard.pauses) >= 7)
        # With jitter, so that a whole team does not come back in one moment.
        for pause, expected in zip(heard.pauses, (*PAUSES_S, 15.0, 15.0), strict=False):
            assert pause is not None and 0.8 * expected <= pause <= 1.2 * expected
        heard.pauses.clear()
        async with server(tmp_path / "server", port):
            await heard.until(lambda: len(heard.welcomes) == 2)
            heard.pauses.clear()
        await heard.until(lambda: bool(heard.pauses))
        assert heard.pauses[0] is not None and heard.pauses[0] <= 1.2
    # Two servers have said goodbye.
    assert [m.code for m in heard.received if isinstance(m, Bye)] == ["server_stopping"] * 2


async def test_one_need_not_wait_for_the_next_attempt(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sessions, "PAUSES_S", (3600.0,))
    heard = Heard()
    port = free_port()
    async with (
        server(tmp_path / "server", port) as first,
        signed_in(port, tmp_path / "data", heard) as session,
    ):
        await first.__aexit__(None, None, None)
        await heard.until(lambda: bool(heard.pauses))
        async with server(tmp_path / "server", port):
            await asyncio.sleep(0)
            session.retry()
            await heard.until(lambda: len(heard.welcomes) == 2)


async def test_closing_does_not_wait_for_the_next_attempt(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sessions, "PAUSES_S", (3600.0,))
    heard = Heard()
    async with (
        server(tmp_path / "server") as first,
        signed_in(first.port, tmp_path / "data", heard),
    ):
        await first.__aexit__(None, None, None)
        await heard.until(lambda: bool(heard.pauses))
    assert len(heard.welcomes) == 1


@pytest.mark.usefixtures("impatient")
async def test_a_server_that_became_another_is_not_believed(tmp_path: Path) -> None:
    heard = Heard()
    port = free_port()
    async with (
        server(tmp_path / "server", port) as first,
        signed_in(port, tmp_path / "data", heard) as session,
    ):
        await first.__aexit__(None, None, None)
        async with server(tmp_path / "other", port):
            await heard.until(lambda: None in heard.pauses)
            assert isinstance(session.fatal, Refused)
            assert session.fatal.code == "certificate_changed"


async def test_signing_in_twice_from_one_device_ends_the_first(tmp_path: Path) -> None:
    first, second = Heard(), Heard()
    async with (
        server(tmp_path / "server") as host,
        signed_in(host.port, tmp_path / "data", first) as session,
    ):
        twin = Session(session.address, session._sign_in, session._directory, second.listener)
        await twin.open()
        await first.until(lambda: None in first.pauses)
        assert session.fatal is not None and session.fatal.code == "replaced"
        await twin.close()


async def test_what_is_sent_without_a_connection_is_let_go(tmp_path: Path) -> None:
    heard = Heard()
    async with (
        server(tmp_path / "server") as host,
        signed_in(host.port, tmp_path / "data", heard) as session,
    ):
        for _ in range(3_000):
            session.send(Watch(names=["John"]))
        await host.__aexit__(None, None, None)
        await heard.until(lambda: bool(heard.pauses))
        session.send(Watch(names=["John"]))
