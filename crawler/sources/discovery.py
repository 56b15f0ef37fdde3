"""The search for lists that no declaration names, in a run whose declared lists name no article."""

from __future__ import annotations

import re
from collections import defaultdict
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from crawler.extraction.page.page import parse_html
from crawler.extraction.urls import absolute, article_address, canonical_url
from crawler.items import Rejected
from crawler.sources.feed import Feed
from crawler.sources.listing import Listing, base_of
from crawler.sources.sitemap import Sitemap

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Iterator, Sequence

    from scrapy.http import Response
    from selectolax.lexbor import LexborNode

    from crawler.sources.candidate import Source
    from crawler.sources.gate import Gate

MOST_SITEMAPS, MOST_HOMES, MOST_FEEDS, MOST_SECTIONS = 5, 2, 5, 3
"""Requests of each step, so that a whole search takes some half a minute at the usual pace."""
MOST_REFRESHES = 2  # seconds; a page that goes elsewhere later is to be read first
ENOUGH = 0.8
"""Least share of a page's articles that the links of one element hold, to be taken for the list."""
_FEED_TYPE = re.compile(r"application/(?:rss|atom|rdf)\+xml|(?:text|application)/(?:xml|rss)\b")
_COMMENTS = re.compile(r"comment|komentar", re.IGNORECASE)
_REFRESH = re.compile(r"\s*(\d+)(?:\.\d*)?\s*[;,]\s*url\s*=\s*[\"']?([^\"'\s]+)", re.IGNORECASE)
_CLASS = re.compile(r"[A-Za-z_][\w-]*")
_LEVELS = 4  # elements around a link whose classes may name the list


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

    :param gate: the gate of the outlet's own domains
    :param declared: URLs of the declared sources, which are not asked again
    """

    gate: Gate
    article: re.Pattern[str]
    technology: re.Pattern[str] | None
    declared: Collection[str]
    sitemaps: list[str] = field(default_factory=list)
    """Sitemaps that robots.txt names, of all hosts that were asked."""
    with_sections: bool = True
    """Whether the sections of the home pages are asked for."""
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
        yield Step(pages=[f"https://{domain}/" for domain in self.gate.domains[:MOST_HOMES]])
        yield from self._refreshed()
        homes = self._taken()
        yield Step(lists=self._feeds(homes))
        if not self.with_sections:
            return
        sections = [home for home in homes if self._is_section(home.url)]
        if not sections:
            yield Step(pages=self._sections(homes))
            yield from self._refreshed()
            sections = self._taken()
            yield Step(lists=self._feeds(sections))
        yield Step(taken=[(self._listing(page), page) for page in sections])

    def _refreshed(self) -> Iterator[Step]:
        """Yield a step for the pages that lead elsewhere at once by `<meta http-equiv=refresh>`."""
        targets = {page.url: _refresh(page) for page in self._pages}
        self._pages = [page for page in self._pages if not targets[page.url]]
        if urls := self._new(filter(None, targets.values())):
            yield Step(pages=urls)

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
        found = [url for page in pages for url in _feed_links(page)]
        return [Feed(url) for url in self._new(found)[:MOST_FEEDS]]

    def _sections(self, homes: Iterable[Response]) -> list[str]:
        """Return the addresses of the technology sections that home pages link to, the shortest
        first."""
        links = [url for home in homes for url, _ in _links(home, "a[href]")]
        sections = [
            url
            for url in self._new(url.partition("?")[0] for url in links)
            if self._is_section(url) and not article_address(url, self.article)
        ]
        return sorted(sections, key=len)[:MOST_SECTIONS]

    def _is_section(self, url: str) -> bool:
        """Return True if articles about technology are below `url`: of an outlet without such a
        section, below any."""
        below = url if url.endswith("/") else f"{url}/"
        return self.technology is None or self.technology.search(below) is not None

    def _listing(self, page: Response) -> Listing:
        """Return `page` as a listing, with the narrowest selector of the links to its articles."""
        articles: dict[str, set[str]] = defaultdict(set)
        others: dict[str, set[str]] = defaultdict(set)
        for url, anchor in _links(page, "a[href]"):
            address = article_address(url, self.article)
            for selector in ("a", *_selectors(anchor)):
                (articles if address else others)[selector].add(address or url)
        enough = [s for s in articles if len(articles[s]) >= ENOUGH * len(articles["a"])]
        links = min(enough, key=lambda selector: len(others[selector]), default="a")
        return Listing(page.url, links=links)


def _selectors(anchor: LexborNode) -> Iterator[str]:
    """Yield selectors of the links like `anchor`: by its own classes, and by those around it."""
    node: LexborNode | None = anchor
    for level in range(_LEVELS):
        if node is None or node.tag == "body":
            return
        classes = filter(_CLASS.fullmatch, (node.attributes.get("class") or "").split())
        yield from (
            f"{node.tag}.{name}" if level == 0 else f"{node.tag}.{name} a" for name in classes
        )
        node = node.parent


def _links(page: Response, selector: str) -> list[tuple[str, LexborNode]]:
    """Return the elements of `page` with a target and that target, absolute and without fragment;
    none of a page that cannot be parsed."""
    try:
        root = parse_html(page.body).root
    except Rejected:
        return []
    nodes = root.css(selector) if root else []
    base = base_of(root, page.url) if root else page.url
    targets = [((node.attributes.get("href") or "").strip(), node) for node in nodes]
    return [
        (absolute(base, target).partition("#")[0], node)
        for target, node in targets
        if target and not target.startswith("#")
    ]


def _feed_links(page: Response) -> list[str]:
    """Return the feeds that `page` names in its head, without those of comments."""
    return [
        url
        for url, node in _links(page, "link[href]")
        if "alternate" in (node.attributes.get("rel") or "").lower().split()
        and _FEED_TYPE.match((node.attributes.get("type") or "").strip().lower())
        and not _COMMENTS.search(url)
    ]


def _refresh(page: Response) -> str:
    """Return the address to which `page` leads at once, "" without one."""
    try:
        root = parse_html(page.body).root
    except Rejected:
        return ""
    for node in root.css("meta[http-equiv]") if root else []:
        if (node.attributes.get("http-equiv") or "").lower() != "refresh":
            continue
        found = _REFRESH.match(node.attributes.get("content") or "")
        if found and int(found[1]) <= MOST_REFRESHES:
            target = absolute(page.url, found[2])
            return "" if canonical_url(target) == canonical_url(page.url) else target
    return ""
