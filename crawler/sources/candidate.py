"""What every source turns its responses into."""

from __future__ import annotations

from abc import ABC, abstractmethod
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from email.utils import parsedate_to_datetime
from typing import TYPE_CHECKING, Literal
from zoneinfo import ZoneInfo

if TYPE_CHECKING:
    from collections.abc import Iterator

    from scrapy import Request
    from scrapy.http import Response

    from crawler.items import Article

WIB = ZoneInfo("Asia/Jakarta")
Status = Literal[
    "verified", "reported-ok", "listed", "inferred", "stale", "broken", "dead", "blocked"
]


@dataclass(slots=True, kw_only=True)
class Candidate:
    """An article that a source lists, before anything of it is downloaded."""

    url: str
    published: datetime | None = None
    modified: datetime | None = None
    title: str | None = None
    section: str | None = None
    tags: list[str] = field(default_factory=list)
    via: str = ""  # the source that listed it, e.g. "feed:https://host/rss"

    def complete(self, article: Article, article_id: str) -> Article:
        """`article` with what only the list knew."""
        article.article_id = article_id
        article.discovered_via = self.via
        if self.published is not None and _is_vaguer(article, self.published):
            article.published_at, article.published_source = self.published, self.via
            article.zone_assumed = None
        article.section = article.section or self.section
        article.tags = article.tags or self.tags
        return article


def _is_vaguer(article: Article, listed: datetime) -> bool:
    """Whether `article` has no time, or but the day of the one that is `listed`."""
    own = article.published_at
    if own is None:
        return True
    day = own.astimezone(WIB).replace(hour=0, minute=0, second=0, microsecond=0)
    return bool(article.zone_assumed) and own == day and day.date() == listed.astimezone(WIB).date()


class SourceError(Exception):
    """A source answered, but not with what it is for.

    `reason` is one of `stale_feed`, `empty_feed`, `not_a_feed`, `self_links`, `not_a_sitemap`,
    `empty_index`, ...; the run counts it by source and goes on with the next one.
    """

    def __init__(self, reason: str, evidence: str = "") -> None:
        super().__init__(f"{reason}: {evidence}" if evidence else reason)
        self.reason = reason
        self.evidence = evidence


@dataclass(frozen=True, slots=True)
class Window:
    """The days asked for, in WIB, both included. Both None: the present."""

    since: date | None = None
    until: date | None = None

    @property
    def past(self) -> bool:
        """Whether days were asked for, so that feeds, which only know the present, do not serve."""
        return self.since is not None or self.until is not None

    def holds(self, moment: datetime | None) -> bool:
        """Whether `moment` lies inside; an unknown moment may."""
        if moment is None:
            return True
        day = moment.astimezone(WIB).date()
        return self.holds_from(moment) and (self.until is None or day <= self.until)

    def holds_from(self, moment: datetime) -> bool:
        """Whether `moment` lies inside or after it."""
        return self.since is None or moment.astimezone(WIB).date() >= self.since

    def reaches(self, now: datetime, days: int) -> bool:
        """Whether any of the last `days` days lies inside."""
        return self.until is None or self.until >= now.astimezone(WIB).date() - timedelta(days=days)

    def days(self, now: datetime | None = None) -> Iterator[date]:
        """The days, newest first; an open end means today, an open start one day."""
        today = (now or datetime.now(UTC)).astimezone(WIB).date()
        last = min(self.until or today, today)
        first = self.since or last
        for ordinal in range(last.toordinal(), first.toordinal() - 1, -1):
            yield date.fromordinal(ordinal)


class Source(ABC):
    """One place that lists articles. A declaration: it holds no state of a run."""

    url: str
    status: Status

    @property
    def label(self) -> str:
        """Its name in stats and rows, e.g. "feed:https://host/rss"."""
        return f"{type(self).__name__.lower()}:{self.url}"

    @abstractmethod
    def requests(self, window: Window) -> Iterator[Request]:
        """The first requests for `window`; none if this source cannot serve it."""

    @abstractmethod
    def parse(self, response: Response, window: Window) -> Iterator[Candidate | Request]:
        """Candidates in `response`, and further requests of this source (next page, child sitemap).

        :raises SourceError: the response is not what this source is for.
        """


def served_at(response: Response) -> datetime:
    """When `response` was sent, by the server's own clock: its lists are fresh or stale by that."""
    header = response.headers.get("Date")
    try:
        moment = parsedate_to_datetime(header.decode("latin-1")) if header else None
    except ValueError:
        moment = None
    if moment is None:
        return datetime.now(UTC)
    return moment if moment.tzinfo else moment.replace(tzinfo=UTC)
