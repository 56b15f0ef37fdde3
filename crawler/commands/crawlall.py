"""`scrapy crawlall`: every outlet that may be crawled, in one process."""

from __future__ import annotations

import asyncio
import contextlib
import sqlite3
import sys
from typing import TYPE_CHECKING, cast

from scrapy.settings import SETTINGS_PRIORITIES

from crawler.arguments import Arguments
from crawler.command import HELD, UNHEALTHY, CrawlingCommand
from crawler.hosts import lanes, share
from crawler.locks import HeldError
from crawler.memory import regroup
from crawler.progress import COLUMNS, Progress, Report
from output.compaction import compact, remove_replaced
from output.verification import READ_ERRORS
from output.writer import new_run_id

if TYPE_CHECKING:
    import argparse
    from collections.abc import Iterator

    from scrapy.crawler import AsyncCrawlerProcess, Crawler

CRAWLED = ("verified", "modelled")
"""The outlets of these are crawled when none is named."""


class Command(CrawlingCommand):
    def syntax(self) -> str:
        return "[options] [OUTLET ...]"

    def short_desc(self) -> str:
        return "Crawl every outlet that may be crawled, or those named"

    def long_desc(self) -> str:
        return (
            "Crawl every outlet that may be crawled, or those named, and end with a table. -a"
            " since=2023-09-01 -a until=2023-09-30 walks the past. Exit 0 all healthy, 1 one is"
            " unhealthy, 2 usage, 75 other runs hold all of them."
        )

    def add_options(self, parser: argparse.ArgumentParser) -> None:
        super().add_options(parser)
        parser.add_argument(
            "--shard", metavar="I/N", help="only the outlets of crawl host I of N, e.g. 2/5"
        )

    def process_options(self, args: list[str], opts: argparse.Namespace) -> None:
        super().process_options(args, opts)
        assert self.settings is not None
        self.shard = self._shard(opts.shard) if opts.shard else (1, 1)
        self.settings.set("RUN_ID", new_run_id(), priority="cmdline")
        if (self.settings.getpriority("LOG_LEVEL") or 0) < SETTINGS_PRIORITIES["cmdline"]:
            # Thirty outlets' every step would bury the progress line.
            self.settings.set("LOG_LEVEL", "WARNING", priority="cmdline")

    def _shard(self, text: str) -> tuple[int, int]:
        number, _, hosts = text.partition("/")
        if not (number.isdecimal() and hosts.isdecimal() and 1 <= int(number) <= int(hosts)):
            self.complain(f"--shard {text} is nothing like 2/5, the second of five hosts")
        return int(number), int(hosts)

    def run(self, args: list[str], opts: argparse.Namespace) -> None:
        outlets = self.outlets()
        ours = share({n: o.allowed_domains for n, o in outlets.items()}, *self.shard)
        wanted = dict.fromkeys(args) or [n for n, o in outlets.items() if o.status in CRAWLED]
        names = [name for name in wanted if name in ours]
        self.crawlers: dict[str, Crawler] = {}
        self.elsewhere: list[str] = []
        self.stopping = False
        domains = {name: outlets[name].allowed_domains for name in names}
        loop = asyncio.get_event_loop()
        crawling = loop.create_task(self._crawl(lanes(domains), opts.spargs))
        self.process.start(stop_after_crawl=False)
        report = Report({n: self.crawlers.get(n) for n in names if n not in self.elsewhere})
        self.show(report.rows(), ("outlet", *COLUMNS, "seconds"))
        for name, detail in report.unhealthy.items():
            print(f"{name} is unhealthy: {detail}", file=sys.stderr)
        if not crawling.done() or report.unhealthy:
            self.exitcode = UNHEALTHY
        elif names and len(self.elsewhere) == len(names):
            self.exitcode = HELD

    @property
    def process(self) -> AsyncCrawlerProcess:
        return cast("AsyncCrawlerProcess", self.crawler_process)

    async def _crawl(self, lanes: list[list[str]], arguments: dict[str, str]) -> None:
        """Crawl the lanes side by side, then stop the reactor."""
        assert self.settings is not None
        gate = asyncio.Semaphore(self.settings.getint("PARALLEL_OUTLETS"))
        total = sum(map(len, lanes))
        limit = self.settings.getfloat("RUN_TIMEOUT")
        if Arguments.of(arguments).window.past:
            limit = 0
        with Progress(self.crawlers, total, sys.stderr, quiet=self.quiet):
            work = asyncio.gather(*(self._lane(lane, gate, arguments) for lane in lanes))
            await asyncio.wait([work], timeout=limit or None)
            if not work.done():
                await self._stop()
                await work
        with self._excused("merged files are not removed"):
            remove_replaced(self.settings["OUTPUT_DIR"], self.crawlers)
        if not self.stopping:
            with self._excused("stories are not grouped"):
                regroup(self.settings)
        from twisted.internet import reactor  # Scrapy has installed it by now

        with contextlib.suppress(RuntimeError):  # a signal has stopped it already
            reactor.stop()  # type: ignore[misc]

    async def _lane(
        self, names: list[str], gate: asyncio.Semaphore, arguments: dict[str, str]
    ) -> None:
        assert self.settings is not None
        for name in names:
            async with gate:
                if self.stopping:
                    return
                try:
                    with self.held(name):
                        await self._crawl_one(name, arguments)
                except HeldError as error:
                    self.elsewhere.append(name)
                    print(error, file=sys.stderr)

    async def _crawl_one(self, name: str, arguments: dict[str, str]) -> None:
        assert self.settings is not None
        crawler = self.crawlers[name] = self._create_crawler(name)
        await asyncio.wait([self.process.crawl(crawler, **arguments)])
        stats = crawler._stats
        if stats and stats.get_value("finish_reason") == "shutdown":  # a signal came
            self.stopping = True
            return
        over = self.settings.getint("COMPACT_OVER")
        with self._excused(f"{name} is not compacted"):
            compact(self.settings["OUTPUT_DIR"], name, more_than=over)

    @contextlib.contextmanager
    def _excused(self, what: str) -> Iterator[None]:
        """What cannot be done now, a later run will do; the files stand as they did."""
        try:
            yield
        except (*READ_ERRORS, sqlite3.Error) as error:
            print(f"{what}: {error}", file=sys.stderr)

    async def _stop(self) -> None:
        self.stopping = True
        await self.process.stop()
