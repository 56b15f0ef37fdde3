"""Stage 300: is the row worth keeping, and are its times possible."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Self

from crawler.extraction.urls import canonical_url
from crawler.items import Rejected
from output import clock

if TYPE_CHECKING:
    from scrapy.crawler import Crawler

    from crawler.items import Article

EARLIEST = datetime(1990, 1, 1, tzinfo=UTC)
"""No Indonesian outlet was on the web before (Republika was the first, in 1995)."""
SLACK = timedelta(days=1)
"""How far ahead of us an outlet's clock may be; a wrong zone alone makes half a day."""


class ValidatePipeline:
    """Rejects what is no article of ours, nulls times that cannot be.

    Reject reasons:
      - `empty_body`: cleaning left nothing;
      - `no_title`, `short_body`, `bad_url`: in a crawl only, since a document that somebody hands
        to `extract` may be a fragment from nowhere.

    A time that cannot be is nulled; `published_raw` stays, and `published_source` ends in the
    reason: `(future)`, `(too early)` or `(unreadable)`.
    """

    def __init__(self, min_words: int | None = None) -> None:
        """
        :param min_words: in a crawl, the shortest body that is an article; None outside of one
        """
        self.min_words = min_words

    @classmethod
    def from_crawler(cls, crawler: Crawler) -> Self:
        return cls(crawler.settings.getint("BODY_MIN_WORDS"))

    def process_item(self, article: Article) -> Article:
        if not article.body:
            raise Rejected("empty_body", article.body_source or "no block was found")
        if self.min_words is not None:
            self._check_capture(article, self.min_words)
        _check_times(article)
        return article

    def _check_capture(self, article: Article, min_words: int) -> None:
        if not article.title:
            raise Rejected("no_title", (article.body or "")[:80])
        if canonical_url(article.url) is None:
            raise Rejected("bad_url", article.url[:200])
        # Behind a paywall the first sentences are all that an outlet shows.
        words = article.word_count or 0
        if words < min_words and not article.paywalled:
            raise Rejected("short_body", f"{words} words: {(article.body or '')[:80]}")


def _check_times(article: Article) -> None:
    latest = (article.fetched_at or clock.now()) + SLACK
    reason = _impossible(article.published_at, latest)
    if article.published_at is None and article.published_raw:
        reason = "unreadable"
    if reason:
        article.published_at = article.zone_assumed = None
        article.published_source = f"{article.published_source or ''} ({reason})".strip()
    if _impossible(article.modified_at, latest):
        article.modified_at = None


def _impossible(moment: datetime | None, latest: datetime) -> str:
    if moment is None:
        return ""
    if moment > latest:
        return "future"
    return "too early" if moment < EARLIEST else ""
