"""The browser client in Chromium: how speech sounds, how soon it is back or gone, what it weighs.

Speech as in `quality`, between a page and a program, between two pages, and from a page to the echo
person and back; on one machine, without a bad network, and without what a browser does to a voice
by itself. The pages of somebody have a browser of their own.
"""

import asyncio
import statistics
import tempfile
import time
from collections.abc import AsyncIterator, Iterable
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import soundfile

from benchmarks.harness import browser, server, speech
from benchmarks.harness.browser import Tab
from benchmarks.harness.people import Person, come
from benchmarks.harness.processes import BenchmarkFailed, hurrying
from benchmarks.harness.results import Row, at_most, skipped
from benchmarks.harness.speech import Speech
from devcloud.server.files import collect

GOAL_PESQ = 4.0
LEAD_S = 3.0
"""Of silence before the speech: time to be connected, and for jitter buffers to settle."""
GREETING_S = 12.0
TAIL_S = 2.0
GOAL_CLOSED_S, GOAL_BACK_S, GOAL_VIEW_MS, GOAL_KIB = 5.0, 10.0, 500.0, 150.0


@dataclass(frozen=True)
class Place:
    """A server, and somewhere for files."""

    directory: Path
    port: int
    pin: str

    @property
    def origin(self) -> str:
        """Of its pages."""
        return f"http://127.0.0.1:{self.port}"

    async def person(self, stack: AsyncExitStack, name: str) -> Person:
        """Somebody whose program is not a browser."""
        address = f"devcloud://127.0.0.1:{self.port}/?pin={self.pin}"
        return await come(stack, name, address, self.directory, "")

    async def page(self, stack: AsyncExitStack, name: str, sound: Path | None) -> Tab:
        """Somebody in a browser of their own."""
        tab = await stack.enter_async_context(browser.chromium(sound, self.origin))
        await tab.come(name)
        return tab


async def measure(quick: bool) -> list[Row]:
    """Talk in each pair, then come and go."""
    if why := browser.lacking() or speech.lacking():
        return [skipped("Browser", why)]
    rows: list[Row] = []
    for pair in (_page_and_program, _two_pages, _echo):
        # The names of one pair belong to its browsers: a server for each.
        async with _place() as place:
            french, english = (
                speech.make_speech(language, place.directory, 1 if quick else 3)
                for language in ("fr", "en")
            )
            rows += _rows(await pair(place, french, english))
    async with _place() as place:
        rows += await _coming_and_going(place, 3 if quick else 9)
    return rows + _weights()


@asynccontextmanager
async def _place() -> AsyncIterator[Place]:
    with tempfile.TemporaryDirectory() as name:
        directory = Path(name)
        async with AsyncExitStack() as stack:
            with hurrying():  # for the echo's sake, whose process the server starts
                _, port, pin = await stack.enter_async_context(
                    server.run("devcloud", str(directory / "server"), "127.0.0.1", "echo")
                )
            yield Place(directory, port, pin)


def _rows(heard: dict[str, tuple[Speech, Path]]) -> Iterable[Row]:
    for way, (said, path) in heard.items():
        scores = speech.compare(said, path)
        pesq, stoi = (statistics.mean(score[kind] for score in scores) for kind in (0, 1))
        worst = min(score[0] for score in scores)
        measured = f"PESQ {pesq:.2f}, worst clip {worst:.2f}, STOI {stoi:.3f}"
        met = round(pesq, 2) >= GOAL_PESQ
        yield Row(
            f"Browser, {way}",
            measured,
            f"PESQ {GOAL_PESQ}",
            pesq / GOAL_PESQ,
            f"≥ {GOAL_PESQ}",
            met,
        )


async def _page_and_program(
    place: Place, french: Speech, english: Speech
) -> dict[str, tuple[Speech, Path]]:
    there, here = place.directory / "program.wav", place.directory / "page.wav"
    async with AsyncExitStack() as stack:
        john = await place.person(stack, "John")
        marc = await place.page(stack, "Marc", _after(LEAD_S, french))
        seconds = LEAD_S + max(french.duration_s, english.duration_s) + TAIL_S
        await john.process.tell(
            task="answer", during="speak", seconds=seconds - TAIL_S, linger_s=TAIL_S,
            play=str(_after(LEAD_S, english)), record=str(there),
        )  # fmt: skip
        await marc.call("John")
        await asyncio.sleep(seconds)
        await marc.keep(here)
        await marc.page.evaluate("call.hangUp()")
        answer = await john.process.hear(seconds)
        if "failed" in answer:
            raise BenchmarkFailed(answer["failed"])
    return {"a page heard by a program": (french, there), "a program in a page": (english, here)}


async def _two_pages(
    place: Place, french: Speech, english: Speech
) -> dict[str, tuple[Speech, Path]]:
    one, other = place.directory / "one.wav", place.directory / "other.wav"
    async with AsyncExitStack() as stack:
        john = await place.page(stack, "John", _after(LEAD_S, english))
        marc = await place.page(stack, "Marc", _after(LEAD_S, french))
        await marc.call("John")
        await john.talk()
        await asyncio.sleep(LEAD_S + max(french.duration_s, english.duration_s) + TAIL_S)
        await marc.keep(one)
        await john.keep(other)
    return {"one page to another": (french, other), "and back": (english, one)}


async def _echo(place: Place, french: Speech, _: Speech) -> dict[str, tuple[Speech, Path]]:
    heard = place.directory / "echo.wav"
    async with AsyncExitStack() as stack:
        marc = await place.page(stack, "Marc", _after(GREETING_S, french))
        await marc.call("echo")
        await asyncio.sleep(GREETING_S + french.duration_s + TAIL_S)
        await marc.keep(heard)
    return {"a page, the echo, and back": (french, heard)}


async def _coming_and_going(place: Place, views: int) -> list[Row]:
    async with AsyncExitStack() as stack:
        john = await place.page(stack, "John", None)
        marc = await place.page(stack, "Marc", None)
        await marc.call("John")
        await john.talk()
        begun = time.monotonic()
        await marc.page.reload()
        await marc.come("Marc")
        await marc.until("window.call?.state === 'active' && call.levels.outputDbfs > -50")
        back_s = time.monotonic() - begun
        await john.until("call.state === 'active'")
        begun = time.monotonic()
        await marc.page.close()
        await john.until("call.state === 'ended'")
        closed_s = time.monotonic() - begun
        first_ms = statistics.median([await _first_view(john, place.origin) for _ in range(views)])
    return [
        at_most("Browser, loaded again, heard again", back_s, GOAL_BACK_S, unit=" s"),
        at_most("Browser, tab closed, call over there", closed_s, GOAL_CLOSED_S, unit=" s"),
        at_most(
            f"Browser, first view, median of {views}",
            first_ms, GOAL_VIEW_MS, digits=0, unit=" ms",
        ),
    ]  # fmt: skip


async def _first_view(beside: Tab, origin: str) -> float:
    """Open the page as a stranger's browser would; return when something showed, in ms."""
    context = await beside.page.context.browser.new_context(locale="en-GB")
    try:
        page = await context.new_page()
        await page.goto(origin)
        await page.locator("#name").wait_for()
        look = "performance.getEntriesByName('first-contentful-paint')[0]?.startTime ?? 0"
        return float(await page.evaluate(look))
    finally:
        await context.close()


def _weights() -> list[Row]:
    """Of what one visitor loads: without icons and the list of the safety words."""
    apart = ("/icons/", "/icon", "/words/", "/texts/en.json", "/plain.css")
    files = [file for path, file in collect().items() if not path.startswith(apart)]
    whole = sum(len(file.body) for file in files) / 1024
    packed = sum(len(file.packed or file.body) for file in files) / 1024
    return [
        at_most("Browser, the page's weight", whole, GOAL_KIB, digits=0, unit=" KiB"),
        Row(
            "Browser, the same as it is sent",
            f"{packed:.0f} KiB",
            f"{whole:.0f} KiB",
            packed / whole,
        ),
    ]


def _after(silence_s: float, said: Speech) -> Path:
    """Write the speech again, with silence before it."""
    samples, rate = soundfile.read(said.path, dtype="int16")
    path = said.path.with_name(f"{said.path.stem}-after-{silence_s:g}.wav")
    silence = np.zeros(round(silence_s * rate), "int16")
    soundfile.write(path, np.concatenate((silence, samples)), rate, subtype="PCM_16")
    return path
