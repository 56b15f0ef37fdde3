"""The findings of an examination: how each source of an outlet answers, and how its articles read.

`scrapy doctor` and `scrapy check` print them; crawler/outlets/examiner.py makes them.
"""

from __future__ import annotations

import json
import re
from collections import Counter
from dataclasses import dataclass, field, fields
from typing import TYPE_CHECKING, Any

from crawler.extraction.urls import split_url
from crawler.items import NO_LOSS
from crawler.manners import UNREACHABLE

if TYPE_CHECKING:
    from collections.abc import Iterable
    from datetime import datetime

    from crawler.sources import Source

WALLS = UNREACHABLE | {
    "robots": "refused by robots.txt",
    "robots_unavailable": "robots.txt cannot be read",
    "offsite_redirect": "redirect to another site",
    "same_list": "redirect to another list",
    "empty_feed": "feed without items",
    "empty_index": "index without links",
    "empty_sitemap": "sitemap without entries",
    "no_articles": "no link looks like an article's",
    "not_article": "no article on the page",
    "unfinished": "no time left",
    "consent": "consent page",
    "login": "login page",
    "script_only": "script-only page",
    "soft_404": "page not found, served as 200",
    "geo_block": "not served to this country",
    "adblock": "page against ad blockers",
    "parked": "parked domain or empty server",
    "isp_block": "blocked by the network or its provider",
    "captive_portal": "login page of a network",
}
"""In words, the reasons for which a source or a page gives no article."""
ENOUGH = 0.5
"""Least share of the pages that are read as articles, and of the bodies found by an own rule: one
odd page of two is no proof of a broken outlet."""
_SLUG_HYPHENS = 2  # a path segment with so many is a headline


def in_words(reason: str) -> str:
    """Return `reason`, a stable word of a failure or reject, as a reader says it."""
    if reason.startswith("http_"):
        return f"HTTP {reason.removeprefix('http_')}"
    return WALLS.get(reason) or reason.replace("_", " ")


def form_of(url: str) -> str:
    """Return the form of `url`, which the articles of a template share: "inet.detik.com/d-N/SLUG".

    Numbers become N, headlines SLUG; scheme and query are left out.
    """
    parts = split_url(url)
    segments = [
        "SLUG" if segment.count("-") >= _SLUG_HYPHENS else re.sub(r"\d+", "N", segment)
        for segment in parts.path.strip("/").split("/")
    ]
    return "/".join([parts.netloc, *segments]).rstrip("/")


@dataclass(frozen=True, slots=True)
class PageFinding:
    """A page that was asked for as an article.

    :param problem: the reason for which the page is no article, "" for an article
    :param own_body: a rule of the outlet's own found the body; None: not known, or no such rule
    :param own_time: the same of the time of publication
    :param contradicted: own rules found a time of another day than data, meta tags and URL name
    """

    url: str
    problem: str = ""
    own_body: bool | None = None
    own_time: bool | None = None
    paywalled: bool = False
    contradicted: bool = False

    @property
    def is_read(self) -> bool:
        """True if the page says nothing against the outlet's rules."""
        return not self.problem or self.problem in NO_LOSS


@dataclass(slots=True)
class SourceFinding:
    """A source as it answered.

    :param declared: False for a source that was found
    :param status: the HTTP status; None without an answer
    :param problem: the reason for which the source lists no article, "" without
    :param items: the number of links that the source lists
    :param articles: the number of those that article_url takes
    :param strange: the forms of the others
    """

    source: Source
    declared: bool = True
    status: int | None = None
    problem: str = "unfinished"
    moved_to: str = ""
    items: int = 0
    articles: int = 0
    newest: datetime | None = None
    strange: Counter[str] = field(default_factory=Counter)
    pages: list[PageFinding] = field(default_factory=list)

    def name(self, host: str) -> str:
        """Return the kind of the source and its URL without scheme, and without `host`."""
        place = self.source.url.partition("://")[2]
        own = place.removeprefix(host)
        kind = type(self.source).__name__.lower()
        return (
            f"{kind} {own if own.startswith('/') else place}{'' if self.declared else ' (found)'}"
        )

    @property
    def works(self) -> bool:
        return self.articles > 0

    @property
    def share(self) -> float | None:
        """The share of the links that article_url takes; None without links."""
        return self.articles / self.items if self.items else None

    @property
    def wall(self) -> str | None:
        """The first problem of the source, else of its pages, in words; None without any."""
        problems = [self.problem] if self.problem and not self.works else []
        problems += [page.problem for page in self.pages if not page.is_read]
        problems += ["paywall" for page in self.pages if page.paywalled]
        return in_words(problems[0]) if problems else None

    def dated(self, moment: datetime | None) -> None:
        """Take `moment` for the newest, if it is later."""
        if moment and (self.newest is None or moment > self.newest):
            self.newest = moment

    def declaration(self) -> str:
        """Return the line of a spider that declares the source where it is now, ready to paste."""
        set_ones = [
            (each.name, getattr(self.source, each.name))
            for each in fields(self.source)  # type: ignore[arg-type]  # sources are dataclasses
            if each.name not in ("url", "status")
            and getattr(self.source, each.name) != each.default
        ]
        more = "".join(f", {name}={_literal(value)}" for name, value in set_ones)
        return f"{type(self.source).__name__}({_literal(self._url())}{more}),"

    def _url(self) -> str:
        """Return the URL of the source where it is now: its form, if it has placeholders, with the
        host and the folders before these as they are now."""
        before, brace, placeholders = self.source.url.partition("{")
        if not (brace and self.moved_to):
            return self.moved_to or self.source.url
        folder, _, start = before.rpartition("/")
        there = self.moved_to.split("/")
        folders = folder.count("/") + 1
        if "?" in start and len(there) > folders:
            start = there[folders].partition("?")[0] + start[start.index("?") :]
        return f"{'/'.join(there[:folders])}/{start}{{{placeholders}"


@dataclass
class Examination:
    """The findings about `outlet`, source by source."""

    outlet: str
    has_body_rule: bool = True
    sources: dict[str, SourceFinding] = field(default_factory=dict)
    technology: Counter[bool] = field(default_factory=Counter)
    """The numbers of articles listed inside (True) and outside the technology section."""
    sections: Counter[str] = field(default_factory=Counter)
    """The forms of articles outside the technology section."""

    @property
    def pages(self) -> list[PageFinding]:
        """All pages that were asked for as articles."""
        return [page for finding in self.sources.values() for page in finding.pages]

    @property
    def problem(self) -> str | None:
        """The reason for which the outlet does not work, in words; None if it works."""
        findings = self.sources.values()
        if not any(finding.works for finding in findings):
            walls = _counted(in_words(f.problem) for f in findings if f.problem and f.declared)
            return f"no source lists an article ({walls or 'none was asked'})"
        pages = self.pages
        lost = [page for page in pages if not page.is_read]
        if len(pages) - len(lost) < ENOUGH * len(pages) or not pages:
            walls = _counted(in_words(page.problem) for page in lost)
            return f"{len(lost)} of {len(pages)} pages are no articles ({walls or 'none was read'})"
        bodies = [page.own_body for page in pages if page.own_body is not None]
        if self.has_body_rule and sum(bodies) < ENOUGH * len(bodies):
            return f"no rule of its own found the body of {bodies.count(False)} of {len(bodies)}"
        return None

    @property
    def detail(self) -> str:
        """The problem, or the number of declared sources that work and the sources found."""
        working = [finding.works for finding in self.sources.values() if finding.declared]
        found = [f"; found {finding.source.url}, not declared" for finding in self._found()]
        counted = f"{sum(working)} of {len(working)} sources list articles"
        return self.problem or "".join([counted, *found])

    def _found(self) -> list[SourceFinding]:
        """Return the sources that work and are not declared: of pages with links to articles, none
        where a declared source works."""
        works = any(f.works for f in self.sources.values() if f.declared)
        found = [f for f in self.sources.values() if f.works and not f.declared]
        return [f for f in found if not (works and hasattr(f.source, "links"))]

    def notes(self) -> list[str]:
        """Return what was found in place of what is declared, a line each."""
        said = []
        for label, finding in self.sources.items():
            mostly_strange = finding.articles < ENOUGH * finding.items
            form, count = next(iter(finding.strange.most_common(1)), ("", 0))
            if finding.declared and mostly_strange and count > finding.articles:
                taken = f"article_url takes {finding.articles} of {finding.items} links"
                said.append(f"{label}: {taken}; {count} are like {form}")
        if self.sections and not self.technology[True]:
            form, count = self.sections.most_common(1)[0]
            said.append(f"no article is in the section `technology`; {count} are like {form}")
        if wrong := sum(page.contradicted for page in self.pages):
            said.append(f"its own rule for times found another day than the page states on {wrong}")
        return said

    def proposals(self) -> list[str]:
        """Return declarations of sources that work and are not declared, or have moved."""
        moved = [f for f in self.sources.values() if f.works and f.declared and f.moved_to]
        return [finding.declaration() for finding in (*moved, *self._found())]

    @property
    def host(self) -> str:
        """The host of the first source; "" without any."""
        urls = [finding.source.url for finding in self.sources.values()]
        return split_url(urls[0]).netloc if urls else ""

    def rows(self, now: datetime) -> list[dict[str, Any]]:
        """Return a row of the table for each source that is declared or works."""
        return [
            {
                "outlet": self.outlet,
                "source": label if finding.declared else f"{label} (found)",
                "name": finding.name(self.host),
                "status": str(finding.status) if finding.status else None,
                "items": finding.items,
                "newest": _age(finding.newest, now),
                "articles": None if finding.share is None else f"{finding.share:.0%}",
                "body": _own([page.own_body for page in finding.pages]),
                "time": _own([page.own_time for page in finding.pages]),
                "wall": finding.wall,
                "judgement": "healthy" if finding.works else "unhealthy",
            }
            for label, finding in self.sources.items()
            if finding.declared or finding in self._found()
        ]

    def to_dict(self) -> dict[str, Any]:
        """Return all findings as plain values."""
        return {
            "outlet": self.outlet,
            "works": self.problem is None,
            "detail": self.detail,
            "notes": self.notes(),
            "proposals": self.proposals(),
            "sources": [
                {
                    "source": label,
                    "declared": finding.declared,
                    "status": finding.status,
                    "problem": finding.problem or None,
                    "wall": finding.wall,
                    "moved_to": finding.moved_to or None,
                    "items": finding.items,
                    "articles": finding.articles,
                    "newest": finding.newest,
                    "pages": [
                        {
                            "url": page.url,
                            "problem": page.problem or None,
                            "own_body": page.own_body,
                            "own_time": page.own_time,
                            "paywalled": page.paywalled,
                        }
                        for page in finding.pages
                    ],
                }
                for label, finding in self.sources.items()
            ],
        }


def _literal(value: object) -> str:
    """Return `value` as it is written in a spider, strings in double quotes."""
    return json.dumps(value, ensure_ascii=False) if isinstance(value, str) else repr(value)


def _counted(words: Iterable[str]) -> str:
    """Return different `words` with commas, the most frequent first."""
    return ", ".join(word for word, _ in Counter(words).most_common())


def _own(found: list[bool | None]) -> str | None:
    """Return whether own rules found a field on the pages; None where no page says."""
    known = [own for own in found if own is not None]
    if not known:
        return None
    return "own" if all(known) else f"{sum(known)} of {len(known)}" if any(known) else "general"


def _age(moment: datetime | None, now: datetime) -> str | None:
    """Return the age of `moment` in hours, from two days on in days."""
    if moment is None:
        return None
    age = now - moment
    return f"{age.days} d" if age.days >= 2 else f"{max(0, int(age.total_seconds() / 3600))} h"
