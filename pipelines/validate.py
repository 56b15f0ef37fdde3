"""Stage 300: reject pages that are no article, and null impossible times."""

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
"""Earliest possible time of publication: Republika, the first outlet on the web, began in 1995."""
SLACK = timedelta(days=1)
"""Longest lead of an outlet's clock over ours: a wrong zone alone makes half a day."""


class ValidatePipeline:
    """Rejects pages that are no article, nulls impossible times.

    Reject reasons:
      - `empty_body`: cleaning left nothing;
      - `no_title`, `short_body`, `bad_url`: in a crawl only, since a document given to `extract`
        may be a fragment without a URL.

    An impossible time is nulled; `published_raw` stays, and `published_source` ends in the
    reason: `(future)`, `(too early)` or `(unreadable)`.
    """

    def __init__(self, min_words: int | None = None) -> None:
        """
        :param min_words: least words of an article's body in a crawl; None outside a crawl
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
        # A paywalled page shows the first sentences only.
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
