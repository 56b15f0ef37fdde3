"""The report in a browser: drawn, still, switched by keyboard, and unharmed by what it shows."""

from __future__ import annotations

import re

import pytest

from crawler.web.report.page import write_page
from output.summary import Summary
from tests.datasets import row, run, write
from tests.hostile import TITLES
from tests.screen import asked_for, complaints, look, needs_screen, screen

pytestmark = needs_screen


@pytest.fixture(scope="module")
def page(tmp_path_factory):
    folder = tmp_path_factory.mktemp("dataset")
    rows = [
        row(n, title=title, tags=[title], topics=[title], body_source=title, cluster_id="c")
        for n, title in enumerate(TITLES)
    ]
    write(folder, kontan=rows, tirto=[one | {"article_id": f"tirto:{one['url']}"} for one in rows])
    write(folder, "runs", kontan=[run()])
    summary = Summary(folder)
    path = folder / "report.html"
    path.write_text(write_page(summary, {"kontan": ("Kontan", "verified")}), "utf-8")
    summary.close()
    return path.as_uri()


@pytest.fixture(scope="module")
def browser(tmp_path_factory):
    with screen(tmp_path_factory.mktemp("profile") / "new") as browser:
        yield browser


@pytest.fixture
def shown(browser, page):
    look(browser)
    browser.get("about:blank")
    asked_for(browser), complaints(browser)
    browser.get(page)
    return browser


def luminance(colour: str) -> float:
    parts = [int(part) / 255 for part in re.findall(r"\d+", colour)[:3]]
    linear = [p / 12.92 if p <= 0.04045 else ((p + 0.055) / 1.055) ** 2.4 for p in parts]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]


def contrast(browser, selector: str) -> float:
    ink = browser.execute_script(
        "return getComputedStyle(document.querySelector(arguments[0])).color", selector
    )
    paper = browser.execute_script("return getComputedStyle(document.body).backgroundColor")
    light, dark = sorted((luminance(ink), luminance(paper)), reverse=True)
    return (light + 0.05) / (dark + 0.05)


def test_charts_are_drawn_without_a_request_or_a_logged_error(shown):
    broad = shown.find_elements("css selector", "figure .broad svg")
    assert len(broad) == 5
    assert all(svg.size["height"] > 20 and svg.size["width"] > 40 for svg in broad)
    marks = shown.find_elements("css selector", "figure .broad .mark-rect path")
    assert marks
    assert marks[0].value_of_css_property("fill") == "rgb(161, 38, 27)"
    assert [url for url in asked_for(shown) if not url.startswith(("file:", "data:"))] == []
    assert complaints(shown) == []


def test_hostile_words_do_no_harm(shown):
    assert shown.title.startswith("Wartatek")
    assert shown.find_elements("css selector", "main img, main script") == []


@pytest.mark.parametrize("width", [320, 390, 1200])
def test_the_report_is_as_wide_as_the_window(shown, width):
    look(shown, width=width)
    assert shown.execute_script("return document.documentElement.scrollWidth") <= width


def test_a_dark_screen_and_a_light_one_can_be_read(shown):
    papers = []
    for dark in (False, True):
        look(shown, dark=dark)
        papers.append(
            shown.execute_script("return getComputedStyle(document.body).backgroundColor")
        )
        for selector in ("body", ".soft", "section p", ".good", "thead th", "nav a"):
            assert contrast(shown, selector) >= 4.5, selector
    assert papers[0] != papers[1]


def test_the_theme_is_switched_by_keyboard(shown):
    from selenium.webdriver.common.keys import Keys

    skip = shown.find_element("css selector", "body > a")
    shown.find_element("css selector", "body").send_keys(Keys.TAB)
    assert shown.switch_to.active_element == skip
    assert skip.is_displayed()
    theme = shown.find_element("css selector", "[data-switch-theme]")
    theme.send_keys(Keys.SPACE)
    assert shown.execute_script("return document.documentElement.dataset.theme") == "dark"
    assert theme.get_attribute("aria-pressed") == "true"
