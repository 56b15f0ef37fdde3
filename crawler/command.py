"""What the commands that crawl share: every mistake is one clear line, and exit code 2.

Outside commands/, where Scrapy would take this class for a command.
"""

from __future__ import annotations

import sqlite3
import sys
from contextlib import contextmanager
from difflib import get_close_matches
from typing import TYPE_CHECKING, NoReturn, cast

import pyarrow as pa
from scrapy.commands import BaseRunSpiderCommand
from scrapy.exceptions import UsageError
from scrapy.spiderloader import get_spider_loader

from crawler.archive import allowance
from crawler.arguments import ArgumentError, Arguments
from crawler.locks import locked, place_of_locks
from crawler.memory import Memory
from crawler.state import StateError
from crawler.takedown import finish_takedowns
from output.filesystem import check_writable

if TYPE_CHECKING:
    import argparse
    from collections.abc import Iterator

    from crawler.spider import NewsSpider

UNHEALTHY, USAGE = 1, 2
HELD = 75  # EX_TEMPFAIL of sysexits.h: try again later


class CrawlingCommand(BaseRunSpiderCommand):
    """A command whose arguments are outlets."""

    requires_project = True

    def process_options(self, args: list[str], opts: argparse.Namespace) -> None:
        try:
            super().process_options(args, opts)
        except UsageError as error:
            self.complain(str(error))
        assert self.settings is not None
        if unknown := [arg for arg in args if arg.startswith("-")]:
            self.complain(f"unknown option {unknown[0]}")
        try:
            Arguments.of(opts.spargs)
        except ArgumentError as error:
            self.complain(str(error))
        for name in args:
            self.check_outlet(name)
        if not self.settings["CONTACT"] and not self.settings["NEWSROOM"]:
            self.complain(
                "outlets must be able to write to you: set CONTACT, in the environment or with"
                " -s CONTACT=, to your mail address or page"
            )
        try:
            if keep := self.settings["ARCHIVE_KEEP"]:
                allowance(keep)
        except ValueError as error:
            self.complain(str(error))
        try:
            check_writable(self.settings["OUTPUT_DIR"])
        except OSError as error:
            self.complain(f"OUTPUT_DIR: {error}")
        try:
            Memory.of(self.settings, "").state.close()
        except (StateError, sqlite3.Error) as error:
            self.complain(f"STATE_DIR: {error}")

    @contextmanager
    def held(self, outlet: str) -> Iterator[None]:
        """Hold `outlet` for a crawl; what a killed `forget` has left of it goes first.

        :raises HeldError: another run holds it.
        """
        assert self.settings is not None
        with locked(place_of_locks(self.settings), outlet):
            try:
                finish_takedowns(self.settings, outlet)
            except (OSError, pa.ArrowException) as error:
                print(f"{outlet}: a takedown is not finished yet: {error}", file=sys.stderr)
            yield

    def outlets(self) -> dict[str, type[NewsSpider]]:
        """All outlets by name."""
        assert self.settings is not None
        loader = get_spider_loader(self.settings)
        return {name: cast("type[NewsSpider]", loader.load(name)) for name in sorted(loader.list())}

    def check_outlet(self, name: str) -> None:
        """Complain of a name that is none, and of an outlet that we may not crawl."""
        assert self.settings is not None
        outlets = self.outlets()
        if name not in outlets:
            close = get_close_matches(name, outlets, n=1)
            hint = f"did you mean {close[0]}?" if close else "`scrapy outlets` lists them"
            self.complain(f"there is no outlet {name}; {hint}")
        status = outlets[name].status
        if status == "refused":
            self.complain(f"{name} is never crawled: its robots.txt refuses us")
        if status == "permission" and name not in self.settings.getlist("PERMITTED"):
            self.complain(
                f"{name} asks not to be crawled without permission; once you have it, name the"
                f" outlet in the setting PERMITTED"
            )

    def complain(self, problem: str) -> NoReturn:
        """One line, no usage block, exit code 2."""
        print(f"scrapy {type(self).__module__.rpartition('.')[2]}: {problem}", file=sys.stderr)
        raise SystemExit(USAGE)
