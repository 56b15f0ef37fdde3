"""`scrapy reparse PATH...`: read archived pages into the dataset again."""

from __future__ import annotations

import importlib.util
import os
import time
from collections import Counter
from datetime import date
from typing import TYPE_CHECKING, Any

import pyarrow as pa
from rich.console import Console
from rich.progress import BarColumn, Progress, TextColumn, TimeRemainingColumn
from rich.table import Table
from scrapy.settings import SETTINGS_PRIORITIES
from scrapy.spiderloader import get_spider_loader

from crawler.arguments import ArgumentError, Arguments
from crawler.command import UNHEALTHY
from crawler.maintenance import MaintenanceCommand
from crawler.reparse import Job
from crawler.workers import in_processes, in_this_process, on_cluster, tasks
from output.filesystem import Root, check_writable, files_at
from output.writer import new_run_id

if TYPE_CHECKING:
    import argparse
    from collections.abc import Iterable, Iterator

    from crawler.reparse import Change, Result
    from crawler.workers import Progress as Told

ENDINGS = (".warc", ".warc.gz", ".warc.zst")
SHOWN = 20


class Command(MaintenanceCommand):
    def syntax(self) -> str:
        return "[options] PATH..."

    def short_desc(self) -> str:
        return "Read archived pages again; exit 0 done, 1 a file could not be read whole, 2 usage"

    def add_options(self, parser: argparse.ArgumentParser) -> None:
        super().add_options(parser)
        add = parser.add_argument
        add("--outlet", action="append", default=[], help="only its pages; may be given again")
        add("--since", type=date.fromisoformat, help="first day of publication, in WIB")
        add("--until", type=date.fromisoformat, help="last day of publication, in WIB")
        add(
            "--workers", type=int, default=os.cpu_count() or 1, help="processes; default: all cores"
        )
        add("--dask", metavar="ADDRESS", help="run on that Dask cluster; `local` starts one here")
        add(
            "--rejects",
            metavar="REASON",
            action="append",
            default=[],
            help="only pages that were rejected for it, e.g. off_topic; may be given again",
        )
        add("--diff", action="store_true", help="write nothing, show what would change")

    def process_options(self, args: list[str], opts: argparse.Namespace) -> None:
        super().process_options([arg for arg in args if arg.startswith("-")], opts)

    def run(self, args: list[str], opts: argparse.Namespace) -> None:
        job, sizes = self._job(opts), self._files(args)
        work = tasks(sizes, opts.workers)
        if opts.dask and importlib.util.find_spec("distributed") is None:
            self.complain("--dask needs the extra `dask`: pip install distributed")
        start = time.monotonic()
        results = []
        with _bar(sum(sizes.values())) as bar:
            task = bar.task_ids[0]
            pages = Counter[str]()

            def progress(size: int, read: int) -> None:
                pages["read"] += read
                speed = pages["read"] / (time.monotonic() - start)
                bar.update(
                    task, advance=size, description=f"{pages['read']:,} pages, {speed:.0f}/s"
                )

            for result in _results(job, work, opts, progress):
                results.append(result)
                if opts.dask:
                    progress(sum(sizes[path] for path in result.paths), result.pages)
        report(results, time.monotonic() - start, diff=job.diff)
        if any(result.problems for result in results):
            self.exitcode = UNHEALTHY

    def _job(self, opts: argparse.Namespace) -> Job:
        assert self.settings is not None
        known = get_spider_loader(self.settings).list()
        for name in opts.outlet:
            if name not in known:
                self.complain(f"there is no outlet {name}; `scrapy outlets` lists them")
        if opts.workers < 1:
            self.complain("--workers takes a whole number above 0")
        days = {name: str(day) for name in ("since", "until") if (day := getattr(opts, name))}
        try:
            window = Arguments.of(days).window
            check_writable(self.location)
        except (ArgumentError, OSError) as error:
            self.complain(str(error))
        typed = SETTINGS_PRIORITIES["cmdline"]
        overrides = {
            name: value
            for name, value in self.settings.items()
            if (self.settings.getpriority(name) or 0) >= typed
        }
        return Job(
            location=Root(self.location).location,
            run_id=new_run_id(),
            outlets=tuple(opts.outlet),
            window=window,
            rejects=tuple(opts.rejects),
            diff=opts.diff,
            overrides=tuple(sorted(overrides.items())),
        )

    def _files(self, args: list[str]) -> dict[str, int]:
        """The WARC files that `args` name, or that stand in folders they name, with their sizes."""
        if not args:
            self.complain(
                f"name WARC files or folders of them; ours are in {self.location}/archive"
            )
        found: dict[str, int] = {}
        for arg in args:
            try:
                files = files_at(arg, ENDINGS)
            except (OSError, pa.ArrowInvalid) as error:
                self.complain(f"{arg}: {error}")
            if not files:
                self.complain(f"{arg}: there is no WARC file")
            found |= files
        return found


def _results(
    job: Job, work: list[list[str]], opts: argparse.Namespace, progress: Told
) -> Iterator[Result]:
    if opts.dask:
        return on_cluster(job, work, opts.dask, opts.workers)
    workers = min(opts.workers, len(work))
    if workers == 1:
        return in_this_process(job, work, progress)
    return in_processes(job, work, workers, progress)


def _bar(total: int) -> Progress:
    bar = Progress(
        BarColumn(),
        TextColumn("{task.percentage:>3.0f} %, {task.description}"),
        TimeRemainingColumn(),
        console=Console(stderr=True),
    )
    bar.add_task("reading", total=total)
    return bar


def report(results: Iterable[Result], seconds: float, *, diff: bool) -> None:
    """What became of all pages; with `diff`, what would."""
    console = Console(soft_wrap=True, highlight=False, markup=False)
    results = list(results)
    counts = sum((result.counts for result in results), Counter[str]())
    fields = sum((result.fields for result in results), Counter[str]())
    files, pages = sum(len(result.paths) for result in results), counts["pages"]
    would = "would be " if diff else ""
    console.print(f"{files:,} files, {pages:,} pages, {pages / max(seconds, 0.001):.0f} pages/s")
    console.print(f"{counts['new']:,} new rows, {counts['changed']:,} changed {would}written")
    for name, count in sorted(counts.items()):
        if name not in ("pages", "new", "changed"):
            console.print(f"  {name.replace('_', ' ')}: {count:,}")
    if diff:
        _show(fields, [change for result in results for change in result.examples])
    for result in results:
        for path, problem in result.problems.items():
            console.print(f"{path}: {problem}")


def _show(fields: Counter[str], examples: list[Change]) -> None:
    console = Console()
    if fields:
        table = Table("field", "rows", title="fields that are read differently")
        for name, count in fields.most_common():
            table.add_row(name, f"{count:,}")
        console.print(table)
    if examples:
        table = Table("article", "field", "now", "then", show_lines=True)
        for change in examples[:SHOWN]:
            old, new = _differing(change.old, change.new)
            table.add_row(change.url, change.field, old, new)
        console.print(table)


def _differing(old: Any, new: Any, around: int = 60) -> tuple[str, str]:
    """Both values where they begin to differ, cut to what an eye takes in."""
    was, now = str(old), str(new)
    unlike = (place for place, (a, b) in enumerate(zip(was, now, strict=False)) if a != b)
    same = next(unlike, min(len(was), len(now)))
    start = max(0, same - around)
    lead = "…" if start else ""
    return lead + was[start : same + 2 * around], lead + now[start : same + 2 * around]
