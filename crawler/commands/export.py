"""`scrapy export --to KIND`: the dataset, or a part of it, as one file."""

from __future__ import annotations

import os
import sqlite3
import sys
from contextlib import ExitStack
from dataclasses import replace
from difflib import get_close_matches
from pathlib import Path
from typing import TYPE_CHECKING, Any

from crawler.extraction.topics import TOPICS
from crawler.terminal.exit_codes import UNHEALTHY
from crawler.terminal.maintenance import MaintenanceCommand
from crawler.wording import number, size, tr
from output.beside import beside
from output.copies import EXPORT, record
from output.cursor import Cursor, CursorError
from output.dataset import outlets, schema_of
from output.filesystem import Root, sync_folder
from output.formats import FORMATS, write_spreadsheet
from output.markdown import write_markdown
from output.selection import Selection, select
from output.sqlite import write_sqlite
from output.verification import READ_ERRORS
from output.workbook import TooManyRowsError, write_workbook

if TYPE_CHECKING:
    import argparse
    from collections.abc import Iterator
    from typing import IO

    import pyarrow as pa

WRITERS = {**FORMATS, "markdown": write_markdown, "xlsx": write_workbook}
KINDS = (*WRITERS, "sqlite", "duckdb")
STREAMS = ("csv", "jsonl", "markdown")
"""Formats that can go to standard output."""
TAKEN_DOWN = ".taken-down"
"""Ends the name of the file beside an export that names the articles taken down since."""


class Command(MaintenanceCommand):
    extra = "corpus"

    def syntax(self) -> str:
        return "--to KIND [options]"

    def short_desc(self) -> str:
        return tr("Write the dataset, or a part of it, as one file for other programs")

    def add_options(self, parser: argparse.ArgumentParser) -> None:
        super().add_options(parser)
        add = parser.add_argument
        add("--to", metavar="KIND", help=", ".join(KINDS))
        add(
            "-o",
            "--output",
            metavar="FILE",
            help=tr("default OUTPUT_DIR/export.KIND; -: standard output"),
        )
        add(
            "--spreadsheet",
            action="store_true",
            help=tr("CSV for Excel and the like: with a byte order mark, and no cell is a formula"),
        )
        add("--latest", action="store_true", help=tr("each article once, as last captured"))
        self.add_selection(parser)
        add(
            "--new-since",
            metavar="CURSOR_FILE",
            help=tr(
                "only what was published since the last export with this file, which is moved on"
            ),
        )
        add("--allow-empty", action="store_true", help=tr("an export without a row is no failure"))

    def long_desc(self) -> str:
        return tr(
            "Write the dataset, or a part of it, as one file for other programs. --new-since"
            " CURSOR_FILE gives each row once, and in FILE.taken-down the ids of articles that were"
            " taken down since, an id a line. Exit 0 done, 1 no row matches: an earlier file stays,"
            " unless --allow-empty or --new-since; 2 usage, or the dataset or the file cannot be"
            " read or written."
        )

    def process_options(self, args: list[str], opts: argparse.Namespace) -> None:
        super().process_options([*opts.outlet, *args], opts)
        if args:
            self.complain(tr("it takes no arguments: --outlet {args}?", args=args[0]))
        if opts.spreadsheet and opts.to not in (None, "csv"):
            self.complain(tr("--spreadsheet writes csv, not {to}", to=opts.to))
        self.is_for_spreadsheets: bool = opts.spreadsheet
        if opts.spreadsheet:
            opts.to = "csv"
        if opts.to not in KINDS:
            self.complain(
                tr(
                    "say --to {kinds} or --to {kinds_2}",
                    kinds=", --to ".join(KINDS[:-1]),
                    kinds_2=KINDS[-1],
                )
            )
        if opts.topic is not None and opts.topic not in TOPICS:
            close = get_close_matches(opts.topic.lower(), TOPICS, n=1)
            hint = (
                tr("did you mean {close}?", close=close[0])
                if close
                else tr("there are {topics}", topics=", ".join(TOPICS))
            )
            self.complain(tr("there is no topic {topic}; {hint}", topic=opts.topic, hint=hint))
        if opts.new_since and (opts.output == "-" or opts.to == "duckdb"):
            self.complain(tr("--new-since writes {kinds} to a file", kinds=", ".join(KINDS[:-1])))
        self._check_target(opts)
        self.cursor = self._cursor(opts) if opts.new_since else None
        days = self.window(opts)
        names = tuple(dict.fromkeys(opts.outlet))
        self.selection = Selection(names, days.since, days.until, opts.topic, opts.latest)
        self.query: str | None = opts.query

    def _check_target(self, opts: argparse.Namespace) -> None:
        if opts.output == "-":
            if opts.to not in STREAMS:
                self.complain(tr("{to} cannot be printed: say -o FILE", to=opts.to))
            if opts.json:
                self.complain(tr("--json and -o - would both print"))
            return
        if "://" in (opts.output or self.location):
            self.complain(tr("it writes files on this machine: say -o FILE"))
        self.target = Path(opts.output or Path(self.location) / f"export.{opts.to}")
        if self.target.exists() and not self.target.is_file():
            self.complain(tr("{target} is no file", target=self.target))

    def _cursor(self, opts: argparse.Namespace) -> Cursor:
        path = Path(opts.new_since)
        if path.absolute() == self.target.absolute():
            self.complain(tr("{path} cannot be both the cursor and the export", path=path))
        try:
            path.parent.mkdir(parents=True, exist_ok=True)
            cursor = Cursor(path)
            if not cursor.is_of(self.location):
                raise CursorError(f"{path} is of another dataset: it gave no row of this one")
        except (CursorError, *READ_ERRORS) as error:
            self.complain(tr("--new-since: {error}", error=error))
        return cursor

    def work(self, args: list[str], opts: argparse.Namespace) -> None:
        self.rows, self.allow_empty = 0, opts.allow_empty or self.cursor is not None
        self.taken_down: list[str] = []
        with ExitStack() as ends, self.waiting(tr("reading the dataset")) as self.status:
            if self.query is not None:
                ids = self.found_by(ends, self.query)
                self.selection = replace(self.selection, articles=ids)
            if opts.output == "-":
                self._stream(opts.to, sys.stdout.buffer)
                sys.stdout.buffer.flush()
            else:
                self._write(opts.to)
        what = "articles" if opts.latest else "captures"
        if not self.rows and not self.allow_empty:
            self.exitcode = self.exitcode or UNHEALTHY
        found = (
            f"{number(self.rows)} {what}"
            if self.rows
            else tr("no {what} match: columns alone", what=what)
        )
        if self.exitcode == UNHEALTHY or (opts.output == "-" and not self.rows):
            nothing = (
                "" if opts.output == "-" else tr("; {target} is left as it was", target=self.target)
            )
            print(tr("no {what} match{nothing}", what=what, nothing=nothing), file=sys.stderr)
        elif opts.output != "-":
            written = self.target.stat().st_size
            told: dict[str, Any] = {"file": str(self.target), "bytes": written, what: self.rows}
            gone = self.taken_down
            if self.cursor:
                told["taken_down"] = gone
            also = (
                tr("; {gone} articles were taken down since", gone=number(len(gone)))
                if gone
                else ""
            )
            self.say(f"{self.target}: {found}, {size(written)}{also}", **told)

    def _write(self, kind: str) -> None:
        """Write beside the target and rename, so that readers never see a part of the file."""
        # Imported here, since Scrapy imports every command at each start.
        import duckdb

        from output.database import write_database

        target = self.target.resolve()
        try:
            target.parent.mkdir(parents=True, exist_ok=True)
            with beside(target) as folder:
                staged = folder / target.name
                if kind == "duckdb":
                    write_database(self._rows, staged)
                elif kind == "sqlite":
                    write_sqlite(self._rows("articles"), schema_of("articles"), staged)
                else:
                    with staged.open("wb") as file:
                        self._stream(kind, file)
                if self.cursor:
                    self._move(self.cursor, staged, target)
                elif self.rows or self.allow_empty:
                    self._record(target)
                    staged.replace(target)
        except TooManyRowsError as error:
            self.complain(tr("cannot write {target}: {error}", target=self.target, error=error))
        except OSError as error:
            self.complain(
                tr(
                    "cannot write {target}: {value}",
                    target=self.target,
                    value=error.strerror or error,
                )
            )
        except (duckdb.Error, sqlite3.Error) as error:
            self.complain(
                tr(
                    "cannot write {target}: {splitlines}",
                    target=self.target,
                    splitlines=str(error).splitlines()[0],
                )
            )

    def _move(self, cursor: Cursor, staged: Path, target: Path) -> None:
        """Put ids taken down, export and cursor into place, each on disk before the next.

        The cursor is the last: after a kill the next export gives the same rows again, and no row
        is passed over.
        """
        root = Root(self.location)
        names = self.selection.outlets or outlets(root, "rejects")
        self.taken_down = cursor.take_down(root, names)
        self._record(target)
        ids = staged.with_name(f"{target.name}{TAKEN_DOWN}")
        ids.write_text("".join(f"{each}\n" for each in self.taken_down), encoding="utf-8")
        for path in (ids, staged):
            with path.open("rb") as file:
                os.fsync(file.fileno())
            path.replace(target.with_name(path.name))
        sync_folder(target.parent)
        cursor.move()

    def _record(self, target: Path) -> None:
        try:
            record(self.location, target, EXPORT)
        except OSError as error:
            self.say_unrecorded(target, error.strerror or str(error))

    def _stream(self, kind: str, file: IO[bytes]) -> None:
        write = write_spreadsheet if self.is_for_spreadsheets else WRITERS[kind]
        write(self._rows("articles"), schema_of("articles"), file)

    def _rows(self, table: str) -> Iterator[pa.RecordBatch]:
        try:
            for batch in select(self.location, self.selection, table, self.cursor):
                yield batch
                if self.cursor:
                    self.cursor.give(batch)
                if table == "articles":
                    self.rows += len(batch)
                    self.status.update(f"{number(self.rows)} rows")
        except READ_ERRORS as error:
            problem = str(error).splitlines()[0]
            self.complain(
                tr(
                    "the dataset cannot be read, as `scrapy verify` can tell: {problem}",
                    problem=problem,
                )
            )
