"""What a call survives: its media process killed, its server gone, its caller's program killed."""

import asyncio
import os
import signal
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import psutil
import pytest
import soundfile
from tests.ports import free_port

import devcloud
from devcloud.call.states import State, Timers
from devcloud.client import core
from devcloud.model.errors import MediaFailed
from devcloud.model.records import EndReason

pytestmark = pytest.mark.skipif(
    not hasattr(signal, "SIGKILL"), reason="kills processes as POSIX does"
)


async def ends(*calls: devcloud.ClientCall) -> set[EndReason]:
    async with asyncio.timeout(60):
        return set(await asyncio.gather(*(call.ended() for call in calls)))


async def until_grown(path: Path, beyond: int) -> None:
    async with asyncio.timeout(60):
        while path.stat().st_size <= beyond:
            await asyncio.sleep(0.02)


async def test_the_media_process_is_killed_in_mid_call(
    hosting: Any,
    pairing: Any,
    sound: Any,
    tmp_path: Path,
    record_property: Callable[..., None],
) -> None:
    # A staircase of tones tells where in the file the voice is.
    stairs, recording = tmp_path / "stairs.wav", tmp_path / "heard.wav"
    write_stairs(sound, stairs)
    tone = sound.tone(tmp_path / "tone.wav", seconds=120)
    async with hosting(tmp_path / "server") as host, pairing(host.address, tmp_path) as pair:
        ours, theirs = await pair.talk(marc_plays=stairs, john_plays=tone)
        ours.audio.record(recording)
        await sound.hear(theirs, lambda pcm: sound.loud(pcm) and sound.pitch(pcm) > 900)
        await until_grown(recording, 48_000)
        before = recording.stat().st_size
        seen: list[State] = []

        async def note() -> None:
            async for status in ours.events():
                seen.append(status.state)

        noting = asyncio.ensure_future(note())
        old, clock = pair.marc.core.media_pid, asyncio.get_running_loop()
        os.kill(old, signal.SIGKILL)
        killed_at = clock.time()
        await sound.until(ours, State.RECONNECTING)
        noticed_s = clock.time() - killed_at
        await sound.until(ours, State.ACTIVE)
        await sound.hear(ours, sound.loud)
        again = await sound.hear(theirs, lambda pcm: sound.loud(pcm) and sound.pitch(pcm) > 400)
        back_s = clock.time() - killed_at
        record_property("noticed_s", round(noticed_s, 3))
        record_property("voice_back_s", round(back_s, 3))
        assert pair.marc.core.media_pid not in (None, old)
        # It goes on where it was (what was said last is said once more), not from the beginning.
        assert sound.pitch(again) > 700
        await until_grown(recording, before + 48_000)
        await ours.hang_up()
        assert await ends(ours, theirs) == {EndReason.COMPLETED}
        await noting
        assert seen[0] is State.ACTIVE
        assert seen.index(State.RECONNECTING) < len(seen) - 1 - seen[::-1].index(State.ACTIVE)
        assert ours.status.encrypted
    # One file, whole, from before and after.
    assert len(sound.read(recording)) * 2 > before + 40_000


async def test_a_media_process_that_keeps_dying_is_given_up(
    hosting: Any, pairing: Any, sound: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(core, "MOST_RESTARTS", 1)
    async with hosting(tmp_path / "server") as host, pairing(host.address, tmp_path) as pair:
        ours, theirs = await pair.talk()
        waiting = asyncio.ensure_future(anext(pair.marc.incoming()))
        os.kill(pair.marc.core.media_pid, signal.SIGKILL)
        await sound.until(ours, State.RECONNECTING)
        await sound.until(ours, State.ACTIVE)
        os.kill(pair.marc.core.media_pid, signal.SIGKILL)
        assert await ends(ours, theirs) == {EndReason.MEDIA_FAILED}
        for attempt in (waiting, pair.marc.call("John"), anext(pair.marc.people())):
            with pytest.raises(MediaFailed) as given_up:
                await attempt
            assert given_up.value.code == "media_keeps_failing"


def write_stairs(sound: Any, path: Path) -> None:
    """Half a second each at 500, 600, 700… hertz, without a click between."""
    steps = np.repeat(500 + 100 * np.arange(80), 24_000)
    soundfile.write(path, 0.3 * np.sin(2 * np.pi * np.cumsum(steps) / 48_000), 48_000)


async def test_the_server_is_restarted_in_mid_call(
    hosting: Any, pairing: Any, sound: Any, tmp_path: Path
) -> None:
    tone = sound.tone(tmp_path / "tone.wav", seconds=120)
    port = free_port()
    async with hosting(tmp_path / "server", port) as host, pairing(host.address, tmp_path) as pair:
        ours, theirs = await pair.talk(marc_plays=tone)
        await host.server.__aexit__(None, None, None)
        async with asyncio.timeout(60):
            async for connection in pair.marc.connection():
                if not connection.online:
                    assert connection.next_try_s is not None
                    break
        assert ours.status.state is theirs.status.state is State.ACTIVE
        await sound.hear(theirs, sound.loud)
        async with hosting(tmp_path / "server", port):
            for me in (pair.marc, pair.john):
                await online(me)
            await sound.hear(theirs, sound.loud)
            await ours.hang_up()
            assert await ends(ours, theirs) == {EndReason.COMPLETED}
            # And the next call is as the first.
            again, answered = await pair.talk()
            await answered.hang_up()
            assert await ends(again, answered) == {EndReason.COMPLETED}


async def online(me: devcloud.Client) -> None:
    async with asyncio.timeout(60):
        async for connection in me.connection():
            if connection.online:
                return


async def test_hung_up_while_the_server_was_away(
    hosting: Any, pairing: Any, tmp_path: Path
) -> None:
    port = free_port()
    async with hosting(tmp_path / "server", port) as host, pairing(host.address, tmp_path) as pair:
        ours, theirs = await pair.talk()
        await host.server.__aexit__(None, None, None)
        await ours.hang_up()
        assert theirs.status.state in (State.ACTIVE, State.RECONNECTING)
        async with hosting(tmp_path / "server", port):
            assert await ends(ours, theirs) == {EndReason.COMPLETED}


async def test_leaving_takes_moments_even_when_everything_is_gone(
    hosting: Any, sound: Any, tmp_path: Path
) -> None:
    async with hosting(tmp_path / "server") as host:
        marc = devcloud.connect(host.address, name="Marc", data=tmp_path / "marc")
        me = await marc.__aenter__()
        async with devcloud.connect(host.address, name="John", data=tmp_path / "john") as john:
            call = await me.call("John")
            theirs = await anext(john.incoming())
            await theirs.accept()
            await call.connected()
            readers = [
                asyncio.ensure_future(exhaust(reader))
                for reader in (
                    me.people(),
                    me.people(),
                    me.incoming(),
                    me.connection(),
                    call.events(),
                )
            ]
            await asyncio.sleep(0)
            pid = me.core.media_pid
            os.kill(pid, signal.SIGSTOP)
            await host.server.__aexit__(None, None, None)
            async with asyncio.timeout(60):
                await marc.__aexit__(None, None, None)
                await asyncio.gather(*readers)
            assert call.status.state is State.ENDED
            assert not exists(pid)


async def exhaust(reader: Any) -> None:
    async for _ in reader:
        pass


def exists(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    return True


async def test_connecting_can_be_given_up_at_any_moment(hosting: Any, tmp_path: Path) -> None:
    async with hosting(tmp_path / "server") as host:
        for turns in (0, 1, 3, 10, 50, 200):
            before = children()
            connection = devcloud.connect(host.address, name="Marc", data=tmp_path / "marc")
            connecting = asyncio.ensure_future(connection.__aenter__())
            for _ in range(turns):
                await asyncio.sleep(0.001)
            connecting.cancel()
            await asyncio.gather(connecting, return_exceptions=True)
            if not connecting.cancelled():
                await connection.__aexit__(None, None, None)
            await left_with(before)
            # The directory is free again.
            async with devcloud.connect(host.address, name="Marc", data=tmp_path / "marc"):
                pass


async def test_leaving_can_be_cut_short(hosting: Any, tmp_path: Path) -> None:
    """By a second Ctrl+C: the media process ends all the same, and no other takes its place."""
    async with hosting(tmp_path / "server") as host:
        before = children()
        connection = devcloud.connect(host.address, name="Marc", data=tmp_path / "marc")
        me = await connection.__aenter__()
        hearing = [task for task in asyncio.all_tasks() if task.get_name() == "client.media"]
        assert len(hearing) == 1 and me.core.media_pid is not None
        leaving = asyncio.ensure_future(connection.__aexit__(None, None, None))
        await asyncio.sleep(0)
        leaving.cancel()
        with pytest.raises(asyncio.CancelledError):
            await leaving
        async with asyncio.timeout(60):
            await asyncio.gather(*hearing)
        assert me.core.media_pid is None
        await left_with(before)
        await connection.__aexit__(None, None, None)


def children() -> set[int]:
    return {child.pid for child in psutil.Process().children(recursive=True)}


async def left_with(before: set[int]) -> None:
    """Wait until these are our processes again: one that is killed goes a moment later."""
    async with asyncio.timeout(60):
        while children() != before:
            await asyncio.sleep(0.02)


PROGRAM = """
import asyncio, os, sys, devcloud
async def main():
    async with devcloud.connect(sys.argv[1], name="Marc", data=sys.argv[2]) as me:
        call = await me.call("John")
        await call.connected()
        print(me.core.media_pid, flush=True)
        await call.ended()
asyncio.run(main())
"""


async def test_the_whole_program_of_the_other_side_is_killed(hosting: Any, tmp_path: Path) -> None:
    async with (
        hosting(tmp_path / "server") as host,
        devcloud.connect(
            host.address, name="John", data=tmp_path / "john", timers=Timers(reconnect=1.0)
        ) as john,
    ):
        program = await asyncio.create_subprocess_exec(
            sys.executable,
            "-c",
            PROGRAM,
            host.address,
            str(tmp_path / "marc"),
            stdout=subprocess.PIPE,
        )
        try:
            call = await anext(john.incoming())
            await call.accept()
            assert program.stdout is not None
            media = int(await program.stdout.readline())
        finally:
            program.kill()
            await program.wait()
        assert await ends(call) == {EndReason.CONNECTION_LOST}
        # Nothing of it goes on talking.
        async with asyncio.timeout(60):
            while exists(media):
                await asyncio.sleep(0.05)
