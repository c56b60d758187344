"""A microphone and a speaker that are real to PortAudio: a sound server of the test's own."""

import asyncio
import os
import subprocess
import sys
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from tests.e2e.soundserver import SoundServer, has_tone, needs_pulseaudio, write_tone

from devcloud.media.control import (
    Devices,
    ListDevices,
    Microphone,
    Processing,
    ReportVoice,
    SoundFile,
    Trouble,
    UseSource,
    UseSpeaker,
)
from devcloud.media.devices import list_devices

MakePair = Callable[[], Awaitable[Any]]
CALL = "call-1"
PLAIN = Processing(
    echo_cancellation=False, noise_suppression=False, gain_control=False, high_pass=False
)


@needs_pulseaudio
async def test_a_tone_at_one_microphone_comes_out_of_the_other_speaker(
    sound_server: SoundServer, tmp_path: Path, make_pair: MakePair
) -> None:
    pair = await make_pair()
    marc, john = pair.both()
    tone, played = tmp_path / "tone.wav", tmp_path / "played"
    write_tone(tone, 120)
    marc.media.send(PLAIN)
    await pair.call()
    marc.media.send(UseSource(call=CALL, source=Microphone(device="mic")))
    john.media.send(UseSpeaker(call=CALL, on=True, device="ears"))
    john.media.send(ReportVoice(call=CALL, on=True))
    player = sound_server.start("paplay", "--device=mic", str(tone))
    recorder = sound_server.start(
        *("parec", "--device=ears.monitor", "--raw", "--rate=48000", "--channels=1"),
        output=played,
    )
    try:
        async with asyncio.timeout(60):
            while not (has_tone(b"".join(john.voice)) and has_tone(played.read_bytes())):
                await asyncio.sleep(0.1)
    finally:
        for program in (player, recorder):
            program.kill()
            program.wait()
    assert [it for it in marc.reports + john.reports if isinstance(it, Trouble)] == []


@needs_pulseaudio
async def test_devices_are_listed_by_name_in_mid_call(
    sound_server: SoundServer, make_pair: MakePair
) -> None:
    pair = await make_pair()
    marc = pair.marc
    await pair.call()
    marc.media.send(UseSource(call=CALL, source=Microphone(device="mic")))
    marc.media.send(ListDevices())
    found = {each.name: each for each in (await marc.until(Devices)).devices}
    assert found["mic"].inputs > 0
    assert found["ears"].outputs > 0
    assert any(each.is_default_input for each in found.values())


@needs_pulseaudio
async def test_an_unknown_name_is_said_and_the_systems_own_is_used(
    sound_server: SoundServer, make_pair: MakePair
) -> None:
    pair = await make_pair()
    await pair.call()
    pair.marc.media.send(UseSource(call=CALL, source=Microphone(device="Marc’s old headset")))
    trouble = await pair.marc.until(Trouble)
    assert (trouble.code, trouble.detail) == ("device_not_found", "Marc’s old headset")


@needs_pulseaudio
async def test_a_sound_server_that_dies_is_said_and_the_call_goes_on(
    sound_server: SoundServer, make_pair: MakePair
) -> None:
    pair = await make_pair()
    marc, john = pair.both()
    await pair.call()
    marc.media.send(UseSource(call=CALL, source=Microphone(device="mic")))
    marc.media.send(UseSpeaker(call=CALL, on=True, device="ears"))
    marc.media.send(ListDevices())
    await marc.until(Devices)
    sound_server.stop()
    await marc.until(Trouble, lambda it: it.code == "device_gone")
    nothing = ("device_failed", "device_not_found", "device_no_microphone", "device_no_speaker")
    await marc.until(Trouble, lambda it: it.code in nothing)
    sample = Path(__file__).parents[3] / "src" / "devcloud" / "media" / "samples" / "marc.wav"
    marc.media.send(UseSource(call=CALL, source=SoundFile(path=str(sample))))
    john.media.send(ReportVoice(call=CALL, on=True))
    async with asyncio.timeout(60):
        while not (voice := john.voice[-50:]) or np.frombuffer(b"".join(voice), "<i2").max() < 1000:
            await asyncio.sleep(0.05)


async def test_without_any_device_the_call_goes_on(
    make_pair: MakePair,
) -> None:
    pytest.importorskip("sounddevice", reason="needs PortAudio", exc_type=OSError)
    # PortAudio would show the machine's own devices, if this one has any.
    if list_devices():
        pytest.skip("this machine has sound devices of its own")
    pair = await make_pair()
    await pair.call()
    pair.marc.media.send(UseSource(call=CALL, source=Microphone()))
    pair.marc.media.send(UseSpeaker(call=CALL, on=True))
    for code in ("device_no_microphone", "device_no_speaker"):
        trouble = await pair.marc.until(Trouble, lambda it, code=code: it.code == code)
        assert not trouble.fatal


@pytest.mark.skipif(not sys.platform.startswith("linux"), reason="ALSA is Linux's")
def test_a_system_without_alsa_is_said_and_ends_no_process(tmp_path: Path) -> None:
    search = subprocess.run(
        [sys.executable, "-m", "devcloud.media.devices"],
        env=os.environ | {"ALSA_CONFIG_PATH": str(tmp_path / "missing")},
        capture_output=True,
        check=False,
    )
    assert (search.returncode, search.stdout) == (3, b"")
