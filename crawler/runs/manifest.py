"""The row of a run in the table runs: outcomes, fill rates, judgement."""

from __future__ import annotations

import logging
import sqlite3
from collections import Counter
from dataclasses import dataclass, field
from operator import itemgetter
from typing import TYPE_CHECKING, Any

from scrapy import signals

from crawler.items import Article, Rejected, Withdrawn
from crawler.runs.health import contradiction, history, rule_shortcoming, shortcomings
from crawler.runs.outcomes import BY_REASON, COUNTED, Outcomes
from crawler.runs.versions import counted, versions
from crawler.spider import NewsSpider
from output import clock
from output.description import publish_description
from output.schema import BACKFILL, CRAWL
from output.writer import Writer, new_run_id

if TYPE_CHECKING:
    from datetime import datetime
    from typing import Self

    from scrapy import Spider
    from scrapy.crawler import Crawler
    from scrapy.http import Response
    from scrapy.statscollectors import StatsCollector
    from twisted.python.failure import Failure

logger = logging.getLogger(__name__)

FILLED = ("title", "body", "published_at", "authors", "section", "tags", "images", "description")
"""Columns whose fill rate shows that an outlet's markup has changed."""


@dataclass
class Tally:
    """The stored articles of a run: fill rates, rules of the bodies, the newest."""

    articles: int = 0
    filled: Counter[str] = field(default_factory=Counter)
    body_sources: Counter[str] = field(default_factory=Counter)
    times: Counter[datetime] = field(default_factory=Counter)
    contradicted: Counter[str] = field(default_factory=Counter)

    def add(self, article: Article, count: int = 1) -> None:
        """Count `article`; with a `count` of -1, take it out again."""
        self.articles += count
        for name in FILLED:
            self.filled[name] += count if getattr(article, name) else 0
        self.body_sources[article.body_source or "unknown"] += count
        for name in article.contradicted:
            self.contradicted[name] += count
        if article.published_at:
            self.times[article.published_at] += count

    @property
    def newest(self) -> datetime | None:
        """The latest time of publication; None without any."""
        return max(+self.times, default=None)

    def fill_rates(self) -> list[dict[str, Any]]:
        rates = ((name, self.filled[name] / self.articles) for name in FILLED if self.articles)
        return [{"field": name, "rate": rate} for name, rate in rates]

    def shares(self) -> list[dict[str, Any]]:
        counts = sorted((+self.body_sources).items())
        return [{"source": name, "share": count / self.articles} for name, count in counts]


class RunManifest:
    """Counts outcomes by Scrapy's signals, and writes the run's row when the spider closes."""

    def __init__(self, stats: StatsCollector, output_dir: str, run_id: str) -> None:
        self.stats = stats
        self.output_dir = output_dir
        self.run_id = run_id
        self.tally = Tally()
        self.started_at = clock.now()
        self.command = CRAWL
        stats.set_value("wartatek/run_id", run_id)

    @classmethod
    def from_crawler(cls, crawler: Crawler) -> Self:
        run_id = crawler.settings["RUN_ID"] or new_run_id()
        manifest = cls(crawler.stats, crawler.settings["OUTPUT_DIR"], run_id)
        connect = crawler.signals.connect
        connect(manifest.item_scraped, signal=signals.item_scraped)
        connect(manifest.item_dropped, signal=signals.item_dropped)
        connect(manifest.item_error, signal=signals.item_error)
        connect(manifest.spider_error, signal=signals.spider_error)
        connect(manifest.spider_closed, signal=signals.spider_closed)
        return manifest

    def item_scraped(self, item: Article) -> None:
        self.tally.add(item)

    def item_dropped(self, exception: Exception, item: Article | None = None) -> None:
        if isinstance(exception, Withdrawn):
            if exception.before:
                self.stats.inc_value(f"wartatek/rejected/{exception.before}", -1)
            elif item:
                self.tally.add(item, -1)
        if isinstance(exception, Rejected):
            gone = exception.reason == "gone"  # the outlet withdrew the page; we reject nothing
            self.stats.inc_value(
                "wartatek/gone" if gone else f"wartatek/rejected/{exception.reason}"
            )

    def item_error(self) -> None:
        self.stats.inc_value("wartatek/failed/pipeline_error")

    def spider_error(self, failure: Failure, response: Response) -> None:
        """Count a bug in a callback, or note an unusable state, of which no errback hears."""
        if failure.check(sqlite3.Error):  # type: ignore[no-untyped-call]
            self.stats.set_value("wartatek/state_error", failure.getErrorMessage())
        if response.request and "waiting" in response.request.cb_kwargs:
            self.stats.inc_value("wartatek/failed/callback_error")

    def spider_closed(self, spider: Spider, reason: str) -> None:
        outcomes = Outcomes(self.stats.get_stats())
        unfinished = outcomes.count("listed") + outcomes.count("resumed") - outcomes.settled
        if unfinished > 0:  # after a time limit or a signal; the next run asks for these
            self.stats.inc_value("wartatek/failed/unfinished", unfinished)
            outcomes = Outcomes(self.stats.get_stats())
        past = isinstance(spider, NewsSpider) and spider.window.past
        self.command = BACKFILL if past else CRAWL
        judgement, detail = outcomes.judgement(interrupted=reason == "shutdown", past=past)
        self._judge(judgement, detail)
        if judgement == "healthy" and isinstance(spider, NewsSpider):
            judgement, detail = self._judge_first(spider, reason, detail)
        if judgement == "healthy" and isinstance(spider, NewsSpider) and spider.is_routine:
            now = clock.now()
            runs = [*history(self.output_dir, spider.name, now), self.row(outcomes)]
            if found := shortcomings(runs, now):
                judgement, detail = "unhealthy", "; ".join(found)
                self._judge(judgement, detail)
        logger.info("%s is %s: %s (%s)", spider.name, judgement, detail, reason)
        writer = Writer(self.output_dir, self.run_id)
        writer.write("runs", spider.name, self.row(outcomes))
        try:
            writer.flush()
            publish_description(self.output_dir)
        except OSError as error:
            self.stats.set_value("wartatek/judgement", "unhealthy")
            self.stats.set_value("wartatek/detail", f"cannot store: {error}")

    def _judge_first(self, spider: NewsSpider, reason: str, detail: str) -> tuple[str, str]:
        """Judge a run by fixed floors, which need no earlier run; return judgement and reason."""
        judgement, has_rule = "healthy", bool(spider.rules().body)
        waiting = self.stats.get_value("wartatek/waiting", 0)
        wrong = contradiction(self.tally.contradicted, self.tally.articles)
        for name, count in self.tally.contradicted.items():
            self.stats.set_value(f"wartatek/contradicted/{name}", count)
        if found := rule_shortcoming(self.tally.body_sources, has_rule=has_rule):
            judgement, detail = "unhealthy", found
        elif wrong and wrong.often:
            judgement, detail = "unhealthy", wrong.detail
        elif reason == "closespider_timeout" and waiting and not self.tally.articles:
            judgement = "unhealthy"
            detail = f"its time limit ended the run, nothing is stored, and {waiting} articles wait"
        elif self.tally.articles and not has_rule:
            detail += "; no rule of its own for bodies, which are not judged"
        if wrong and wrong.detail not in detail:
            detail += f"; {wrong.detail}"
        self._judge(judgement, detail)
        return judgement, detail

    def _judge(self, judgement: str, detail: str) -> None:
        self.stats.set_value("wartatek/judgement", judgement)
        self.stats.set_value("wartatek/detail", detail)

    def row(self, outcomes: Outcomes) -> dict[str, Any]:
        stats = outcomes.stats
        return {
            "run_id": self.run_id,
            "command": self.command,
            "started_at": self.started_at,
            "finished_at": clock.now(),
            "seconds": stats.get("elapsed_time_seconds"),
            **{name: outcomes.count(name) for name in COUNTED},
            **{
                f"{name}_by": counted(filter(itemgetter(1), outcomes.by(name).items()))
                for name in BY_REASON
            },
            "not_modified": int(stats.get("downloader/response_status_count/304", 0)),
            "bytes": int(stats.get("downloader/response_bytes", 0)),
            "newest_published_at": self.tally.newest,
            "fill_rates": self.tally.fill_rates(),
            "body_sources": self.tally.shares(),
            "source_problems": outcomes.source_problems(),
            "quarantined": list(outcomes.by("quarantined")),
            "versions": versions(),
            "judgement": stats["wartatek/judgement"],
            "detail": stats["wartatek/detail"],
        }
