"""`scrapy reparse PATH...`: read archived pages into the dataset again."""

from __future__ import annotations

import os
import re
import signal
import sys
import time
from collections import Counter
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pyarrow as pa
from rich.console import Console
from rich.progress import BarColumn, Progress, TextColumn, TimeRemainingColumn
from scrapy.settings import SETTINGS_PRIORITIES

from crawler.archive.containers import kind_of
from crawler.archive.scanner import first_page
from crawler.archive.writer import ARCHIVE, OPEN
from crawler.outlets.registry import load_spiders
from crawler.reparse.cluster import ClusterError, on_cluster
from crawler.reparse.job import Job
from crawler.reparse.run_rows import keep_run
from crawler.reparse.workers import GOES_ON, in_processes, in_this_process, tasks
from crawler.runs.schedule import share
from crawler.state.recurrence.table import published_evidence
from crawler.terminal.base import TerminalCommand
from crawler.terminal.exit_codes import INTERRUPTED, UNHEALTHY
from crawler.terminal.maintenance import MaintenanceCommand
from crawler.wording import tr
from output import clock
from output.captures import History
from output.filesystem import STAGING, Root, check_writable, files_at, open_file
from output.origin import OriginError, check, claim, origin_of
from output.writer import new_run_id

if TYPE_CHECKING:
    import argparse
    from collections.abc import Iterator, Mapping
    from datetime import datetime

    from crawler.reparse.job import Change, Result
    from crawler.reparse.workers import Progress as Told
    from crawler.spider import NewsSpider
    from output.origin import Origin

ENDINGS = (".warc", ".warc.gz", ".warc.zst")
SHOWN = 20
FEW = 64 << 20
"""Bytes of files that one process reads, in the order of their captures, if no number is given."""
_OWN_ARCHIVE = re.compile(rf"{ARCHIVE}/outlet=([^/]+)/")


class Command(MaintenanceCommand):
    def syntax(self) -> str:
        return "[options] PATH..."

    def short_desc(self) -> str:
        return tr("Read archived pages into the dataset again, by today's rules")

    def long_desc(self) -> str:
        return tr(
            "Read archived pages into the dataset again, by today's rules. PATH is a WARC or WACZ"
            " file or a folder of them, here or as a URI. Exit 0 done, 1 a file could not be read"
            " whole or the dataset not be written, 2 usage, 75 interrupted."
        )

    def add_options(self, parser: argparse.ArgumentParser) -> None:
        super().add_options(parser)
        add = parser.add_argument
        add(
            "--outlet",
            metavar="NAME",
            action="append",
            default=[],
            help=tr("only pages of this outlet; may be given again"),
        )
        add("--since", metavar="DAY", help=tr("first day of publication, in WIB: 2023-09-01"))
        add("--until", metavar="DAY", help=tr("last day of publication, in WIB"))
        add(
            "--workers",
            metavar="N",
            type=int,
            help=tr("processes; default: all cores, or one for few"),
        )
        add("--shard", metavar="I/N", help=tr("only the outlets of machine I of N, e.g. 2/5"))
        add(
            "--dask",
            metavar="ADDRESS",
            help=tr("run on that Dask cluster; `local` starts one here"),
        )
        add(
            "--rejects",
            metavar="REASON",
            action="append",
            default=[],
            help=tr("only pages in rejects/ for this reason, e.g. off_topic; may be given again"),
        )
        add("--diff", action="store_true", help=tr("write nothing, show what would change"))

    def process_options(self, args: list[str], opts: argparse.Namespace) -> None:
        TerminalCommand.process_options(self, [arg for arg in args if arg.startswith("-")], opts)
        if opts.dask:
            self.need("dask")
        stored = self.stored()
        if opts.diff and not stored:  # else a dataset may begin with pages of others
            self.check_dataset()

    def work(self, args: list[str], opts: argparse.Namespace) -> None:
        self._check_options(opts)
        sizes = self._files(args)
        job = self._job(opts)
        if opts.shard and not job.outlets:
            return
        sizes = _of_outlets(sizes, job)
        few = sum(sizes.values()) <= FEW and not opts.dask
        opts.workers = opts.workers or (1 if few else os.cpu_count() or 1)
        is_alone = opts.workers == 1 and not opts.dask
        work = [sorted(sizes)] if is_alone else tasks(sizes, opts.workers)
        start, started_at = time.monotonic(), clock.now()
        results = []
        with self._bar(sum(sizes.values())) as bar:
            task = bar.task_ids[0]
            pages = Counter[str]()

            def progress(size: int, read: int) -> None:
                pages["read"] += read
                speed = pages["read"] / (time.monotonic() - start)
                bar.update(
                    task, advance=size, description=f"{pages['read']:,} pages, {speed:.0f}/s"
                )

            signal.signal(signal.SIGTERM, signal.default_int_handler)
            try:
                for result in _results(job, work, opts, progress):
                    results.append(result)
                    if opts.dask:
                        progress(sum(sizes[path] for path in result.paths), result.pages)
            except ClusterError as error:
                if not results:
                    self.complain(str(error))
                print(error, file=sys.stderr)
                self.exitcode = UNHEALTHY
            except KeyboardInterrupt:
                self.exitcode = INTERRUPTED
        seconds = time.monotonic() - start
        self._report(results, seconds, diff=job.diff)
        if self.exitcode == INTERRUPTED:
            left = len(work) - len(results)
            print(
                tr("interrupted, {left} tasks are left: {goes_on}", left=left, goes_on=GOES_ON),
                file=sys.stderr,
            )
        elif any(result.problems for result in results):
            self.exitcode = UNHEALTHY
        if not job.diff:
            self._keep(job, results, seconds, started_at)

    def _keep(self, job: Job, results: list[Result], seconds: float, started_at: datetime) -> None:
        interrupted = self.exitcode == INTERRUPTED
        try:
            keep_run(job, results, seconds, started_at, interrupted=interrupted)
        except OSError as error:
            print(f"{job.location}: {error}", file=sys.stderr)
            self.exitcode = UNHEALTHY

    def _check_options(self, opts: argparse.Namespace) -> None:
        """Complain of a mistake in the options, before any file is looked at."""
        assert self.settings is not None
        known = load_spiders(self.settings)
        for name in opts.outlet:
            if name not in known:
                self.complain(
                    tr("there is no outlet {name}; `scrapy outlets` lists them", name=name)
                )
        if opts.workers is not None and opts.workers < 1:
            self.complain(tr("--workers takes a whole number above 0"))
        self.window(opts)

    def _job(self, opts: argparse.Namespace) -> Job:
        assert self.settings is not None
        known = load_spiders(self.settings)
        outlets = self._outlets(opts, known)
        window = self.window(opts)
        try:
            check_writable(self.location)
            self._check_reasons(opts.rejects)
            evidence = published_evidence(self.location)
        except (OSError, pa.ArrowInvalid) as error:
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
            outlets=outlets,
            window=window,
            rejects=tuple(opts.rejects),
            origin=self._origin(diff=opts.diff),
            diff=opts.diff,
            evidence=evidence,
            overrides=tuple(sorted(overrides.items())),
        )

    def _outlets(
        self, opts: argparse.Namespace, known: Mapping[str, type[NewsSpider]]
    ) -> tuple[str, ...]:
        """Return the outlets to read; an empty tuple for all, with a shard for none."""
        if not opts.shard:
            return tuple(opts.outlet)
        ours = share({n: o.allowed_domains for n, o in known.items()}, *self.shard(opts.shard))
        wanted = sorted(ours.intersection(opts.outlet or known))
        said = f"shard {opts.shard}: {', '.join(wanted) or tr('no outlet')}"
        self.say(said, shard=opts.shard, outlets=wanted)
        return tuple(wanted)

    def _check_reasons(self, reasons: list[str]) -> None:
        """Complain of one that no page was rejected for: the dataset also knows those that only
        older rules gave, or somebody's own pipelines.

        :raises OSError, pa.ArrowInvalid: the dataset cannot be read.
        """
        held = History(self.location).reasons() if reasons else []
        for reason in reasons:
            if reason not in held:
                others = ", ".join(held) or "none"
                self.complain(
                    tr(
                        "no page was rejected for {reason}; the reasons there are: {others}",
                        reason=reason,
                        others=others,
                    )
                )

    def _files(self, args: list[str]) -> dict[str, int]:
        """Return the size by path of all WARC files in `args`, which name files or folders.

        `first_of` keeps a file of each origin; the first file of each of `args` is looked into.
        """
        self.first_of: dict[Origin, str] = {}
        if not args:
            self.complain(
                tr(
                    "name WARC files or folders of them; ours are in {location}/archive",
                    location=self.location,
                )
            )
        found: dict[str, int] = {}
        for arg in args:
            try:
                files = files_at(arg, ("",))
            except (OSError, pa.ArrowInvalid) as error:
                self.complain(f"{arg}: {error}")
            named = (arg, str(Path(arg).resolve()))
            files = {
                path: size
                for path, size in files.items()
                if not self._grows(path) and (path in named or _is_archive(path))
            }
            if not files:
                self.complain(tr("{arg}: there is no WARC file", arg=arg))
            found |= files
            with suppress(OSError, pa.ArrowInvalid):  # a file that cannot be read is named later
                if page := first_page(min(files)):
                    self.first_of.setdefault(page.origin, min(files))
        return found

    def _origin(self, *, diff: bool) -> Origin | None:
        """Return the dataset's origin, which is recorded now unless `diff`; None where no page
        decides it. Complain of pages of another origin."""
        try:
            for origin in self.first_of:
                check(self.location, origin)
            if len(self.first_of) > 1:
                raise OriginError(f"a dataset has one origin: {self._named_origins()}")
            if self.first_of and not diff:
                claim(self.location, *self.first_of)
            return origin_of(self.location) or next(iter(self.first_of), None)
        except (OriginError, OSError) as error:
            self.complain(str(error))

    def _named_origins(self) -> str:
        return " and ".join(
            tr("{path} is of the {name}", path=path, name=name)
            for name, path in self.first_of.items()
        )

    def _grows(self, path: str) -> bool:
        """Return whether a crawl still writes the file, which is renamed at the end."""
        assert self.settings is not None
        places = (self.settings["STATE_DIR"], self.location)
        folders = [Root(place).at(name) for place in places if place for name in (OPEN, STAGING)]
        return any(path.startswith(f"{folder}/") for folder in folders)

    def _bar(self, total: int) -> Progress:
        console = Console(stderr=True, quiet=self.quiet)
        bar = Progress(
            BarColumn(),
            TextColumn("{task.percentage:>3.0f} %, {task.description}"),
            TimeRemainingColumn(),
            console=console,
            disable=not console.is_terminal,
        )
        bar.add_task("reading", total=total)
        return bar

    def _report(self, results: list[Result], seconds: float, *, diff: bool) -> None:
        """Print the outcomes of all pages; with `diff`, the outcomes that a reparse would have."""
        counts = sum((result.counts for result in results), Counter[str]())
        fields = sum((result.fields for result in results), Counter[str]())
        changes = [change for result in results for change in result.examples][:SHOWN]
        problems = {path: why for result in results for path, why in result.problems.items()}
        files = sum(len(result.paths) for result in results)
        self.say(
            _summary(counts, files, seconds, diff=diff),
            files=files,
            seconds=round(seconds, 3),
            counts=dict(counts),
            fields=dict(fields),
            changes=[_shown(change) for change in changes],
            problems=problems,
        )
        if diff and not self.json:
            rows = [{"field": name, "rows": count} for name, count in fields.most_common()]
            self.show(rows, ("field", "rows"))
            self.show(map(_shown, changes), ("article", "field", "now", "then"))
        for path, problem in problems.items():
            print(f"{path}: {problem}", file=sys.stderr)


def _of_outlets(sizes: dict[str, int], job: Job) -> dict[str, int]:
    """Return `sizes` without files of our own archive that hold no page of the job's outlets."""
    root, kept = Root(job.location), {}
    for path, size in sizes.items():
        own = _OWN_ARCHIVE.match(root.name(path))
        if not (job.outlets and own and own[1] not in job.outlets):
            kept[path] = size
    return kept


def _shown(change: Change) -> dict[str, str]:
    old, new = _differing(change.old, change.new)
    return {"article": change.url, "field": change.field, "now": old, "then": new}


def _summary(counts: Counter[str], files: int, seconds: float, *, diff: bool) -> str:
    pages, would = counts["pages"], tr("would be ") if diff else ""
    lines = [
        tr(
            "{files:,} files, {pages:,} pages, {pages_2:.0f} pages/s",
            files=files,
            pages=pages,
            pages_2=pages / max(seconds, 0.001),
        ),
        tr(
            "{new:,} new rows, {changed:,} changed {would}written",
            new=counts["new"],
            changed=counts["changed"],
            would=would,
        ),
    ]
    lines += [
        f"  {name.replace('_', ' ')}: {count:,}"
        for name, count in sorted(counts.items())
        if name not in ("pages", "new", "changed")
    ]
    return "\n".join(lines)


def _is_archive(path: str) -> bool:
    """Return whether the file at `path` holds WARC files, by name or by content; an ARC file, which
    is named later, too."""
    if path.endswith(ENDINGS):
        return True
    try:
        with open_file(path) as source:
            return kind_of(source) != ""
    except (OSError, pa.ArrowInvalid):
        return False


def _results(
    job: Job, work: list[list[str]], opts: argparse.Namespace, progress: Told
) -> Iterator[Result]:
    if opts.dask:
        return on_cluster(job, work, opts.dask, opts.workers)
    workers = min(opts.workers, len(work))
    if workers == 1:
        return in_this_process(job, work, progress)
    return in_processes(job, work, workers, progress)


def _differing(old: Any, new: Any, around: int = 60) -> tuple[str, str]:
    """Return both values cut to `around` characters before the first difference and twice after."""
    was, now = str(old), str(new)
    unlike = (place for place, (a, b) in enumerate(zip(was, now, strict=False)) if a != b)
    same = next(unlike, min(len(was), len(now)))
    start = max(0, same - around)
    lead = "…" if start else ""
    return lead + was[start : same + 2 * around], lead + now[start : same + 2 * around]
