"""The judgement on a candidate before anything of it is downloaded."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from scrapy.utils.url import url_is_from_any_domain

from crawler.extraction.topics import THRESHOLD, classify
from crawler.extraction.urls import article_id, canonical_url

if TYPE_CHECKING:
    import re
    from collections.abc import Callable, Sequence

    from crawler.sources import Candidate, Window

HINT = THRESHOLD / 2
"""A headline says less than an article: below this score it is not about technology."""
SLUG_WORDS = 4  # a last path segment of fewer words is a name, not a headline


@dataclass(frozen=True, slots=True)
class Verdict:
    """What becomes of a candidate: `url` to ask for, or why it is `skipped`.

    `is_article`: its URL is one of the outlet's articles; `is_new`: worth walking on for.
    """

    url: str = ""
    skipped: str = ""
    is_article: bool = False
    is_new: bool = False


@dataclass
class Judge:
    """Judges the candidates of one outlet in one run."""

    name: str
    domains: Sequence[str]
    article: re.Pattern[str]
    technology: re.Pattern[str] | None
    window: Window
    known: Callable[[str], str | None]
    limit: int | None = None
    _seen: set[str] = field(default_factory=set)
    _seen_by: set[tuple[str, str]] = field(default_factory=set)
    _wanted: set[str] = field(default_factory=set)

    def article_id(self, candidate: Candidate) -> str:
        return article_id(self.name, candidate.url, self.article)

    def wants(self, article_id: str) -> bool:
        """Whether this run's lists named the article, and it was to be asked for."""
        return article_id in self._wanted

    def judge(self, candidate: Candidate) -> Verdict:
        """The verdict; whoever is wanted counts towards the limit."""
        url = canonical_url(candidate.url)
        stranger = self._stranger(url)
        key = candidate.url if stranger else self.article_id(candidate)
        duplicate = key in self._seen
        self._seen.add(key)
        if stranger or url is None:
            return Verdict(skipped="duplicate" if duplicate else stranger)
        first_here = (candidate.via, key) not in self._seen_by
        self._seen_by.add((candidate.via, key))
        skipped = "duplicate" if duplicate else self._skipped(candidate, key, url)
        # A backfill walks on over what is stored already; the present has no more to find there.
        is_new = first_here if self.window.past else not skipped
        return Verdict(as_listed(url, candidate.url), skipped, is_article=True, is_new=is_new)

    def _stranger(self, url: str | None) -> str:
        """Why `url` is no article of this outlet."""
        if url is None:
            return "bad_link"
        if not url_is_from_any_domain(url, self.domains):
            return "offsite"
        return "" if self.article.search(url) else "not_an_article"

    def _skipped(self, candidate: Candidate, key: str, url: str) -> str:
        if self._outside(candidate):
            return "outside_window"
        if reason := self.known(key):
            return reason
        if not self._is_technology(candidate, url):
            return "off_topic"
        if self.limit is not None and len(self._wanted) >= self.limit:
            return "limit"
        self._wanted.add(key)
        return ""

    def _outside(self, candidate: Candidate) -> bool:
        """Whether its times rule it out; what changed after the window may have appeared in it."""
        if candidate.published:
            return not self.window.holds(candidate.published)
        return candidate.modified is not None and not self.window.holds_from(candidate.modified)

    def _is_technology(self, candidate: Candidate, url: str) -> bool:
        if self.technology is not None and self.technology.search(url):
            return True
        title = f"{candidate.title or ''} {_slug_words(url)}".strip()
        if not title:
            # With a technology section, what stands outside it has to show its topic.
            return self.technology is None
        return classify(title, tags=candidate.tags, section=candidate.section).score >= HINT


def _slug_words(url: str) -> str:
    """The headline in the last path segment, "" if there is none."""
    slug = urlsplit(url).path.rpartition("/")[2].removesuffix(".html")
    words = [word for word in slug.split("-") if word]
    return " ".join(words) if len(words) >= SLUG_WORDS else ""


def as_listed(url: str, listed: str) -> str:
    """The canonical `url`, with the closing slash of the `listed` one, which spares a redirect."""
    return f"{url}/" if urlsplit(listed).path.endswith("/") and not urlsplit(url).query else url
