"""Changed keys and safety words, as somebody at a terminal meets them, and as a script does."""

import asyncio
import json
import os
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
import pytest_asyncio
from tests.program import started

import devcloud
from devcloud.client.datadir import DataDirectory
from devcloud.identity.keys import SigningKey, fingerprint
from devcloud.identity.pins import PinBook, remember

pytestmark = pytest.mark.asyncio(loop_scope="module")

WAIT_S = 60.0
OLD = SigningKey.from_seed(b"The key that everybody has before"[:32])


class Typing:
    """A running `devcloud` with somebody at its terminal."""

    def __init__(self, process: asyncio.subprocess.Process, keyboard: int) -> None:
        self.process = process
        self._keyboard = keyboard
        self.seen = ""

    async def asked(self, holding: str) -> None:
        """Wait for a question: it has no end of line."""
        assert self.process.stderr is not None
        async with asyncio.timeout(WAIT_S):
            while holding not in self.seen:
                more = await self.process.stderr.read(4096)
                assert more, f"it never asked «{holding}»: {self.seen}"
                self.seen += more.decode()

    def types(self, line: str) -> None:
        os.write(self._keyboard, f"{line}\n".encode())

    async def end(self) -> tuple[int, str, str]:
        async with asyncio.timeout(WAIT_S):
            out, err = await self.process.communicate()
        self.seen += err.decode()
        assert "Traceback" not in self.seen
        assert self.process.returncode is not None
        return self.process.returncode, out.decode(), self.seen


@asynccontextmanager
async def running(*arguments: object, terminal: bool = False) -> AsyncIterator[Typing]:
    """A `devcloud`, at a terminal or not, that ends with the block."""
    keyboard, screen = os.openpty()
    try:
        stdin = screen if terminal else asyncio.subprocess.DEVNULL
        async with started(*arguments, stdin=stdin) as process:
            os.close(screen)
            yield Typing(process, keyboard)
    finally:
        os.close(keyboard)


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def house(hosting: Any, tmp_path_factory: Any) -> AsyncIterator[SimpleNamespace]:
    """A server, and John, who takes every call."""
    data = tmp_path_factory.mktemp("trusting")
    async with (
        hosting(data / "server") as host,
        devcloud.connect(host.address, name="John", data=data / "john") as john,
    ):
        yield SimpleNamespace(host=host, john=john, data=data)


def as_marc(house: Any, data: Path, *, knows_another_john: bool = False) -> tuple[object, ...]:
    """The flags of somebody new, who may have known John by another key."""
    directory = DataDirectory(data)
    if knows_another_john:
        book = remember(PinBook(), "John", OLD.public, 1.0)
        directory.keep_book(house.john.address.authority, book)
    return ("--server", house.host.address, "--name", data.name, "--data", data)


def johns_pin(house: Any, data: Path) -> Any:
    return DataDirectory(data).book(house.john.address.authority).find("John")


async def taken(house: Any) -> devcloud.ClientCall:
    """John accepts. A caller who hangs up soon may do so before John is connected, too."""
    async with asyncio.timeout(WAIT_S):
        call = await anext(house.john.incoming())
        await call.accept()
    return call


@pytest.mark.parametrize(("answer", "verified"), [("y", True), ("n", False)])
async def test_comparing_the_words(
    house: Any, sound: Any, tmp_path: Path, answer: str, verified: bool
) -> None:
    data = tmp_path / f"Words {answer}"
    flags = as_marc(house, data)
    record = ("--play", sound.marc, "--record", tmp_path / "heard.wav", "--for", "120")
    async with running("call", "John", *flags, *record, terminal=True) as marc:
        call = await taken(house)
        await marc.asked("the same on both sides?")
        marc.types("what?")
        marc.types(answer)
        if verified:
            assert marc.process.stdout is not None
            async with asyncio.timeout(WAIT_S):
                while "is verified" not in (await marc.process.stdout.readline()).decode():
                    pass
            await call.hang_up()
        else:
            assert str(await call.ended()) == "completed"
        code, _, err = await marc.end()
    assert code == 0
    assert johns_pin(house, data).verified == verified
    assert ("Somebody stands between" in err) == (not verified)


async def test_a_changed_key_stops_a_script(house: Any, tmp_path: Path) -> None:
    """Both fingerprints, and what to do; John's telephone does not ring."""
    flags = as_marc(house, tmp_path / "Script", knows_another_john=True)
    async with running("call", "John", *flags, "--json") as marc:
        code, out, err = await marc.end()
    assert (code, json.loads(out)["outcome"]) == (2, "key_changed")
    assert fingerprint(OLD.public) in err
    assert fingerprint(house.john.core.desk._gate._guard._key.public) in err
    assert "--accept-new-key" in err
    assert house.john.calls == ()


async def test_a_script_that_knows_why(house: Any, sound: Any, tmp_path: Path) -> None:
    data = tmp_path / "Knowing"
    flags = as_marc(house, data, knows_another_john=True)
    sounds = ("--play", sound.marc, "--record", tmp_path / "heard.wav", "--for", "0.2")
    async with running("call", "John", *flags, *sounds, "--accept-new-key", "--json") as marc:
        await taken(house)
        code, out, err = await marc.end()
    assert (code, json.loads(out)["outcome"], json.loads(out)["verified"]) == (
        0,
        "completed",
        False,
    )
    assert "is accepted" in err
    assert johns_pin(house, data).key != OLD.public


@pytest.mark.parametrize("answer", ["y", "n"])
async def test_a_changed_key_is_asked_about(
    house: Any, sound: Any, tmp_path: Path, answer: str
) -> None:
    data = tmp_path / f"Asked {answer}"
    flags = as_marc(house, data, knows_another_john=True)
    sounds = ("--play", sound.marc, "--record", tmp_path / "heard.wav", "--for", "0.2")
    async with running("call", "John", *flags, *sounds, terminal=True) as marc:
        await marc.asked("Accept the new key of John?")
        marc.types(answer)
        if answer == "y":
            await taken(house)
        code, _, err = await marc.end()
    assert code == (0 if answer == "y" else 2)
    assert fingerprint(OLD.public) in err
    assert (johns_pin(house, data).key == OLD.public) == (answer == "n")


async def test_a_caller_with_another_key_is_not_answered(house: Any, tmp_path: Path) -> None:
    data = tmp_path / "Answering"
    flags = as_marc(house, data, knows_another_john=True)
    async with running("answer", *flags, "--once", "--json") as marc:
        async with asyncio.timeout(WAIT_S):
            async for people in house.john.people():
                if any(person.name == "Answering" for person in people):
                    break
        call = await house.john.call("Answering")
        assert str(await call.ended()) == "untrusted"
        code, out, err = await marc.end()
    assert (code, json.loads(out)["outcome"]) == (2, "untrusted")
    assert "another key" in err and "--accept-new-key" in err
    assert call.status.trouble == "untrusted_there"
