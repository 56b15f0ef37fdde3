"""browse in a browser: filters by keyboard, hostile titles, an archived page that stays inert."""

from __future__ import annotations

import pytest

from crawler.archive.writer import Archive, Exchange
from crawler.web.browse.site import serve_on
from output.filesystem import Root
from tests.datasets import NOON, library_of, row, write
from tests.hostile import LONG, TITLES
from tests.patience import PATIENCE
from tests.screen import asked_for, complaints, look, needs_screen, screen, served

pytestmark = needs_screen

PAGE = b"""<html><head><title>Asli</title><meta http-equiv="refresh" content="0;url=/gone">
<link rel="stylesheet" href="https://outside.example/a.css"><style>p { color: red }
body { background: url(https://outside.example/b.png) }</style></head>
<body onload="document.title='taken'"><p>Isi berita nomor 1.</p><p>Alinea penutupnya.</p>
<img src="https://outside.example/c.png"><iframe src="https://outside.example/"></iframe>
<script>top.document.title = 'taken'</script></body></html>"""


@pytest.fixture(scope="module")
def site(tmp_path_factory):
    folder = tmp_path_factory.mktemp("dataset")
    archive = Archive(Root(folder), folder / "open", "kontan", "uji")
    place = archive.keep(
        Exchange("https://contoh.example/1", NOON, [], 200, [(b"Content-Type", b"text/html")], PAGE)
    )
    archive.finish()
    hostile = [row(10 + n, title=title, topics=["ai"]) for n, title in enumerate(TITLES)]
    write(folder, kontan=[row(1, archive=place), *hostile], tirto=[row(2, "tirto")])
    with served(serve_on(library_of(folder))) as address:
        yield address


@pytest.fixture(scope="module")
def browser(tmp_path_factory):
    with screen(tmp_path_factory.mktemp("profile") / "new") as browser:
        look(browser)
        browser.get("about:blank")
        asked_for(browser), complaints(browser)
        yield browser


def headlines(browser):
    return [one.text for one in browser.find_elements("css selector", ".results h2")]


def wait_for(browser, expected):
    """The page that a key has asked for comes when it comes."""
    from selenium.common.exceptions import StaleElementReferenceException
    from selenium.webdriver.support.wait import WebDriverWait

    waiting = WebDriverWait(browser, PATIENCE, ignored_exceptions=[StaleElementReferenceException])
    waiting.until(lambda _: headlines(browser) == expected, f"not {expected}")


def test_filters_work_by_keyboard(browser, site):
    from selenium.webdriver.common.keys import Keys

    browser.get(site)
    assert len(headlines(browser)) == 2 + len(TITLES)
    words = browser.find_element("id", "words")
    words.send_keys("nomor 2", Keys.ENTER)
    wait_for(browser, ["Berita nomor 2"])
    marks = browser.find_elements("css selector", ".results h2 mark, .results p mark")
    assert [mark.text for mark in marks] == ["nomor", "2", "nomor", "2"]
    browser.find_element("id", "words").clear()
    browser.find_element("id", "outlet").send_keys("kon", Keys.TAB)
    assert browser.switch_to.active_element.get_attribute("id") == "topic"
    browser.find_element("id", "heads").send_keys(Keys.SPACE)
    browser.find_element("id", "words").send_keys("nomor", Keys.ENTER)
    wait_for(browser, ["Berita nomor 1"])


@pytest.mark.parametrize("number", range(len(TITLES)))
def test_hostile_titles_do_no_harm(browser, site, number):
    for width in (390, 1200):
        look(browser, width=width)
        browser.get(f"{site}/article/kontan:{10 + number}")
        assert browser.title != "taken"
        assert browser.find_elements("css selector", "main img, main script") == []
        assert browser.execute_script("return document.documentElement.scrollWidth") <= width
    assert LONG in browser.page_source or TITLES[number] != LONG


def test_the_archived_page_runs_nothing_and_asks_for_nothing(browser, site):
    asked_for(browser)
    browser.get(f"{site}/article/kontan:1")
    frame = browser.find_element("css selector", "iframe")
    browser.execute_script("arguments[0].scrollIntoView()", frame)
    browser.switch_to.frame(frame)
    assert "Isi berita nomor 1." in browser.find_element("css selector", "body").text
    browser.switch_to.default_content()
    assert browser.title.startswith("Berita nomor 1")
    asked = asked_for(browser)
    assert any("/page/" in url for url in asked)
    assert [url for url in asked if not url.startswith((site, "data:"))] == []


def test_the_browser_made_no_other_request_and_logged_no_error(browser, site):
    browser.get(site)
    refused = [line for line in complaints(browser) if "outside.example" not in line]
    assert refused == []
    assert [
        url for url in asked_for(browser) if not url.startswith((site, "data:", "about:"))
    ] == []
