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
from crawler.wording import number, size
from output.beside import beside
from output.copies import EXPORT, record, unrecorded
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
        return "Write the dataset, or a part of it, as one file for other programs"

    def add_options(self, parser: argparse.ArgumentParser) -> None:
        super().add_options(parser)
        add = parser.add_argument
        add("--to", metavar="KIND", help=", ".join(KINDS))
        add(
            "-o",
            "--output",
            metavar="FILE",
            help="default OUTPUT_DIR/export.KIND; -: standard output",
        )
        add(
            "--spreadsheet",
            action="store_true",
            help="CSV for Excel and the like: with a byte order mark, and no cell is a formula",
        )
        add("--latest", action="store_true", help="each article once, as last captured")
        self.add_selection(parser)
        add(
            "--new-since",
            metavar="CURSOR_FILE",
            help="only what was published since the last export with this file, which is moved on",
        )
        add("--allow-empty", action="store_true", help="an export without a row is no failure")

    def long_desc(self) -> str:
        return (
            "Write the dataset, or a part of it, as one file for other programs. --new-since"
            " CURSOR_FILE gives each row once, and in FILE.taken-down the ids of articles that were"
            " taken down since, an id a line. Exit 0 done, 1 no row matches: an earlier file stays,"
            " unless --allow-empty or --new-since; 2 usage, or the dataset or the file cannot be"
            " read or written."
        )

    def process_options(self, args: list[str], opts: argparse.Namespace) -> None:
        super().process_options([*opts.outlet, *args], opts)
        if args:
            self.complain(f"it takes no arguments: --outlet {args[0]}?")
        if opts.spreadsheet and opts.to not in (None, "csv"):
            self.complain(f"--spreadsheet writes csv, not {opts.to}")
        self.is_for_spreadsheets: bool = opts.spreadsheet
        if opts.spreadsheet:
            opts.to = "csv"
        if opts.to not in KINDS:
            self.complain(f"say --to {', --to '.join(KINDS[:-1])} or --to {KINDS[-1]}")
        if opts.topic is not None and opts.topic not in TOPICS:
            close = get_close_matches(opts.topic.lower(), TOPICS, n=1)
            hint = f"did you mean {close[0]}?" if close else f"there are {', '.join(TOPICS)}"
            self.complain(f"there is no topic {opts.topic}; {hint}")
        if opts.new_since and (opts.output == "-" or opts.to == "duckdb"):
            self.complain(f"--new-since writes {', '.join(KINDS[:-1])} to a file")
        self._check_target(opts)
        self.cursor = self._cursor(opts) if opts.new_since else None
        days = self.window(opts)
        names = tuple(dict.fromkeys(opts.outlet))
        self.selection = Selection(names, days.since, days.until, opts.topic, opts.latest)
        self.query: str | None = opts.query

    def _check_target(self, opts: argparse.Namespace) -> None:
        if opts.output == "-":
            if opts.to not in STREAMS:
                self.complain(f"{opts.to} cannot be printed: say -o FILE")
            if opts.json:
                self.complain("--json and -o - would both print")
            return
        if "://" in (opts.output or self.location):
            self.complain("it writes files on this machine: say -o FILE")
        self.target = Path(opts.output or Path(self.location) / f"export.{opts.to}")
        if self.target.exists() and not self.target.is_file():
            self.complain(f"{self.target} is no file")

    def _cursor(self, opts: argparse.Namespace) -> Cursor:
        path = Path(opts.new_since)
        if path.absolute() == self.target.absolute():
            self.complain(f"{path} cannot be both the cursor and the export")
        try:
            path.parent.mkdir(parents=True, exist_ok=True)
            cursor = Cursor(path)
            if not cursor.is_of(self.location):
                raise CursorError(f"{path} is of another dataset: it gave no row of this one")
        except (CursorError, *READ_ERRORS) as error:
            self.complain(f"--new-since: {error}")
        return cursor

    def work(self, args: list[str], opts: argparse.Namespace) -> None:
        self.rows, self.allow_empty = 0, opts.allow_empty or self.cursor is not None
        self.taken_down: list[str] = []
        with ExitStack() as ends, self.waiting("reading the dataset") as self.status:
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
        found = f"{number(self.rows)} {what}" if self.rows else f"no {what} match: columns alone"
        if self.exitcode == UNHEALTHY or (opts.output == "-" and not self.rows):
            nothing = "" if opts.output == "-" else f"; {self.target} is left as it was"
            print(f"no {what} match{nothing}", file=sys.stderr)
        elif opts.output != "-":
            written = self.target.stat().st_size
            told: dict[str, Any] = {"file": str(self.target), "bytes": written, what: self.rows}
            gone = self.taken_down
            if self.cursor:
                told["taken_down"] = gone
            also = f"; {number(len(gone))} articles were taken down since" if gone else ""
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
            self.complain(f"cannot write {self.target}: {error}")
        except OSError as error:
            self.complain(f"cannot write {self.target}: {error.strerror or error}")
        except (duckdb.Error, sqlite3.Error) as error:
            self.complain(f"cannot write {self.target}: {str(error).splitlines()[0]}")

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
            print(unrecorded(target, error), file=sys.stderr)

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
            self.complain(f"the dataset cannot be read, as `scrapy verify` can tell: {problem}")
