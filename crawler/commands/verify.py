"""`scrapy verify`: hold the dataset to the contract of docs/dataset.md."""

from __future__ import annotations

import sqlite3
from pathlib import Path
from typing import TYPE_CHECKING

from crawler.archive.check import losses
from crawler.archive.writer import ARCHIVE, OPEN
from crawler.state.check import disagreements
from crawler.state.database import FILE, StateError
from crawler.state.index import DatasetIndex
from crawler.terminal.base import NO_ARGUMENTS
from crawler.terminal.exit_codes import UNHEALTHY
from crawler.terminal.maintenance import MaintenanceCommand
from crawler.wording import tr
from output.filesystem import Root
from output.verification import Finding, verify

if TYPE_CHECKING:
    import argparse


class Command(MaintenanceCommand):
    def syntax(self) -> str:
        return NO_ARGUMENTS

    def short_desc(self) -> str:
        return tr("Check every file and row of the dataset")

    def long_desc(self) -> str:
        return tr(
            "Check every file and row of the dataset, and against them the archive's files and"
            " state.db; exit 0 sound, 1 with findings, 2 usage"
        )

    def work(self, args: list[str], opts: argparse.Namespace) -> None:
        with self.waiting(tr("verifying the dataset")):
            findings = [*verify(self.location), *self._of_the_archive(), *self._of_the_state()]
        for path, what in findings:
            self.say(f"{path}: {what}", always=True, path=path, finding=what)
        if not self.json:
            self.say(
                tr(
                    "{location}: {value} findings",
                    location=self.location,
                    value=len(findings) or "no",
                )
            )
        self.exitcode = UNHEALTHY if findings else 0

    def _of_the_archive(self) -> list[Finding]:
        folder = Path(self._state_folder, OPEN)
        growing = {f"{ARCHIVE}/{path.relative_to(folder)}" for path in folder.rglob("*.warc.gz")}
        return list(losses(Root(self.location), growing))

    @property
    def _state_folder(self) -> str:
        assert self.settings is not None
        return str(self.settings["STATE_DIR"] or self.location)

    def _of_the_state(self) -> list[Finding]:
        """Return the findings on the state; empty where no state exists."""
        assert self.settings is not None
        if "://" in self._state_folder or not Path(self._state_folder, FILE).exists():
            return []
        try:
            with DatasetIndex.of(self.settings, thorough=True) as index:
                return list(disagreements(index))
        except (StateError, sqlite3.Error) as error:
            return [Finding(FILE, str(error))]
