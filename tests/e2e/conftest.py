"""Marc, John and a server: real ones, in this process, with real media processes and real sound."""

import asyncio
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import numpy as np
import pytest
import soundfile
from tests.e2e.soundserver import SoundServer

import devcloud
from devcloud.call.states import State
from devcloud.client import session
from devcloud.server.app import DevCloudServer
from devcloud.server.settings import ServerSettings

SAMPLES = Path(__file__).parents[2] / "src" / "devcloud" / "media" / "samples"
RATE = 48_000
TENTH = 9600
"""Bytes of 100 ms."""
WAIT_S = 60.0
"""How long anything may take before a test gives up: no test is about time."""

Sound = np.ndarray[Any, np.dtype[np.float64]]


def read(path: Path) -> Sound:
    """A recording, which must be 48 kHz, mono, 16 bit."""
    info = soundfile.info(path)
    assert (info.samplerate, info.channels, info.subtype) == (RATE, 1, "PCM_16")
    return soundfile.read(path, dtype="float64")[0]


def level(pcm: bytes) -> float:
    """RMS of a block, in dBFS."""
    samples = np.frombuffer(pcm, "<i2").astype(np.float64) / 32768
    return float(20 * np.log10(np.sqrt(np.mean(samples**2)) + 1e-6))


def tone(path: Path, hertz: float = 440.0, seconds: float = 30.0, rate: int = RATE) -> Path:
    """Write a WAV file of one tone."""
    at = np.arange(int(seconds * rate)) / rate
    soundfile.write(path, 0.3 * np.sin(2 * np.pi * hertz * at), rate, subtype="PCM_16")
    return path


def pitch(blocks: bytes) -> float:
    """The strongest frequency, in hertz."""
    samples = np.frombuffer(blocks, "<i2").astype(np.float64)
    spectrum = np.abs(np.fft.rfft(samples * np.hanning(len(samples))))
    return float(np.argmax(spectrum) * RATE / len(samples))


def aligned(sent: Sound, heard: Sound) -> tuple[Sound, Sound, float]:
    """What was heard, cut to where it is most like what was sent, and their correlation."""
    size = 1 << (len(sent) + len(heard)).bit_length()
    product = np.fft.rfft(heard, size) * np.conj(np.fft.rfft(sent, size))
    lag = int(np.argmax(np.fft.irfft(product, size)))
    lag -= size if lag > size // 2 else 0
    start, end = max(0, -lag), min(len(sent), len(heard) - lag)
    said, came = sent[start:end], heard[start + lag : end + lag]
    return said, came, float(np.corrcoef(said, came)[0, 1])


async def hear(call: devcloud.ClientCall, accept: Callable[[bytes], bool]) -> bytes:
    """The first 100 ms that are as wanted."""
    return (await hear_at(call, accept))[0]


async def hear_at(
    call: devcloud.ClientCall, accept: Callable[[bytes], bool]
) -> tuple[bytes, float]:
    """The first 100 ms that are as wanted, and when they begin, in seconds of sound from now on."""
    kept, came = b"", 0
    async with asyncio.timeout(WAIT_S):
        async for block in call.audio.blocks():
            kept, came = (kept + block)[-TENTH:], came + len(block)
            if len(kept) == TENTH and accept(kept):
                return kept, (came - TENTH) / 2 / RATE
    raise AssertionError("the call was over before that was heard")


def loud(pcm: bytes) -> bool:
    """Loud from end to end: not what begins or ends within."""
    return all(level(pcm[at : at + 960]) > -35 for at in range(0, len(pcm), 960))


def silent(pcm: bytes) -> bool:
    return level(pcm) < -80


async def until(call: devcloud.ClientCall, *states: State) -> devcloud.CallStatus:
    async with asyncio.timeout(WAIT_S):
        async for status in call.events():
            if status.state in states:
                return status
    raise AssertionError(f"the call ended without ever being {states}")


@pytest.fixture(scope="session")
def sound() -> SimpleNamespace:
    """What tests do with sound, and waiting for a call's state."""
    return SimpleNamespace(
        read=read,
        level=level,
        tone=tone,
        pitch=pitch,
        aligned=aligned,
        hear=hear,
        hear_at=hear_at,
        loud=loud,
        silent=silent,
        until=until,
        marc=SAMPLES / "marc.wav",
        john=SAMPLES / "john.wav",
    )


@dataclass
class Host:
    """A server and the ways to it."""

    server: DevCloudServer

    @property
    def address(self) -> str:
        return f"devcloud://127.0.0.1:{self.server.port}/?pin={self.server.certificate.pin}"


Hosting = Callable[..., AbstractAsyncContextManager[Host]]


@asynccontextmanager
async def host(data: Path, port: int = 0) -> AsyncIterator[Host]:
    """A server on this machine."""
    settings = ServerSettings(data=data, host="127.0.0.1", port=port)
    async with DevCloudServer(settings) as server:
        yield Host(server)


@pytest.fixture(scope="session")
def hosting() -> Hosting:
    return host


@dataclass
class Pair:
    """Marc and John, signed in."""

    marc: devcloud.Client
    john: devcloud.Client
    address: str

    async def ring(self) -> tuple[devcloud.ClientCall, devcloud.ClientCall]:
        """Marc calls John; it rings."""
        async with asyncio.timeout(WAIT_S):
            theirs = asyncio.ensure_future(anext(self.john.incoming()))
            ours = await self.marc.call("John")
            return ours, await theirs

    async def talk(
        self, *, marc_plays: Path | None = None, john_plays: Path | None = None
    ) -> tuple[devcloud.ClientCall, devcloud.ClientCall]:
        """Marc calls John, who accepts; both are talking."""
        ours, theirs = await self.ring()
        for call, path in ((ours, marc_plays), (theirs, john_plays)):
            if path is not None:
                call.audio.play(path)
        await theirs.accept()
        async with asyncio.timeout(WAIT_S):
            await asyncio.gather(ours.connected(), theirs.connected())
        return ours, theirs

    async def hang_up(self) -> None:
        """End whatever there is, on both sides."""
        async with asyncio.timeout(WAIT_S):
            for me in (self.marc, self.john):
                for call in me.calls:
                    await call.hang_up()
            for me in (self.marc, self.john):
                for call in me.calls:
                    await call.ended()


Pairing = Callable[..., AbstractAsyncContextManager[Pair]]


@asynccontextmanager
async def pair_of(address: str, data: Path) -> AsyncIterator[Pair]:
    async with (
        devcloud.connect(address, name="Marc", data=data / "marc") as marc,
        devcloud.connect(address, name="John", data=data / "john") as john,
    ):
        yield Pair(marc, john, address)


@pytest.fixture(scope="session")
def pairing() -> Pairing:
    return pair_of


@pytest.fixture
def patience(monkeypatch: pytest.MonkeyPatch) -> None:
    """However busy the machine is, who says something is not called silent."""
    monkeypatch.setattr(session, "CONNECT_TIMEOUT_S", 45.0)


@pytest.fixture
def no_settings(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """The person who runs the tests may have settings of their own."""
    for variable in ("SERVER", "NAME", "DATA", "LANGUAGE"):
        monkeypatch.delenv(f"DEVCLOUD_{variable}", raising=False)
    monkeypatch.setenv("LC_ALL", "C.UTF-8")
    yield


@pytest.fixture
def sound_server(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[SoundServer]:
    folder = tmp_path / "pulse"
    folder.mkdir(mode=0o700)
    server = SoundServer(folder)
    for name, value in server.environment.items():
        monkeypatch.setenv(name, value)
    try:
        yield server
    finally:
        server.stop()
