"""Ring tones, the test of a microphone, levels and the list of devices: with devices that are real
to PortAudio."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from tests.e2e.soundserver import Player, Recorder, SoundServer, has_tone, needs_pulseaudio

from devcloud.media.control import (
    MOST_RINGS,
    Devices,
    DeviceUsed,
    Heard,
    Levels,
    Microphone,
    Processing,
    ReportLevels,
    ReportVoice,
    Ring,
    RingEnded,
    RingTrouble,
    SetVoice,
    StopRing,
    StopTest,
    TestEnded,
    TestLevel,
    TestMicrophone,
    UseSource,
    WatchDevices,
)

pytestmark = needs_pulseaudio
MakePair = Callable[[], Awaitable[Any]]
CALL = "call-1"
PLAIN = Processing(
    echo_cancellation=False, noise_suppression=False, gain_control=False, high_pass=False
)


@pytest.fixture
async def pair(sound_server: SoundServer, make_pair: MakePair) -> AsyncIterator[Any]:
    made = await make_pair()
    made.marc.media.send(PLAIN)
    yield made


def samples(pcm: bytes) -> Any:
    return np.frombuffer(pcm[: len(pcm) // 2 * 2], "<i2")


def loud_blocks(pcm: bytes) -> int:
    """How many blocks of 10 ms are loud."""
    heard = samples(pcm)
    whole = heard[: len(heard) // 480 * 480].reshape(-1, 480)
    return int((np.abs(whole.astype(np.int32)).max(axis=1, initial=0) > 3_000).sum())


# ── sounds of the program ────────────────────────────────────────────────────────────────────────


async def test_a_ring_tone_loops_without_a_gap_until_it_is_stopped(
    pair: Any, sound_server: SoundServer, sound: Any, tmp_path: Path
) -> None:
    tone = sound.tone(tmp_path / "ring.wav", hertz=1000, seconds=0.5)
    with Recorder(sound_server, "ears") as ears:
        pair.marc.media.send(Ring(ring="1", path=str(tone), device="ears", loop=True))
        # Three times the file without a gap: a busy machine may need several attempts.
        await ears.until(lambda pcm: has_tone(pcm) and loud_blocks(pcm[-144_000:]) == 150)
        pair.marc.media.send(StopRing(ring="1"))
        await pair.marc.until(RingEnded)
        await ears.until(lambda pcm: not samples(pcm[-9_600:]).any())
    async with asyncio.timeout(60):
        while sound_server.playing:
            await asyncio.sleep(0.05)
    pair.marc.media.send(StopRing(ring="1"))


async def test_a_short_sound_is_heard_whole_and_ends_by_itself(
    pair: Any, sound_server: SoundServer, sound: Any, tmp_path: Path
) -> None:
    tone = sound.tone(tmp_path / "tick.wav", hertz=1000, seconds=0.3)
    with Recorder(sound_server, "ears") as ears:
        await ears.until(bool)
        pair.marc.media.send(Ring(ring="1", path=str(tone), device="ears", gain_db=6.0))
        await pair.marc.until(RingEnded)
        pcm = await ears.until(lambda pcm: np.abs(samples(pcm)).max() > 15_000)
        await ears.until(lambda pcm: loud_blocks(pcm) >= 29)
    assert np.abs(samples(pcm)).max() > 15_000


async def test_a_missing_device_is_said_and_the_systems_own_rings(
    pair: Any, sound_server: SoundServer, sound: Any, tmp_path: Path
) -> None:
    tone = sound.tone(tmp_path / "ring.wav", hertz=1000, seconds=0.5)
    with Recorder(sound_server, "ears") as default:
        pair.marc.media.send(Ring(ring="1", path=str(tone), device="Old headset", loop=True))
        trouble = await pair.marc.until(RingTrouble)
        assert (trouble.code, trouble.detail) == ("device_not_found", "Old headset")
        await default.until(has_tone)


async def test_what_cannot_be_played_is_said_and_over(pair: Any, tmp_path: Path) -> None:
    (tmp_path / "text.wav").write_text("This is no sound.")
    pair.marc.media.send(Ring(ring="1", path=str(tmp_path / "text.wav")))
    assert (await pair.marc.until(RingTrouble)).code == "sound_not_wav"
    await pair.marc.until(RingEnded)


async def test_no_more_than_so_many_sound_at_once(pair: Any, sound: Any, tmp_path: Path) -> None:
    tone = str(sound.tone(tmp_path / "ring.wav", seconds=0.5))
    for number in range(MOST_RINGS + 1):
        pair.marc.media.send(Ring(ring=str(number), path=tone, device="ears", loop=True))
    trouble = await pair.marc.until(RingTrouble)
    assert (trouble.ring, trouble.code) == (str(MOST_RINGS), "ring_refused")


async def test_a_ring_tone_in_a_call_is_not_sent(
    pair: Any, sound_server: SoundServer, sound: Any, tmp_path: Path
) -> None:
    tone = str(sound.tone(tmp_path / "ring.wav", hertz=1000, seconds=0.5))
    await pair.call()
    pair.marc.media.send(UseSource(call=CALL, source=Microphone(device="mic")))
    pair.john.media.send(ReportVoice(call=CALL, on=True))
    with Recorder(sound_server, "ears") as ears:
        pair.marc.media.send(Ring(ring="1", path=tone, device="ears", loop=True))
        await ears.until(has_tone)
    await pair.john.until(Heard)
    assert np.abs(samples(b"".join(pair.john.voice))).max() < 100


# ── the test of a microphone ─────────────────────────────────────────────────────────────────────


async def test_a_microphone_is_recorded_and_played_back(
    pair: Any, sound_server: SoundServer
) -> None:
    with Player(sound_server, "mic") as player, Recorder(sound_server, "ears") as ears:
        await player.heard()
        pair.marc.media.send(TestMicrophone(device="mic", speaker="ears", seconds=2.0))
        assert (await pair.marc.until(TestEnded)).code == ""
        # Of two seconds; a busy machine plays some of it too late.
        await ears.until(lambda pcm: loud_blocks(pcm) > 50)
    levels = [it.level_dbfs for it in pair.marc.reports if isinstance(it, TestLevel)]
    # Twice two seconds, twenty times a second; the tone has −13.5 dBFS.
    assert len(levels) == 80
    assert abs(float(np.median(levels)) + 13.5) < 1
    assert not sound_server.recording


async def test_one_that_is_not_there_is_said(pair: Any) -> None:
    pair.marc.media.send(TestMicrophone(device="Old headset"))
    ended = await pair.marc.until(TestEnded)
    assert (ended.code, ended.detail) == ("device_not_found", "Old headset")


async def test_a_test_can_be_left(pair: Any, sound_server: SoundServer) -> None:
    pair.marc.media.send(TestMicrophone(device="mic", seconds=30.0))
    await pair.marc.until(TestLevel)
    assert sound_server.recording
    pair.marc.media.send(StopTest())
    async with asyncio.timeout(60):
        while sound_server.recording:
            await asyncio.sleep(0.05)
    pair.marc.media.send(StopTest())


# ── levels ───────────────────────────────────────────────────────────────────────────────────────


async def test_who_speaks_while_muted_sees_it_and_is_not_heard(
    pair: Any, sound_server: SoundServer
) -> None:
    await pair.call()
    marc, john = pair.both()
    marc.media.send(SetVoice(call=CALL, sending=False, hearing=True))
    marc.media.send(UseSource(call=CALL, source=Microphone(device="mic")))
    for side in pair.both():
        side.media.send(ReportLevels(call=CALL, on=True))
    with Player(sound_server, "mic"):
        loud = await marc.until(Levels, lambda it: abs(it.input_dbfs + 13.5) < 1)
        assert loud.output_dbfs < -90
        await john.until(Levels)
        quiet = [it for it in john.reports if isinstance(it, Levels)]
        assert max(it.output_dbfs for it in quiet) < -90
        marc.media.send(SetVoice(call=CALL, sending=True, hearing=True))
        await john.until(Levels, lambda it: it.output_dbfs > -20)


# ── devices ──────────────────────────────────────────────────────────────────────────────────────


async def test_a_device_that_comes_is_told_of_without_a_call(
    pair: Any, sound_server: SoundServer
) -> None:
    marc = pair.marc
    marc.media.send(WatchDevices(on=True))
    await marc.until(Devices)
    sound_server.add_device("headset", "ears")
    await marc.until(Devices, lambda it: any(each.name == "headset" for each in it.devices))


async def test_a_call_goes_on_when_the_sound_server_is_started_again(
    pair: Any, sound_server: SoundServer
) -> None:
    await pair.call()
    marc, john = pair.both()
    marc.media.send(UseSource(call=CALL, source=Microphone(device="mic")))
    john.media.send(ReportVoice(call=CALL, on=True))
    await marc.until(DeviceUsed, lambda it: it.device == "mic")
    sound_server.stop()
    await marc.until(DeviceUsed, lambda it: it.device == "")
    sound_server.start_server()
    with Player(sound_server, "mic"):
        async with asyncio.timeout(60):
            while not has_tone(b"".join(john.voice)):
                await asyncio.sleep(0.05)
    used = [it.device for it in marc.reports if isinstance(it, DeviceUsed)]
    assert used[:2] == ["mic", ""] and used[-1] == "mic"
