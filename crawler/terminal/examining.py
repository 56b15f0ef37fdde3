"""The base of commands that examine outlets and store nothing; outside commands/, as base.py."""

from __future__ import annotations

import sqlite3
from typing import TYPE_CHECKING, Any

from rich.console import Console

from crawler.outlets.examiner import examiner_of
from crawler.outlets.registry import stateless_stages
from crawler.state.database import StateError
from crawler.state.index import DatasetIndex
from crawler.state.refusals import Refusals
from crawler.terminal.base import print_table, tabulate
from crawler.terminal.crawling import CrawlingCommand
from crawler.wording import tr
from output import clock

if TYPE_CHECKING:
    import argparse
    from collections.abc import Iterable
    from datetime import datetime

    from scrapy.crawler import Crawler
    from scrapy.settings import BaseSettings

    from crawler.outlets.examination import Examination

COLUMNS = "source status items newest articles body time wall".split()
WIDE = 120
"""Characters of a terminal with room for a column of walls; in a narrower one, the wall is in a
line below its source."""
TIME_LIMIT = 240
"""Seconds for an outlet: eight at a time, all of them end in 15 minutes even if no host answers."""


class ExaminingCommand(CrawlingCommand):
    """A command that examines outlets.

    `own`: the settings of the user's own dataset; `refusals`: of the state there.
    """

    own: BaseSettings
    refusals: Refusals

    def process_options(self, args: list[str], opts: argparse.Namespace) -> None:
        assert self.settings is not None
        self.own = self.store_nowhere(opts)  # known articles are fetched again
        super().process_options(args, opts)
        self.settings.set("ITEM_PIPELINES", stateless_stages(self.settings), priority="cmdline")
        self.settings.set("CLOSESPIDER_TIMEOUT", TIME_LIMIT, priority="cmdline")
        try:
            index = DatasetIndex.of(self.own)
        except (StateError, sqlite3.Error, OSError) as error:
            self.complain(tr("STATE_DIR: {error}", error=error))
        self.refusals = Refusals(index.db, index.clock)

    def examiner(self, name: str) -> tuple[Crawler, Examination]:
        """Return a crawler that examines the outlet `name`, and the findings that it fills."""
        spider = examiner_of(self.outlets()[name], self.refusals)
        return self._create_crawler(spider), spider.examination

    def show_sources(self, examinations: Iterable[Examination]) -> None:
        """Print the table of sources, and below it what was found in place of what is declared."""
        examinations = list(examinations)
        now = clock.now()
        rows = [row for each in examinations for row in each.rows(now)]
        if self.json:
            self.show(rows, COLUMNS)
        elif rows and not self.quiet:
            console = Console()
            narrow = console.is_terminal and console.width < WIDE
            lines = [line for each in examinations for line in lines_of(each, now, narrow=narrow)]
            table = tabulate(lines, [name for name in COLUMNS if not (narrow and name == "wall")])
            table.columns[0].no_wrap = False  # 80 columns have no room for every URL in a line
            print_table(table)
        for each in examinations:
            for line in each.notes():
                self.say(f"{each.outlet}: {line}")
            if proposals := each.proposals():
                self.say(
                    tr(
                        "{outlet}: works and is not declared, to paste into `sources`:",
                        outlet=each.outlet,
                    )
                )
                self.say("\n".join(f"        {line}" for line in proposals))


def lines_of(examination: Examination, now: datetime, *, narrow: bool) -> list[dict[str, Any]]:
    """Return the lines of a table for a terminal: the outlet, and below it the sources.

    :param narrow: walls are in lines of their own
    """
    empty = dict.fromkeys(COLUMNS, "")
    judgement = "unhealthy" if examination.problem else "healthy"
    lines = [empty | {"source": examination.outlet, "judgement": judgement}]
    for row in examination.rows(now):
        lines.append(row | {"source": f"  {row['name']}"})
        if narrow and row["wall"]:
            lines.append(empty | {"source": f"    {row['wall']}", "judgement": row["judgement"]})
    return lines
