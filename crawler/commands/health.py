"""`scrapy health [OUTLET ...]`: the last crawl of each outlet, for people and for machines."""

from __future__ import annotations

from typing import TYPE_CHECKING

from crawler.runs.metrics import as_json, healths
from crawler.terminal.exit_codes import UNHEALTHY
from crawler.terminal.maintenance import MaintenanceCommand
from crawler.wording import tr

if TYPE_CHECKING:
    import argparse


class Command(MaintenanceCommand):
    def short_desc(self) -> str:
        return tr("Show how the last crawl of each outlet was judged, and the newest article")

    def long_desc(self) -> str:
        return tr(
            "Show each outlet's last crawl of the present: judgement, counts, the last healthy"
            " crawl and the newest article. --json prints an object a line. Exit 0 all healthy, 1"
            " an outlet is unhealthy, 2 usage. Every crawl also writes these figures to"
            " metrics/wartatek.prom beside the state, for Prometheus."
        )

    def work(self, args: list[str], opts: argparse.Namespace) -> None:
        rows = [as_json(row) for row in healths(self.location, args or None)]
        self.show(rows, ("outlet", "judgement", "started_at", "newest_published_at", "detail"))
        if not (rows or self.json):
            self.say(tr("no run of the present is in the dataset"))
        if any(row["judgement"] == "unhealthy" for row in rows):
            self.exitcode = UNHEALTHY
