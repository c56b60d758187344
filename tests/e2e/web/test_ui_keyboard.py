"""Everything by keyboard, over the client that pretends."""

from collections.abc import Awaitable, Callable

from playwright.async_api import Page, expect

Showing = Callable[..., Awaitable[Page]]


async def test_from_the_search_to_a_call_and_back(show: Showing) -> None:
    page = await show()
    await page.keyboard.press("Control+k")
    await expect(page.get_by_role("searchbox")).to_be_focused()
    await page.keyboard.press("ArrowDown")
    await page.keyboard.press("j")
    await expect(page.locator(".open:focus")).to_contain_text("John")
    await page.keyboard.press("Control+Enter")
    await expect(page.get_by_role("heading", name="John")).to_be_visible()
    await page.keyboard.press("Control+Shift+H")
    await expect(page.locator("#state")).to_be_hidden()


async def test_an_incoming_call_is_not_answered_by_a_stray_key(show: Showing) -> None:
    page = await show()
    await page.get_by_role("searchbox").focus()
    await page.evaluate("fake.ring('John')")
    sheet = page.get_by_role("dialog", name="Incoming call: John")
    await expect(sheet).to_be_focused()
    await page.keyboard.press("Enter")
    await page.keyboard.press("Space")
    assert await page.evaluate("[...fake.calls.values()][0].state") == "ringing_in"
    for _ in range(2):  # the second one too, which a browser may take for itself
        await page.keyboard.press("Escape")
    await expect(sheet).to_be_visible()
    silence = sheet.get_by_role("button", name="Silence")
    await expect(silence).to_have_attribute("aria-pressed", "true")
    await page.keyboard.press("Control+Shift+A")
    await expect(sheet).to_be_hidden()
    await expect(page.get_by_role("toolbar")).to_be_visible()


async def test_space_talks_while_muted_and_letters_do_what_they_say(show: Showing) -> None:
    page = await show()
    await page.evaluate("globalThis.call = fake.talking('John')")
    await expect(page.get_by_role("toolbar")).to_be_visible()
    await page.keyboard.press("m")
    assert await page.evaluate("call.muted")
    await page.keyboard.down("Space")
    assert not await page.evaluate("call.muted")
    await page.keyboard.up("Space")
    assert await page.evaluate("call.muted")
    await page.keyboard.press("p")
    assert await page.evaluate("call.heldHere")
    await page.keyboard.press("p")
    await page.keyboard.press("m")
    await page.keyboard.press("t")
    await expect(page.locator("#hint")).to_contain_text("Push to talk is on")
    await page.keyboard.down("F8")
    await expect(page.locator(".ctl.main")).to_contain_text("Talking")
    await page.keyboard.up("F8")
    await expect(page.locator(".ctl.main")).to_contain_text("Mic closed")


async def test_the_call_bar_is_one_tab_stop_with_arrows_inside(show: Showing) -> None:
    page = await show()
    await page.evaluate("fake.talking('John')")
    await page.locator(".ctl.main").focus()
    seen = []
    for _ in range(5):
        seen.append(await page.evaluate("document.activeElement.dataset.ctl"))
        await page.keyboard.press("ArrowRight")
    assert seen == ["mic", "talk", "hold", "output", "hang_up"]
    assert await page.locator('.ctls [tabindex="0"]').count() == 1


async def test_panels_close_with_escape_and_give_the_focus_back(show: Showing) -> None:
    page = await show()
    await page.evaluate("fake.talking('John')")
    button = page.get_by_role("button", name="Call quality: Good")
    await button.focus()
    await page.keyboard.press("Enter")
    await expect(page.get_by_role("dialog", name="Call details")).to_be_visible()
    await page.keyboard.press("Escape")
    await expect(page.get_by_role("dialog", name="Call details")).to_be_hidden()
    await expect(button).to_be_focused()
    await page.keyboard.press("Control+,")
    await expect(page.get_by_role("heading", name="Audio")).to_be_visible()
    await page.keyboard.press("Escape")
    await expect(page.get_by_role("toolbar")).to_be_visible()


async def test_who_comes_again_joins_with_enter_alone(show: Showing) -> None:
    page = await show()
    await page.evaluate("sessionStorage.clear()")
    await page.reload()
    await expect(page.get_by_label("Your name")).to_have_value("Marc")
    await page.keyboard.press("Enter")
    await expect(page.get_by_role("tab", name="Contacts")).to_be_visible()
