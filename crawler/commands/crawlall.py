"""`scrapy crawlall`: every outlet that may be crawled, in one process."""

from __future__ import annotations

import asyncio
import contextlib
import sqlite3
import sys
from typing import TYPE_CHECKING, cast

from scrapy.settings import SETTINGS_PRIORITIES

from crawler.outlets.registry import CRAWLED
from crawler.runs.schedule import lanes, share
from crawler.sources.window import Arguments
from crawler.state.locks import HeldError, Lock, locked, place_of_locks
from crawler.state.regroup import regroup
from crawler.terminal.crawling import CrawlingCommand
from crawler.terminal.exit_codes import HELD, UNHEALTHY
from crawler.terminal.progress import CRASHED, NOT_REACHED, OutcomeTable, Progress, outcomes_of
from crawler.wording import mark, tr
from output.compaction import compact
from output.extras import MissingExtraError, needed
from output.verification import READ_ERRORS
from output.writer import new_run_id

if TYPE_CHECKING:
    import argparse
    from collections.abc import Iterator, Mapping

    from scrapy.crawler import AsyncCrawlerProcess, Crawler

    from crawler.spider import NewsSpider

SIGNAL, TIMEOUT, NETWORK = mark("a signal"), "RUN_TIMEOUT", mark("the network")
UNREACHED_ENOUGH = 5
"""Outlets that could not be reached, in a run that reached none: no further outlet is begun."""
NOT_BEGUN = {
    SIGNAL: (mark("interrupted"), mark("not begun")),
    NETWORK: NOT_REACHED,
    TIMEOUT: ("unhealthy", mark("not begun when RUN_TIMEOUT ended the run")),
}
"""Judgement and detail of outlets that were not crawled, by the event that ended the run."""


class Command(CrawlingCommand):
    def syntax(self) -> str:
        return "[options] [OUTLET ...]"

    def short_desc(self) -> str:
        return tr("Crawl every outlet that may be crawled, or those named")

    def long_desc(self) -> str:
        return tr(
            "Crawl every outlet that may be crawled, or those named, and end with a table. -a"
            " since=2023-09-01 -a until=2023-09-30 walks the past; -o 'x/%(name)s.jsonl' exports"
            " each. Exit 0 all healthy (an outlet without a list of those days, or with a"
            " Crawl-delay of over 120 s, is no failure unless named alone), 1 one is unhealthy, 2"
            " usage, 75 other runs hold all of them or a signal ended this one."
        )

    def add_options(self, parser: argparse.ArgumentParser) -> None:
        super().add_options(parser)
        parser.add_argument(
            "--shard", metavar="I/N", help=tr("only the outlets of crawl host I of N, e.g. 2/5")
        )

    def process_options(self, args: list[str], opts: argparse.Namespace) -> None:
        super().process_options(args, opts)
        assert self.settings is not None
        if "urls" in opts.spargs:
            self.complain(
                tr("urls names the articles of one outlet: scrapy crawl OUTLET -a urls=FILE")
            )
        self.share = self.shard(opts.shard) if opts.shard else (1, 1)
        self.settings.set("RUN_ID", new_run_id(), priority="cmdline")
        if (self.settings.getpriority("LOG_LEVEL") or 0) < SETTINGS_PRIORITIES["cmdline"]:
            # Every step of thirty outlets would bury the progress line.
            self.settings.set("LOG_LEVEL", "WARNING", priority="cmdline")
        self.claim_dataset()

    def _names(self, args: list[str], outlets: Mapping[str, type[NewsSpider]]) -> list[str]:
        """Return the names of the outlets to crawl on this host."""
        ours = share({n: o.allowed_domains for n, o in outlets.items()}, *self.share)
        wanted = dict.fromkeys(args) or [n for n, o in outlets.items() if o.status in CRAWLED]
        names = [name for name in wanted if name in ours]
        assert self.settings is not None
        for file in self.settings.getdict("FEEDS"):
            if len(names) > 1 and "%(name)s" not in str(file):
                self.complain(
                    tr("outlets cannot share {file}: put %(name)s into its name", file=file)
                )
        return names

    def work(self, args: list[str], opts: argparse.Namespace) -> None:
        outlets = self.outlets()
        names = self._names(args, outlets)
        self.crawlers: dict[str, Crawler] = {}
        self.elsewhere: list[str] = []
        self.ended_by = ""
        domains = {name: outlets[name].allowed_domains for name in names}
        loop = asyncio.get_event_loop()
        crawling = loop.create_task(self._crawl(lanes(domains), opts.spargs))
        self.process.start(stop_after_crawl=False)
        if crawling.done():
            crawling.result()
        else:
            self.ended_by = SIGNAL
        ours_now = {n: self.crawlers.get(n) for n in names if n not in self.elsewhere}
        absent = NOT_BEGUN.get(self.ended_by, CRASHED)
        table = OutcomeTable(ours_now, absent, alone=len(set(args)) == 1)
        self.show_outcomes(table)
        table.complain()
        self.exitcode = HELD if names and not ours_now else table.exit_code
        self.write_metrics()
        if self.ended_by != SIGNAL:
            self._tell(table)

    def _tell(self, table: OutcomeTable) -> None:
        """Tell the watches what is new."""
        from crawler.runs.watch.book import book_path

        assert self.settings is not None
        if not book_path(self.settings).exists():
            return
        try:
            with (
                needed(),
                self._excused(tr("the watches are not told")),
                locked(place_of_locks(self.settings), "watch"),
            ):
                from crawler.runs.watch import news  # loads the search index

                judged = {name: (said, why) for name, (said, why) in table.judged.items()}
                _, problems = news.look(self.settings, judged)
                for problem in problems:
                    print(problem, file=sys.stderr)
        except MissingExtraError as error:
            print(tr("the watches are not told: {error}", error=error), file=sys.stderr)
            self.exitcode = self.exitcode or UNHEALTHY
        except HeldError as error:
            print(error, file=sys.stderr)

    @property
    def process(self) -> AsyncCrawlerProcess:
        return cast("AsyncCrawlerProcess", self.crawler_process)

    async def _crawl(self, lanes: list[list[str]], arguments: dict[str, str]) -> None:
        """Crawl the lanes in parallel, then stop the reactor."""
        from twisted.internet import reactor  # Scrapy has installed it by now

        total = sum(map(len, lanes))
        try:
            with Progress(self.crawlers, total, sys.stderr, quiet=self.quiet):
                await self._crawl_lanes(lanes, arguments)
            self._tidy_up()
        finally:
            with contextlib.suppress(RuntimeError):  # a signal has stopped the reactor already
                reactor.stop()  # type: ignore[misc]

    async def _crawl_lanes(self, lanes: list[list[str]], arguments: dict[str, str]) -> None:
        assert self.settings is not None
        gate = asyncio.Semaphore(self.settings.getint("PARALLEL_OUTLETS"))
        limit = self.settings.getfloat("RUN_TIMEOUT")
        if Arguments.of(arguments).window.past:
            limit = 0
        work = asyncio.gather(*(self._lane(lane, gate, arguments) for lane in lanes))
        await asyncio.wait([work], timeout=limit or None)
        if not work.done():
            self.ended_by = TIMEOUT
            await self.process.stop()
        await work

    def _tidy_up(self) -> None:
        assert self.settings is not None
        if not self.ended_by:
            with self._excused(tr("stories are not grouped")):
                regroup(self.settings)

    async def _lane(
        self, names: list[str], gate: asyncio.Semaphore, arguments: dict[str, str]
    ) -> None:
        for name in names:
            async with gate:
                if self.ended_by:
                    return
                try:
                    with await self._lock(name):
                        self.finish_takedowns(name)
                        await self._crawl_one(name, arguments)
                except HeldError as error:
                    self.elsewhere.append(name)
                    print(error, file=sys.stderr)
                except OSError as error:  # from the lock's file
                    print(f"{name}: {error}", file=sys.stderr)

    async def _lock(self, name: str) -> Lock:
        """Return the lock of `name` once taken; other outlets go on meanwhile."""
        assert self.settings is not None
        lock = Lock(place_of_locks(self.settings), name)
        for pause in lock.attempts():
            await asyncio.sleep(pause)
        return lock

    async def _crawl_one(self, name: str, arguments: dict[str, str]) -> None:
        assert self.settings is not None
        crawler = self.crawlers[name] = self._create_crawler(name)
        await asyncio.wait([self.process.crawl(crawler, **arguments)])
        outcomes = [outcomes_of(each) for each in self.crawlers.values()]
        unreached = sum(bool(one.unreached) for one in outcomes if one.has_ended)
        if unreached >= UNREACHED_ENOUGH and not any(one.is_answered for one in outcomes):
            self.ended_by = self.ended_by or NETWORK  # those at work end by themselves
            return
        stats = crawler._stats
        if stats and stats.get_value("finish_reason") == "shutdown":  # a signal came
            self.ended_by = self.ended_by or SIGNAL
            return
        over = self.settings.getint("COMPACT_OVER")
        with self._excused(tr("{name} is not compacted", name=name)):
            compact(self.settings["OUTPUT_DIR"], name, more_than=over)

    @contextlib.contextmanager
    def _excused(self, what: str) -> Iterator[None]:
        """Print an error of the dataset or the state instead of raising; the next run repairs."""
        try:
            yield
        except (*READ_ERRORS, sqlite3.Error) as error:
            print(f"{what}: {error}", file=sys.stderr)
