"""Feeds (RSS, Atom): what an outlet published last."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from io import BytesIO
from typing import TYPE_CHECKING, Any

from scrapy import Request

from crawler.extraction.indonesian.dates import parse_date
from crawler.extraction.urls import absolute, registered_domain, split_url
from crawler.sources.candidate import Candidate, Source, SourceError, SourceStatus, served_at
from output import clock

if TYPE_CHECKING:
    from collections.abc import Iterator

    from scrapy.http import Response

    from crawler.sources.window import Window


@dataclass(frozen=True)
class Feed(Source):
    """A feed.

    `status` says how it was last seen; a feed whose newest item is older than `stale_after` days
    is dead: nobody writes it.
    """

    url: str
    status: SourceStatus = "listed"
    stale_after: int = 30

    @property
    def has_past(self) -> bool:
        return False

    def requests(self, window: Window) -> Iterator[Request]:
        if window.reaches(clock.now()):
            yield Request(self.url)

    def parse(self, response: Response, window: Window) -> Iterator[Candidate | Request]:
        import feedparser  # here, since it loads slowly and few processes read feeds

        # Bytes in a stream: a string may be taken for a URL and fetched. No Content-Type: outlets
        # mislabel the charset there, and feedparser would prefer it to the XML declaration.
        feed = feedparser.parse(
            BytesIO(response.body),
            response_headers={"content-location": response.url},
            sanitize_html=False,
        )
        if not feed.get("version"):  # an empty body has none at all
            raise SourceError("not_a_feed", response.body[:60].decode("utf-8", "replace"))
        if not feed.entries:
            raise SourceError("empty_feed")
        now = served_at(response)
        candidates = [self._candidate(entry, response.url, now) for entry in feed.entries]
        if all(_is_home(c.url) for c in candidates):
            raise SourceError("self_links", candidates[0].url)
        newest = max((c.published for c in candidates if c.published), default=None)
        if newest and newest < now - timedelta(days=self.stale_after):
            raise SourceError("stale_feed", f"newest item is of {newest:%Y-%m-%d}")
        yield from candidates

    def _candidate(self, entry: Any, base: str, now: datetime) -> Candidate:
        tags = [tag.term.strip() for tag in entry.get("tags", ()) if tag.get("term")]
        return Candidate(
            url=_link(entry, base),
            published=_instant(entry, "published", now),
            modified=_instant(entry, "updated", now),
            title=entry.get("title") or None,
            section=tags[0] if tags else None,
            tags=tags,
        )


def _link(entry: Any, base: str) -> str:
    """Return the article's URL, which syndicators (FeedBurner, feedsportal) put beside theirs."""
    link = absolute(base, entry.get("link", ""))
    site = registered_domain(base)
    if registered_domain(link) != site:
        for own in (entry.get("feedburner_origlink", ""), entry.get("id", "")):
            if own.startswith(("http://", "https://")) and registered_domain(own) == site:
                return str(own)
    return link


def _is_home(url: str) -> bool:
    return split_url(url).path.strip("/") == "" and not split_url(url).query


def _instant(entry: Any, name: str, now: datetime) -> datetime | None:
    """Return the instant that `entry` prints; feedparser itself reads no Indonesian day names."""
    date = parse_date(entry[name], now=now) if name in entry else None
    return date.instant if date else None
