"""The sound of a client, with devices that are real to PortAudio: defaults, devices that fail in
mid-call, ring tones, levels, and a media process that dies."""

import asyncio
import os
import signal
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from tests.e2e.soundserver import Player, Recorder, SoundServer, has_tone, needs_pulseaudio

import devcloud
from devcloud.client.api import (
    DeviceChanged,
    DeviceFailed,
    DeviceKind,
    NoMicrophone,
    Processing,
)
from devcloud.model.errors import MediaFailed

pytestmark = needs_pulseaudio
PLAIN = Processing(
    echo_cancellation=False, noise_suppression=False, gain_control=False, high_pass=False
)


@pytest.fixture
async def pair(
    hosting: Any, pairing: Any, sound_server: SoundServer, tmp_path: Path
) -> AsyncIterator[Any]:
    async with (
        hosting(tmp_path / "server") as host,
        pairing(host.address, tmp_path) as made,
    ):
        made.marc.processing(PLAIN)
        made.john.processing(PLAIN)
        yield made


async def notice(call: devcloud.ClientCall, *kinds: type) -> list[Any]:
    """What a call says of its devices, up to one of these."""
    said = []
    async with asyncio.timeout(60):
        async for each in call.notices():
            said.append(each)
            if isinstance(each, kinds):
                return said
    raise AssertionError("the call was over before that was said")


async def test_a_microphone_is_opened_when_the_call_is_accepted_and_not_before(
    pair: Any, sound_server: SoundServer, sound: Any
) -> None:
    pair.john.audio_defaults(microphone="mic", speaker="ears", input_gain_db=-6.0)
    with Player(sound_server, "mic") as player, Recorder(sound_server, "ears") as ears:
        await player.heard()
        ours, theirs = await pair.ring()
        # The order of the media is the order of the orders: devices come after what was before.
        await pair.john.devices()
        assert not sound_server.recording and theirs.device == ""
        await theirs.accept()
        await asyncio.gather(ours.connected(), theirs.connected())
        # −13.5 dBFS of the tone, less 6; a first block may be louder or softer.
        heard = await sound.hear(
            ours, lambda pcm: sound.loud(pcm) and abs(sound.level(pcm) + 19.5) < 1.5
        )
        assert abs(sound.pitch(heard) - 1000) < 15
        async with asyncio.timeout(60):
            while (theirs.device, theirs.speaker_device) != ("mic", "ears"):
                await asyncio.sleep(0.01)
        # The other direction, changed while they talk.
        ours.audio.play(sound.tone(sound_server.folder / "a.wav", hertz=1000))
        await ears.until(has_tone)
        pair.john.audio_defaults(microphone="mic", speaker="ears", output_gain_db=-60.0)
        await ears.until(lambda pcm: abs(np.frombuffer(pcm[-48_000:], "<i2")).max() < 60)
        await ours.hang_up()


async def test_who_chose_something_else_keeps_it(
    pair: Any, sound_server: SoundServer, sound: Any, tmp_path: Path
) -> None:
    pair.marc.audio_defaults()
    ours, theirs = await pair.talk(marc_plays=sound.tone(tmp_path / "a.wav", hertz=600))
    heard = await sound.hear(theirs, sound.loud)
    assert abs(sound.pitch(heard) - 600) < 15
    assert ours.device == ""


async def test_a_microphone_that_goes_is_said_and_another_takes_its_place(
    pair: Any, sound_server: SoundServer
) -> None:
    ours, _ = await pair.talk()
    saying = asyncio.create_task(notice(ours, DeviceChanged))
    ours.audio.microphone("mic")
    async with asyncio.timeout(60):
        while ours.device != "mic":
            await asyncio.sleep(0.01)
    assert sound_server.run("pactl", "unload-module", "module-null-sink").returncode == 0
    assert sound_server.run("pactl", "load-module", "module-null-sink", "sink_name=other")
    said = await saying
    assert DeviceFailed("device_gone", "mic") in said
    assert said[-1] == DeviceChanged("mic", ours.device, DeviceKind.INPUT)
    assert ours.device not in ("", "mic")
    assert ours.status.trouble.startswith("device_")


async def test_without_any_sound_system_a_call_says_so_and_listens(
    pair: Any, sound_server: SoundServer, sound: Any, tmp_path: Path
) -> None:
    sound_server.stop()
    pair.marc.audio_defaults()
    ours = await pair.marc.call("John")
    # Devices are opened from dialling on.
    saying = asyncio.create_task(notice(ours, NoMicrophone))
    theirs = await anext(pair.john.incoming())
    theirs.audio.play(sound.tone(tmp_path / "a.wav"))
    await theirs.accept()
    await saying
    await sound.hear(ours, sound.loud)
    with pytest.raises(MediaFailed) as failed:
        async for _ in pair.marc.test_microphone():
            raise AssertionError("there is nothing to test")
    assert failed.value.code.startswith("device_")


async def test_everything_comes_back_after_the_media_process_died(
    pair: Any, sound_server: SoundServer, sound: Any, tmp_path: Path
) -> None:
    ring = sound.tone(tmp_path / "ring.wav", hertz=1000, seconds=0.5)
    pair.marc.audio_defaults(microphone="mic", speaker="ears")
    with Player(sound_server, "mic") as player:
        await player.heard()
        ours, theirs = await pair.talk()
        await sound.hear(theirs, sound.loud)
        levels = ours.levels()
        assert (await anext(levels)).output_dbfs < -90
        handle = pair.marc.sounds.play(ring, device="ears", loop=True)
        os.kill(pair.marc.core.media_pid, signal.SIGKILL)
        with Recorder(sound_server, "ears") as ears:
            await ears.until(has_tone)
        handle.stop()
        heard = await sound.hear(theirs, sound.loud)
        assert abs(sound.pitch(heard) - 1000) < 15
        async with asyncio.timeout(60):
            async for each in levels:
                if each.input_dbfs > -20:
                    break
        await levels.aclose()  # type: ignore[attr-defined]


async def test_devices_and_the_test_of_a_microphone_need_no_call(
    pair: Any, sound_server: SoundServer
) -> None:
    names = {device.name for device in await pair.marc.devices()}
    assert {"mic", "ears"} <= names
    with Player(sound_server, "mic") as player:
        await player.heard()
        tested = pair.marc.test_microphone("mic", 1.0, speaker="ears")
        async with asyncio.timeout(60):
            levels = [level async for level in tested]
    assert len(levels) == 40 and max(levels) > -20
    changed = pair.marc.devices_changed()
    async with asyncio.timeout(60):
        now = await anext(changed)
        assert {device.name for device in now} == names
        sound_server.add_device("headset", "ears")
        assert "headset" in {device.name for device in await anext(changed)}
    await changed.aclose()  # type: ignore[attr-defined]
