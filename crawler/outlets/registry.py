"""The outlets of the project, for pages that no crawl brings: whose they are, how they are read."""

from __future__ import annotations

import json
import re
from collections import defaultdict
from functools import cache
from typing import TYPE_CHECKING, Any, cast
from urllib.parse import urlsplit

from scrapy.crawler import Crawler
from scrapy.settings import Settings
from scrapy.spiderloader import get_spider_loader
from scrapy.utils.conf import build_component_list
from scrapy.utils.misc import build_from_crawler, load_object

from crawler.collector import spare_what_is_loaded
from crawler.extraction.article import extract
from crawler.extraction.body.multipage import is_further, join
from crawler.extraction.page.page import Page
from crawler.extraction.urls import canonical_url
from crawler.outlets.reader import FIRST_STAGE_WITH_MEMORY
from crawler.runs.schedule import registered_domain
from crawler.state.queue import decode
from output.schema import content_hash

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from crawler.archive.reader import Capture
    from crawler.items import Article
    from crawler.sources.candidate import Candidate
    from crawler.spider import NewsSpider

_PART = re.compile(rb"""/?(?:\?[^"'\s>]*=|/)(?:all|\d{1,3})\b""")
_LINK = re.compile(rb"""href\s*=\s*["']?\Z""")
_LONGEST_LINK = 20  # bytes; of "href = '", blanks and all
_MANY = 1_000  # question marks; real pages have 250 at most


class Outlet:
    """What turns the pages of one outlet into articles."""

    def __init__(self, spider: type[NewsSpider], settings: Settings) -> None:
        self.name = spider.name
        self.rules = spider.rules()
        self.spider = spider
        pipelines = settings.getdict("ITEM_PIPELINES")
        paths = build_component_list(
            {path: order for path, order in pipelines.items() if order < FIRST_STAGE_WITH_MEMORY}
        )
        crawler = Crawler(spider, settings.copy())
        self.stages = [build_from_crawler(load_object(path), crawler) for path in paths]

    def read(self, capture: Capture, further: Sequence[Capture] = ()) -> Article:
        """The finished article on a page, and on its `further` pages.

        :raises Rejected: it is none.
        """
        article = extract(self._page(capture), self.rules, fetched_at=capture.fetched_at)
        for more in further:
            article = join(article, self._page(more), self.rules)
        if listed := self._listed(capture.listed):
            article = listed[1].complete(article, listed[0])
        for stage in self.stages:
            article = stage.process_item(article)
        article.content_hash = content_hash(article.title, article.body)
        return article

    def is_part(self, url: str) -> bool:
        """Whether the page at `url` may be any page of its article, but not all of them."""
        return bool(self.spider.next_page) or (bool(self.spider.whole) and is_further(url))

    def further_pages(self, capture: Capture) -> list[str]:
        """Where the other pages of the article on `capture` stand.

        :raises Rejected: it is no page.
        """
        spider = self.spider
        if spider.is_whole(capture.url) or not (
            spider.next_page or (spider.whole and _may_lead_on(capture))
        ):
            return []
        return spider.further_pages(self._page(capture), [capture.url])

    def _page(self, capture: Capture) -> Page:
        return Page(
            capture.body,
            capture.url,
            content_type=capture.content_type,
            encoding=self.rules.encoding,
        )

    def _listed(self, said: bytes) -> tuple[str, Candidate] | None:
        """What the crawl knew of the article, unless somebody made it up."""
        if not said:
            return None
        try:
            values = json.loads(said)
            article_id, candidate = str(values["article_id"]), decode(values["candidate"])
        except (ValueError, TypeError, KeyError):
            return None
        return (article_id, candidate) if article_id.startswith(f"{self.name}:") else None


class Outlets:
    """All outlets of the project, by what their articles' URLs look like."""

    def __init__(self, settings: Settings) -> None:
        self._settings = settings
        self._made: dict[str, Outlet] = {}
        self._domains: dict[str, list[type[NewsSpider]]] = defaultdict(list)
        loader = get_spider_loader(settings)
        for name in sorted(loader.list()):
            spider = cast("type[NewsSpider]", loader.load(name))
            for domain in spider.allowed_domains:
                self._domains[domain].append(spider)
        self._ours = _on_any(registered_domain(domain) for domain in self._domains)

    def find(self, url: str) -> tuple[str, str]:
        """The outlet of the article at `url`, or "" and why there is none."""
        if not self._ours.match(url):  # most of other people's archives, told in a microsecond
            return "", "other_host"
        canonical = canonical_url(url)
        if canonical is None:
            return "", "bad_url"
        labels = (urlsplit(canonical).hostname or "").split(".")
        known = False
        for start in range(len(labels)):
            for spider in self._domains.get(".".join(labels[start:]), ()):
                known = True
                if re.search(spider.article_url, canonical):
                    # Alone it would pass for the whole article.
                    alone = is_further(url) and not (spider.next_page or spider.whole)
                    return ("", "further_page") if alone else (spider.name, "")
        return "", "not_an_article" if known else "other_host"

    def __getitem__(self, name: str) -> Outlet:
        if name not in self._made:
            spider = next(s for found in self._domains.values() for s in found if s.name == name)
            self._made[name] = Outlet(spider, self._settings)
        return self._made[name]


def _may_lead_on(capture: Capture) -> bool:
    """Whether a link on the page may lead to a part of itself: a look at its bytes."""
    body = capture.body
    slug = (canonical_url(capture.url) or "").rpartition("/")[2].encode()
    if slug and any(_PART.match(body, at + len(slug)) for at in _places(body, slug)):
        return True
    if body.count(b"?") > _MANY:
        return True
    # Question marks are few: to look for links takes ten times as long.
    return any(_LINK.search(body, max(0, at - _LONGEST_LINK), at) for at in _places(body, b"?"))


def _places(body: bytes, sought: bytes) -> Iterator[int]:
    at = body.find(sought)
    while at >= 0:
        yield at
        at = body.find(sought, at + len(sought))


def _on_any(domains: Iterable[str]) -> re.Pattern[str]:
    """Matches the URLs whose host is one of `domains`, or below one."""
    names = "|".join(re.escape(domain) for domain in sorted({*domains}))
    return re.compile(rf"\s*https?://(?:[^/?#]*[.@])?(?:{names})\.?(?:[:/?#]|$)", re.IGNORECASE)


@cache
def outlets(overrides: tuple[tuple[str, Any], ...]) -> Outlets:
    """The project's outlets, in any process.

    :param overrides: settings that differ from the project's
    """
    settings = Settings()
    settings.setmodule("crawler.settings", priority="project")
    settings.setdict(dict(overrides), priority="cmdline")
    found = Outlets(settings)
    spare_what_is_loaded()
    return found
