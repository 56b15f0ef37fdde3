"""Stage 400: drop captures without new content, mark revisions, and look up the story."""

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
    """Drops articles seen earlier in the run, then captures whose content the dataset holds.

    :param stored: returns the content hash of the last capture of an article_id, None without one.
    :param story: returns the cluster_id of an article, None if unknown.
    :param stored_elsewhere: returns the id by which the dataset holds an article that was fetched
        at another address, None if it does not.
    :param is_stored_text: returns whether the last capture of an article with another content hash
        shows the same text: rules changed, not the outlet.
    """

    def __init__(
        self,
        stored: Callable[[str], str | None],
        story: Callable[[Article], str | None],
        stats: StatsCollector,
        stored_elsewhere: Callable[[Article], str | None] = lambda _: None,
        is_stored_text: Callable[[Article], bool] = lambda _: False,
    ) -> None:
        self.stored = stored
        self.stored_elsewhere = stored_elsewhere
        self.is_stored_text = is_stored_text
        self.story = story
        self.stats = stats
        self._seen: set[str] = set()

    @classmethod
    def from_crawler(cls, crawler: Crawler) -> Self:
        assert isinstance(crawler.spider, NewsSpider) and crawler.stats
        state = crawler.spider.outlet_state
        return cls(
            state.index.content_hash,
            state.story,
            crawler.stats,
            state.stored_elsewhere,
            state.is_stored_text,
        )

    def process_item(self, article: Article) -> Article:
        if article.article_id is None:
            raise Rejected("no_article_id", article.url)
        if article.article_id in self._seen:
            self.stats.inc_value("wartatek/skipped/duplicate")
            raise NothingNew(f"{article.article_id}: twice in this run")
        self._seen.add(article.article_id)
        article.content_hash = content_hash(article.title, article.body)
        article.published_hash = article.content_hash
        stored = self.stored(article.article_id)
        if stored == article.content_hash or (stored and self.is_stored_text(article)):
            self.stats.inc_value("wartatek/unchanged")
            raise NothingNew(f"{article.article_id}: unchanged")
        if stored is None and (known_as := self.stored_elsewhere(article)):
            self.stats.inc_value("wartatek/skipped/duplicate")
            raise NothingNew(f"{article.article_id}: stored as {known_as}")
        article.revised = stored is not None
        article.cluster_id = self.story(article)
        return article
