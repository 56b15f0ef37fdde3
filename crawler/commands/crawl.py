"""`scrapy crawl OUTLET`: Scrapy's command, with an exit code by the outlet's health."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING

from crawler.state.locks import HeldError
from crawler.terminal.crawling import CrawlingCommand
from crawler.terminal.exit_codes import HELD
from crawler.terminal.progress import OutcomeTable
from crawler.wording import tr

if TYPE_CHECKING:
    import argparse


class Command(CrawlingCommand):
    def syntax(self) -> str:
        return "[options] OUTLET"

    def short_desc(self) -> str:
        return tr("Crawl one outlet, the present or the days between -a since= and -a until=")

    def long_desc(self) -> str:
        return tr(
            "Crawl one outlet: the present, or the past with -a since=2023-09-01"
            " -a until=2023-09-30; -a limit=100 stops after 100 pages, and -a urls=FILE asks"
            " for the articles that a file names, a URL a line, in place of the lists. Exit 0"
            " healthy, 1 unhealthy, without a list of those days, or put off for a Crawl-delay of"
            " over 120 s, 2 usage, 75 another run crawls it already or a signal ended this one."
        )

    def process_options(self, args: list[str], opts: argparse.Namespace) -> None:
        super().process_options(args, opts)
        if len(args) != 1:
            self.complain(tr("name one outlet; crawlall takes several"))
        self.claim_dataset()

    def work(self, args: list[str], opts: argparse.Namespace) -> None:
        [name] = args
        try:
            with self.held(name):
                self._crawl(name, opts.spargs)
        except HeldError as error:
            print(error, file=sys.stderr)
            self.exitcode = HELD

    def _crawl(self, name: str, arguments: dict[str, str]) -> None:
        assert self.crawler_process is not None
        crawler = self._create_crawler(name)
        self.crawler_process.crawl(crawler, **arguments)
        self.crawler_process.start()
        table = OutcomeTable({name: crawler}, alone=True)
        self.exitcode = table.exit_code
        self.write_metrics()
        self.show_outcomes(table)
        if not self.crawler_process.bootstrap_failed:  # else Scrapy has logged the reason
            table.complain()
