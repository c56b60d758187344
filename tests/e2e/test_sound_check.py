"""Trying devices with nobody signed in: a media process of its own, that leaves nothing behind."""

import asyncio
import os
import signal
from collections.abc import Iterator

import pytest
from tests.e2e.soundserver import Player, Recorder, SoundServer, has_tone, needs_pulseaudio

from devcloud.client.api import SoundCheck
from devcloud.model.errors import MediaFailed

pytestmark = needs_pulseaudio


def seconds(pcm: bytes) -> Iterator[bytes]:
    """Every second of it, one beginning each quarter of a second."""
    return (pcm[at : at + 96_000] for at in range(0, len(pcm) - 96_000, 24_000))


async def test_devices_and_a_microphone_that_is_heard_again(sound_server: SoundServer) -> None:
    async with SoundCheck() as check:
        assert {"mic", "ears"} <= {device.name for device in await check.devices()}
        with Player(sound_server, "mic") as player, Recorder(sound_server, "ears") as ears:
            await player.heard()
            tested = check.test_microphone("mic", 1.0, speaker="ears")
            async with asyncio.timeout(60):
                levels = [level async for level in tested]
            assert max(levels) > -20
            # It may be over before anybody looks.
            await ears.until(lambda pcm: any(map(has_tone, seconds(pcm))))
        with pytest.raises(MediaFailed) as missing:
            async for _ in check.test_microphone("nowhere", 0.5):
                pass
        assert missing.value.code.startswith("device_")


async def test_a_media_process_that_dies_is_noticed() -> None:
    async with SoundCheck() as check:
        assert check._media is not None
        os.kill(check._media.pid, signal.SIGKILL)
        async with asyncio.timeout(60):
            await check.ended.wait()
        with pytest.raises(MediaFailed) as failure:
            await check.devices()
        assert failure.value.code == "media_ended"
