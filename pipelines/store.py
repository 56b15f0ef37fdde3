"""Stage 500: write articles and rejects to the dataset."""

from __future__ import annotations

import logging
import time
from typing import TYPE_CHECKING, Self

from scrapy import signals
from scrapy.utils.defer import deferred_from_coro

from crawler.extraction import EXTRACTOR_VERSION
from crawler.items import Article, Rejected
from crawler.middlewares.archiving import ArchiveMiddleware
from crawler.spider import NewsSpider
from output import clock
from output.replacement import finish_replacing, remove_marks
from output.row_check import RowError
from output.schema import ARTICLES
from output.verification import quarantine
from output.writer import Part, Writer, new_run_id

if TYPE_CHECKING:
    from collections.abc import Callable, Collection

    from scrapy.crawler import Crawler
    from scrapy.statscollectors import StatsCollector

    from output.schema import Row

logger = logging.getLogger(__name__)


def reject_row(article: Article, rejected: Rejected, run_id: str) -> Row:
    """Return the row of rejects/ for an article that is not stored."""
    return {
        "url": _unicode(article.url),
        "article_id": _unicode(article.article_id),
        "reason": rejected.reason,
        "evidence": _unicode(rejected.evidence),
        "rule_version": article.extractor_version or EXTRACTOR_VERSION,
        "title": _unicode(article.title),
        "published_at": article.published_at,
        "discovered_via": article.discovered_via,
        "fetched_at": article.fetched_at or clock.now(),
        "run_id": run_id,
    }


class StorePipeline:
    """Publishes rows in parts: when PART_ROWS wait, after PART_SECONDS, and at the end.

    A kill loses the rows that wait; the next run fetches their articles again. When the dataset
    cannot be written the run ends: `wartatek/store_error` is the reason, and
    `wartatek/failed/not_stored` counts the lost articles. `wartatek/stored` and
    `wartatek/revised` count the rows that readers can see. Files that do not belong in the outlet's
    folders are set aside first: `wartatek/quarantined/<path>`.

    :param published: called with each part's path: its articles are no longer pending.
    :param stop: called with a reason, ends the run.
    :param part_seconds: seconds between parts while rows come.
    :param find_archive: called in open_spider, when the middlewares are set up.
    """

    def __init__(
        self,
        writer: Writer,
        outlet: str,
        stats: StatsCollector,
        published: Callable[[str], None],
        stop: Callable[[str], None],
        part_seconds: float,
        clock: Callable[[], float] = time.monotonic,
        find_archive: Callable[[], ArchiveMiddleware | None] = lambda: None,
    ) -> None:
        self.writer = writer
        self.outlet = outlet
        self.stats = stats
        self.published = published
        self.stop = stop
        self.part_seconds = part_seconds
        self.clock = clock
        self.find_archive = find_archive
        self.archive: ArchiveMiddleware | None = None
        self._published_at = clock()
        self._revised: set[str] = set()
        self._broken = False

    @classmethod
    def from_crawler(cls, crawler: Crawler) -> Self:
        settings, stats = crawler.settings, crawler.stats
        assert stats
        run_id = stats.get_value("wartatek/run_id") or new_run_id()
        stats.set_value("wartatek/run_id", run_id)

        def stop(reason: str) -> None:
            assert crawler.engine
            deferred_from_coro(crawler.engine.close_spider_async(reason=reason))

        part_rows = settings.getint("PART_ROWS")
        writer = Writer(settings["OUTPUT_DIR"], run_id, part_rows=part_rows, once=True)
        assert isinstance(crawler.spider, NewsSpider)
        published = crawler.spider.outlet_state.published
        pipeline = cls(
            writer,
            crawler.spider.name,
            stats,
            published,
            stop,
            settings.getfloat("PART_SECONDS"),
            find_archive=lambda: crawler.get_spider_middleware(ArchiveMiddleware),
        )
        crawler.signals.connect(pipeline.item_dropped, signal=signals.item_dropped)
        return pipeline

    def open_spider(self) -> None:
        self.archive = self.find_archive()
        for path in self.writer.root.sweep():
            logger.warning("removed %s, left by a run that died", path)
        remove_marks(self.writer.root, self.outlet)
        for path, what in quarantine(self.writer.root.location, self.outlet):
            logger.error("set aside %s: %s", path, what)
            self.stats.inc_value(f"wartatek/quarantined/{path}")
        finish_replacing(self.writer.root.location, self.outlet)

    def process_item(self, article: Article) -> Article:
        article.run_id = self.writer.run_id
        try:
            self.writer.write("articles", article.outlet, article.row())
        except RowError as error:
            raise Rejected("bad_row", str(error)) from error
        if article.revised and article.article_id:
            self._revised.add(article.article_id)
        self._publish_when_due()
        return article

    def take_back(self, article_ids: Collection[str]) -> list[tuple[Article, str | None]]:
        """Return the articles of these article_ids whose rows wait, and publish none of the rows.

        Each is beside the reason of its reject; None: it was to be stored.
        """
        stored = self.writer.take_back("articles", article_ids)
        rejected = self.writer.take_back("rejects", article_ids)
        taken: list[tuple[Article, str | None]] = []
        taken += [(Article(outlet=self.outlet, **row), None) for row in stored]
        for row in rejected:
            known = {name: row[name] for name in row.keys() & ARTICLES.names}
            taken.append((Article(outlet=self.outlet, **known), row["reason"]))
        return taken

    def item_dropped(self, item: Article, exception: Exception) -> None:
        if isinstance(exception, Rejected):
            row = reject_row(item, exception, self.writer.run_id)
            self.writer.write("rejects", item.outlet, row)
            self._publish_when_due()

    def close_spider(self) -> None:
        self._publish()
        if self.archive:
            self.archive.finish()
        if lost := self.writer.waiting("articles"):
            self.stats.inc_value("wartatek/failed/not_stored", lost)
            logger.critical("%d articles could not be stored; the next run fetches them", lost)

    def _publish_when_due(self) -> None:
        waited = self.clock() - self._published_at
        if self._broken or not (self.writer.full or waited >= self.part_seconds):
            return
        self._publish()
        if self._broken:
            self.stop("store_failed")

    def _publish(self) -> None:
        if self.archive:  # a row must not outlive the page it names when the power fails
            self.archive.sync()
        try:
            while part := self.writer.publish():
                self._count(part)
            if self.archive:
                self.archive.release()
        except OSError as error:
            self._broken = True
            self.stats.set_value("wartatek/store_error", str(error))
            logger.critical("cannot store: %s", error)
        self._published_at = self.clock()

    def _count(self, part: Part) -> None:
        if part.path:
            logger.info("published %s: %d rows", part.path, len(part.rows))
            self.published(part.path)
        if part.table == "articles":
            revised = sum(row["article_id"] in self._revised for row in part.rows)
            self.stats.inc_value("wartatek/revised", revised)
            self.stats.inc_value("wartatek/stored", len(part.rows) - revised)


def _unicode(text: str | None) -> str | None:
    """Return `text` with lone surrogates, which Parquet refuses, replaced."""
    return text.encode("utf-8", "replace").decode() if text else text
