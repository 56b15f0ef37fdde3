"""What a list knows of an article, and what the article's own page knows better."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta, timezone

from crawler.items import Article
from crawler.sources.candidate import Candidate

WIB = timezone(timedelta(hours=7))
LISTED = datetime(2026, 3, 14, 3, 15, tzinfo=UTC)


def completed(published: datetime | None, *, zone_assumed: bool | None = True) -> Article:
    article = Article(outlet="contoh", url="https://contoh.id/1", published_at=published)
    article.published_source, article.zone_assumed = "visible", zone_assumed
    candidate = Candidate(url=article.url, published=LISTED, via="feed:https://contoh.id/rss")
    return candidate.complete(article, "contoh:1")


def test_the_list_gives_the_time_that_the_page_does_not_print() -> None:
    assert completed(None).published_at == LISTED


def test_the_list_s_time_is_better_than_that_day_alone() -> None:
    article = completed(datetime(2026, 3, 14, tzinfo=WIB))
    assert (article.published_at, article.published_source) == (
        LISTED,
        "feed:https://contoh.id/rss",
    )


def test_the_page_s_own_time_stays() -> None:
    for own in (datetime(2026, 3, 14, 10, 0, tzinfo=WIB), datetime(2026, 3, 13, tzinfo=WIB)):
        assert completed(own).published_at == own
    midnight = datetime(2026, 3, 14, tzinfo=WIB)
    assert completed(midnight, zone_assumed=False).published_at == midnight
