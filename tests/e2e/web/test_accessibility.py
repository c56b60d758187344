"""axe-core finds nothing serious on any page, in either theme, wide and narrow; states are told."""

from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Any

import pytest
from playwright.async_api import Page, expect
from tests.e2e.web.conftest import keep

Showing = Callable[..., Awaitable[Page]]

AXE = Path(__file__).parents[3] / "node_modules" / "axe-core" / "axe.min.js"

# What to do to see a page: script for the pretending client, then what to click.
STATES: dict[str, tuple[str, str]] = {
    "contacts": ("", ""),
    "contact": ("", ".open >> nth=3"),
    "history": ("", "#tab-history"),
    "outgoing": ("", ".item:has-text('John') .icon-btn.call"),
    "incoming": ("fake.ring('John')", ""),
    "incoming from 2023": ("fake.ring('Salle 204', {kind: '2023'})", ""),
    "incoming with another key": ("fake.ring('John', {keyChanged: true})", ""),
    "in a call": ("fake.talking('John')", ""),
    "quality": ("fake.talking('John')", ".quality button"),
    "safety words": ("fake.talking('John')", ".center .chip[aria-label]"),
    "reconnecting": ("fake.talking('John').become({state: 'reconnecting'})", ""),
    "connection lost": (
        "fake.connection = {online: false, nextTryS: 4}; fake.tell('connection')",
        "",
    ),
    **{f"settings {at}": ("", f".me > .icon-btn; .nav > button >> nth={at}") for at in range(8)},
}


DRAWN = "new Promise((drawn) => requestAnimationFrame(() => setTimeout(drawn)))"


async def complaints(page: Page) -> list[str]:
    """What axe calls serious or critical."""
    await page.evaluate(AXE.read_text("utf-8"))
    found: dict[str, Any] = await page.evaluate("axe.run({resultTypes: ['violations']})")
    return [
        f"{each['id']}: {node['html'][:160]} ({node['failureSummary'][:200]})"
        for each in found["violations"]
        if each["impact"] in ("serious", "critical")
        for node in each["nodes"]
    ]


needs_axe = pytest.mark.skipif(not AXE.exists(), reason="axe-core is not installed (npm ci)")


@needs_axe
@pytest.mark.parametrize(("theme", "width"), [("light", 380), ("dark", 1200)])
async def test_axe_finds_nothing_serious(show: Showing, theme: str, width: int) -> None:
    found: dict[str, list[str]] = {}
    how = {"color_scheme": theme, "viewport": {"width": width, "height": 780}}
    for query, name in (("", ""), ("?mic=prompt", "Marc"), ("?mic=denied", "Marc")):
        page = await show(query, name=name, **how)
        if not name:
            await page.keyboard.press("Enter")
            await page.locator("#name-error").wait_for()
        found[f"joining {query}"] = await complaints(page)
        await page.close()
    page = await show(**how)
    for state, (script, clicks) in STATES.items():
        await page.reload()
        await page.locator(".sidebar").wait_for()
        await page.evaluate(f"() => {{ {script} }}")
        for click in filter(None, clicks.split("; ")):
            await page.locator(click).first.click(force=True)
        await page.evaluate(DRAWN)
        found[state] = await complaints(page)
    assert {state: these for state, these in found.items() if these} == {}


async def test_states_are_announced(show: Showing) -> None:
    page = await show()
    polite, urgent = page.locator("#polite"), page.locator("#urgent")
    await expect(polite).to_have_attribute("aria-live", "polite")
    await expect(urgent).to_have_attribute("aria-live", "assertive")
    await keep(page, 5000)
    await page.evaluate("globalThis.call = fake.ring('John')")
    await expect(urgent).to_contain_text("Incoming call: John")
    await page.get_by_role("button", name="Accept").click()
    await expect(polite).to_contain_text("In a call")
    await page.keyboard.press("m")
    await expect(polite).to_have_text("Muted")
    await page.evaluate("call.become({state: 'reconnecting'})")
    await expect(urgent).to_contain_text("Reconnecting")
    await page.evaluate("call.end('connection_lost')")
    await expect(urgent).to_have_text("Call dropped: connection lost")


async def test_nothing_lies_beyond_the_edge_at_the_smallest_width(show: Showing) -> None:
    page = await show(viewport={"width": 360, "height": 520})
    for script in ("", "fake.ring('John')", "fake.calls.clear(); fake.talking('John')"):
        await page.evaluate(f"() => {{ {script} }}")
        await page.evaluate(DRAWN)
        beyond = await page.evaluate(
            """[...document.querySelectorAll('button, h1, h2, input')].filter((each) => {
              const {left, right, width} = each.getBoundingClientRect();
              return width > 1 && (left < -1 || right > innerWidth + 1);
            }).map((each) => each.outerHTML.slice(0, 120))"""
        )
        assert beyond == []
