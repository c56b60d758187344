"""What a phone asks of the pages: they can be installed, fit 360 pixels, keep the screen awake in a
call, and remember what was chosen."""

import json
from collections.abc import Awaitable, Callable

import pytest
from playwright.async_api import Page, expect
from tests.e2e.web.conftest import until

from devcloud.server.files import collect

Showing = Callable[..., Awaitable[Page]]

AWAKE = """globalThis.locks = 0;
navigator.wakeLock.request = async () => {
  globalThis.locks += 1;
  const lock = new EventTarget();
  lock.release = async () => {
    globalThis.locks -= 1;
    lock.dispatchEvent(new Event('release'));
  };
  return lock;
};
0"""


def test_the_page_can_be_installed() -> None:
    files = collect()
    assert b'rel="manifest" href="/manifest.webmanifest"' in files["/"].body
    manifest = json.loads(files["/manifest.webmanifest"].body)
    assert manifest["display"] == "standalone" and manifest["start_url"] == "/"
    assert all(icon["src"] in files for icon in manifest["icons"])


async def test_the_screen_stays_awake_in_a_call_and_no_longer(show: Showing) -> None:
    page = await show()
    await page.evaluate(AWAKE)
    await page.evaluate("globalThis.call = fake.talking('John'), 0")
    await expect(page.get_by_role("toolbar")).to_be_visible()
    await until(page, "locks === 1")
    await page.evaluate("call.hangUp()")
    await until(page, "locks === 0")


@pytest.mark.parametrize(
    "state",
    [
        "0",
        "document.querySelector('#tab-history').click()",
        "fake.ring('John'), 0",
        "fake.ring('John', {keyChanged: true}), 0",
        "fake.talking('John'), 0",
        "document.querySelector('.me > .icon-btn').click()",
    ],
)
async def test_nothing_is_wider_than_a_small_phone(show: Showing, state: str) -> None:
    page = await show(viewport={"width": 360, "height": 640})
    await page.evaluate(state)
    await page.evaluate("new Promise((drawn) => requestAnimationFrame(() => setTimeout(drawn)))")
    beyond = await page.evaluate(
        """() => [...document.querySelectorAll('button, input, h1, h2, p, li')]
          .filter((each) => each.checkVisibility())
          .filter((each) => {
            const { left, right, width } = each.getBoundingClientRect();
            return width > 0 && (left < -1 || right > 361) && !each.closest('[inert]');
          }).map((each) => each.outerHTML.slice(0, 120))"""
    )
    assert beyond == []
    assert await page.evaluate("document.documentElement.scrollWidth") <= 360


async def test_what_was_chosen_is_there_when_the_page_comes_back(show: Showing) -> None:
    page = await show()
    await page.keyboard.press("Control+,")
    await page.get_by_role("button", name="Appearance").click()
    await page.get_by_text("Dark", exact=True).click()
    root = page.locator("html")
    await expect(root).to_have_attribute("data-theme", "dark")
    await page.reload()
    await expect(root).to_have_attribute("data-theme", "dark")
    assert await page.evaluate("getComputedStyle(document.body).colorScheme") == "dark"


@pytest.mark.parametrize("size", [(600, 400), (640, 320), (360, 480), (800, 360)], ids=str)
async def test_a_low_page_shows_who_is_called_and_for_how_long(
    show: Showing, size: tuple[int, int]
) -> None:
    page = await show(viewport={"width": size[0], "height": size[1]})
    await page.evaluate("(fake.talking('John'), 0)")
    await expect(page.get_by_role("toolbar")).to_be_visible()
    top, *edges = await page.evaluate(
        """['.call-head', 'h1', '#state', '.chips', '.bar'].map((one) => {
             const box = document.querySelector(one).getBoundingClientRect();
             return one === '.call-head' ? box.bottom : one === '.bar' ? box.top : box.bottom;
           })"""
    )
    assert top < edges[0] < edges[1] < edges[2] <= edges[3]
    height = "document.documentElement.scrollHeight"
    assert await page.evaluate(height) == size[1], "nothing to scroll"
