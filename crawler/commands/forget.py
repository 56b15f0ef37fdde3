"""`scrapy forget URL|ARTICLE_ID ...`: take articles out of the dataset, for good."""

from __future__ import annotations

import shutil
import sys
from typing import TYPE_CHECKING

from crawler.archive.takedown import take_down
from crawler.extraction.urls import article_id, canonical_url, split_url
from crawler.outlets.registry import Registry, load_spiders
from crawler.state.index import DatasetIndex
from crawler.state.locks import HeldError, locked, place_of_locks
from crawler.terminal.base import TerminalCommand
from crawler.terminal.exit_codes import HELD, UNHEALTHY
from crawler.terminal.maintenance import MaintenanceCommand
from output.takedown import ids_of

if TYPE_CHECKING:
    import argparse


class Command(MaintenanceCommand):
    def syntax(self) -> str:
        return "[options] URL|ARTICLE_ID ..."

    def short_desc(self) -> str:
        return "Take articles out of the dataset, never to come back"

    def process_options(self, args: list[str], opts: argparse.Namespace) -> None:
        TerminalCommand.process_options(self, args, opts)
        self.check_dataset()
        assert self.settings is not None
        self.registry = Registry(load_spiders(self.settings))
        if not args:
            self.complain("name a URL or an article_id")
        self.articles = [article for arg in args for article in self._articles(arg)]

    def run(self, args: list[str], opts: argparse.Namespace) -> None:
        assert self.settings is not None
        for outlet, article in self.articles:
            try:
                with locked(place_of_locks(self.settings), outlet):
                    gone = take_down(self.settings, outlet, article)
            except HeldError as error:
                print(error, file=sys.stderr)
                self.exitcode = HELD
                continue
            self.say(
                f"{article}: removed for good (rows: {gone.rows}, archived pages: {gone.pages});"
                " it will not be fetched again",
                article_id=article,
                rows=gone.rows,
                pages=gone.pages,
            )
            for file in gone.damaged:
                print(f"{file} is damaged: where it is, its page may stand", file=sys.stderr)
                self.exitcode = UNHEALTHY
        DatasetIndex.of(self.settings).close()  # opening removes the rows of forgotten articles
        if self.index_folder:  # the index quotes the articles; browse builds a new index
            shutil.rmtree(self.index_folder, ignore_errors=True)

    def _articles(self, arg: str) -> list[tuple[str, str]]:
        """Return the outlet and the article_id of each article at a URL, or with an article_id."""
        if not split_url(arg).scheme.startswith("http"):
            outlet = arg.partition(":")[0]
            if outlet not in self.registry.spiders or ":" not in arg:
                self.complain(f"{arg} is neither a URL nor an article_id like kontan:123")
            return [(outlet, arg)]
        url = canonical_url(arg) or arg
        spider = self.registry.on_host(url)
        if spider is None:
            self.complain(f"{arg} is no URL of an outlet; name its article_id")
        name = spider.name
        own = article_id(name, url, spider.rules().article_pattern)
        return [(name, found) for found in sorted({own, *ids_of(self.location, name, url)})]
