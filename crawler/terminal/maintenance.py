"""The base of commands over the dataset; outside commands/, as crawler/terminal/base.py."""

from __future__ import annotations

import os
import sys
from contextlib import suppress
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING

import pyarrow as pa

from crawler.sources.window import ArgumentError, Window
from crawler.terminal.base import TerminalCommand
from crawler.wording import tr
from output.dataset import INDEX, holds_dataset, outlets
from output.filesystem import Root
from output.schema import SCHEMAS

if TYPE_CHECKING:
    import argparse
    from contextlib import ExitStack

    from output.search import Library


class MaintenanceCommand(TerminalCommand):
    """A command over the dataset, or over the outlets that the arguments name."""

    def syntax(self) -> str:
        return "[options] [OUTLET ...]"

    def process_options(self, args: list[str], opts: argparse.Namespace) -> None:
        super().process_options(args, opts)
        stored = self.check_dataset()
        for name in args:
            if name not in stored:
                self.complain(
                    tr(
                        "{location} holds nothing of an outlet {name}",
                        location=self.location,
                        name=name,
                    )
                )

    def check_dataset(self) -> list[str]:
        """Return the outlets as `stored`, or complain of a place without a dataset."""
        if stored := self.stored():
            return stored
        try:
            found = holds_dataset(Root(self.location))
        except (OSError, pa.ArrowInvalid) as error:
            self.complain(tr("OUTPUT_DIR: {error}", error=error))
        if not found:
            self.complain(
                tr(
                    "there is no dataset at {location}: does OUTPUT_DIR name it?",
                    location=self.location,
                )
            )
        return []

    def add_selection(self, parser: argparse.ArgumentParser) -> None:
        """Add the options that choose a part of the dataset."""
        add = parser.add_argument
        add("--outlet", action="append", default=[], metavar="NAME", help=tr("may be given again"))
        add("--since", metavar="DAY", help=tr("the first day of publication, in WIB: 2023-09-01"))
        add("--until", metavar="DAY", help=tr("the last day of publication, in WIB"))
        add("--topic", metavar="TOPIC", help=tr("only articles with this topic, e.g. ai"))
        add("--query", metavar="QUERY", help=tr("only articles that `scrapy search` finds by it"))

    def window(self, opts: argparse.Namespace) -> Window:
        """Return the days between --since and --until, or complain of them."""
        try:
            return Window.parse(opts.since, opts.until)
        except ArgumentError as error:
            self.complain(f"--{error}")

    def say_unrecorded(self, path: Path, reason: str) -> None:
        """Say that a copy of articles at `path` could not be recorded for `forget`."""
        print(
            tr("`forget` will not name {path}: {reason}", path=path, reason=reason),
            file=sys.stderr,
        )

    @property
    def location(self) -> str:
        assert self.settings is not None
        return str(self.settings["OUTPUT_DIR"])

    @property
    def index_folder(self) -> Path | None:
        """The folder of the search index; None where no local folder is named."""
        assert self.settings is not None
        place = self.settings["STATE_DIR"] or self.location
        return None if "://" in place else Path(place) / INDEX

    def library(self, ends: ExitStack) -> Library:
        """Open the search index, until `ends` end; or complain of a dataset that cannot be read."""
        # Imported here, since Scrapy imports every command at each start.
        from output.search import Library

        try:
            library = Library(self.location, self._index_folder(ends))
        except OSError as error:
            self.complain(tr("the dataset cannot be read: {error}", error=error))
        ends.callback(library.close)
        return library

    def found_by(self, ends: ExitStack, query: str) -> frozenset[str]:
        """Return the ids of the articles that `query` finds, or complain of the query."""
        self.need("browse")
        from output.search import Question

        library, question = self.library(ends), Question(query)
        library.update()
        if mistakes := library.mistakes(question):
            self.complain(
                tr("--query: not understood: {text}", text=", ".join(one.text for one in mistakes))
            )
        return frozenset(row["article_id"] for row in library.matches(question))

    def _index_folder(self, ends: ExitStack) -> Path:
        if folder := self.index_folder:
            with suppress(OSError):
                folder.mkdir(parents=True, exist_ok=True)
            if folder.is_dir() and os.access(folder, os.W_OK):
                return folder
        print(
            tr("the search index is not kept: set STATE_DIR to a local folder that can be written"),
            file=sys.stderr,
        )
        return Path(ends.enter_context(TemporaryDirectory(prefix="wartatek-search-")))

    def stored(self) -> list[str]:
        """Return the names of the outlets with a file in the dataset, sorted."""
        try:
            root = Root(self.location)
            return sorted({name for table in SCHEMAS for name in outlets(root, table)})
        except (OSError, pa.ArrowInvalid) as error:
            self.complain(tr("OUTPUT_DIR: {error}", error=error))
