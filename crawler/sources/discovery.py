"""The search for lists that no declaration names, in a run whose declared lists name no article."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from crawler.extraction.page.page import parse_html
from crawler.extraction.urls import absolute, article_address
from crawler.items import Rejected
from crawler.sources.feed import Feed
from crawler.sources.listing import Listing
from crawler.sources.sitemap import Sitemap

if TYPE_CHECKING:
    import re
    from collections.abc import Collection, Iterable, Iterator, Sequence

    from scrapy.http import Response

    from crawler.sources.candidate import Source
    from crawler.sources.gate import Gate

MOST_SITEMAPS, MOST_HOMES, MOST_FEEDS, MOST_SECTIONS = 5, 2, 5, 3
"""Requests of each step, so that a whole search takes some half a minute at the usual pace."""
_FEEDS = ", ".join(
    f'link[rel~="alternate"][type="application/{kind}+xml"]' for kind in ("rss", "atom", "rdf")
)


@dataclass(frozen=True)
class Step:
    """A step of the search.

    :param lists: sources to ask
    :param pages: URLs of pages to ask for, which go to `Search.take`
    :param taken: sources whose answer is here already
    """

    lists: Sequence[Source] = ()
    pages: Sequence[str] = ()
    taken: Sequence[tuple[Source, Response]] = ()


@dataclass
class Search:
    """The search for lists of an outlet, on its registered domain.

    :param declared: URLs of the declared sources, which are not asked again
    """

    domains: Sequence[str]
    gate: Gate
    article: re.Pattern[str]
    technology: re.Pattern[str] | None
    declared: Collection[str]
    sitemaps: list[str] = field(default_factory=list)
    """Sitemaps that robots.txt names, of all hosts that were asked."""
    _pages: list[Response] = field(default_factory=list)

    def take(self, response: Response) -> None:
        """Take a page that a step asked for."""
        self._pages.append(response)

    def steps(self) -> Iterator[Step]:
        """Yield the steps, each to be finished before the next: sitemaps of robots.txt, the home
        pages, their feeds, their sections, the sections' feeds, the sections' links."""
        # News sitemaps come first: an index may have thousands of children.
        sitemaps = sorted(self._new(self.sitemaps), key=lambda url: "news" not in url)
        yield Step(lists=[Sitemap(url) for url in sitemaps[:MOST_SITEMAPS]])
        yield Step(pages=[f"https://{domain}/" for domain in self.domains[:MOST_HOMES]])
        homes = self._taken()
        yield Step(lists=self._feeds(homes))
        if any(self._is_section(home.url) for home in homes):
            sections = homes
        else:
            yield Step(pages=self._sections(homes))
            sections = self._taken()
            yield Step(lists=self._feeds(sections))
        yield Step(taken=[(Listing(page.url, links="a"), page) for page in sections])

    def _taken(self) -> list[Response]:
        pages, self._pages = self._pages, []
        return pages

    def _new(self, urls: Iterable[str]) -> list[str]:
        """Return different `urls` that may be asked for and are not declared."""
        return [
            url
            for url in dict.fromkeys(urls)
            if url not in self.declared and not self.gate.refusal(url)
        ]

    def _feeds(self, pages: Iterable[Response]) -> list[Source]:
        found = [url for page in pages for url in _links(page, _FEEDS)]
        return [Feed(url) for url in self._new(found)[:MOST_FEEDS]]

    def _sections(self, homes: Iterable[Response]) -> list[str]:
        """Return the addresses of the technology sections that home pages link to, the shortest
        first."""
        links = [url for home in homes for url in _links(home, "a[href]")]
        sections = [
            url
            for url in self._new(links)
            if self._is_section(url) and not article_address(url, self.article)
        ]
        return sorted(sections, key=len)[:MOST_SECTIONS]

    def _is_section(self, url: str) -> bool:
        """Return True if articles about technology are below `url`: of an outlet without such a
        section, below any."""
        below = url if url.endswith("/") else f"{url}/"
        return self.technology is None or self.technology.search(below) is not None


def _links(page: Response, selector: str) -> list[str]:
    """Return the absolute targets of the elements of `page`, without fragments; none of a page that
    cannot be parsed."""
    try:
        root = parse_html(page.body).root
    except Rejected:
        return []
    nodes = root.css(selector) if root else []
    targets = (node.attributes.get("href") or "" for node in nodes)
    return [absolute(page.url, target).partition("#")[0] for target in targets if target]
