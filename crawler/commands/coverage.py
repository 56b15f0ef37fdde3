"""`scrapy coverage OUTLET ... --since=2023-09-01`: what is stored of each day, and why not more."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

from crawler.arguments import ArgumentError, Arguments
from crawler.coverage import coverage
from crawler.maintenance import MaintenanceCommand
from crawler.memory import Memory

if TYPE_CHECKING:
    import argparse

DAYS = 30


class Command(MaintenanceCommand):
    def short_desc(self) -> str:
        return "Say of each day how many articles were listed and stored, and why not more"

    def add_options(self, parser: argparse.ArgumentParser) -> None:
        super().add_options(parser)
        first = datetime.now(UTC).date() - timedelta(days=DAYS)
        since = first.isoformat()
        parser.add_argument("--since", metavar="DAY", default=since, help=f"default: {since}")
        parser.add_argument("--until", metavar="DAY", help="the last day, in WIB; default: today")

    def process_options(self, args: list[str], opts: argparse.Namespace) -> None:
        super().process_options(args, opts)
        given = {"since": opts.since, "until": opts.until}
        try:
            self.window = Arguments.of({n: day for n, day in given.items() if day}).window
        except ArgumentError as error:
            self.complain(str(error))

    def run(self, args: list[str], opts: argparse.Namespace) -> None:
        assert self.settings is not None
        with Memory.of(self.settings, "").state as state:
            days = [
                {
                    "outlet": outlet,
                    "day": day.day.isoformat(),
                    "listed": day.listed,
                    "stored": day.stored,
                    "missing": day.listed - day.stored,
                    "why": day.why,
                }
                for outlet in args or self.stored()
                for day in coverage(state, outlet, self.window)
            ]
        self.show(days, ("outlet", "day", "listed", "stored", "missing", "why"))
