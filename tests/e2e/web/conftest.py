"""Browsers that visit a real server's page, and the same page over a client that only pretends."""

import asyncio
import shutil
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import AbstractAsyncContextManager
from pathlib import Path
from typing import Any

import pytest
import pytest_asyncio
from playwright.async_api import Browser, BrowserContext, Page, Route, async_playwright, expect

from devcloud.server.app import DevCloudServer
from devcloud.server.farewell import Farewells

ROOT = Path(__file__).parents[3]
FLAGS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--use-fake-ui-for-media-stream",
    "--use-fake-device-for-media-stream",
    "--autoplay-policy=no-user-gesture-required",
]
WAIT_MS = 60_000
expect.set_options(timeout=WAIT_MS)

Hosting = Callable[..., AbstractAsyncContextManager[Any]]
Visiting = Callable[..., Awaitable[Page]]


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Whoever uses the one browser lives in its loop."""
    for item in items:
        if "browser" in getattr(item, "fixturenames", ()):
            item.add_marker(pytest.mark.asyncio(loop_scope="session"), append=False)


async def until(page: Page, holds: str) -> Any:
    """What `holds` (JavaScript) is, as soon as it is true."""
    # The page's own rules forbid what Playwright's waiting does (eval).
    look = f"""new Promise((resolve, reject) => {{
      const look = async () => {{
        const found = await ({holds});
        if (found) resolve(found); else setTimeout(() => look().catch(reject), 20);
      }};
      look().catch(reject);
    }})"""
    async with asyncio.timeout(WAIT_MS / 1000):
        return await page.evaluate(look)


async def keep(page: Page, milliseconds: int) -> None:
    """What would go by itself after so long stays from now on: a slow machine looks later."""
    await page.evaluate(
        """(gone) => {
          const later = setTimeout;
          globalThis.setTimeout = (act, ms, ...more) => (ms === gone ? 0 : later(act, ms, ...more));
        }""",
        milliseconds,
    )


@pytest_asyncio.fixture(scope="session", loop_scope="session")
async def browser() -> AsyncIterator[Browser]:
    """One for all, since it takes seconds to start; visitors share nothing (`context_of`)."""
    chromium = shutil.which("chromium")
    if chromium is None:
        pytest.skip("no chromium on this machine (see scripts/system-packages)")
    async with async_playwright() as playwright:
        browser = await playwright.chromium.launch(
            executable_path=chromium, args=FLAGS, timeout=WAIT_MS
        )
        yield browser
        await browser.close()


def be_patient(server: DevCloudServer) -> None:
    """Give a page that is loaded again as long as a slow machine needs: usually, after four seconds
    the server says for it that it has hung up."""
    hall = server.hall
    hall.farewells = Farewells(hall.people, hall.observe, grace_s=WAIT_MS / 1000)


@pytest_asyncio.fixture(loop_scope="session")
async def site(hosting: Hosting, tmp_path: Path) -> AsyncIterator[str]:
    """The address of a server's page."""
    async with hosting(tmp_path / "server") as host:
        be_patient(host.server)
        yield f"http://127.0.0.1:{host.server.port}/"


class Faults:
    """What pages complain about: nothing, when a test is over."""

    def __init__(self) -> None:
        self.seen: list[str] = []

    def watch(self, page: Page) -> None:
        page.on("pageerror", lambda error: self.seen.append(str(error)))
        page.on("console", lambda said: said.type == "error" and self.seen.append(said.text))


@pytest_asyncio.fixture(loop_scope="session")
async def faults() -> AsyncIterator[Faults]:
    faults = Faults()
    yield faults
    assert faults.seen == []


@pytest_asyncio.fixture(loop_scope="session")
async def context_of(browser: Browser) -> AsyncIterator[Callable[..., Awaitable[BrowserContext]]]:
    contexts: list[BrowserContext] = []

    async def make(**how: Any) -> BrowserContext:
        settings: dict[str, Any] = {"locale": "en-GB", "reduced_motion": "reduce"}
        settings |= {"permissions": ["microphone"]} | how
        context = await browser.new_context(**settings)
        context.set_default_timeout(WAIT_MS)
        contexts.append(context)
        return context

    yield make
    for context in contexts:
        await context.close()


@pytest.fixture
def visit(
    site: str, context_of: Callable[..., Awaitable[BrowserContext]], faults: Faults
) -> Visiting:
    """Open the page of the real server and sign in; every visitor has a browser of their own."""

    async def visit(name: str, **how: Any) -> Page:
        page = await (await context_of(**how)).new_page()
        faults.watch(page)
        await page.goto(site)
        await page.get_by_label("Your name").fill(name)
        await page.keyboard.press("Enter")
        await page.get_by_role("tab", name="Contacts").wait_for()
        return page

    return visit


@pytest.fixture
def show(
    site: str, context_of: Callable[..., Awaitable[BrowserContext]], faults: Faults
) -> Visiting:
    """Open the page over `tests/web/fake-client.js`, whose `fake` makes things happen."""
    pretended = (ROOT / "tests" / "web" / "fake-client.js").read_text("utf-8")

    async def pretend(route: Route) -> None:
        await route.fulfill(body=pretended, content_type="text/javascript")

    async def show(query: str = "", name: str = "Marc", **how: Any) -> Page:
        page = await (await context_of(**how)).new_page()
        faults.watch(page)
        await page.route("**/client.js", pretend)
        await page.goto(site + query)
        await page.locator("#name").wait_for()
        if name:
            await page.locator("#name").fill(name)
            await page.locator("button[type=submit]").click()
            await page.locator("#name").wait_for(state="detached")
        return page

    return show
