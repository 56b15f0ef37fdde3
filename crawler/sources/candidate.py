"""Candidates, and the sources that list them."""

from __future__ import annotations

import json
from abc import ABC, abstractmethod
from dataclasses import dataclass, field, fields
from datetime import datetime
from typing import TYPE_CHECKING, Any, Literal, Self

from crawler.extraction.indonesian.dates import parse_date
from crawler.manners import http_date
from output import clock
from output.clock import WEB_YEARS, WIB

if TYPE_CHECKING:
    from collections.abc import Iterator

    from scrapy import Request
    from scrapy.http import Response

    from crawler.items import Article
    from crawler.sources.window import Window

SourceStatus = Literal[
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
        """Return `article` with the fields that only its list knows, and with its id."""
        article.article_id = article_id
        article.discovered_via, article.listed_title = self.via, self.title
        if self.published is not None and _is_vaguer(article, self.published):
            article.published_at, article.published_source = self.published, self.via
            article.zone_assumed = None
        article.section = article.section or self.section
        article.tags = article.tags or self.tags
        return article

    def to_json(self) -> str:
        """Return the fields that have a value, as JSON; instants in ISO 8601."""
        values = {field.name: getattr(self, field.name) for field in fields(self)}
        return json.dumps(
            {
                name: value.isoformat() if isinstance(value, datetime) else value
                for name, value in values.items()
                if value
            }
        )

    @classmethod
    def from_json(cls, text: str) -> Self:
        """Return the candidate that `to_json` wrote.

        :raises ValueError, TypeError: `to_json` did not write `text`.
        """
        values: dict[str, Any] = json.loads(text)
        for name in ("published", "modified"):
            if name in values:
                values[name] = datetime.fromisoformat(values[name])
        return cls(**values)


def _is_vaguer(article: Article, listed: datetime) -> bool:
    """Return True if `article` has no time, no more than the day of `listed`, or a distance such
    as "3 jam yang lalu" where the list has a time of day."""
    own = article.published_at
    if own is None:
        return True
    printed = parse_date(article.published_raw or "")
    if printed and printed.is_relative:
        return listed != _midnight(listed)
    return bool(article.zone_assumed) and own == _midnight(own) == _midnight(listed)


def _midnight(moment: datetime) -> datetime:
    return moment.astimezone(WIB).replace(hour=0, minute=0, second=0, microsecond=0)


class SourceError(Exception):
    """An answer of a source that lists no articles, or that was not read whole.

    `reason` is one of `stale_feed`, `empty_feed`, `not_a_feed`, `self_links`, `not_a_sitemap`,
    `cut_off`, ...; the run counts it by source, keeps the candidates before it, and goes on with
    the next source.
    """

    def __init__(self, reason: str, evidence: str = "") -> None:
        super().__init__(f"{reason}: {evidence}" if evidence else reason)
        self.reason = reason
        self.evidence = evidence


class Source(ABC):
    """One place that lists articles. A declaration: it holds no state of a run."""

    url: str
    status: SourceStatus

    @property
    def label(self) -> str:
        """The name of the source in stats and rows, e.g. "feed:https://host/rss"."""
        return f"{type(self).__name__.lower()}:{self.url}"

    @property
    @abstractmethod
    def has_past(self) -> bool:
        """True if the source may list articles of any past day."""

    @abstractmethod
    def requests(self, window: Window) -> Iterator[Request]:
        """Yield the first requests for `window`; none if this source cannot serve it."""

    @abstractmethod
    def parse(self, response: Response, window: Window) -> Iterator[Candidate | Request]:
        """Yield candidates in `response`, and further requests (next page, child sitemap).

        :raises SourceError: when the response lists no articles, or after the last candidate when
            it was not read whole.
        """


def served_at(response: Response) -> datetime:
    """Return the time of `response` by the server's own clock, which its lists are judged by."""
    printed = (response.headers.get("Date") or b"").decode("latin-1")
    moment = http_date(printed)
    return moment if moment and moment.year in WEB_YEARS else clock.now()
