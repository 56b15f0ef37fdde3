"""Stage 150: reject pages that a site serves in place of articles, known by their one text."""

from __future__ import annotations

import logging
import sqlite3
from typing import TYPE_CHECKING, ClassVar, Self

from scrapy import signals

from crawler.extraction.walls import ALIKE, SAME_PAGE, shared_text
from crawler.items import Article, Rejected, Withdrawn
from crawler.spider import NewsSpider
from crawler.state.suspects import evidence
from output.writer import new_run_id
from pipelines.store import StorePipeline

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Iterable

    from scrapy.crawler import Crawler
    from scrapy.statscollectors import StatsCollector

    from crawler.state.suspects import Suspects

logger = logging.getLogger(__name__)


class SamePagePipeline:
    """Rejects the pages of an outlet that have one text at three articles' addresses or more, and
    takes back those of them that are not published yet.

    Reject reason: `same_page`. `wartatek/same_page` lists the articles that were published with
    the text before.

    :param is_stored: returns whether the dataset holds the article of an article_id
    :param take_back: returns the articles of these article_ids whose rows are not published yet,
        each with the reason of its reject if it was rejected, and leaves these rows out
    :param drop: called with each such article, and with the reason
    """

    keeps_state: ClassVar[bool] = True

    def __init__(
        self,
        suspects: Suspects,
        run_id: str,
        stats: StatsCollector,
        is_stored: Callable[[str], bool],
        take_back: Callable[[Collection[str]], Iterable[tuple[Article, str | None]]],
        drop: Callable[[Article, Rejected], None],
    ) -> None:
        self.suspects = suspects
        self.run_id = run_id
        self.stats = stats
        self.is_stored = is_stored
        self.take_back = take_back
        self.drop = drop
        self._rejected: set[str] = set()  # in this run, as the same page

    @classmethod
    def from_crawler(cls, crawler: Crawler) -> Self:
        spider, stats = crawler.spider, crawler.stats
        assert isinstance(spider, NewsSpider) and stats
        run_id = stats.get_value("wartatek/run_id") or new_run_id()
        stats.set_value("wartatek/run_id", run_id)
        index = spider.outlet_state.index

        def take_back(article_ids: Collection[str]) -> Iterable[tuple[Article, str | None]]:
            store = crawler.get_item_pipeline(StorePipeline)
            return store.take_back(article_ids) if store else ()

        def drop(article: Article, reject: Rejected) -> None:
            crawler.signals.send_catch_log(
                signals.item_dropped, item=article, response=None, exception=reject, spider=spider
            )

        suspects = spider.outlet_state.suspects
        return cls(
            suspects,
            run_id,
            stats,
            lambda article_id: index.content_hash(article_id) is not None,
            take_back,
            drop,
        )

    def open_spider(self) -> None:
        try:
            self.suspects.begin(self.run_id)
        except sqlite3.OperationalError as error:  # the run says so when it asks for articles
            logger.warning("earlier runs' texts are not compared: %s", error)

    def process_item(self, article: Article) -> Article:
        stated = (article.title, article.description)
        text = shared_text(article.url, stated, article.listed_title, article.paragraphs)
        if text is None or article.article_id is None:
            return article
        try:
            served_at = self.suspects.add(self.run_id, text.digest, article.article_id)
        except sqlite3.OperationalError as error:
            logger.warning("%s is not compared: %s", article.article_id, error)
            return article
        if len(served_at) < ALIKE:
            return article
        stored = [one for one in served_at if self.is_stored(one)]
        said = evidence(text, stored or served_at)
        for other, before in self.take_back({*served_at} - self._rejected):
            self._rejected.add(other.article_id or "")
            self.drop(other, Withdrawn(SAME_PAGE, said, before))
        self._rejected.add(article.article_id)
        self._note(stored)
        raise Rejected(SAME_PAGE, said)

    def _note(self, stored: list[str]) -> None:
        noted = self.stats.get_value("wartatek/same_page", [])
        if new := sorted({*stored} - {*noted}):
            logger.warning("published with the text of a wall: %s", ", ".join(new))
            self.stats.set_value("wartatek/same_page", sorted([*noted, *new]))
