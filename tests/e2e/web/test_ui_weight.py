"""What the page weighs and how soon it shows: measured, with a limit on what may be added."""

import logging
import re
from collections.abc import Awaitable, Callable
from pathlib import Path

from playwright.async_api import Page

from devcloud.desktop.view.widgets.person import colour_index, initials
from devcloud.server.files import collect

_log = logging.getLogger(__name__)

Showing = Callable[..., Awaitable[Page]]

NOT_COUNTED = ("/icons/", "/icon", "/words/")
LARGEST_KIB = 242
"""Above the goal of 150, which no minifier reaches either; as it is sent (gzip) it is under 85."""
LARGEST_SENT_KIB = 85
STYLE = Path(__file__).parents[3] / "src" / "devcloud" / "web" / "style.css"
RAW_COLOUR = re.compile(r"#[0-9a-fA-F]{3,8}\b|\b(?:rgba?|hsla?|oklch|color)\(")


def test_the_page_does_not_put_on_weight() -> None:
    files = collect()
    counted = {
        path: file
        for path, file in files.items()
        if not path.startswith(NOT_COUNTED) and path != "/texts/en.json"  # one language is loaded
    }
    sizes = {path: len(file.body) for path, file in counted.items()}
    whole = sum(sizes.values()) / 1024
    sent = sum(len(file.packed or file.body) for file in counted.values()) / 1024
    _log.info("the page weighs %.0f KiB, %.0f KiB as it is sent", whole, sent)
    assert whole < LARGEST_KIB, sorted(sizes.items(), key=lambda each: -each[1])
    assert sent < LARGEST_SENT_KIB


def test_the_style_sheet_has_no_raw_colour_and_the_page_nothing_inline() -> None:
    files = collect()
    assert RAW_COLOUR.findall(files["/style.css"].body.decode()) == []
    page = files["/"].body.decode()
    assert re.findall(r"<script(?![^>]*\bsrc=)|<style|\sstyle=|\son\w+=", page) == []
    assert re.findall(r"https?://", page) == []


async def test_the_style_that_is_served_means_what_is_written(show: Showing) -> None:
    page = await show(name="")
    written, served = await page.evaluate(
        """(sheets) => sheets.map((text) => {
             const sheet = new CSSStyleSheet();
             sheet.replaceSync(text);
             // What holds a variable is kept as it was written, blanks and all.
             return [...sheet.cssRules].map((rule) => rule.cssText.replace(/, /g, ','));
           })""",
        [STYLE.read_text("utf-8"), collect()["/style.css"].body.decode()],
    )
    assert len(written) > 200
    assert served == written


async def test_the_first_view(show: Showing) -> None:
    page = await show(name="")
    seen = await page.evaluate(
        """() => new Promise((resolve) => new PerformanceObserver((list) => {
             const [first] = list.getEntriesByName('first-contentful-paint');
             if (first) resolve(first.startTime);
           }).observe({ type: 'paint', buffered: true }))"""
    )
    loaded = await page.evaluate("performance.getEntriesByType('resource').map((one) => one.name)")
    _log.info("first view after %.0f ms, %d files", seen, len(loaded))
    here = await page.evaluate("location.origin")
    assert [name for name in loaded if not name.startswith(here)] == []
    assert 0 < seen < 10_000


async def test_people_look_as_they_do_in_the_windows(show: Showing) -> None:
    page = await show(name="")
    names = ["Marc", "John", "Salle 204", "Équipe son", "STRASSE", "straße", "a b c", "🎧", "(x) y"]
    seen = await page.evaluate(
        """(names) => import('/ui/widgets.js').then(
             (it) => names.map((name) => [it.initials(name), it.shade(name) - 1]))""",
        names,
    )
    assert seen == [[initials(name), colour_index(name)] for name in names]
