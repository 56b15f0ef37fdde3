"""Tells new articles, revisions and captures that say nothing new, and whose story is told anew."""

from __future__ import annotations

from typing import TYPE_CHECKING, Self

from crawler.items import Article, NothingNew, Rejected
from crawler.spider import NewsSpider
from output.schema import content_hash

if TYPE_CHECKING:
    from collections.abc import Callable

    from scrapy.crawler import Crawler
    from scrapy.statscollectors import StatsCollector


class DeduplicatePipeline:
    """Drops what this run has seen, then what the dataset holds with the same content.

    :param stored: gives the content hash of what the dataset holds last of an article_id.
    :param story: gives an article's cluster, as far as it is known.
    """

    def __init__(
        self,
        stored: Callable[[str], str | None],
        story: Callable[[Article], str | None],
        stats: StatsCollector,
    ) -> None:
        self.stored = stored
        self.story = story
        self.stats = stats
        self._seen: set[str] = set()

    @classmethod
    def from_crawler(cls, crawler: Crawler) -> Self:
        assert isinstance(crawler.spider, NewsSpider) and crawler.stats
        state = crawler.spider.outlet_state
        return cls(state.index.content_hash, state.story, crawler.stats)

    def process_item(self, article: Article) -> Article:
        if article.article_id is None:
            raise Rejected("no_article_id", article.url)
        if article.article_id in self._seen:
            self.stats.inc_value("wartatek/skipped/duplicate")
            raise NothingNew(f"{article.article_id}: twice in this run")
        self._seen.add(article.article_id)
        article.content_hash = content_hash(article.title, article.body)
        stored = self.stored(article.article_id)
        if stored == article.content_hash:
            self.stats.inc_value("wartatek/unchanged")
            raise NothingNew(f"{article.article_id}: unchanged")
        article.revised = stored is not None
        article.cluster_id = self.story(article)
        return article
