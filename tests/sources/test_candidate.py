"""The fields of an article that come from its list, and those that its page knows better."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta, timezone

import pytest

from crawler.items import Article
from crawler.sources.candidate import Candidate

WIB = timezone(timedelta(hours=7))
LISTED = datetime(2026, 3, 14, 3, 15, tzinfo=UTC)


def completed(
    published: datetime | None,
    *,
    zone_assumed: bool | None = True,
    printed: str | None = None,
    listed: datetime = LISTED,
) -> Article:
    article = Article(outlet="contoh", url="https://contoh.id/1", published_at=published)
    article.published_source, article.zone_assumed = "visible", zone_assumed
    article.published_raw = printed
    candidate = Candidate(url=article.url, published=listed, via="feed:https://contoh.id/rss")
    return candidate.complete(article, "contoh:1")


def test_a_listed_time_fills_a_page_without_time() -> None:
    assert completed(None).published_at == LISTED


def test_a_listed_time_beats_a_page_that_prints_the_same_day_only() -> None:
    article = completed(datetime(2026, 3, 14, tzinfo=WIB))
    assert (article.published_at, article.published_source) == (
        LISTED,
        "feed:https://contoh.id/rss",
    )


def test_an_exact_time_on_the_page_beats_the_listed_time() -> None:
    for own in (datetime(2026, 3, 14, 10, 0, tzinfo=WIB), datetime(2026, 3, 13, tzinfo=WIB)):
        assert completed(own).published_at == own
    midnight = datetime(2026, 3, 14, tzinfo=WIB)
    assert completed(midnight, zone_assumed=False).published_at == midnight


@pytest.mark.parametrize(
    "printed",
    ["3 jam yang lalu", "3 hours ago", "2 hari lalu", "kemarin", "Kemarin, 10:30", "baru saja"],
)
def test_a_distance_on_the_page_does_not_replace_the_listed_time(printed: str) -> None:
    for own in (LISTED + timedelta(minutes=40), LISTED - timedelta(days=1, hours=5)):
        article = completed(own, zone_assumed=False, printed=printed)
        assert (article.published_at, article.published_raw) == (LISTED, printed)


def test_a_distance_on_the_page_beats_a_list_that_knows_the_day_alone() -> None:
    own, day = LISTED + timedelta(minutes=40), datetime(2026, 3, 14, tzinfo=WIB)
    article = completed(own, zone_assumed=False, printed="3 jam yang lalu", listed=day)
    assert article.published_at == own


def test_a_time_with_a_distance_beside_it_is_exact() -> None:
    own = LISTED + timedelta(minutes=40)
    printed = "Sabtu, 14 Mar 2026 10:55 WIB (3 jam lalu)"
    assert completed(own, zone_assumed=False, printed=printed).published_at == own
