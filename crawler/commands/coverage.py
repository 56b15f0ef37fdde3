"""`scrapy coverage OUTLET ... --since=2023-09-01`: articles listed and stored, day by day."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

from crawler.state.coverage import coverage, elsewhere, folded, summed
from crawler.state.index import DatasetIndex
from crawler.terminal.maintenance import MaintenanceCommand
from crawler.wording import mark, tr
from output import clock

if TYPE_CHECKING:
    import argparse

DAYS = 30
COUNTS = ("listed", "stored", "missing")
OTHERS = mark("other days")
"""The day of articles that wait and are of none of the days shown, or of no known day."""


class Command(MaintenanceCommand):
    def short_desc(self) -> str:
        return tr(
            "Count the articles listed and stored per day, and those that are missing, by reason"
        )

    def long_desc(self) -> str:
        return tr(
            "Count the articles listed and stored, and those that are missing, by reason: a line"
            " for each outlet, or for each day of the named outlets. Articles that wait say until"
            " when and why, of other days too. --json has every day, and null for other days."
        )

    def add_options(self, parser: argparse.ArgumentParser) -> None:
        super().add_options(parser)
        first = clock.now().date() - timedelta(days=DAYS)
        since = first.isoformat()
        parser.add_argument(
            "--since", metavar="DAY", default=since, help=tr("default: {since}", since=since)
        )
        parser.add_argument(
            "--until", metavar="DAY", help=tr("the last day, in WIB; default: today")
        )

    def process_options(self, args: list[str], opts: argparse.Namespace) -> None:
        super().process_options(args, opts)
        self.days = self.window(opts)

    def work(self, args: list[str], opts: argparse.Namespace) -> None:
        assert self.settings is not None
        with DatasetIndex.of(self.settings) as index:
            names = args or self.stored()
            days = {name: coverage(index, name, self.days) for name in names}
            others = {name: elsewhere(index, name, self.days) for name in names}
        if self.json:
            rows, column = {name: [day.row() for day in of] for name, of in days.items()}, "day"
        elif args:
            rows, column = {name: [*folded(of)] for name, of in days.items()}, "day"
        else:
            rows, column = {name: [summed(of)] for name, of in days.items()}, "days"
        for name, row in others.items():
            if row:
                rows[name].append({column: None if self.json else tr(OTHERS)} | row)
        named = [{"outlet": name} | row for name, of in rows.items() for row in of]
        if len(named) > 1 and not self.json:
            counts = {name: sum(row[name] or 0 for row in named) for name in COUNTS}
            named.append({"outlet": tr("total"), column: "", "why": ""} | counts)
        self.show(named, ("outlet", column, "listed", "stored", "missing", "why"))
