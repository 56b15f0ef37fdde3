"""Pages that are no article are rejected by reason; impossible times are nulled."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from scrapy.utils.test import get_crawler

from crawler.items import Article, Rejected
from pipelines.validate import ValidatePipeline

NOW = datetime(2026, 7, 24, 3, 0, tzinfo=UTC)


def article(**fields: Any) -> Article:
    given = {
        "url": "https://www.kontan.co.id/news/ponsel",
        "title": "Ponsel Lipat Baru Dijual",
        "body": "Ponsel itu dijual mulai pekan ini.",
        "word_count": 30,
        "published_at": NOW,
        "published_raw": "24 Juli 2026 10:00 WIB",
        "published_source": "css:time",
        "zone_assumed": False,
        "fetched_at": NOW,
    }
    return Article(outlet="kontan", **(given | fields))


def crawl() -> ValidatePipeline:
    return ValidatePipeline.from_crawler(get_crawler(settings_dict={"BODY_MIN_WORDS": 25}))


def test_a_good_article_passes_unchanged() -> None:
    assert crawl().process_item(article()) == article()


@pytest.mark.parametrize(
    ("fields", "reason"),
    [
        ({"title": None}, "no_title"),
        ({"body": None}, "empty_body"),
        ({"word_count": 24}, "short_body"),
        ({"url": "file:///etc/passwd"}, "bad_url"),
        ({"url": "https://127.0.0.1/news/ponsel"}, "bad_url"),
    ],
)
def test_a_page_that_is_no_article_is_rejected_by_reason(
    fields: dict[str, Any], reason: str
) -> None:
    with pytest.raises(Rejected) as caught:
        crawl().process_item(article(**fields))
    assert caught.value.reason == reason


def test_a_body_that_a_paywall_cut_may_be_short() -> None:
    assert crawl().process_item(article(word_count=5, paywalled=True)).word_count == 5


def test_outside_a_crawl_an_article_needs_only_a_body() -> None:
    document = article(title=None, url="", word_count=1)
    assert ValidatePipeline().process_item(document) is document
    with pytest.raises(Rejected, match="empty_body"):
        ValidatePipeline().process_item(article(body=None))


@pytest.mark.parametrize(
    ("published", "source"),
    [
        (NOW + timedelta(days=2), "css:time (future)"),
        (datetime(1989, 12, 31, tzinfo=UTC), "css:time (too early)"),
    ],
)
def test_an_impossible_time_is_nulled_and_kept_as_printed(published: datetime, source: str) -> None:
    checked = crawl().process_item(article(published_at=published))
    assert checked.published_at is None and checked.zone_assumed is None
    assert checked.published_raw == "24 Juli 2026 10:00 WIB"
    assert checked.published_source == source


def test_an_unreadable_time_is_named_in_published_source() -> None:
    unread = article(published_at=None, published_raw="31 Februari", published_source=None)
    assert crawl().process_item(unread).published_source == "(unreadable)"


def test_an_article_without_a_time_has_no_reason_in_published_source() -> None:
    timeless = article(published_at=None, published_raw=None, published_source=None)
    assert crawl().process_item(timeless).published_source is None


def test_an_outlets_clock_may_be_a_little_ahead() -> None:
    ahead = NOW + timedelta(hours=14)
    assert crawl().process_item(article(published_at=ahead)).published_at == ahead


def test_an_impossible_modification_is_nulled_alone() -> None:
    checked = crawl().process_item(article(modified_at=NOW + timedelta(days=400)))
    assert checked.modified_at is None and checked.published_at == NOW
