"""What the pages say when something lacks: the microphone, or the server they came from."""

import asyncio
from collections.abc import Awaitable, Callable

from playwright.async_api import Page, expect
from tests.e2e.web.conftest import Faults, keep, until

Showing = Callable[..., Awaitable[Page]]


async def test_a_call_without_a_microphone_says_so_until_there_is_one(show: Showing) -> None:
    page = await show()
    await page.evaluate("(globalThis.call = fake.talking('John'), 0)")
    await expect(page.get_by_role("toolbar")).to_be_visible()
    banner = page.locator(".callpage .banner")
    await expect(banner).to_have_count(0)
    await page.evaluate("call.become({ trouble: { code: 'device_microphone_denied' } })")
    await expect(banner).to_contain_text("does not let this page use the microphone")
    await expect(banner).to_have_role("status")
    await page.evaluate("call.become({ trouble: null })")
    await expect(banner).to_have_count(0)


async def test_the_settings_say_what_the_microphone_lacks(show: Showing) -> None:
    page = await show()
    await page.evaluate("(fake.media.devices = async () => ({ microphones: [], speakers: [] }), 0)")
    await page.keyboard.press("Control+,")
    await expect(page.get_by_text("No microphone found")).to_be_visible()
    await page.evaluate(
        "(fake.media.permission = 'denied', fake.media.dispatchEvent(new Event('changed')))"
    )
    await expect(page.get_by_text("DevCloud may not use the microphone")).to_be_visible()


async def test_a_call_has_its_icons_while_the_server_is_away(show: Showing, faults: Faults) -> None:
    page = await show()
    # What the page has asked for since it was there has come.
    await page.wait_for_load_state("networkidle")
    await page.route("**/icons/*", lambda route: route.abort())
    await page.evaluate("(globalThis.call = fake.talking('John'), 0)")
    for name in ("Mute", "Put on hold", "Hang up"):
        await expect(page.get_by_role("button", name=name).locator("svg")).to_have_count(1)
    await page.evaluate("call.become({ state: 'reconnecting' })")
    await expect(page.locator(".callpage .banner svg")).to_have_count(1)
    # One that was never needed comes as soon as it can be had.
    async with page.expect_event("requestfailed", lambda it: it.url.endswith("/palette.svg")):
        await page.keyboard.press("Control+,")
    lacking = page.get_by_role("button", name="Appearance").locator("svg")
    await expect(lacking).to_have_count(0)
    await page.unroute("**/icons/*")
    await expect(lacking).to_have_count(1)
    await page.close()  # nothing more is said then
    assert {fault for fault in faults.seen if "ERR_FAILED" not in fault} == set()
    faults.seen.clear()


async def test_what_was_announced_is_not_said_again_later(show: Showing) -> None:
    page = await show()
    await asyncio.gather(
        until(page, "document.querySelector('#urgent').innerText.includes('Incoming call: John')"),
        page.evaluate("(globalThis.call = fake.ring('John'), 0)"),
    )
    await expect(page.locator("#urgent")).to_be_empty()


async def test_a_toast_of_trouble_has_no_tick(show: Showing) -> None:
    page = await show()
    ticks = (await page.evaluate("fetch('/icons/check.svg').then((it) => it.text())")).replace(
        "/>", "></path>"
    )
    await keep(page, 5000)
    await page.evaluate("import('/ui/app.js').then(({ toast }) => toast('Trouble', true))")
    toast = page.locator(".toast", has_text="Trouble")
    await expect(toast.locator("svg")).to_have_count(1)
    assert await toast.locator("svg").inner_html() not in ticks
