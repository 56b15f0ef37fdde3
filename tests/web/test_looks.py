"""Every page in a browser at three widths, light and dark, in both languages, by axe and by eye."""

from __future__ import annotations

import importlib.util
import re
from pathlib import Path

import pytest

from crawler.web.report.page import write_page
from crawler.wording import LANGUAGES, speaking
from output.summary import Summary
from tests.screen import complaints, look, needs_screen, screen
from tests.web.sites import EVERY_PAGE, fill, served

CARRIER = importlib.util.find_spec("axe_playwright_python")
"""The package that carries axe.min.js; its playwright is not used."""
pytestmark = [
    needs_screen,
    pytest.mark.skipif(CARRIER is None, reason="axe_playwright_python is not installed"),
]
WIDTHS = (375, 768, 1280)
SMALLEST = 12  # CSS pixels of the text of a chart
SCREENS = [
    (width, dark, LANGUAGES[(number + dark) % 2])
    for number, width in enumerate(WIDTHS)
    for dark in (False, True)
]
"""Width, whether dark, and language: each pair of two of them is tried on each page."""
RUN = """const done = arguments[0];
axe.run(document, {iframes: false}).then(found => done(found.violations.map(
  each => each.id + ": " + each.nodes.map(node => node.html).join(" ").slice(0, 600))))"""
WIDE = "return document.documentElement.scrollWidth - document.documentElement.clientWidth"
CHART_TEXT = """return Array.from(document.querySelectorAll("svg text"))
  .filter(text => text.getClientRects().length && text.textContent.trim())
  .map(text => parseFloat(getComputedStyle(text).fontSize)
    * text.getScreenCTM().a)"""
NAMES = """return Array.from(document.querySelectorAll(".good, .bad"))
  .map(each => [each.className.includes("good"), getComputedStyle(each, "::before").content])"""


@pytest.fixture(scope="module")
def addresses(tmp_path_factory):
    """Give the address of each page in a language, by name."""
    folder = fill(tmp_path_factory.mktemp("dataset"))
    with served(folder) as site:
        found = {}
        for name in LANGUAGES:
            summary = Summary(folder)
            with speaking(name):
                html = write_page(summary, {"kontan": ("Kontan", "verified")})
            summary.close()
            report = folder / f"report-{name}.html"
            report.write_text(html, "utf-8")
            found[name] = {"report": report.as_uri()} | {
                page: f"{site}{page}{'&' if '?' in page else '?'}lang={name}" for page in EVERY_PAGE
            }
        yield found


@pytest.fixture(scope="module")
def browser(tmp_path_factory):
    with screen(tmp_path_factory.mktemp("profile") / "new") as browser:
        yield browser


def faults(browser, url: str, width: int, *, dark: bool) -> list[str]:
    """What is wrong with a page on a screen."""
    look(browser, width=width, dark=dark)
    browser.get(url)
    browser.execute_script(Path(CARRIER.origin).with_name("axe.min.js").read_text("utf-8"))
    found = browser.execute_async_script(RUN)
    found += [f"{wide} pixels too wide" for wide in [browser.execute_script(WIDE)] if wide > 0]
    smallest = min(browser.execute_script(CHART_TEXT), default=SMALLEST)
    if smallest < SMALLEST:
        found.append(f"text of {smallest:.1f} px in a chart")
    answers = re.compile(" (400|404|410) ")  # that a page is none is no fault of the page
    return found + [said for said in complaints(browser) if not answers.search(said)]


def test_a_search_and_an_article_have_no_fault_on_a_tablet(browser, addresses):
    for page in ("/?words=pabrik", "/article/kontan:1"):
        assert faults(browser, addresses["id"][page], 768, dark=False) == [], page


def test_states_differ_in_form_besides_colour(browser, addresses):
    look(browser)
    browser.get(addresses["id"]["report"])
    marks = {(good, mark) for good, mark in browser.execute_script(NAMES)}
    assert {good for good, _ in marks} == {True, False}
    assert len({mark for _, mark in marks}) == 2 and "none" not in {mark for _, mark in marks}


@pytest.mark.trial
@pytest.mark.parametrize(("width", "dark", "language"), SCREENS)
def test_every_page_has_no_fault_on_any_screen(browser, addresses, width, dark, language):
    found = {
        page: said
        for page, url in addresses[language].items()
        if (said := faults(browser, url, width, dark=dark))
    }
    assert found == {}
