"""The cost of each step as the dataset grows: CPU time at one size beside the next, and of a row.

10,000 and 100,000 articles; `GROWTH_ROWS=10000,100000,1000000` in the environment takes as many as
it says. A step that grows with the rows alone costs no more a row at any size. A step that needs
more than the limit is stopped and shown as over it; `GROWTH_LIMIT=1200` sets another limit.
"""

from __future__ import annotations

import json
import os
import resource
import signal
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

from rich.console import Console

from benchmarks.crawl import SCRAPY, newsroom
from benchmarks.extraction import grid
from benchmarks.report import YEAR, generate
from crawler.newsroom.houses import houses

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

SIZES = [int(rows) for rows in os.environ.get("GROWTH_ROWS", "10000,100000").split(",")]
LIMIT = int(os.environ.get("GROWTH_LIMIT", "300"))
"""Seconds of CPU time a step may take, so that a step that grows too fast ends alone."""
CRAWLED = "mediaindonesia"
INDEX = (
    "import sys; from pathlib import Path; from output.search import Library;"
    " folder = Path(sys.argv[1]); Library(folder, folder / 'index').update()"
)


class Cost(NamedTuple):
    """CPU time in seconds and peak memory in MB of a process that a step is."""

    seconds: float
    megabytes: int
    stopped: bool = False

    def __str__(self) -> str:
        return f"over {LIMIT} s" if self.stopped else f"{self.seconds:.1f} s"


def steps(folder: Path) -> dict[str, list[str]]:
    """Return the command of each step, in an order in which none undoes another's work."""
    crawl = [*SCRAPY, "crawl", CRAWLED, "-L", "ERROR"]
    days = [f"--since={YEAR}-01-01", f"--until={YEAR}-12-31"]
    return {
        "export": [*SCRAPY, "export", "--latest", "--to", "jsonl", "-o", f"{folder}/all.jsonl"],
        "report": [*SCRAPY, "report", "-o", f"{folder}/report.html"],
        "search index": [sys.executable, "-c", INDEX, str(folder)],
        "crawl that builds the state": crawl,
        "crawl with its state": crawl,
        "coverage": [*SCRAPY, "coverage", *days],
        "verify": [*SCRAPY, "verify"],
        "forget": [*SCRAPY, "forget", f"{CRAWLED}:3-1"],
        "compact, with stories": [*SCRAPY, "compact"],
    }


def cost(command: list[str], environment: Mapping[str, str]) -> Cost:
    """Run `command`, or stop it at the limit.

    :raises RuntimeError: the command fails
    """
    with subprocess.Popen(
        command,
        env=environment,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        preexec_fn=lambda: resource.setrlimit(resource.RLIMIT_CPU, (LIMIT, LIMIT + 5)),
    ) as child:
        assert child.stdout is not None
        printed = child.stdout.read()
        _, status, used = os.wait4(child.pid, 0)
        child.returncode = os.waitstatus_to_exitcode(status)
    stopped = child.returncode in (-signal.SIGXCPU, -signal.SIGKILL)
    if child.returncode and not stopped:
        raise RuntimeError(f"{command} ended with {child.returncode}: {printed.decode()[-2000:]}")
    return Cost(used.ru_utime + used.ru_stime, used.ru_maxrss // 1024, stopped)


def costs(rows: int) -> Iterator[tuple[str, Cost]]:
    """Yield each step and its cost in a dataset of so many `rows`."""
    with tempfile.TemporaryDirectory() as name, newsroom("--recent", "1", "--past", "0") as world:
        generate(Path(name), rows, sorted(houses()))
        for step, command in steps(Path(name)).items():
            yield step, cost(command, {**world, "OUTPUT_DIR": name})


def further(place: int, spent: list[Cost]) -> str:
    """Return the CPU time of a row between a size and the next; Python's start is in both."""
    before, after = spent[place - 1], spent[place]
    if before.stopped:
        return "–"
    each = (after.seconds - before.seconds) / (SIZES[place] - SIZES[place - 1])
    return f"{'> ' if after.stopped else ''}{each * 1e6:,.0f} µs"


def main() -> None:
    found: dict[str, list[Cost]] = {}
    for rows in SIZES:
        for step, spent in costs(rows):
            print(f"{rows:>9,} articles, {step}: {spent}, {spent.megabytes} MB", flush=True)
            found.setdefault(step, []).append(spent)
    columns = [word for rows in SIZES for word in (f"{rows:,}", "MB", "a further row")][:-1]
    shown = grid("CPU time of a step by the articles of the dataset", "step", *columns)
    for step, spent in found.items():
        cells = [str(spent[0]), str(spent[0].megabytes)]
        for place in range(1, len(SIZES)):
            cells += [further(place, spent), str(spent[place]), str(spent[place].megabytes)]
        shown.add_row(step, *cells)
    Console(width=160).print(shown)
    print(json.dumps({
        step: [None if one.stopped else round(one.seconds, 1) for one in spent]
        for step, spent in found.items()
    }))  # fmt: skip


if __name__ == "__main__":
    main()
