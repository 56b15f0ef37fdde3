"""`scrapy compact [OUTLET ...]`: merge small files, group stories, and lift lines that recur."""

from __future__ import annotations

import argparse
import sqlite3
import sys
from typing import TYPE_CHECKING

from crawler.archive.takedown import finish_takedowns
from crawler.extraction.mentions.models import ModelError
from crawler.state.database import StateError
from crawler.state.locks import HeldError, locked, place_of_locks
from crawler.state.mentions import rebuild_mentions
from crawler.state.regroup import judge
from crawler.terminal.exit_codes import HELD, UNHEALTHY
from crawler.terminal.maintenance import MaintenanceCommand
from crawler.wording import tr
from output.compaction import compact
from output.filesystem import Root
from output.replacement import CannotExchangeError, finish_replacing, remove_marks
from output.schema import SCHEMAS
from output.verification import READ_ERRORS, foreign_files

if TYPE_CHECKING:
    from crawler.state.recurrence.table import Judgement


class Command(MaintenanceCommand):
    def short_desc(self) -> str:
        return tr("Merge small files, and group stories again")

    def long_desc(self) -> str:
        return tr(
            "Merge the small files of each outlet and month into one, and group stories again."
            " Exit 0 done, 1 a file is in the way, 2 usage, 75 other runs hold all outlets."
        )

    def add_options(self, parser: argparse.ArgumentParser) -> None:
        super().add_options(parser)
        parser.add_argument(
            "--upgrade",
            action=argparse.BooleanOptionalAction,
            default=True,
            help=tr("also rewrite files of older schema versions: the default"),
        )

    def work(self, args: list[str], opts: argparse.Namespace) -> None:
        assert self.settings is not None
        names = args or self.stored()
        judgement = self._judge(names) if names else None
        held = 0
        for name in self.steps("merging", names):
            try:
                with locked(place_of_locks(self.settings), name):
                    self._compact(name, judgement, upgrade=opts.upgrade)
            except HeldError as error:
                print(error, file=sys.stderr)
                held += 1
            except (OSError, sqlite3.Error) as error:
                self.complain(
                    tr(
                        "{name} is not compacted: {value}",
                        name=name,
                        value=getattr(error, "strerror", 0) or error,
                    )
                )
        if names and held == len(names):
            self.exitcode = HELD

    def _compact(self, outlet: str, judgement: Judgement | None, *, upgrade: bool) -> None:
        assert self.settings is not None
        remove_marks(Root(self.location), outlet)
        foreign = [f for table in SCHEMAS for f in foreign_files(self.location, table, outlet)]
        if foreign:
            for path, what in foreign:
                print(f"{path}: {what}", file=sys.stderr)
            self.exitcode = UNHEALTHY
            return
        finish_takedowns(self.settings, outlet)
        removed = finish_replacing(self.location, outlet)
        try:
            merges = compact(
                self.location, outlet, upgrade=upgrade, regrouped=True, evidence=judgement
            )
        except CannotExchangeError as error:
            print(error, file=sys.stderr)
            return
        try:
            rebuild_mentions(self.location, outlet)
        except ModelError as error:
            self.complain(
                tr("mentions/ of {outlet} is not rebuilt: {error}", outlet=outlet, error=error)
            )
        for merge in merges:
            repeated = (
                tr(", {dropped} that repeated others dropped", dropped=merge.dropped)
                if merge.dropped
                else ""
            )
            self.say(
                tr(
                    "{partition}: {files} files, now 1 of {rows} rows{repeated}",
                    partition=merge.partition,
                    files=merge.files,
                    rows=merge.rows,
                    repeated=repeated,
                ),
                **merge._asdict(),
            )
        if removed:
            said = tr(
                "{outlet}: removed {removed} files that had been merged",
                outlet=outlet,
                removed=removed,
            )
            self.say(said, outlet=outlet, removed=removed)

    def _judge(self, names: list[str]) -> Judgement | None:
        """Rewrite clusters/ and boilerplate/; return the lines to lift, None if that failed."""
        assert self.settings is not None
        try:
            found, judgement = judge(self.settings, self.stored(), names)
        except (*READ_ERRORS, StateError, sqlite3.Error) as error:
            print(
                tr("clusters/ and boilerplate/ are not rewritten: {error}", error=error),
                file=sys.stderr,
            )
            self.exitcode = UNHEALTHY
            return None
        said = tr(
            "clusters: {articles:,} articles tell {stories:,} stories",
            articles=found.articles,
            stories=found.stories,
        )
        self.say(said, articles=found.articles, stories=found.stories)
        lines = len(judgement.evidence.lines)
        if lines:
            self.say(tr("boilerplate: {lines:,} lines recur", lines=lines), lines=lines)
        return judgement
