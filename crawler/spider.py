"""NewsSpider: an outlet is a declaration; what it does not say has a working default."""

from __future__ import annotations

from typing import ClassVar, Literal

from scrapy import Spider

from crawler.extraction.rules import Rules, Selectors
from crawler.sources import Source

Status = Literal["verified", "modelled", "refused", "permission", "blocked"]


class NewsSpider(Spider):
    """One outlet. To declare one, set the attributes below; newest template first in selectors.

    The attributes from `article_url` on are those of `crawler.extraction.rules.Rules`.
    """

    publisher: ClassVar[str]
    """The outlet's name as readers know it."""
    status: ClassVar[Status] = "modelled"
    """verified: extracts real saved pages of today's template; modelled: built from documented
    facts, not yet seen live; refused: its robots.txt refuses us; permission: asks in words not to be
    crawled by machines; blocked: honest clients get a challenge or 403."""
    allowed_domains: ClassVar[list[str]]
    sources: ClassVar[tuple[Source, ...]]
    """Where its articles are listed, best first."""
    technology: ClassVar[str | None] = None
    """Regex searched in article URLs: a match is technology by its section. "" matches all (a
    technology outlet); None: there is no such section, articles are picked by topic alone."""
    whole: ClassVar[str] = ""
    """What to add to an article's URL to get all its pages in one, e.g. "?page=all"."""
    next_page: ClassVar[Selectors] = ()
    """Links to further pages of one article, where `whole` does not serve."""

    article_url: ClassVar[str]

    @classmethod
    def rules(cls) -> Rules:
        """How its article pages are read."""
        return Rules.of(cls)
