"""The project's outlets: their spiders, the stages of their articles, and the outlet of a URL."""

from __future__ import annotations

import re
from collections import defaultdict
from typing import TYPE_CHECKING, Any, Protocol

from scrapy.crawler import Crawler
from scrapy.settings import BaseSettings, Settings
from scrapy.spiderloader import get_spider_loader
from scrapy.utils.conf import build_component_list
from scrapy.utils.misc import build_from_crawler, load_object

from crawler.extraction.body.multipage import is_further
from crawler.extraction.urls import canonical_url, registered_domain, split_url
from crawler.spider import NewsSpider

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

FIRST_STAGE_WITH_STATE = 400
"""Order in ITEM_PIPELINES: stages below it read and change nothing but the article, except those
that say `keeps_state`."""

CRAWLED = ("verified", "modelled")
"""Values of `status`: outlets that are crawled when no outlet is named."""


class Stage(Protocol):
    """A pipeline that needs no spider to process an article."""

    def process_item(self, item: Any) -> Any: ...


def project_settings(overrides: Mapping[str, Any]) -> Settings:
    """Return the project's settings in any process, with `overrides` as if typed with -s."""
    settings = Settings()
    settings.setmodule("crawler.settings", priority="project")
    settings.setdict(dict(overrides), priority="cmdline")
    return settings


def load_spiders(settings: BaseSettings) -> dict[str, type[NewsSpider]]:
    """Return the spider class of each outlet by name, sorted by name."""
    loader = get_spider_loader(settings)
    loaded = ((name, loader.load(name)) for name in sorted(loader.list()))
    return {name: spider for name, spider in loaded if issubclass(spider, NewsSpider)}


def stateless_stages(settings: BaseSettings) -> dict[str, int]:
    """Return the part of ITEM_PIPELINES that needs nothing but the article: order by path."""
    stages = settings.getdict("ITEM_PIPELINES")
    return {
        path: order
        for path, order in stages.items()
        if order < FIRST_STAGE_WITH_STATE and not getattr(load_object(path), "keeps_state", False)
    }


def load_stages(settings: Settings, spider: type[NewsSpider] | None = None) -> list[Stage]:
    """Return the stages that need nothing but the article, first stage first.

    :param spider: the outlet whose topic and shortest body the stages demand, as a crawl does;
        None for documents from anywhere, which no stage rejects for either
    """
    classes = [load_object(path) for path in build_component_list(stateless_stages(settings))]
    if spider is None:
        return [stage() for stage in classes]
    crawler = Crawler(spider, settings.copy())
    return [build_from_crawler(stage, crawler) for stage in classes]


class Registry:
    """The outlets of the project, found by name or by URL.

    :param spiders: the spider class of each outlet by name
    """

    def __init__(self, spiders: Mapping[str, type[NewsSpider]]) -> None:
        self.spiders = spiders
        self._by_domain: dict[str, list[type[NewsSpider]]] = defaultdict(list)
        self._by_site: dict[str, type[NewsSpider]] = {}
        for spider in spiders.values():
            for domain in spider.allowed_domains:
                self._by_domain[domain].append(spider)
                self._by_site.setdefault(registered_domain(domain), spider)
        self._on_any_site = _pattern_of(self._by_site)

    def find(self, url: str) -> tuple[str, str]:
        """Return the name of the outlet with the article at `url` and "", else "" and a reason.

        Reasons: `other_host`, `bad_url`, `not_an_article`, and `further_page` for a part of an
        article whose outlet gives no way to the other parts.
        """
        if not self._on_any_site.match(url):  # most URLs of foreign archives; takes a microsecond
            return "", "other_host"
        canonical = canonical_url(url)
        if canonical is None:
            return "", "bad_url"
        spiders = self._on_host(canonical)
        if not spiders:
            return "", "other_host"
        for spider in spiders:
            if re.search(spider.article_url, canonical):
                # Alone it would pass for the whole article.
                alone = is_further(url) and not (spider.next_page or spider.whole)
                return ("", "further_page") if alone else (spider.name, "")
        return "", "not_an_article"

    def on_host(self, url: str) -> type[NewsSpider] | None:
        """Return the outlet with the host of `url`: of several, the outlet of the article there."""
        if name := self.find(url)[0]:
            return self.spiders[name]
        return next(iter(self._on_host(canonical_url(url) or "")), None)

    def nearest(self, urls: Iterable[str]) -> type[NewsSpider] | None:
        """Return the outlet with the host, else the registered domain, of the first known URL."""
        for url in filter(None, map(canonical_url, urls)):
            if spider := self.on_host(url) or self._by_site.get(registered_domain(url)):
                return spider
        return None

    def _on_host(self, url: str) -> list[type[NewsSpider]]:
        """Return the outlets whose domains hold the host of `url`, the narrowest domain first."""
        labels = (split_url(url).hostname or "").split(".")
        domains = (".".join(labels[start:]) for start in range(len(labels)))
        return [spider for domain in domains for spider in self._by_domain.get(domain, ())]


def _pattern_of(domains: Iterable[str]) -> re.Pattern[str]:
    """Return a pattern that matches URLs whose host is in `domains`, or below a host there."""
    names = "|".join(re.escape(domain) for domain in sorted(domains))
    return re.compile(rf"\s*https?://(?:[^/?#]*[.@])?(?:{names})\.?(?:[:/?#]|$)", re.IGNORECASE)
