"""`scrapy doctor`: what works, outlet by outlet, as this machine sees it."""

from __future__ import annotations

import asyncio
import contextlib
import sys
from typing import TYPE_CHECKING, cast

from scrapy.settings import SETTINGS_PRIORITIES

from crawler.outlets.registry import CRAWLED
from crawler.runs.schedule import lanes
from crawler.state.diagnoses import Diagnosis, add_diagnoses
from crawler.state.locks import HeldError, locked, place_of_locks
from crawler.terminal.examining import ExaminingCommand
from crawler.terminal.exit_codes import INTERRUPTED, UNHEALTHY
from crawler.terminal.progress import Progress
from crawler.wording import tr
from output import clock

if TYPE_CHECKING:
    import argparse

    from scrapy.crawler import AsyncCrawlerProcess, Crawler

    from crawler.outlets.examination import Examination


class Command(ExaminingCommand):
    def syntax(self) -> str:
        return "[options] [OUTLET ...]"

    def short_desc(self) -> str:
        return tr("Ask every outlet that may be crawled, and say what works")

    def long_desc(self) -> str:
        return tr(
            "Ask the sources of every outlet that may be crawled, or of those named, and two"
            " articles of each source, at the usual pace. Store no article, and end with a table:"
            " what each source lists, which part of it is articles, whether the outlet's own rules"
            " found body and time, and the wall in the way. The result is kept, and `scrapy"
            " outlets`, report and browse show it. Exit 0 all work, 1 one does not, 2 usage, 75 a"
            " signal ended it."
        )

    def process_options(self, args: list[str], opts: argparse.Namespace) -> None:
        super().process_options(args, opts)
        assert self.settings is not None
        if opts.spargs or opts.output or opts.overwrite_output:
            self.complain(tr("it takes outlets alone, no -a and no -o"))
        if (self.settings.getpriority("LOG_LEVEL") or 0) < SETTINGS_PRIORITIES["cmdline"]:
            self.settings.set("LOG_LEVEL", "ERROR", priority="cmdline")  # the table says the rest

    def work(self, args: list[str], opts: argparse.Namespace) -> None:
        outlets = self.outlets()
        names = list(dict.fromkeys(args)) or [n for n, o in outlets.items() if o.status in CRAWLED]
        self.crawlers: dict[str, Crawler] = {}
        self.found: dict[str, Examination] = {}
        self.elsewhere: list[str] = []
        examining = asyncio.get_event_loop().create_task(
            self._examine(lanes({name: outlets[name].allowed_domains for name in names}))
        )
        process = cast("AsyncCrawlerProcess", self.crawler_process)
        process.start(stop_after_crawl=False)
        if examining.done():
            examining.result()
        self._keep()
        self._tell(names)

    async def _examine(self, lanes: list[list[str]]) -> None:
        """Examine the lanes in parallel, then stop the reactor."""
        from twisted.internet import reactor  # Scrapy has installed it by now

        assert self.settings is not None
        room = asyncio.Semaphore(self.settings.getint("PARALLEL_OUTLETS"))
        try:
            with Progress(self.crawlers, sum(map(len, lanes)), sys.stderr, quiet=self.quiet):
                await asyncio.gather(*(self._lane(lane, room) for lane in lanes))
        finally:
            with contextlib.suppress(RuntimeError):  # a signal has stopped the reactor already
                reactor.stop()  # type: ignore[misc]

    async def _lane(self, names: list[str], room: asyncio.Semaphore) -> None:
        for name in names:
            async with room:
                try:
                    with locked(place_of_locks(self.own), name):  # else two runs ask one outlet
                        await self._examine_one(name)
                except (HeldError, OSError) as error:
                    self.elsewhere.append(name)
                    print(error, file=sys.stderr)

    async def _examine_one(self, name: str) -> None:
        process = cast("AsyncCrawlerProcess", self.crawler_process)
        crawler, examination = self.examiner(name)
        self.crawlers[name] = crawler
        await asyncio.wait([process.crawl(crawler)])
        stats = crawler._stats
        if stats and stats.get_value("finish_reason") not in (None, "shutdown"):
            self.found[name] = examination

    def _keep(self) -> None:
        """Keep the results beside the state, where other commands find them."""
        now = clock.now().isoformat(timespec="seconds")
        newsroom = bool(self.own["NEWSROOM"])
        results = {
            name: Diagnosis(each.problem is None, now, each.detail, newsroom)
            for name, each in self.found.items()
        }
        try:
            add_diagnoses(self.own, results)
        except OSError as error:
            print(tr("the result is not kept: {error}", error=error), file=sys.stderr)

    def _tell(self, names: list[str]) -> None:
        """Print the findings and set the exit code."""
        found = [self.found[name] for name in names if name in self.found]
        if self.json:
            for each in found:
                self.say("", **each.to_dict())
        else:
            self.show_sources(found)
        broken = [each for each in found if each.problem]
        summary = tr(
            "{found} of {count} outlets work", found=len(found) - len(broken), count=len(found)
        )
        reasons = [f"{each.outlet}: {each.problem}" for each in broken]
        if not self.json:
            self.say("\n".join([f"{summary}{tr('; they do not:') if broken else ''}", *reasons]))
        if len(found) + len(self.elsewhere) < len(names):
            self.exitcode = INTERRUPTED
        elif broken or not found:
            self.exitcode = UNHEALTHY
