"""The page in Firefox: joining, calling a program, being called by one, sound, the same words."""

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import AbstractAsyncContextManager
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
from tests.e2e.web import bidi
from tests.e2e.web.bidi import Firefox

import devcloud

if bidi.FIREFOX is None:
    pytest.skip("needs Firefox (apt-get install firefox-esr)", allow_module_level=True)

Hosting = Callable[..., AbstractAsyncContextManager[Any]]
WAIT_S = 60.0

# The button that is called so, once it can be pressed.
BUTTON = """[...document.querySelectorAll('button')].find((each) => !each.disabled
  && each.checkVisibility() && (each.ariaLabel ?? each.innerText).trim().startsWith('{}'))"""


async def press(page: Firefox, name: str) -> None:
    button = BUTTON.format(name)
    await page.until(f"!!{button}")
    await page.do(f"{button}.click()")


async def join(page: Firefox, address: str, name: str) -> None:
    await page.open(address)
    await page.until("!!document.querySelector('#name')")
    await page.do(
        f"""(field => {{
          field.value = '{name}';
          field.dispatchEvent(new Event('input', {{ bubbles: true }}));
          field.form.requestSubmit();
        }})(document.querySelector('#name'))"""
    )
    await page.until("!document.querySelector('#name')")


async def words(page: Firefox) -> list[str]:
    await press(page, "Safety words")
    return await page.until(  # type: ignore[no-any-return]
        "(all => all.length === 4 && all)"
        r"([...document.querySelectorAll('.words li')].map(({ innerText }) =>"
        r" innerText.split(/\s/).at(-1)))"
    )


@pytest.fixture
async def page(tmp_path: Path) -> AsyncIterator[Firefox]:
    async with bidi.firefox(tmp_path / "firefox") as page:
        yield page


@pytest.fixture
async def host(hosting: Hosting, tmp_path: Path) -> AsyncIterator[Any]:
    async with hosting(tmp_path / "server") as host:
        yield host


async def test_calling_and_being_called(
    page: Firefox, host: Any, sound: SimpleNamespace, tmp_path: Path
) -> None:
    async with devcloud.connect(host.address, name="John", data=tmp_path / "john") as john:
        # The server's own certificate, which the person at the browser has accepted.
        await join(page, f"https://127.0.0.1:{host.server.port}/", "Marc")
        await press(page, "Allow the microphone")
        await press(page, "Continue")

        await press(page, "Call John")
        async with asyncio.timeout(WAIT_S):
            theirs = await anext(john.incoming())
            theirs.audio.play(sound.tone(tmp_path / "tone.wav"), loop=True)
            await theirs.accept()
            await theirs.connected()
            await sound.hear(theirs, sound.loud)
            async for status in theirs.events():
                if status.safety_words:
                    break
        await page.until("!!document.querySelector('#picture .speaking')")
        assert await words(page) == list(theirs.status.safety_words)
        await press(page, "Hang up")
        async with asyncio.timeout(WAIT_S):
            assert await theirs.ended() == "completed"

        ours = await john.call("Marc")
        await press(page, "Accept")
        async with asyncio.timeout(WAIT_S):
            await ours.connected()
            await sound.hear(ours, sound.loud)
        await page.until("document.title.startsWith('●')")
        # Looked for before it comes: it goes by itself.
        await asyncio.gather(
            page.until("document.body.innerText.includes('Call ended')"), ours.hang_up()
        )
