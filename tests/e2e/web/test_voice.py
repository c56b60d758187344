"""The voice that is heard is the voice that was spoken: between a page and a program, between two
pages, and from a page to the echo person and back.

Speech is compared half second by half second, each found near its place: a busy machine makes
pauses and moves what follows, and this must not decide. How well speech sounds on a machine that
has the time is measured by `python -m benchmarks browser`.
"""

import asyncio
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import numpy as np
import pytest
import soundfile
import soxr

import devcloud
from devcloud.server.app import DevCloudServer
from devcloud.server.settings import ServerSettings

browser = pytest.importorskip("benchmarks.harness.browser")
if why := browser.lacking():
    pytest.skip(why, allow_module_level=True)

RATE = 16_000
HALF = RATE // 2
NEAR = 2 * RATE
AUDIBLE = 0.003
LEAD_S = 2.0
TAIL_S = 2.0
GREETING_S = 10.0
SPEECH_S = 7.0
WAIT_S = 60.0

Sound = np.ndarray[Any, np.dtype[np.float64]]


def place_of(piece: Sound, whole: Sound) -> int:
    """Where something begins in something longer."""
    size = 1 << (len(piece) + len(whole)).bit_length()
    product = np.fft.rfft(whole, size) * np.conj(np.fft.rfft(piece, size))
    return int(np.argmax(np.fft.irfft(product, size)[: len(whole) - len(piece) + 1]))


def likeness(sent: Sound, heard: Sound) -> float:
    """How much half seconds of what was sent are like what was heard: the correlation above which a
    quarter of them is, silence apart. Of two who say different things, 0.25. Both at 48 kHz."""
    said, came = (soxr.resample(each, 48_000, RATE) for each in (sent, heard))
    came = np.concatenate((np.zeros(NEAR), came, np.zeros(NEAR)))
    begin = place_of(said, came)
    found = []
    for at in range(0, len(said) - HALF, HALF):
        piece = said[at : at + HALF]
        near = came[max(0, begin + at - NEAR) : begin + at + HALF + NEAR]
        if np.std(piece) < AUDIBLE or len(near) <= HALF:
            continue
        place = place_of(piece, near)
        there = near[place : place + HALF]
        found.append(float(np.corrcoef(piece, there)[0, 1]) if np.std(there) else 0.0)
    return float(np.quantile(found, 0.75))


def after(silence_s: float, path: Path, to: Path) -> tuple[Path, Sound]:
    """A file with silence and then some speech of another; and that speech. At 48 kHz."""
    speech, rate = soundfile.read(path, dtype="float64")
    speech = soxr.resample(speech[: round(SPEECH_S * rate)], rate, 48_000)
    whole = np.concatenate((np.zeros(round(silence_s * 48_000)), speech))
    soundfile.write(to, whole, 48_000, subtype="PCM_16")
    return to, speech


class Stage:
    """A server with its echo person, and people in browsers of their own."""

    def __init__(self, server: DevCloudServer, stack: AsyncExitStack) -> None:
        self._stack = stack
        self.origin = f"http://127.0.0.1:{server.port}"
        self.address = f"devcloud://127.0.0.1:{server.port}/?pin={server.certificate.pin}"

    async def page(self, name: str, microphone: Path) -> Any:
        tab = await self._stack.enter_async_context(browser.chromium(microphone, self.origin))
        await tab.come(name)
        return tab


@pytest.fixture
async def stage(tmp_path: Path) -> AsyncIterator[Stage]:
    settings = ServerSettings(data=tmp_path / "server", host="127.0.0.1", port=0, echo=True)
    async with DevCloudServer(settings) as server, AsyncExitStack() as stack:
        yield Stage(server, stack)


async def test_a_page_and_a_program(stage: Stage, sound: SimpleNamespace, tmp_path: Path) -> None:
    marc, marc_said = after(LEAD_S, sound.marc, tmp_path / "marc.wav")
    john, john_said = after(LEAD_S, sound.john, tmp_path / "john.wav")
    there, here = tmp_path / "there.wav", tmp_path / "here.wav"
    async with devcloud.connect(stage.address, name="John", data=tmp_path / "john") as program:
        page = await stage.page("Marc", marc)
        calling = asyncio.ensure_future(page.call("John"))
        async with asyncio.timeout(WAIT_S):
            theirs = await anext(program.incoming())
            theirs.audio.record(there)
            await theirs.accept()
            await theirs.connected()
            await calling
        theirs.audio.play(john)
        async with asyncio.timeout(WAIT_S + len(john_said) / 48_000):
            await theirs.audio.played()
        await asyncio.sleep(TAIL_S)
        await page.keep(here)
        await page.page.evaluate("call.hangUp()")
        async with asyncio.timeout(WAIT_S):
            await theirs.ended()
    assert likeness(marc_said, sound.read(there)) > 0.5
    assert likeness(john_said, sound.read(here)) > 0.5


async def test_two_pages(stage: Stage, sound: SimpleNamespace, tmp_path: Path) -> None:
    marc, marc_said = after(LEAD_S, sound.marc, tmp_path / "marc.wav")
    john, john_said = after(LEAD_S, sound.john, tmp_path / "john.wav")
    john_page = await stage.page("John", john)
    marc_page = await stage.page("Marc", marc)
    await marc_page.call("John")
    await john_page.talk()
    seconds = LEAD_S + max(len(marc_said), len(john_said)) / 48_000 + TAIL_S
    for tab, said in ((marc_page, john_said), (john_page, marc_said)):
        heard = tmp_path / "heard.wav"
        await tab.heard_for(seconds)
        await tab.keep(heard)
        assert likeness(said, sound.read(heard)) > 0.5


async def test_a_page_hears_itself_at_the_echo(
    stage: Stage, sound: SimpleNamespace, tmp_path: Path
) -> None:
    marc, said = after(GREETING_S, sound.marc, tmp_path / "marc.wav")
    heard = tmp_path / "heard.wav"
    page = await stage.page("Marc", marc)
    await page.call("echo")
    await page.heard_for(GREETING_S + len(said) / 48_000 + TAIL_S)
    await page.keep(heard)
    assert likeness(said, sound.read(heard)) > 0.5


def test_the_comparison_can_fail(sound: SimpleNamespace, tmp_path: Path) -> None:
    _, marc = after(0.0, sound.marc, tmp_path / "marc.wav")
    _, john = after(0.0, sound.john, tmp_path / "john.wav")
    assert likeness(marc, john) < 0.4
    assert likeness(marc, marc) > 0.99
