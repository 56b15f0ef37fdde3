"""`scrapy coverage OUTLET ... --since=2023-09-01`: articles listed and stored, day by day."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING, Any

from crawler.state.coverage import coverage, folded, summed
from crawler.state.index import DatasetIndex
from crawler.terminal.maintenance import MaintenanceCommand
from output import clock

if TYPE_CHECKING:
    import argparse
    from collections.abc import Iterable, Mapping

DAYS = 30


class Command(MaintenanceCommand):
    def short_desc(self) -> str:
        return "Count the articles listed and stored per day, and those that are missing, by reason"

    def long_desc(self) -> str:
        return (
            "Count the articles listed and stored, and those that are missing, by reason: a line"
            " for each outlet, or for each day of the named outlets. --json always has every day."
        )

    def add_options(self, parser: argparse.ArgumentParser) -> None:
        super().add_options(parser)
        first = clock.now().date() - timedelta(days=DAYS)
        since = first.isoformat()
        parser.add_argument("--since", metavar="DAY", default=since, help=f"default: {since}")
        parser.add_argument("--until", metavar="DAY", help="the last day, in WIB; default: today")

    def process_options(self, args: list[str], opts: argparse.Namespace) -> None:
        super().process_options(args, opts)
        self.days = self.window(opts)

    def run(self, args: list[str], opts: argparse.Namespace) -> None:
        assert self.settings is not None
        with DatasetIndex.of(self.settings) as index:
            days = {name: coverage(index, name, self.days) for name in args or self.stored()}
        if self.json:
            self._show("day", {name: (day.row() for day in of) for name, of in days.items()})
        elif args:
            self._show("day", {name: folded(of) for name, of in days.items()})
        else:
            self._show("days", {name: [summed(of)] for name, of in days.items()})

    def _show(self, column: str, rows: Mapping[str, Iterable[dict[str, Any]]]) -> None:
        named = ({"outlet": name} | row for name, of in rows.items() for row in of)
        self.show(named, ("outlet", column, "listed", "stored", "missing", "why"))
