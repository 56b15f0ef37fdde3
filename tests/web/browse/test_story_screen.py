"""The page of a story, and of an article, in a browser: by keyboard, at three widths."""

from __future__ import annotations

from datetime import timedelta

import pytest

from crawler.archive.writer import Archive, Exchange
from crawler.web.browse.site import serve_on
from output.filesystem import Root
from output.stories import publish
from tests.datasets import NOON, library_of, row, write
from tests.hostile import MARKUP, TITLES
from tests.screen import complaints, look, needs_screen, screen, served

pytestmark = needs_screen

TEXT = ["Pabrik sel surya dibuka.", "Ada tiga ribu panel.", "Dua ratus orang bekerja di sana."]
PAGE = f"""<html><body><ul>{"<li>menu</li>" * 200}</ul><h1>Pabrik sel surya</h1>
{"".join(f"<p>{text}</p>" for text in TEXT)}<p>Baca juga: Kabar lain</p></body></html>"""


@pytest.fixture(scope="module")
def site(tmp_path_factory):
    """A story of kontan:1, with its page and a fragment taken out, and a copy for each hostile
    headline, with the headline as author, tag and agency too."""
    folder = tmp_path_factory.mktemp("dataset")
    archive = Archive(Root(folder), folder / "open", "kontan", "uji")
    head = [(b"Content-Type", b"text/html")]
    place = archive.keep(Exchange("https://contoh.example/1", NOON, [], 200, head, PAGE.encode()))
    archive.finish()
    promo = {"rule": "baca-juga:promo", "text": "Baca juga: Kabar lain"}
    first = row(1, title="Pabrik sel surya", paragraphs=TEXT, archive=place, removed=[promo])
    changed = [TEXT[0], TEXT[1].replace("tiga", "empat"), TEXT[2]]
    copies = [
        row(
            10 + n,
            "tirto",
            title=title,
            paragraphs=changed,
            published_at=NOON + timedelta(hours=n),
            **{name: [title, MARKUP] for name in ("authors", "tags", "agencies")},
        )
        for n, title in enumerate(TITLES, 1)
    ]
    write(folder, kontan=[first], tirto=copies)
    publish(folder, [(one["article_id"], "kontan:1") for one in (first, *copies)])
    with served(serve_on(library_of(folder))) as address:
        yield address


@pytest.fixture(scope="module")
def browser(tmp_path_factory):
    with screen(tmp_path_factory.mktemp("profile") / "new") as browser:
        yield browser


@pytest.mark.parametrize("width", [375, 768, 1280])
def test_a_story_and_its_articles_fit_the_screen_and_log_no_error(browser, site, width):
    complaints(browser)
    for dark in (False, True):
        look(browser, width=width, dark=dark)
        for path in ("/stories/kontan:1", "/article/kontan:1", "/article/tirto:13"):
            browser.get(f"{site}{path}")
            assert browser.title != "taken"
            assert browser.find_elements("css selector", "main img, main script") == []
            assert browser.execute_script("return document.documentElement.scrollWidth") <= width
    assert complaints(browser) == []


def test_two_texts_are_compared_by_keyboard(browser, site):
    from selenium.webdriver.common.keys import Keys
    from selenium.webdriver.support.wait import WebDriverWait

    look(browser)
    browser.get(f"{site}/stories/kontan:1?from=tirto:11%401&to=tirto:11%401")
    assert browser.find_elements("css selector", ".difference ins") == []
    browser.find_element("id", "from").send_keys("kontan", Keys.TAB)
    assert browser.switch_to.active_element.get_attribute("id") == "to"
    browser.switch_to.active_element.send_keys(Keys.TAB)
    browser.switch_to.active_element.send_keys(Keys.ENTER)
    WebDriverWait(browser, 20).until(
        lambda page: page.find_elements("css selector", ".difference ins")
    )
    assert [one.text for one in browser.find_elements("css selector", ".difference ins")][-1] == (
        "empat"
    )
    same = browser.find_element("xpath", f"//p[.='{TEXT[2]}']")
    assert not same.is_displayed()
    browser.find_elements("css selector", ".difference summary")[-1].send_keys(Keys.ENTER)
    assert same.is_displayed()


def test_the_switch_shows_the_clean_text_alone_by_keyboard(browser, site):
    from selenium.webdriver.common.keys import Keys

    look(browser)
    browser.get(f"{site}/article/kontan:1")
    taken = browser.find_element("css selector", ".taken")
    assert taken.is_displayed()
    browser.find_element("id", "clean").send_keys(Keys.SPACE)
    assert not taken.is_displayed()
    assert browser.find_element("xpath", f"//p[.='{TEXT[0]}']").is_displayed()
    browser.find_element("id", "clean").send_keys(Keys.SPACE)
    assert taken.is_displayed()


def test_the_archived_page_is_opened_at_the_article(browser, site):
    look(browser)
    browser.get(f"{site}/article/kontan:1")
    assert browser.execute_script("return scrollY") == 0  # the page around it does not move
    frame = browser.find_element("css selector", "iframe")
    browser.execute_script("arguments[0].scrollIntoView()", frame)
    height = frame.size["height"]
    browser.switch_to.frame(frame)
    heading = browser.find_element("css selector", "h1")
    place = browser.execute_script("return arguments[0].getBoundingClientRect().top", heading)
    browser.switch_to.default_content()
    assert 0 <= place < height
