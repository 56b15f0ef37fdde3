"""The choice of candidates that a run asks for, before any page is downloaded."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from crawler.extraction.topics import THRESHOLD, classify
from crawler.extraction.urls import article_address, article_id, canonical_url, split_url

if TYPE_CHECKING:
    import re
    from collections.abc import Callable

    from crawler.sources import Candidate, Window
    from crawler.sources.gate import Gate

HINT = THRESHOLD / 2
"""Least score of a headline about technology: half of an article's, since it has fewer words."""
SLUG_WORDS = 4  # words in a last path segment that is a headline; names have fewer


@dataclass(frozen=True, slots=True)
class Decision:
    """The decision on a candidate: the `url` to ask for, or the reason why it is `skipped`.

    `is_article`: the URL is an article's of the outlet; `is_new`: a reason to ask for the next page
    of the list.
    """

    url: str = ""
    skipped: str = ""
    is_article: bool = False
    is_new: bool = False


@dataclass
class Wanted:
    """The candidates that a run of an outlet asks for, by article id."""

    name: str
    gate: Gate
    article: re.Pattern[str]
    technology: re.Pattern[str] | None
    window: Window
    known: Callable[[str], str | None]
    limit: int | None = None
    _seen: set[str] = field(default_factory=set)
    _seen_by: set[tuple[str, str]] = field(default_factory=set)
    _wanted: set[str] = field(default_factory=set)

    def __contains__(self, article_id: str) -> bool:
        """Return True if a list of this run named the article and it is to be asked for."""
        return article_id in self._wanted

    def article_id(self, candidate: Candidate) -> str:
        return article_id(self.name, candidate.url, self.article)

    def decide(self, candidate: Candidate) -> Decision:
        """Return the decision on `candidate`; a wanted candidate counts towards the limit."""
        url = article_address(candidate.url, self.article)
        stranger = self._stranger(url or canonical_url(candidate.url))
        key = candidate.url if stranger else self.article_id(candidate)
        duplicate = key in self._seen
        self._seen.add(key)
        if stranger or url is None:
            return Decision(skipped="duplicate" if duplicate else stranger)
        first_here = (candidate.via, key) not in self._seen_by
        self._seen_by.add((candidate.via, key))
        skipped = "duplicate" if duplicate else self._skipped(candidate, key, url)
        # A backfill walks on over stored articles; behind them, the present has nothing new.
        is_new = first_here if self.window.past else not skipped
        return Decision(as_listed(url, candidate.url), skipped, is_article=True, is_new=is_new)

    def _stranger(self, url: str | None) -> str:
        """Return the reason why `url` is no article of this outlet, "" if it is an article."""
        if url is None:
            return "bad_link"
        if reason := self.gate.page_refusal(url):
            return reason
        return "" if article_address(url, self.article) else "not_an_article"

    def _skipped(self, candidate: Candidate, key: str, url: str) -> str:
        """Return the reason why `candidate` is not asked for, "" if it is wanted."""
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
        """Return True if the times of `candidate` rule it out.

        An article that changed after the window may have appeared inside.
        """
        if candidate.published:
            return not self.window.holds(candidate.published)
        return candidate.modified is not None and not self.window.holds_from(candidate.modified)

    def _is_technology(self, candidate: Candidate, url: str) -> bool:
        if self.technology is not None and self.technology.search(url):
            return True
        title = f"{candidate.title or ''} {_slug_words(url)}".strip()
        if not title:
            # Outside the technology section, an article has to show its topic.
            return self.technology is None
        return classify(title, tags=candidate.tags, section=candidate.section).score >= HINT


def _slug_words(url: str) -> str:
    """Return the headline in the last path segment of `url`, "" if it holds none."""
    slug = split_url(url).path.rpartition("/")[2].removesuffix(".html")
    words = [word for word in slug.split("-") if word]
    return " ".join(words) if len(words) >= SLUG_WORDS else ""


def as_listed(url: str, listed: str) -> str:
    """Return the canonical `url` with the closing slash of `listed`, which spares a redirect."""
    return f"{url}/" if split_url(listed).path.endswith("/") and not split_url(url).query else url
