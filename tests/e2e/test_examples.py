"""Every example does what its first line says, against a real server."""

import asyncio
import os
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
import pytest_asyncio

import devcloud

pytestmark = pytest.mark.asyncio(loop_scope="module")

EXAMPLES = Path(__file__).parents[2] / "examples"
WAIT_S = 60.0


class EnoughOfIt(Exception):
    """An example that goes on for ever has been seen to work."""


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def house(hosting: Any, tmp_path_factory: Any) -> AsyncIterator[SimpleNamespace]:
    data = tmp_path_factory.mktemp("examples")
    async with (
        hosting(data / "server") as host,
        devcloud.connect(host.address, name="John", data=data / "john") as john,
    ):
        yield SimpleNamespace(address=host.address, john=john, data=data)


@asynccontextmanager
async def example(name: str, home: Path, *arguments: object) -> AsyncIterator[asyncio.StreamReader]:
    """A running example, with a home of its own; it must end by itself."""
    process = await asyncio.create_subprocess_exec(
        sys.executable, str(EXAMPLES / name), *map(str, arguments),
        stdout=asyncio.subprocess.PIPE,
        env=os.environ | {"XDG_DATA_HOME": str(home)},
    )  # fmt: skip
    assert process.stdout is not None
    try:
        yield process.stdout
        async with asyncio.timeout(WAIT_S):
            assert await process.wait() == 0
    finally:
        if process.returncode is None:
            process.kill()
            await process.communicate()


async def next_line(output: asyncio.StreamReader) -> str:
    async with asyncio.timeout(WAIT_S):
        return (await output.readline()).decode().strip()


async def test_two_party_call(house: SimpleNamespace, tmp_path: Path) -> None:
    async with example("two_party_call.py", tmp_path, house.address, "Anna", "Bob") as output:
        async with asyncio.timeout(WAIT_S):
            said = (await output.read()).decode().splitlines()
    assert said == [
        "Bob: Anna calls",
        "Anna: talking to Bob, encrypted: True",
        "Bob: the call is over, completed",
    ]


async def test_echo_bot(house: SimpleNamespace, sound: Any, tmp_path: Path) -> None:
    assert len((EXAMPLES / "echo_bot.py").read_text().splitlines()) < 40
    with pytest.raises(EnoughOfIt):
        async with example("echo_bot.py", tmp_path, house.address, "Echo") as output:
            assert await next_line(output) == "Echo is online"
            call = await house.john.call("Echo")
            call.audio.play(sound.tone(tmp_path / "a.wav"))
            await call.connected()
            heard = await sound.hear(call, sound.loud)
            assert abs(sound.pitch(heard) - 440) < 15
            assert await next_line(output) == "John calls"
            await call.hang_up()
            raise EnoughOfIt


async def test_who_is_online(house: SimpleNamespace, tmp_path: Path) -> None:
    with pytest.raises(EnoughOfIt):
        async with example("who_is_online.py", tmp_path, house.address, "Observer") as output:
            assert await next_line(output) == "John"
            async with devcloud.connect(house.address, name="Paul", data=tmp_path / "paul"):
                assert await next_line(output) == "John, Paul"
            assert await next_line(output) == "John"
            raise EnoughOfIt


async def test_play_and_record(house: SimpleNamespace, sound: Any, tmp_path: Path) -> None:
    hello, heard = sound.tone(tmp_path / "a.wav", seconds=1.0), tmp_path / "heard.wav"
    arguments = (house.address, "Clara", "John", hello, heard)
    async with example("play_and_record.py", tmp_path, *arguments) as output:
        call = await anext(house.john.incoming())
        call.audio.play(sound.tone(tmp_path / "b.wav", hertz=880))
        await call.accept()
        assert "what was heard is in" in await next_line(output)
    assert len(sound.read(heard)) > 24_000


async def test_pcm_in_and_out(house: SimpleNamespace, sound: Any, tmp_path: Path) -> None:
    arguments = (house.address, "Dora", "John")
    async with example("pcm_in_and_out.py", tmp_path, *arguments) as output:
        call = await anext(house.john.incoming())
        call.audio.play(sound.tone(tmp_path / "b.wav"))
        await call.accept()
        heard = await sound.hear(call, sound.loud)
        assert abs(sound.pitch(heard) - 440) < 15
        assert (await next_line(output)).startswith("second 1: ")
