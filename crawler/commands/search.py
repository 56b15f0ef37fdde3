"""`scrapy search QUERY`: find articles in the dataset, as a table or for programs."""

from __future__ import annotations

import os
import sys
from contextlib import ExitStack
from typing import TYPE_CHECKING

import pyarrow as pa

from crawler.terminal.exit_codes import CLOSED, UNHEALTHY
from crawler.terminal.maintenance import MaintenanceCommand
from crawler.wording import language, number, tr
from output.dataset import schema_of
from output.formats import FORMATS
from output.search_query import in_words

if TYPE_CHECKING:
    import argparse
    from collections.abc import Iterable, Iterator

    from output.schema import Row
    from output.search import Library, Question
    from output.search_query import Node

SHOWN = 20
"""Results of the table, unless --limit says otherwise."""
COLUMNS = ("article_id", "outlet", "published_at", "title", "url", "authors", "cluster_id")
"""Columns for programs, unless --columns says otherwise."""


class Command(MaintenanceCommand):
    takes_words = True
    extra = "browse"

    def syntax(self) -> str:
        return "[options] QUERY"

    def short_desc(self) -> str:
        return tr("Find articles: words, a phrase, OR, -without, outlet:kontan, after:2026-11-01")

    def long_desc(self) -> str:
        return tr(
            "Find articles of the dataset, each as last captured. docs/search.md has the language;"
            " put a query with quotes, parentheses or a minus into quotes. The table shows a line"
            " for each story; --json, --csv and --urls give every article that matches. Exit 0"
            " found, 1 nothing matches, 2 usage or no dataset."
        )

    def add_options(self, parser: argparse.ArgumentParser) -> None:
        super().add_options(parser)
        add = parser.add_argument
        add("--csv", action="store_true", help=tr("print CSV"))
        add("--urls", action="store_true", help=tr("print addresses, one a line"))
        add(
            "--columns",
            metavar="NAMES",
            help=tr("default for --json, --csv: {columns}", columns=",".join(COLUMNS)),
        )
        add(
            "--limit",
            type=int,
            metavar="N",
            help=tr("results at most; of the table {shown}", shown=SHOWN),
        )
        add("--by-date", action="store_true", help=tr("the newest first, not the most relevant"))

    def process_options(self, args: list[str], opts: argparse.Namespace) -> None:
        super().process_options([word for word in args if word.startswith("--")], opts)
        if not args:
            self.complain(tr("say what to search for: scrapy search 'ponsel OR gawai'"))
        if sum((opts.csv, opts.urls, opts.json)) > 1:
            self.complain(tr("--json, --csv and --urls exclude one another"))
        if opts.limit is not None and opts.limit < 1:
            self.complain(tr("--limit is 1 or more"))
        self.columns = (opts.columns or ",".join(COLUMNS)).split(",")
        known = schema_of("articles").names
        for column in self.columns:
            if column not in known:
                self.complain(
                    tr(
                        "there is no column {column}; there are {known}",
                        column=column,
                        known=", ".join(known),
                    )
                )

    def work(self, args: list[str], opts: argparse.Namespace) -> None:
        # Imported here, since Scrapy imports every command at each start.
        from output.search import Question

        for_programs = opts.csv or opts.urls or opts.json
        question = Question(
            " ".join(args),
            order="date" if opts.by_date else "relevance",
            collapse=not for_programs,
        )
        with ExitStack() as ends:
            library = self.library(ends)
            with self.waiting(tr("indexing what is new")):
                library.update()
            self._remark(library, question)
            if for_programs:
                self._print(library, question, opts)
            else:
                self._tabulate(library, question, opts.limit or SHOWN)

    def _remark(self, library: Library, question: Question) -> None:
        for problem in library.problems:
            print(tr("a file cannot be read: {problem}", problem=problem), file=sys.stderr)
        if mistakes := library.mistakes(question):
            named = ", ".join(f"{mistake.kind}: {mistake.text}" for mistake in mistakes)
            understood = _in_words(question.query.node)
            print(
                tr("understood as {understood} ({named})", understood=understood, named=named),
                file=sys.stderr,
            )

    def _print(self, library: Library, question: Question, opts: argparse.Namespace) -> None:
        columns = ["url"] if opts.urls else self.columns
        schema = pa.schema([schema_of("articles").field(column) for column in columns])
        batches = self._counted(library.batches(question, columns, opts.limit))
        try:
            if opts.urls:
                for batch in batches:
                    sys.stdout.buffer.writelines(f"{url}\n".encode() for (url,) in _rows(batch))
            else:
                FORMATS["csv" if opts.csv else "jsonl"](batches, schema, sys.stdout.buffer)
            sys.stdout.buffer.flush()
        except BrokenPipeError:
            # Python would flush again at exit, and print an error.
            os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
            self.exitcode = CLOSED
        else:
            if not self.found:
                self._nothing(library, question)

    def _counted(self, batches: Iterable[pa.RecordBatch]) -> Iterator[pa.RecordBatch]:
        self.found = 0
        for batch in batches:
            self.found += len(batch)
            yield batch

    def _tabulate(self, library: Library, question: Question, most: int) -> None:
        found = library.search(question, most)
        self.show(map(_line, found.articles), ("published", "outlet", "title", "also"))
        if not found.total:
            self._nothing(library, question)
        elif not self.quiet:
            print(
                tr("{total} articles; --json, --csv or --urls gives all", total=number(found.total))
            )

    def _nothing(self, library: Library, question: Question) -> None:
        said = tr("no article matches")
        if parts := library.in_vain(question):
            said += f" {', '.join(map(_in_words, parts))}"
        if suggestion := library.suggestion(question):
            said += tr("; did you mean {suggestion}?", suggestion=suggestion)
        print(said, file=sys.stderr)
        self.exitcode = UNHEALTHY


def _in_words(node: Node) -> str:
    return in_words(node, "id" if language() == "id" else "en")


def _rows(batch: pa.RecordBatch) -> Iterator[tuple[str, ...]]:
    return zip(*(column.to_pylist() for column in batch.columns), strict=True)


def _line(row: Row) -> Row:
    published = row["published"]
    return row | {
        "published": f"{published:%Y-%m-%d}" if published else None,
        "also": row["others"] or None,
    }
