"""Archived pages of an outlet into articles, with the pages that belong together."""

from __future__ import annotations

import json
import re
from functools import cache
from typing import TYPE_CHECKING, Any

from crawler.extraction.body.multipage import further_pages, is_further, is_whole
from crawler.extraction.urls import article_address, article_id, canonical_url, hashed_id
from crawler.outlets.reader import Reader
from crawler.outlets.registry import Registry, load_spiders, load_stages, project_settings
from crawler.sources.candidate import Candidate
from crawler.spider import freeze_loaded_objects
from output.schema import content_hash

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from scrapy.settings import Settings

    from crawler.archive.reader import ArchivedPage
    from crawler.extraction.page.page import Page
    from crawler.items import Article
    from crawler.spider import NewsSpider

_PART = re.compile(rb"""/?(?:\?[^"'\s>]*=|/)(?:all|\d{1,3})\b""")
_LINK = re.compile(rb"""href\s*=\s*["']?\Z""")
_LONGEST_LINK = 20
"""Bytes of "href = '" with blanks."""
_MANY = 1_000
"""Question marks in a page; real pages have at most 250, and a scan of more takes too long."""


class OutletReader:
    """A reader of one outlet's archived pages, as strict as a crawl of the outlet."""

    def __init__(self, spider: type[NewsSpider], settings: Settings) -> None:
        self.spider = spider
        self.reader = Reader(spider.rules(), load_stages(settings, spider))

    def read(self, capture: ArchivedPage, further: Sequence[ArchivedPage] = ()) -> Article:
        """Return the finished article on an archived page and on the `further` pages.

        :raises Rejected: a page holds no article.
        """
        page, more = self._page(capture), map(self._page, further)
        article = self.reader.extract(page, more, fetched_at=capture.fetched_at)
        if listed := self._listed(capture.listed):
            article = listed[1].complete(article, listed[0])
        article = self.reader.finish(article)
        article.content_hash = content_hash(article.title, article.body)
        article.published_hash = article.content_hash
        return article

    def stated_id(self, article: Article) -> str:
        """Return the id that the address which the page states gives to `article`."""
        rules = self.reader.rules
        return article_id(rules.name, article.canonical_url or article.url, rules.article_pattern)

    def had_id(self, article: Article, earlier: str) -> bool:
        """Return whether an earlier version gave `article` the id `earlier`, and not by mistake.

        Earlier versions took unknown parameters into an id, and read foreign pages by the address
        that a page states. An outlet's own id in the URL is right whatever a page states.
        """
        name, listed = self.spider.name, canonical_url(article.url) or article.url
        address = article_address(listed, self.reader.rules.article_pattern) or listed
        if article.article_id != hashed_id(name, address):
            return False
        return earlier in (hashed_id(name, listed), self.stated_id(article))

    def may_be_part(self, url: str) -> bool:
        """Return whether the page at `url` may hold a part of an article, and not the whole."""
        return bool(self.spider.next_page) or (bool(self.spider.whole) and is_further(url))

    def further_pages(self, capture: ArchivedPage) -> list[str]:
        """Return the addresses of the other pages of the article on `capture`.

        :raises Rejected: `capture` holds no page.
        """
        spider = self.spider
        if is_whole(capture.url, self.reader.rules) or not (
            spider.next_page or (spider.whole and _may_lead_on(capture))
        ):
            return []
        return further_pages(self._page(capture), self.reader.rules, [capture.url])

    def _page(self, capture: ArchivedPage) -> Page:
        return self.reader.page(capture.body, capture.url, capture.content_type)

    def _listed(self, said: bytes) -> tuple[str, Candidate] | None:
        """Return the article_id and candidate that a crawl kept; None where `said` is forged."""
        if not said:
            return None
        try:
            values = json.loads(said)
            listed_id, candidate = (
                str(values["article_id"]),
                Candidate.from_json(values["candidate"]),
            )
        except (ValueError, TypeError, KeyError):
            return None
        return (listed_id, candidate) if listed_id.startswith(f"{self.spider.name}:") else None


class OutletReaders:
    """The readers of all outlets; each is made when first asked for."""

    def __init__(self, settings: Settings) -> None:
        self.registry = Registry(load_spiders(settings))
        self._settings = settings
        self._made: dict[str, OutletReader] = {}

    def __getitem__(self, name: str) -> OutletReader:
        if name not in self._made:
            self._made[name] = OutletReader(self.registry.spiders[name], self._settings)
        return self._made[name]


@cache
def outlet_readers(overrides: tuple[tuple[str, Any], ...]) -> OutletReaders:
    """Return the readers of the project's outlets, in any process.

    :param overrides: settings that differ from the project's
    """
    readers = OutletReaders(project_settings(dict(overrides)))
    freeze_loaded_objects()
    return readers


def _may_lead_on(capture: ArchivedPage) -> bool:
    """Return whether the bytes of a page may hold a link to a part of the same article."""
    body = capture.body
    slug = (canonical_url(capture.url) or "").rpartition("/")[2].encode()
    if slug and any(_PART.match(body, at + len(slug)) for at in _places(body, slug)):
        return True
    if body.count(b"?") > _MANY:
        return True
    # Question marks are few: a search for links takes ten times as long.
    return any(_LINK.search(body, max(0, at - _LONGEST_LINK), at) for at in _places(body, b"?"))


def _places(body: bytes, sought: bytes) -> Iterator[int]:
    """Yield the offset of every occurrence of `sought` in `body`."""
    at = body.find(sought)
    while at >= 0:
        yield at
        at = body.find(sought, at + len(sought))
