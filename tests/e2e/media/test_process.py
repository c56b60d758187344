"""The media process as its parent sees it: start, end, death, and what it must survive."""

import asyncio
import os
import signal
import subprocess
import sys
import time
from collections.abc import Awaitable, Callable, Iterator
from pathlib import Path
from typing import Any

import psutil
import pytest

from devcloud.media.control import (
    BLOCK_BYTES,
    AddCandidates,
    CallClosed,
    CloseCall,
    Echo,
    FirstVoice,
    MakeOffer,
    OfferMade,
    OpenCall,
    Play,
    Program,
    Quality,
    Quit,
    Ready,
    Record,
    ReportVoice,
    SetVoice,
    SoundFile,
    SourceEnded,
    TakeAnswer,
    TakeOffer,
    Trouble,
    UseSource,
)
from devcloud.media.frames import encode, report_decoder
from devcloud.media.process import MediaProcess
from devcloud.model.errors import MediaFailed
from devcloud.model.texts import knows
from devcloud.wire.signalling.bodies import IceCandidate

MakePair = Callable[[], Awaitable[Any]]
SAMPLES = Path(__file__).parents[3] / "src" / "devcloud" / "media" / "samples"
CALL = "call-1"
needs_linux = pytest.mark.skipif(sys.platform != "linux", reason="needs network namespaces")


def gone(pid: int) -> bool:
    try:
        return psutil.Process(pid).status() == psutil.STATUS_ZOMBIE
    except psutil.NoSuchProcess:
        return True


async def until(condition: Callable[[], bool], seconds: float = 60) -> None:
    async with asyncio.timeout(seconds):
        while not condition():
            await asyncio.sleep(0.01)


def as_python(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, script: str) -> None:
    """Put a script in the place of the interpreter that is started."""
    program = tmp_path / "python"
    program.write_text(script)
    program.chmod(0o755)
    monkeypatch.setattr(sys, "executable", str(program))


# ── start and end ────────────────────────────────────────────────────────────────────────────────


async def test_it_starts_names_its_engine_and_ends_cleanly() -> None:
    media = await MediaProcess.start()
    assert media.engine.startswith("reactor-webrtc ")
    assert psutil.pid_exists(media.pid)
    await media.stop()
    await media.stop()
    assert media.ended.is_set()
    assert gone(media.pid)
    assert media._process.returncode == 0
    with pytest.raises(MediaFailed) as failed:
        media.send(OpenCall(call=CALL))
    assert failed.value.code == "media_ended"
    assert [report async for report in media.reports()] == []


async def test_it_ends_cleanly_in_mid_call(make_pair: MakePair, tmp_path: Path) -> None:
    pair = await make_pair()
    await pair.call()
    for side in pair.both():
        side.media.send(UseSource(call=CALL, source=SoundFile(path=str(SAMPLES / "marc.wav"))))
        side.media.send(Record(call=CALL, path=str(tmp_path / f"{side.media.pid}.wav")))
    await pair.john.until(FirstVoice)
    for side in pair.both():
        await side.stop()
        assert side.media._process.returncode == 0
        assert any(isinstance(it, CallClosed) for it in side.reports)


@pytest.mark.parametrize("script", ["#!/bin/sh\nexit 1\n", "#!/bin/sh\necho hello\n", "no program"])
async def test_what_does_not_start_is_said(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, script: str
) -> None:
    as_python(tmp_path, monkeypatch, script)
    with pytest.raises(MediaFailed) as failed:
        await MediaProcess.start()
    assert failed.value.code == "media_not_started"


async def test_what_it_said_last_is_why(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    as_python(tmp_path, monkeypatch, "#!/bin/sh\necho No module named numbers >&2\n")
    with pytest.raises(MediaFailed, match="No module named numbers"):
        await MediaProcess.start()


async def test_another_version_is_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "ready").write_bytes(encode(Ready(version=999, engine="tomorrow’s")))
    as_python(tmp_path, monkeypatch, f"#!/bin/sh\ncat {tmp_path}/ready\ncat\n")
    with pytest.raises(MediaFailed) as failed:
        await MediaProcess.start()
    assert failed.value.code == "media_version"


async def test_a_kill_is_noticed_at_once() -> None:
    media = await MediaProcess.start()
    os.kill(media.pid, signal.SIGKILL)
    async with asyncio.timeout(60):
        assert [report async for report in media.reports()] == []
    assert media.ended.is_set()
    await media.stop()


async def test_a_stop_that_is_cut_leaves_no_process() -> None:
    media = await MediaProcess.start()
    os.kill(media.pid, signal.SIGSTOP)  # it does not end by itself
    stopping = asyncio.ensure_future(media.stop())
    await asyncio.sleep(0)
    stopping.cancel()
    with pytest.raises(asyncio.CancelledError):
        await stopping
    assert media.ended.is_set()
    await until(lambda: media._process.returncode is not None)
    assert gone(media.pid)


async def test_ctrl_c_in_the_terminal_is_the_parents_business() -> None:
    media = await MediaProcess.start()
    os.kill(media.pid, signal.SIGINT)
    media.send(OpenCall(call=CALL))
    media.send(CloseCall(call=CALL))
    async with asyncio.timeout(60):
        assert isinstance(await anext(media.reports()), CallClosed)
    await media.stop()


def test_the_parents_death_ends_the_child(tmp_path: Path) -> None:
    program = """
import asyncio, os, signal
from devcloud.media.process import MediaProcess
async def main():
    media = await MediaProcess.start()
    print(media.pid, flush=True)
    os.kill(os.getpid(), signal.SIGKILL)
asyncio.run(main())
"""
    parent = subprocess.run(
        [sys.executable, "-c", program], stdout=subprocess.PIPE, check=False, timeout=60
    )
    assert parent.returncode == -signal.SIGKILL
    child = int(parent.stdout)
    deadline = time.monotonic() + 60
    while not gone(child) and time.monotonic() < deadline:
        time.sleep(0.02)
    assert gone(child)


def test_a_broken_pipe_of_orders_ends_the_child() -> None:
    for bad in (b"\xff\xff\xff\xff", b"\0\0\0\1\xc1", b"GET / HTTP/1.1\r\n\r\n"):
        child = subprocess.Popen(
            [sys.executable, "-m", "devcloud.media"],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
        )
        said, chatter = child.communicate(bad, timeout=60)
        assert child.returncode == 0
        assert [type(it) for it in report_decoder().feed(said)] == [Ready]
        assert b"MediaFailed" in chatter


def test_chatter_of_native_code_does_not_break_the_reports() -> None:
    program = """
import os, runpy, threading, time
def chat():
    while os.fstat(1).st_ino != os.fstat(2).st_ino:
        time.sleep(0.01)
    os.write(1, b"ALSA lib: no such card\\n")
threading.Thread(target=chat).start()
runpy.run_module("devcloud.media", run_name="__main__")
"""
    child = subprocess.Popen(
        [sys.executable, "-c", program],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
    )
    assert child.stdin is not None
    assert child.stderr is not None
    assert b"no such card" in child.stderr.readline()
    said, _ = child.communicate(encode(Quit()), timeout=60)
    assert [type(it) for it in report_decoder().feed(said)] == [Ready]


# ── what orders cannot do ────────────────────────────────────────────────────────────────────────


async def test_what_an_order_cannot_do_is_said_and_nothing_else_ends(
    make_pair: MakePair, tmp_path: Path
) -> None:
    pair = await make_pair()
    marc = pair.marc
    await pair.call()
    (tmp_path / "text.wav").write_text("Bonjour")
    (tmp_path / "empty.wav").write_bytes(b"")
    nothing, nowhere = str(tmp_path / "nothing.wav"), str(tmp_path / "no" / "where.wav")
    send = marc.media.send
    send(UseSource(call=CALL, source=SoundFile(path=nothing)))
    send(UseSource(call=CALL, source=SoundFile(path=str(tmp_path / "text.wav"))))
    send(UseSource(call=CALL, source=SoundFile(path=str(tmp_path / "empty.wav"))))
    send(Record(call=CALL, path=nowhere))
    send(Play(call=CALL, pcm=bytes(BLOCK_BYTES)))
    send(UseSource(call=CALL, source=Program()))
    send(Play(call=CALL, pcm=bytes(7)))
    send(Play(call=CALL, pcm=bytes(101 * BLOCK_BYTES)))
    send(OpenCall(call=CALL))
    send(MakeOffer(call="nobody", generation=1))
    strange = [IceCandidate(candidate="candidate:over the hills"), IceCandidate(candidate="\0")]
    send(AddCandidates(call=CALL, generation=1, candidates=strange))
    send(TakeAnswer(call=CALL, generation=1, sdp="v=0\r\nm=audio 9 RTP/AVP 0\r\n"))
    send(OpenCall(call="stun", stun=["stun:", "nonsense"]))
    send(MakeOffer(call="stun", generation=1))
    send(OpenCall(call="hostile"))
    send(TakeOffer(call="hostile", generation=1, sdp="é" * 30_000))
    await marc.until(Trouble, lambda it: it.call == "hostile")
    troubles = [it for it in marc.reports if isinstance(it, Trouble)]
    # What cannot be played is over, for whoever waits for its end.
    assert sum(isinstance(it, SourceEnded) for it in marc.reports) == 3
    assert [(it.call, it.code, it.fatal) for it in troubles] == [
        (CALL, "sound_not_found", False),
        (CALL, "sound_not_wav", False),
        (CALL, "sound_empty", False),
        (CALL, "recording_not_writable", False),
        (CALL, "play_overrun", False),
        (CALL, "play_wrong_size", False),
        (CALL, "play_overrun", False),
        (CALL, "path_call_refused", False),
        ("nobody", "path_unknown_call", True),
        (CALL, "path_candidate", False),
        (CALL, "path_description", True),
        ("stun", "path_stun", True),
        ("hostile", "path_description", True),
    ]
    assert (troubles[0].detail, troubles[3].detail) == (nothing, nowhere)
    assert all(knows(f"errors.{it.code}") for it in troubles)
    # The call they were for is still up, and speaks.
    send(UseSource(call=CALL, source=SoundFile(path=str(SAMPLES / "marc.wav"))))
    await pair.john.until(FirstVoice)
    await marc.until(Quality)


async def test_what_cannot_be_played_takes_the_place_of_what_was_sent(
    make_pair: MakePair,
) -> None:
    """A person who has chosen a file does not go on being heard where the file is not there."""
    pair = await make_pair()
    marc = pair.marc
    await pair.call()
    marc.media.send(UseSource(call=CALL, source=Program()))
    marc.media.send(UseSource(call=CALL, source=SoundFile(path="nothing.wav")))
    marc.media.send(Play(call=CALL, pcm=bytes(BLOCK_BYTES)))
    await marc.until(Trouble, lambda it: it.code == "play_overrun")
    troubles = [it.code for it in marc.reports if isinstance(it, Trouble)]
    assert troubles == ["sound_not_found", "play_overrun"]


@pytest.fixture
def small_disk(tmp_path: Path) -> Iterator[Path]:
    """256 KiB of disk: less than three seconds."""
    place = tmp_path / "disk"
    place.mkdir()
    mount = ["mount", "-t", "tmpfs", "-o", "size=256k", "tmpfs", str(place)]
    if os.geteuid() != 0 or subprocess.run(mount, capture_output=True, check=False).returncode:
        pytest.skip("needs root to mount a small disk")
    try:
        yield place
    finally:
        subprocess.run(["umount", "--lazy", str(place)], check=True)


async def test_a_full_disk_ends_the_recording_and_not_the_call(
    small_disk: Path, make_pair: MakePair
) -> None:
    pair = await make_pair()
    john = pair.john
    await pair.call()
    john.media.send(Record(call=CALL, path=str(small_disk / "heard.wav")))
    full = await john.until(Trouble)
    assert (full.code, full.fatal) == ("recording_disk_full", False)
    pair.marc.media.send(UseSource(call=CALL, source=SoundFile(path=str(SAMPLES / "marc.wav"))))
    await john.until(FirstVoice)
    await pair.close()
    assert [it.code for it in john.reports if isinstance(it, Trouble)] == ["recording_disk_full"]


async def test_a_parent_that_does_not_read_loses_old_voice_and_no_report(
    make_pair: MakePair,
) -> None:
    pair = await make_pair()
    await pair.call()
    media = await MediaProcess.start()
    try:
        media.send(OpenCall(call=CALL))
        media.send(SetVoice(call=CALL, sending=True, hearing=True))
        media.send(ReportVoice(call=CALL, on=True))
        media.send(UseSource(call=CALL, source=Echo()))
        # 400 blocks of silence, at 100 a second, none of them taken.
        await until(lambda: media._inbox._voice >= 200)
        for _ in range(50):
            media.send(OpenCall(call=CALL))
        media.send(CloseCall(call=CALL))
        kinds = []
        async for report in media.reports():
            kinds.append(type(report).__name__)
            if isinstance(report, CallClosed):
                break
        assert kinds.count("Heard") <= 201
        assert kinds.count("Trouble") == 50
    finally:
        await media.stop()


# ── many calls, and no network ───────────────────────────────────────────────────────────────────


@pytest.mark.slow
async def test_two_hundred_calls_leave_nothing_behind(make_pair: MakePair) -> None:
    pair = await make_pair()
    children = [psutil.Process(side.media.pid) for side in pair.both()]

    def held() -> list[tuple[int, int, int]]:
        return [(it.memory_info().rss, it.num_threads(), it.num_fds()) for it in children]

    early = held()
    for number in range(200):
        name = f"call-{number}"
        await pair.call(call=name)
        for side in pair.both():
            side.media.send(UseSource(call=name, source=SoundFile(path=str(SAMPLES / "marc.wav"))))
        await pair.close(name)
        for side in pair.both():
            side.reports.clear()
        if number == 49:
            early = held()
    for (rss, threads, files), (rss_before, threads_before, files_before) in zip(
        held(), early, strict=True
    ):
        # 150 calls: a peer connection kept is some 300 KiB, a socket two descriptors.
        assert rss - rss_before < 12 * 1024 * 1024
        assert threads <= threads_before + 2
        assert files <= files_before + 4
    for side in pair.both():
        await side.stop()
        assert side.media._process.returncode == 0


@needs_linux
@pytest.mark.needs_root
async def test_a_machine_without_a_network_calls_itself(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, make_pair: MakePair
) -> None:
    name = f"media{os.getpid()}"
    made = subprocess.run(["ip", "netns", "add", name], capture_output=True, check=False)
    if os.geteuid() != 0 or made.returncode:
        pytest.skip("needs root to make a network namespace")
    try:
        inside = ["ip", "netns", "exec", name]
        subprocess.run([*inside, "ip", "link", "set", "lo", "up"], check=True)
        script = f'#!/bin/sh\nexec {" ".join(inside)} {sys.executable} "$@"\n'
        as_python(tmp_path, monkeypatch, script)
        pair = await make_pair()
        await pair.call()
        pair.marc.media.send(UseSource(call=CALL, source=SoundFile(path=str(SAMPLES / "marc.wav"))))
        await pair.john.until(FirstVoice)
        offer = await pair.marc.until(OfferMade)
        assert offer.generation == 1
    finally:
        subprocess.run(["ip", "netns", "delete", name], check=True)
