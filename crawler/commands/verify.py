"""`scrapy verify`: does the dataset keep its contract?"""

from __future__ import annotations

from typing import TYPE_CHECKING

from crawler.command import UNHEALTHY
from crawler.maintenance import MaintenanceCommand
from output.verification import verify

if TYPE_CHECKING:
    import argparse


class Command(MaintenanceCommand):
    def syntax(self) -> str:
        return "[options]"

    def process_options(self, args: list[str], opts: argparse.Namespace) -> None:
        super().process_options(args, opts)
        if args:
            self.complain("it takes no arguments: it checks the whole dataset")

    def short_desc(self) -> str:
        return "Check every file and row of the dataset; exit 1 with findings"

    def run(self, args: list[str], opts: argparse.Namespace) -> None:
        findings = verify(self.location)
        for path, what in findings:
            print(f"{path}: {what}")
        print(f"{self.location}: {len(findings) or 'no'} findings")
        self.exitcode = UNHEALTHY if findings else 0
