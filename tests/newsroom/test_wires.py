"""Stories of an agency, as several outlets carry them."""

from __future__ import annotations

from collections import defaultdict
from datetime import UTC, datetime, timedelta
from functools import cache
from itertools import combinations
from typing import TYPE_CHECKING

import pytest
from scrapy.spiderloader import SpiderLoader
from scrapy.utils.project import get_project_settings

from crawler.extraction.article import extract
from crawler.extraction.page.page import Page
from crawler.newsroom.houses import houses
from crawler.newsroom.world import World
from crawler.state.stories.fingerprints import are_copies, read
from pipelines.clean import CleanPipeline

if TYPE_CHECKING:
    from crawler.newsroom.story import Story

NOW = datetime(2026, 11, 20, 12, tzinfo=UTC)
WIRES = 6


@cache
def world() -> World:
    return World(2, now=NOW, recent=2, past=0, older=0, wires=WIRES)


@cache
def told() -> dict[str, list[Story]]:
    """Return the articles of each wire, the earliest first."""
    found = defaultdict(list)
    for outlet in houses():
        for url in world().urls(outlet):
            if (story := world().truth(url)).wire:
                found[story.wire].append(story)
    return {
        wire: sorted(stories, key=lambda story: story.published_at)
        for wire, stories in found.items()
    }


def test_a_world_has_no_wires_by_default():
    plain = World(2, ["kontan", "antara"], now=NOW, recent=2, past=0, older=0)
    assert not any(plain.truth(url).wire for name in plain.desks for url in plain.urls(name))
    assert set(plain.urls("kontan")) <= set(world().urls("kontan"))


def test_the_agency_publishes_all_wires_and_publishes_them_first():
    assert len(told()) == WIRES
    for stories in told().values():
        assert stories[0].outlet == "antara"
        assert stories[-1].published_at - stories[0].published_at < timedelta(hours=7)


def test_an_outlet_carries_the_same_wires_beside_any_other_outlets():
    alone = World(2, ["kontan"], now=NOW, recent=2, past=0, older=0, wires=WIRES)
    assert alone.urls("kontan") == world().urls("kontan")


def test_listings_with_wires_stay_in_order():
    for desk in world().desks.values():
        times = [entry.published_at for entry in desk.entries]
        assert times == sorted(times, reverse=True)


def test_some_wires_are_trimmed_and_some_have_another_lead():
    stories = [story for tellings in told().values() for story in tellings[1:]]
    firsts = {wire: tellings[0] for wire, tellings in told().items()}
    assert any(len(story.paragraphs) < len(firsts[story.wire].paragraphs) for story in stories)
    assert any(story.paragraphs[0][9:] != firsts[story.wire].paragraphs[0][9:] for story in stories)
    assert any(story.title != firsts[story.wire].title for story in stories)
    assert len({story.dateline for story in stories}) > 5


def test_wires_are_distinguished_from_an_outlets_own_articles():
    wires = [story for tellings in told().values() for story in tellings]
    own = [
        story
        for outlet in houses()
        for url in world().urls(outlet)
        if not (story := world().truth(url)).wire and story.kind == "article"
    ]
    texts = dict(
        zip(
            [story.url for story in wires + own],
            read(["\n\n".join(story.paragraphs) for story in wires + own]),
            strict=True,
        )
    )
    pairs = list(combinations(wires, 2))
    true = [are_copies(texts[a.url], texts[b.url]) for a, b in pairs if a.wire == b.wire]
    assert sum(true) / len(true) >= 0.95
    others = [pair for pair in pairs if pair[0].wire != pair[1].wire]
    others += [(one, other) for one in wires for other in own]
    assert not [(a.title, b.title) for a, b in others if are_copies(texts[a.url], texts[b.url])]


@pytest.mark.parametrize("outlet", sorted(houses()))
def test_the_pages_of_wires_are_true_to_their_stories(outlet: str):
    rules = SpiderLoader.from_settings(get_project_settings()).load(outlet).rules()
    for stories in told().values():
        for story in stories:
            if story.outlet != outlet:
                continue
            host, _, path = story.url.removeprefix("https://").partition("/")
            body = world().answer(host, f"/{path.rstrip('/')}{houses()[outlet].whole}").body
            if b'<div class="page-links">' in body:
                continue  # its second page is another response, which the spider joins
            page = Page(body, story.url, encoding=rules.encoding)
            article = CleanPipeline().process_item(extract(page, rules, fetched_at=NOW))
            kept = [text for text in article.paragraphs if text not in story.leaks]
            assert kept == story.paragraphs, story.url
            assert article.title == story.title
            assert article.dateline == story.dateline
            assert article.signoff == story.signoff
