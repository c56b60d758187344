"""Two people and their browsers: from the link to the history, with the real client and server."""

import re
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Any

from playwright.async_api import BrowserContext, Page, expect
from tests.e2e.web.conftest import keep, until

from devcloud.server.app import DevCloudServer
from devcloud.server.settings import ServerSettings

Visiting = Callable[..., Awaitable[Page]]

TALKING = re.compile(r"^● \d\d:\d\d ")


async def words(page: Page, other_than: list[str] | None = None) -> list[str]:
    """Return the four that are shown, once they are not those."""
    shown = page.locator(".words li")
    await expect(shown).to_have_count(4)
    if other_than:
        await expect(shown).not_to_have_text(other_than)
    return await shown.all_text_contents()


async def test_a_call_from_the_contacts_to_the_history(visit: Visiting) -> None:
    marc, john = await visit("Marc"), await visit("John")

    await marc.get_by_role("button", name=re.compile("^John")).click()
    await marc.get_by_role("button", name="Call", exact=True).click()
    sheet = john.get_by_role("dialog", name="Incoming call: Marc")
    await expect(sheet).to_be_visible()
    await expect(john).to_have_title("Incoming call: Marc – DevCloud")
    await expect(sheet).to_be_focused()
    await sheet.get_by_role("button", name="Accept").click()

    for page in (marc, john):
        await expect(page).to_have_title(TALKING)
        await expect(page.get_by_role("button", name=re.compile("^Call quality"))).to_be_visible()
        await page.get_by_role("button", name=re.compile("^Safety words")).click()
    english = await words(marc)
    assert english == await words(john)
    for page in (marc, john):
        await page.get_by_role("button", name="FR", exact=True).click()
    french = await words(marc, other_than=english)
    assert french == await words(john, other_than=english)
    for page in (marc, john):
        await page.get_by_role("button", name="Identical").click()
        await page.get_by_role("button", name="Safety words, Key verified").wait_for()

    await marc.get_by_role("button", name="Mute").click()
    await expect(marc.get_by_role("button", name="Unmute")).to_have_attribute(
        "aria-pressed", "true"
    )
    await marc.get_by_role("button", name="Put on hold").click()
    await expect(john.locator("#state")).to_contain_text("On hold")
    await marc.get_by_role("button", name="Take off hold").click()
    await expect(john.locator("#state")).not_to_contain_text("On hold")

    await john.get_by_role("button", name="Hang up").click()
    for page, direction in ((marc, "Outgoing"), (john, "Incoming")):
        await page.get_by_role("tab", name="History").click()
        await expect(page.locator(".list .sub")).to_contain_text(direction)
        await expect(page).to_have_title("DevCloud")
        await page.locator(".list .open").click()
        await page.get_by_role("button", name="Erase this call").click()
        await expect(page.get_by_text("No calls yet")).to_be_visible()


async def test_declining_with_a_word_and_calling_in_vain(visit: Visiting) -> None:
    marc, john = await visit("Marc"), await visit("John")

    await keep(marc, 8000)
    await marc.get_by_role("button", name=re.compile("^John")).wait_for()
    await marc.get_by_role("searchbox").fill("john")
    await marc.keyboard.press("Enter")
    sheet = john.get_by_role("dialog", name="Incoming call: Marc")
    await sheet.get_by_role("button", name="Decline with a message").click()
    await sheet.get_by_role("button", name="In 5 minutes").click()
    await expect(marc.locator("#state")).to_have_text("John declined the call")
    await expect(marc.get_by_text("“In 5 minutes”", exact=True)).to_be_visible()
    await marc.get_by_role("button", name="Call again").click()
    await expect(sheet).to_be_visible()
    await marc.get_by_role("button", name="Hang up").click()
    await expect(sheet).to_be_hidden()

    # John missed that one: the tab says so until he looks.
    await expect(john).to_have_title("(1) DevCloud")
    await john.get_by_role("tab", name=re.compile("History")).click()
    await expect(john).to_have_title("DevCloud")
    await john.get_by_role("button", name="Missed", exact=True).click()
    await expect(john.locator(".list .item")).to_have_count(1)


async def test_the_same_name_twice_is_said_at_the_field(
    visit: Visiting, site: str, context_of: Callable[..., Awaitable[BrowserContext]]
) -> None:
    await visit("Marc")
    other = await (await context_of()).new_page()
    await other.goto(site)
    await expect(other.get_by_label("Your name")).to_be_focused()
    await other.keyboard.press("Enter")
    await expect(other.locator("#name-error")).to_have_text("You must enter a name")
    await other.get_by_label("Your name").fill("Marc")
    await other.keyboard.press("Enter")
    await expect(other.locator("#name-error")).to_contain_text("already used")
    await expect(other.get_by_label("Your name")).to_be_focused()
    await other.get_by_label("Language").select_option("fr")
    await expect(other.get_by_role("button", name="Se connecter")).to_be_visible()


async def test_the_invitation_of_a_link_is_taken_and_hidden(
    site: str, context_of: Callable[..., Awaitable[BrowserContext]]
) -> None:
    page = await (await context_of()).new_page()
    await page.goto(f"{site}#invite=a-word-nobody-may-see")
    await expect(page.get_by_text("It came with your link.")).to_be_visible()
    await expect(page).to_have_url(site)
    await page.reload()
    await expect(page.get_by_text("It came with your link.")).to_be_visible()


async def test_a_reload_signs_in_again_and_takes_up_the_call(visit: Visiting) -> None:
    marc, john = await visit("Marc"), await visit("John")
    await marc.get_by_role("button", name=re.compile("^John")).click()
    await marc.get_by_role("button", name="Call", exact=True).click()
    await john.get_by_role("button", name="Accept").click()
    await expect(marc).to_have_title(TALKING)
    await expect(john).to_have_title(TALKING)

    asked: list[str] = []

    async def leave(dialog: object) -> None:
        asked.append(dialog.type)  # type: ignore[attr-defined]
        await dialog.accept()  # type: ignore[attr-defined]

    john.on("dialog", leave)
    await john.reload()
    assert asked == ["beforeunload"]
    await expect(john).to_have_title(TALKING)
    await expect(john.get_by_role("heading", name="Marc")).to_be_visible()
    await keep(john, 2000)
    await marc.get_by_role("button", name="Hang up").click()
    await expect(john.locator("#state")).to_contain_text("Call ended")


async def test_who_has_allowed_the_microphone_is_not_asked_however_late_the_browser_says_so(
    site: str, context_of: Callable[..., Awaitable[BrowserContext]], faults: Any
) -> None:
    page = await (await context_of()).new_page()
    faults.watch(page)
    await page.add_init_script(
        """const { permissions } = navigator;
        const query = permissions.query.bind(permissions);
        const late = new Promise((resolve) => (globalThis.answer = resolve));
        permissions.query = (what) => late.then(() => query(what));"""
    )
    await page.goto(site)
    await page.get_by_label("Your name").fill("Marc")
    await page.keyboard.press("Enter")
    await until(page, "sessionStorage.getItem('devcloud.joined')")
    await page.evaluate("answer()")
    await expect(page.get_by_role("tab", name="Contacts")).to_be_visible()


async def test_the_first_visit_asks_for_the_microphone_then_tests_the_sound(
    tmp_path: Path, context_of: Callable[..., Awaitable[BrowserContext]], faults: Any
) -> None:
    settings = ServerSettings(data=tmp_path / "server", host="127.0.0.1", port=0, echo=True)
    async with DevCloudServer(settings) as server:
        page = await (await context_of(permissions=None)).new_page()
        faults.watch(page)
        # Until the browser has answered its question, as on a first visit.
        await page.add_init_script("navigator.permissions.query = () => Promise.reject()")
        await page.goto(f"http://127.0.0.1:{server.port}/")
        await page.get_by_label("Your name").fill("Marc")
        await page.keyboard.press("Enter")
        await expect(page.get_by_text("DevCloud needs the microphone")).to_be_visible()
        await page.get_by_role("button", name="Allow the microphone").click()
        await expect(page.get_by_role("heading", name="The microphone is ready")).to_be_visible()
        # The browser's pretended microphone beeps once a second: the bar moves, for a moment.
        await until(page, "document.querySelector('.meter .g')")
        await page.get_by_role("button", name="Test your sound").click()
        await expect(page).to_have_title(TALKING)
        await expect(page.get_by_role("heading", name="echo")).to_be_visible()
        # Its greeting is heard here.
        await until(page, "document.querySelector('#picture .speaking')")
        await keep(page, 2000)
        await page.get_by_role("button", name="Hang up").click()
        await expect(page.locator("#state")).to_contain_text("Call ended")
        await page.close()  # before its server goes, which it would complain about
