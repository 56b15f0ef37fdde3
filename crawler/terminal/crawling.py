"""The base of commands that crawl; outside commands/, as crawler/terminal/base.py."""

from __future__ import annotations

import atexit
import shutil
import sqlite3
import sys
from contextlib import contextmanager
from difflib import get_close_matches
from tempfile import mkdtemp
from typing import TYPE_CHECKING

import pyarrow as pa
from scrapy.commands import BaseRunSpiderCommand
from scrapy.utils.conf import arglist_to_dict

from crawler.archive.retention import allowance
from crawler.archive.takedown import finish_takedowns
from crawler.manners import ContactError, check_contact, loopback
from crawler.outlets.registry import load_spiders
from crawler.sources.window import ArgumentError, Arguments
from crawler.state.database import StateError
from crawler.state.index import DatasetIndex
from crawler.state.locks import locked, place_of_locks
from crawler.terminal.base import TerminalCommand
from crawler.wording import tr
from output import clock
from output.filesystem import check_writable
from output.origin import OriginError, claim
from output.verification import READ_ERRORS

if TYPE_CHECKING:
    import argparse
    from collections.abc import Iterator

    from scrapy.settings import BaseSettings

    from crawler.spider import NewsSpider
    from crawler.terminal.progress import OutcomeTable


class CrawlingCommand(TerminalCommand, BaseRunSpiderCommand):
    """A command whose arguments are outlets.

    :cvar asks_outlets: False where no request goes out, so that no contact is needed
    """

    asks_outlets = True

    requires_crawler_process = True

    def process_options(self, args: list[str], opts: argparse.Namespace) -> None:
        super().process_options(args, opts)
        assert self.settings is not None
        if opts.quiet and not opts.loglevel:
            self.settings.set("LOG_LEVEL", "ERROR", priority="cmdline")
        try:
            Arguments.of(opts.spargs)
        except ArgumentError as error:
            self.complain(str(error))
        for name in args:
            self.check_outlet(name)
        if self.settings["NEWSROOM"]:
            try:
                loopback(self.settings["NEWSROOM"])
            except ValueError as error:
                self.complain(str(error))
        elif self.asks_outlets:
            self.check_contact()
        try:
            if keep := self.settings["ARCHIVE_KEEP"]:
                allowance(keep)
        except ValueError as error:
            self.complain(str(error))
        try:
            check_writable(self.settings["OUTPUT_DIR"])
        except OSError as error:
            self.complain(tr("OUTPUT_DIR: {error}", error=error))
        try:
            DatasetIndex.of(self.settings).close()
        except (StateError, sqlite3.Error) as error:
            self.complain(tr("STATE_DIR: {error}", error=error))

    def claim_dataset(self) -> None:
        """Record what the dataset is crawled from, or complain of a dataset of the other origin."""
        assert self.settings is not None
        try:
            claim(self.settings["OUTPUT_DIR"], "newsroom" if self.settings["NEWSROOM"] else "web")
        except (OriginError, OSError) as error:
            self.complain(str(error))

    def check_contact(self) -> None:
        """Complain of a missing CONTACT, and of a CONTACT to which no outlet can write."""
        assert self.settings is not None
        contact = self.settings["CONTACT"]
        try:
            check_contact(contact)
        except ContactError as error:
            wrong = f" ({error})" if contact else ""
            self.complain(
                tr(
                    "outlets must be able to write to you: set CONTACT, in the environment or with"
                    " -s CONTACT=, to your mail address or page{wrong}",
                    wrong=wrong,
                )
            )

    def store_nowhere(self, opts: argparse.Namespace) -> BaseSettings:
        """Let a crawl write to a folder that is removed at exit; return the settings until now."""
        assert self.settings is not None
        try:
            self.settings.setdict(arglist_to_dict(opts.set), priority="cmdline")
        except ValueError:
            self.complain(tr("-s takes NAME=VALUE"))
        opts.set = []  # which Scrapy would set again
        own = self.settings.copy()
        folder = mkdtemp(prefix="wartatek-")
        atexit.register(shutil.rmtree, folder, ignore_errors=True)
        for name, value in {"OUTPUT_DIR": folder, "STATE_DIR": "", "ARCHIVE": False}.items():
            self.settings.set(name, value, priority="cmdline")
        return own

    def show_outcomes(self, table: OutcomeTable) -> None:
        """Print the table at the end, unless articles go to the same place."""
        assert self.settings is not None
        if self.json:
            self.show(table.rows(), ())
        elif "stdout:" not in self.settings.getdict("FEEDS"):
            self.show(table.lines(), table.columns())

    def write_metrics(self) -> None:
        """Write the state of all outlets for Prometheus, or say why that cannot be."""
        from crawler.runs.metrics import write_metrics  # loads prometheus_client

        assert self.settings is not None
        try:
            write_metrics(self.settings, clock.now())
        except READ_ERRORS as error:
            print(tr("the metrics are not written: {error}", error=error), file=sys.stderr)

    @contextmanager
    def held(self, outlet: str) -> Iterator[None]:
        """Hold the lock of `outlet` for a crawl, and first finish takedowns that were killed.

        :raises HeldError: another run holds the lock.
        """
        assert self.settings is not None
        with locked(place_of_locks(self.settings), outlet):
            self.finish_takedowns(outlet)
            yield

    def finish_takedowns(self, outlet: str) -> None:
        """Finish the takedowns of `outlet`, whose lock is held, that a kill interrupted."""
        assert self.settings is not None
        try:
            finish_takedowns(self.settings, outlet)
        except (OSError, pa.ArrowException) as error:
            print(
                tr("{outlet}: a takedown is not finished yet: {error}", outlet=outlet, error=error),
                file=sys.stderr,
            )

    def outlets(self) -> dict[str, type[NewsSpider]]:
        """Return the spider class of each outlet by name, sorted by name."""
        assert self.settings is not None
        return load_spiders(self.settings)

    def check_outlet(self, name: str) -> None:
        """Complain of a name without an outlet, and of an outlet that may not be crawled."""
        assert self.settings is not None
        outlets = self.outlets()
        if name not in outlets:
            close = get_close_matches(name, outlets, n=1)
            hint = (
                tr("did you mean {close}?", close=close[0])
                if close
                else tr("`scrapy outlets` lists them")
            )
            self.complain(tr("there is no outlet {name}; {hint}", name=name, hint=hint))
        status = outlets[name].status
        if status == "refused":
            self.complain(tr("{name} is never crawled: its robots.txt refuses us", name=name))
        if status == "permission" and name not in self.settings.getlist("PERMITTED"):
            self.complain(
                tr(
                    "{name} asks not to be crawled without permission; once you have it, name the"
                    " outlet in the setting PERMITTED",
                    name=name,
                )
            )
