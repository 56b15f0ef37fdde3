"""The newsroom's pages weigh as much as real pages and match the same selectors."""

from __future__ import annotations

import gzip
import json
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import cache
from typing import TYPE_CHECKING

import pytest
from scrapy.spiderloader import SpiderLoader
from scrapy.utils.project import get_project_settings
from selectolax.lexbor import LexborHTMLParser

from crawler.newsroom.houses import houses
from crawler.newsroom.pages import template_of
from crawler.newsroom.world import World
from tests.shared import SHARED, needs_shared

if TYPE_CHECKING:
    from crawler.extraction.rules import Rules
    from crawler.newsroom.story import Story

NOW = datetime(2026, 11, 20, 12, tzinfo=UTC)
OUTLETS = sorted(houses())


@dataclass(frozen=True)
class Printed:
    """Return an article's story and the whole page that prints it."""

    story: Story
    body: bytes
    tree: LexborHTMLParser


@cache
def pages(outlet: str) -> list[Printed]:
    world = World(1, [outlet], now=NOW, recent=6, past=0, older=4)
    found = []
    for url in world.urls(outlet):
        host, _, path = url.removeprefix("https://").partition("/")
        body = world.answer(host, f"/{path.rstrip('/')}{houses()[outlet].whole}").body
        found.append(Printed(world.truth(url), body, LexborHTMLParser(body)))
    return found


@cache
def rules(outlet: str) -> Rules:
    return SpiderLoader.from_settings(get_project_settings()).load(outlet).rules()


def squeezed(text: str) -> str:
    return " ".join(text.replace("\xa0", " ").split())


@pytest.mark.parametrize("outlet", OUTLETS)
def test_pages_weigh_as_much_as_real_pages(outlet: str):
    for page in pages(outlet):
        assert 100_000 < len(page.body) < 140_000  # real pages weigh 49 to 335 KB
        assert len(page.tree.css("*")) > 1_400


@pytest.mark.parametrize("outlet", OUTLETS)
def test_true_titles_and_paragraphs_are_on_the_page(outlet: str):
    pages_apart = houses()[outlet].paging and not houses()[outlet].whole
    for page in pages(outlet):
        text = squeezed(page.tree.root.text())
        assert page.story.title in text
        for paragraph in page.story.paragraphs[: 1 if pages_apart else None]:
            assert paragraph in text, page.story.url


@pytest.mark.parametrize("outlet", [name for name in OUTLETS if name != "jawapos"])
def test_an_outlets_own_selectors_find_title_and_body(outlet: str):
    for page in pages(outlet):
        for field in ("title", "body"):
            if selectors := rules(outlet).selectors(field):
                assert any(page.tree.css_first(each) for each in selectors), page.story.url


@pytest.mark.parametrize("outlet", OUTLETS)
def test_urls_match_the_outlets_article_pattern(outlet: str):
    for page in pages(outlet):
        if page.story.kind == "article":
            assert rules(outlet).article_pattern.search(page.story.url)


def test_older_articles_are_printed_in_older_templates():
    house = houses()["mediaindonesia"]
    used = {template_of(page.story, house) for page in pages("mediaindonesia")}
    assert used == {"mediaindonesia", "mediaindonesia_2020", "mediaindonesia_2018"}


REAL = {
    "antaranews": "antara",
    "detik": "detikinet",
    "kompas": "kompastekno",
    "tempo": "tempotekno",
}


def real_pages() -> list[str]:
    gold = SHARED / "pages" / "gold"
    return sorted(path.name for path in gold.glob("*.json")) if gold.is_dir() else ["none"]


@needs_shared
@pytest.mark.parametrize("label", real_pages())
def test_selectors_that_match_a_real_page_match_a_newsroom_page(label: str):
    known = json.loads((SHARED / "pages" / "gold" / label).read_text())
    if known["kind"] != "article":
        pytest.skip("a gallery: no template of its own here")
    outlet = REAL.get(known["outlet"], known["outlet"])
    real = LexborHTMLParser(gzip.decompress((SHARED / "pages" / known["file"]).read_bytes()))
    for field in ("title", "body", "published"):
        matched = [s for s in rules(outlet).selectors(field) if real.css_first(s)]
        for selector in matched[:1]:
            assert any(page.tree.css_first(selector) for page in pages(outlet)), (field, selector)
