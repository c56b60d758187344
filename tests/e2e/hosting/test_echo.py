"""The echo person of a real server: comes with it, says its sentences, sends back what it hears."""

import asyncio
import os
import signal
import stat
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import numpy as np
import psutil
import pytest
import pytest_asyncio
import soundfile

import devcloud
from devcloud.client.keyfile import load_or_create
from devcloud.directory.joining import Join
from devcloud.model.errors import Refused
from devcloud.model.records import EndReason
from devcloud.server.app import DevCloudServer
from devcloud.server.settings import ServerSettings

pytestmark = pytest.mark.asyncio(loop_scope="module")

WAIT_S = 60.0
RATE = 48_000
SAMPLES = Path(str(devcloud.__file__)).parent / "media" / "samples"


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def house(tmp_path_factory: Any) -> AsyncIterator[SimpleNamespace]:
    data = tmp_path_factory.mktemp("echo")
    settings = ServerSettings(
        data=data / "server", host="127.0.0.1", port=0, join=Join.OPEN, echo=True
    )
    async with DevCloudServer(settings) as server, AsyncExitStack() as stack:
        address = f"ws://127.0.0.1:{server.port}"

        async def person(name: str) -> devcloud.Client:
            return await stack.enter_async_context(
                devcloud.connect(address, name=name, data=data / name)
            )

        marc = await person("Marc")
        await until_online(marc)
        yield SimpleNamespace(server=server, address=address, data=data, marc=marc, person=person)


@pytest_asyncio.fixture(autouse=True, loop_scope="module")
async def hung_up(house: SimpleNamespace) -> AsyncIterator[None]:
    yield
    for call in house.marc.calls:
        await call.hang_up()


async def until_online(me: devcloud.Client) -> None:
    async with asyncio.timeout(WAIT_S):
        async for people in me.people():
            if any(person.name == "echo" for person in people):
                return


async def listen_until_quiet(call: devcloud.ClientCall, pause_s: float = 3.0) -> bytes:
    """What is heard from now on, until it has been quiet for a while after it was not."""
    heard, size = b"", int(pause_s * RATE) * 2
    async with asyncio.timeout(WAIT_S):
        async for block in call.audio.blocks():
            heard += block
            if len(heard) % 9600 == 0 and spoke_and_stopped(heard, size):
                break
    return heard


def spoke_and_stopped(pcm: bytes, size: int) -> bool:
    loud = np.abs(samples(pcm)) > 400
    return bool(loud.any()) and not loud[-size // 2 :].any()


def samples(pcm: bytes) -> Any:
    return np.frombuffer(pcm, "<i2").astype(np.float64)


def loud_s(samples: Any, rate: int = RATE) -> float:
    """For how many seconds, in all, it is more than what a codec makes of silence."""
    return float(np.count_nonzero(np.abs(samples) > 20)) / rate


async def test_it_speaks_first_and_then_sends_back_what_it_hears_a_second_later(
    house: SimpleNamespace, sound: Any
) -> None:
    call = await house.marc.call("echo")
    async with asyncio.timeout(WAIT_S):
        await call.connected()
    # Marc has said nothing, so whatever is heard is the sentences: more than any one of them. On a
    # machine with too much to do some of it is missing, and the pause between them longer.
    sentences = [soundfile.read(path, dtype="int16") for path in SAMPLES.glob("echo-*.wav")]
    longest = max(loud_s(*sentence) for sentence in sentences)
    heard = 0.0
    while heard <= longest:
        heard += loud_s(samples(await listen_until_quiet(call)))

    # Half a second of quiet, then a tone: said once, heard once.
    at = np.arange(RATE // 2) / RATE
    tone = 8000 * np.sin(2 * np.pi * 700 * at)
    quiet = np.zeros(RATE // 2)
    said = np.concatenate([quiet, tone, np.zeros(RATE * 2)]).astype("<i2").tobytes()

    async def say() -> None:
        for start in range(0, len(said), 960):
            await call.audio.write(said[start : start + 960])

    def is_tone(pcm: bytes) -> bool:
        return sound.loud(pcm) and abs(sound.pitch(pcm) - 700) < 15

    _, (_, begins) = await asyncio.gather(say(), sound.hear_at(call, is_tone))
    # On the way are a codec and a jitter buffer, twice; 0.2 s where nothing else is to be done.
    assert 1.0 <= begins - 0.5 < 6.0, begins
    await call.hang_up()


async def reach(me: devcloud.Client) -> devcloud.ClientCall:
    """Call until it answers: it may come a moment later, or still open its next line."""
    async with asyncio.timeout(WAIT_S):
        while True:
            await until_online(me)
            call = await me.call("echo")
            try:
                await call.connected()
            except devcloud.CallOver as over:
                assert over.reason in (EndReason.OFFLINE, EndReason.BUSY)
            else:
                return call


async def test_several_at_once(house: SimpleNamespace) -> None:
    people = [house.marc, *[await house.person(f"Salle {n}") for n in (1, 2, 3, 4)]]
    talking: list[devcloud.ClientCall] = []
    for me in people[:4]:
        talking.append(await reach(me))
    assert len({call.peer for call in talking}) == 1
    fifth = await people[4].call("echo")
    async with asyncio.timeout(WAIT_S):
        assert await fifth.ended() is EndReason.BUSY
    for call in talking:
        await call.hang_up()


async def test_nobody_else_has_its_name_and_nobody_reads_its_key(house: SimpleNamespace) -> None:
    for name in ("echo", "Echo"):
        with pytest.raises(Refused) as refused:
            async with devcloud.connect(house.address, name=name, data=house.data / "other"):
                pass
        assert refused.value.code == "name_taken"
    directory = house.data / "server" / "echo"
    assert stat.S_IMODE(directory.stat().st_mode) == 0o700
    for key in directory.rglob("identity.key"):
        assert stat.S_IMODE(key.stat().st_mode) == 0o600
    account = house.server.hall.accounts.find("echo")
    assert account is not None and account.key == load_or_create(directory).public


async def test_the_token_is_not_among_its_arguments(house: SimpleNamespace) -> None:
    reserved = house.server.hall.settings.reserved
    process = psutil.Process(house.server.echo.process)
    assert reserved.token not in " ".join(process.cmdline())
    assert reserved.token not in " ".join(process.environ().values())


@pytest.mark.skipif(os.name != "posix", reason="kills a process")
async def test_it_comes_back_when_it_dies(house: SimpleNamespace) -> None:
    first = house.server.echo.process
    os.kill(first, signal.SIGKILL)
    async with asyncio.timeout(WAIT_S):
        while house.server.echo.process in (None, first):
            await asyncio.sleep(0.02)
    call = await reach(house.marc)
    await call.hang_up()


@pytest.mark.parametrize("join", [Join.INVITE, Join.CLOSED])
async def test_whoever_may_join_it_is_let_in_and_it_ends_with_the_server(
    tmp_path: Path, join: Join
) -> None:
    settings = ServerSettings(
        data=tmp_path / "server", host="127.0.0.1", port=0, join=join, echo=True
    )
    async with DevCloudServer(settings) as server:
        async with asyncio.timeout(WAIT_S):
            while server.hall.accounts.find("echo") is None:
                await asyncio.sleep(0.02)
        process = psutil.Process(server.echo.process)  # type: ignore[union-attr, arg-type]
        family = [process, *process.children(recursive=True)]
    # Whoever holds its devices ends when it finds it gone.
    _, alive = await asyncio.to_thread(psutil.wait_procs, family, WAIT_S)
    assert alive == []


async def test_a_name_that_is_somebodys_stays_theirs(tmp_path: Path, caplog: Any) -> None:
    plain = ServerSettings(data=tmp_path / "server", host="127.0.0.1", port=0)
    async with DevCloudServer(plain) as server:
        address = f"ws://127.0.0.1:{server.port}"
        async with devcloud.connect(address, name="Echo", data=tmp_path / "theirs"):
            theirs = server.hall.accounts.find("echo")
    settings = ServerSettings(data=tmp_path / "server", host="127.0.0.1", port=0, echo=True)
    async with DevCloudServer(settings) as server:
        async with asyncio.timeout(WAIT_S):
            while "echo.given_up" not in caplog.text:
                await asyncio.sleep(0.02)
        assert server.echo is not None and server.echo.process is None
        assert server.hall.accounts.find("echo") == theirs
