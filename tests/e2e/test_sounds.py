"""Sound files in a real call: what plays, what does not, and a disk that fills."""

import asyncio
import contextlib
import os
import subprocess
from collections.abc import AsyncIterator, Iterator
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import numpy as np
import pytest
import pytest_asyncio
import soundfile

import devcloud
from devcloud.call.states import State
from devcloud.model.errors import BadSound

pytestmark = pytest.mark.asyncio(loop_scope="module")


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def house(
    hosting: Any, pairing: Any, tmp_path_factory: Any
) -> AsyncIterator[SimpleNamespace]:
    data = tmp_path_factory.mktemp("sounds")
    async with hosting(data / "server") as host, pairing(host.address, data) as pair:
        yield pair


@pytest_asyncio.fixture(loop_scope="module")
async def pair(house: Any) -> AsyncIterator[Any]:
    yield house
    await house.hang_up()


def write(path: Path, rate: int, channels: int, subtype: str, hertz: float = 440.0) -> Path:
    at = np.arange(rate * 20) / rate
    one = 0.3 * np.sin(2 * np.pi * hertz * at)
    soundfile.write(path, np.stack([one] * channels, axis=1), rate, subtype=subtype)
    return path


@contextlib.asynccontextmanager
async def listening(call: devcloud.ClientCall) -> AsyncIterator[None]:
    """Hear what comes, so that nothing of a short file is missed by who begins to hear late."""
    async with contextlib.aclosing(call.audio.blocks()) as blocks:
        await anext(blocks)
        yield


@pytest.mark.parametrize(
    "form",
    [(48_000, 2, "PCM_16"), (8_000, 1, "PCM_16"), (44_100, 1, "PCM_24"), (16_000, 2, "FLOAT"),
     (8_000, 1, "ULAW"), (96_000, 1, "PCM_U8")],
)  # fmt: skip
async def test_what_can_be_played_is_heard(
    pair: Any, sound: Any, tmp_path: Path, form: tuple[int, int, str]
) -> None:
    ours, theirs = await pair.talk(marc_plays=write(tmp_path / "a.wav", *form))
    heard = await sound.hear(theirs, sound.loud)
    assert abs(sound.pitch(heard) - 440) < 15
    assert ours.trouble is None


async def test_a_file_that_is_cut_off_plays_what_it_has(
    pair: Any, sound: Any, tmp_path: Path
) -> None:
    whole = write(tmp_path / "whole.wav", 48_000, 1, "PCM_16").read_bytes()
    (tmp_path / "cut.wav").write_bytes(whole[: len(whole) // 20])
    ours, theirs = await pair.talk()
    async with listening(theirs):
        ours.audio.play(tmp_path / "cut.wav")
        await sound.hear(theirs, sound.loud)
    async with asyncio.timeout(60):
        await ours.audio.played()
    assert ours.status.state is State.ACTIVE
    assert ours.trouble is not None and ours.trouble.code == "sound_cut_off"


NOT_PLAYABLE = {
    "missing": "sound_not_found",
    "empty": "sound_empty",
    "text": "sound_not_wav",
    "header": "sound_empty",
    "directory": "sound_unreadable",
}


@pytest.mark.parametrize("kind", NOT_PLAYABLE)
async def test_what_cannot_be_played_is_said_at_once(
    pair: Any, sound: Any, tmp_path: Path, kind: str
) -> None:
    path = tmp_path / kind
    if kind == "empty":
        path.write_bytes(b"")
    elif kind == "text":
        path.write_text("This is no sound." * 10)
    elif kind == "header":
        path.write_bytes(sound.tone(tmp_path / "t.wav", seconds=0.01).read_bytes()[:44])
    elif kind == "directory":
        path.mkdir()
    ours, _ = await pair.ring()
    with pytest.raises(BadSound) as bad:
        ours.audio.play(path)
    assert bad.value.code == NOT_PLAYABLE[kind]
    assert str(path) in bad.value.text()


async def test_a_file_is_played_once_and_its_end_is_known(
    pair: Any, sound: Any, tmp_path: Path
) -> None:
    ours, theirs = await pair.talk()
    async with listening(theirs):
        ours.audio.play(sound.tone(tmp_path / "a.wav", seconds=1.0))
        await sound.hear(theirs, sound.loud)
    async with asyncio.timeout(60):
        await ours.audio.played()
    await sound.hear(theirs, sound.silent)
    # Another one, and something else in its place.
    ours.audio.play(sound.tone(tmp_path / "b.wav"))
    await sound.hear(theirs, sound.loud)
    waiting = asyncio.ensure_future(ours.audio.played())
    await asyncio.sleep(0)
    assert not waiting.done()
    ours.audio.silence()
    async with asyncio.timeout(60):
        await waiting
    await sound.hear(theirs, sound.silent)


async def test_a_recording_holds_what_was_said(pair: Any, sound: Any, tmp_path: Path) -> None:
    ours, theirs = await pair.ring()
    ours.audio.play(sound.tone(tmp_path / "a.wav", hertz=660))
    theirs.audio.record(tmp_path / "heard.wav")
    await theirs.accept()
    await asyncio.gather(ours.connected(), theirs.connected())
    heard = await sound.hear(theirs, sound.loud)
    assert abs(sound.pitch(heard) - 660) < 15
    await ours.hang_up()
    async with asyncio.timeout(60):
        await theirs.ended()
    recorded = (sound.read(tmp_path / "heard.wav") * 32768).astype("<i2").tobytes()
    assert heard in recorded


async def test_a_recording_that_cannot_be_written_is_refused_first(
    pair: Any, tmp_path: Path
) -> None:
    ours, _ = await pair.ring()
    for path in (tmp_path, tmp_path / "nowhere" / "a.wav"):
        with pytest.raises(BadSound) as bad:
            ours.audio.record(path)
        assert bad.value.code == "recording_not_writable"


@contextlib.contextmanager
def small_disk(at: Path) -> Iterator[Path]:
    """A file system of 200 KiB: two seconds of sound."""
    at.mkdir()
    mounted = subprocess.run(
        ["mount", "-t", "tmpfs", "-o", "size=200k", "tmpfs", str(at)],
        check=False,
        capture_output=True,
    )
    if mounted.returncode != 0:
        pytest.skip(f"cannot mount a small disk: {mounted.stderr.decode().strip()}")
    try:
        yield at
    finally:
        subprocess.run(["umount", "-l", str(at)], check=True)


@pytest.mark.needs_root
@pytest.mark.skipif(not hasattr(os, "geteuid") or os.geteuid() != 0, reason="mounts, as root only")
async def test_the_disk_fills_up_while_recording(pair: Any, sound: Any, tmp_path: Path) -> None:
    with small_disk(tmp_path / "disk") as disk:
        (disk / "ballast").write_bytes(bytes(120_000))
        ours, theirs = await pair.ring()
        ours.audio.play(sound.tone(tmp_path / "a.wav"))
        theirs.audio.record(disk / "heard.wav")
        await theirs.accept()
        async with asyncio.timeout(60):
            async for status in theirs.events():
                if status.trouble:
                    break
        assert theirs.trouble.code.startswith("recording_")
        assert str(disk / "heard.wav") in theirs.trouble.text()
        # The call goes on, and what had been recorded is a file that plays.
        await sound.hear(theirs, sound.loud)
        await ours.hang_up()
        async with asyncio.timeout(60):
            await theirs.ended()
        assert len(sound.read(disk / "heard.wav")) > 4800
