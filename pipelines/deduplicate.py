"""Tells new articles, revisions and captures that say nothing new."""

from __future__ import annotations

from typing import TYPE_CHECKING, Self

from scrapy.exceptions import DropItem

from crawler.items import Article, Rejected
from output.dataset import known
from output.schema import content_hash

if TYPE_CHECKING:
    from collections.abc import Mapping

    from scrapy.crawler import Crawler
    from scrapy.statscollectors import StatsCollector


class NothingNew(DropItem):
    """The dataset or this run has this content already: an outcome, not a reject."""

    def __init__(self, message: str) -> None:
        super().__init__(message, log_level="DEBUG")


class DeduplicatePipeline:
    """Drops what this run has seen, then what the dataset holds with the same content.

    :param hashes: content hash by article_id of what the dataset holds.
    """

    def __init__(self, hashes: Mapping[str, str], stats: StatsCollector) -> None:
        self.hashes = hashes
        self.stats = stats
        self._seen: set[str] = set()

    @classmethod
    def from_crawler(cls, crawler: Crawler) -> Self:
        assert crawler.spider and crawler.stats
        return cls(known(crawler.settings["OUTPUT_DIR"], crawler.spider.name), crawler.stats)

    def process_item(self, article: Article) -> Article:
        if article.article_id is None:
            raise Rejected("no_article_id", article.url)
        if article.article_id in self._seen:
            self.stats.inc_value("wartatek/skipped/duplicate")
            raise NothingNew(f"{article.article_id}: twice in this run")
        self._seen.add(article.article_id)
        article.content_hash = content_hash(article.title, article.body)
        stored = self.hashes.get(article.article_id)
        if stored == article.content_hash:
            self.stats.inc_value("wartatek/unchanged")
            raise NothingNew(f"{article.article_id}: unchanged")
        article.revised = stored is not None
        return article
