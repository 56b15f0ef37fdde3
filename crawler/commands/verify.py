"""`scrapy verify`: does the dataset keep its contract?"""

from __future__ import annotations

from typing import TYPE_CHECKING

from crawler.command import UNHEALTHY
from crawler.maintenance import MaintenanceCommand
from crawler.terminal import NO_ARGUMENTS
from output.verification import verify

if TYPE_CHECKING:
    import argparse


class Command(MaintenanceCommand):
    def syntax(self) -> str:
        return NO_ARGUMENTS

    def short_desc(self) -> str:
        return "Check every file and row of the dataset"

    def long_desc(self) -> str:
        return "Check every file and row of the dataset; exit 0 sound, 1 with findings, 2 usage"

    def run(self, args: list[str], opts: argparse.Namespace) -> None:
        with self.waiting("verifying the dataset"):
            findings = verify(self.location)
        for path, what in findings:
            self.say(f"{path}: {what}", always=True, path=path, finding=what)
        if not self.json:
            self.say(f"{self.location}: {len(findings) or 'no'} findings")
        self.exitcode = UNHEALTHY if findings else 0
