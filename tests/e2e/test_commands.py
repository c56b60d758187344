"""Every command as a stranger would run it: processes, their output, their exit codes."""

import asyncio
import json
import signal
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
import pytest_asyncio
from tests.ports import free_port
from tests.program import started

import devcloud

pytestmark = pytest.mark.asyncio(loop_scope="module")

WAIT_S = 60.0
OUTCOME_KEYS = {
    "outcome", "peer", "setup_ms", "duration_s", "encrypted", "verified", "safety_words", "codec",
    "rtt_ms", "loss", "jitter_ms", "mos", "path", "recording",
}  # fmt: skip


class Command:
    """A running `devcloud`."""

    def __init__(self, process: asyncio.subprocess.Process) -> None:
        self.process = process

    async def line(self, holding: str) -> str:
        """The next line of its output that holds this."""
        assert self.process.stdout is not None
        async with asyncio.timeout(WAIT_S):
            while line := (await self.process.stdout.readline()).decode():
                if holding in line:
                    return line
        raise AssertionError(f"it never said «{holding}»: {(await self.end())[2]}")

    async def complaint(self, holding: str) -> str:
        assert self.process.stderr is not None
        async with asyncio.timeout(WAIT_S):
            while line := (await self.process.stderr.readline()).decode():
                if holding in line:
                    return line
        raise AssertionError(f"it never complained of «{holding}»")

    def interrupt(self) -> None:
        self.process.send_signal(signal.SIGINT)

    async def end(self) -> tuple[int, str, str]:
        """Its exit code, and what else it said."""
        async with asyncio.timeout(WAIT_S):
            out, err = await self.process.communicate()
        assert "Traceback" not in err.decode()
        assert self.process.returncode is not None
        return self.process.returncode, out.decode(), err.decode()


@asynccontextmanager
async def running(*arguments: object, **environment: str) -> AsyncIterator[Command]:
    """A `devcloud` that ends with the block."""
    async with started(*arguments, **environment) as process:
        yield Command(process)


async def run(*arguments: object, **environment: str) -> tuple[int, str, str]:
    async with running(*arguments, **environment) as command:
        return await command.end()


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def house(hosting: Any, tmp_path_factory: Any) -> AsyncIterator[SimpleNamespace]:
    """A server, and John, who takes calls when a test lets him."""
    data = tmp_path_factory.mktemp("commands")
    async with (
        hosting(data / "server") as host,
        devcloud.connect(host.address, name="John", data=data / "john") as john,
    ):
        marc = ("--server", host.address, "--name", "Marc", "--data", data / "marc")
        yield SimpleNamespace(host=host, john=john, marc=marc, data=data)


@pytest_asyncio.fixture(autouse=True, loop_scope="module")
async def nothing_left(house: SimpleNamespace) -> AsyncIterator[None]:
    yield
    async with asyncio.timeout(WAIT_S):
        for call in house.john.calls:
            await call.hang_up()
        # Presence is told a moment later: the next test is not to call who has just gone.
        async for people in house.john.people():
            if not people:
                break


# ── call ─────────────────────────────────────────────────────────────────────────────────────────


async def test_a_call_for_a_while_as_json(house: Any, sound: Any, tmp_path: Path) -> None:
    recording = tmp_path / "heard.wav"
    command = ("call", "John", *house.marc, "--play", sound.marc, "--record", recording)
    async with running(*command, "--for", "3", "--json") as marc:
        call = await anext(house.john.incoming())
        call.audio.play(sound.john)
        await call.accept()
        code, out, err = await marc.end()
    assert (code, err) == (0, "")
    told = json.loads(out)
    assert set(told) == OUTCOME_KEYS
    assert (told["outcome"], told["peer"], told["encrypted"]) == ("completed", "John", True)
    assert told["setup_ms"] > 0 and 2.5 < told["duration_s"] < WAIT_S
    assert told["codec"].startswith("opus") and len(told["safety_words"]) == 4
    assert len(sound.read(recording)) > 24_000


async def test_a_call_ends_with_the_file_that_is_played(
    house: Any, sound: Any, tmp_path: Path
) -> None:
    short = sound.tone(tmp_path / "short.wav", seconds=0.3)
    command = ("call", "John", *house.marc, "--play", short, "--language", "fr")
    async with running(*command) as marc:
        call = await anext(house.john.incoming())
        await call.accept()
        await marc.line("En communication avec John")
        code, out, _ = await marc.end()
    assert code == 0
    assert "terminé normalement" in out and "oui, de bout en bout" in out
    assert "Mots de sécurité" in out


@pytest.mark.parametrize("phase", ["ringing", "talking"])
async def test_ctrl_c_ends_a_call_in_good_order(house: Any, sound: Any, phase: str) -> None:
    async with running("call", "John", *house.marc, "--play", sound.marc) as marc:
        call = await anext(house.john.incoming())
        if phase == "talking":
            await call.accept()
            await marc.line("In a call with John")
        else:
            await marc.line("Ringing")
        marc.interrupt()
        code, out, _ = await marc.end()
    reason = "completed" if phase == "talking" else "cancelled"
    assert str(await call.ended()) == reason
    assert reason in out
    assert code == (0 if phase == "talking" else 1)


@pytest.mark.parametrize("command", ["call", "answer", "users"])
async def test_ctrl_c_while_connecting(house: Any, tmp_path: Path, command: str) -> None:
    reached, gone = asyncio.Event(), asyncio.Event()

    async def say_nothing(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        reached.set()
        while not reader.at_eof():
            await reader.read(65_536)
        writer.transport.abort()
        gone.set()

    silent = await asyncio.start_server(say_nothing, "127.0.0.1", 0)
    port = silent.sockets[0].getsockname()[1]
    who = ("--server", f"127.0.0.1:{port}", "--name", "Marc", "--data", tmp_path)
    async with running(command, *(["John"] if command == "call" else []), *who) as marc:
        await reached.wait()
        marc.interrupt()
        code, _, err = await marc.end()
    await gone.wait()
    silent.close()
    assert (code, err) == (1, "devcloud: Stopped before it was done.\n")


async def test_the_reader_of_a_pipe_goes_away(house: Any, sound: Any, tmp_path: Path) -> None:
    files = ("--play", sound.marc, "--record", tmp_path / "heard.wav")
    async with running("call", "John", *house.marc, *files) as marc:
        call = await anext(house.john.incoming())
        await marc.line("Calling John")
        assert marc.process.stdout is not None
        marc.process.stdout._transport.close()  # type: ignore[attr-defined]
        await call.accept()
        # The next line has no reader: the call is hung up, and nobody is shown a trace.
        async with asyncio.timeout(WAIT_S):
            await call.ended()
            await marc.process.wait()
            assert marc.process.stderr is not None
            assert await marc.process.stderr.read() == b""


@pytest.mark.parametrize(
    ("name", "code", "outcome"),
    [
        ("Nobody", 1, "unknown_name"),
        ("Marc", 2, "name_own"),
        ("", 2, "name_empty"),
        ("x" * 33, 2, "name_too_long"),
        ("a\nb", 2, "name_unprintable"),
    ],
)
async def test_whom_one_cannot_call(house: Any, name: str, code: int, outcome: str) -> None:
    ended, out, err = await run("call", name, *house.marc, "--play", SPEECH, "--json")
    told = json.loads(out)
    assert (ended, told["outcome"]) == (code, outcome)
    assert bool(err) == (code == 2)


SPEECH = Path(__file__).parents[2] / "src" / "devcloud" / "media" / "samples" / "marc.wav"


async def test_a_call_that_is_declined(house: Any) -> None:
    async with running("call", "John", *house.marc, "--play", SPEECH) as marc:
        call = await anext(house.john.incoming())
        await call.decline("At five?")
        code, out, _ = await marc.end()
    assert code == 1
    assert "John declined the call" in out and "At five?" in out


async def test_a_file_that_is_not_there_is_said_before_it_rings(house: Any) -> None:
    code, out, err = await run("call", "John", *house.marc, "--play", "nowhere.wav")
    assert (code, out) == (2, "") and "nowhere.wav" in err
    assert house.john.calls == ()


# ── answer ───────────────────────────────────────────────────────────────────────────────────────


async def test_somebody_who_answers_and_sends_back_what_is_heard(
    house: Any, sound: Any, tmp_path: Path
) -> None:
    async with running("answer", *house.marc, "--echo", "--once", "--json") as marc:
        call = await called(house.john, "Marc")
        call.audio.play(sound.tone(tmp_path / "a.wav"))
        await call.connected()
        assert abs(sound.pitch(await sound.hear(call, sound.loud)) - 440) < 15
        await call.hang_up()
        code, out, _ = await marc.end()
    assert code == 0
    told = json.loads(out)
    assert set(told) == OUTCOME_KEYS
    assert (told["outcome"], told["peer"]) == ("completed", "John")


async def called(me: devcloud.Client, name: str) -> devcloud.ClientCall:
    """Call somebody as soon as they are there."""
    async with asyncio.timeout(WAIT_S):
        async for people in me.people():
            if any(person.name == name for person in people):
                return await me.call(name)
    raise AssertionError("closed")


async def test_somebody_who_takes_no_calls(house: Any) -> None:
    async with running("answer", *house.marc, "--reject", "--once") as marc:
        call = await called(house.john, "Marc")
        assert str(await call.ended()) == "declined"
        code, out, _ = await marc.end()
    assert code == 0 and "Incoming call: John" in out


async def test_call_after_call_is_taken_and_recorded_apart(
    house: Any, sound: Any, tmp_path: Path
) -> None:
    recording = tmp_path / "heard.wav"
    async with running("answer", *house.marc, "--record", recording, "--play", SPEECH) as marc:
        for number in (1, 2):
            call = await called(house.john, "Marc")
            call.audio.play(sound.john)
            await call.connected()
            await sound.hear(call, sound.loud)
            await call.hang_up()
            await marc.line("completed")
            name = "heard.wav" if number == 1 else f"heard-{number}.wav"
            assert name in await marc.line("Recording")
        marc.interrupt()
        assert (await marc.end())[0] == 0
    assert len(sound.read(recording)) and len(sound.read(tmp_path / "heard-2.wav"))


async def test_ctrl_c_ends_answering_and_the_call_that_goes_on(house: Any, tmp_path: Path) -> None:
    files = ("--play", SPEECH, "--record", tmp_path / "heard.wav")
    async with running("answer", *house.marc, *files) as marc:
        call = await called(house.john, "Marc")
        await call.connected()
        await marc.line("In a call with John")
        marc.interrupt()
        code, out, err = await marc.end()
    assert (code, err) == (0, "")
    assert str(await call.ended()) == "completed"
    assert "completed" in out


async def test_answering_tells_that_the_server_is_gone_and_back(
    hosting: Any, tmp_path: Path
) -> None:
    port = free_port()
    async with hosting(tmp_path / "server", port) as host:
        who = ("--server", host.address, "--name", "Marc", "--data", tmp_path / "marc")
        async with running("answer", *who, "--language", "fr") as marc:
            await marc.line("Marc est en ligne")
            await host.server.__aexit__(None, None, None)
            await marc.complaint("est perdue")
            async with hosting(tmp_path / "server", port):
                await marc.complaint("De nouveau connecté")
                marc.interrupt()
                assert (await marc.end())[0] == 0


async def test_a_name_that_somebody_else_has(house: Any, tmp_path: Path) -> None:
    who = ("--server", house.host.address, "--name", "John", "--data", tmp_path)
    code, out, err = await run("answer", *who)
    assert (code, out) == (2, "")
    assert err == "devcloud: That name is already used on this server. Choose another.\n"


async def test_a_second_one_on_the_same_data(house: Any) -> None:
    async with running("answer", *house.marc) as marc:
        await marc.line("Marc is online")
        code, _, err = await run("answer", *house.marc)
        assert code == 2 and "Marc" in err and str(marc.process.pid) in err
        # Who is online may be asked all the same.
        assert (await run("users", *house.marc))[0] == 0


# ── users ────────────────────────────────────────────────────────────────────────────────────────


async def test_who_is_online(house: Any, hosting: Any, tmp_path: Path) -> None:
    code, out, _ = await run("users", *house.marc, "--json")
    people = json.loads(out)["people"]
    assert code == 0 and [person["name"] for person in people] == ["John"]
    code, out, _ = await run("users", *house.marc)
    assert code == 0 and out.split() == ["John", "online"]
    async with hosting(tmp_path / "server") as empty:
        who = ("--server", empty.address, "--name", "Marc", "--data", tmp_path / "marc")
        code, out, _ = await run("users", *who)
        assert (code, out) == (0, "Nobody else yet.\n")
        code, out, _ = await run("users", *who, "--json")
        assert (code, json.loads(out)) == (0, {"people": []})


async def test_no_server(tmp_path: Path) -> None:
    who = ("--server", "127.0.0.1:1", "--name", "Marc", "--data", tmp_path)
    code, out, err = await run("users", *who, "--json")
    assert code == 2
    assert json.loads(out)["outcome"] == "server_unreachable"
    assert err == "devcloud: The server does not answer at 127.0.0.1:1. Check that it is running.\n"


async def test_a_terminal_that_lacks_the_signs_of_a_name(house: Any, tmp_path: Path) -> None:
    who = ("--server", house.host.address, "--name", "שלום 🎉", "--data", tmp_path)
    async with devcloud.connect(house.host.address, name="שלום 🎉", data=tmp_path):
        plain = {"PYTHONUTF8": "0", "PYTHONIOENCODING": "ascii"}
        code, out, err = await run("users", *house.marc, **plain)
    assert (code, err) == (0, "") and "????" in out
    assert (await run("users", *who))[0] == 0


# ── settings ─────────────────────────────────────────────────────────────────────────────────────


async def test_flags_beat_variables_which_beat_the_file(house: Any, tmp_path: Path) -> None:
    nowhere, here = "127.0.0.1:1", house.host.address
    (tmp_path / "config.toml").write_text(f'name = "Looker"\nserver = "{here}"\n')
    settings = {"DEVCLOUD_DATA": str(tmp_path)}
    assert (await run("users", **settings))[0] == 0
    code, _, err = await run("users", **settings, DEVCLOUD_SERVER=nowhere)
    assert code == 2 and nowhere in err
    assert (await run("users", "--server", here, **settings, DEVCLOUD_SERVER=nowhere))[0] == 0


async def test_two_ctrl_c_end_at_once(house: Any) -> None:
    async with running("answer", *house.marc) as marc:
        await marc.line("Marc is online")
        marc.interrupt()
        marc.interrupt()
        assert (await marc.end())[0] in (0, 1, -signal.SIGINT)


async def test_a_server_started_by_hand(tmp_path: Path) -> None:
    arguments = ("--host", "127.0.0.1", "--port", "0", "--data", tmp_path / "server")
    async with running("server", *arguments, "--json") as server:
        started = json.loads(await server.line("{"))
        who = ("--server", started["link"], "--name", "Marc", "--data", tmp_path / "marc")
        assert (await run("users", *who))[:2] == (0, "Nobody else yet.\n")
        server.interrupt()
        assert (await server.end())[0] == 0
