"""The base of all commands: mistakes in a single line, tables for people, JSON for programs, -q.

Outside commands/, where Scrapy would take the class for a command.
"""

from __future__ import annotations

import json
import os
import sqlite3
import sys
from contextlib import suppress
from typing import TYPE_CHECKING, Any, NoReturn

from rich import box
from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn
from rich.table import Table
from rich.text import Text
from scrapy.commands import ScrapyCommand, ScrapyHelpFormatter

from crawler.terminal.exit_codes import CLOSED
from crawler.wording import number, tr
from output.extras import MissingExtraError, check, needed
from output.verification import READ_ERRORS

if TYPE_CHECKING:
    import argparse
    from collections.abc import Iterable, Iterator, Mapping, Sequence

    from rich.status import Status

USAGE = 2
NO_ARGUMENTS = "[options]"


class HelpFormatter(ScrapyHelpFormatter):
    """Scrapy's formatter, but an option whose line ends in a colon is no heading."""

    def format_part_strings(self, part_strings: list[str]) -> list[str]:
        if part_strings and part_strings[0].startswith(" "):
            return part_strings
        return super().format_part_strings(part_strings)


class TerminalCommand(ScrapyCommand):
    """A command with -q and --json; a mistake prints a single line and exits with code 2."""

    requires_project = True
    requires_crawler_process = False
    takes_words = False
    """Whether the arguments are words, of which any may begin with a single minus."""
    extra: str | None = None
    """The extra of pyproject.toml without which the command does nothing."""

    def syntax(self) -> str:
        return NO_ARGUMENTS

    def add_options(self, parser: argparse.ArgumentParser) -> None:
        super().add_options(parser)
        parser.formatter_class = HelpFormatter
        parser.error = self.complain  # type: ignore[assignment, method-assign]  # no usage block
        parser.add_argument(
            "-q", "--quiet", action="store_true", help=tr("print nothing but errors")
        )
        parser.add_argument("--json", action="store_true", help=tr("print JSON, an object a line"))

    def process_options(self, args: list[str], opts: argparse.Namespace) -> None:
        super().process_options(args, opts)
        sign = "--" if self.takes_words else "-"
        if unknown := [arg for arg in args if arg.startswith(sign)]:
            self.complain(tr("unknown option {unknown}", unknown=unknown[0]))
        if args and self.syntax() == NO_ARGUMENTS:
            self.complain(tr("it takes no arguments, as {args} is one", args=args[0]))
        if self.extra:
            self.need(self.extra)
        self.quiet, self.json = opts.quiet, opts.json

    def run(self, args: list[str], opts: argparse.Namespace) -> None:
        """Do the command's work; say in a single line that the disk, a file or the state failed."""
        try:
            with needed():
                self.work(args, opts)
            sys.stdout.flush()
        except MissingExtraError as error:
            self.complain(str(error))
        except BrokenPipeError:
            _end_output()
            self.exitcode = CLOSED
        except (*READ_ERRORS, sqlite3.Error) as error:
            _end_output()
            file = getattr(error, "filename", None)
            reason = getattr(error, "strerror", None) or str(error) or type(error).__name__
            self.complain((f"{file}: {reason}" if file else reason).splitlines()[0])

    def need(self, extra: str) -> None:
        """Complain if a package of `extra` is not installed."""
        try:
            check(extra)
        except MissingExtraError as error:
            self.complain(str(error))

    def work(self, args: list[str], opts: argparse.Namespace) -> None:
        """Do what the command is for, after `process_options`."""
        raise NotImplementedError

    def say(self, text: str, *, always: bool = False, **told: Any) -> None:
        """Print `text`, or with --json `told`; if `always`, under -q too."""
        if self.json:
            print(json.dumps(told, ensure_ascii=False, default=str), flush=True)
        elif always or not self.quiet:
            print(text, flush=True)

    def show(self, rows: Iterable[Mapping[str, Any]], columns: Sequence[str]) -> None:
        """Print `rows` as a table of `columns`, or whole with --json; without rows nothing."""
        rows = list(rows)
        if self.json:
            for row in rows:
                self.say("", **row)
        elif rows and not self.quiet:
            print_table(tabulate(rows, columns))

    def waiting(self, doing: str) -> Status:
        """Return a spinner that names the work, visible on a terminal."""
        return Console(stderr=True, quiet=self.quiet).status(doing)

    def steps(self, doing: str, names: Sequence[str]) -> Iterator[str]:
        """Yield `names`, and draw a progress bar on a terminal."""
        console = Console(stderr=True, quiet=self.quiet)
        parts = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn())
        watched = console.is_terminal
        # Lines printed meanwhile come above the bar, unless stdout is a file.
        with Progress(
            *parts, console=console, transient=True, disable=not watched,
            redirect_stdout=watched and sys.stdout.isatty(),
        ) as bar:  # fmt: skip
            yield from bar.track(names, description=doing)

    def shard(self, text: str) -> tuple[int, int]:
        """Return the number of this machine and that of all, of a `text` such as 2/5."""
        number, _, hosts = text.partition("/")
        if not (number.isdecimal() and hosts.isdecimal() and 1 <= int(number) <= int(hosts)):
            self.complain(
                tr("--shard {text} is nothing like 2/5, the second of five hosts", text=text)
            )
        return int(number), int(hosts)

    def complain(self, problem: str) -> NoReturn:
        """Print the mistake in a single line, without a usage block, and exit with code 2."""
        print(f"scrapy {type(self).__module__.rpartition('.')[2]}: {problem}", file=sys.stderr)
        raise SystemExit(USAGE)


def _end_output() -> None:
    """Write out what was printed, if that can be, and print nothing more: at exit Python would
    write again, and print the error."""
    with suppress(OSError):
        sys.stdout.flush()
    with suppress(OSError, ValueError):  # of a stream without a file
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())


def tabulate(rows: Sequence[Mapping[str, Any]], columns: Sequence[str]) -> Table:
    """Return a table: numbers to the right, lists with commas, unhealthy outlets in red."""
    table = Table(box=box.SIMPLE_HEAD, padding=(0, 0, 0, 1))
    for column in columns:
        numbers = any(isinstance(row[column], int | float) for row in rows)
        table.add_column(tr(column), justify="right" if numbers else "left", overflow="fold")
    table.columns[0].no_wrap = True
    for row in rows:
        style = "red" if row.get("judgement") == "unhealthy" else ""
        table.add_row(*(_cell(row[column]) for column in columns), style=style)
    return table


def print_table(table: Table) -> None:
    """Print `table` as wide as the terminal; outside of a terminal a row never wraps."""
    console = Console()
    if not console.is_terminal:
        endless = console.options.update(width=10_000)
        console.width = max(console.width, console.measure(table, options=endless).maximum)
    console.print(table)


def _cell(value: Any) -> Text:
    if isinstance(value, int | float):
        return Text(number(value))
    if isinstance(value, list):
        return Text(", ".join(value))
    return Text("–" if value is None else str(value))
