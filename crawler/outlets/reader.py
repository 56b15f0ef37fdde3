"""Documents to finished articles outside a crawl: the same extraction, the same stages."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any, Protocol
from urllib.parse import urlsplit

from scrapy.spiderloader import get_spider_loader
from scrapy.utils.conf import build_component_list
from scrapy.utils.misc import load_object

from crawler.extraction.article import extract
from crawler.extraction.page.page import Page
from crawler.extraction.rules import GENERIC, Rules
from crawler.extraction.text.document import extract_text
from crawler.runs.schedule import registered_domain
from crawler.spider import NewsSpider

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from scrapy.settings import BaseSettings

    from crawler.items import Article
    from crawler.outlets.documents import Document

FIRST_STAGE_WITH_MEMORY = 400
"""Stages below this number (settings.ITEM_PIPELINES) look at nothing but the article."""


class Stage(Protocol):
    def process_item(self, item: Any) -> Any: ...


class Reader:
    """Reads documents by the rules of the outlet they come from."""

    def __init__(
        self, outlets: Mapping[str, Rules], hosts: Mapping[str, str], stages: Sequence[Stage]
    ):
        """
        :param outlets: the rules by the outlet's name
        :param hosts: the outlet's name by host or registered domain
        :param stages: what turns a page's blocks into a finished article
        """
        self.outlets = {**outlets, GENERIC.name: GENERIC}
        self.hosts = hosts
        self.stages = stages

    @classmethod
    def from_settings(cls, settings: BaseSettings) -> Reader:
        """All outlets of the project, and its pipelines up to validation."""
        loader = get_spider_loader(settings)
        loaded = [loader.load(name) for name in sorted(loader.list())]
        spiders = [spider for spider in loaded if issubclass(spider, NewsSpider)]
        domains = [(domain, spider.name) for spider in spiders for domain in spider.allowed_domains]
        # An outlet's own hosts win over hosts that merely share its registered domain.
        hosts = {registered_domain(domain): name for domain, name in reversed(domains)}
        pipelines = settings.getdict("ITEM_PIPELINES")
        paths = build_component_list(
            {path: order for path, order in pipelines.items() if order < FIRST_STAGE_WITH_MEMORY}
        )
        return cls(
            outlets={spider.name: spider.rules() for spider in spiders},
            hosts={**hosts, **dict(domains)},
            stages=[load_object(path)() for path in paths],
        )

    def read(self, document: Document, *, url: str = "", outlet: str | None = None) -> Article:
        """The article in `document`.

        :param url: where it came from, if known
        :param outlet: whose rules to read it by; None: by its URL or the one it names itself
        :raises Rejected: it is no article
        """
        now = datetime.now(UTC)
        if document.kind == "text":
            rules = self.outlets[outlet] if outlet else self.rules_for([url])
            text = document.body.decode("utf-8", "replace")
            article = extract_text(text, url, rules, fetched_at=now)
        else:
            page = Page(document.body, url)
            rules = self.outlets[outlet] if outlet else self.rules_for([url, *page.own_urls()])
            article = extract(page, rules, fetched_at=now)
        for stage in self.stages:
            article = stage.process_item(article)
        return article

    def rules_for(self, urls: Iterable[str]) -> Rules:
        """The rules of the outlet that the first telling URL belongs to, else the generic ones."""
        for url in urls:
            name = self.hosts.get(urlsplit(url).hostname or "")
            if name := name or self.hosts.get(registered_domain(url)):
                return self.outlets[name]
        return GENERIC
