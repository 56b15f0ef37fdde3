"""Extraction and cleaning read the newsroom's pages as they are true."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from functools import cache
from typing import TYPE_CHECKING

import pytest
from scrapy.spiderloader import SpiderLoader
from scrapy.utils.project import get_project_settings

from crawler.extraction.article import extract
from crawler.extraction.page.page import Page
from crawler.items import Rejected
from crawler.newsroom.houses import houses
from crawler.newsroom.world import World
from pipelines.clean import CleanPipeline

if TYPE_CHECKING:
    from crawler.items import Article
    from crawler.newsroom.story import Story

NOW = datetime(2026, 11, 20, 12, tzinfo=UTC)
SEED = 5  # not the one that rules were tried on


@cache
def read(outlet: str) -> list[tuple[Story, Article | Rejected]]:
    """Return every article of `outlet` as the newsroom tells it and as it is read."""
    rules = SpiderLoader.from_settings(get_project_settings()).load(outlet).rules()
    world = World(SEED, [outlet], now=NOW, recent=16, past=0, older=4)
    found: list[tuple[Story, Article | Rejected]] = []
    for url in world.urls(outlet):
        host, _, path = url.removeprefix("https://").partition("/")
        body = world.answer(host, f"/{path.rstrip('/')}{houses()[outlet].whole}").body
        if b'<div class="page-links">' in body:
            continue  # its second page is another response, which the spider joins
        try:
            article = extract(Page(body, url, encoding=rules.encoding), rules, fetched_at=NOW)
            found.append((world.truth(url), CleanPipeline().process_item(article)))
        except Rejected as reject:
            found.append((world.truth(url), reject))
    return found


def articles(outlet: str) -> list[tuple[Story, Article]]:
    return [
        (story, article)
        for story, article in read(outlet)
        if story.kind in ("article", "off_topic") and not isinstance(article, Rejected)
    ]


@pytest.mark.parametrize("outlet", sorted(houses()))
def test_bodies_are_true_paragraph_by_paragraph(outlet: str):
    for story, article in articles(outlet):
        kept = [text for text in article.paragraphs if text not in story.leaks]
        assert kept == story.paragraphs, story.url


@pytest.mark.parametrize("outlet", sorted(houses()))
def test_titles_times_and_datelines_are_true(outlet: str):
    for story, article in articles(outlet):
        assert article.title == story.title
        assert article.dateline == story.dateline
        assert article.published_at is not None
        assert abs(article.published_at - story.published_at) < timedelta(minutes=5)


@pytest.mark.parametrize("outlet", sorted(houses()))
def test_galleries_and_videos_are_rejected(outlet: str):
    for story, article in read(outlet):
        assert isinstance(article, Rejected) is (story.kind in ("gallery", "video")), story.url


@pytest.mark.parametrize("outlet", sorted(houses()))
def test_the_fields_beside_the_body_are_true(outlet: str):
    for story, article in articles(outlet):
        assert article.signoff == story.signoff
        assert sorted(article.agencies) == sorted(story.agencies)
        linked = {link.url for link in article.related if link.url}
        assert linked <= {url for _, url in story.related}
